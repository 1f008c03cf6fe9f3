#include "base/arena.h"

#include <sys/mman.h>

#include <algorithm>

namespace ouro {

namespace {
constexpr size_t kFirstBlock = size_t{256} << 10;
constexpr size_t kKeptOnRewind = size_t{12} << 20;  // enough for nearly every source file
constexpr size_t kPage = 4096;
// From its third block on an arena grows by huge pages: the kernel hands one out for the price of a few small
// ones, and would otherwise take half of a large source's time. Most files never come so far.
constexpr size_t kHugePage = size_t{2} << 20;
constexpr size_t kLargestBlock = 2 * kHugePage;
constexpr size_t kHugeFrom = 2 * kFirstBlock;

// Blocks come from the system itself: malloc would keep the large ones of one file for ever.
char* map_pages(size_t size) {
  void* data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (data == MAP_FAILED) throw std::bad_alloc();
  return static_cast<char*>(data);
}

// A block of whole huge pages: mapped with one to spare, and cut to where one begins.
char* map_huge_pages(size_t size) {
  char* const data = map_pages(size + kHugePage);
  const size_t before = -reinterpret_cast<uintptr_t>(data) % kHugePage;
  if (before != 0) ::munmap(data, before);
  ::munmap(data + before + size, kHugePage - before);
  ::madvise(data + before, size, MADV_HUGEPAGE);  // only a wish: without, the pages are small ones
  return data + before;
}

size_t round_up(size_t size, size_t unit) {
  return (size + unit - 1) / unit * unit;
}

void unmap_block(char* data, size_t size) {
  ::munmap(data, size);
}

}  // namespace

Arena::~Arena() {
  for (const Block& block : blocks_) unmap_block(block.data, block.size);
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
  const bool huge = wanted > kHugeFrom;
  wanted = round_up(wanted, huge ? kHugePage : kPage);
  char* data = huge ? map_huge_pages(wanted) : map_pages(wanted);
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
  for (size_t i = kept; i < blocks_.size(); ++i) unmap_block(blocks_[i].data, blocks_[i].size);
  blocks_.resize(kept);
  reserved_ = bytes;
  current_ = 0;
  cursor_ = blocks_.empty() ? 0 : reinterpret_cast<uintptr_t>(blocks_[0].data);
  limit_ = blocks_.empty() ? 0 : cursor_ + blocks_[0].size;
}

}  // namespace ouro
