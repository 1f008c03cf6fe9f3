// Iterators over bytes and bytearray.
#include "vm/builtins/bytes_methods.h"
#include "vm/builtins/container_util.h"
#include "vm/builtins/text_types.h"

namespace ouro::vm {

namespace {

struct BytesIterator : Object {
  Object* bytes;  // Bytes or ByteArray; null: exhausted
  int64_t index;
};

void trace_iterator(Object* object, Tracer& tracer) {
  tracer.visit(static_cast<BytesIterator*>(object)->bytes);
}

Result<Value> iterator_next(Value self) {
  auto* iterator = self.as<BytesIterator>();
  if (iterator->bytes == nullptr) return Value::stop();
  const std::string_view data = bytes_of(iterator->bytes);
  if (static_cast<uint64_t>(iterator->index) < data.size())
    return make_int(static_cast<unsigned char>(data[static_cast<size_t>(iterator->index++)]));
  iterator->bytes = nullptr;
  return Value::stop();
}

Result<Value> iterator_length_hint(const Value* a) {
  const auto* iterator = a[0].as<BytesIterator>();
  if (iterator->bytes == nullptr) return make_int(0);
  const auto size = static_cast<int64_t>(bytes_of(iterator->bytes).size());
  return make_int(std::max<int64_t>(size - iterator->index, 0));
}

Result<Value> iterator_reduce(const Value* a) {
  auto* iterator = a[0].as<BytesIterator>();
  const Value iter = TRY(builtin_named(names.iter));
  if (iterator->bytes == nullptr) return reduce_with(iter, empty_tuple());
  return reduce_with(iter, iterator->bytes, make_int(iterator->index));
}

Result<Value> iterator_setstate(const Value* a) {
  auto* iterator = a[0].as<BytesIterator>();
  const int64_t index = TRY(to_int64(a[1]));
  if (iterator->bytes == nullptr) return none();
  const auto size = static_cast<int64_t>(bytes_of(iterator->bytes).size());
  iterator->index = std::min(std::max<int64_t>(index, 0), size);
  return none();
}

constexpr MethodSpec kMethods[] = {
    {"__length_hint__", "($self, /)", iterator_length_hint,
     "Private method returning an estimate of len(list(it))."},
    {"__reduce__", "($self, /)", iterator_reduce, "Return state information for pickling."},
    {"__setstate__", "($self, object, /)", iterator_setstate, "Set state information for unpickling."},
};

TypeSpec iterator_spec(const char* name) {
  TypeSpec spec;
  spec.name = name;
  spec.kind = Kind::kIterator;
  spec.basic_size = sizeof(BytesIterator);
  spec.flags = kTypeDisallowNew | kTypeImmutable;
  spec.trace = trace_iterator;
  spec.methods = kMethods;
  spec.slots.iter = iterate_self;
  spec.slots.iternext = iterator_next;
  return spec;
}

}  // namespace

Result<Value> bytes_iterate(Value self) {
  auto* iterator =
      allocate_instance<BytesIterator>(is_bytes(self) ? types.bytes_iterator : types.bytearray_iterator);
  iterator->bytes = self.object();
  return iterator;
}

void complete_bytes_iterators() {
  static const TypeSpec bytes = iterator_spec("bytes_iterator");
  static const TypeSpec bytearray = iterator_spec("bytearray_iterator");
  complete_native_type(types.bytes_iterator, bytes);
  complete_native_type(types.bytearray_iterator, bytearray);
}

}  // namespace ouro::vm
