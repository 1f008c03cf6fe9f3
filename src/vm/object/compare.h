// What a comparison operator says of two machine values that have an order.
#pragma once

#include "vm/object/type.h"

namespace ouro::vm {

/// `a op b`, as the machine compares them: of floats, every order with a NaN is false.
template <class T>
constexpr bool compare_values(T a, T b, CompareOp op) {
  switch (op) {
    case CompareOp::Less:
      return a < b;
    case CompareOp::LessEqual:
      return a <= b;
    case CompareOp::Equal:
      return a == b;
    case CompareOp::NotEqual:
      return a != b;
    case CompareOp::Greater:
      return a > b;
    case CompareOp::GreaterEqual:
      return a >= b;
  }
  __builtin_unreachable();
}

}  // namespace ouro::vm
