// What is said of an argument of the wrong type, and arguments that C functions read.
#pragma once

#include <string>
#include <string_view>

#include "vm/object/exceptions.h"
#include "vm/object/result.h"

namespace ouro::vm {

/// The type's name as messages about arguments give it: "None" for None.
std::string_view given_name(Value value);

/// A str argument as C text: "f() argument 1 must be str, not None" where it is none, ValueError where it
/// holds a NUL. `argument` is "", " 1" or " 'name'".
Result<std::string> c_text_argument(Value value, std::string_view function, std::string_view argument,
                                    std::string_view wanted = "str");

}  // namespace ouro::vm
