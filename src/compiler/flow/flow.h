// The passes over the control-flow graph.
//
// A unit's instructions arrive as a flat sequence; they leave as blocks that hold real instructions only, in
// their final order, each with its line, its handler and the depth of the stack at the start of its block.
// Which passes run, and in which order, is the target's choice (compiler/target/): their results depend on
// each other down to the last NOP, so an order is part of what a CPython version is.
//
// The passes in short:
//   extend_blocks       a jump to a short exit without lines becomes a copy of the exit
//   insert_prologue     what runs before the first line: cells, free variables, the generator itself
//   optimise_blocks     peepholes inside a block and jumps to jumps; then NOPs go where no line needs them.
//                       Adds up sizes and stack effects on the way
//   drop_unreachable    counts predecessors and empties what has none
//   unlink_empty_blocks the chain and the jumps pass over blocks without instructions
//   remove_nops         again, over all blocks
//   remove_jumps_to_next  jumps to where control goes anyway
//   split_shared_exits  an exit without a line gets a copy per jump, so that each can take its jump's line
//   survey_blocks       instructions and sole successors without a line take their predecessor's; sizes and
//                       stack effects of blocks that changed since; trailing constants that nothing loads go
//   give_exits_lines    returns that still have no line take the last one seen
//   measure_stack       the depth of the stack everywhere
//   label_handlers      each instruction learns its handler; the pseudo instructions become NOPs
//   direct_jumps        pseudo jumps become forward or backward ones
//
// Every pass is linear in the size of the code, and none recurses.
#pragma once

#include "base/diagnostic.h"
#include "compiler/flow/graph.h"
#include "compiler/passes.h"

namespace ouro::compiler {

/// Where a unit's locals, cells and free variables stand in the frame.
struct LocalSlots {
  explicit LocalSlots(Arena& arena) : cell_slots(arena) {}
  ArenaVector<uint32_t> cell_slots;  // by number of cell or free variable: its slot
  uint32_t dropped = 0;              // cells that share the slot of a local
};

/// A unit on its way through the passes. Its graph lives in the workspace's scratch arena.
struct Flow {
  Flow(Compilation& c, CodeUnit& u)
      : compilation(c), unit(u), graph(c.workspace.scratch, u.sequence), slots(c.workspace.scratch) {}

  Compilation& compilation;
  CodeUnit& unit;
  Graph graph;
  LocalSlots slots;
  int32_t stack_size = 0;
  uint32_t code_units = 0;  // the size of the code, once the jumps are resolved
};

Status extend_blocks(Flow& flow);
Status insert_prologue(Flow& flow);
Status optimise_blocks(Flow& flow);
Status drop_unreachable(Flow& flow);
Status unlink_empty_blocks(Flow& flow);
Status remove_nops(Flow& flow);
Status remove_jumps_to_next(Flow& flow);
Status split_shared_exits(Flow& flow);
Status survey_blocks(Flow& flow);
Status give_exits_lines(Flow& flow);
Status measure_stack(Flow& flow);
Status label_handlers(Flow& flow);
Status direct_jumps(Flow& flow);

/// Removes from one block that has NOPs those that no line needs.
void remove_nops(Graph& graph, BlockId id);

/// Replaces the run of SWAPs and NOPs that begins at `at` by the shortest with the same effect, and SWAPs
/// before stores by stores in another order. Returns the index of the last instruction of the run.
uint32_t optimise_swaps(Arena& arena, Block& block, uint32_t at);

}  // namespace ouro::compiler
