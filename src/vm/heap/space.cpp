#include "vm/heap/space.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "vm/heap/sanitizer.h"

namespace ouro::vm::heap {

namespace {

constexpr size_t kLargestRange = size_t{256} << 30;
constexpr size_t kSmallestRange = size_t{16} << 20;
constexpr size_t kExtendStep = size_t{4} << 20;
constexpr size_t kHugePage = size_t{2} << 20;
// A heap of this size may use huge pages from here on: fewer faults, and marking misses the TLB less. Smaller
// ones would pay for memory that they never touch.
constexpr size_t kHugePagesFrom = size_t{32} << 20;

// What every start fills is had from the system at once: hundreds of faults would take longer than all the
// filling.
constexpr size_t kStartUses = size_t{3} << 19;
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

void* map(size_t bytes, int protection) {
  void* memory = mmap(nullptr, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return memory == MAP_FAILED ? nullptr : memory;
}

}  // namespace

bool Space::try_reserve(size_t bytes) {
  const size_t block_count = bytes >> kBlockShift;
  const size_t block_bytes = block_count * sizeof(Block);
  const size_t mark_bytes = bytes / kGranule / 8;
  const size_t card_bytes = bytes >> (kCardShift + 3);
  const size_t free_bytes = block_count / 8 + 8;
  void* range = map(bytes + kHugePage, PROT_NONE);
  if (range == nullptr) return false;
  void* side = map(block_bytes + mark_bytes + card_bytes + free_bytes, PROT_READ | PROT_WRITE);
  if (side == nullptr) {
    munmap(range, bytes + kHugePage);
    return false;
  }
  base_ = (reinterpret_cast<uintptr_t>(range) + kHugePage - 1) & ~(kHugePage - 1);
  reserved_ = bytes;
  char* place = static_cast<char*>(side);
  marks_ = reinterpret_cast<uint64_t*>(place);
  cards_ = reinterpret_cast<uint64_t*>(place += mark_bytes);
  blocks_ = reinterpret_cast<Block*>(place += card_bytes);
  free_bits_ = reinterpret_cast<uint64_t*>(place += block_bytes);
  return true;
}

void Space::reserve() {
  for (size_t bytes = kLargestRange; bytes >= kSmallestRange; bytes /= 4)
    if (try_reserve(bytes)) return;
  std::fputs("ouro: no address space for the heap\n", stderr);
  std::abort();
}

bool Space::extend(size_t bytes) {
  if (bytes > reserved_ - extent_) return false;
  const size_t wanted = extent_ + bytes;
  if (wanted > accessible_) {
    const size_t target = std::min(reserved_, (wanted + kExtendStep - 1) / kExtendStep * kExtendStep);
    void* start = reinterpret_cast<void*>(base_ + accessible_);
    if (mprotect(start, target - accessible_, PROT_READ | PROT_WRITE) != 0) return false;
    if (accessible_ >= kHugePagesFrom) madvise(start, target - accessible_, MADV_HUGEPAGE);
    if (accessible_ == 0) madvise(start, std::min(kStartUses, target), MADV_POPULATE_WRITE);
    register_scanned_range(start, target - accessible_);
    accessible_ = target;
  }
  extent_ = wanted;
  return true;
}

uint32_t Space::find_free(uint32_t count) {
  const uint32_t end = block_count();
  uint32_t run = 0;
  bool lowest = true;
  for (uint32_t i = first_free_; i < end;) {
    const uint64_t word = free_bits_[i >> 6] >> (i & 63);
    if (word == 0) {
      run = 0;
      i = (i | 63) + 1;
      continue;
    }
    if ((word & 1) == 0) {
      run = 0;
      i += static_cast<uint32_t>(std::countr_zero(word));
      continue;
    }
    if (lowest) first_free_ = i;
    lowest = false;
    ++i;
    if (++run == count) return i - count;
  }
  if (lowest) first_free_ = end;
  return kNoBlock;
}

bool Space::append(uint32_t count) {
  const uint32_t first = block_count();
  if (!extend(size_t{count} << kBlockShift)) return false;
  for (uint32_t i = first; i < first + count; ++i) blocks_[i] = Block{.pristine = true};
  return true;
}

void Space::claim(uint32_t first, uint32_t count) {
  for (uint32_t i = first; i < first + count; ++i) {
    free_bits_[i >> 6] &= ~(uint64_t{1} << (i & 63));
    if (!blocks_[i].pristine) --dirty_free_;
  }
  if (first == first_free_) first_free_ = first + count;
}

uint32_t Space::take(uint32_t count) {
  uint32_t first = find_free(count);
  if (first != kNoBlock) {
    claim(first, count);
  } else {
    first = block_count();
    if (!append(count)) return kNoBlock;
  }
  in_use_ += count;
  return first;
}

bool Space::take_at(uint32_t first, uint32_t count) {
  const uint32_t end = block_count();
  const uint32_t inside = std::min(end - first, count);
  for (uint32_t i = first; i < first + inside; ++i)
    if (!is_free(i)) return false;
  if (inside < count && !append(count - inside)) return false;
  claim(first, inside);
  in_use_ += count;
  return true;
}

void Space::give_back(uint32_t first, uint32_t count) {
  for (uint32_t i = first; i < first + count; ++i) {
    Block& block = blocks_[i];
    block = Block{.state = BlockState::kFree, .pristine = block.pristine};
    if (!block.pristine) ++dirty_free_;
    free_bits_[i >> 6] |= uint64_t{1} << (i & 63);
  }
  first_free_ = std::min(first_free_, first);
  in_use_ -= count;
}

void Space::discard(uint32_t first, uint32_t count) {
  void* start = reinterpret_cast<void*>(address_of(first));
  const size_t bytes = size_t{count} << kBlockShift;
  unpoison(start, bytes);
  const bool zeroed = madvise(start, bytes, MADV_DONTNEED) == 0;
  for (uint32_t i = first; i < first + count; ++i) {
    if (blocks_[i].state == BlockState::kFree && !blocks_[i].pristine) dirty_free_ -= zeroed;
    blocks_[i].pristine = zeroed;
  }
}

void Space::trim(size_t keep_bytes) {
  const uint32_t keep = static_cast<uint32_t>(keep_bytes >> kBlockShift);
  uint32_t i = block_count();
  while (dirty_free_ > keep && i > first_free_) {
    --i;
    if (!is_free(i) || blocks_[i].pristine) continue;
    uint32_t first = i;
    while (first > first_free_ && i - first + 1 < dirty_free_ - keep && is_free(first - 1) &&
           !blocks_[first - 1].pristine)
      --first;
    discard(first, i - first + 1);
    i = first;
  }
}

void Space::clear_marks() {
  std::memset(marks_, 0, block_count() * kMarkWordsPerBlock * sizeof(uint64_t));
}

void Space::clear_marks_of(uint32_t block) {
  std::memset(marks_of(block), 0, kMarkWordsPerBlock * sizeof(uint64_t));
}

}  // namespace ouro::vm::heap
