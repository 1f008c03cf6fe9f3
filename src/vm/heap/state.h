// The collector's own state and the functions its files call in each other. Private to heap/.
#pragma once

#include <deque>
#include <vector>

#include "vm/heap/heap.h"
#include "vm/heap/heap_inline.h"
#include "vm/heap/marker.h"
#include "vm/heap/pointer_map.h"
#include "vm/heap/space.h"

namespace ouro::vm::heap {

// Bytes that may be handed out before a minor collection: a share of what is alive, within these bounds.
// Small, for the caches' sake and because a small program's peak memory shows it. With a smaller one yet more
// of what is in use only for a moment would be taken for old.
constexpr int64_t kSmallestNursery = int64_t{512} << 10;
// What a start makes (types, modules, code) lives on: collecting in the middle of it finds little.
constexpr int64_t kFirstNursery = int64_t{1} << 20;
constexpr int64_t kLargestNursery = int64_t{16} << 20;
// The old generation may always grow by this much before a full collection.
constexpr uint64_t kMinimalGrowth = uint64_t{512} << 10;
// What a large heap grows by is less than three eighths of it by this much; from 16 MiB on that is more than
// a quarter.
constexpr uint64_t kGrowthSaved = uint64_t{2} << 20;
// A run of cells that the allocator zeroes and bumps through.
constexpr uint32_t kRunBytes = 8192;
// Cells above this size remember single cards instead of being traced whole.
constexpr size_t kCardedSize = 8192;

struct WeakEntry {
  Object* reference;  // null: the entry is unused
  Object** slot;
  Object* target;
  uint32_t next_of_target;  // in registration order; a ring through the first
  uint32_t previous_of_target;
  bool has_callback;
};

// Entries are numbered; those registered since the last collection are also listed, because only they can die
// in a minor one.
struct WeakTable {
  std::vector<WeakEntry> entries;
  std::vector<uint32_t> unused;
  std::vector<uint32_t> young;
  PointerMap by_reference;
  PointerMap by_target;  // the oldest entry
};

struct ThreadRecord {
  uintptr_t stack_base;
  uintptr_t stack_top;  // while away
  bool away;            // between leave_heap and return_to_heap
  void* fake_stack;     // AddressSanitizer's
  uintptr_t registers[16];
  uintptr_t frames[128];  // the words above stack_top when the thread left
};

struct State {
  Space space;

  // allocation
  uint32_t current[kClassCount];               // the block that a class's cursor walks
  std::vector<uint32_t> roomy[kClassCount];    // blocks with room, most of them free
  std::vector<uint32_t> partial[kClassCount];  // the others with room
  std::vector<uint32_t> touched;               // small blocks allocated into since the last collection
  std::vector<uint32_t> young_large;
  std::vector<uint32_t> old_large;
  uint64_t slack_blocks = 0;  // of large cells, for growth: in use, but without memory
  int64_t nursery_left = kFirstNursery;
  uint64_t handed_cells = 0;  // since the last collection, with those that the cursors still hold
  uint64_t handed_bytes = 0;

  // what is alive after the last collection
  uint64_t live_cells = 0;
  uint64_t live_bytes = 0;
  uint64_t live_before = 0;  // after the full collection before the last one
  uint64_t full_threshold = kMinimalGrowth;
  int64_t external_bytes = 0;

  // roots
  std::vector<Value*> root_words;
  PointerMap root_index;
  std::vector<void (*)(Tracer&)> root_visitors;
  std::vector<Object*> statics;
  std::vector<Object*> remembered;
  std::vector<uintptr_t> dirty_cards;
  std::vector<ThreadRecord*> threads;
  std::vector<Object*> conservative_roots;

  // the dead that are not gone yet
  WeakTable weak;
  std::vector<Object*> young_finalizable;
  std::vector<Object*> old_finalizable;
  std::deque<Object*> pending_callbacks;
  std::deque<Object*> pending_finalizers;
  FinalizeFn finalize_hook = nullptr;
  void (*weak_callback_hook)(Object*) = nullptr;
  void (*pending_hook)() = nullptr;

  // policy
  bool automatic = true;
  bool collecting = false;
  uint32_t pauses = 0;  // depth of CollectionPause
  uint32_t stress_every = 0;
  uint32_t stress_left = 0;
  uint64_t memory_limit = 0;
  bool exhausted = false;
  void (*on_exhausted)() = nullptr;
  HeapStatistics statistics = {};

  State();
};

extern constinit __attribute__((visibility("hidden"))) State* the_heap;
State& make_state();

/// The one heap, made at the first question. Never destroyed: static destructors may still use it.
inline State& state() {
  if (the_heap == nullptr) [[unlikely]]
    return make_state();
  return *the_heap;
}

// allocation.cpp
void retire_cursors(State& heap);
/// `count` adjacent blocks, at the price of a full collection when nothing else helps. Never fails: see
/// exhaust.
uint32_t take_blocks(State& heap, uint32_t count);
/// A collection, if one is due.
void collect_if_due(State& heap);

// large.cpp
uintptr_t allocate_large(State& heap, size_t size);
uint64_t sweep_large(State& heap, bool full);

// limit.cpp
uint64_t used_bytes(const State& heap);
bool within_limit(const State& heap, uint64_t more);
void exhaust(State& heap, uint64_t wanted);

// heap.cpp
int64_t nursery_size(const State& heap);

// sweeping.cpp
void sweep(State& heap, bool full);

// roots.cpp
void mark_roots(State& heap, Marker& marker, bool full);
void forget_remembered(State& heap);
/// The cell that `address` points into, or null: of those that are old or allocated since the last
/// collection.
Object* find_cell(State& heap, uintptr_t address);
/// The cell of an address that is known to lie in one.
Object* cell_around(State& heap, uintptr_t address);

// cycles.cpp
// Every allocated cell, as a bitmap like the marks.
class CellSnapshot {
 public:
  explicit CellSnapshot(State& heap);
  /// The cells of the snapshot that are not marked now.
  std::vector<Object*> unmarked(const State& heap) const;

 private:
  void add(State& heap, uintptr_t address);
  std::vector<uint64_t> words_;
};
/// Those of `dead` that are in a cycle or reachable from one; empty when there are too many to look.
std::vector<Object*> held_by_cycles(State& heap, const std::vector<Object*>& dead);

// stack_scan.cpp
/// Calls `work` with the stack pointer from which on this thread's stack is to be scanned: below the caller's
/// frame, with its registers pushed there. The collector's own frames, full of stale words, are left out.
void with_saved_registers(void (*work)(void* argument, uintptr_t stack_top), void* argument);
void find_conservative_roots(State& heap, uintptr_t stack_top);

// weak.cpp
void clear_dead_weak(State& heap, bool full);
void drop_dead_references(State& heap, bool full);

// finalizers.cpp
void queue_dead_finalizable(State& heap, Marker& marker, bool full);
void announce_pending(State& heap);

inline bool is_live_mark(const State& heap, const Object* object) {
  const uintptr_t address = reinterpret_cast<uintptr_t>(object);
  return !heap.space.contains(address) || heap.space.is_marked(address);
}

}  // namespace ouro::vm::heap
