// Where a string literal ends. What stands in it is not the lexer's business.
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "syntax/lexer.h"

namespace ouro::syntax {

namespace {

/// The first quote, backslash or newline from `at` on; the text ends with a newline before `end`.
const char* skip_plain_text(const char* at, [[maybe_unused]] const char* end, char quote) {
#ifdef __SSE2__
  constexpr ptrdiff_t kBlock = 16;
  for (; end - at >= kBlock; at += kBlock) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    auto equal = [&](char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
    const __m128i special = _mm_or_si128(_mm_or_si128(equal(quote), equal('\\')), equal('\n'));
    if (const int found = _mm_movemask_epi8(special); found != 0) return at + __builtin_ctz(found);
  }
#endif
  while (*at != quote && *at != '\\' && *at != '\n') ++at;
  return at;
}

}  // namespace

/// The literal whose prefix begins at `from` and whose first quote stands at `quote`.
Token Lexer::string_token(const char* from, const char* quote) {
  const char mark = *quote;
  const int first_line = line_;
  const char* first_line_start = line_start_;
  const bool triple = quote[1] == mark && quote[2] == mark;
  const char* to = nullptr;
  if (triple)
    to = long_string_end(quote + 3, mark);
  else
    to = quote[1] == mark ? quote + 2 : short_string_end(quote + 1, mark);

  if (to == nullptr) {
    const std::string detected = " (detected at line " + std::to_string(line_) + ")";
    line_ = first_line;
    line_start_ = first_line_start;
    cursor_ = from + 1;
    return raise((triple ? "unterminated triple-quoted string literal" : "unterminated string literal") +
                 detected);
  }
  Token token = make(TokenKind::String, from, to);
  if (line_ != first_line) {
    token.range.line = first_line;
    token.range.column = column_shift_ + static_cast<int32_t>(from - first_line_start);
  }
  return token;
}

/// Behind the closing quote, or null at the end of the line.
const char* Lexer::short_string_end(const char* at, char quote) {
  for (;;) {
    at = skip_plain_text(at, end_, quote);
    if (*at == quote) return at + 1;
    if (*at == '\n') {
      reached_end_ |= source_.ends_open && at + 1 == end_;
      return nullptr;
    }
    ++at;
    at = *at == '\n' ? step_over_newline(at) : at + 1;
    if (at == nullptr) return nullptr;
  }
}

/// Behind the three closing quotes, or null at the end of the text.
const char* Lexer::long_string_end(const char* at, char quote) {
  for (;;) {
    at = skip_plain_text(at, end_, quote);
    if (*at == quote) {
      if (at[1] == quote && at[2] == quote) return at + 3;
      ++at;
      continue;
    }
    if (*at == '\\') ++at;
    at = *at == '\n' ? step_over_newline(at) : at + 1;
    if (at == nullptr) return nullptr;
  }
}

/// From a newline within a string to the next line; null at the end of the text.
const char* Lexer::step_over_newline(const char* at) {
  cursor_ = at + 1;
  return begin_line(true) ? cursor_ : nullptr;
}

}  // namespace ouro::syntax
