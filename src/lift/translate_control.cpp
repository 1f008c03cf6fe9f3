// Jumps, loops, generators, exception handlers.
#include <algorithm>

#include "lift/translator.h"

namespace ouro::lift {

namespace {

struct BackwardForm {
  Operation forward, backward;
};

constexpr BackwardForm kBackward[] = {
    {Operation::Jump, Operation::JumpBack},
    {Operation::JumpIfTrue, Operation::JumpBackIfTrue},
    {Operation::JumpIfFalse, Operation::JumpBackIfFalse},
    {Operation::JumpIfNone, Operation::JumpBackIfNone},
    {Operation::JumpIfNotNone, Operation::JumpBackIfNotNone},
    {Operation::JumpLess, Operation::JumpBackLess},
    {Operation::JumpLessEqual, Operation::JumpBackLessEqual},
    {Operation::JumpEqual, Operation::JumpBackEqual},
    {Operation::JumpNotEqual, Operation::JumpBackNotEqual},
    {Operation::JumpGreater, Operation::JumpBackGreater},
    {Operation::JumpGreaterEqual, Operation::JumpBackGreaterEqual},
    {Operation::JumpIs, Operation::JumpBackIs},
    {Operation::JumpContains, Operation::JumpBackContains},
};

Operation backward_form(Operation forward) {
  for (const BackwardForm& form : kBackward)
    if (form.forward == forward) return form.backward;
  return forward;
}

Operation inverse(Operation operation) {
  switch (operation) {
    case Operation::JumpIfTrue:
      return Operation::JumpIfFalse;
    case Operation::JumpIfFalse:
      return Operation::JumpIfTrue;
    case Operation::JumpIfNone:
      return Operation::JumpIfNotNone;
    default:
      return Operation::JumpIfNone;
  }
}

constexpr uint32_t kMaxHops = 8;

constexpr Operation kCompare[] = {Operation::Less,     Operation::LessEqual, Operation::Equal,
                                  Operation::NotEqual, Operation::Greater,   Operation::GreaterEqual};
constexpr Operation kCompareJump[] = {Operation::JumpLess,    Operation::JumpLessEqual,
                                      Operation::JumpEqual,   Operation::JumpNotEqual,
                                      Operation::JumpGreater, Operation::JumpGreaterEqual};

bool jumps_if_true(Op op) {
  return op == Op::POP_JUMP_FORWARD_IF_TRUE || op == Op::POP_JUMP_BACKWARD_IF_TRUE;
}

bool jumps_on_truth(Op op) {
  return jumps_if_true(op) || op == Op::POP_JUMP_FORWARD_IF_FALSE || op == Op::POP_JUMP_BACKWARD_IF_FALSE;
}

}  // namespace

/// Whether the next instruction is a jump on the truth of what this one computes, and on nothing else.
bool Translator::can_fuse(uint32_t index) const {
  if (options_.tracing || index + 1 >= code_.blocks[block_].end) return false;
  const StackInstruction& next = code_.instructions[index + 1];
  return jumps_on_truth(next.op) && next.handler == code_.instructions[index].handler;
}

/// Whether a jump's target can take the stack as it is, because nothing else leads there.
bool Translator::keeps_stack(uint32_t target) const {
  return code_.blocks[target].predecessors == 1 && target > block_;
}

/// The unconditional jump that is all of a block but for `pops` POP_TOPs, if only one way leads there; or
/// kNone.
uint32_t Translator::sole_jump(uint32_t index, uint32_t* pops) const {
  const Block& block = code_.blocks[index];
  if (options_.tracing || block.predecessors != 1 || block.handler) return kNone;
  *pops = 0;
  for (uint32_t i = block.first; i < block.end; ++i) {
    const Op op = code_.instructions[i].op;
    if (StackCode::is_unconditional_jump(op)) return i;
    if (op == Op::POP_TOP) ++*pops;
    if (op != Op::POP_TOP && op != Op::NOP) return kNone;
  }
  return kNone;
}

/// Where a conditional jump had better go at once: through blocks that only drop something and jump forward,
/// as the end of a chained comparison does. They are left out.
Translator::Way Translator::follow(uint32_t target) {
  Way way = {target, 0};
  for (uint32_t hops = 0; hops < kMaxHops && way.target > block_; ++hops) {
    uint32_t pops = 0;
    const uint32_t jump = sole_jump(way.target, &pops);
    if (jump == kNone) break;
    const uint32_t next = code_.target_block(code_.instructions[jump]);
    if (next <= way.target || takes_store(next)) break;
    skipped_[way.target] = true;
    way = {next, way.drop + pops};
  }
  return way;
}

/// The way of a conditional jump. One around a single jump (`if x: continue`) takes that jump's way instead,
/// and *inverted says so.
Translator::Way Translator::way_of(uint32_t index, bool* inverted) {
  *inverted = false;
  const StackInstruction& instruction = code_.instructions[index];
  const uint32_t target = code_.target_block(instruction);
  const uint32_t between = block_ + 1;
  uint32_t pops = 0;
  if (target > between && next_reached(between) == target && code_.blocks[between].depth >= 0) {
    const uint32_t jump = sole_jump(between, &pops);
    if (jump != kNone && pops == 0 && code_.instructions[jump].handler == instruction.handler) {
      const uint32_t next = code_.target_block(code_.instructions[jump]);
      if (!takes_store(next)) {
        // The jump may be interrupted, which the test that takes its place need not expect.
        if (instruction.handler != kNone) ensure_canonical(code_.ranges[instruction.handler].depth);
        skipped_[between] = true;
        *inverted = true;
        return follow(next);
      }
    }
  }
  return follow(target);
}

/// Brings the stack into the form that the end of a way expects; the jump pops `operands` of it.
void Translator::before_branch(const Way& way, uint32_t operands) {
  if (keeps_stack(way.target)) return;
  const uint32_t depth = stack_.depth() - operands - way.drop;
  ensure_canonical(depth - dead_slots(way.target));
}

/// Remembers the stack without its topmost `drop` slots for a target.
void Translator::save_stack(uint32_t target, uint32_t drop) {
  if (!keeps_stack(target)) return;
  Snapshot& snapshot = snapshots_[target];
  snapshot.start = static_cast<uint32_t>(snapshot_slots_.size());
  snapshot.count = stack_.depth() - drop;
  for (uint32_t i = 0; i < snapshot.count; ++i) snapshot_slots_.push_back(stack_[i]);
}

/// Emits a jump to a block.
void Translator::branch(uint32_t target, Operation forward, uint32_t a, uint32_t b, uint32_t c) {
  const uint32_t at = emit_.emit(target <= block_ ? backward_form(forward) : forward, a, b, c);
  emit_.jump_to(at, target);
}

void Translator::jump(uint32_t index) {
  const uint32_t target = code_.target_block(code_.instructions[index]);
  open_ = target == next_reached(block_);
  if (open_) return;
  if (takes_store(target)) store_fast(code_.instructions[code_.blocks[target].first].argument);
  before_branch({target, 0}, 0);
  branch(target, Operation::Jump, 0, 0, 0);
  save_stack(target, 0);
}

void Translator::jump_if(uint32_t index, Operation operation) {
  bool inverted;
  const Way way = way_of(index, &inverted);
  before_branch(way, 1);
  prepare(1);
  const uint32_t value = reg(0);
  stack_.pop();
  branch(way.target, inverted ? inverse(operation) : operation, value, 0, 0);
  save_stack(way.target, way.drop);
}

void Translator::jump_or_pop(uint32_t index) {
  const StackInstruction& instruction = code_.instructions[index];
  const Way way = follow(code_.target_block(instruction));
  before_branch(way, 0);
  prepare(1);
  const bool if_true = instruction.op == Op::JUMP_IF_TRUE_OR_POP;
  branch(way.target, if_true ? Operation::JumpIfTrue : Operation::JumpIfFalse, reg(0), 0, 0);
  save_stack(way.target, way.drop);
  stack_.pop();
}

/// A comparison together with the jump behind it.
void Translator::fused_jump(uint32_t index, Operation operation, bool negated) {
  const StackInstruction& next = code_.instructions[index + 1];
  bool inverted;
  const Way way = way_of(index + 1, &inverted);
  before_branch(way, 2);
  prepare(2);
  const uint32_t left = reg(1);
  const uint32_t right = reg(0);
  stack_.pop(2);
  const uint32_t at = emit_.size();
  const bool if_true = (jumps_if_true(next.op) != negated) != inverted;
  branch(way.target, operation, left, right, if_true ? 1 : 0);
  emit_.add_offset(at + 1, next.unit * 2);
  save_stack(way.target, way.drop);
  consumed_ = 1;
}

void Translator::compare(uint32_t index) {
  const uint32_t which = code_.instructions[index].argument;
  if (can_fuse(index)) return fused_jump(index, kCompareJump[which], false);
  simple(kCompare[which], 2);
}

void Translator::identity_or_membership(uint32_t index) {
  const StackInstruction& instruction = code_.instructions[index];
  const bool negated = instruction.argument == 1;
  if (instruction.op == Op::IS_OP) {
    if (can_fuse(index)) return fused_jump(index, Operation::JumpIs, negated);
    return simple(negated ? Operation::IsNot : Operation::Is, 2);
  }
  if (can_fuse(index)) return fused_jump(index, Operation::JumpContains, negated);
  simple(negated ? Operation::NotContains : Operation::Contains, 2);
}

void Translator::unary_not(uint32_t index) {
  if (!can_fuse(index)) return simple(Operation::Not, 1);
  const bool if_true = jumps_if_true(code_.instructions[index + 1].op);
  jump_if(index + 1, if_true ? Operation::JumpIfFalse : Operation::JumpIfTrue);
  consumed_ = 1;
}

void Translator::for_iter(uint32_t index) {
  const uint32_t target = code_.target_block(code_.instructions[index]);
  before_branch({target, 0}, 1);
  prepare(1);
  const uint32_t out = claim(stack_.depth(), stack_.depth());
  const uint32_t at = emit_.emit(Operation::ForIter, out, reg(0));
  emit_.jump_to(at, target);
  save_stack(target, 1);
  result(at, out);
}

/// The value that is sent in gives way to what the receiver yields; at the target, the receiver to what it
/// returned.
void Translator::send(uint32_t index) {
  const uint32_t target = code_.target_block(code_.instructions[index]);
  if (!keeps_stack(target)) {
    // The target has one slot more than is kept: that of the value. It may be one of those that are dropped.
    const uint32_t dropped = std::max(dead_slots(target), 1U) - 1;
    ensure_canonical(stack_.depth() - 2 - dropped);
  }
  prepare(2);
  const uint32_t slot = stack_.depth() - 1;
  const uint32_t out = claim(slot, slot);
  const uint32_t receiver = reg(1);
  const uint32_t value = reg(0);
  stack_.pop();
  const uint32_t at = emit_.emit(Operation::Send, out, receiver, value);
  if (keeps_stack(target)) {
    emit_.jump_to(at, target);
    save_stack(target, 1);
    snapshot_slots_.push_back({.value = out});
    ++snapshots_[target].count;
  } else {
    stubs_.push_back({at, out, canonical(slot - 1), target, emit_.offset(), emit_.range()});
  }
  stack_.push_register(out);
}

/// The exception comes in the register of the slot above its own where only exceptions lead here, so that the
/// one handled so far can go below it.
void Translator::push_exc_info() {
  prepare(1);
  const uint32_t slot = stack_.depth() - 1;
  uint32_t exception = reg(0);
  if (exception != canonical(slot + 1)) {
    const uint32_t to = claim(slot + 1, slot);
    emit_.emit(Operation::Move, to, exception);
    exception = to;
  }
  const uint32_t out = claim(slot, slot);
  stack_.pop();
  emit_.emit(Operation::PushExcInfo, out, exception);
  stack_.push_register(out);
  stack_.push_register(exception);
}

void Translator::check_group_match() {
  const uint32_t slot = stack_.depth() - 2;
  prepare(2);
  materialise(slot);
  displace(canonical(slot), stack_.depth(), slot);
  const uint32_t out = claim(slot + 1, slot + 1);
  const uint32_t type = reg(0);
  stack_.pop();
  const uint32_t at = emit_.emit(Operation::CheckExcGroupMatch, out, canonical(slot), type);
  result(at, out);
}

bool Translator::translate_control(uint32_t index) {
  const StackInstruction& instruction = code_.instructions[index];
  switch (instruction.op) {
    case Op::JUMP_FORWARD:
    case Op::JUMP_BACKWARD:
    case Op::JUMP_BACKWARD_NO_INTERRUPT:
      jump(index);
      return true;
    case Op::POP_JUMP_FORWARD_IF_FALSE:
    case Op::POP_JUMP_BACKWARD_IF_FALSE:
      jump_if(index, Operation::JumpIfFalse);
      return true;
    case Op::POP_JUMP_FORWARD_IF_TRUE:
    case Op::POP_JUMP_BACKWARD_IF_TRUE:
      jump_if(index, Operation::JumpIfTrue);
      return true;
    case Op::POP_JUMP_FORWARD_IF_NONE:
    case Op::POP_JUMP_BACKWARD_IF_NONE:
      jump_if(index, Operation::JumpIfNone);
      return true;
    case Op::POP_JUMP_FORWARD_IF_NOT_NONE:
    case Op::POP_JUMP_BACKWARD_IF_NOT_NONE:
      jump_if(index, Operation::JumpIfNotNone);
      return true;
    case Op::JUMP_IF_FALSE_OR_POP:
    case Op::JUMP_IF_TRUE_OR_POP:
      jump_or_pop(index);
      return true;
    case Op::COMPARE_OP:
      compare(index);
      return true;
    case Op::IS_OP:
    case Op::CONTAINS_OP:
      identity_or_membership(index);
      return true;
    case Op::UNARY_NOT:
      unary_not(index);
      return true;
    case Op::FOR_ITER:
      for_iter(index);
      return true;
    case Op::SEND:
      send(index);
      return true;
    case Op::PUSH_EXC_INFO:
      push_exc_info();
      return true;
    case Op::CHECK_EG_MATCH:
      check_group_match();
      return true;
    default:
      return false;
  }
}

}  // namespace ouro::lift
