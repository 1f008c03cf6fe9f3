// Code compiled with -X no_debug_ranges: its position tables know lines, but no columns.
#pragma once

#include "base/workspace.h"
#include "bytecode/code_object.h"

namespace ouro::decompiler {

/// Whether no position of the code object, or of one inside it, has a column.
bool has_no_columns(const CodeObject& code);

/// Takes the columns out of the code object and of those inside it, as CPython does when it is told to keep
/// none: each table is an object of its own then. The code object must be one that the caller has compiled.
void forget_columns(Workspace& workspace, const CodeObject& compiled);

}  // namespace ouro::decompiler
