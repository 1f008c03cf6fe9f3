#include "compiler/flow/graph.h"

#include <algorithm>

namespace ouro::compiler {

bool is_block_push(Op op) {
  return op == Op::SETUP_FINALLY || op == Op::SETUP_CLEANUP || op == Op::SETUP_WITH;
}

bool is_jump(Op op) {
  switch (op) {
    case Op::FOR_ITER:
    case Op::SEND:
    case Op::JUMP:
    case Op::JUMP_NO_INTERRUPT:
    case Op::JUMP_IF_FALSE_OR_POP:
    case Op::JUMP_IF_TRUE_OR_POP:
    case Op::POP_JUMP_IF_FALSE:
    case Op::POP_JUMP_IF_TRUE:
    case Op::POP_JUMP_IF_NONE:
    case Op::POP_JUMP_IF_NOT_NONE:
    case Op::JUMP_FORWARD:
    case Op::JUMP_BACKWARD:
    case Op::JUMP_BACKWARD_NO_INTERRUPT:
    case Op::POP_JUMP_FORWARD_IF_FALSE:
    case Op::POP_JUMP_FORWARD_IF_TRUE:
    case Op::POP_JUMP_FORWARD_IF_NONE:
    case Op::POP_JUMP_FORWARD_IF_NOT_NONE:
    case Op::POP_JUMP_BACKWARD_IF_FALSE:
    case Op::POP_JUMP_BACKWARD_IF_TRUE:
    case Op::POP_JUMP_BACKWARD_IF_NONE:
    case Op::POP_JUMP_BACKWARD_IF_NOT_NONE:
      return true;
    default:
      return false;
  }
}

Graph::Graph(Arena& arena, InstructionSequence& sequence) : arena_(arena), blocks_(arena), worklist_(arena) {
  const ArenaVector<uint32_t>& labels = sequence.label_positions();
  blocks_.reserve(labels.size() + labels.size() / 4);
  blocks_.resize(labels.size());
  link_blocks(sequence);
}

// Where several labels stand at one place, the block of the last one placed has the instructions in CPython
// and the others are empty. Which number the instructions go by matters, and with labels placed in any order
// only the sequence knows; see InstructionSequence::place.
void Graph::link_blocks(InstructionSequence& sequence) {
  const ArenaVector<Instruction>& code = sequence.instructions();
  const ArenaVector<uint32_t>& labels = sequence.label_positions();
  const auto count = static_cast<uint32_t>(code.size());
  const std::span<BlockId> block_at = arena_.make_span<BlockId>(count + 1);
  std::ranges::fill(block_at, kNoBlock);
  block_at[0] = kEntryBlock;
  for (const Label label : sequence.placed())
    block_at[labels[static_cast<uint32_t>(label)]] = static_cast<BlockId>(label);
  // The entry is where everything begins, even when a label was placed there.
  if (block_at[0] != kEntryBlock) blocks_[kEntryBlock].next = block_at[0];

  const std::span<FlowInstruction> copies = arena_.make_span<FlowInstruction>(count);
  BlockId current = kNoBlock;
  for (uint32_t i = 0; i < count; ++i) {
    if (block_at[i] != kNoBlock) {
      if (current != kNoBlock) blocks_[current].next = block_at[i];
      current = block_at[i];
      blocks_[current].instructions = &copies[i];
    }
    const Instruction& from = code[i];
    BlockId target = kNoBlock;
    if (from.target != Label::none) target = block_at[labels[static_cast<uint32_t>(from.target)]];
    copies[i] = {from.op, from.operand, target, kNoBlock, from.where};
    blocks_[current].capacity = ++blocks_[current].size;
  }
  if (block_at[count] != kNoBlock && current != kNoBlock) blocks_[current].next = block_at[count];
}

BlockId Graph::skip_empty(BlockId id) {
  BlockId found = id;
  while (blocks_[found].empty() && blocks_[found].next != kNoBlock) found = blocks_[found].next;
  // Shorten the way for the next one who comes here; empty blocks have nothing that could be missed.
  while (id != found) {
    const BlockId after = blocks_[id].next;
    blocks_[id].next = found;
    id = after;
  }
  return found;
}

void Graph::reserve(BlockId id, uint32_t more) {
  Block& block = blocks_[id];
  const uint32_t needed = block.size + more;
  if (needed <= block.capacity) return;
  block.capacity = needed + 4;
  const std::span<FlowInstruction> room = arena_.make_span<FlowInstruction>(block.capacity);
  std::ranges::copy(block.code(), room.begin());
  block.instructions = room.data();
}

void Graph::prepend(BlockId id, std::span<const FlowInstruction> instructions) {
  if (instructions.empty()) return;
  const auto more = static_cast<uint32_t>(instructions.size());
  reserve(id, more);
  Block& block = blocks_[id];
  std::copy_backward(block.instructions, block.instructions + block.size,
                     block.instructions + block.size + more);
  std::ranges::copy(instructions, block.instructions);
  block.size += more;
}

BlockId Graph::copy(BlockId id) {
  Block copied;
  const Block& from = blocks_[id];
  copied.instructions = arena_.copy(std::span<const FlowInstruction>(from.code())).data();
  copied.size = copied.capacity = from.size;
  copied.exits = from.exits;
  copied.no_fallthrough = true;
  blocks_.push_back(copied);
  return static_cast<BlockId>(blocks_.size() - 1);
}

}  // namespace ouro::compiler
