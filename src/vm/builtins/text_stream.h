// How print() writes to a text stream without calling a method.
#pragma once

#include "vm/object/type.h"

namespace ouro::vm {

/// The native text stream type and its write(), which checks everything but the type. Null until the module
/// that has them is there.
struct TextStreamHook {
  Type* type = nullptr;
  Result<Value> (*write)(Value stream, Str* text) = nullptr;
};
extern TextStreamHook text_stream_hook;

}  // namespace ouro::vm
