// Calls upwards: what the object model asks of the folders above it. Each is set when those start; null
// before.
#pragma once

#include <string_view>

#include "vm/object/type.h"

namespace ouro::vm {

struct Visitor;

struct Hooks {
  /// f_globals and f_builtins of the running frame; null: no frame.
  Dict* (*running_globals)() = nullptr;
  Value (*running_builtins)() = nullptr;
  /// import, by absolute name.
  Result<Value> (*import_module)(std::string_view name) = nullptr;
  /// An entry of sys.modules; null: none.
  Value (*loaded_module)(Str* name) = nullptr;
  /// Goes on with a generator, showing its items to the visitor; answers an item that the visitor has not
  /// seen, Value::stop() at the end, or null when the visitor's outcome is not More.
  Result<Value> (*visit_generator)(Value generator, Visitor& visitor) = nullptr;
  /// sys.unraisablehook with the pending exception, which is gone afterwards.
  void (*unraisable)(Value where) = nullptr;
  /// The zero-argument super(): __class__ and the first argument of the running frame; RuntimeError with
  /// CPython's text when there is none.
  Status (*super_arguments)(Type** this_class, Value* self) = nullptr;
};
extern Hooks hooks;

}  // namespace ouro::vm
