// After marking: which blocks are empty, which have room, and how much is alive. Cells themselves are not
// visited.
#include <algorithm>
#include <cstring>

#include "vm/heap/sanitizer.h"
#include "vm/heap/state.h"

namespace ouro::vm::heap {

namespace {

uint32_t count_marks(const uint64_t* marks) {
  uint32_t count = 0;
  for (size_t i = 0; i < kMarkWordsPerBlock; ++i) count += static_cast<uint32_t>(std::popcount(marks[i]));
  return count;
}

// In a sanitized build freed cells become inaccessible, in stress mode unmistakable.
void spoil_free_cells(State& heap, uint32_t index) {
  const Block& block = heap.space.block(index);
  const uintptr_t start = heap.space.address_of(index);
  for (uint32_t offset = 0; offset + block.cell_size <= kBlockSize; offset += block.cell_size) {
    if (heap.space.is_marked(start + offset)) continue;
    void* cell = reinterpret_cast<void*>(start + offset);
    if (heap.stress_every != 0) {
      unpoison(cell, block.cell_size);
      std::memset(cell, 0xDB, block.cell_size);
    }
    poison(cell, block.cell_size);
  }
}

// A block that is rather full is left alone until a collection has emptied it: walking it from gap to gap
// costs more than its few cells are worth.
bool has_room(const Block& block) {
  const uint32_t capacity = static_cast<uint32_t>(kBlockSize) / block.cell_size;
  return (capacity - block.live_cells) * 4 >= capacity;
}

// Three quarters are free.
bool is_roomy(const Block& block) {
  return uint64_t{block.live_cells} * block.cell_size * 4 <= kBlockSize;
}

void sweep_block(State& heap, uint32_t index) {
  Block& block = heap.space.block(index);
  block.live_cells = count_marks(heap.space.marks_of(index));
  if (block.handed_out != 0) block.pristine = false;
  block.handed_out = 0;
  if (kPoisonFreeCells || heap.stress_every != 0) {
    block.pristine = false;
    spoil_free_cells(heap, index);
  }
  if (block.live_cells == 0)
    heap.space.give_back(index, 1);
  else if (is_roomy(block))
    heap.roomy[block.size_class].push_back(index);
  else if (has_room(block))
    heap.partial[block.size_class].push_back(index);
}

void sweep_all_blocks(State& heap) {
  for (std::vector<uint32_t>& list : heap.partial) list.clear();
  for (std::vector<uint32_t>& list : heap.roomy) list.clear();
  heap.live_cells = 0;
  heap.live_bytes = 0;
  // From above, because the lists are used from their end: low addresses first.
  for (uint32_t index = heap.space.block_count(); index-- > 0;) {
    const Block& block = heap.space.block(index);
    if (block.state != BlockState::kSmall) continue;
    const uint64_t cell_size = block.cell_size;
    sweep_block(heap, index);
    heap.live_cells += block.live_cells;
    heap.live_bytes += block.live_cells * cell_size;
  }
}

void sweep_touched_blocks(State& heap) {
  for (size_t i = heap.touched.size(); i-- > 0;) {
    const uint32_t index = heap.touched[i];
    const Block& block = heap.space.block(index);
    const uint64_t cell_size = block.cell_size;
    const uint32_t before = block.live_cells;
    sweep_block(heap, index);
    const uint32_t more = block.live_cells - before;  // a given back block has had none before
    heap.live_cells += more;
    heap.live_bytes += more * cell_size;
  }
}

}  // namespace

void sweep(State& heap, bool full) {
  const uint64_t cells = heap.live_cells + heap.handed_cells;
  if (full)
    sweep_all_blocks(heap);
  else
    sweep_touched_blocks(heap);
  heap.live_bytes += sweep_large(heap, full);
  heap.touched.clear();
  heap.statistics.freed_cells += cells - heap.live_cells;
  heap.statistics.allocated_bytes += heap.handed_bytes;
  heap.handed_bytes = 0;
  heap.handed_cells = 0;
  // What a program has just needed it is likely to need again: memory goes back after a full collection, and
  // half of what the one before found alive only after the next.
  if (!full) return;
  const uint64_t recent = std::max(heap.live_bytes, heap.live_before);
  heap.live_before = heap.live_bytes;
  heap.space.trim(static_cast<uint64_t>(nursery_size(heap)) * 2 + recent / 2);
}

}  // namespace ouro::vm::heap
