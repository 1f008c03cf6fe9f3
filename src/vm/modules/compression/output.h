// Where zlib, bz2 and lzma put what they make: a buffer that grows, up to a limit.
#pragma once

#include <algorithm>
#include <climits>
#include <cstdlib>

#include "vm/heap/heap.h"
#include "vm/modules/native_module.h"

namespace ouro::vm {

class CompressionOutput {
 public:
  explicit CompressionOutput(int64_t limit = -1, size_t first = 32 * 1024) : limit_(limit), first_(first) {}
  ~CompressionOutput() { std::free(data_); }
  CompressionOutput(const CompressionOutput&) = delete;
  CompressionOutput& operator=(const CompressionOutput&) = delete;

  /// Makes room behind what has been written; `next` and `room` are the library's fields. False: the limit is
  /// reached.
  template <class Byte, class Size>
  Result<bool> make_room(Byte** next, Size* room) {
    written_ = given_;
    if (written_ == capacity_) {
      if (limit_ >= 0 && written_ >= static_cast<size_t>(limit_)) return false;
      TRY(grow());
    }
    const size_t more = std::min<size_t>(capacity_ - written_, UINT_MAX);
    *next = reinterpret_cast<Byte*>(data_ + written_);
    *room = static_cast<Size>(more);
    given_ = written_ + more;
    return true;
  }

  /// What was written, when `unused` bytes of the last room are left.
  Result<Value> finish(size_t unused) const {
    const size_t size = given_ - unused;
    Bytes* bytes = TRY(allocate_bytes(size));
    std::copy_n(data_, size, reinterpret_cast<char*>(bytes->data));
    return bytes;
  }

 private:
  Status grow() {
    size_t wanted = capacity_ == 0 ? std::max<size_t>(first_, 1) : capacity_ * 2;
    if (limit_ >= 0) wanted = std::min(wanted, static_cast<size_t>(limit_));
    if (!can_allocate(wanted)) return raise_no_memory();
    auto* data = static_cast<char*>(std::realloc(data_, wanted));
    if (data == nullptr) return raise_no_memory();
    data_ = data;
    capacity_ = wanted;
    return {};
  }

  int64_t limit_;
  size_t first_;
  char* data_ = nullptr;
  size_t capacity_ = 0, given_ = 0, written_ = 0;
};

/// Bytes behind others.
inline Result<Bytes*> joined_bytes(std::string_view first, std::string_view second) {
  Bytes* bytes = TRY(allocate_bytes(first.size() + second.size()));
  std::copy(second.begin(), second.end(), std::copy(first.begin(), first.end(), bytes->data));
  return bytes;
}

}  // namespace ouro::vm
