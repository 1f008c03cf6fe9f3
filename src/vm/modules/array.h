// The module array: cells, and single items with CPython's words for what is wrong.
#pragma once

#include "vm/builtins/item_format.h"
#include "vm/builtins/text_types.h"

namespace ouro::vm::arrays {

struct ArrayObject : Object {
  uint64_t length;  // in items
  Blob* storage;    // null when empty
  int64_t exports;
  int64_t item_size;
  char code;

  char* data() const;
  char* item_at(size_t i) const { return data() + i * static_cast<size_t>(item_size); }
  std::string_view bytes() const { return {data(), length * static_cast<size_t>(item_size)}; }
};

extern Type* array_type;

inline bool is_array(Value value) {
  return is_instance(value, array_type);
}
/// Item size of a type code; 0: there is no such code.
int64_t item_size_of(char32_t code);
/// ValueError for a character that is none.
Result<Value> load(const ArrayObject* array, size_t index);
/// Converts `value` to one item.
Status pack(char code, Value value, PackedItem* packed);
Status resize(ArrayObject* array, size_t length);
ArrayObject* new_array(Type* type, char code);
/// A new array of the same code (an exact array) with these bytes.
Result<ArrayObject*> array_of(char code, std::string_view bytes);
Status append_bytes(ArrayObject* array, std::string_view bytes);
Status append_value(ArrayObject* array, Value value);
Status extend(ArrayObject* array, Value iterable);

Result<Value> array_subscript(Value self, Value key);
Status array_assign(Value self, Value key, Value value);
Result<Value> array_compare(Value self, Value other, CompareOp op);
Result<Value> array_reconstructor(const Value* arguments);
Result<Value> array_reduce_ex(const Value* arguments);
std::span<const MethodSpec> array_methods();

}  // namespace ouro::vm::arrays
