// Identifiers beyond ASCII, and characters that begin no token.
#include <cstdio>

#include "base/unicode.h"
#include "syntax/lexer.h"
#include "syntax/lexer/characters.h"

namespace ouro::syntax {

Token Lexer::wide_name_token(const char* from) {
  const char* to = from;
  while (is_identifier_part(*to) || is_wide(*to)) ++to;
  const std::string_view text(from, static_cast<size_t>(to - from));
  cursor_ = to;
  if (find_utf8_error(text)) return fail_undecodable(text);

  for (size_t at = 0; at < text.size();) {
    const bool first = at == 0;
    const char32_t c = decode_code_point(text, &at);
    if (first ? is_identifier_start(c) : is_identifier_continue(c)) continue;
    return fail_character(c, from + at);
  }
  Token token = make(TokenKind::Name, from, to);
  if (is_nfkc_quick(text)) {
    token.name = workspace_.names.intern(text);
    return token;
  }
  token.name = workspace_.names.intern(nfkc(text));
  // Keywords are ASCII: what only normalisation makes one is an identifier.
  if (is_keyword(token.name)) token.name = workspace_.names.keyword_as_identifier(token.name);
  return token;
}

Token Lexer::fail_character(char32_t character, const char* behind) {
  cursor_ = behind;
  char hex[16];
  std::snprintf(hex, sizeof hex, "U+%04X", static_cast<unsigned>(character));
  if (!is_printable(character)) return raise(std::string("invalid non-printable character ") + hex);
  std::string message = "invalid character '";
  append_code_point(message, character);
  return raise(message + "' (" + hex + ")");
}

/// An ASCII character that is neither of a name, a number, a string nor an operator.
Token Lexer::unknown_character(const char* from) {
  const auto character = static_cast<unsigned char>(*from);
  if (character < 32 || character == 127) return fail_character(character, from + 1);
  return make(TokenKind::Stray, from, from + 1);
}

}  // namespace ouro::syntax
