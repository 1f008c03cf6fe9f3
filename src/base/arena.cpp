#include "base/arena.h"

#include <algorithm>
#include <cstdlib>

namespace ouro {

namespace {
constexpr size_t kFirstBlock = size_t{256} << 10;
constexpr size_t kLargestBlock = size_t{8} << 20;
constexpr size_t kKeptOnRewind = size_t{16} << 20;
}  // namespace

Arena::~Arena() {
  for (const Block& block : blocks_) std::free(block.data);
}

void* Arena::allocate_slow(size_t size, size_t align) {
  if (size > SIZE_MAX / 2) throw std::bad_alloc();
  while (current_ + 1 < blocks_.size()) {  // a block kept by rewind()
    ++current_;
    const Block& block = blocks_[current_];
    cursor_ = reinterpret_cast<uintptr_t>(block.data);
    limit_ = cursor_ + block.size;
    if (size + align <= block.size) return allocate(size, align);
  }
  size_t wanted = blocks_.empty() ? kFirstBlock : std::min(blocks_.back().size * 2, kLargestBlock);
  wanted = std::max(wanted, size + align);
  char* data = static_cast<char*>(std::malloc(wanted));
  if (data == nullptr) throw std::bad_alloc();
  blocks_.push_back({data, wanted});
  reserved_ += wanted;
  current_ = blocks_.size() - 1;
  cursor_ = reinterpret_cast<uintptr_t>(data);
  limit_ = cursor_ + wanted;
  return allocate(size, align);
}

void Arena::rewind() {
  size_t kept = 0;
  size_t bytes = 0;
  while (kept < blocks_.size() && bytes + blocks_[kept].size <= kKeptOnRewind) bytes += blocks_[kept++].size;
  for (size_t i = kept; i < blocks_.size(); ++i) std::free(blocks_[i].data);
  blocks_.resize(kept);
  reserved_ = bytes;
  current_ = 0;
  cursor_ = blocks_.empty() ? 0 : reinterpret_cast<uintptr_t>(blocks_[0].data);
  limit_ = blocks_.empty() ? 0 : cursor_ + blocks_[0].size;
}

}  // namespace ouro
