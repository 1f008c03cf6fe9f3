// Single items in memory by a format of one character, in this machine's sizes and byte order: what
// memoryview and array read and write.
#pragma once

#include "vm/object/protocol.h"

namespace ouro::vm {

/// The size of "B", "@i" and the like, and the character; 0: no native format of one character.
int64_t native_item_size(const char* format, char* code);
/// NotImplementedError is the caller's business: null for an unknown code.
Value load_item(const char* at, char code);
/// What can be wrong with a value: a wrong type, a number out of range.
enum class StoreError : uint8_t { None, Type, Range, Raised };
/// Converts, which may run any code; the caller copies the bytes afterwards.
struct PackedItem {
  char bytes[8];
  int64_t size;
};
StoreError pack_item(char code, Value value, PackedItem* packed);

}  // namespace ouro::vm
