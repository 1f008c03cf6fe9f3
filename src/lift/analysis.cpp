#include "lift/analysis.h"

#include <fmt/format.h>

#include <algorithm>

#include "bytecode/code_object.h"

namespace ouro::lift {

namespace {

constexpr uint64_t kBaseBudget = uint64_t{4} << 20;
constexpr uint64_t kBudgetPerInstruction = 64;
constexpr uint32_t kGeneratorFlags = kCoGenerator | kCoCoroutine | kCoAsyncGenerator;

// An event that the second pass wants to know: two bits say which, the others name a local or a block.
enum EventKind : uint32_t { kBind = 0, kUnbind = 1, kEdge = 2 };
constexpr uint32_t kEventShift = 30;

constexpr uint32_t make_event(EventKind kind, uint32_t index) {
  return static_cast<uint32_t>(kind) << kEventShift | index;
}

}  // namespace

bool Analysis::fail(const StackInstruction& instruction, std::string_view what) {
  error_ = fmt::format("{} at offset {}", what, uint64_t{instruction.unit} * 2);
  return false;
}

bool Analysis::spend(uint64_t work) {
  if (work > budget_) {
    error_ = "control flow is too complex";
    return false;
  }
  budget_ -= work;
  return true;
}

bool Analysis::run() {
  budget_ = kBaseBudget + kBudgetPerInstruction * code_.instructions.size();
  if (!check_locals()) return false;
  find_prologue();
  if (!follow() || !solve_bound()) return false;
  find_loops();
  return true;
}

// ---- the first pass: reachability, stack, operands

bool Analysis::check_locals() {
  const char* error = nullptr;
  for (const uint8_t kind : view_.local_kinds) {
    const uint8_t known = kind & (kLocalLocal | kLocalCell | kLocalFree);
    const bool is_free = (known & kLocalFree) != 0;
    if (known != kind || known == 0 || (is_free && known != kLocalFree)) error = "a local of unknown kind";
    if (free_count_ > 0 && !is_free) error = "a free variable before other locals";
    free_count_ += is_free;
  }
  if (view_.argument_count > view_.local_kinds.size() - free_count_) error = "more arguments than locals";
  if (view_.local_kinds.size() >= kNoRegister) error = "too many locals";
  if (error != nullptr) error_ = error;
  return error == nullptr;
}

/// The generator is made before anything can jump or raise, so that it is made once and yields come after.
void Analysis::find_prologue() {
  if ((view_.flags & kGeneratorFlags) == 0) return;
  for (uint32_t i = 0; i < code_.blocks[0].end; ++i) {
    const Op op = code_.instructions[i].op;
    if (op == Op::RETURN_GENERATOR) prologue_generator_ = i;
    if (op != Op::COPY_FREE_VARS && op != Op::MAKE_CELL && op != Op::NOP) return;
  }
}

bool Analysis::follow() {
  raising_.assign(code_.ranges.size(), false);
  kind_pool_.reserve(code_.blocks.size() * 2);
  events_.reserve(code_.instructions.size() / 2 + 8);
  work_.reserve(16);
  stack_.reserve(std::min<size_t>(view_.stack_size, 64));
  Block& entry = code_.blocks[0];
  entry.depth = 0;
  entry.predecessors = 1;
  work_.push_back(0);
  while (!work_.empty() || !cold_work_.empty()) {
    cold_ = work_.empty();
    std::vector<uint32_t>& work = cold_ ? cold_work_ : work_;
    const uint32_t block = work.back();
    work.pop_back();
    code_.blocks[block].cold = cold_;
    if (!visit(block)) return false;
  }
  if (prologue_generator_ != kNone && entry.predecessors > 1)
    return fail(code_.instructions[prologue_generator_], "a jump back to RETURN_GENERATOR");
  return true;
}

bool Analysis::visit(uint32_t index) {
  Block& block = code_.blocks[index];
  const std::span<const SlotKind> known = kinds(block);
  stack_.assign(known.begin(), known.end());
  joined_range_ = kNone;
  block.first_event = static_cast<uint32_t>(events_.size());
  for (uint32_t i = block.first; i < block.end; ++i)
    if (!step(i)) return false;
  block.end_event = static_cast<uint32_t>(events_.size());
  reached_ += block.end - block.first;
  return leave(index);
}

bool Analysis::step(uint32_t index) {
  const StackInstruction& instruction = code_.instructions[index];
  if (!instruction.valid) {
    const uint8_t number = view_.code[size_t{instruction.unit} * 2];
    return fail(instruction,
                fmt::format("opcode {} is none of CPython {}, or incomplete", number, code_.table().name));
  }
  if (!check_operand(instruction) || !check_generator(index)) return false;
  if ((tracing_ || may_raise(instruction.op)) && !raise_edge(instruction)) return false;
  add_local_event(instruction);
  if (!apply(instruction)) return false;
  return !code_.info(instruction).is_jump() || jump_edge(instruction);
}

/// The edge to the next block.
bool Analysis::leave(uint32_t index) {
  const StackInstruction& last = code_.instructions[code_.blocks[index].end - 1];
  if (keyword_names_pending_) return fail(last, "KW_NAMES without a call behind");
  if (StackCode::is_terminator(last.op)) return true;
  if (index + 1 == code_.blocks.size()) return fail(last, "control runs off the end of the code");
  code_.blocks[index + 1].jumped = true;
  return enter(index + 1, stack_.size(), 0, last);
}

bool Analysis::jump_edge(const StackInstruction& instruction) {
  const uint32_t target = code_.target_block(instruction);
  if (target == kNone) return fail(instruction, "a jump to where no instruction is");
  uint64_t kept = stack_.size();
  uint64_t values = 0;
  switch (instruction.op) {
    case Op::FOR_ITER:
      kept -= 2;
      break;
    case Op::SEND:
      kept -= 2;
      values = 1;
      break;
    case Op::JUMP_IF_FALSE_OR_POP:  // popped already
    case Op::JUMP_IF_TRUE_OR_POP:
      values = 1;
      break;
    default:
      break;
  }
  Block& block = code_.blocks[target];
  block.jumped = true;
  if (instruction.op != Op::JUMP_FORWARD) block.conditional = true;
  return enter(target, kept, values, instruction);
}

bool Analysis::raise_edge(const StackInstruction& instruction) {
  if (instruction.handler == kNone) return true;
  const ExceptionRange& range = code_.ranges[instruction.handler];
  if (joined_range_ == instruction.handler && low_water_ >= range.depth) return true;
  const uint32_t target = code_.handler_block(instruction.handler);
  if (target == kNone) return fail(instruction, "an exception handler where no instruction is");
  if (range.depth > stack_.size()) return fail(instruction, "an exception handler deeper than the stack");
  raising_[instruction.handler] = true;
  joined_range_ = instruction.handler;
  low_water_ = stack_.size();
  Block& block = code_.blocks[target];
  block.handler = block.conditional = true;
  events_.push_back(make_event(kEdge, target));
  return enter(target, range.depth, range.lasti ? 2 : 1, instruction);
}

/// An edge into a block with the lowest `kept` slots of the stack and `values` more.
bool Analysis::enter(uint32_t index, uint64_t kept, uint64_t values, const StackInstruction& from) {
  Block& block = code_.blocks[index];
  const uint64_t depth = kept + values;
  if (!spend(depth + 1)) return false;
  if (depth > view_.stack_size) return fail(from, "stack overflow");
  max_depth_ = std::max(max_depth_, static_cast<uint32_t>(depth));
  ++block.predecessors;
  if (block.depth >= 0) {
    const std::span<const SlotKind> known = kinds(block);
    const bool same =
        known.size() == depth &&
        std::equal(known.begin(), known.begin() + static_cast<ptrdiff_t>(kept), stack_.begin()) &&
        std::all_of(known.begin() + static_cast<ptrdiff_t>(kept), known.end(),
                    [](SlotKind kind) { return kind == SlotKind::Value; });
    return same || fail(from, "the stack differs between ways to the same instruction");
  }
  block.depth = static_cast<int64_t>(depth);
  block.kinds = static_cast<uint32_t>(kind_pool_.size());
  kind_pool_.insert(kind_pool_.end(), stack_.begin(), stack_.begin() + static_cast<ptrdiff_t>(kept));
  kind_pool_.insert(kind_pool_.end(), values, SlotKind::Value);
  (cold_ || block.handler ? cold_work_ : work_).push_back(index);
  return true;
}

bool Analysis::check_operand(const StackInstruction& instruction) {
  const uint32_t argument = instruction.argument;
  switch (code_.info(instruction).operand) {
    case OperandKind::Const:
      if (argument >= view_.const_count) return fail(instruction, "a constant that does not exist");
      return true;
    case OperandKind::Name:
      if (argument >= view_.name_count) return fail(instruction, "a name that does not exist");
      return true;
    case OperandKind::GlobalName:
      if (argument >> 1 >= view_.name_count) return fail(instruction, "a name that does not exist");
      return true;
    case OperandKind::Local:
    case OperandKind::Deref:
      return check_local(instruction);
    default:
      break;
  }
  if (instruction.op == Op::COPY_FREE_VARS && argument != free_count_)
    return fail(instruction, "COPY_FREE_VARS with another count than the free variables'");
  return valid_argument(instruction.op, argument) ||
         fail(instruction, fmt::format("{} with argument {}", code_.info(instruction).name, argument));
}

bool Analysis::check_local(const StackInstruction& instruction) {
  if (instruction.argument >= view_.local_kinds.size())
    return fail(instruction, "a local that does not exist");
  const uint8_t kind = view_.local_kinds[instruction.argument];
  const bool is_cell = (kind & (kLocalCell | kLocalFree)) != 0;
  const bool wants_cell = code_.info(instruction).operand == OperandKind::Deref;
  if (is_cell != wants_cell || (instruction.op == Op::MAKE_CELL && (kind & kLocalFree) != 0))
    return fail(instruction, fmt::format("{} on a variable of another kind", code_.info(instruction).name));
  return true;
}

bool Analysis::check_generator(uint32_t index) {
  const StackInstruction& instruction = code_.instructions[index];
  switch (instruction.op) {
    case Op::RETURN_GENERATOR:
      return index == prologue_generator_ || fail(instruction, "RETURN_GENERATOR out of place");
    case Op::YIELD_VALUE:
      return prologue_generator_ != kNone || fail(instruction, "YIELD_VALUE outside of a generator");
    case Op::ASYNC_GEN_WRAP:
      return (view_.flags & kCoAsyncGenerator) != 0 ||
             fail(instruction, "ASYNC_GEN_WRAP outside of an asynchronous generator");
    default:
      return true;
  }
}

void Analysis::add_local_event(const StackInstruction& instruction) {
  switch (instruction.op) {
    case Op::LOAD_FAST:  // or else it raises
    case Op::STORE_FAST:
    case Op::MAKE_CELL:
      events_.push_back(make_event(kBind, instruction.argument));
      return;
    case Op::DELETE_FAST:
      events_.push_back(make_event(kUnbind, instruction.argument));
      joined_range_ = kNone;
      return;
    case Op::COPY_FREE_VARS: {
      const auto count = static_cast<uint32_t>(view_.local_kinds.size());
      for (uint32_t i = count - free_count_; i < count; ++i) events_.push_back(make_event(kBind, i));
      return;
    }
    default:
      return;
  }
}

// ---- the stack

bool Analysis::push(const StackInstruction& instruction, SlotKind kind, uint64_t count) {
  if (stack_.size() + count > view_.stack_size) return fail(instruction, "stack overflow");
  stack_.insert(stack_.end(), count, kind);
  max_depth_ = std::max(max_depth_, static_cast<uint32_t>(stack_.size()));
  return true;
}

void Analysis::pop(uint64_t count) {
  stack_.resize(stack_.size() - count);
  low_water_ = std::min<uint64_t>(low_water_, stack_.size());
}

bool Analysis::need_values(const StackInstruction& instruction, uint64_t count) {
  if (count > stack_.size()) return fail(instruction, "stack underflow");
  for (uint64_t i = 1; i <= count; ++i)
    if (!need_value_at(instruction, i)) return false;
  return true;
}

bool Analysis::need_value_at(const StackInstruction& instruction, uint64_t position) {
  if (position == 0) return true;
  if (position > stack_.size()) return fail(instruction, "stack underflow");
  return stack_[stack_.size() - position] == SlotKind::Value ||
         fail(instruction, fmt::format("{} of what is no value", code_.info(instruction).name));
}

bool Analysis::apply_effect(const StackInstruction& instruction, const Effect& effect) {
  if (!need_values(instruction, effect.reads) || !need_value_at(instruction, effect.peek) ||
      !need_value_at(instruction, effect.peek_more))
    return false;
  pop(effect.pops);
  return effect.pushes == 0 || push(instruction, SlotKind::Value, effect.pushes);
}

bool Analysis::apply_pop_top(const StackInstruction& instruction) {
  if (stack_.empty()) return fail(instruction, "stack underflow");
  pop(1);
  return true;
}

/// COPY and SWAP leave LOAD_METHOD's pairs alone, so that these stay in their place and together.
bool Analysis::apply_copy(const StackInstruction& instruction) {
  if (instruction.argument > stack_.size()) return fail(instruction, "stack underflow");
  const SlotKind kind = stack_[stack_.size() - instruction.argument];
  if (kind == SlotKind::PairLow || kind == SlotKind::PairHigh)
    return fail(instruction, "COPY of what LOAD_METHOD left");
  return push(instruction, kind);
}

bool Analysis::apply_swap(const StackInstruction& instruction) {
  if (instruction.argument > stack_.size()) return fail(instruction, "stack underflow");
  const size_t at = stack_.size() - instruction.argument;
  for (const SlotKind kind : {stack_[at], stack_.back()})
    if (kind == SlotKind::PairLow || kind == SlotKind::PairHigh)
      return fail(instruction, "SWAP of what LOAD_METHOD left");
  std::swap(stack_[at], stack_.back());
  low_water_ = std::min<uint64_t>(low_water_, at);
  return true;
}

bool Analysis::apply_load_method(const StackInstruction& instruction) {
  if (!need_values(instruction, 1)) return false;
  pop(1);
  return push(instruction, SlotKind::PairLow) && push(instruction, SlotKind::PairHigh);
}

/// The stack: null, callable, arguments; or callable, first argument, arguments; or LOAD_METHOD's pair,
/// arguments.
bool Analysis::apply_call(const StackInstruction& instruction) {
  const uint64_t count = instruction.argument;
  if (!need_values(instruction, count)) return false;
  if (count + 2 > stack_.size()) return fail(instruction, "stack underflow");
  const SlotKind high = stack_[stack_.size() - count - 1];
  const SlotKind low = stack_[stack_.size() - count - 2];
  const bool callable = (high == SlotKind::Value && (low == SlotKind::Null || low == SlotKind::Value)) ||
                        (low == SlotKind::PairLow && high == SlotKind::PairHigh);
  if (!callable) return fail(instruction, "CALL of what is no value");
  keyword_names_pending_ = false;
  pop(count + 2);
  return push(instruction, SlotKind::Value);
}

bool Analysis::apply_call_extended(const StackInstruction& instruction) {
  const uint64_t values = 2 + (instruction.argument & 1);
  if (!need_values(instruction, values)) return false;
  if (values + 1 > stack_.size() || stack_[stack_.size() - values - 1] != SlotKind::Null)
    return fail(instruction, "CALL_FUNCTION_EX without a null");
  pop(values + 1);
  return push(instruction, SlotKind::Value);
}

bool Analysis::apply(const StackInstruction& instruction) {
  switch (instruction.op) {
    case Op::POP_TOP:
      return apply_pop_top(instruction);
    case Op::PUSH_NULL:
      return push(instruction, SlotKind::Null);
    case Op::COPY:
      return apply_copy(instruction);
    case Op::SWAP:
      return apply_swap(instruction);
    case Op::LOAD_GLOBAL:
      return ((instruction.argument & 1) == 0 || push(instruction, SlotKind::Null)) &&
             push(instruction, SlotKind::Value);
    case Op::LOAD_METHOD:
      return apply_load_method(instruction);
    case Op::PRECALL:
      return uint64_t{instruction.argument} + 2 <= stack_.size() || fail(instruction, "stack underflow");
    case Op::KW_NAMES:
      keyword_names_pending_ = true;
      return true;
    case Op::CALL:
      return apply_call(instruction);
    case Op::CALL_FUNCTION_EX:
      return apply_call_extended(instruction);
    case Op::RETURN_GENERATOR:
      return push(instruction, SlotKind::Unusable);
    default:
      return apply_effect(instruction, effect_of(instruction.op, instruction.argument));
  }
}

// ---- the second pass: which locals are certainly bound

bool Analysis::solve_bound() {
  set_words_ = (view_.local_kinds.size() + 63) / 64;
  const size_t blocks = code_.blocks.size();
  if (!spend(blocks * set_words_)) return false;
  bound_.assign(blocks * set_words_, ~uint64_t{0});
  dirty_.assign(blocks, false);
  state_.assign(set_words_, 0);
  for (uint32_t i = 0; i < view_.argument_count; ++i)
    if ((view_.local_kinds[i] & kLocalCell) == 0) state_[i / 64] |= uint64_t{1} << (i % 64);
  for (uint32_t i = 0; i < blocks; ++i) dirty_[i] = code_.blocks[i].depth >= 0;
  meet(0, state_);
  for (bool again = true; again;) {
    again = false;
    for (uint32_t i = 0; i < blocks; ++i) {
      if (!dirty_[i]) continue;
      again = true;
      dirty_[i] = false;
      if (!flow(i)) return false;
    }
  }
  return true;
}

void Analysis::meet(uint32_t block, const std::vector<uint64_t>& state) {
  uint64_t* known = bound_.data() + size_t{block} * set_words_;
  uint64_t lost = 0;
  for (size_t i = 0; i < set_words_; ++i) {
    lost |= known[i] & ~state[i];
    known[i] &= state[i];
  }
  if (lost != 0) dirty_[block] = true;
}

bool Analysis::flow(uint32_t index) {
  const Block& block = code_.blocks[index];
  if (!spend(set_words_ + block.end_event - block.first_event + 1)) return false;
  const std::span<const uint64_t> known = bound(index);
  state_.assign(known.begin(), known.end());
  for (uint32_t i = block.first_event; i < block.end_event; ++i) {
    const uint32_t subject = events_[i] & ((1U << kEventShift) - 1);
    switch (events_[i] >> kEventShift) {
      case kBind:
        state_[subject / 64] |= uint64_t{1} << (subject % 64);
        break;
      case kUnbind:
        state_[subject / 64] &= ~(uint64_t{1} << (subject % 64));
        break;
      default:
        if (!spend(set_words_)) return false;
        meet(subject, state_);
    }
  }
  const StackInstruction& last = code_.instructions[block.end - 1];
  if (code_.info(last).is_jump()) meet(code_.target_block(last), state_);
  if (!StackCode::is_terminator(last.op)) meet(index + 1, state_);
  return true;
}

// ---- loops

/// A loop is what lies between a jump back and its target; jumps to the same target are one loop.
void Analysis::find_loops() {
  const size_t count = code_.blocks.size();
  std::vector<uint32_t> last_source(count, 0);
  std::vector<int32_t> change(count + 1, 0);
  for (uint32_t i = 0; i < count; ++i) {
    const Block& block = code_.blocks[i];
    const StackInstruction& last = code_.instructions[block.end - 1];
    if (block.depth < 0 || !code_.info(last).is_jump()) continue;
    const uint32_t target = code_.target_block(last);
    if (target <= i) last_source[target] = i + 1;
  }
  for (uint32_t i = 0; i < count; ++i) {
    if (last_source[i] == 0) continue;
    ++change[i];
    --change[last_source[i]];
  }
  int32_t depth = 0;
  for (uint32_t i = 0; i < count; ++i) {
    depth += change[i];
    code_.blocks[i].loop_depth = static_cast<uint8_t>(std::min(depth, 255));
  }
}

}  // namespace ouro::lift
