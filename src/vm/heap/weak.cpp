// Weak references: who refers weakly to whom, and what happens when the target dies.
//
// The table knows each reference cell by its address and each target by the ring of its references, oldest
// first. It keeps neither alive. As in CPython's collector all weak references to a dead object are cleared
// before any finaliser can bring it back, and a callback is owed only to a reference that is itself alive.
#include "vm/heap/collection_pause.h"
#include "vm/heap/state.h"

namespace ouro::vm {

namespace heap {

namespace {

void link(WeakTable& table, uint32_t index) {
  WeakEntry& entry = table.entries[index];
  const uint32_t first = table.by_target.find(entry.target);
  if (first == PointerMap::kAbsent) {
    entry.next_of_target = entry.previous_of_target = index;
    table.by_target.set(entry.target, index);
    return;
  }
  const uint32_t last = table.entries[first].previous_of_target;
  entry.next_of_target = first;
  entry.previous_of_target = last;
  table.entries[last].next_of_target = index;
  table.entries[first].previous_of_target = index;
}

void remove(WeakTable& table, uint32_t index) {
  WeakEntry& entry = table.entries[index];
  if (entry.next_of_target == index) {
    table.by_target.erase(entry.target);
  } else {
    table.entries[entry.previous_of_target].next_of_target = entry.next_of_target;
    table.entries[entry.next_of_target].previous_of_target = entry.previous_of_target;
    if (table.by_target.find(entry.target) == index) table.by_target.set(entry.target, entry.next_of_target);
  }
  table.by_reference.erase(entry.reference);
  entry = {};
  table.unused.push_back(index);
}

// Clears all references to the target, the newest first: the order in which CPython makes the callbacks.
void clear_target(State& heap, Object* target) {
  WeakTable& table = heap.weak;
  for (;;) {
    const uint32_t first = table.by_target.find(target);
    if (first == PointerMap::kAbsent) return;
    const uint32_t last = table.entries[first].previous_of_target;
    const WeakEntry entry = table.entries[last];
    *entry.slot = nullptr;
    if (entry.has_callback && is_live_mark(heap, entry.reference))
      heap.pending_callbacks.push_back(entry.reference);
    remove(table, last);
  }
}

template <class Visit>
void for_entries_that_may_die(WeakTable& table, bool full, Visit visit) {
  if (full) {
    for (uint32_t i = 0; i < table.entries.size(); ++i)
      if (table.entries[i].reference != nullptr) visit(i);
  } else {
    for (const uint32_t i : table.young)
      if (table.entries[i].reference != nullptr) visit(i);
  }
}

}  // namespace

void clear_dead_weak(State& heap, bool full) {
  for_entries_that_may_die(heap.weak, full, [&](uint32_t i) {
    Object* target = heap.weak.entries[i].target;
    if (!is_live_mark(heap, target)) clear_target(heap, target);
  });
}

// After finalisable objects have brought back what they reach.
void drop_dead_references(State& heap, bool full) {
  for_entries_that_may_die(heap.weak, full, [&](uint32_t i) {
    if (!is_live_mark(heap, heap.weak.entries[i].reference)) remove(heap.weak, i);
  });
  heap.weak.young.clear();
}

}  // namespace heap

using heap::PointerMap;
using heap::state;
using heap::WeakTable;

void register_weak(Object* reference, Object** slot, Object* target, bool has_callback) {
  unregister_weak(reference);
  WeakTable& table = state().weak;
  uint32_t index;
  if (table.unused.empty()) {
    index = static_cast<uint32_t>(table.entries.size());
    table.entries.emplace_back();
  } else {
    index = table.unused.back();
    table.unused.pop_back();
  }
  table.entries[index] = {reference, slot, target, index, index, has_callback};
  heap::link(table, index);
  table.by_reference.set(reference, index);
  table.young.push_back(index);
}

void unregister_weak(Object* reference) {
  WeakTable& table = state().weak;
  const uint32_t index = table.by_reference.find(reference);
  if (index != PointerMap::kAbsent) heap::remove(table, index);
}

void for_each_weak(Object* target, const std::function<void(Object* reference)>& visit) {
  WeakTable& table = state().weak;
  const uint32_t first = table.by_target.find(target);
  if (first == PointerMap::kAbsent) return;
  CollectionPause pause;
  std::vector<Object*> references;
  uint32_t i = first;
  do {
    references.push_back(table.entries[i].reference);
    i = table.entries[i].next_of_target;
  } while (i != first);
  for (Object* reference : references) visit(reference);
}

Object* next_weak(const Object* target, const Object* previous) {
  const WeakTable& table = state().weak;
  const uint32_t first = table.by_target.find(target);
  if (first == PointerMap::kAbsent) return nullptr;
  if (previous == nullptr) return table.entries[first].reference;
  const uint32_t index = table.by_reference.find(previous);
  if (index == PointerMap::kAbsent) return nullptr;
  const uint32_t next = table.entries[index].next_of_target;
  return next == first ? nullptr : table.entries[next].reference;
}

void set_weak_callback_hook(void (*hook)(Object* reference)) {
  state().weak_callback_hook = hook;
}

}  // namespace ouro::vm
