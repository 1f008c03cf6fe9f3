// Lines for instructions that have none, and what the later steps want to know about each block.
//
// That is one walk over all instructions, because blocks are short: walking them costs more than what is done
// on the way.
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
    Location previous;
    int64_t depth = 0;
    int64_t peak = 0;
    uint32_t units = 0;
    for (FlowInstruction& instruction : block.code()) {
      if (instruction.where.line < 0) {
        instruction.where = previous;
      } else {
        previous = instruction.where;
      }
      const OpInfo& op = info(bytecode_, instruction.op);
      depth += effect_of(op, instruction);
      peak = std::max(peak, depth);
      units += units_of(op, instruction);
      note(block, instruction);
    }
    block.units = units;
    block.effect = static_cast<int32_t>(std::clamp<int64_t>(depth, INT32_MIN, INT32_MAX));
    block.peak = static_cast<int32_t>(std::min<int64_t>(peak, INT32_MAX));
    if (block.empty()) return;
    if (is_jump(block.last().op)) block.units -= units_of(info(bytecode_, block.last().op), block.last());
    hand_on(block, previous);
  }

  int effect_of(const OpInfo& op, const FlowInstruction& instruction) const {
    if (!op.variable_effect) [[likely]]
      return op.effect;
    return bytecode_.stack_effect(instruction.op, static_cast<int>(instruction.operand), false);
  }

  void note(Block& block, const FlowInstruction& instruction) {
    if (instruction.op == Op::LOAD_CONST || instruction.op == Op::KW_NAMES) {
      used_constants_ = std::max<size_t>(used_constants_, instruction.operand + size_t{1});
    } else if (is_block_push(instruction.op)) {
      block.has_pushes = true;
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
  size_t used_constants_ = 1;  // the first may be the docstring and stays
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
