// A growing block of bytes that never initialises what it is about to overwrite.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

namespace ouro::pyc {

class ByteBuffer {
 public:
  ByteBuffer() = default;
  ~ByteBuffer() { std::free(data_); }
  ByteBuffer(ByteBuffer&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  ByteBuffer& operator=(ByteBuffer&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    return *this;
  }
  ByteBuffer(const ByteBuffer&) = delete;
  ByteBuffer& operator=(const ByteBuffer&) = delete;

  std::string_view view() const { return {data_, size_}; }
  size_t size() const { return size_; }
  void clear() { size_ = 0; }

  void put_byte(uint8_t value) {
    if (size_ == capacity_) [[unlikely]]
      grow(1);
    data_[size_++] = static_cast<char>(value);
  }
  void put_u16(uint32_t value) {
    char* to = extend(2);
    to[0] = static_cast<char>(value);
    to[1] = static_cast<char>(value >> 8);
  }
  void put_u32(uint32_t value) { store_u32(extend(4), value); }
  /// A byte and a number of four.
  void put_tagged(uint8_t tag, uint32_t value) {
    char* to = extend(5);
    to[0] = static_cast<char>(tag);
    store_u32(to + 1, value);
  }
  /// A byte, the size in one byte, and up to 255 bytes.
  void put_short(uint8_t tag, std::string_view bytes) {
    char* to = extend(bytes.size() + 2);
    to[0] = static_cast<char>(tag);
    to[1] = static_cast<char>(bytes.size());
    if (!bytes.empty()) std::memcpy(to + 2, bytes.data(), bytes.size());
  }
  void put_u64(uint64_t value) {
    char* to = extend(8);
    for (int i = 0; i < 8; ++i) to[i] = static_cast<char>(value >> (8 * i));
  }
  void put(std::string_view bytes) {
    if (!bytes.empty()) std::memcpy(extend(bytes.size()), bytes.data(), bytes.size());
  }

 private:
  // In one store where the machine's byte order is the format's; compilers don't always see that themselves.
  static void store_u32(char* to, uint32_t value) {
    if constexpr (std::endian::native == std::endian::little) {
      std::memcpy(to, &value, sizeof(value));
    } else {
      for (int i = 0; i < 4; ++i) to[i] = static_cast<char>(value >> (8 * i));
    }
  }
  char* extend(size_t count) {
    if (capacity_ - size_ < count) [[unlikely]]
      grow(count);
    char* at = data_ + size_;
    size_ += count;
    return at;
  }
  [[gnu::noinline, gnu::cold]] void grow(size_t more) {
    size_t capacity = capacity_ < 2048 ? 4096 : capacity_ * 2;
    if (capacity < size_ + more) capacity = size_ + more;
    char* data = static_cast<char*>(std::realloc(data_, capacity));
    if (data == nullptr) throw std::bad_alloc();
    data_ = data;
    capacity_ = capacity;
  }

  char* data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace ouro::pyc
