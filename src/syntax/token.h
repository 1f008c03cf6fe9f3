// Tokens, as the lexer gives them to both parsers.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/interner.h"
#include "syntax/ast.h"

namespace ouro::syntax {

enum class TokenKind : uint8_t {
  EndMarker,
  Name,
  Number,
  String,
  Newline,
  Indent,
  Dedent,
  // Operators and delimiters.
  LeftParen,
  RightParen,
  LeftBracket,
  RightBracket,
  LeftBrace,
  RightBrace,
  Colon,
  Comma,
  Semicolon,
  Plus,
  Minus,
  Star,
  Slash,
  Bar,
  Ampersand,
  Less,
  Greater,
  Equal,
  Dot,
  Percent,
  EqualEqual,
  NotEqual,
  LessEqual,
  GreaterEqual,
  Tilde,
  Circumflex,
  LeftShift,
  RightShift,
  DoubleStar,
  PlusEqual,
  MinusEqual,
  StarEqual,
  SlashEqual,
  PercentEqual,
  AmpersandEqual,
  BarEqual,
  CircumflexEqual,
  LeftShiftEqual,
  RightShiftEqual,
  DoubleStarEqual,
  DoubleSlash,
  DoubleSlashEqual,
  At,
  AtEqual,
  Arrow,
  Ellipsis,
  ColonEqual,
  Stray,        // `$`, `?`, `!` or a backquote: a character that no rule of the grammar wants
  TypeComment,  // only where type comments are asked for, as is TypeIgnore
  TypeIgnore,
  // The lexer met an error; Lexer::error() has it. Every later token is this one again.
  Error,
};

/// One token. `range` is in lines and UTF-8 columns of the decoded source. Indent, Dedent, EndMarker and
/// Error have no text: their columns are -1, and the line is the one the lexer stood in when it gave them.
struct Token {
  TokenKind kind = TokenKind::EndMarker;
  uint32_t start = 0;      // byte offset in the decoded source
  uint32_t end = 0;        // exclusive
  Name name = Name::none;  // Name tokens: the identifier, NFKC-normalised; keywords are Name tokens too
  SourceRange range;
};

}  // namespace ouro::syntax
