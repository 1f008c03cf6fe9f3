// Cells for the collector's tests: shapes outside the heap, and a way to make objects that no stack word
// points to.
#pragma once

#include <cstring>
#include <vector>

#include "vm/heap/heap.h"
#include "vm/heap/heap_inline.h"
#include "vm/heap/sanitizer.h"
#include "vm/heap/shape.h"

/// Some tests want one certain object dead. In a sanitized build frames are large and keep stale copies of
/// every temporary, which the conservative scan takes for pointers, as it may.
#define SKIP_IN_SANITIZED_BUILDS() \
  if (heap::kPoisonFreeCells) GTEST_SKIP() << "stale words in sanitized frames keep objects alive"

namespace ouro::vm {

struct Node : Object {
  uint64_t id;
  uint64_t child_count;
  Object* children[];
};

inline void trace_node(Object* object, Tracer& tracer) {
  Node* node = static_cast<Node*>(object);
  for (uint64_t i = 0; i < node->child_count; ++i) tracer.visit(node->children[i]);
}

struct WeakCell : Object {
  Object* target;
};

inline Shape make_shape(Kind kind, TraceFn trace) {
  Shape shape = {};
  shape.shape = nullptr;
  shape.gc = kGcStatic | kGcOld;
  shape.kind = Kind::kShape;
  shape.instance_kind = kind;
  shape.trace = trace;
  return shape;
}

inline Shape node_shape = make_shape(Kind::kInstance, trace_node);
inline Shape array_shape = make_shape(Kind::kArray, trace_array);
inline Shape blob_shape = make_shape(Kind::kBlob, nullptr);
inline Shape weak_shape = make_shape(Kind::kWeakReference, nullptr);

inline Node* make_node(uint64_t id, uint64_t children = 2, size_t padding = 0) {
  Node* node = allocate<Node>(&node_shape, sizeof(Node) + children * sizeof(Object*) + padding);
  node->id = id;
  node->child_count = children;
  return node;
}

inline Array* make_array(uint64_t length) {
  Array* array = allocate<Array>(&array_shape, sizeof(Array) + length * sizeof(Value));
  array->length = length;
  return array;
}

inline WeakCell* make_weak(Object* target, bool has_callback = false) {
  WeakCell* cell = allocate<WeakCell>(&weak_shape);
  cell->target = target;
  register_weak(cell, &cell->target, target, has_callback);
  return cell;
}

/// Overwrites what earlier calls left on the stack.
[[gnu::noinline]] inline void wipe_stack() {
  volatile char junk[16384];
  for (size_t i = 0; i < sizeof junk; ++i) junk[i] = 0;
}

/// Runs `work` in a frame that is gone, and overwritten, when this returns.
template <class Work>
[[gnu::noinline]] void in_other_frame(Work work) {
  [&]() __attribute__((noinline)) { work(); }();
  wipe_stack();
}

/// A pointer that a conservative scan does not see.
class Hidden {
 public:
  Hidden() = default;
  explicit Hidden(const void* pointer) : bits_(~reinterpret_cast<uintptr_t>(pointer)) {}
  template <class T>
  T* get() const {
    return reinterpret_cast<T*>(~bits_);
  }

 private:
  uintptr_t bits_ = 0;
};

/// A root for the length of a scope.
class Root {
 public:
  explicit Root(Value value = {}) : value(value) { add_root(&this->value); }
  ~Root() { remove_root(&value); }
  Root(const Root&) = delete;
  Root& operator=(const Root&) = delete;
  Value value;
};

}  // namespace ouro::vm
