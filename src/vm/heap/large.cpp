// Cells too large for a block: each has adjacent blocks of its own.
//
// Only the pages that a cell reaches cost memory, so the rest of its last block is address space and no more.
// Memory that comes back from a large cell is zeroed by the system when it is long, and by us when it is
// short.
#include <algorithm>
#include <cstring>

#include "vm/heap/sanitizer.h"
#include "vm/heap/state.h"

namespace ouro::vm {

namespace heap {

namespace {

// From here on returning pages to the system is cheaper than clearing them, and keeps the peak low.
constexpr size_t kDiscardBytes = size_t{1} << 20;

// Cells from here on have as much address space again behind them, to grow into.
constexpr size_t kSlackFrom = size_t{16} << 20;

uint32_t blocks_for(size_t size) {
  return static_cast<uint32_t>((size + kBlockSize - 1) >> kBlockShift);
}

// Zeroes [from, to) of the span that starts at `first`; what lies before `from` in its block is in use.
void clear_bytes(State& heap, uint32_t first, size_t from, size_t to) {
  while (from < to) {
    const uint32_t index = first + static_cast<uint32_t>(from >> kBlockShift);
    const size_t end = std::min(to, (from | (kBlockSize - 1)) + 1);
    void* start = reinterpret_cast<void*>(heap.space.address_of(first) + from);
    unpoison(start, end - from);
    Block& block = heap.space.block(index);
    if (!block.pristine) std::memset(start, 0, end - from);
    block.pristine = false;
    from = end;
  }
}

void set_tails(State& heap, uint32_t first, uint32_t from, uint32_t to) {
  for (uint32_t i = from; i < to; ++i) {
    Block& block = heap.space.block(first + i);
    block = Block{.state = BlockState::kLargeTail, .pristine = block.pristine, .head = first};
  }
}

// Blocks kept for growth hold no memory.
void set_slack(State& heap, uint32_t first, uint32_t from, uint32_t to) {
  for (uint32_t i = first + from; i < first + to; ++i)
    if (!heap.space.block(i).pristine) heap.space.discard(i, 1);
  heap.slack_blocks += to - from;
}

uint32_t slack_of(const Block& head) {
  return head.span - blocks_for(head.large_size);
}

void free_large(State& heap, uint32_t first) {
  const Block block = heap.space.block(first);
  heap.space.clear_marks_of(first);
  heap.slack_blocks -= slack_of(block);
  if (block.large_size >= kDiscardBytes) heap.space.discard(first, blocks_for(block.large_size));
  if (kPoisonFreeCells) poison(reinterpret_cast<void*>(heap.space.address_of(first)), block.large_size);
  heap.space.give_back(first, block.span);
}

bool is_marked(State& heap, uint32_t first) {
  return (heap.space.marks_of(first)[0] & 1) != 0;
}

void count_large_bytes(State& heap, size_t bytes) {
  heap.nursery_left -= static_cast<int64_t>(bytes);
  heap.handed_bytes += bytes;
}

bool grow_large(State& heap, uint32_t first, size_t new_size) {
  Block& head = heap.space.block(first);
  const size_t old_size = head.large_size;
  const uint32_t wanted = blocks_for(new_size);
  const uint32_t old_blocks = blocks_for(old_size);
  if (!within_limit(heap, uint64_t{wanted - old_blocks} << kBlockShift)) return false;
  if (wanted > head.span) {
    if (!heap.space.take_at(first + head.span, wanted - head.span)) return false;
    set_tails(heap, first, head.span, wanted);
    heap.slack_blocks -= slack_of(head);
    head.span = wanted;
  } else {
    heap.slack_blocks -= wanted - old_blocks;
  }
  // The rest of the block in which the cell ended may be anything.
  const uint32_t last = first + old_blocks - 1;
  heap.space.block(last).pristine = false;
  clear_bytes(heap, first, old_size, new_size);
  head.large_size = new_size;
  count_large_bytes(heap, new_size - old_size);
  if ((reinterpret_cast<Object*>(heap.space.address_of(first))->gc & kGcOld) != 0)
    heap.live_bytes += new_size - old_size;
  return true;
}

}  // namespace

uintptr_t allocate_large(State& heap, size_t size) {
  if (heap.stress_every != 0 && !heap.collecting && heap.pauses == 0)
    collect(2);
  else
    collect_if_due(heap);
  if (size > heap.space.reserved()) size = heap.space.reserved();  // take_blocks ends the program
  size = (size + kGranule - 1) / kGranule * kGranule;
  const uint32_t blocks = blocks_for(size);
  const uint32_t first = take_blocks(heap, blocks);
  uint32_t span = blocks;
  if (size >= kSlackFrom && heap.space.take_at(first + blocks, blocks)) span = blocks * 2;
  clear_bytes(heap, first, 0, size);
  set_tails(heap, first, 0, span);
  set_slack(heap, first, blocks, span);
  Block& head = heap.space.block(first);
  head.state = BlockState::kLargeHead;
  head.span = span;
  head.large_size = size;
  heap.young_large.push_back(first);
  count_large_bytes(heap, size);
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

}  // namespace heap

using heap::Block;
using heap::BlockState;
using heap::state;
using heap::State;

bool grow_in_place(Object* cell, size_t old_size, size_t new_size) {
  State& heap = state();
  const uint32_t first = heap.space.index_of(reinterpret_cast<uintptr_t>(cell));
  const Block& block = heap.space.block(first);
  const size_t capacity = block.state == BlockState::kSmall ? block.cell_size : block.large_size;
  if (new_size > capacity) {
    if (block.state == BlockState::kSmall || new_size > heap.space.reserved() / 2) return false;
    if (!heap::grow_large(heap, first, (new_size + heap::kGranule - 1) / heap::kGranule * heap::kGranule))
      return false;
  }
  if (old_size < capacity)
    std::memset(reinterpret_cast<char*>(cell) + old_size, 0, std::min(new_size, capacity) - old_size);
  return true;
}

void shrink_in_place(Object* cell, size_t new_size) {
  State& heap = state();
  const uint32_t first = heap.space.index_of(reinterpret_cast<uintptr_t>(cell));
  Block& head = heap.space.block(first);
  if (head.state != BlockState::kLargeHead || new_size <= heap::kLargestSmall || new_size >= head.large_size)
    return;
  const uint32_t before = heap::blocks_for(head.large_size);
  const uint32_t after = heap::blocks_for(new_size);
  if ((cell->gc & kGcOld) != 0) heap.live_bytes -= head.large_size - new_size;
  head.large_size = (new_size + heap::kGranule - 1) / heap::kGranule * heap::kGranule;
  heap::set_slack(heap, first, after, before);
}

}  // namespace ouro::vm
