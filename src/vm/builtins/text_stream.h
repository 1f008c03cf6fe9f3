// What other folders ask of the native streams: print() writes to them without calling a method, and the end
// of a program flushes them.
#pragma once

#include "vm/object/type.h"

namespace ouro::vm {

/// The native text stream type and its write(), which checks everything but the type. Null until the module
/// that has them is there.
struct TextStreamHook {
  Type* type = nullptr;
  Result<Value> (*write)(Value stream, Str* text) = nullptr;
  void (*flush_open_files)() = nullptr;  // of all files that were left open
};
extern TextStreamHook text_stream_hook;

}  // namespace ouro::vm
