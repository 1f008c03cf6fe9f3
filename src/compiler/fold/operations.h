// Python's operators on constants, as far as the compiler evaluates them itself.
//
// Null means "leave the expression alone": the operation raises in Python, or its result would be too large
// to be worth a constant.
#pragma once

#include "base/constant.h"
#include "syntax/ast.h"

namespace ouro::compiler {

const Constant* fold_unary(Constants& constants, syntax::UnaryOperator op, const Constant& operand);
const Constant* fold_binary(Constants& constants, syntax::BinaryOperator op, const Constant& left,
                            const Constant& right);
/// `value[index]` for an integer index.
const Constant* fold_subscript(Constants& constants, const Constant& value, const Constant& index);

// What fold_binary is made of, by type of operands.
const Constant* fold_integers(Constants& constants, syntax::BinaryOperator op, const Constant& left,
                              const Constant& right);
const Constant* fold_floats(Constants& constants, syntax::BinaryOperator op, double left, double right);
const Constant* fold_complexes(Constants& constants, syntax::BinaryOperator op, const Constant& left,
                               const Constant& right);
const Constant* concatenate(Constants& constants, const Constant& left, const Constant& right);
const Constant* repeat(Constants& constants, const Constant& sequence, const Constant& count);

}  // namespace ouro::compiler
