// CPython 3.11.
#include "compiler/target/py311.h"

#include "compiler/flow/flow.h"

namespace ouro::compiler {

namespace {

constexpr bool kOnlyBranching = true;
constexpr FlowPass kFlowPasses[] = {
    {extend_blocks, kOnlyBranching},
    {insert_prologue},
    // The optimiser proper.
    {optimise_blocks},
    {extend_blocks, kOnlyBranching},
    {drop_unreachable, kOnlyBranching},
    {unlink_empty_blocks, kOnlyBranching},
    {remove_nops, kOnlyBranching},
    {remove_jumps_to_next, kOnlyBranching},
    // Lines, now that the blocks stand.
    {split_shared_exits, kOnlyBranching},
    {survey_blocks},
    {give_exits_lines},
    // What the frame needs to know.
    {measure_stack},
    {label_handlers, kOnlyBranching},
    {remove_nops, kOnlyBranching},
    {direct_jumps, kOnlyBranching},
};

// The names in the frozen modules are no shared objects, even those of one character, unlike what else is
// interned first: `*`, by the first `from ... import *`.
constexpr std::string_view kSharedCharacters = "*";
constexpr std::string_view kHeldNames = "B C L S T _ a b c d e f g h i j k l m n o p q r s t u v w x y "
#include "compiler/target/py311_held_names.inc"
    ;

constexpr auto kHeldTable = [] {
  std::array<uint32_t, held_table_size(kHeldNames)> table{};
  fill_held_table(kHeldNames, table);
  return table;
}();

const HeldStrings& held_strings() {
  static const HeldStrings held(kSharedCharacters, kHeldNames, kHeldTable);
  return held;
}

}  // namespace

constinit const Target kTarget311{
    .bytecode = &kPython311, .flow_passes = kFlowPasses, .held_strings = held_strings};

}  // namespace ouro::compiler
