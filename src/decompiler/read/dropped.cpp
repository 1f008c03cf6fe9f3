// What the optimiser has dropped: constants (dropped.h), and the items of tuples that it has put together.
#include "decompiler/read/dropped.h"

#include <algorithm>

#include "decompiler/read/reader.h"
#include "decompiler/rebuild.h"

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

bool is_test(const Constant& constant) {
  return is_test(constant, true) || is_test(constant, false);
}

/// Of the tests that mean the same, the one that people write most.
int rank(const Constant& constant) {
  if (constant.is(ConstantKind::True) || constant.is(ConstantKind::False)) return 2;
  return constant.is(ConstantKind::Int) ? 1 : 0;
}

}  // namespace

/// Where each constant is loaded first, in the order of the source. What the compiler loads for a statement
/// it loads at its end.
void DroppedConstants::find_uses() {
  if (uses_known_) return;
  uses_known_ = true;
  uses_.resize(constants().size());
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
        index = static_cast<size_t>(std::ranges::find(constants(), ConstantKind::None, &Constant::kind) -
                                    constants().begin());
        break;
      default:
        continue;
    }
    if (index >= uses_.size() || instruction.position.line <= 0) continue;
    Position& first = uses_[index];
    if (first.line <= 0 || ends_before(instruction.position, first)) first = instruction.position;
  }
}

/// Whether the constant at `index`, which is loaded somewhere behind `position` or never, was there before
/// the others that are loaded behind it.
bool DroppedConstants::comes_early(size_t index, const Position& position) const {
  const Position& use = uses_[index];
  if (use.line <= 0) return true;
  for (size_t i = index + 1; i < uses_.size(); ++i) {
    const Position& other = uses_[i];
    if (other.line > 0 && ends_before(position, other) && ends_before(other, use)) return true;
  }
  return false;
}

/// How many constants code generation had come to in front of `start`.
size_t DroppedConstants::count_before(const Position& start) {
  find_uses();
  size_t next = is_function_ && !uses_.empty() ? 1 : 0;
  for (size_t i = 0; i < uses_.size(); ++i)
    if (uses_[i].line > 0 && ends_before(uses_[i], start)) next = std::max(next, i + 1);
  return next;
}

const Constant* DroppedConstants::new_test(const Position& position, bool truth, const Constant** seen) {
  const auto constants = this->constants();
  const Position start = {position.line, position.line, position.column, position.column};
  const size_t next = count_before(start);
  *seen = nullptr;
  for (size_t i = 0; i < constants.size(); ++i) {
    const Position& use = uses_[i];
    if (use.line <= 0 || !ends_before(use, start)) continue;
    if (is_test(*constants[i], truth) && rank(*constants[i]) > 0 &&
        (*seen == nullptr || rank(*constants[i]) > rank(**seen)))
      *seen = constants[i];
  }
  const bool wants_new = (readings_ & reading::kNewTests) != 0;
  const bool is_new = next < constants.size() && is_test(*constants[next], truth) &&
                      (wants_new || (truth && *seen == nullptr) || comes_early(next, start));
  if (!is_new) return nullptr;
  uses_[next] = start;
  return constants[next];
}

std::vector<const Constant*> DroppedConstants::operands(const Position& first) {
  std::vector<const Constant*> found;
  if ((readings_ & reading::kLostOperands) == 0 || !has_columns(first)) return found;
  const auto constants = this->constants();
  const Position start = {first.line, first.line, first.column, first.column};
  for (size_t next = count_before(start); next < constants.size(); ++next) {
    const Constant& constant = *constants[next];
    if (uses_[next].line > 0 || !is_test(constant)) break;
    if (!found.empty() && truth(constant) != truth(*found[0])) break;
    found.push_back(&constant);
    uses_[next] = start;
  }
  return found;
}

const Constant* DroppedConstants::assertion(const Position& position) {
  if ((readings_ & reading::kLostOperands) == 0) return nullptr;
  constexpr int32_t kAssert = 7;
  constexpr int32_t kQuotes = 2;
  const auto constants = this->constants();
  const int32_t room = position.end_column - position.column - kAssert;
  const Position start = {position.line, position.line, position.column, position.column};
  const size_t next = count_before(start);
  if (next < constants.size() && uses_[next].line <= 0 && is_test(*constants[next], true)) {
    const Constant& constant = *constants[next];
    const bool text = constant.is(ConstantKind::Str);
    const auto width = text ? static_cast<int32_t>(constant.text().size()) + kQuotes : room;
    if (width == room || position.end_line != position.line) {
      uses_[next] = start;
      return &constant;
    }
  }
  constexpr int32_t kTrue = 4;
  return room == kTrue ? workspace_.constants.boolean(true) : nullptr;
}

const Constant* DroppedConstants::test(const Position& position, bool truth) {
  const Constant* seen = nullptr;
  if (const Constant* test = new_test(position, truth, &seen)) return test;
  return seen != nullptr ? seen : workspace_.constants.boolean(truth);
}

void DroppedConstants::find_first_loads() const {
  if (!first_loads_.empty()) return;
  first_loads_.assign(code_.object().consts->size, kNone);
  for (uint32_t i = code_.size(); i-- > 0;)
    if (code_[i].op == Op::LOAD_CONST && code_[i].argument < first_loads_.size())
      first_loads_[code_[i].argument] = i;
}

bool DroppedConstants::comes_later(uint32_t at) const {
  find_first_loads();
  for (size_t i = 0; i < code_[at].argument && i < first_loads_.size(); ++i)
    if (first_loads_[i] != kNone && first_loads_[i] > at) return true;
  return false;
}

bool DroppedConstants::comes_first(uint32_t at) const {
  find_first_loads();
  if (code_[at].argument >= first_loads_.size() || first_loads_[code_[at].argument] != at) return false;
  for (size_t i = code_[at].argument + 1; i < first_loads_.size(); ++i)
    if (first_loads_[i] != kNone && first_loads_[i] > at) return true;
  return false;
}

const Constant* DroppedConstants::test_at(uint32_t at, std::optional<bool> wanted) {
  find_first_loads();
  const auto constants = this->constants();
  size_t first = is_function_ ? 1 : 0;
  size_t last = constants.size();
  for (size_t i = first; i < constants.size(); ++i) {
    if (first_loads_[i] == kNone) continue;
    if (first_loads_[i] < at) first = i + 1;
    if (first_loads_[i] > at) last = std::min(last, i);
  }
  for (size_t i = first; i < last; ++i) {
    const bool fits = wanted ? is_test(*constants[i], *wanted) : is_test(*constants[i]);
    if (first_loads_[i] != kNone || !fits) continue;
    first_loads_[i] = at;
    return constants[i];
  }
  return nullptr;
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
