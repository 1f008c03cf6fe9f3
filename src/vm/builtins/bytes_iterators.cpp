// Iterators over bytes and bytearray.
#include "vm/builtins/bytes_methods.h"
#include "vm/builtins/iterator_methods.h"
#include "vm/builtins/text_types.h"

namespace ouro::vm {

namespace {

struct BytesIterator : Object {
  Object* bytes;  // Bytes or ByteArray; null: exhausted
  int64_t index;
};

struct BytesIteration {
  using Iterator = BytesIterator;
  static constexpr auto sequence = &BytesIterator::bytes;
  static int64_t length(const Object* bytes) { return static_cast<int64_t>(bytes_of(bytes).size()); }
  static Value empty() { return empty_tuple(); }
};

Result<Value> iterator_next(Value self) {
  auto* iterator = self.as<BytesIterator>();
  if (iterator->bytes == nullptr) return Value::stop();
  const std::string_view data = bytes_of(iterator->bytes);
  if (static_cast<uint64_t>(iterator->index) < data.size())
    return make_int(static_cast<unsigned char>(data[static_cast<size_t>(iterator->index++)]));
  iterator->bytes = nullptr;
  return Value::stop();
}

}  // namespace

Result<Value> bytes_iterate(Value self) {
  auto* iterator =
      allocate_instance<BytesIterator>(is_bytes(self) ? types.bytes_iterator : types.bytearray_iterator);
  iterator->bytes = self.object();
  return iterator;
}

void complete_bytes_iterators() {
  static constexpr TypeSpec bytes = counting_iterator_spec<BytesIteration>("bytes_iterator", iterator_next);
  static constexpr TypeSpec bytearray =
      counting_iterator_spec<BytesIteration>("bytearray_iterator", iterator_next);
  complete_native_type(types.bytes_iterator, bytes);
  complete_native_type(types.bytearray_iterator, bytearray);
}

}  // namespace ouro::vm
