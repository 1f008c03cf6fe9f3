// What the optimiser has dropped: constants that stand in co_consts with nothing to load them, and the items
// of tuples that it has put together.
//
// A test that is constant leaves its constant in co_consts, at the place where code generation has come to
// it. So of the constants that are not loaded before (in the order of the source), the first one is that
// constant, unless it is one that was there already.
#include <algorithm>

#include "decompiler/read/reader.h"

namespace ouro::decompiler {

namespace {

bool is_test(const Constant& constant, bool truth) {
  switch (constant.kind) {
    case ConstantKind::False:
    case ConstantKind::True:
    case ConstantKind::Int:
    case ConstantKind::Str:
      return ouro::truth(constant) == truth;
    default:
      return false;
  }
}

/// Of the tests that mean the same, the one that people write most.
int rank(const Constant& constant) {
  if (constant.is(ConstantKind::True) || constant.is(ConstantKind::False)) return 2;
  return constant.is(ConstantKind::Int) ? 1 : 0;
}

}  // namespace

/// Where each constant is loaded first, in the order of the source. What the compiler loads for a statement
/// it loads at its end.
void Reader::find_constant_uses() {
  if (constants_known_) return;
  constants_known_ = true;
  const auto constants = code_.object().consts->elements();
  constant_uses_.resize(constants.size());
  for (uint32_t i = 0; i < code_.size(); ++i) {
    const Instruction& instruction = code_[i];
    size_t index = instruction.argument;
    switch (instruction.op) {
      case Op::LOAD_CONST:
      case Op::KW_NAMES:
        break;
      case Op::POP_JUMP_FORWARD_IF_NONE:
      case Op::POP_JUMP_FORWARD_IF_NOT_NONE:
      case Op::POP_JUMP_BACKWARD_IF_NONE:
      case Op::POP_JUMP_BACKWARD_IF_NOT_NONE:  // `is None`
        index = static_cast<size_t>(std::ranges::find(constants, ConstantKind::None, &Constant::kind) -
                                    constants.begin());
        break;
      default:
        continue;
    }
    if (index >= constant_uses_.size() || instruction.position.line <= 0) continue;
    Position& first = constant_uses_[index];
    if (first.line <= 0 || ends_before(instruction.position, first)) first = instruction.position;
  }
}

/// Whether the constant at `index`, which is loaded somewhere behind `position` or never, was there before
/// the others that are loaded behind it.
bool Reader::comes_early(size_t index, const Position& position) const {
  const Position& use = constant_uses_[index];
  if (use.line <= 0) return true;
  for (size_t i = index + 1; i < constant_uses_.size(); ++i) {
    const Position& other = constant_uses_[i];
    if (other.line > 0 && ends_before(position, other) && ends_before(other, use)) return true;
  }
  return false;
}

/// How many constants code generation had come to in front of `start`.
size_t Reader::constants_before(const Position& start) {
  find_constant_uses();
  const bool function = scope_ == ScopeKind::Function;  // its first constant is the docstring, or None
  size_t next = function && !constant_uses_.empty() ? 1 : 0;
  for (size_t i = 0; i < constant_uses_.size(); ++i)
    if (constant_uses_[i].line > 0 && ends_before(constant_uses_[i], start)) next = std::max(next, i + 1);
  return next;
}

/// The constant that stood as a test at `position`, has left no instruction and was new there. Null: there is
/// none. `seen` is one that was there already.
const Constant* Reader::new_dropped_test(const Position& position, bool truth, const Constant** seen) {
  const auto constants = code_.object().consts->elements();
  const Position start = {position.line, position.line, position.column, position.column};
  const size_t next = constants_before(start);
  *seen = nullptr;
  for (size_t i = 0; i < constants.size(); ++i) {
    const Position& use = constant_uses_[i];
    if (use.line <= 0 || !ends_before(use, start)) continue;
    if (is_test(*constants[i], truth) && rank(*constants[i]) > 0 &&
        (*seen == nullptr || rank(*constants[i]) > rank(**seen)))
      *seen = constants[i];
  }
  const bool wants_new = (reading_ & reading::kNewTests) != 0;
  const bool is_new = next < constants.size() && is_test(*constants[next], truth) &&
                      (wants_new || (truth && *seen == nullptr) || comes_early(next, start));
  if (!is_new) return nullptr;
  constant_uses_[next] = start;
  return constants[next];
}

/// Constants in front of the test's first operand, which begins at `first`, that nothing loads.
Expr* Reader::with_lost_operands(const Position& first, Expr* test) {
  if ((reading_ & reading::kLostOperands) == 0 || !has_columns(first)) return test;
  const auto constants = code_.object().consts->elements();
  const Position start = {first.line, first.line, first.column, first.column};
  std::vector<Expr*> values;
  bool truth = false;
  for (size_t next = constants_before(start); next < constants.size(); ++next) {
    const Constant& constant = *constants[next];
    if (constant_uses_[next].line > 0 || !(is_test(constant, true) || is_test(constant, false))) break;
    if (!values.empty() && ouro::truth(constant) != truth) break;
    truth = ouro::truth(constant);
    values.push_back(make_constant(&constant, Position()));
    constant_uses_[next] = start;
  }
  if (values.empty()) return test;
  values.push_back(test);
  auto* node = make<syntax::BoolOpExpr>(Position());
  node->op = truth ? syntax::BoolOperator::And : syntax::BoolOperator::Or;
  node->values = list(values);
  return node;
}

/// The constant that was asserted at `position`; null: there is none of that width.
const Constant* Reader::lost_assertion(const Position& position) {
  if ((reading_ & reading::kLostOperands) == 0 || shared_.options.optimize > 0) return nullptr;
  constexpr int32_t kAssert = 7;
  constexpr int32_t kQuotes = 2;
  const auto constants = code_.object().consts->elements();
  const int32_t room = position.end_column - position.column - kAssert;
  const Position start = {position.line, position.line, position.column, position.column};
  const size_t next = constants_before(start);
  if (next < constants.size() && constant_uses_[next].line <= 0 && is_test(*constants[next], true)) {
    const Constant& constant = *constants[next];
    const bool text = constant.is(ConstantKind::Str);
    const auto width = text ? static_cast<int32_t>(constant.text().size()) + kQuotes : room;
    if (width == room || position.end_line != position.line) {
      constant_uses_[next] = start;
      return &constant;
    }
  }
  constexpr int32_t kTrue = 4;
  return room == kTrue ? shared_.workspace.constants.boolean(true) : nullptr;
}

/// The constant that stood as a test at `position` and has left no instruction.
const Constant* Reader::dropped_test(const Position& position, bool truth) {
  const Constant* seen = nullptr;
  if (const Constant* test = new_dropped_test(position, truth, &seen)) return test;
  return seen != nullptr ? seen : shared_.workspace.constants.boolean(truth);
}

/// Whether at_ is the NOP that an item of a constant tuple has left on a line of its own, in front of the
/// tuple's load.
bool Reader::begins_folded_tuple() const {
  if (op() != Op::NOP || here().position.line <= 0) return false;
  uint32_t load = at_;
  while (load < code_.size() && code_[load].op == Op::NOP) ++load;
  if (load >= code_.size() || code_[load].op != Op::LOAD_CONST) return false;
  const Constant* tuple = code_.constant(code_[load].argument);
  if (tuple == nullptr || !tuple->is(ConstantKind::Tuple) || load - at_ > tuple->size) return false;
  if (!has_columns(here().position)) return stand_below(at_, load);
  const bool annotates = begins_annotated(load);
  for (uint32_t i = at_; i < load; ++i)
    if ((code_[i].position == code_[load].position && !annotates) ||
        !contains(code_[load].position, code_[i].position))
      return false;
  return true;
}

/// Whether the tuple loaded at `load` is that of a function's annotations: it has the place of the function.
bool Reader::begins_annotated(uint32_t load) const {
  uint32_t at = load + 1;
  while (at < code_.size() && (code_[at].op == Op::LOAD_CLOSURE || code_[at].op == Op::BUILD_TUPLE)) ++at;
  constexpr uint32_t kAnnotations = 4;
  return at + 1 < code_.size() && code_[at].op == Op::LOAD_CONST && code_[at + 1].op == Op::MAKE_FUNCTION &&
         (code_[at + 1].argument & kAnnotations) != 0 && code_[at].position == code_[load].position;
}

bool Reader::read_folded_tuple() {
  std::vector<Position> places;
  for (; op() == Op::NOP; ++at_) places.push_back(here().position);
  const Constant* tuple = constant_operand();
  // The names of what is annotated have the place of the function.
  if (has_columns(here().position) || begins_annotated(at_)) std::erase(places, here().position);
  Expr* node = make_constant(tuple, here().position);
  item_places_.emplace(node, std::move(places));
  push_value(node);
  return next();
}

}  // namespace ouro::decompiler
