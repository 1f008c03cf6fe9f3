// The definitions that stand in a tree.
#pragma once

#include <vector>

#include "syntax/ast.h"

namespace ouro::decompiler {

/// All functions and classes that are statements of the body, or of what is in it, at any depth.
std::vector<const syntax::Stmt*> definitions_in(syntax::Stmts body);

}  // namespace ouro::decompiler
