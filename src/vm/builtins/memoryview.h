// memoryview: cells, and what its files share.
#pragma once

#include "vm/builtins/item_format.h"
#include "vm/builtins/text_types.h"

namespace ouro::vm {

constexpr int kMaxDimensions = 64;

/// The buffer that an exporter gave, shared by all views made of it; given back when the last one is
/// released.
struct ManagedBuffer : Object {
  BufferView master;
  int64_t views;
  bool released;
};

struct MemoryView : Object {
  ManagedBuffer* managed;
  BufferView view;   // its shape and strides point into `dimensions`
  Blob* dimensions;  // shape, strides, suboffsets: view.dimensions words each
  int64_t exports;
  int64_t hash_;
  bool hash_known;
  bool released;

  int64_t* shape() { return reinterpret_cast<int64_t*>(dimensions->data); }
  int64_t* strides() { return shape() + view.dimensions; }
};
inline bool is_memoryview(Value value) {
  return is_kind(value, Kind::kMemoryView);
}
inline bool is_released(const MemoryView* view) {
  return view->released || view->managed->released;
}

/// ValueError "operation forbidden on released memoryview object".
Result<MemoryView*> live_view(Value self);
Result<Value> make_memoryview(Value object);
/// Another view of the same buffer with room for `dimensions`; shape and strides are copied as far as they
/// fit.
MemoryView* make_view_of(MemoryView* original, int dimensions);
/// The format's single character; NotImplementedError for others.
Result<char> simple_code(const MemoryView* view);
Status store_at(MemoryView* self, char* at, Value value, char code);

Result<Value> memory_subscript(Value self, Value key);
Result<Value> memory_item(Value self, int64_t index);
Status memory_assign(Value self, Value key, Value value);
Result<Value> memory_compare(Value self, Value other, CompareOp op);
Result<Value> memory_cast(const Value* a);
Result<Value> memory_tolist(const Value* a);

/// Calls visit(address) for every item in C order.
template <class Visit>
Status visit_items(const BufferView& view, char* at, int dimension, Visit&& visit) {
  if (dimension == view.dimensions) return visit(at);
  const int64_t count = view.shape[dimension], stride = view.strides[dimension];
  for (int64_t i = 0; i < count; ++i) {
    char* item = at + i * stride;
    if (view.suboffsets != nullptr && view.suboffsets[dimension] >= 0)
      item = *reinterpret_cast<char**>(item) + view.suboffsets[dimension];
    TRY(visit_items(view, item, dimension + 1, visit));
  }
  return {};
}

}  // namespace ouro::vm
