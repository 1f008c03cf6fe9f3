#include "vm/object/argument_errors.h"

#include "vm/object/protocol.h"

namespace ouro::vm {

std::string_view given_name(Value value) {
  return is_none(value) ? "None" : type_name(value);
}

Result<std::string> c_text_argument(Value value, std::string_view function, std::string_view argument,
                                    std::string_view wanted) {
  if (!is_str(value))
    return raise(types.TypeError, "{}() argument{} must be {}, not {}", function, argument, wanted,
                 given_name(value));
  return utf8_without_nul(value.as<Str>());
}

}  // namespace ouro::vm
