// Calling native functions and methods without a detour: what the interpreter may inline.
//
// A signature is parsed at the first call; until then, and for raw functions, `signature` is null and only
// the general call works (it parses). So the quick forms answer "not here" for a null signature.
#pragma once

#include "vm/object/descriptors.h"

namespace ouro::vm {

/// The general call of a method descriptor: values[0] is self.
Result<Value> call_method_descriptor(MethodDescriptor* descriptor, const Arguments& arguments);
/// The general call of a builtin function; its own self is not among the arguments.
Result<Value> call_native_function(NativeFunction* function, const Arguments& arguments);

/// Whether values[0..count) may go straight to descriptor->spec->function.
inline bool can_call_directly(const MethodDescriptor* descriptor, Value self, size_t count) {
  return descriptor->signature != nullptr && descriptor->signature->accepts(count - 1) &&
         is_subtype(type_of(self), descriptor->owner);
}
/// Whether {function->self, values[0..count)} may go straight to function->spec->function, when the signature
/// has a self, or values alone, when it has none.
inline bool can_call_directly(const NativeFunction* function, size_t count) {
  return function->signature != nullptr && function->signature->accepts(count);
}

}  // namespace ouro::vm
