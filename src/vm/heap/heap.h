// The heap: allocation, collection, the write barrier.
//
// Non-moving, generational mark-sweep over size-class blocks with side mark bits. Cells are found precisely
// from other cells (Shape::trace) and conservatively from the C++ stack and registers, so C++ code holds
// plain pointers; any word on the stack that points into a cell, also into its middle, keeps it alive. The
// machine's own frames are visited through the root visitors, precisely.
//
// The rule for C++ code: a pointer that a later allocation must not free lies on the C++ stack, in a traced
// cell, or in a registered root. A store of a Value or Object* into a field of a cell goes through store()
// (or calls write_barrier(holder) after a batch of raw stores, before the next allocation). Memory of malloc
// is not traced.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "vm/heap/object.h"

namespace ouro::vm {

/// What a TraceFn and a root visitor call with everything they hold. Null and immediate values are ignored.
class Tracer {
 public:
  void visit(Value value) {
    if (value.is_object()) visit_object(value.object());
  }
  void visit(const Object* object) {
    if (object != nullptr) visit_object(const_cast<Object*>(object));
  }
  void visit(const Value* values, size_t count) {
    for (size_t i = 0; i < count; ++i) visit(values[i]);
  }
  /// A pointer into the middle of a cell, e.g. text data in a shared buffer.
  virtual void visit_interior(const void* pointer) = 0;

 protected:
  virtual ~Tracer() = default;
  /// Of an object that does not lie in [base, base + extent).
  virtual void visit_outside(Object* object) = 0;
  /// Makes room on the stack, or sets top = limit when there is none to be had.
  virtual void grow() = 0;

  /// Marking is inline: set the mark bit, and put the cell on the stack if it was not set before. A tracer
  /// that is not the collector's leaves extent at 0 and gets everything through visit_outside.
  void visit_object(Object* object) {
    const uintptr_t offset = reinterpret_cast<uintptr_t>(object) - base_;
    if (offset >= extent_) [[unlikely]] {
      visit_outside(object);
      return;
    }
    uint64_t& word = marks_[offset >> 10];
    const uint64_t bit = uint64_t{1} << ((offset >> 4) & 63);
    if ((word & bit) != 0) return;
    word |= bit;
    if (top_ == limit_) [[unlikely]] {
      grow();
      if (top_ == limit_) return;
    }
    *top_++ = reinterpret_cast<uintptr_t>(object);
  }

  uintptr_t base_ = 0;
  uintptr_t extent_ = 0;
  uint64_t* marks_ = nullptr;
  uint64_t* top_ = nullptr;
  uint64_t* limit_ = nullptr;
};

/// The TraceFn of Array cells. The collector knows it and takes long arrays in pieces.
void trace_array(Object* array, Tracer& tracer);

struct HeapStatistics {
  uint64_t collections[3];  // minor, (unused), full
  uint64_t freed_cells;
  uint64_t live_bytes;       // after the last collection
  uint64_t allocated_bytes;  // since start
};

/// What runs for an object once the collector has found it dead (it is alive during the call, and may be
/// brought back to life). Called after the collection, on the thread that triggered it, outside the
/// collector.
using FinalizeFn = void (*)(Object* object);

/// A cell of `size` bytes (at least sizeof(Object)), header filled in, the rest zero. May collect, and so may
/// run finalisers only later, at the next safe point (run_pending_finalizers). Never returns null: out of
/// memory ends in the handler of set_memory_limit, see there. `shape` gives the kind.
Object* allocate(Shape* shape, size_t size);

template <class T>
T* allocate(Shape* shape, size_t size = sizeof(T)) {
  return static_cast<T*>(allocate(shape, size));
}

/// False when a cell of this size can never be had (above the memory limit, or absurd): ask before
/// allocating what a program's number decides, and raise MemoryError. May collect to find out.
bool can_allocate(size_t size);

/// Makes room in a cell without moving it: false when it must be copied to a new one. [old_size, new_size) is
/// zero afterwards. Long lists grow in place nearly always. The caller has asked can_allocate(new_size).
bool grow_in_place(Object* cell, size_t old_size, size_t new_size);
/// Gives memory of a large cell back. What lay beyond `new_size` is lost; nobody may trace it any more.
void shrink_in_place(Object* cell, size_t new_size);

/// Memory outside the heap that lives and dies with cells (GMP buffers, zlib state): makes collections come
/// in time.
void account_external(int64_t bytes);

void remember(Object* holder);
/// `field` lies in `holder`, which is old: large cells remember the field alone.
void remember_field(Object* holder, const void* field);

/// To be called after storing into `holder`, before the next allocation.
inline void write_barrier(Object* holder) {
  if ((holder->gc & (kGcOld | kGcRemembered)) == kGcOld) [[unlikely]]
    remember(holder);
}
/// The same for one field: cheaper for large cells, see remember_field.
inline void write_barrier(Object* holder, const void* field) {
  if ((holder->gc & (kGcOld | kGcRemembered)) == kGcOld) [[unlikely]]
    remember_field(holder, field);
}
inline void store(Object* holder, Value& field, Value value) {
  field = value;
  write_barrier(holder, &field);
}
template <class T>
inline void store(Object* holder, T*& field, T* value) {
  field = value;
  write_barrier(holder, &field);
}

/// A collection now. Generation 0: minor; others: full. Returns the number of cells freed. Finalisers and
/// weak-reference callbacks are queued, not run.
uint64_t collect(int generation);

/// A full collection that asks about each dead object that CPython's collector would have found: those in
/// garbage cycles, and what only they reach. `keep` may say true: the object stays alive, and its finaliser
/// is not called now. It must not allocate. `found`, after the collection, gets those that were kept.
void collect_cycles(const std::function<bool(Object* object)>& keep,
                    const std::function<void(Object* object)>& found);

/// gc.enable / gc.disable: whether allocation may start a collection by itself.
void set_automatic_collection(bool enabled);
bool automatic_collection();

/// Allocations since the last collection: gc.get_count.
uint64_t allocated_cells();

/// Runs what the last collections queued: finalisers and weak-reference callbacks. Called by the interpreter
/// at its safe points and by gc.collect. `finalizers_pending` is cheap.
bool finalizers_pending();
void run_pending_finalizers();

/// The object's type has a finaliser (__del__, or a native one): told right after its allocation. The
/// finaliser is called once; it may register the object again for another one. kGcFinalized is set when the
/// first has run.
void register_finalizable(Object* object);
/// Calls one finaliser. Set by object/: it knows types.
void set_finalize_hook(FinalizeFn hook);
/// Called after a collection that queued something: a place to ask for the interpreter's attention.
void set_finalizers_pending_hook(void (*hook)());
/// Queues the finalisers of everything that still has one to run: the end of the program.
void queue_all_finalizers();

/// A weak reference cell: `target` is not traced. When the target dies, `*slot` (a field of `reference`) is
/// cleared and, if `has_callback`, `reference` is queued for the callback hook.
void register_weak(Object* reference, Object** slot, Object* target, bool has_callback);
void unregister_weak(Object* reference);
/// All registered references to `target`, oldest first.
void for_each_weak(Object* target, const std::function<void(Object* reference)>& visit);
/// The same step by step: the reference registered after `previous` (null: the first), or null.
Object* next_weak(const Object* target, const Object* previous);
void set_weak_callback_hook(void (*hook)(Object* reference));

/// Roots: single words, and functions that visit many (thread stacks, tables).
void add_root(Value* word);
void add_root(Object** word);
void remove_root(const void* word);
void add_root_visitor(void (*visit)(Tracer& tracer));
/// A cell outside the heap (a C++ variable) that may hold pointers into it: traced as long as the program
/// runs. Its header must be filled in already; static cells are old, so stores into them need the barrier,
/// too.
void add_static(Object* object);

/// Called by every thread that touches the heap, with the address of its stack's base; and when it ends. A
/// thread that waits without the global lock is scanned from the stack pointer noted by `leave_heap`.
/// All four are called with the global lock held.
void enter_thread(const void* stack_base);
/// The base of the calling thread's stack, as enter_thread wants it.
const void* current_stack_base();
void exit_thread();
void leave_heap();
void return_to_heap();

/// Every live cell (after a full collection of the unreachable ones, if `precise`). For gc.get_objects and
/// gc.get_referrers.
void for_each_object(const std::function<void(Object*)>& visit);
/// What `object` refers to directly.
void for_each_referent(Object* object, const std::function<void(Object*)>& visit);

/// Stress mode: a full collection at every Nth allocation (0: off). OURO_GC_STRESS sets it in tests.
void set_stress(uint32_t every);

/// -X ouro-max-memory: bytes of heap and accounted memory together; 0: none. When an allocation would pass it
/// even after a full collection, `on_exhausted` is called (it sets the pending MemoryError flag that the
/// interpreter sees at its next safe point); the allocation itself still succeeds within a small reserve.
void set_memory_limit(uint64_t bytes, void (*on_exhausted)());

const HeapStatistics& heap_statistics();
size_t cell_size(const Object* object);

}  // namespace ouro::vm
