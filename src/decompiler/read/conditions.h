// A test, or a value made of `and`, `or` and `a if b else c`, while its leaves are put together again.
#pragma once

#include <cstdint>
#include <vector>

#include "decompiler/code.h"
#include "syntax/ast.h"

namespace ouro::decompiler {

/// Where control goes from a leaf: with the leaf's value still on the stack, or without it.
struct Exit {
  uint32_t target = kNone;
  bool keeps = false;
  uint32_t label = kNone;  // what the jump says: target, or a jump that leads there
  bool operator==(const Exit& other) const { return target == other.target && keeps == other.keeps; }
};

struct Leaf {
  syntax::Expr* expr = nullptr;
  uint32_t start = 0;  // its first instruction
  Exit on_true;
  Exit on_false;
  Position extent;            // from its first to its last token, as far as known
  Position jump;              // of the last jump that it ends in; of nothing for a last value
  Position joined;            // of the jumps that hold its parts together, where it is an `and` or `or`
  bool is_none_test = false;  // `is None`, or with the columns unknown maybe `is not None`
};

struct Condition {
  std::vector<Leaf> leaves;          // merged as far as possible
  bool is_value = false;             // nothing but parts of this expression can come
  bool is_clause = false;            // of a comprehension, whose element stands in front of it; or a guard
  int32_t depth = 0;                 // of the stack below it
  uint32_t join = kNone;             // where a value of it is complete, when known
  uint32_t last_jump = kNone;        // of a leaf
  Position first;                    // of the first jump
  bool first_is_comparison = false;  // which has its own position, and says nothing of the statement's
  Position extent_of_first;          // the first leaf's
  Position statement;                // of a jump that has the statement's position, if there is one

  bool is_complete() const {
    return leaves.size() == 1 && leaves[0].on_true.keeps && leaves[0].on_false == leaves[0].on_true;
  }
};

/// How two leaves become one.
struct Merge {
  bool is_or = false;
  bool not_first = false;
  bool not_second = false;
  bool swap = false;   // what the second one's outcomes mean
  bool keeps = false;  // the first one's value may be the result
};

/// Whether a comparison with None has become part of the jump.
inline bool tests_none(Op op) {
  switch (op) {
    case Op::POP_JUMP_FORWARD_IF_NONE:
    case Op::POP_JUMP_FORWARD_IF_NOT_NONE:
    case Op::POP_JUMP_BACKWARD_IF_NONE:
    case Op::POP_JUMP_BACKWARD_IF_NOT_NONE:
      return true;
    default:
      return false;
  }
}

/// Whether the value stays on the stack when it jumps.
inline bool keeps_value(Op op) {
  return op == Op::JUMP_IF_FALSE_OR_POP || op == Op::JUMP_IF_TRUE_OR_POP;
}

inline bool is_comparison(Op op) {
  return op == Op::COMPARE_OP || op == Op::IS_OP || op == Op::CONTAINS_OP;
}

/// Columns between two places on one line; below 0: unknown, or not on one line.
inline int32_t gap(const Position& first, const Position& second) {
  if (!has_columns(first) || !has_columns(second) || first.end_line != second.line || first.end_column < 0)
    return -1;
  return second.column - first.end_column;
}

/// In place of a place to go to: the end of a statement that is an expression, copied.
constexpr uint32_t kStatementEnd = kNone - 1;

/// Exits that are copied are hardly ever longer.
constexpr uint32_t kMaxExit = 12;

}  // namespace ouro::decompiler
