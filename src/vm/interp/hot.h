// Shapes that fast paths compare with, side by side.
#pragma once

#include "vm/object/containers_inline.h"
#include "vm/object/type.h"

namespace ouro::vm {

struct HotShapes {
  Shape *list, *tuple, *dict, *str, *float_, *set, *bytes;
  Shape *list_iterator, *tuple_iterator, *range_iterator;
  Shape *set_iterator, *frozenset;
  Shape *dict_key_iterator, *dict_value_iterator, *dict_item_iterator;
  Shape *enumerate, *zip;
};
extern __attribute__((visibility("hidden"))) HotShapes hot;

/// For operands of instructions, which are never null: a pointer.
inline bool is_cell(Value operand) {
  return (operand.bits() & 7) == 0;
}
inline bool cell_is(Value operand, Kind kind) {
  return is_cell(operand) && operand.object()->kind == kind;
}
inline bool cell_has_shape(Value operand, const Shape* shape) {
  return is_cell(operand) && operand.object()->shape == shape;
}

inline bool has_shape(Value value, const Shape* shape) {
  return value.is_object() && value.object()->shape == shape;
}

}  // namespace ouro::vm
