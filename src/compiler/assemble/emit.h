// The last steps: jumps get their distances, instructions become bytes.
#pragma once

#include <string_view>

#include "compiler/flow/flow.h"

namespace ouro::compiler {

/// Computes the offset of every block and the operand of every jump.
Status resolve_jumps(Flow& flow);

/// The three byte strings of a code object, in the arena.
struct EmittedCode {
  std::string_view code;
  std::string_view line_table;
  std::string_view exception_table;
};

/// Writes instructions, positions and exception ranges. Jumps must have been resolved.
EmittedCode emit_code(Flow& flow);

}  // namespace ouro::compiler
