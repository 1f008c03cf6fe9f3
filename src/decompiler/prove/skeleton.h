// What can still be had of a module whose own code cannot: its definitions.
#pragma once

#include "base/workspace.h"
#include "bytecode/code_object.h"

namespace ouro::decompiler {

/// The code of a module that has the future statements of another and defines, at the same lines, the
/// functions and classes that the other one's code holds; without decorators, defaults, bases and
/// annotations, which belong to the module's code. Null where there is nothing to define.
const CodeObject* definitions_alone(Workspace& workspace, const CodeObject& module);

}  // namespace ouro::decompiler
