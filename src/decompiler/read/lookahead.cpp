// Which leaves belong to one test, before they are read: by their jumps alone, and by where they stand.
#include <algorithm>

#include "decompiler/read/conditions.h"
#include "decompiler/read/reader.h"

namespace ouro::decompiler {

namespace {

// How many leaves are looked at ahead.
constexpr size_t kMaxLeavesAhead = 64;

}  // namespace

// Whether the jump at `at` has the position of the comparison that it tests.
bool Reader::is_comparison_jump(uint32_t at) const {
  if (tests_none(code_[at].op)) return true;
  return at > 0 && is_comparison(code_[at - 1].op) && code_[at - 1].position == code_[at].position;
}

// Where the value that begins at `from` with jumps of its own is complete, when that is not where the
// condition's values are: inside of an operand. kNone: there is no such thing.
uint32_t Reader::inner_join(const Condition& condition, uint32_t from, uint32_t limit) const {
  const int32_t depth = shape_.depth(from);
  const uint32_t first = from;
  uint32_t last_target = from;
  for (size_t i = 0; i < kMaxLeavesAhead && from < limit; ++i) {
    const uint32_t last = shape_.last_of_segment(from);
    if (last >= limit || shape_.depth(last) != depth + 1) return kNone;
    const Op op = code_[last].op;
    const uint32_t target = code_[last].target;
    if (target == kNone || target <= last || target >= limit) return kNone;
    if (keeps_value(op) || op == Op::JUMP_FORWARD) {
      // Where the next thing is a jump, too, the value is that of one level.
      if (target < last_target || Code::is_conditional_jump(code_[target].op)) return kNone;
      return has_open_between(condition.leaves, first, target) ? kNone : target;
    }
    if (!Code::is_conditional_jump(op)) return kNone;
    last_target = std::max(last_target, target);
    from = last + 1;
  }
  return kNone;
}

bool Reader::has_open_between(const std::vector<Leaf>& leaves, uint32_t first, uint32_t last) {
  auto between = [&](const Exit& exit) { return !exit.keeps && exit.label > first && exit.label <= last; };
  for (const Leaf& leaf : leaves)
    if (between(leaf.on_true) || between(leaf.on_false)) return true;
  return false;
}

// The jump that takes the value which begins at `from`; values inside of it that have jumps are passed over.
uint32_t Reader::end_of_leaf(const Condition& condition, uint32_t from, uint32_t limit) const {
  const int32_t depth = shape_.depth(from);
  for (;;) {
    uint32_t at = inner_join(condition, from, limit);
    if (at == kNone) return shape_.last_of_segment(from);
    while (at < code_.size() && shape_.depth(at) > depth) {
      if ((keeps_value(code_[at].op) || code_[at].op == Op::JUMP_FORWARD) && shape_.depth(at) == depth + 1)
        return at;
      const uint32_t next = shape_.last_of_segment(at) + 1;
      // The jump of a test lies on the way to a lower place.
      if (next < code_.size() && shape_.depth(next) <= depth) return next - 1;
      at = next;
    }
    return at == 0 ? 0 : at - 1;
  }
}

// Whether the leaves from at_ on merge with the one before them, going by their jumps alone.
Reader::Ahead Reader::look_ahead(const Condition& condition, uint32_t end) const {
  const Leaf& before = condition.leaves.back();
  const Exit far = before.on_true.label == at_ ? before.on_false : before.on_true;
  std::vector<Leaf> leaves{before};
  Ahead found = Ahead::No;
  uint32_t at = at_;
  for (size_t i = 0; i < kMaxLeavesAhead && at < end; ++i) {
    Leaf leaf;
    leaf.start = at;
    const uint32_t jump = end_of_leaf(condition, at, end);
    if (jump >= end || !Code::is_conditional_jump(code_[jump].op) || keeps_value(code_[jump].op)) break;
    const bool on_true = Code::jumps_if_true(code_[jump].op);
    const Exit taken = exit_at(code_[jump].target, false, on_true);
    at = after_chain(jump, cleanup_in(at, jump));
    Exit next = exit_at(at, false, true);
    if (is_artificial_jump(at) && code_[jump].target != at + 1 && has_open_between(leaves, at, at + 1))
      next.label = next.target, ++at;
    leaf.on_true = on_true ? taken : next;
    leaf.on_false = on_true ? next : taken;
    leaves.push_back(leaf);
    while (merge_exits(&leaves, at)) {
    }
    if (leaves.size() > 1) continue;
    if (far.label == at || leads_to_else(condition, far.label)) return Ahead::Same;
    if (shape_.test_back_to(at) != kNone) return repeats(before, i + 1, at) ? Ahead::Same : Ahead::No;
    found = Ahead::Perhaps;
  }
  return found;
}

// As merge_conditional() and merge_two(), for exits alone.
bool Reader::merge_exits(std::vector<Leaf>* leaves, uint32_t at) const {
  const size_t count = leaves->size();
  if (count >= 3) {
    Leaf& test = (*leaves)[count - 3];
    const Leaf& body = (*leaves)[count - 2];
    const Leaf& other = (*leaves)[count - 1];
    if (body.on_true == other.on_true && body.on_false == other.on_false && goes_to(test, body.start) &&
        goes_to(test, other.start)) {
      test.on_true = nearest(body.on_true, other.on_true, at);
      test.on_false = nearest(body.on_false, other.on_false, at);
      leaves->resize(count - 2);
      return true;
    }
  }
  if (count < 2) return false;
  Leaf& first = (*leaves)[count - 2];
  const Leaf& second = (*leaves)[count - 1];
  const Exit next{second.start, false};
  if ((first.on_true == next) == (first.on_false == next)) return false;
  const Exit decided = first.on_true == next ? first.on_false : first.on_true;
  if (decided != second.on_true && decided != second.on_false) return false;
  const uint32_t start = first.start;
  first = second;
  first.start = start;
  leaves->pop_back();
  return true;
}

bool Reader::goes_to(const Leaf& leaf, uint32_t target) {
  return (leaf.on_true.target == target && !leaf.on_true.keeps) ||
         (leaf.on_false.target == target && !leaf.on_false.keeps);
}

// Whether the statement of the test goes on at `label`: then only its own test leads there.
bool Reader::leads_to_else(const Condition& condition, uint32_t label) const {
  if (condition.is_clause || label <= at_ || label >= code_.size()) return false;
  if (!condition.first_is_comparison && is_own_position(label) &&
      contains(condition.first, code_[label].position))
    return true;
  const Instruction& last = code_[label - 1];
  if (last.op == Op::RETURN_VALUE) return is_implicit_return(label - 1) && !is_implicit_return(label + 1);
  if (!Code::is_unconditional_jump(last.op) || is_own_position(label - 1)) return false;
  return last.target > label || (last.target < at_ && !is_artificial_jump(label));
}

// Whether the loop at `body` has at its bottom the leaf `before`, too, behind which there are `count` more.
bool Reader::repeats(const Leaf& before, size_t count, uint32_t body) const {
  uint32_t jump = shape_.test_back_to(body);
  for (; count > 0; --count) {
    const uint32_t first = shape_.first_of_segment(jump);
    if (first <= body || !Code::is_conditional_jump(code_[first - 1].op)) return false;
    jump = first - 1;
  }
  return code_[jump].position == before.jump;
}

// The cleanup of a chained comparison that begins at `from` and ends in the jump at `jump`.
uint32_t Reader::cleanup_in(uint32_t from, uint32_t jump) const {
  for (uint32_t i = jump; i-- > from + 3;) {
    if (!Code::is_conditional_jump(code_[i].op) || code_[i - 3].op != Op::SWAP ||
        !is_comparison(code_[i - 1].op))
      continue;
    const uint32_t target = code_[i].target;
    const bool cleans = target != kNone && target > jump && target < code_.size() &&
                        code_[target].op == Op::POP_TOP && target <= jump + kMaxExit;
    if (cleans && !keeps_value(code_[i].op)) return target;
  }
  return kNone;
}

// Whether the jump at `jump`, whose leaf begins at at_, belongs to the same test as the leaf before it, and
// not to a statement inside.
bool Reader::is_same_test(const Condition& condition, uint32_t jump, uint32_t end) const {
  const Leaf& last = condition.leaves.back();
  const Position& before = last.jump;
  const Position& after = code_[jump].position;
  // ` if ` is shorter than ` and `.
  if (condition.is_clause && last.on_true.label == at_ && gap(last.extent, code_[at_].position) == 4)
    return false;
  if (!has_columns(before) || !has_columns(after))
    return (before.line > 0 && before.line == after.line) || look_ahead(condition, end) == Ahead::Same;
  if (before == after || contains(after, before)) return true;
  if (contains(before, after) && !starts_before(before, condition.extent_of_first)) return true;
  if (!is_comparison_jump(jump)) return false;
  const Ahead ahead = look_ahead(condition, end);
  if (ahead != Ahead::Perhaps) return ahead == Ahead::Same;
  if (code_[at_].position.line == last.extent.end_line) return true;
  // On a line of its own: `if` three columns before it, at the indentation of a body?
  const uint32_t next = after_chain(jump, cleanup_in(at_, jump));
  if (next >= code_.size() || !has_columns(code_[next].position)) return true;
  const int32_t outer =
      condition.first_is_comparison ? condition.extent_of_first.column - 3 : condition.first.column;
  const int32_t inner = column_of_statement(at_);
  const int32_t body = column_of_statement(next);
  return inner <= outer || body != inner + (inner - outer);
}

}  // namespace ouro::decompiler
