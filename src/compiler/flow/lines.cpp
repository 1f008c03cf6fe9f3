// Lines for instructions that have none, and what the later steps want to know about each block.
//
// The peepholes have added that up on their way, because blocks are short and walking them costs more than
// what is done on the way; here only those are walked that changed since, or that have no line somewhere.
#include <algorithm>

#include "compiler/flow/flow.h"

namespace ouro::compiler {

namespace {

class Survey {
 public:
  explicit Survey(Flow& flow)
      : flow_(flow), graph_(flow.graph), bytecode_(*flow.compilation.options.target->bytecode) {}

  void run() {
    for_each_block(graph_, [&](BlockId, Block& block) { visit(block); });
    trim_constants();
  }

 private:
  void visit(Block& block) {
    if (!block.tallied) tally(block);
    used_constants_ = std::max(used_constants_, block.constants);
    if (block.empty()) return;
    if (block.lineless) propagate_lines(block);
    if (is_jump(block.last().op)) block.units -= units_of(brief(bytecode_, block.last().op), block.last());
    hand_on(block, block.last().where);
  }

  void tally(Block& block) {
    BlockTally tally(bytecode_);
    for (const FlowInstruction& instruction : block.code()) {
      tally.note_operand(instruction);
      tally.add(instruction);
    }
    tally.store(block);
  }

  static void propagate_lines(Block& block) {
    const Location nowhere;
    const Location* previous = &nowhere;
    for (FlowInstruction& instruction : block.code()) {
      if (instruction.where.line < 0) instruction.where = *previous;
      previous = &instruction.where;
    }
  }

  void hand_on(const Block& block, const Location& where) {
    if (!block.no_fallthrough && block.next != kNoBlock) begin_at(graph_[block.next], where);
    if (is_jump(block.last().op)) begin_at(graph_[block.last().target], where);
  }

  static void begin_at(Block& block, const Location& where) {
    if (block.predecessors == 1 && !block.empty() && block.instructions[0].where.line < 0)
      block.instructions[0].where = where;
  }

  void trim_constants() {
    ArenaVector<const Constant*>& constants = flow_.unit.consts;
    while (constants.size() > used_constants_) constants.pop_back();
  }

  Flow& flow_;
  Graph& graph_;
  const VersionTable& bytecode_;
  uint32_t used_constants_ = 1;  // the first may be the docstring and stays
};

}  // namespace

Status survey_blocks(Flow& flow) {
  Survey(flow).run();
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
