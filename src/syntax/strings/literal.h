// What the parts of the string literal decoder share.
#pragma once

#include <string>

#include "syntax/strings.h"

namespace ouro::syntax::strings {

/// The literals that are being joined, and where errors and warnings about them go.
struct LiteralContext {
  Workspace& workspace;
  const SourceText& source;
  FStringExpressionParser& expressions;
  WarningSink* warnings;
  const Token** error_token;
  const Token& first;
  const Token& last;

  std::string_view text(const Token& token) const {
    return source.text.substr(token.start, token.end - token.start);
  }

  /// An error at the last token that the parser has read.
  const Diagnostic* error(std::string_view message) const {
    return workspace.error(ErrorType::SyntaxError, message);
  }
  const Diagnostic* error_at(const Token& token, std::string_view message) const {
    if (error_token != nullptr) *error_token = &token;
    return error(message);
  }

  /// Warns about the first unknown escape of a literal: `escape` begins behind the backslash.
  Status warn_invalid_escape(std::string_view escape, const Token& token) const;

  /// A str constant over the range of two tokens, with the 'u' kind that the first one's prefix gives.
  Expr* str_node(std::string_view value, const Token& from, const Token& to) const;
};

/// The prefix of a string token taken apart.
struct LiteralParts {
  bool bytes = false;
  bool raw = false;
  bool format = false;
  size_t begin = 0;  // of what stands between the quotes, in the token's text
  size_t end = 0;
};
LiteralParts split_literal(std::string_view token_text);

/// Nobody has looked at the UTF-8 of a source that declares no encoding. CPython decodes a body as a whole
/// where it has no escapes to decode, and each run of bytes beyond ASCII by itself where it has.
Status check_utf8(const LiteralContext& context, std::string_view body);
Status check_utf8_runs(const LiteralContext& context, std::string_view body);

/// Appends what `body` means to `out`; `token` is the literal it stands in.
Status decode_str(const LiteralContext& context, std::string_view body, const Token& token, std::string& out);
Status decode_bytes(const LiteralContext& context, std::string_view body, const Token& token,
                    std::string& out);

/// The parts of a JoinedStr (or Constant) while literals are added. Text collects in `pending` until an
/// expression comes.
struct JoinedParts {
  explicit JoinedParts(Arena& arena) : values(arena) {}
  ArenaVector<Expr*> values;
  std::string pending;
  bool format = false;
};

/// Adds an f-string token to `parts`.
Status read_fstring(const LiteralContext& context, const LiteralParts& literal, const Token& token,
                    JoinedParts& parts);

/// The node of all parts together.
Expr* finish_joined(const LiteralContext& context, JoinedParts& parts, const Token& from, const Token& to);

}  // namespace ouro::syntax::strings
