// What is left of an operation after the left operand's own method has answered NotImplemented: for the
// interpreter, which runs methods written in Python itself.
#pragma once

#include "vm/object/protocol.h"

namespace ouro::vm {

/// The right operand's turn, and that of sequences; `in_place` is about the message.
Result<Value> binary_declined(BinaryOp op, Value a, Value b, bool in_place);
/// Both operands' methods have declined.
Result<Value> reflected_declined(BinaryOp op, Value a, Value b, bool in_place);
/// `__iadd__` and its like have declined.
Result<Value> inplace_declined(BinaryOp op, Value a, Value b);
Result<Value> compare_declined(Value a, Value b, CompareOp op);

/// The special methods of a binary operator; the in-place one is null where there is none.
struct OperatorNames {
  Str* method;
  Str* reflected;
  Str* in_place;
};
OperatorNames operator_names(BinaryOp op);
Str* comparison_method(CompareOp op);

}  // namespace ouro::vm
