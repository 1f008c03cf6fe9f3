// Small cells: from the marks of a block to runs of free cells to cursors.
//
// Nothing is swept cell by cell and there are no free lists. What the last collection left unmarked in a
// block is free, so the allocator walks the block's mark bits from its start: each gap between marked cells
// becomes a run, which is zeroed and given to the cursor of its size class. `handed_out` says how far a
// block's walk has come: below it every cell is old, or young, or still zero in the cursor's run; above it
// every unmarked cell is free.
#include <array>
#include <cassert>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "vm/heap/sanitizer.h"
#include "vm/heap/state.h"

namespace ouro::vm {

namespace heap {

constinit Cursor cursors[kClassCount] = {};

namespace {

// The first offset at or after `offset` whose cell is unmarked, or the end of the block's cells.
uint32_t skip_marked(const uint64_t* marks, uint32_t offset, uint32_t cell_size, uint32_t end) {
  while (offset < end && ((marks[offset >> kMarkWordShift] >> ((offset / kGranule) & 63)) & 1) != 0)
    offset += cell_size;
  return offset;
}

// The first marked offset after `offset`, or `end`.
uint32_t find_marked(const uint64_t* marks, uint32_t offset, uint32_t end) {
  uint32_t granule = offset / kGranule;
  const uint32_t end_granule = end / kGranule;
  while (granule < end_granule) {
    const uint64_t word = marks[granule >> 6] >> (granule & 63);
    if (word != 0) {
      const uint32_t found = (granule + static_cast<uint32_t>(std::countr_zero(word))) * kGranule;
      return found < end ? found : end;
    }
    granule = (granule | 63) + 1;
  }
  return end;
}

// How many bytes of a block its cells take, and the longest run, for every class.
struct ClassLimits {
  uint32_t cells_end, longest_run, reciprocal;
};
constexpr auto kClassLimits = [] {
  std::array<ClassLimits, kClassCount> limits{};
  for (unsigned i = 0; i < kClassCount; ++i) {
    const uint32_t size = kClassSizes[i];
    limits[i] = {static_cast<uint32_t>(kBlockSize) / size * size,
                 size > kRunBytes ? size : kRunBytes / size * size, reciprocal_of(size)};
  }
  return limits;
}();

// Gaps of a cell or two are common: they are not worth a call.
inline void clear_run(uintptr_t address, uint32_t bytes) {
  if (bytes > 128) {
    std::memset(reinterpret_cast<void*>(address), 0, bytes);
    return;
  }
  for (uint32_t offset = 0; offset < bytes; offset += kGranule) {
    std::memset(reinterpret_cast<void*>(address + offset), 0, kGranule);
    asm volatile("");  // or the compiler makes the loop a call
  }
}

// Moves the cursor to the next run of the class's current block. False: there is none.
bool next_run(State& heap, unsigned size_class) {
  const uint32_t index = heap.current[size_class];
  if (index == kNoBlock) return false;
  Block& block = heap.space.block(index);
  const uint64_t* marks = heap.space.marks_of(index);
  const uint32_t cell_size = block.cell_size;
  const auto [cells_end, most, reciprocal] = kClassLimits[size_class];
  const uint32_t start =
      block.live_cells == 0 ? block.handed_out : skip_marked(marks, block.handed_out, cell_size, cells_end);
  if (start >= cells_end) {
    heap.current[size_class] = kNoBlock;
    return false;
  }
  const uint32_t furthest = cells_end - start > most ? start + most : cells_end;
  const uint32_t end = block.live_cells == 0 ? furthest : find_marked(marks, start, furthest);
  const uintptr_t address = heap.space.address_of(index) + start;
  unpoison(reinterpret_cast<void*>(address), end - start);
  if (!block.pristine) clear_run(address, end - start);
  block.handed_out = end;
  heap.nursery_left -= end - start;
  heap.handed_bytes += end - start;
  heap.handed_cells += uint64_t{end - start} * reciprocal >> 32;
  cursors[size_class] = {address, address + end - start};
  return true;
}

// An empty block for the class.
uint32_t fresh_block(State& heap, unsigned size_class) {
  const uint32_t index = take_blocks(heap, 1);
  Block& block = heap.space.block(index);
  const bool pristine = block.pristine;
  const uint32_t size = kClassSizes[size_class];
  block = Block{.state = BlockState::kSmall,
                .size_class = static_cast<uint8_t>(size_class),
                .pristine = pristine,
                .cell_size = size,
                .reciprocal = reciprocal_of(size)};
  return index;
}

uint32_t pop_block(std::vector<uint32_t>& list) {
  const uint32_t index = list.back();
  list.pop_back();
  return index;
}

// Gives the class a block with free cells: of its own, first one of those that are nearly empty, whose runs
// are long; or an empty one.
void next_block(State& heap, unsigned size_class) {
  uint32_t index;
  if (!heap.roomy[size_class].empty())
    index = pop_block(heap.roomy[size_class]);
  else if (!heap.partial[size_class].empty())
    index = pop_block(heap.partial[size_class]);
  else
    index = fresh_block(heap, size_class);
  heap.touched.push_back(index);
  heap.current[size_class] = index;
}

// Stress mode: cursors hold at most the cell that is being asked for. Every other collection is a minor one,
// which sees whether old cells told of the young ones that were stored into them.
void count_stress(State& heap) {
  if (--heap.stress_left != 0) return;
  heap.stress_left = heap.stress_every;
  static bool minor = false;
  minor = !minor;
  if (!heap.collecting && heap.pauses == 0) collect(minor ? 0 : 2);
}

}  // namespace

uintptr_t allocate_cell_slow(unsigned size_class) {
  State& heap = state();
  assert(!heap.collecting && "a trace function allocates");
  if (heap.stress_every != 0)
    count_stress(heap);
  else
    collect_if_due(heap);
  Cursor& cursor = cursors[size_class];
  const uint32_t cell_size = kClassSizes[size_class];
  while (cursor.limit - cursor.next < cell_size)
    if (!next_run(heap, size_class)) next_block(heap, size_class);
  const uintptr_t cell = cursor.next;
  cursor.next += cell_size;
  if (heap.stress_every != 0) {  // gives the rest of the run back
    const uint32_t rest = static_cast<uint32_t>(cursor.limit - cursor.next);
    heap.space.block_of(cell).handed_out -= rest;
    heap.handed_bytes -= rest;
    heap.handed_cells -= rest / cell_size;
    poison(reinterpret_cast<void*>(cursor.next), rest);
    cursor = {};
  }
  return cell;
}

// The rest of each run is not allocated: it leaves the counts. Its cells are zero, and so nobody takes them
// for objects.
void retire_cursors(State& heap) {
  for (unsigned i = 0; i < kClassCount; ++i) {
    const uint64_t rest = cursors[i].limit - cursors[i].next;
    heap.handed_bytes -= rest;
    heap.handed_cells -= rest / kClassSizes[i];
    cursors[i] = {};
    heap.current[i] = kNoBlock;
  }
}

uint32_t take_blocks(State& heap, uint32_t count) {
  const uint64_t bytes = uint64_t{count} << kBlockShift;
  if (within_limit(heap, bytes)) [[likely]] {
    const uint32_t first = heap.space.take(count);
    if (first != kNoBlock) [[likely]]
      return first;
  }
  exhaust(heap, bytes);
  const uint32_t first = heap.space.take(count);
  if (first != kNoBlock) return first;
  std::fputs("ouro: out of memory\n", stderr);
  std::abort();
}

}  // namespace heap

Object* allocate(Shape* shape, size_t size) {
  if (size > heap::kLargestSmall) [[unlikely]] {
    Object* object = reinterpret_cast<Object*>(heap::allocate_large(heap::state(), size));
    heap::write_header(object, shape);
    object->gc = kGcLarge;
    return object;
  }
  const unsigned size_class = heap::class_of(size < sizeof(Object) ? sizeof(Object) : size);
  heap::Cursor& cursor = heap::cursors[size_class];
  uintptr_t cell = cursor.next;
  if (cursor.limit - cell < heap::kClassSizes[size_class]) [[unlikely]]
    cell = heap::allocate_cell_slow(size_class);
  else
    cursor.next = cell + heap::kClassSizes[size_class];
  Object* object = reinterpret_cast<Object*>(cell);
  heap::write_header(object, shape);
  if (size > heap::kCardedSize) object->gc = kGcLarge;
  return object;
}

}  // namespace ouro::vm
