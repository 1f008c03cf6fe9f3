// Lines for instructions that have none, and constants that nobody loads.
#include <algorithm>

#include "compiler/flow/flow.h"

namespace ouro::compiler {

// The first constant may be the docstring and stays.
Status trim_constants(Flow& flow) {
  size_t used = 1;
  for_each_block(flow.graph, [&](BlockId, const Block& block) {
    if (used == flow.unit.consts.size()) return;
    for (const FlowInstruction& instruction : block.code())
      if (instruction.op == Op::LOAD_CONST || instruction.op == Op::KW_NAMES)
        used = std::max<size_t>(used, instruction.operand + size_t{1});
  });
  while (flow.unit.consts.size() > used) flow.unit.consts.pop_back();
  return {};
}

Status propagate_lines(Flow& flow) {
  Graph& graph = flow.graph;
  auto hand_on = [&](BlockId id, const Location& where) {
    Block& block = graph[id];
    if (block.predecessors == 1 && !block.empty() && block.instructions[0].where.line < 0)
      block.instructions[0].where = where;
  };
  for_each_block(graph, [&](BlockId, Block& block) {
    if (block.empty()) return;
    Location previous;
    for (FlowInstruction& instruction : block.code()) {
      if (instruction.where.line < 0) {
        instruction.where = previous;
      } else {
        previous = instruction.where;
      }
    }
    if (!block.no_fallthrough && block.next != kNoBlock) hand_on(block.next, previous);
    if (is_jump(block.last().op)) hand_on(block.last().target, previous);
  });
  return {};
}

Status give_exits_lines(Flow& flow) {
  int32_t line = flow.unit.first_line;
  for_each_block(flow.graph, [&](BlockId, Block& block) {
    if (block.empty()) return;
    const FlowInstruction& last = block.last();
    if (last.where.line >= 0) {
      line = last.where.line;
    } else if (last.op == Op::RETURN_VALUE) {
      for (FlowInstruction& instruction : block.code()) instruction.where.line = line;
    }
  });
  return {};
}

}  // namespace ouro::compiler
