// The module _struct: formats as codes with places.
#pragma once

#include "vm/object/protocol.h"

namespace ouro::vm::structs {

enum class Order : uint8_t { Native, Little, Big };

/// One or more items of a kind, one behind the other.
struct Code {
  char code;
  int64_t offset;
  int64_t size;   // of one item
  int64_t count;  // of items; 1 for 's' and 'p'
};

/// struct.Struct.
struct Struct : Object {
  Blob* codes;  // of Code
  int64_t code_count;
  int64_t size;
  int64_t item_count;
  Bytes* format;
  Order order;

  const Code* code_at(int64_t i) const { return reinterpret_cast<const Code*>(codes->data) + i; }
};

extern Type* struct_type;
extern Type* error_type;

/// Fills in what a format says.
Status compile_format(Struct* target, Value format);
/// The items that lie at `data`, which has `size` bytes.
Result<Value> unpack_items(const Struct* layout, const char* data);
/// Writes `layout->item_count` values into `size` zeroed bytes.
Status pack_items(const Struct* layout, const Value* values, char* data);

}  // namespace ouro::vm::structs
