// The collector: when it runs, and in which order it does what.
//
// The heap does not move cells, so that C++ code may hold plain pointers, and it does not count references. A
// cell costs an addition and the two words of its header to make, and nothing to drop. What is alive is found
// by marking, in two kinds of collection that share all their code. The mark bits are sticky: they stay set
// after a collection, and "marked" and "old" are the same thing. A minor collection starts from the roots and
// from the old cells that were stored into since (the write barrier remembers them), and marks on from there;
// since it never looks behind a marked cell, it only visits young ones, and every survivor is old from then
// on. A full collection clears all marks first.
//
// Where things stand:
//   space.*         the address range, its blocks, the side bitmaps of marks and cards
//   size_classes.h  the sizes of cells
//   allocation.cpp  small cells: bumping through the gaps that the marks leave; heap_inline.h has the fast
//   path large.cpp       cells above 32 KiB limit.cpp       what is left of the memory roots.cpp       roots,
//   the remembered set, from an address to a cell stack_scan.cpp  threads, their stacks and registers
//   marker.*        marking
//   weak.cpp, finalizers.cpp  what the dead still cause
//   sweeping.cpp    the books after a collection; there is no sweep over cells
//
// The order inside a collection is CPython's: mark; clear the weak references to the dead and queue their
// callbacks; queue the finalisers of the dead and mark what they reach; sweep. Nothing of Python runs inside;
// the queues are worked off by the interpreter at its next safe point. Everything here happens under the
// global lock, on one thread.
#include "vm/heap/heap.h"

#include <algorithm>
#include <optional>

#include "vm/heap/collection_pause.h"
#include "vm/heap/state.h"

namespace ouro::vm {

namespace heap {

State::State() {
  space.reserve();
  std::fill(std::begin(current), std::end(current), kNoBlock);
}

constinit State* the_heap = nullptr;

State& make_state() {
  the_heap = new State;
  return *the_heap;
}

namespace {

// The next full collection comes when the old generation has grown by a quarter, large ones by up to three
// eighths: small ones are marked within the caches.
void set_full_threshold(State& heap) {
  const uint64_t live = heap.live_bytes + static_cast<uint64_t>(std::max<int64_t>(heap.external_bytes, 0));
  const uint64_t more = live / 8 * 3 > kGrowthSaved ? live / 8 * 3 - kGrowthSaved : 0;
  heap.full_threshold = live + std::max({live / 4, more, kMinimalGrowth});
}

uint64_t old_bytes(const State& heap) {
  return heap.live_bytes + static_cast<uint64_t>(std::max<int64_t>(heap.external_bytes, 0));
}

using Keep = std::function<bool(Object* object)>;

// What the garbage cycles hold is shown to `keep`, and marked if that says so.
void keep_from_cycles(State& heap, Marker& marker, const CellSnapshot& before, const Keep& keep,
                      std::vector<Object*>& kept) {
  for (Object* object : held_by_cycles(heap, before.unmarked(heap)))
    if (keep(object)) kept.push_back(object);
  for (Object* object : kept) marker.visit(object);
  marker.drain();
}

struct Request {
  bool full;
  const Keep* keep = nullptr;
  std::vector<Object*>* kept = nullptr;
};

void collect_from(void* argument, uintptr_t stack_top) {
  State& heap = state();
  const auto& [full, keep, kept] = *static_cast<const Request*>(argument);
  heap.collecting = true;
  retire_cursors(heap);
  find_conservative_roots(heap, stack_top);
  std::optional<CellSnapshot> before;
  if (keep != nullptr) before.emplace(heap);
  if (full) {
    forget_remembered(heap);
    heap.space.clear_marks();
  }
  {
    Marker marker(heap, full);
    mark_roots(heap, marker, full);
    marker.drain();
    if (keep != nullptr) keep_from_cycles(heap, marker, *before, *keep, *kept);
    clear_dead_weak(heap, full);
    queue_dead_finalizable(heap, marker, full);
    drop_dead_references(heap, full);
  }
  sweep(heap, full);
  heap.nursery_left = nursery_size(heap);
  if (full) set_full_threshold(heap);
  if (heap.exhausted && within_limit(heap, 0)) heap.exhausted = false;
  heap.statistics.live_bytes = heap.live_bytes;
  ++heap.statistics.collections[full ? 2 : 0];
  heap.collecting = false;
}

void run_collection(Request request) {
  with_saved_registers(collect_from, &request);
}

}  // namespace

int64_t nursery_size(const State& heap) {
  return std::clamp(static_cast<int64_t>(heap.live_bytes / 8), kSmallestNursery, kLargestNursery);
}

// With automatic collection off minor ones still happen, for they do what CPython's reference counts do; full
// ones wait until the heap has grown fourfold.
void collect_if_due(State& heap) {
  if (heap.nursery_left > 0 || heap.pauses != 0 || heap.collecting) return;
  const uint64_t threshold = heap.automatic ? heap.full_threshold : heap.full_threshold * 4;
  collect(old_bytes(heap) >= threshold ? 2 : 0);
}

}  // namespace heap

using heap::state;
using heap::State;

uint64_t collect(int generation) {
  State& heap = state();
  if (heap.collecting || heap.pauses != 0) return 0;
  const uint64_t before = heap.statistics.freed_cells;
  heap::run_collection({.full = generation > 0});
  heap::announce_pending(heap);
  return heap.statistics.freed_cells - before;
}

CollectionPause::CollectionPause() {
  ++state().pauses;
}
CollectionPause::~CollectionPause() {
  --state().pauses;
}

void collect_cycles(const std::function<bool(Object* object)>& keep,
                    const std::function<void(Object* object)>& found) {
  State& heap = state();
  if (heap.collecting || heap.pauses != 0) return;
  std::vector<Object*> kept;
  heap::run_collection({.full = true, .keep = &keep, .kept = &kept});
  {
    const CollectionPause pause;
    for (Object* object : kept) found(object);
  }
  heap::announce_pending(heap);
}

uint64_t allocated_cells() {
  const State& heap = state();
  uint64_t cells = heap.handed_cells;
  for (unsigned i = 0; i < heap::kClassCount; ++i)
    cells -= (heap::cursors[i].limit - heap::cursors[i].next) / heap::kClassSizes[i];
  return cells;
}

void set_automatic_collection(bool enabled) {
  state().automatic = enabled;
}
bool automatic_collection() {
  return state().automatic;
}

void set_stress(uint32_t every) {
  State& heap = state();
  heap::retire_cursors(heap);
  heap.stress_every = heap.stress_left = every;
}

const HeapStatistics& heap_statistics() {
  return state().statistics;
}

size_t cell_size(const Object* object) {
  State& heap = state();
  const uintptr_t address = reinterpret_cast<uintptr_t>(object);
  if (!heap.space.contains(address)) return sizeof(Object);
  const heap::Block& block = heap.space.block_of(address);
  return block.state == heap::BlockState::kSmall ? block.cell_size : block.large_size;
}

}  // namespace ouro::vm
