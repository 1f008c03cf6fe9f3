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
    case ConstantKind::None:
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

/// Where each constant is loaded first, in the order of the source.
void Reader::find_constant_uses() {
  if (constants_known_) return;
  constants_known_ = true;
  constant_uses_.resize(code_.object().consts->size);
  for (uint32_t i = 0; i < code_.size(); ++i) {
    const Instruction& instruction = code_[i];
    if (instruction.op != Op::LOAD_CONST && instruction.op != Op::KW_NAMES) continue;
    if (instruction.argument >= constant_uses_.size() || instruction.position.line <= 0) continue;
    Position& first = constant_uses_[instruction.argument];
    if (first.line <= 0 || starts_before(instruction.position, first)) first = instruction.position;
  }
}

/// The constant that stood as a test at `position` and has left no instruction.
const Constant* Reader::dropped_test(const Position& position, bool truth) {
  find_constant_uses();
  const auto constants = code_.object().consts->elements();
  const bool function = scope_ == ScopeKind::Function;  // its first constant is the docstring, or None
  size_t next = function && !constants.empty() ? 1 : 0;
  const Constant* seen = nullptr;
  for (size_t i = 0; i < constants.size(); ++i) {
    const Position& use = constant_uses_[i];
    if (use.line <= 0 || !starts_before(use, position)) continue;
    next = std::max(next, i + 1);
    if (is_test(*constants[i], truth) && rank(*constants[i]) > 0 &&
        (seen == nullptr || rank(*constants[i]) > rank(*seen)))
      seen = constants[i];
  }
  const bool introduces = next < constants.size() && is_test(*constants[next], truth) &&
                          (constant_uses_[next].line <= 0 || seen == nullptr);
  if (introduces) {
    constant_uses_[next] = position;
    return constants[next];
  }
  return seen != nullptr ? seen : shared_.workspace.constants.boolean(truth);
}

/// Whether at_ is the NOP that an item of a constant tuple has left on a line of its own, in front of the
/// tuple's load.
bool Reader::begins_folded_tuple() const {
  if (op() != Op::NOP || !has_columns(here().position)) return false;
  uint32_t load = at_;
  while (load < code_.size() && code_[load].op == Op::NOP) ++load;
  if (load >= code_.size() || code_[load].op != Op::LOAD_CONST) return false;
  const Constant* tuple = code_.constant(code_[load].argument);
  if (tuple == nullptr || !tuple->is(ConstantKind::Tuple) || load - at_ > tuple->size) return false;
  for (uint32_t i = at_; i < load; ++i)
    if (code_[i].position == code_[load].position || !contains(code_[load].position, code_[i].position))
      return false;
  return true;
}

bool Reader::read_folded_tuple() {
  std::vector<Position> places;
  for (; op() == Op::NOP; ++at_) places.push_back(here().position);
  const Constant* tuple = constant_operand();
  Expr* node = make_constant(tuple, here().position);
  item_places_.emplace(node, std::move(places));
  push_value(node);
  return next();
}

}  // namespace ouro::decompiler
