// The lexer: decoded source to tokens, with CPython's tokenizer errors.
//
// It works on demand, one token a call, because CPython's does: which error a broken file gets depends on how
// far the parser had asked for tokens. It starts no line's work before the parser needs it.
#pragma once

#include <string_view>

#include "base/workspace.h"
#include "syntax/source.h"
#include "syntax/token.h"

namespace ouro::syntax {

class Lexer {
 public:
  /// `source` and `workspace` must outlive the lexer. `warnings` may be null (then nothing is warned about).
  /// For the expression of an f-string, `source` is the parenthesised substring that CPython's f-string
  /// parser makes.
  Lexer(Workspace& workspace, const SourceText& source, WarningSink* warnings);

  /// The next token. After EndMarker, EndMarker again; after Error, Error again.
  Token next();

  /// The error behind a TokenKind::Error token.
  const Diagnostic* error() const { return error_; }

  /// Open brackets at this point, for "'(' was never closed": depth, and of the innermost one its character,
  /// line and column (UTF-8 bytes).
  int bracket_depth() const;
  char bracket_character() const;
  int bracket_line() const;
  int bracket_column() const;

  // Private state: see lexer.cpp's owner.
 private:
  const Diagnostic* error_ = nullptr;
};

}  // namespace ouro::syntax
