// bytes and bytearray: cells and storage.
#include <cstring>

#include "vm/object/exceptions.h"
#include "vm/object/str.h"

namespace ouro::vm {

namespace {

constexpr size_t kMaxBytes = size_t{1} << 62;

struct alignas(16) ByteCell {
  alignas(16) char cell[sizeof(Bytes) + 16];
  Bytes* bytes() { return reinterpret_cast<Bytes*>(cell); }
};
ByteCell byte_cells[257];  // the last is empty

void start_bytes() {
  Shape* shape = types.bytes->root_shape;
  for (unsigned i = 0; i < 257; ++i) {
    Bytes* bytes = byte_cells[i].bytes();
    bytes->shape = shape;
    bytes->gc = kGcStatic;
    bytes->kind = Kind::kBytes;
    bytes->length = i == 256 ? 0 : 1;
    bytes->data[0] = static_cast<uint8_t>(i == 256 ? 0 : i);
  }
}

}  // namespace

Bytes* make_byte(uint8_t byte) {
  if (byte_cells[0].bytes()->shape == nullptr) [[unlikely]]
    start_bytes();
  return byte_cells[byte].bytes();
}

Bytes* empty_bytes() {
  make_byte(0);
  return byte_cells[256].bytes();
}

Result<Bytes*> allocate_bytes(size_t length) {
  if (length == 0) return empty_bytes();
  if (length > kMaxBytes || !can_allocate(sizeof(Bytes) + length + 1)) return raise_no_memory();
  auto* bytes = static_cast<Bytes*>(allocate(types.bytes->root_shape, sizeof(Bytes) + length + 1));
  bytes->kind = Kind::kBytes;
  bytes->length = length;
  return bytes;
}

Bytes* make_bytes(std::string_view data) {
  if (data.size() <= 1) return data.empty() ? empty_bytes() : make_byte(static_cast<uint8_t>(data[0]));
  auto* bytes = static_cast<Bytes*>(allocate(types.bytes->root_shape, sizeof(Bytes) + data.size() + 1));
  bytes->kind = Kind::kBytes;
  bytes->length = data.size();
  std::memcpy(bytes->data, data.data(), data.size());
  return bytes;
}

Bytes* make_bytes_instance(Type* type, std::string_view data) {
  if (type == types.bytes) return make_bytes(data);
  auto* bytes = static_cast<Bytes*>(allocate_variable_instance(type, data.size() + 1));
  bytes->length = data.size();
  if (!data.empty()) std::memcpy(bytes->data, data.data(), data.size());
  return bytes;
}

int64_t bytes_hash(Bytes* bytes) {
  if (bytes->hash_ == 0) bytes->hash_ = hash_data(bytes->data, bytes->length);
  return bytes->hash_;
}

Result<ByteArray*> make_bytearray(std::string_view data) {
  auto* array = static_cast<ByteArray*>(allocate_instance(types.bytearray));
  TRY(bytearray_resize(array, data.size()));
  if (!data.empty()) std::memcpy(array->storage->data, data.data(), data.size());
  return array;
}

Status bytearray_resize(ByteArray* array, size_t length) {
  if (length == array->length) return {};
  if (array->exports > 0) {
    // A view that nobody holds any more may not have been collected yet.
    collect(2);
    run_pending_finalizers();
  }
  if (array->exports > 0)
    return raise(types.BufferError, "Existing exports of data: object cannot be re-sized");
  const size_t capacity = array->storage == nullptr ? 0 : array->storage->length;
  if (length == 0) {
    array->storage = nullptr;
    array->length = array->start = 0;
    return {};
  }
  if (array->start + length <= capacity && length >= capacity / 4) {
    char* data = array->storage->data + array->start;
    if (length > array->length) std::memset(data + array->length, 0, length - array->length);
    array->length = length;
    return {};
  }
  // Growing appends are paid for in advance; the first size is taken as it is.
  const size_t room = array->length == 0 ? length : length + (length >> 3) + (length < 9 ? 3 : 6);
  if (length > kMaxBytes || !can_allocate(sizeof(Blob) + room + 1)) return raise_no_memory();
  auto* storage = static_cast<Blob*>(allocate(shapes.blob, sizeof(Blob) + room + 1));
  storage->kind = Kind::kBlob;
  storage->length = room;
  if (array->length != 0)
    std::memcpy(storage->data, array->storage->data + array->start, std::min<size_t>(array->length, length));
  store(array, array->storage, storage);
  array->start = 0;
  array->length = length;
  return {};
}

}  // namespace ouro::vm
