// The allocation fast path, for the interpreter and other hot places: a bump of the class's cursor, no call.
//
// A cursor walks a run of zeroed cells. It is kept empty while stress mode is on, so the fast path needs no
// test for that nor for anything else.
#pragma once

#include "vm/heap/heap.h"
#include "vm/heap/shape.h"
#include "vm/heap/size_classes.h"

namespace ouro::vm {

namespace heap {

struct Cursor {
  uintptr_t next;
  uintptr_t limit;
};
extern constinit __attribute__((visibility("hidden"))) Cursor cursors[kClassCount];

/// The cell that the cursor of `size_class` could not give.
uintptr_t allocate_cell_slow(unsigned size_class);

/// The second word of a fresh header: everything but the kind is zero.
inline void write_header(Object* object, Shape* shape) {
  object->shape = shape;
  object->gc = 0;
  object->kind = shape->instance_kind;
}

}  // namespace heap

/// allocate(), inline for sizes up to 256 bytes.
[[gnu::always_inline]] inline Object* allocate_inline(Shape* shape, size_t size) {
  if (size - 1 >= heap::kFineLimit) [[unlikely]]
    return allocate(shape, size);
  const size_t size_class = (size - 1) / heap::kGranule;
  heap::Cursor& cursor = heap::cursors[size_class];
  uintptr_t cell = cursor.next;
  const uintptr_t next = cell + (size_class + 1) * heap::kGranule;
  if (next > cursor.limit) [[unlikely]]
    cell = heap::allocate_cell_slow(static_cast<unsigned>(size_class));
  else
    cursor.next = next;
  Object* object = reinterpret_cast<Object*>(cell);
  heap::write_header(object, shape);
  return object;
}

template <class T>
[[gnu::always_inline]] inline T* allocate_inline(Shape* shape, size_t size = sizeof(T)) {
  return static_cast<T*>(allocate_inline(shape, size));
}

}  // namespace ouro::vm
