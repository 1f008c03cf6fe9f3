// What differs between the CPython versions we compile for. A target is this table and the functions it
// names; nothing outside compiler/target/ and the opcode tables may ask which version it is compiling for.
#pragma once

#include <span>
#include <string_view>

#include "base/diagnostic.h"
#include "base/held_strings.h"
#include "bytecode/opcodes.h"

namespace ouro::compiler {

struct Flow;

/// A pass over the control-flow graph.
struct FlowPass {
  Status (*run)(Flow&);
  bool only_branching = false;  // has nothing to do where all code is in one block
};

struct Target {
  const VersionTable* bytecode;
  /// What happens to the control-flow graph, in order; see compiler/flow/flow.h.
  std::span<const FlowPass> flow_passes;
  /// Displays and calls with more items than this are built piece by piece, to keep the stack shallow.
  int32_t stack_guideline = 30;
  /// What a process of this CPython has interned before it compiles anything.
  const HeldStrings& (*held_strings)();
};

/// The target for who names none: the newest.
const Target& default_target();

/// The target for "3.11", or null.
const Target* find_target(std::string_view name);

}  // namespace ouro::compiler
