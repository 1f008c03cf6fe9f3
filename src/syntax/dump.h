// The tree as text, as Python's ast.dump() writes it; for tests and for people.
#pragma once

#include <string>

#include "base/workspace.h"
#include "syntax/ast.h"

namespace ouro::syntax {

/// What `ast.dump(tree, include_attributes=...)` gives for this tree. Beyond 5,000 levels of nesting, "..."
/// stands for a node.
std::string dump(const Workspace& workspace, const Module& module, bool include_attributes);

}  // namespace ouro::syntax
