// String literals: prefixes, escapes, implicit concatenation and f-strings, for both parsers.
#pragma once

#include <span>

#include "base/workspace.h"
#include "syntax/ast.h"
#include "syntax/source.h"
#include "syntax/token.h"

namespace ouro::syntax {

/// Parses the expression of an f-string replacement field; each parser brings its own. `source` is "(" +
/// expression +
/// ")"; `anchor` is the literal's token; the positions of the result are those CPython 3.11 gives (relative
/// to the file, see PEP 498 and CPython's f-string location rules).
class FStringExpressionParser {
 public:
  virtual ~FStringExpressionParser() = default;
  virtual Result<Expr*> parse_expression(std::string_view parenthesised, int line_offset,
                                         int column_offset) = 0;
};

/// The one expression (Constant or JoinedStr) that adjacent String tokens mean, with CPython's errors and
/// warnings.
Result<Expr*> concatenate_strings(Workspace& workspace, const SourceText& source,
                                  std::span<const Token> tokens, FStringExpressionParser& expressions,
                                  WarningSink* warnings);

}  // namespace ouro::syntax
