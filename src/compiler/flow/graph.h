// The control-flow graph of one code object.
//
// Blocks are numbered by their label, so that the number is the order in which code generation made them;
// copies made later come after. `next` links them in the order of the code. A block runs from its first
// instruction to its last and jumps only there.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "compiler/instructions.h"

namespace ouro::compiler {

struct Block {
  FlowInstruction* instructions = nullptr;
  uint32_t size = 0;
  uint32_t capacity = 0;
  BlockId next = kNoBlock;
  uint32_t predecessors = 0;
  int32_t start_depth = INT32_MIN;  // of the stack, once computed
  uint32_t offset = 0;              // in code units, once computed
  // What BlockTally finds; NOPs that are removed afterwards are taken off.
  uint32_t units = 0;            // size in code units; survey_blocks takes off a jump at the end
  int32_t effect = 0;            // how much higher the stack is behind it than before it
  int32_t peak = 0;              // how much higher it gets within
  uint32_t constants = 0;        // so many of the unit's constants, at most, are used
  bool tallied = false;          // the above is true; false once instructions changed since
  bool lineless = false;         // some instruction may have no line
  bool has_pushes = false;       // holds SETUP_* pseudo instructions
  bool no_fallthrough = false;   // ends in a return, raise or jump
  bool exits = false;            // ends in a return or raise
  bool preserves_lasti = false;  // a handler that finds the offset of the raising instruction on the stack
  bool may_have_nops = false;    // once the peepholes have run: remove_nops has to look at it
  bool visited = false;          // scratch of a pass

  bool empty() const { return size == 0; }
  std::span<FlowInstruction> code() { return {instructions, size}; }
  std::span<const FlowInstruction> code() const { return {instructions, size}; }
  FlowInstruction& last() { return instructions[size - 1]; }
  const FlowInstruction& last() const { return instructions[size - 1]; }
};

/// Whether an instruction enters a block whose exceptions go to its target.
constexpr bool is_block_push(Op op) {
  return op == Op::SETUP_FINALLY || op == Op::SETUP_CLEANUP || op == Op::SETUP_WITH;
}

/// The jumps, by Op.
struct JumpTable {
  constexpr JumpTable() {
    for (const Op op : {Op::FOR_ITER,
                        Op::SEND,
                        Op::JUMP,
                        Op::JUMP_NO_INTERRUPT,
                        Op::JUMP_IF_FALSE_OR_POP,
                        Op::JUMP_IF_TRUE_OR_POP,
                        Op::POP_JUMP_IF_FALSE,
                        Op::POP_JUMP_IF_TRUE,
                        Op::POP_JUMP_IF_NONE,
                        Op::POP_JUMP_IF_NOT_NONE,
                        Op::JUMP_FORWARD,
                        Op::JUMP_BACKWARD,
                        Op::JUMP_BACKWARD_NO_INTERRUPT,
                        Op::POP_JUMP_FORWARD_IF_FALSE,
                        Op::POP_JUMP_FORWARD_IF_TRUE,
                        Op::POP_JUMP_FORWARD_IF_NONE,
                        Op::POP_JUMP_FORWARD_IF_NOT_NONE,
                        Op::POP_JUMP_BACKWARD_IF_FALSE,
                        Op::POP_JUMP_BACKWARD_IF_TRUE,
                        Op::POP_JUMP_BACKWARD_IF_NONE,
                        Op::POP_JUMP_BACKWARD_IF_NOT_NONE})
      is_jump[static_cast<size_t>(op)] = true;
  }
  bool is_jump[kOpCount] = {};
};
inline constexpr JumpTable kJumps;

/// Whether an instruction is a jump (SETUP_* pseudo instructions are not).
constexpr bool is_jump(Op op) {
  return kJumps.is_jump[static_cast<size_t>(op)];
}

/// An operand has eight bits; each further eight need an EXTENDED_ARG before the instruction.
inline uint32_t extensions(uint32_t operand) {
  if (operand <= 0xFF) [[likely]]
    return 0;
  return (operand > 0xFF ? 1 : 0) + (operand > 0xFFFF ? 1 : 0) + (operand > 0xFFFFFF ? 1 : 0);
}

/// The size of an instruction with extensions and caches.
inline uint32_t units_of(OpBrief op, const FlowInstruction& instruction) {
  return op.units + extensions(instruction.operand);
}

/// Leaves nothing of an instruction but its place: whoever writes it out looks at no operand in vain.
inline void make_nop(FlowInstruction& instruction) {
  instruction.op = Op::NOP;
  instruction.operand = 0;
}

/// Adds up what the later passes want to know about a block, instruction by instruction.
class BlockTally {
 public:
  explicit BlockTally(const VersionTable& bytecode) : bytecode_(bytecode) {}

  void add(const FlowInstruction& instruction) {
    const OpBrief op = brief(bytecode_, instruction.op);
    depth_ += op.variable_effect ? variable_effect(bytecode_, instruction) : op.effect;
    peak_ = std::max(peak_, depth_);
    units_ += op.units;
    if (instruction.operand > 0xFF) [[unlikely]]
      units_ += extensions(instruction.operand);
    lines_ |= instruction.where.line;
  }
  /// The rest, for the instructions that may have more to tell: LOAD_CONST, KW_NAMES and SETUP_*.
  void note_operand(const FlowInstruction& instruction) {
    if (instruction.op == Op::LOAD_CONST || instruction.op == Op::KW_NAMES) {
      constants_ = std::max(constants_, instruction.operand + 1);
    } else if (is_block_push(instruction.op)) {
      has_pushes_ = true;
    }
  }

  void store(Block& block) const {
    block.units = units_;
    block.effect = static_cast<int32_t>(std::clamp<int64_t>(depth_, INT32_MIN, INT32_MAX));
    block.peak = static_cast<int32_t>(std::min<int64_t>(peak_, INT32_MAX));
    block.constants = constants_;
    block.lineless = lines_ < 0;
    block.has_pushes = has_pushes_;
    block.tallied = true;
  }

 private:
  // Static, so that the sums can be in registers.
  static int variable_effect(const VersionTable& bytecode, const FlowInstruction& instruction) {
    return bytecode.stack_effect(instruction.op, static_cast<int>(instruction.operand), false);
  }

  const VersionTable& bytecode_;
  int64_t depth_ = 0;
  int64_t peak_ = 0;
  uint32_t units_ = 0;
  uint32_t constants_ = 0;
  int32_t lines_ = 0;  // all of them, or-ed: negative when one is
  bool has_pushes_ = false;
};

class Graph {
 public:
  /// The graph of a sequence. Blocks that begin at the same place become one.
  Graph(Arena& arena, InstructionSequence& sequence);

  Block& operator[](BlockId id) { return blocks_[id]; }
  const Block& operator[](BlockId id) const { return blocks_[id]; }
  size_t size() const { return blocks_.size(); }
  /// Whether there is more than one block to begin with; without, there are no jumps and no handlers.
  bool branches() const { return blocks_[kEntryBlock].next != kNoBlock; }
  Arena& arena() { return arena_; }

  /// The first block from `id` on that has instructions; the last block of the code when there is none.
  BlockId skip_empty(BlockId id);

  /// Room for `more` instructions at the end of a block.
  void reserve(BlockId id, uint32_t more);

  /// Inserts instructions before the first one of a block.
  void prepend(BlockId id, std::span<const FlowInstruction> instructions);

  /// A new block with the instructions and exit of another, linked to nothing.
  BlockId copy(BlockId id);

  /// A scratch list of block numbers, empty; one at a time.
  ArenaVector<BlockId>& worklist() {
    worklist_.clear();
    return worklist_;
  }

 private:
  void link_blocks(InstructionSequence& sequence);
  void link_jumps(InstructionSequence& sequence, std::span<const BlockId> block_of);
  void make_block(BlockId id, std::span<FlowInstruction> code, BlockId next);

  Arena& arena_;
  ArenaVector<Block> blocks_;
  ArenaVector<BlockId> worklist_;
};

/// Calls f(id, block) for each block in the order of the code.
template <class F>
void for_each_block(Graph& graph, F f) {
  for (BlockId id = kEntryBlock; id != kNoBlock; id = graph[id].next) f(id, graph[id]);
}

}  // namespace ouro::compiler
