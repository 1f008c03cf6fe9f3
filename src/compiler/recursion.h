// How deep a tree may be, for the passes over it.
#pragma once

#include "base/workspace.h"

namespace ouro::compiler {

/// The depth at which `python3.11 -m py_compile` calls compile(). `-m compileall` calls it from deeper down:
/// for a named file, for a file of a directory, for one of sys.path's directories, and in a worker process,
/// which has the calls of the process that forked it below its own. (Measured with 3.11.2 and 3.11.7.)
constexpr int kPyCompileCallDepth = 9;
constexpr int kCompileallFileCallDepth = 10;
constexpr int kCompileallDirectoryCallDepth = 11;
constexpr int kCompileallPathCallDepth = 12;
constexpr int kCompileallWorkerCallDepth = 29;

/// Levels of statements, expressions and patterns that a pass may be inside at once.
///
/// CPython lets each pass descend 3 * sys.getrecursionlimit() levels, 3000, but counts the interpreter's own
/// depth first, three levels for each call that is running. From py_compile the 2974th level is the one that
/// fails: `x` with 2971 attributes after it compiles, a statement, 2971 attributes and a name; 2972 is an
/// error.
constexpr int max_tree_depth(int call_depth) {
  return 3 * 1000 - 3 * call_depth;
}

/// The error of a deeper tree.
inline const Diagnostic* tree_too_deep(Workspace& workspace) {
  return workspace.error(ErrorType::RecursionError, "maximum recursion depth exceeded during compilation");
}

}  // namespace ouro::compiler
