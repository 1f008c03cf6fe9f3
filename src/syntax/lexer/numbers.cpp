// Numeric literals: their extent and everything that can be wrong with them.
//
// The functions take the place of a byte that is looked at, and return the place behind what they read, or
// null after an error. Where CPython reports an error, the byte at fault is sometimes read already and
// sometimes not; the offset shows it, so `cursor_` says how far the literal is read when an error is made.
#include "syntax/lexer.h"
#include "syntax/lexer/characters.h"

namespace ouro::syntax {

Token Lexer::number_token(const char* from) {
  const char* to = scan_number(from);
  if (to == nullptr) return place_less(TokenKind::Error);
  return make(TokenKind::Number, from, to);
}

const char* Lexer::scan_number(const char* from) {
  if (*from == '.') return scan_fraction(from + 1);
  if (*from == '0') {
    switch (from[1] | 32) {
      case 'x':
        return scan_radix(from + 2, 16);
      case 'o':
        return scan_radix(from + 2, 8);
      case 'b':
        return scan_radix(from + 2, 2);
      default:
        return scan_zero(from);
    }
  }
  const char* at = scan_digits(from);
  if (at == nullptr) return nullptr;
  return *at == '.' ? scan_fraction(at + 1) : scan_exponent_or_end(at);
}

const char* Lexer::number_error(const char* at, std::string_view message) {
  cursor_ = at;
  raise(message);
  return nullptr;
}

/// Decimal digits from `at`, which is one, with single underscores between them.
const char* Lexer::scan_digits(const char* at) {
  for (;;) {
    while (is_digit(*at)) ++at;
    if (*at != '_') return at;
    ++at;
    if (!is_digit(*at)) return number_error(at, "invalid decimal literal");
  }
}

/// What follows 0x, 0o or 0b.
const char* Lexer::scan_radix(const char* at, int radix) {
  const std::string_view kind = radix == 16 ? "hexadecimal" : radix == 8 ? "octal" : "binary";
  auto is_radix_digit = [radix](char c) {
    return radix == 16 ? (character_traits(c) & kHexDigit) != 0 : c >= '0' && c < '0' + radix;
  };
  auto bad_digit = [&](const char* digit) {
    std::string message = "invalid digit '";
    message += *digit;
    message += "' in ";
    message += kind;
    return number_error(digit + 1, message + " literal");
  };
  do {
    if (*at == '_') ++at;
    if (!is_radix_digit(*at)) {
      if (is_digit(*at)) return bad_digit(at);
      return number_error(at, "invalid " + std::string(kind) + " literal");
    }
    while (is_radix_digit(*at)) ++at;
  } while (*at == '_');
  if (is_digit(*at)) return bad_digit(at);
  return end_number(at, kind) ? at : nullptr;
}

/// A literal that begins with a zero and has no radix: zero, a float, or the old octal that is no longer.
const char* Lexer::scan_zero(const char* from) {
  const char* at = from;
  while (*at == '0') {
    ++at;
    if (*at != '_') continue;
    ++at;
    if (!is_digit(*at)) return number_error(at, "invalid decimal literal");
  }
  const char* zeros_end = at + 1;
  const bool nonzero = is_digit(*at);
  if (nonzero) {
    at = scan_digits(at);
    if (at == nullptr) return nullptr;
  }
  if (*at == '.') return scan_fraction(at + 1);
  if (nonzero && (*at | 32) != 'e' && (*at | 32) != 'j') {
    cursor_ = at;
    raise("leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers",
          static_cast<int>(from + 1 - line_start_), static_cast<int>(zeros_end - line_start_));
    return nullptr;
  }
  return scan_exponent_or_end(at);
}

/// What follows a decimal point.
const char* Lexer::scan_fraction(const char* at) {
  if (is_digit(*at)) {
    at = scan_digits(at);
    if (at == nullptr) return nullptr;
  }
  return scan_exponent_or_end(at);
}

const char* Lexer::scan_exponent_or_end(const char* at) {
  if (*at == 'e' || *at == 'E') {
    const char* behind = scan_exponent(at);
    if (behind == nullptr || behind == at) return behind;
    at = behind;
  }
  if (*at == 'j' || *at == 'J') {
    ++at;
    return end_number(at, "imaginary") ? at : nullptr;
  }
  return end_number(at, "decimal") ? at : nullptr;
}

/// An exponent; `at` itself when the letter only begins a keyword (`1else`).
const char* Lexer::scan_exponent(const char* at) {
  const char* digits = at + 1;
  if (*digits == '+' || *digits == '-') {
    ++digits;
    if (!is_digit(*digits)) return number_error(digits, "invalid decimal literal");
  } else if (!is_digit(*digits)) {
    return end_number(at, "decimal") ? at : nullptr;
  }
  return scan_digits(digits);
}

namespace {

/// Whether one of the keywords that may follow a number in valid code stands at `at`. CPython looks no
/// further than two letters at those with an `i`.
bool keyword_follows(const char* at) {
  auto is_word = [at](std::string_view word) {
    if (std::string_view(at, 1) != word.substr(0, 1)) return false;
    for (size_t i = 1; i < word.size(); ++i)
      if (at[i] != word[i]) return false;
    return !is_identifier_part(at[word.size()]) && !is_wide(at[word.size()]);
  };
  if (*at == 'i') return at[1] == 'f' || at[1] == 'n' || at[1] == 's';
  return is_word("and") || is_word("else") || is_word("for") || is_word("or") || is_word("not");
}

}  // namespace

/// What directly follows a number: nothing of a name, but for the keywords that old code may have there.
bool Lexer::end_number(const char* at, std::string_view kind) {
  if (!is_identifier_part(*at)) return true;
  const std::string message = "invalid " + std::string(kind) + " literal";
  cursor_ = at;
  if (keyword_follows(at)) return warn(message);
  raise(message);
  return false;
}

/// Warns; false when the warning became an error.
bool Lexer::warn(std::string_view message) {
  if (warnings_ == nullptr) return true;
  const Warning warning{WarningCategory::SyntaxWarning, workspace_.arena.copy(message), line_};
  if (!warnings_->warn(warning)) return true;
  raise(message);
  return false;
}

}  // namespace ouro::syntax
