// Bump allocation for everything that lives as long as one compilation.
//
// Nothing in an arena is ever freed or destroyed one by one: a worker rewinds its arena between files and the
// memory is used again. So only trivially destructible types may live here, and pointers into an arena are
// plain pointers that stay valid until rewind().
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace ouro {

class Arena {
 public:
  Arena() = default;
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// `size` bytes, aligned to `align` (a power of two, at most 16), uninitialised.
  void* allocate(size_t size, size_t align) {
    uintptr_t start = (cursor_ + (align - 1)) & ~(static_cast<uintptr_t>(align) - 1);
    if (start + size > limit_ || start + size < start) [[unlikely]]
      return allocate_slow(size, align);
    cursor_ = start + size;
    return reinterpret_cast<void*>(start);
  }

  template <class T, class... Args>
  T* make(Args&&... args) {
    static_assert(std::is_trivially_destructible_v<T>);
    return new (allocate(sizeof(T), alignof(T))) T{std::forward<Args>(args)...};
  }

  /// An uninitialised array; T must be trivially copyable.
  template <class T>
  std::span<T> make_span(size_t count) {
    static_assert(std::is_trivially_copyable_v<T>);
    if (count == 0) return {};
    return {static_cast<T*>(allocate(sizeof(T) * count, alignof(T))), count};
  }

  template <class T>
  std::span<T> copy(std::span<const T> from) {
    std::span<T> to = make_span<T>(from.size());
    if (!from.empty()) std::memcpy(static_cast<void*>(to.data()), from.data(), from.size_bytes());
    return to;
  }

  std::string_view copy(std::string_view text) {
    if (text.empty()) return {};
    char* to = static_cast<char*>(allocate(text.size(), 1));
    std::memcpy(to, text.data(), text.size());
    return {to, text.size()};
  }

  /// Forgets everything allocated so far; keeps the first blocks (12 MiB at most) for the next file.
  void rewind();

  /// Bytes handed out by the system to this arena and still held.
  size_t reserved_bytes() const { return reserved_; }

 private:
  struct Block {
    char* data;
    size_t size;
  };
  [[gnu::cold]] void* allocate_slow(size_t size, size_t align);

  uintptr_t cursor_ = 0;
  uintptr_t limit_ = 0;
  std::vector<Block> blocks_;
  size_t current_ = 0;  // index of the block that cursor_ points into, when blocks_ is not empty
  size_t reserved_ = 0;
};

/// A growing array in an arena, for trivially copyable T. Growing leaves the old copy behind as garbage.
template <class T>
class ArenaVector {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  explicit ArenaVector(Arena& arena) : arena_(&arena) {}

  void push_back(const T& value) {
    if (size_ == capacity_) grow(size_ + 1);
    data_[size_++] = value;
  }
  T& emplace_back() {
    if (size_ == capacity_) grow(size_ + 1);
    return *new (data_ + size_++) T{};
  }
  void append(std::span<const T> more) {
    if (more.empty()) return;
    if (size_ + more.size() > capacity_) grow(size_ + more.size());
    std::memcpy(static_cast<void*>(data_ + size_), more.data(), more.size_bytes());
    size_ += more.size();
  }
  void reserve(size_t capacity) {
    if (capacity > capacity_) grow(capacity);
  }
  void resize(size_t size) {
    reserve(size);
    for (size_t i = size_; i < size; ++i) new (data_ + i) T{};
    size_ = size;
  }
  /// Where the next `count` elements would go; written there, they are appended by `append_written`.
  T* room(size_t count) {
    if (size_ + count > capacity_) grow(size_ + count);
    return data_ + size_;
  }
  void append_written(T* end) { size_ = static_cast<size_t>(end - data_); }
  void pop_back() { --size_; }
  void clear() { size_ = 0; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T* data() { return data_; }
  const T* data() const { return data_; }
  T& operator[](size_t i) { return data_[i]; }
  const T& operator[](size_t i) const { return data_[i]; }
  T& back() { return data_[size_ - 1]; }
  const T& back() const { return data_[size_ - 1]; }
  T* begin() { return data_; }
  T* end() { return data_ + size_; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }
  /// The elements, in the arena; valid until the next growth.
  std::span<T> span() const { return {data_, size_}; }

 private:
  // Out of line and out of the way: what is rare must not cost those who append registers and cache lines.
  [[gnu::noinline, gnu::cold]] void grow(size_t at_least) {
    size_t capacity = capacity_ < 4 ? 8 : capacity_ * 2;
    if (capacity < at_least) capacity = at_least;
    T* data = static_cast<T*>(arena_->allocate(sizeof(T) * capacity, alignof(T)));
    if (size_ != 0) std::memcpy(static_cast<void*>(data), data_, sizeof(T) * size_);
    data_ = data;
    capacity_ = capacity;
  }

  Arena* arena_;
  T* data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace ouro
