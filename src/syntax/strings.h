// String and number literals: prefixes, escapes, implicit concatenation and f-strings, for both parsers.
#pragma once

#include <span>

#include "base/workspace.h"
#include "syntax/ast.h"
#include "syntax/source.h"
#include "syntax/token.h"

namespace ouro::syntax {

/// Parses the expression of an f-string replacement field; each parser brings its own.
///
/// `parenthesised` is "(" + expression + ")" + "\n", in the arena: lex it as a file of its own and parse the
/// start rule `star_expressions`; what follows the expression is not looked at. Positions in it become
/// positions in the file so: `line_offset` is added to every line number (which counts from 1), and
/// `column_offset` is added to the start and end columns of each token that *ends* on the substring's first
/// line. The errors of a sub-parser begin with "f-string: " and are located (line != kNone); its warnings go
/// where the outer parser's go.
class FStringExpressionParser {
 public:
  virtual ~FStringExpressionParser() = default;
  virtual Result<Expr*> parse_expression(std::string_view parenthesised, int line_offset,
                                         int column_offset) = 0;
  /// `{x=}` is refused where this is older than 3.8.
  virtual int feature_version() const { return kFeatureVersion; }
};

/// The one expression (Constant or JoinedStr) that adjacent String tokens mean, with CPython's errors and
/// warnings. `tokens` must carry positions in the file (already relocated, inside an f-string), and byte
/// offsets into `source.text`.
///
/// An error with a line comes from an f-string expression and is complete. Any other has only type and
/// message, and *error_token says where: that token's range, or, when null, the last token that the caller
/// has read from the lexer.
Result<Expr*> concatenate_strings(Workspace& workspace, const SourceText& source,
                                  std::span<const Token> tokens, FStringExpressionParser& expressions,
                                  WarningSink* warnings, const Token** error_token = nullptr);

/// The value of a Number token's text (checked by the lexer). The one error is the decimal literal of too
/// many digits: type and message only; CPython places it at the token's line without columns.
Result<const Constant*> parse_number(Workspace& workspace, std::string_view literal);

}  // namespace ouro::syntax
