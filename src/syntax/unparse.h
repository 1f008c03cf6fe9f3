// From an expression back to text, as CPython writes annotations under `from __future__ import annotations`.
#pragma once

#include <string>

#include "base/workspace.h"
#include "syntax/ast.h"

namespace ouro::syntax {

/// The text of an expression. ValueError where it holds an int with more decimal digits than CPython
/// converts.
Result<std::string> unparse(Workspace& workspace, const Expr* expression);

/// repr() of a constant; fails like unparse().
Result<std::string> constant_repr(Workspace& workspace, const Constant& constant);

}  // namespace ouro::syntax
