// How deep a tree may be, for the passes over it.
#pragma once

#include "base/workspace.h"

namespace ouro::compiler {

/// Levels of statements, expressions and patterns that a pass may be inside at once.
///
/// CPython lets each pass descend 3 * sys.getrecursionlimit() levels, 3000, but counts the interpreter's own
/// depth first, three levels for each call that is running. `python3.11 -m py_compile` calls compile() at
/// depth 9, so the 2974th level is the one that fails. (Measured with 3.11.2 and 3.11.7: `x` with 2971
/// attributes after it compiles, a statement, 2971 attributes and a name; 2972 is an error.)
constexpr int kMaxTreeDepth = 3 * 1000 - 3 * 9;

/// The error of a deeper tree.
inline const Diagnostic* tree_too_deep(Workspace& workspace) {
  return workspace.error(ErrorType::RecursionError, "maximum recursion depth exceeded during compilation");
}

}  // namespace ouro::compiler
