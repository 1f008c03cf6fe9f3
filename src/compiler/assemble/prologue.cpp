// The frame's layout and what a function does before its first line.
//
// Locals, cells and free variables share one array. A cell that is a parameter (or another local) keeps the
// slot of that local, and those behind it move up. Code generation numbers cells and free variables from 0;
// here their operands become slots.
#include <algorithm>

#include "compiler/flow/flow.h"

namespace ouro::compiler {

namespace {

constexpr uint32_t kGeneratorFlags = kCoGenerator | kCoCoroutine | kCoAsyncGenerator;

struct NumberedName {
  Name name;
  uint32_t number;
};

// The locals by name, to be searched by bisection.
std::span<NumberedName> sort_locals(Arena& arena, const ArenaVector<Name>& locals) {
  const std::span<NumberedName> sorted = arena.make_span<NumberedName>(locals.size());
  for (uint32_t i = 0; i < locals.size(); ++i) sorted[i] = {locals[i], i};
  std::ranges::sort(sorted, {}, &NumberedName::name);
  return sorted;
}

// Slots as if no cell were dropped, which is the order in which the cells are made.
void place_cells(Flow& flow) {
  const CodeUnit& unit = flow.unit;
  ArenaVector<uint32_t>& slots = flow.slots.cell_slots;
  slots.resize(unit.cells.size() + unit.frees.size());
  if (slots.empty()) return;
  const std::span<NumberedName> locals = sort_locals(flow.graph.arena(), unit.locals);
  for (uint32_t i = 0; i < slots.size(); ++i) {
    slots[i] = static_cast<uint32_t>(unit.locals.size()) + i;
    if (i >= unit.cells.size()) continue;
    const auto found = std::ranges::lower_bound(locals, unit.cells[i], {}, &NumberedName::name);
    if (found != locals.end() && found->name == unit.cells[i]) slots[i] = found->number;
  }
}

void close_gaps(Flow& flow) {
  const auto locals = static_cast<uint32_t>(flow.unit.locals.size());
  for (uint32_t i = 0; i < flow.slots.cell_slots.size(); ++i) {
    uint32_t& slot = flow.slots.cell_slots[i];
    if (slot == locals + i) {
      slot -= flow.slots.dropped;
    } else {
      ++flow.slots.dropped;
    }
  }
}

void prepend_prologue(Flow& flow) {
  const CodeUnit& unit = flow.unit;
  ArenaVector<FlowInstruction> prologue(flow.graph.arena());
  auto emit = [&](Op op, uint32_t operand, const Location& where = {}) {
    prologue.push_back({op, operand, kNoBlock, kNoBlock, where});
  };
  if (!unit.frees.empty()) emit(Op::COPY_FREE_VARS, static_cast<uint32_t>(unit.frees.size()));

  const ArenaVector<uint32_t>& slots = flow.slots.cell_slots;
  const std::span<uint32_t> cells = flow.graph.arena().make_span<uint32_t>(unit.cells.size());
  for (uint32_t i = 0; i < cells.size(); ++i) cells[i] = i;
  std::ranges::sort(cells, {}, [&](uint32_t cell) { return slots[cell]; });
  for (const uint32_t cell : cells) emit(Op::MAKE_CELL, cell);

  if ((unit.flags & kGeneratorFlags) != 0) {
    Location first;
    first.line = first.end_line = unit.first_line;
    emit(Op::RETURN_GENERATOR, 0, first);
    emit(Op::POP_TOP, 0);
  }
  flow.graph.prepend(kEntryBlock, prologue.span());
}

}  // namespace

Status insert_prologue(Flow& flow) {
  CodeUnit& unit = flow.unit;
  if (unit.first_line == 0) {
    const Block& entry = flow.graph[kEntryBlock];
    unit.first_line =
        entry.empty() || entry.instructions[0].where.line == 0 ? 1 : entry.instructions[0].where.line;
  }
  place_cells(flow);
  prepend_prologue(flow);
  close_gaps(flow);
  if (flow.slots.cell_slots.empty()) return {};
  const VersionTable& bytecode = *flow.compilation.options.target->bytecode;
  for_each_block(flow.graph, [&](BlockId, Block& block) {
    for (FlowInstruction& instruction : block.code())
      if (info(bytecode, instruction.op).operand == OperandKind::Deref)
        instruction.operand = flow.slots.cell_slots[instruction.operand];
  });
  return {};
}

}  // namespace ouro::compiler
