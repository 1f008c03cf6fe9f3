// Marking: the tracer that sets mark bits, with its own stack. Private to heap/.
#pragma once

#include "vm/heap/heap.h"

namespace ouro::vm::heap {

struct State;

/// Marks everything reachable from what it visits. What is marked already is not looked at again, so the same
/// code serves minor collections (the old generation is marked from the start) and full ones (nothing is).
class Marker final : public Tracer {
 public:
  Marker(State& heap, bool full);
  ~Marker() override;
  Marker(const Marker&) = delete;
  Marker& operator=(const Marker&) = delete;

  /// Traces what was visited, and everything behind it.
  void drain();
  /// Visits what `object` holds, marked or not.
  void trace(Object* object);
  /// Treats every word of [start, end) as a possible pointer.
  void visit_words(uintptr_t start, uintptr_t end);
  void visit_interior(const void* pointer) override;

  /// For tests: the stack overflows at this many entries.
  static void set_stack_limit(size_t entries);

 private:
  void visit_outside(Object* object) override;
  void grow() override;
  void trace_array_chunk(Object* array, uint64_t from);
  void pop_chunk(uintptr_t tagged);
  void recover_from_overflow();

  State& heap_;
  uint64_t* bottom_ = nullptr;
  bool full_;
  bool overflowed_ = false;
};

}  // namespace ouro::vm::heap
