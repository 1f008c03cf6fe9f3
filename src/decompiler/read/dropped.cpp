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

/// The constant that stood as a test at `position`, has left no instruction and was new there. Null: there is
/// none. `seen` is one that was there already.
const Constant* Reader::new_dropped_test(const Position& position, bool truth, const Constant** seen) {
  find_constant_uses();
  const auto constants = code_.object().consts->elements();
  const bool function = scope_ == ScopeKind::Function;  // its first constant is the docstring, or None
  const Position start = {position.line, position.line, position.column, position.column};
  size_t next = function && !constants.empty() ? 1 : 0;
  *seen = nullptr;
  for (size_t i = 0; i < constants.size(); ++i) {
    const Position& use = constant_uses_[i];
    if (use.line <= 0 || !ends_before(use, start)) continue;
    next = std::max(next, i + 1);
    if (is_test(*constants[i], truth) && rank(*constants[i]) > 0 &&
        (*seen == nullptr || rank(*constants[i]) > rank(**seen)))
      *seen = constants[i];
  }
  const bool is_new = next < constants.size() && is_test(*constants[next], truth) &&
                      ((truth && *seen == nullptr) || comes_early(next, start));
  if (!is_new) return nullptr;
  constant_uses_[next] = start;
  return constants[next];
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
