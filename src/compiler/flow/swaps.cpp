// SWAP instructions: fewer of them, or none.
#include <algorithm>

#include "compiler/flow/flow.h"

namespace ouro::compiler {

namespace {

constexpr uint32_t kMoved = UINT32_MAX;
constexpr int64_t kNone = -1;

// Only what pops the top of the stack, cannot raise and cannot run foreign code may trade places.
bool can_reorder(Op op) {
  return op == Op::STORE_FAST || op == Op::POP_TOP;
}

// The length of the run of SWAPs and NOPs at `at`; *deepest is the largest operand, *several whether there is
// more than one SWAP.
uint32_t measure_run(const Block& block, uint32_t at, uint32_t* deepest, bool* several) {
  *deepest = block.instructions[at].operand;
  *several = false;
  uint32_t end = at + 1;
  for (; end < block.size; ++end) {
    const FlowInstruction& instruction = block.instructions[end];
    if (instruction.op == Op::SWAP) {
      *deepest = std::max(*deepest, instruction.operand);
      *several = true;
    } else if (instruction.op != Op::NOP) {
      break;
    }
  }
  return end - at;
}

// A permutation is a set of cycles, and a SWAP exchanges the top with another place. Undoing the permutation
// cycle by cycle through the top takes the fewest exchanges; written backwards they perform it. The new
// instructions fill the run from its end.
void shorten_run(Arena& arena, std::span<FlowInstruction> run, uint32_t deepest) {
  const std::span<uint32_t> stack = arena.make_span<uint32_t>(deepest);
  for (uint32_t i = 0; i < deepest; ++i) stack[i] = i;
  for (const FlowInstruction& instruction : run)
    if (instruction.op == Op::SWAP) std::swap(stack[0], stack[instruction.operand - 1]);

  size_t room = run.size();
  for (uint32_t start = 0; start < deepest; ++start) {
    if (stack[start] == kMoved || stack[start] == start) continue;
    for (uint32_t at = start;;) {
      if (at != 0) {
        FlowInstruction& swap = run[--room];
        swap.op = Op::SWAP;
        swap.operand = at + 1;
      }
      if (stack[at] == kMoved) break;
      const uint32_t next = stack[at];
      stack[at] = kMoved;
      at = next;
    }
  }
  for (FlowInstruction& unused : run.first(room)) make_nop(unused);
}

// The next instruction after `at` that may trade places; across lines none may, a tracer could see the
// difference.
int64_t next_movable(const Block& block, int64_t at, int32_t line) {
  for (++at; at < block.size; ++at) {
    const FlowInstruction& instruction = block.instructions[at];
    if (line >= 0 && instruction.where.line != line) return kNone;
    if (instruction.op == Op::NOP) continue;
    return can_reorder(instruction.op) ? at : kNone;
  }
  return kNone;
}

int64_t stored_local(const FlowInstruction& instruction) {
  return instruction.op == Op::STORE_FAST ? static_cast<int64_t>(instruction.operand) : kNone;
}

// Two stores to one variable must keep their order, and so must any store between them to what they store to.
bool stores_collide(const Block& block, int64_t first, int64_t second) {
  const int64_t a = stored_local(block.instructions[first]);
  const int64_t b = stored_local(block.instructions[second]);
  if (a < 0 && b < 0) return false;
  if (a == b) return true;
  for (int64_t i = first + 1; i < second; ++i) {
    const int64_t between = stored_local(block.instructions[i]);
    if (between >= 0 && (between == a || between == b)) return true;
  }
  return false;
}

// Applies one SWAP to the instructions that follow it; false when they do not allow it.
bool apply_swap(Block& block, int64_t at) {
  FlowInstruction& swap = block.instructions[at];
  const int64_t first = next_movable(block, at, -1);
  if (first < 0) return false;
  int64_t second = first;
  for (uint32_t count = swap.operand; count > 1; --count) {
    second = next_movable(block, second, block.instructions[first].where.line);
    if (second < 0) return false;
  }
  if (stores_collide(block, first, second)) return false;
  make_nop(swap);
  std::swap(block.instructions[first], block.instructions[second]);
  return true;
}

}  // namespace

uint32_t optimise_swaps(Arena& arena, Block& block, uint32_t at) {
  uint32_t deepest = 0;
  bool several = false;
  const uint32_t length = measure_run(block, at, &deepest, &several);
  if (several) {
    shorten_run(arena, block.code().subspan(at, length), deepest);
    at += length - 1;
  }
  // SWAPs before this one may have become possible too.
  for (int64_t i = at; i >= 0; --i) {
    const Op op = block.instructions[i].op;
    if (op == Op::SWAP ? !apply_swap(block, i) : op != Op::NOP && !can_reorder(op)) break;
  }
  return at;
}

}  // namespace ouro::compiler
