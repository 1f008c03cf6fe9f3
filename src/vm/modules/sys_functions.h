// The functions of the module sys, and what they share with its start.
#pragma once

#include <span>

#include "vm/object/functions.h"

namespace ouro::vm {

std::span<const MethodSpec> sys_functions();
/// sys.stdlib_module_names, as a list.
Value standard_library_names();

}  // namespace ouro::vm
