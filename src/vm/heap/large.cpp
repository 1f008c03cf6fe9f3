// Cells too large for a block: each has adjacent blocks of its own.
//
// Only the pages that a cell reaches cost memory, so the rest of its last block is address space and no more.
// Memory that comes back from a large cell is zeroed by the system when it is long, and by us when it is
// short.
#include <cstring>

#include "vm/heap/sanitizer.h"
#include "vm/heap/state.h"

namespace ouro::vm::heap {

namespace {

// From here on returning pages to the system is cheaper than clearing them, and keeps the peak low.
constexpr size_t kDiscardBytes = size_t{1} << 20;

void clear_blocks(State& heap, uint32_t first, size_t size) {
  size_t done = 0;
  for (uint32_t i = first; done < size; ++i, done += kBlockSize) {
    const size_t part = size - done < kBlockSize ? size - done : kBlockSize;
    void* start = reinterpret_cast<void*>(heap.space.address_of(i));
    unpoison(start, part);
    Block& block = heap.space.block(i);
    if (!block.pristine) std::memset(start, 0, part);
    block.pristine = false;
  }
}

void free_large(State& heap, uint32_t first) {
  const Block block = heap.space.block(first);
  heap.space.clear_marks_of(first);
  if (block.large_size >= kDiscardBytes) heap.space.discard(first, block.span);
  if (kPoisonFreeCells) poison(reinterpret_cast<void*>(heap.space.address_of(first)), block.large_size);
  heap.space.give_back(first, block.span);
}

bool is_marked(State& heap, uint32_t first) {
  return (heap.space.marks_of(first)[0] & 1) != 0;
}

}  // namespace

uintptr_t allocate_large(State& heap, size_t size) {
  if (heap.stress_every != 0 && !heap.collecting && heap.pauses == 0)
    collect(2);
  else
    collect_if_due(heap);
  if (size > heap.space.reserved()) size = heap.space.reserved();  // take_blocks ends the program
  size = (size + kGranule - 1) / kGranule * kGranule;
  const uint32_t span = static_cast<uint32_t>((size + kBlockSize - 1) >> kBlockShift);
  const uint32_t first = take_blocks(heap, span);
  clear_blocks(heap, first, size);
  for (uint32_t i = first; i < first + span; ++i) {
    Block& block = heap.space.block(i);
    block = Block{.state = BlockState::kLargeTail, .pristine = block.pristine, .head = first};
  }
  Block& head = heap.space.block(first);
  head.state = BlockState::kLargeHead;
  head.span = span;
  head.large_size = size;
  heap.young_large.push_back(first);
  heap.nursery_left -= static_cast<int64_t>(size);
  heap.handed_bytes += size;
  ++heap.handed_cells;
  return heap.space.address_of(first);
}

uint64_t sweep_large(State& heap, bool full) {
  uint64_t live = 0;
  if (full) {
    std::vector<uint32_t> kept;
    for (const uint32_t first : heap.old_large) {
      if (is_marked(heap, first)) {
        kept.push_back(first);
        live += heap.space.block(first).large_size;
        ++heap.live_cells;
      } else {
        free_large(heap, first);
      }
    }
    heap.old_large.swap(kept);
  }
  for (const uint32_t first : heap.young_large) {
    if (is_marked(heap, first)) {
      heap.old_large.push_back(first);
      live += heap.space.block(first).large_size;
      ++heap.live_cells;
    } else {
      free_large(heap, first);
    }
  }
  heap.young_large.clear();
  return live;
}

}  // namespace ouro::vm::heap
