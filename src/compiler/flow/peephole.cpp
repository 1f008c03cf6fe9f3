// Peepholes: constant conditions, tuples of constants, jumps to jumps, calls of globals.
#include <algorithm>

#include "compiler/flow/flow.h"

namespace ouro::compiler {

namespace {

// Finds a constant of the unit by identity, so that folding many tuples stays linear.
class ConstantIndex {
 public:
  explicit ConstantIndex(Flow& flow) : flow_(flow) {}

  /// The index of the constant, appended when the unit does not have it yet.
  uint32_t index_of(const Constant* constant) {
    ArenaVector<const Constant*>& consts = flow_.unit.consts;
    make_room();
    while (indexed_ < consts.size()) remember(static_cast<uint32_t>(indexed_++));
    const uint32_t found = table_[slot_of(constant)];
    if (found != kFree) return found;
    consts.push_back(constant);
    make_room();
    remember(static_cast<uint32_t>(indexed_));
    return static_cast<uint32_t>(indexed_++);
  }

 private:
  static constexpr uint32_t kFree = UINT32_MAX;

  size_t slot_of(const Constant* constant) const {
    const size_t mask = table_.size() - 1;
    size_t slot = (reinterpret_cast<uintptr_t>(constant) >> 4) * 0x9E3779B97F4A7C15u >> 20 & mask;
    while (table_[slot] != kFree && flow_.unit.consts[table_[slot]] != constant) slot = (slot + 1) & mask;
    return slot;
  }

  void make_room() {
    const size_t count = flow_.unit.consts.size() + 1;
    if (table_.size() >= 2 * count) return;
    size_t size = 64;
    while (size < 4 * count) size *= 2;
    table_ = flow_.compilation.workspace.arena.make_span<uint32_t>(size);
    std::ranges::fill(table_, kFree);
    for (uint32_t i = 0; i < indexed_; ++i) remember(i);
  }

  void remember(uint32_t index) {
    const size_t slot = slot_of(flow_.unit.consts[index]);
    if (table_[slot] == kFree) table_[slot] = index;  // of equal ones the first counts
  }

  Flow& flow_;
  std::span<uint32_t> table_;
  size_t indexed_ = 0;
};

// By Op: whether there may be something to do at an instruction.
struct InterestTable {
  constexpr InterestTable() {
    for (int number = 0; number < kOpCount; ++number) {
      const auto op = static_cast<Op>(number);
      interesting[number] = op == Op::LOAD_CONST || op == Op::BUILD_TUPLE || op == Op::SWAP ||
                            op == Op::PUSH_NULL || op == Op::NOP || op == Op::KW_NAMES || is_jump(op) ||
                            is_block_push(op);
    }
  }
  bool interesting[kOpCount] = {};
};
constexpr InterestTable kInterest;

constexpr bool is_interesting(Op op) {
  return kInterest.interesting[static_cast<size_t>(op)];
}

class Peephole {
 public:
  explicit Peephole(Flow& flow)
      : flow_(flow), bytecode_(*flow.compilation.options.target->bytecode), index_(flow) {}

  void run(BlockId id);

 private:
  [[gnu::noinline]] uint32_t step(uint32_t i);
  void visit_constant(uint32_t i);
  void visit_none_test(uint32_t i);
  void visit_tuple(uint32_t i);
  bool visit_jump(FlowInstruction& jump);
  bool thread(FlowInstruction& jump, const FlowInstruction& target, Op op);
  bool visit_jump_or_pop(FlowInstruction& jump, const FlowInstruction& target);
  Op op_at(uint32_t i) const { return i < block().size ? block().instructions[i].op : Op::CACHE; }
  Block& block() { return flow_.graph[id_]; }
  const Block& block() const { return flow_.graph[id_]; }

  Flow& flow_;
  const VersionTable& bytecode_;
  ConstantIndex index_;
  BlockId id_ = kEntryBlock;
  bool rewritten_ = false;  // instructions that are in the tally already
};

void Peephole::run(BlockId id) {
  id_ = id;
  // A pass changes instructions, but neither their number nor their place.
  const FlowInstruction* const begin = block().instructions;
  const FlowInstruction* const end = begin + block().size;
  BlockTally tally(bytecode_);
  rewritten_ = false;
  for (const FlowInstruction* at = begin; at < end; ++at) {
    if (is_interesting(at->op)) {
      at = begin + step(static_cast<uint32_t>(at - begin));
      tally.note_operand(*at);
    }
    tally.add(*at);
  }
  tally.store(block());
  block().tallied = !rewritten_;
}

// What is to be done at one instruction; returns the index of the last one that is done with. Out of line, so
// that the loop around it has the registers.
uint32_t Peephole::step(uint32_t i) {
  FlowInstruction& instruction = block().instructions[i];
  switch (instruction.op) {
    case Op::NOP:
      block().may_have_nops = true;
      return i;
    case Op::LOAD_CONST:
      visit_constant(i);
      return i;
    case Op::BUILD_TUPLE:
      visit_tuple(i);
      return i;
    case Op::KW_NAMES:
      return i;
    case Op::SWAP:
      block().may_have_nops = true;
      if (instruction.operand == 1) {
        make_nop(instruction);
        return i;
      }
      rewritten_ = true;
      return optimise_swaps(flow_.graph.arena(), block(), i);
    case Op::PUSH_NULL:
      // LOAD_GLOBAL can push the NULL itself, but only one.
      if (op_at(i + 1) == Op::LOAD_GLOBAL && (block().instructions[i + 1].operand & 1) == 0) {
        block().may_have_nops = true;
        make_nop(instruction);
        block().instructions[i + 1].operand |= 1;
      }
      return i;
    default:
      break;
  }
  // Each hop goes one jump further. Jumps in a ring would lead on for ever, so there is an end to it.
  size_t hops = flow_.graph.size() + 1;
  do {
    instruction.target = flow_.graph.skip_empty(instruction.target);
  } while (visit_jump(instruction) && --hops != 0);
  return i;
}

void Peephole::visit_constant(uint32_t i) {
  FlowInstruction& load = block().instructions[i];
  const Op next = op_at(i + 1);
  const bool pops = next == Op::POP_JUMP_IF_FALSE || next == Op::POP_JUMP_IF_TRUE;
  const bool keeps = next == Op::JUMP_IF_FALSE_OR_POP || next == Op::JUMP_IF_TRUE_OR_POP;
  if (next == Op::IS_OP) return visit_none_test(i);
  if (!pops && !keeps) return;
  block().may_have_nops = true;
  const bool jumps_if = next == Op::POP_JUMP_IF_TRUE || next == Op::JUMP_IF_TRUE_OR_POP;
  const bool jumps = truth(*flow_.unit.consts[load.operand]) == jumps_if;
  if (pops || !jumps) make_nop(load);
  FlowInstruction& jump = block().instructions[i + 1];
  if (!jumps) return make_nop(jump);
  jump.op = Op::JUMP;
  block().no_fallthrough = true;
}

// LOAD_CONST None, IS_OP, conditional jump.
void Peephole::visit_none_test(uint32_t i) {
  FlowInstruction& load = block().instructions[i];
  const Op jump = op_at(i + 2);
  if (jump != Op::POP_JUMP_IF_FALSE && jump != Op::POP_JUMP_IF_TRUE) return;
  if (!flow_.unit.consts[load.operand]->is(ConstantKind::None)) return;
  FlowInstruction& test = block().instructions[i + 1];
  const bool inverted = test.operand != 0;
  block().may_have_nops = true;
  make_nop(load);
  make_nop(test);
  const bool jumps_if_not_none = inverted != (jump == Op::POP_JUMP_IF_FALSE);
  block().instructions[i + 2].op = jumps_if_not_none ? Op::POP_JUMP_IF_NOT_NONE : Op::POP_JUMP_IF_NONE;
}

// A tuple that is unpacked at once is a matter of order on the stack; a tuple of constants is a constant.
void Peephole::visit_tuple(uint32_t i) {
  FlowInstruction* const code = block().instructions;
  FlowInstruction& build = code[i];
  const uint32_t count = build.operand;
  if (op_at(i + 1) == Op::UNPACK_SEQUENCE && code[i + 1].operand == count && count >= 1 && count <= 3) {
    block().may_have_nops = true;
    make_nop(build);
    if (count == 1) return make_nop(code[i + 1]);
    code[i + 1].op = Op::SWAP;
    return;
  }
  if (count > i) return;
  FlowInstruction* const loads = &build - count;
  for (uint32_t k = 0; k < count; ++k)
    if (loads[k].op != Op::LOAD_CONST) return;
  Workspace& workspace = flow_.compilation.workspace;
  const std::span<const Constant*> items = workspace.arena.make_span<const Constant*>(count);
  for (uint32_t k = 0; k < count; ++k) items[k] = flow_.unit.consts[loads[k].operand];
  const Constant* tuple = flow_.compilation.constants.merge_shallow(workspace.constants.tuple(items));
  block().may_have_nops = rewritten_ = true;
  for (uint32_t k = 0; k < count; ++k) make_nop(loads[k]);
  build.op = Op::LOAD_CONST;
  build.operand = index_.index_of(tuple);
}

// Lets a jump go where its target jumps to. Only on one line: a tracer sees each line that is passed.
bool Peephole::thread(FlowInstruction& jump, const FlowInstruction& target, Op op) {
  if (jump.where.line != target.where.line || jump.target == target.target) return false;
  jump.target = target.target;
  jump.op = op;
  return true;
}

// Whether the jump changed and may be looked at again.
bool Peephole::visit_jump(FlowInstruction& jump) {
  const Block& target_block = flow_.graph[jump.target];
  if (target_block.empty()) return false;
  const FlowInstruction& target = target_block.instructions[0];
  switch (jump.op) {
    case Op::JUMP:
    case Op::POP_JUMP_IF_FALSE:
    case Op::POP_JUMP_IF_TRUE:
    case Op::POP_JUMP_IF_NONE:
    case Op::POP_JUMP_IF_NOT_NONE:
      return target.op == Op::JUMP && thread(jump, target, jump.op);
    case Op::JUMP_IF_FALSE_OR_POP:
    case Op::JUMP_IF_TRUE_OR_POP:
      return visit_jump_or_pop(jump, target);
    default:
      return false;
  }
}

// A second test of the same value is decided by the first: the same test jumps on, the opposite one falls
// through.
bool Peephole::visit_jump_or_pop(FlowInstruction& jump, const FlowInstruction& target) {
  const bool on_true = jump.op == Op::JUMP_IF_TRUE_OR_POP;
  const Op pop_jump = on_true ? Op::POP_JUMP_IF_TRUE : Op::POP_JUMP_IF_FALSE;
  if (target.op == pop_jump) return thread(jump, target, pop_jump);
  if (target.op == Op::JUMP || target.op == jump.op) return thread(jump, target, jump.op);
  const bool opposite = on_true ? target.op == Op::JUMP_IF_FALSE_OR_POP || target.op == Op::POP_JUMP_IF_FALSE
                                : target.op == Op::JUMP_IF_TRUE_OR_POP || target.op == Op::POP_JUMP_IF_TRUE;
  const BlockId after = flow_.graph[jump.target].next;
  if (!opposite || jump.where.line != target.where.line || after == kNoBlock) return false;
  jump.op = pop_jump;
  jump.target = after;
  return true;
}

}  // namespace

Status optimise_blocks(Flow& flow) {
  Peephole peephole(flow);
  for (BlockId id = kEntryBlock; id != kNoBlock; id = flow.graph[id].next) {
    peephole.run(id);
    if (flow.graph[id].may_have_nops) remove_nops(flow.graph, id);
  }
  return {};
}

}  // namespace ouro::compiler
