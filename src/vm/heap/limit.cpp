// How much memory there may be: the limit that was asked for, and what the machine has.
#include <sys/sysinfo.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "vm/heap/state.h"

namespace ouro::vm {

namespace heap {

namespace {

// Beyond the limit, so that the MemoryError can be raised and handled.
uint64_t reserve_of(uint64_t limit) {
  return std::max<uint64_t>(limit / 8, uint64_t{2} << 20);
}

uint64_t machine_memory() {
  static const uint64_t bytes = [] {
    struct sysinfo info = {};
    if (sysinfo(&info) != 0) return UINT64_MAX;
    return (uint64_t{info.totalram} + info.totalswap) * info.mem_unit;
  }();
  return bytes;
}

uint64_t external(const State& heap) {
  return heap.external_bytes > 0 ? static_cast<uint64_t>(heap.external_bytes) : 0;
}

}  // namespace

uint64_t used_bytes(const State& heap) {
  return ((heap.space.blocks_in_use() - heap.slack_blocks) << kBlockShift) + external(heap);
}

bool within_limit(const State& heap, uint64_t more) {
  return heap.memory_limit == 0 || used_bytes(heap) + more <= heap.memory_limit;
}

// Called when `wanted` more bytes pass the limit or cannot be had. Collects, unless the last collection was
// just now; when that does not help, tells the interpreter once, and lets the program use the reserve until
// it has seen the MemoryError. A collection that makes hardly any room has not helped: the next one would
// come after the next few cells, and so on for ever.
void exhaust(State& heap, uint64_t wanted) {
  if (heap.collecting) return;
  const uint64_t reserve = reserve_of(heap.memory_limit);
  if (heap.pauses == 0 && (!heap.exhausted || heap.handed_bytes > reserve / 4)) {
    collect(2);
    if (heap.memory_limit != 0 && within_limit(heap, std::max(wanted, heap.memory_limit / 64))) return;
  }
  if (!heap.exhausted && heap.on_exhausted != nullptr) heap.on_exhausted();
  heap.exhausted = true;
  if (heap.memory_limit == 0 || used_bytes(heap) + wanted <= heap.memory_limit + reserve) return;
  std::fputs("ouro: out of memory: the program went on allocating at its memory limit\n", stderr);
  std::_Exit(1);
}

}  // namespace heap

using heap::state;
using heap::State;

bool can_allocate(size_t size) {
  State& heap = state();
  if (size > heap.space.reserved() / 2 || size > heap::machine_memory()) return false;
  if (size <= heap::kLargestSmall || heap::within_limit(heap, size + heap::kBlockSize)) return true;
  if (size > heap.memory_limit) return false;
  if (!heap.collecting && heap.pauses == 0) collect(2);
  return heap::within_limit(heap, size + heap::kBlockSize);
}

void account_external(int64_t bytes) {
  State& heap = state();
  heap.external_bytes += bytes;
  if (bytes > 0) heap.nursery_left -= bytes;
}

void set_memory_limit(uint64_t bytes, void (*on_exhausted)()) {
  State& heap = state();
  heap.memory_limit = bytes;
  heap.on_exhausted = on_exhausted;
  heap.exhausted = false;
}

}  // namespace ouro::vm
