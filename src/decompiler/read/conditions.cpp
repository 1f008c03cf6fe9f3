// Tests, and the expressions that jumps make: `and`, `or`, `not`, `a if b else c`.
//
// The compiler turns all of them into leaves: values, each followed by a jump that says where control goes
// when the value is true and where when it is false. A jump that decides the whole expression leaves it, one
// that does not goes to a later leaf. Putting them together is the reverse: two neighbours merge when one
// outcome of the first goes to the second, and the other outcome goes where one of the second's outcomes
// goes. That is `and` or `or`, with or without a `not` at either of them. Three leaves merge to a conditional
// expression when the first chooses between the other two, and these go on to the same places. It does not
// matter whether the jumps keep a value (JUMP_IF_FALSE_OR_POP) or not, or were led past jumps to jumps: what
// counts is where each outcome arrives at last, which exit_at() finds out.
//
// What the jumps can't tell is told by positions: where a `not` stands (there must be room for it between the
// leaves), whether `a and (b and c)` had parentheses (the jumps have the range of the BoolOp that they belong
// to), and whether `if a:` with an `if b:` inside was `if a and b:`.
#include "decompiler/read/conditions.h"

#include <algorithm>

#include "decompiler/read/reader.h"

namespace ouro::decompiler {

using syntax::BoolOperator;
using syntax::CompareOperator;
using syntax::ExprKind;

namespace {

// Columns between two leaves that leave room for ` and not `, or for ` or not `.
constexpr int32_t kRoomForNot = 8;

/// Whether a `not` in front would become part of the comparison.
bool takes_not_in(const Leaf& leaf) {
  if (leaf.is_none_test || leaf.expr->kind != ExprKind::Compare) return false;
  const auto* compare = leaf.expr->as<syntax::CompareExpr>();
  if (compare->ops.size() != 1) return false;
  const CompareOperator op = compare->ops[0];
  return op == CompareOperator::In || op == CompareOperator::NotIn || op == CompareOperator::Is ||
         op == CompareOperator::IsNot;
}

Position join_extents(const Position& first, const Position& last) {
  return {first.line, last.end_line, first.column, last.end_column};
}

}  // namespace

// The number of instructions of the exit at `at`, which is short and straight, 0 where it is none.
uint32_t Reader::exit_length(uint32_t at) const {
  for (uint32_t i = at; i < code_.size() && i < at + kMaxExit; ++i) {
    if (code_[i].op == Op::RETURN_VALUE || code_[i].op == Op::RERAISE) return i + 1 - at;
    if (code_[i].target != kNone || Code::is_terminator(code_[i].op)) return 0;
  }
  return 0;
}

bool Reader::is_copy(uint32_t a, uint32_t b, uint32_t length) const {
  for (uint32_t i = 0; i < length; ++i)
    if (code_[a + i].op != code_[b + i].op || code_[a + i].argument != code_[b + i].argument) return false;
  return true;
}

// An exit without a line is copied for each jump to it, behind the original: all copies count as the first of
// them. A value that is kept comes to the original too, from above.
uint32_t Reader::first_copy(uint32_t at, bool keeps) const {
  const uint32_t length = exit_length(at);
  if (length == 0 || is_own_position(at) || (keeps && code_[at].op != Op::POP_TOP)) return at;
  uint32_t first = at;
  while (first >= length && is_copy(first - length, at, length)) {
    const bool jumped_to = code_[first - length].jumps_here > 0;
    if (!keeps && !jumped_to) break;
    first -= length;
    if (!jumped_to) break;
  }
  return first;
}

// Whether a copy of the end of a statement that is an `and` or `or` begins at at_, for a jump that keeps the
// value: the original has been read.
bool Reader::begins_copied_end() const {
  if (here().op != Op::POP_TOP || !at_statement_start()) return false;
  const uint32_t length = exit_length(at_);
  if (length < 2 || length > at_ || !is_copy(at_ - length, at_, length)) return false;
  const uint32_t jump = shape_.jump_to(at_);
  return jump != kNone && keeps_value(code_[jump].op);
}

bool Reader::skip_copied_end(uint32_t end) {
  at_ = std::min(at_ + exit_length(at_), end);
  return true;
}

// Where an outcome arrives that goes to `label`; with a value kept, other tests may decide it again.
Exit Reader::exit_at(uint32_t label, bool keeps, bool truth) const {
  uint32_t target = label;
  while (keeps && target < code_.size()) {
    const Instruction& there = code_[target];
    uint32_t next = kNone;
    if (Code::is_conditional_jump(there.op) && !tests_none(there.op)) {
      const bool taken = Code::jumps_if_true(there.op) == truth;
      next = taken ? there.target : target + 1;
      keeps = taken && keeps_value(there.op);
    } else if (Code::is_unconditional_jump(there.op)) {
      next = there.target;
    } else {
      break;
    }
    if (next <= target) break;
    target = next;
  }
  label = target;
  constexpr int kMostJumps = 16;
  for (int i = 0; i < kMostJumps && !keeps && is_artificial_jump(target); ++i) target = code_[target].target;
  return {target < code_.size() ? first_copy(target, keeps) : target, keeps, label};
}

// Of two exits that lead to one place, the jump that says more of where the parts of a statement are.
const Exit& Reader::nearest(const Exit& a, const Exit& b, uint32_t at) {
  const bool a_forward = a.label >= at;
  const bool b_forward = b.label >= at;
  if (a_forward != b_forward) return a_forward ? a : b;
  return a.label <= b.label ? a : b;
}

bool Reader::is_artificial_jump(uint32_t at) const {
  return at < code_.size() && Code::is_unconditional_jump(code_[at].op) && !is_own_position(at);
}

// Whether the instruction's position is its own, and not that of an instruction from which control arrives.
bool Reader::is_own_position(uint32_t at) const {
  const Position& position = code_[at].position;
  if (position.line <= 0 || code_.inherits_position(at)) return false;
  const uint32_t jump = shape_.jump_to(at);
  if (jump != kNone && code_[jump].position == position) return false;
  if (has_columns(position)) return true;
  return at == 0 || code_[at - 1].position.line != position.line;
}

// --- leaves ---------------------------------------------------------------------------------------------

Expr* Reader::none_test(Expr* value, const Position& position, bool is_not) {
  auto* compare = make<syntax::CompareExpr>(position);
  auto* none = make<syntax::ConstantExpr>(Position());
  none->value = shared_.workspace.constants.none();
  compare->left = value;
  compare->ops = list(std::vector{is_not ? CompareOperator::IsNot : CompareOperator::Is});
  compare->comparators = list(std::vector<Expr*>{none});
  return compare;
}

// The conditional jump at at_ with its test on the stack.
bool Reader::add_leaf(Condition* condition, uint32_t start) {
  const Instruction& jump = here();
  const Op op = jump.op;
  Leaf leaf;
  leaf.start = start;
  leaf.jump = jump.position;
  leaf.expr = pop_value();
  if (leaf.expr == nullptr) return false;
  bool on_true = Code::jumps_if_true(op);
  leaf.extent = position_of(leaf.expr->range);
  if (const ChainNone chain = std::exchange(chain_none_, ChainNone::No); chain != ChainNone::No) {
    if (chain == ChainNone::IsNot) on_true = !on_true;
  } else if (tests_none(op)) {
    // ` is None` takes 8 columns.
    const Position value = leaf.extent;
    const bool known = has_columns(jump.position) && jump.position.end_line == value.end_line;
    const bool is_not = known && jump.position.end_column - value.end_column >= 12;
    leaf.expr = none_test(leaf.expr, jump.position, is_not);
    leaf.extent = jump.position;
    leaf.is_none_test = !known;
    if (is_not) on_true = !on_true;
  }
  const bool keeps = keeps_value(op);
  if (jump.target == kNone) return fail("a jump without target");
  const uint32_t after = after_chain(at_, std::exchange(chain_cleanup_, kNone));
  Exit fallthrough = exit_at(after, false, true);
  // The body of a conditional expression in a test goes on past the other one.
  const bool passes_other =
      is_artificial_jump(after) && jump.target != after + 1 && is_open(*condition, after + 1);
  if (passes_other) fallthrough.label = fallthrough.target;
  leaf.on_true = on_true ? exit_at(jump.target, keeps, true) : fallthrough;
  leaf.on_false = on_true ? fallthrough : exit_at(jump.target, keeps, false);
  if (condition->leaves.empty() && condition->last_jump == kNone) {
    condition->first = jump.position;
    condition->first_is_comparison = tests_none(op) || (at_ > 0 && is_comparison(code_[at_ - 1].op) &&
                                                        code_[at_ - 1].position == jump.position);
    condition->extent_of_first = leaf.extent;
    condition->depth = shape_.depth(at_) - 1;
  }
  condition->last_jump = at_;
  if (!has_columns(condition->statement) && !is_comparison_jump(at_) && has_columns(jump.position) &&
      contains(jump.position, condition->extent_of_first) &&
      starts_before(jump.position, condition->extent_of_first))
    condition->statement = jump.position;
  if (keeps) condition->is_value = true;
  note_value(condition, jump.target);
  note_join(condition, leaf.on_true);
  note_join(condition, leaf.on_false);
  at_ = after + (passes_other ? 1 : 0);
  condition->leaves.push_back(leaf);
  merge_leaves(condition);
  return true;
}

// A jump past a value, over a jump that leaves another value on the stack: a conditional expression.
void Reader::note_value(Condition* condition, uint32_t target) const {
  if (target <= at_ + 1 || target >= code_.size()) return;
  const Op op = code_[target - 1].op;
  if (op == Op::JUMP_FORWARD && shape_.depth(target - 1) == condition->depth + 1) condition->is_value = true;
}

void Reader::note_join(Condition* condition, const Exit& exit) const {
  if (exit.keeps && condition->join == kNone) condition->join = exit.target;
}

bool Reader::is_open(const Condition& condition, uint32_t target) const {
  for (const Leaf& leaf : condition.leaves)
    if ((!leaf.on_true.keeps && leaf.on_true.label == target) ||
        (!leaf.on_false.keeps && leaf.on_false.label == target))
      return true;
  return false;
}

// --- merging --------------------------------------------------------------------------------------------

Expr* Reader::negated(Expr* expr, bool is_none_test) {
  if (is_none_test) {
    auto* compare = expr->as<syntax::CompareExpr>();
    const bool is_not = compare->ops[0] == CompareOperator::IsNot;
    compare->ops[0] = is_not ? CompareOperator::Is : CompareOperator::IsNot;
    return expr;
  }
  auto* node = make<syntax::UnaryOpExpr>(Position());
  node->op = syntax::UnaryOperator::Not;
  node->operand = expr;
  return node;
}

// `not ` stands in front of the leaf, and a parenthesis where it needs one.
void Reader::negate(Leaf* leaf) {
  constexpr int32_t kWidthOfNot = 4;
  const auto kind = leaf->expr->kind;
  const bool wraps = kind == ExprKind::BoolOp || kind == ExprKind::IfExp || kind == ExprKind::NamedExpr;
  if (!leaf->is_none_test && has_columns(leaf->extent))
    leaf->extent.column = std::max(0, leaf->extent.column - kWidthOfNot - (wraps ? 1 : 0));
  leaf->expr = negated(leaf->expr, leaf->is_none_test);
}

void Reader::merge_leaves(Condition* condition) {
  while (merge_conditional(condition) || merge_two(condition)) {
  }
}

bool Reader::merge_conditional(Condition* condition) {
  std::vector<Leaf>& leaves = condition->leaves;
  if (leaves.size() < 3) return false;
  const Leaf& otherwise = leaves.back();
  const Leaf& body = leaves[leaves.size() - 2];
  Leaf& test = leaves[leaves.size() - 3];
  if (body.on_true != otherwise.on_true || body.on_false != otherwise.on_false) return false;
  const Exit to_body{body.start, false};
  const Exit to_other{otherwise.start, false};
  const bool direct = test.on_true == to_body && test.on_false == to_other;
  const bool inverted = test.on_false == to_body && test.on_true == to_other;
  if (!direct && !inverted) return false;
  // The expression begins with its body.
  Position position;
  const bool knows =
      has_columns(test.jump) && contains(test.jump, body.extent) && contains(test.jump, otherwise.extent);
  if (knows) {
    position = test.jump;
    // A test by itself has the statement's range in its jumps.
    if (!body.on_true.keeps && starts_before(position, body.extent)) position = {};
  }
  if (position.line <= 0) {
    position = body.extent;
    position.end_line = position.end_column = -1;
  }
  auto* node = make<syntax::IfExpExpr>(position);
  node->test = direct ? test.expr : negated(test.expr, test.is_none_test);
  node->body = body.expr;
  node->orelse = otherwise.expr;
  Leaf merged;
  merged.expr = node;
  merged.start = test.start;
  merged.on_true = body.on_true;
  merged.on_false = body.on_false;
  merged.extent = knows && body.on_true.keeps ? test.jump : join_extents(body.extent, otherwise.extent);
  merged.jump = otherwise.jump;
  leaves.resize(leaves.size() - 3);
  leaves.push_back(merged);
  return true;
}

// Whether the second one belongs to an `and` or `or` of its own that is not complete yet: its jump has that
// one's range, which lies behind the first.
bool Reader::waits_for_more(const Leaf& first, const Leaf& second) const {
  if (!has_columns(first.jump) || !has_columns(second.jump) || first.jump == second.jump) return false;
  const bool is_expression = !starts_before(first.jump, first.extent);
  // A comparison's jump may have its own range.
  const bool is_comparison = second.joined.line <= 0 && second.jump == second.extent;
  return is_expression && contains(first.jump, second.jump) && contains(second.jump, second.extent) &&
         !is_comparison;
}

bool Reader::merge_two(Condition* condition) {
  std::vector<Leaf>& leaves = condition->leaves;
  if (leaves.size() < 2) return false;
  Leaf& first = leaves[leaves.size() - 2];
  const Leaf second = leaves.back();
  const Exit next{second.start, false};
  const bool goes_on_true = first.on_true == next;
  const bool goes_on_false = first.on_false == next;
  if (goes_on_true == goes_on_false) return false;
  const Exit decided = goes_on_true ? first.on_false : first.on_true;
  const bool as_false = decided == second.on_false;
  const bool as_true = decided == second.on_true;
  if (!as_false && !as_true) return false;
  if ((decided.keeps || condition->is_value) && waits_for_more(first, second)) return false;
  // A value that may be the result is not negated.
  if (decided.keeps && !(goes_on_true ? as_false : as_true)) return false;
  // Of a last value both outcomes go to one place.
  const bool same_way = as_false && as_true ? true : goes_on_true == as_false;
  const bool is_or = as_false && as_true ? goes_on_false : as_true;
  Merge merge{
      .is_or = is_or, .not_first = !same_way, .not_second = false, .swap = false, .keeps = decided.keeps};
  if (!second.on_true.keeps && !second.on_false.keeps) choose_nots(first, second, same_way, &merge);
  apply_merge(condition, merge);
  return true;
}

// The same jumps come of an expression and of its negation, with each `and` an `or` and the other way round.
void Reader::choose_nots(const Leaf& first, const Leaf& second, bool same_way, Merge* merge) const {
  const bool far_if_true = second.on_true.label != at_;
  const int32_t room = gap(first.extent, second.extent);
  const bool free = first.is_none_test || second.is_none_test;
  const bool possible = same_way || !takes_not_in(first);
  const bool possible_changed = !takes_not_in(second) && !(same_way && takes_not_in(first));
  if (possible && !possible_changed) return;
  const bool changes = !far_if_true ? !same_way && !free && (room == kRoomForNot || room == kRoomForNot + 1)
                       : same_way   ? room >= kRoomForNot || (room < 0 && free)
                                    : room < 0 || room >= kRoomForNot;
  if (!changes && (possible || !possible_changed)) return;
  merge->is_or = !merge->is_or;
  merge->not_first = !merge->not_first;
  merge->not_second = true;
  merge->swap = true;
}

void Reader::apply_merge(Condition* condition, const Merge& merge) {
  std::vector<Leaf>& leaves = condition->leaves;
  Leaf second = leaves.back();
  leaves.pop_back();
  Leaf& first = leaves.back();
  if (merge.not_first) negate(&first);
  if (merge.not_second) second.expr = negated(second.expr, second.is_none_test);
  const BoolOperator op = merge.is_or ? BoolOperator::Or : BoolOperator::And;
  std::vector<Expr*> values;
  if (joins(first, op, condition->is_value)) {
    const auto* inner = first.expr->as<syntax::BoolOpExpr>();
    values.assign(inner->values.begin(), inner->values.end());
  } else {
    values.push_back(first.expr);
    first.joined = first.jump;
  }
  values.push_back(second.expr);
  const Position extent = join_extents(first.extent, second.extent);
  const bool exact = has_columns(first.joined) && contains(first.joined, extent) &&
                     (merge.keeps || !starts_before(first.joined, extent));
  // Else what the leaves know is all that is known: there may be parentheses around the first one.
  auto* node = make<syntax::BoolOpExpr>(exact ? first.joined : Position());
  node->op = op;
  node->values = list(values);
  first.expr = node;
  const Exit decided =
      first.on_true.target == second.start && !first.on_true.keeps ? first.on_false : first.on_true;
  if (second.on_true == decided) second.on_true = nearest(second.on_true, decided, at_);
  if (second.on_false == decided) second.on_false = nearest(second.on_false, decided, at_);
  first.on_true = merge.swap ? second.on_false : second.on_true;
  first.on_false = merge.swap ? second.on_true : second.on_false;
  first.extent = exact ? first.joined : extent;
  first.jump = second.jump;
  first.is_none_test = false;
}

// Whether an expression is an `and` or `or` that another value can be added to.
bool Reader::joins(const Leaf& leaf, BoolOperator op, bool is_value) const {
  if (leaf.expr->kind != ExprKind::BoolOp || leaf.joined.line <= 0) return false;
  if (leaf.expr->as<syntax::BoolOpExpr>()->op != op) return false;
  if (!is_value || !has_columns(leaf.joined) || !has_columns(leaf.jump)) return true;
  return leaf.joined == leaf.jump || !contains(leaf.jump, leaf.extent);
}

// --- reading --------------------------------------------------------------------------------------------

// Whether what begins at at_ belongs to the expression, and is not what the expression's outcome leads to.
bool Reader::goes_on(Condition* condition, uint32_t end) const {
  if (at_ >= end || condition->is_complete()) return false;
  if (condition->is_value || condition->leaves.size() > 1) return true;
  const Leaf& last = condition->leaves.back();
  const Exit far = last.on_true.label == at_ ? last.on_false : last.on_true;
  // The body of a conditional expression stands in front of its test.
  const Position& next = code_[at_].position;
  if (!condition->is_clause && has_columns(next) && has_columns(condition->extent_of_first) &&
      in_expression(*condition, next))
    return true;
  const uint32_t jump = end_of_leaf(*condition, at_, end);
  if (jump >= end) return false;
  const Op op = code_[jump].op;
  if (keeps_value(op)) {
    const Exit join = exit_at(code_[jump].target, true, Code::jumps_if_true(op));
    if (far.label > at_ && far.label <= join.target) condition->is_value = true;
    return condition->is_value;
  }
  if (!Code::is_conditional_jump(op)) return false;
  const uint32_t after = after_chain(jump, cleanup_in(at_, jump));
  if (far.label == after) return true;
  if (after < code_.size() && code_[after].op == Op::LOAD_ASSERTION_ERROR &&
      is_assertion_inside(*condition, jump, after))
    return false;
  return is_same_test(*condition, jump, end);
}

// Whether the test that begins at at_ is that of an assertion in the body of the statement whose test is
// read.
bool Reader::is_assertion_inside(const Condition& condition, uint32_t jump, uint32_t after) const {
  const Position& assertion = code_[after].position;
  if (!has_columns(assertion) || !has_columns(condition.extent_of_first)) return false;
  // What follows a comparison in a test keeps its place.
  if (assertion == condition.leaves.back().jump) return false;
  // The test of an assertion does not stand in front of it.
  if (has_columns(code_[at_].position) && starts_before(code_[at_].position, assertion)) return false;
  if (!is_comparison_jump(jump)) return starts_before(condition.extent_of_first, assertion);
  // A comparison has put its own place there.
  constexpr int32_t kIf = 3;
  const int32_t outer =
      condition.first_is_comparison ? condition.extent_of_first.column - kIf : condition.first.column;
  return code_[at_].position.line > condition.extent_of_first.end_line && column_of_statement(at_) > outer;
}

// Whether a place behind a test is in front of it in the source.
bool Reader::in_expression(const Condition& condition, const Position& place) const {
  if (here().op == Op::LOAD_ASSERTION_ERROR || here().op == Op::NOP || Code::is_unconditional_jump(here().op))
    return false;
  if (place == condition.first || place == condition.leaves.back().jump) return false;
  return starts_before(place, condition.extent_of_first) &&
         (condition.first_is_comparison || contains(condition.first, place));
}

// The next part of the expression.
bool Reader::read_part_of(Condition* condition, uint32_t end) {
  const uint32_t start = at_;
  const uint32_t limit = std::min(condition->join, end);
  const uint32_t last = end_of_leaf(*condition, start, std::min(limit, end_of_conditional_body(*condition)));
  if (last < limit && Code::is_conditional_jump(code_[last].op)) {
    if (!read_operand(last)) return false;
    return add_leaf(condition, start);
  }
  Leaf leaf;
  leaf.start = start;
  const bool jumps = last < limit && code_[last].op == Op::JUMP_FORWARD;
  const bool leaves = last < limit && code_[last].op == Op::POP_TOP && exit_length(last) == 3;
  if (!jumps && !leaves && condition->join == kNone) return fail("a test without an end");
  const uint32_t value_end = jumps || leaves ? last : limit;
  leaf.expr = read_value(value_end);
  if (leaf.expr == nullptr) return false;
  leaf.extent = position_of(leaf.expr->range);
  if (jumps) {
    leaf.on_true = exit_at(code_[last].target, true, true);
    leaf.on_false = exit_at(code_[last].target, true, false);
    note_join(condition, leaf.on_true);
    note_join(condition, leaf.on_false);
    at_ = last + 1;
  } else if (leaves && is_open(*condition, last + 3)) {
    // A statement that is an expression, and the last of the code: its end was copied.
    leaf.on_true = leaf.on_false = {kStatementEnd, true};
    at_ = last + 3;
    condition->join = shape_.last_of_segment(at_);
    if (condition->join >= end) return fail("an expression without an end");
  } else {
    const bool was_copied = has_exit(*condition, {kStatementEnd, true});
    leaf.on_true = leaf.on_false = {was_copied ? kStatementEnd : condition->join, true};
  }
  condition->leaves.push_back(leaf);
  merge_leaves(condition);
  return true;
}

// The jump over the other part of a conditional expression whose body begins at at_; kNone: it does not.
uint32_t Reader::end_of_conditional_body(const Condition& condition) const {
  uint32_t first = kNone;
  for (const Leaf& leaf : condition.leaves) {
    for (const Exit& exit : {leaf.on_true, leaf.on_false}) {
      if (exit.keeps || exit.label <= at_ || exit.label >= first) continue;
      const uint32_t jump = exit.label - 1;
      if (code_[jump].op == Op::JUMP_FORWARD && shape_.depth(jump) == condition.depth + 1) first = exit.label;
    }
  }
  return first == kNone ? kNone : first - 1;
}

bool Reader::has_exit(const Condition& condition, const Exit& exit) const {
  for (const Leaf& leaf : condition.leaves)
    if (leaf.on_true == exit || leaf.on_false == exit) return true;
  return false;
}

// A value up to the jump at `jump`, where it is to lie on the stack; a chained comparison ends with more.
bool Reader::read_operand(uint32_t jump) {
  if (tests_none(code_[jump].op) && at_ == jump) return fail("nothing to compare with None");
  Expr* const value = read_value(jump);
  if (value == nullptr) return false;
  push_value(value);
  return true;
}

bool Reader::read_condition(uint32_t end, Condition* condition) {
  if (!add_leaf(condition, at_)) return false;
  while (goes_on(condition, end)) {
    const uint32_t before = at_;
    if (!read_part_of(condition, end)) return false;
    if (at_ == before && !condition->is_complete()) return fail("a test that does not go on");
  }
  if (condition->leaves.size() != 1) return fail("jumps that are no test");
  return true;
}

Expr* Reader::read_test(uint32_t end, uint32_t* if_true, uint32_t* if_false) {
  Condition condition;
  condition.is_clause = true;
  if (!read_condition(end, &condition)) return nullptr;
  const Leaf& test = condition.leaves[0];
  if (test.on_true.keeps || test.on_false.keeps) return fail("a value instead of a test"), nullptr;
  *if_true = test.on_true.label;
  *if_false = test.on_false.label;
  return test.expr;
}

}  // namespace ouro::decompiler
