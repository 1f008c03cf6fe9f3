// What becomes of whole blocks: exits, copies of exits, unreachable and empty blocks, NOPs.
#include <algorithm>

#include "compiler/flow/flow.h"

namespace ouro::compiler {

namespace {

// An exit of up to so many instructions is copied rather than jumped to.
constexpr uint32_t kMaxCopiedInstructions = 4;

bool has_line(const Block& block) {
  return std::ranges::any_of(block.code(), [](const FlowInstruction& i) { return i.where.line > 0; });
}

bool is_exit_without_line(const Block& block) {
  return block.exits &&
         std::ranges::all_of(block.code(), [](const FlowInstruction& i) { return i.where.line < 0; });
}

void extend_block(Graph& graph, BlockId id) {
  if (graph[id].empty() || graph[id].last().op != Op::JUMP) return;
  const BlockId target = graph[id].last().target;
  const Block& exit = graph[target];
  // Exits with lines stay where they are: a copy would have to be traced as a jump back.
  if (target == id || !exit.exits || exit.size > kMaxCopiedInstructions || has_line(exit)) return;
  graph.reserve(id, exit.size);
  Block& block = graph[id];
  make_nop(block.last());
  block.may_have_nops = true;
  std::ranges::copy(exit.code(), block.instructions + block.size);
  block.size += exit.size;
  block.exits = true;
  block.tallied = false;
}

void unlink_empty(Graph& graph) {
  for_each_block(graph, [&](BlockId, Block& block) {
    if (block.next != kNoBlock) block.next = graph.skip_empty(block.next);
  });
  for_each_block(graph, [&](BlockId, Block& block) {
    if (block.empty() || !is_jump(block.last().op)) return;
    block.last().target = graph.skip_empty(block.last().target);
  });
}

}  // namespace

Status extend_blocks(Flow& flow) {
  for (auto id = static_cast<BlockId>(flow.graph.size()); id-- > 0;) extend_block(flow.graph, id);
  return {};
}

Status drop_unreachable(Flow& flow) {
  Graph& graph = flow.graph;
  ArenaVector<BlockId>& todo = graph.worklist();
  auto reach = [&](BlockId id) {
    if (graph[id].predecessors++ == 0) todo.push_back(id);
  };
  reach(kEntryBlock);
  while (!todo.empty()) {
    Block& block = graph[todo.back()];
    todo.pop_back();
    if (block.next != kNoBlock && !block.no_fallthrough) reach(block.next);
    if (block.empty()) continue;
    if (flow.unit.sequence.has_handlers())
      for (const FlowInstruction& instruction : block.code())
        if (is_block_push(instruction.op)) reach(instruction.target);
    if (is_jump(block.last().op)) reach(block.last().target);
  }
  for_each_block(graph, [](BlockId, Block& block) {
    if (block.predecessors != 0) return;
    block.size = 0;
    block.no_fallthrough = false;
    block.tallied = false;
  });
  return {};
}

Status unlink_empty_blocks(Flow& flow) {
  unlink_empty(flow.graph);
  return {};
}

// A NOP is there for its line, so that a tracer stops at it. It goes when it has none, or when a neighbour
// shows the same line.
void remove_nops(Graph& graph, BlockId id) {
  Block& block = graph[id];
  block.may_have_nops = false;
  uint32_t kept = 0;
  while (kept < block.size && block.instructions[kept].op != Op::NOP) ++kept;
  if (kept == block.size) return;
  int32_t previous_line = kept == 0 ? -1 : block.instructions[kept - 1].where.line;
  for (uint32_t i = kept; i < block.size; ++i) {
    const FlowInstruction& instruction = block.instructions[i];
    const int32_t line = instruction.where.line;
    if (instruction.op == Op::NOP) {
      if (line < 0 || line == previous_line) continue;
      if (i + 1 < block.size) {
        Location& following = block.instructions[i + 1].where;
        if (following.line == line) continue;
        if (following.line < 0) {
          following = instruction.where;
          continue;
        }
      } else if (block.next != kNoBlock) {
        const Block& after = graph[graph.skip_empty(block.next)];
        if (!after.empty() && after.instructions[0].where.line == line) continue;
      }
    }
    block.may_have_nops |= instruction.op == Op::NOP;
    if (kept != i) block.instructions[kept] = instruction;
    ++kept;
    previous_line = line;
  }
  block.units -= block.size - kept;
  block.size = kept;
}

Status remove_nops(Flow& flow) {
  for_each_block(flow.graph, [&](BlockId id, const Block& block) {
    if (block.may_have_nops) remove_nops(flow.graph, id);
  });
  return {};
}

Status remove_jumps_to_next(Flow& flow) {
  bool removed = false;
  for_each_block(flow.graph, [&](BlockId, Block& block) {
    if (block.empty() || block.next == kNoBlock) return;
    FlowInstruction& last = block.last();
    if ((last.op != Op::JUMP && last.op != Op::JUMP_NO_INTERRUPT) || last.target != block.next) return;
    block.no_fallthrough = false;
    block.may_have_nops = true;
    make_nop(last);
    removed = true;
  });
  if (removed) unlink_empty(flow.graph);
  return {};
}

// Newest block first, which decides the order of the copies behind their original.
Status split_shared_exits(Flow& flow) {
  Graph& graph = flow.graph;
  for (auto id = static_cast<BlockId>(graph.size()); id-- > 0;) {
    if (graph[id].empty() || !is_jump(graph[id].last().op)) continue;
    const BlockId shared = graph[id].last().target;
    if (graph[shared].empty() || graph[shared].predecessors <= 1) continue;
    if (!is_exit_without_line(graph[shared])) continue;
    const BlockId own = graph.copy(shared);
    FlowInstruction& jump = graph[id].last();
    jump.target = own;
    graph[own].instructions[0].where = jump.where;
    graph[own].predecessors = 1;
    graph[own].next = graph[shared].next;
    graph[shared].predecessors--;
    graph[shared].next = own;
  }
  for (auto id = static_cast<BlockId>(graph.size()); id-- > 0;) {
    Block& block = graph[id];
    while (block.next != kNoBlock && graph[block.next].empty()) block.next = graph[block.next].next;
  }
  for (auto id = static_cast<BlockId>(graph.size()); id-- > 0;) {
    Block& block = graph[id];
    if (block.no_fallthrough || block.next == kNoBlock || block.empty()) continue;
    Block& after = graph[block.next];
    if (!after.empty() && is_exit_without_line(after)) after.instructions[0].where = block.last().where;
  }
  return {};
}

}  // namespace ouro::compiler
