// CPython 3.11.
#include "compiler/flow/flow.h"
#include "compiler/target/target.h"

namespace ouro::compiler {

namespace {

constexpr FlowPass kFlowPasses[] = {
    classify_exits,
    extend_blocks,
    insert_prologue,
    // The optimiser proper.
    optimise_blocks,
    extend_blocks,
    drop_unreachable,
    unlink_empty_blocks,
    remove_nops,
    remove_jumps_to_next,
    // Lines, now that the blocks stand.
    split_shared_exits,
    trim_constants,
    propagate_lines,
    give_exits_lines,
    // What the frame needs to know.
    measure_stack,
    label_handlers,
    remove_nops,
    direct_jumps,
};

constexpr std::string_view kHeldNames =
#include "compiler/target/py311_held_names.inc"
    ;

}  // namespace

constinit const Target kTarget311{
    .bytecode = &kPython311, .flow_passes = kFlowPasses, .held_names = kHeldNames};

}  // namespace ouro::compiler
