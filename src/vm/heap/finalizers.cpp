// Finalisers (PEP 442): each object's runs once, after the collection that found it dead, in the order of
// registration; the object and all it reaches stay alive until then, and longer when the finaliser stores
// them. Native resources (a lock's memory, say) are released later than that: inside the first collection
// that finds that no object whose finaliser is still to run reaches their owner.
#include <algorithm>
#include <iterator>

#include "vm/heap/finalizer_filter.h"
#include "vm/heap/pending.h"
#include "vm/heap/state.h"

namespace ouro::vm {

namespace heap {

namespace {

Finalizer (*kind_of_finalizer)(const Object*) = nullptr;
void (*release_object)(Object*) = nullptr;

struct Dead {
  std::vector<Object*> to_call, to_release;
};

// Moves the dead out of `list`.
void split_dead(State& heap, std::vector<Object*>& list, Dead& dead) {
  size_t kept = 0;
  for (Object* object : list) {
    if (is_live_mark(heap, object)) {
      list[kept++] = object;
      continue;
    }
    const Finalizer kind = kind_of_finalizer != nullptr ? kind_of_finalizer(object) : Finalizer::Call;
    if (kind == Finalizer::Call) dead.to_call.push_back(object);
    if (kind == Finalizer::Release) dead.to_release.push_back(object);
  }
  list.resize(kept);
}

void release_unreached(State& heap, const std::vector<Object*>& objects) {
  for (Object* object : objects) {
    if (is_live_mark(heap, object))
      heap.old_finalizable.push_back(object);
    else
      release_object(object);
  }
}

template <class Queue>
Object* pop_front(Queue& queue) {
  Object* object = queue.front();
  queue.pop_front();
  return object;
}

}  // namespace

// All dead objects are found before the first is brought back: each of a cycle gets its call.
void queue_dead_finalizable(State& heap, Marker& marker, bool full) {
  Dead dead;
  if (full) split_dead(heap, heap.old_finalizable, dead);
  split_dead(heap, heap.young_finalizable, dead);
  heap.old_finalizable.insert(heap.old_finalizable.end(), heap.young_finalizable.begin(),
                              heap.young_finalizable.end());
  heap.young_finalizable.clear();
  for (Object* object : dead.to_call) marker.visit(object);
  marker.drain();
  heap.pending_finalizers.insert(heap.pending_finalizers.end(), dead.to_call.begin(), dead.to_call.end());
  release_unreached(heap, dead.to_release);
}

void announce_pending(State& heap) {
  if (heap.pending_hook != nullptr && finalizers_pending()) heap.pending_hook();
}

}  // namespace heap

using heap::state;
using heap::State;

void register_finalizable(Object* object) {
  state().young_finalizable.push_back(object);
}

void set_finalizer_filter(Finalizer (*kind)(const Object* object), void (*release)(Object* object)) {
  heap::kind_of_finalizer = kind;
  heap::release_object = release;
}

void set_finalize_hook(FinalizeFn hook) {
  state().finalize_hook = hook;
}

void set_finalizers_pending_hook(void (*hook)()) {
  state().pending_hook = hook;
}

bool finalizers_pending() {
  const State& heap = state();
  return !heap.pending_callbacks.empty() || !heap.pending_finalizers.empty();
}

// Callbacks before finalisers, as CPython's collector. A finaliser that reaches a safe point comes back here:
// the outer call goes on with the queue. Other threads take from it as well, or one that makes garbage faster
// than another can finalise it would let the queue grow without bound.
void run_pending_finalizers() {
  static thread_local bool running = false;
  State& heap = state();
  if (running) return;
  running = true;
  while (finalizers_pending()) {
    if (!heap.pending_callbacks.empty()) {
      Object* reference = heap::pop_front(heap.pending_callbacks);
      if (heap.weak_callback_hook != nullptr) heap.weak_callback_hook(reference);
      continue;
    }
    Object* object = heap::pop_front(heap.pending_finalizers);
    if (heap.finalize_hook != nullptr) heap.finalize_hook(object);
    object->gc |= kGcFinalized;
  }
  running = false;
}

bool any_finalizable(bool (*wanted)(const Object* object)) {
  const State& heap = state();
  for (const std::vector<Object*>* list : {&heap.old_finalizable, &heap.young_finalizable}) {
    if (std::any_of(list->begin(), list->end(), wanted)) return true;
  }
  return std::any_of(heap.pending_finalizers.begin(), heap.pending_finalizers.end(), wanted);
}

void for_each_finalizable(const std::function<void(Object* object)>& visit) {
  const State& heap = state();
  for (const std::vector<Object*>* list : {&heap.old_finalizable, &heap.young_finalizable})
    std::for_each(list->begin(), list->end(), visit);
}

void queue_finalizers(bool (*wanted)(const Object* object)) {
  State& heap = state();
  for (std::vector<Object*>* list : {&heap.old_finalizable, &heap.young_finalizable}) {
    std::copy_if(list->begin(), list->end(), std::back_inserter(heap.pending_finalizers), wanted);
    std::erase_if(*list, wanted);
  }
}

void queue_all_finalizers() {
  State& heap = state();
  for (std::vector<Object*>* list : {&heap.old_finalizable, &heap.young_finalizable}) {
    heap.pending_finalizers.insert(heap.pending_finalizers.end(), list->begin(), list->end());
    list->clear();
  }
  heap::announce_pending(heap);
}

}  // namespace ouro::vm
