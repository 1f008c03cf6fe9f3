// Chained comparisons. a < b < c: the value between two comparisons is copied below their operands. A
// comparison that fails goes to a place where the rest is taken off.
#include "decompiler/read/conditions.h"
#include "decompiler/read/reader.h"

namespace ouro::decompiler {

using syntax::CompareOperator;

bool Reader::begins_chained_comparison() const {
  return at_ + 3 < code_.size() && here().op == Op::SWAP && here().argument == 2 &&
         code_[at_ + 1].op == Op::COPY && code_[at_ + 1].argument == 2 && is_comparison(code_[at_ + 2].op) &&
         Code::is_conditional_jump(code_[at_ + 3].op) && !Code::jumps_if_true(code_[at_ + 3].op);
}

std::optional<CompareOperator> Reader::compare_operator(uint32_t at) const {
  const Instruction& instruction = code_[at];
  const bool inverted = instruction.argument != 0;
  if (instruction.op == Op::IS_OP) return inverted ? CompareOperator::IsNot : CompareOperator::Is;
  if (instruction.op == Op::CONTAINS_OP) return inverted ? CompareOperator::NotIn : CompareOperator::In;
  switch (instruction.argument) {
    case 0:
      return CompareOperator::Lt;
    case 1:
      return CompareOperator::LtE;
    case 2:
      return CompareOperator::Eq;
    case 3:
      return CompareOperator::NotEq;
    case 4:
      return CompareOperator::Gt;
    case 5:
      return CompareOperator::GtE;
    default:
      return std::nullopt;
  }
}

bool Reader::read_chained_comparison(uint32_t end) {
  const Position position = here().position;
  std::vector<Expr*> values;
  std::vector<CompareOperator> operators;
  Expr* const second = pop_value();
  Expr* const first = second == nullptr ? nullptr : pop_value();
  if (first == nullptr) return false;
  values = {first, second};
  uint32_t cleanup = kNone;
  bool keeps = false;
  push({.kind = Slot::Kind::Marker, .position = position});  // the value in the middle
  for (;;) {
    const auto op = compare_operator(at_ + 2);
    if (!op) return fail("an unknown comparison");
    operators.push_back(*op);
    cleanup = code_[at_ + 3].target;
    keeps = keeps_value(code_[at_ + 3].op);
    at_ += 4;
    if (at_ > end || at_ >= code_.size()) return fail("a comparison without an end");
    if (tests_none(here().op)) {
      if (!last_none_test(position, &values, &operators)) return false;
      break;
    }
    const uint32_t last = shape_.last_of_segment(at_);
    const bool more =
        last >= 3 + at_ && Code::is_conditional_jump(code_[last].op) && code_[last - 3].op == Op::SWAP;
    const uint32_t value_end = more ? last - 3 : last;
    if (value_end >= end) return fail("a comparison without an end");
    Expr* const value = read_value(value_end);
    if (value == nullptr) return false;
    values.push_back(value);
    if (more && begins_chained_comparison()) continue;
    const auto final_op = is_comparison(here().op) ? compare_operator(at_) : std::nullopt;
    if (!final_op) return fail("a comparison without an end");
    operators.push_back(*final_op);
    ++at_;
    break;
  }
  return finish_chain(position, values, operators, keeps, cleanup, end);
}

// ... `is None` at its end has become part of the jump.
bool Reader::last_none_test(const Position& position, std::vector<Expr*>* values,
                            std::vector<CompareOperator>* operators) {
  const Position value = position_of(values->back()->range);
  const bool is_not = has_columns(position) && value.end_line == position.end_line
                          ? position.end_column - value.end_column >= 12
                          : Code::jumps_if_true(here().op);
  auto* none = make<syntax::ConstantExpr>(Position());
  none->value = shared_.workspace.constants.none();
  values->push_back(none);
  operators->push_back(is_not ? CompareOperator::IsNot : CompareOperator::Is);
  chain_none_ = is_not ? ChainNone::IsNot : ChainNone::Is;
  return true;
}

bool Reader::finish_chain(const Position& position, const std::vector<Expr*>& values,
                          const std::vector<CompareOperator>& operators, bool keeps, uint32_t cleanup,
                          uint32_t end) {
  Slot middle;
  if (!pop(&middle)) return false;
  auto* node = make<syntax::CompareExpr>(position);
  node->left = values[0];
  node->comparators = list(std::vector<Expr*>(values.begin() + 1, values.end()));
  node->ops = list(operators);
  push({.kind = Slot::Kind::Value, .position = position, .expr = node});
  if (cleanup < at_ || cleanup + 2 > code_.size() || cleanup - at_ > kMaxExit + 2)
    return fail("a comparison without an end");
  if (!keeps) {
    chain_cleanup_ = cleanup;
    return true;
  }
  // The way past the cleanup: a jump, or a copy of the code's end.
  if (cleanup + 2 > end) return fail("a comparison that ends elsewhere");
  at_ = cleanup + 2;
  return true;
}

// What follows the jump at `at`: where its test was a chained comparison, the cleanup for those that fail.
uint32_t Reader::after_chain(uint32_t at, uint32_t cleanup) const {
  if (cleanup == kNone) return at + 1;
  const uint32_t after = cleanup + 1;
  const uint32_t target = code_[at].target;
  if (target == after || after >= code_.size()) return after;
  if (Code::is_unconditional_jump(code_[after].op))
    return code_.destination(after) == code_.destination(target) ? after + 1 : after;
  const uint32_t length = exit_length(after);
  if (length == 0 || exit_length(target) != length || code_[after].jumps_here > 0) return after;
  for (uint32_t i = 0; i < length; ++i)
    if (code_[after + i].op != code_[target + i].op ||
        code_[after + i].argument != code_[target + i].argument)
      return after;
  return after + length;
}

}  // namespace ouro::decompiler
