#include "compiler/flow/graph.h"

#include <algorithm>

namespace ouro::compiler {

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
  ArenaVector<FlowInstruction>& code = sequence.instructions();
  const ArenaVector<uint32_t>& labels = sequence.label_positions();
  const ArenaVector<Label>& placed = sequence.placed();
  // By label: the block at its place.
  const std::span<BlockId> block_of = arena_.make_span<BlockId>(labels.size());
  block_of[kEntryBlock] = kEntryBlock;
  auto end = static_cast<uint32_t>(code.size());
  BlockId next = kNoBlock;
  for (size_t i = placed.size(); i-- > 0;) {
    const auto id = static_cast<BlockId>(placed[i]);
    const uint32_t start = labels[id];
    const bool same_place = next != kNoBlock && start == labels[next];
    block_of[id] = same_place ? next : id;
    if (same_place) continue;
    make_block(id, {code.data() + start, code.data() + end}, next);
    end = start;
    next = id;
  }
  // The entry is where everything begins, even when a label was placed there.
  make_block(kEntryBlock, {code.data(), code.data() + end}, next);
  link_jumps(sequence, block_of);
}

// Jumps end their blocks; only where there are handlers do instructions inside of blocks have targets.
void Graph::link_jumps(InstructionSequence& sequence, std::span<const BlockId> block_of) {
  auto link = [&](FlowInstruction& instruction) {
    if (instruction.target != kNoBlock) instruction.target = block_of[instruction.target];
  };
  if (sequence.has_handlers()) {
    for (FlowInstruction& instruction : sequence.instructions()) link(instruction);
    return;
  }
  for (BlockId id = kEntryBlock; id != kNoBlock; id = blocks_[id].next)
    if (!blocks_[id].empty()) link(blocks_[id].last());
}

void Graph::make_block(BlockId id, std::span<FlowInstruction> code, BlockId next) {
  Block& block = blocks_[id];
  block.instructions = code.data();
  block.size = block.capacity = static_cast<uint32_t>(code.size());
  block.next = next;
  if (code.empty()) return;
  const Op last = code.back().op;
  block.exits = last == Op::RETURN_VALUE || last == Op::RAISE_VARARGS || last == Op::RERAISE;
  block.no_fallthrough = block.exits || last == Op::JUMP || last == Op::JUMP_NO_INTERRUPT;
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
  copied.may_have_nops = from.may_have_nops;
  blocks_.push_back(copied);
  return static_cast<BlockId>(blocks_.size() - 1);
}

}  // namespace ouro::compiler
