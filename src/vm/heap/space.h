// The address range of the heap: blocks, their descriptions and the side bitmaps.
//
// One range is reserved at the first allocation and made accessible from below as it is needed. It is cut
// into blocks of 32 KiB; a block holds cells of one size, or several together hold one large cell. What the
// collector has to know lies beside the range, found from an address by shifts: a description per block, a
// mark bit per 16 bytes, a card bit per 512 bytes.
#pragma once

#include <bit>
#include <cstdint>

#include "vm/heap/object.h"
#include "vm/heap/size_classes.h"

namespace ouro::vm::heap {

constexpr size_t kMarkWordShift = 10;  // one word of mark bits stands for 64 granules
constexpr size_t kMarkWordsPerBlock = kBlockSize >> kMarkWordShift;
constexpr size_t kCardShift = 9;
constexpr uint32_t kNoBlock = UINT32_MAX;

enum class BlockState : uint8_t { kUnused, kFree, kSmall, kLargeHead, kLargeTail };

struct Block {
  BlockState state = BlockState::kUnused;
  uint8_t size_class = 0;
  bool pristine = false;    // its memory is known to be zero
  uint32_t cell_size = 0;   // small
  uint32_t reciprocal = 0;  // small: of cell_size
  // small: bytes from the start that the allocator has walked since the last collection
  uint32_t handed_out = 0;
  uint32_t live_cells = 0;  // small: marked ones, after the last collection
  uint32_t head = 0;        // large: index of the first block
  uint32_t span = 0;        // large: number of blocks, with those kept free for growth
  uint64_t large_size = 0;  // large: bytes of the cell
};

class Space {
 public:
  /// Reserves the range. Called once; ends the program when not even a small range can be had.
  void reserve();

  uintptr_t base() const { return base_; }
  /// Bytes in use from the base on; everything above is inaccessible.
  size_t extent() const { return extent_; }
  size_t reserved() const { return reserved_; }
  uint32_t block_count() const { return static_cast<uint32_t>(extent_ >> kBlockShift); }
  bool contains(uintptr_t address) const { return address - base_ < extent_; }

  Block& block(uint32_t index) { return blocks_[index]; }
  uint32_t index_of(uintptr_t address) const {
    return static_cast<uint32_t>((address - base_) >> kBlockShift);
  }
  Block& block_of(uintptr_t address) { return blocks_[index_of(address)]; }
  uintptr_t address_of(uint32_t block) const {
    return base_ + (static_cast<uintptr_t>(block) << kBlockShift);
  }

  uint64_t* marks() const { return marks_; }
  uint64_t* marks_of(uint32_t block) const { return marks_ + block * kMarkWordsPerBlock; }
  bool is_marked(uintptr_t address) const {
    const size_t offset = address - base_;
    return (marks_[offset >> kMarkWordShift] >> ((offset / kGranule) & 63)) & 1;
  }
  /// True: was not set before.
  bool mark_card(uintptr_t address) {
    const size_t card = (address - base_) >> kCardShift;
    const uint64_t bit = uint64_t{1} << (card & 63);
    if ((cards_[card >> 6] & bit) != 0) return false;
    cards_[card >> 6] |= bit;
    return true;
  }
  void clear_card(uintptr_t address) {
    const size_t card = (address - base_) >> kCardShift;
    cards_[card >> 6] &= ~(uint64_t{1} << (card & 63));
  }
  void clear_marks();
  void clear_marks_of(uint32_t block);

  /// `count` adjacent blocks, the lowest ones that are free; kNoBlock when memory or addresses are exhausted.
  uint32_t take(uint32_t count);
  /// The `count` blocks from `first` on, if all are free.
  bool take_at(uint32_t first, uint32_t count);
  void give_back(uint32_t first, uint32_t count);
  /// Returns memory of free blocks to the system until at most `keep_bytes` of it is held.
  void trim(size_t keep_bytes);
  /// Returns the memory of blocks, which reads as zero afterwards.
  void discard(uint32_t first, uint32_t count);

  uint32_t blocks_in_use() const { return in_use_; }

 private:
  bool try_reserve(size_t bytes);
  bool extend(size_t bytes);
  uint32_t find_free(uint32_t count);
  void claim(uint32_t first, uint32_t count);
  bool append(uint32_t count);
  bool is_free(uint32_t index) const { return (free_bits_[index >> 6] >> (index & 63)) & 1; }

  uintptr_t base_ = 0;
  size_t extent_ = 0;
  size_t accessible_ = 0;
  size_t reserved_ = 0;
  Block* blocks_ = nullptr;
  uint64_t* marks_ = nullptr;
  uint64_t* cards_ = nullptr;
  uint64_t* free_bits_ = nullptr;
  uint32_t first_free_ = 0;  // no block below it is free
  uint32_t in_use_ = 0;
  uint32_t dirty_free_ = 0;  // free blocks that hold memory of the system
};

}  // namespace ouro::vm::heap
