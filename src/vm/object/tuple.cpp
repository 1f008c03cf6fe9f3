// tuple: making them. What Python sees of them is in builtins/tuple.cpp.
#include <algorithm>

#include "vm/heap/heap_inline.h"
#include "vm/object/containers_inline.h"
#include "vm/object/exceptions.h"

namespace ouro::vm {

namespace {

// Below this size nobody asks whether the memory can be had.
constexpr size_t kSurelyFits = size_t{1} << 12;

Tuple* the_empty_tuple = nullptr;

Tuple* new_tuple(size_t length) {
  auto* tuple = allocate_inline<Tuple>(types.tuple->root_shape, sizeof(Tuple) + length * sizeof(Value));
  tuple->length = length;
  return tuple;
}

}  // namespace

Tuple* empty_tuple() {
  if (the_empty_tuple == nullptr) {
    the_empty_tuple = new_tuple(0);
    add_root(reinterpret_cast<Object**>(&the_empty_tuple));
  }
  return the_empty_tuple;
}

Tuple* make_tuple(std::span<const Value> items) {
  if (items.empty()) return empty_tuple();
  Tuple* tuple = new_tuple(items.size());
  std::copy(items.begin(), items.end(), tuple->items);
  return tuple;
}

Result<Tuple*> allocate_tuple(size_t length) {
  if (length == 0) return empty_tuple();
  if (length > kSurelyFits &&
      (length > kMaxTupleLength || !can_allocate(sizeof(Tuple) + length * sizeof(Value))))
    return raise_no_memory();
  return new_tuple(length);
}

}  // namespace ouro::vm
