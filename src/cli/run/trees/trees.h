// Syntax trees between the compiler, where they are structs in an arena, and Python programs, where they are
// objects of the classes in the module ast.
#pragma once

#include "base/workspace.h"
#include "syntax/ast.h"
#include "vm/object/protocol.h"

namespace ouro::cli {

/// The tree as objects. RecursionError where it is too deep.
vm::Result<vm::Value> tree_to_objects(Workspace& workspace, const syntax::Module& module);

/// The tree that `root`, a node for this kind of module, describes. Raises as CPython does when it is no
/// tree: missing fields, wrong types, wrong nodes. What is left to check is whether it makes sense.
vm::Result<syntax::Module*> tree_from_objects(Workspace& workspace, vm::Value root, syntax::ModuleKind kind);

/// Whether a tree that no parser made is one that the compiler can take: ValueError or TypeError if not.
vm::Status check_tree(const Workspace& workspace, const syntax::Module& module);

}  // namespace ouro::cli
