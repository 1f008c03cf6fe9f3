// Backslash escapes in str and bytes literals.
#include <algorithm>
#include <optional>

#include "base/unicode.h"
#include "syntax/lexer/shown_text.h"
#include "syntax/strings/literal.h"

namespace ouro::syntax::strings {
namespace {

int hex_digit(char ch) {
  if (ch >= '0' && ch <= '9') return ch - '0';
  if (ch >= 'a' && ch <= 'f') return ch - 'a' + 10;
  if (ch >= 'A' && ch <= 'F') return ch - 'A' + 10;
  return -1;
}

bool is_octal(char ch) {
  return ch >= '0' && ch <= '7';
}

/// The escapes of one letter that both kinds of literals have; -1 for others.
int simple_escape(char ch) {
  switch (ch) {
    case '\\':
    case '\'':
    case '"':
      return ch;
    case 'a':
      return '\a';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'v':
      return '\v';
    default:
      return -1;
  }
}

/// What CPython's codec calls position `index` of a body: it reads a copy in which every character beyond
/// ASCII stands as \UXXXXXXXX and a backslash before such a character as \u005c.
size_t codec_position(std::string_view body, size_t index) {
  size_t position = 0;
  size_t i = 0;
  auto non_ascii = [&](size_t at) { return at < body.size() && (body[at] & 0x80) != 0; };
  while (i < index) {
    if (body[i] == '\\') {
      ++position;
      ++i;
      if (i >= body.size() || non_ascii(i)) position += 5;
      if (i >= index || i >= body.size()) continue;
    }
    if (non_ascii(i)) {
      position += 10;
      decode_code_point(body, &i);
    } else {
      ++position;
      ++i;
    }
  }
  return position;
}

/// The decoder of one str body.
class StrDecoder {
 public:
  StrDecoder(const LiteralContext& context, std::string_view body, const Token& token, std::string& out)
      : context_(context), body_(body), token_(token), out_(out) {}

  Status run() {
    while (position_ < body_.size()) {
      const size_t backslash = std::min(body_.find('\\', position_), body_.size());
      out_.append(body_, position_, backslash - position_);
      position_ = backslash;
      if (position_ == body_.size()) break;
      OURO_TRY_STATUS(escape());
    }
    if (!first_invalid_) return {};
    return context_.warn_invalid_escape(body_.substr(*first_invalid_), token_);
  }

 private:
  Status escape() {
    start_ = position_++;
    if (position_ == body_.size() || (body_[position_] & 0x80) != 0) {
      out_ += '\\';
      return {};
    }
    const char ch = body_[position_++];
    if (ch == '\n') return {};
    if (const int simple = simple_escape(ch); simple >= 0) {
      out_ += static_cast<char>(simple);
      return {};
    }
    if (is_octal(ch)) {
      octal(ch);
      return {};
    }
    switch (ch) {
      case 'x':
        return hexadecimal(2, "truncated \\xXX escape");
      case 'u':
        return hexadecimal(4, "truncated \\uXXXX escape");
      case 'U':
        return hexadecimal(8, "truncated \\UXXXXXXXX escape");
      case 'N':
        return named();
      default:
        if (!first_invalid_) first_invalid_ = position_ - 1;
        out_ += '\\';
        out_ += ch;
        return {};
    }
  }

  void octal(char first) {
    char32_t value = static_cast<char32_t>(first - '0');
    for (int i = 0; i < 2 && position_ < body_.size() && is_octal(body_[position_]); ++i)
      value = value * 8 + static_cast<char32_t>(body_[position_++] - '0');
    if (value > 0xFF && !first_invalid_) first_invalid_ = position_ - 3;
    append_code_point(out_, value);
  }

  Status hexadecimal(int digits, std::string_view truncated) {
    char32_t value = 0;
    for (; digits > 0; --digits, ++position_) {
      const int digit = position_ < body_.size() ? hex_digit(body_[position_]) : -1;
      if (digit < 0) return codec_error(truncated);
      value = value << 4 | static_cast<char32_t>(digit);
    }
    if (value > kMaxCodePoint) return codec_error("illegal Unicode character");
    append_code_point(out_, value);
    return {};
  }

  Status named() {
    constexpr std::string_view kMalformed = "malformed \\N character escape";
    if (position_ == body_.size() || body_[position_] != '{') return codec_error(kMalformed);
    const size_t begin = ++position_;
    position_ = std::min(body_.find('}', begin), body_.size());
    if (position_ == body_.size() || position_ == begin) return codec_error(kMalformed);
    const std::string_view name = body_.substr(begin, position_ - begin);
    ++position_;
    const std::optional<char32_t> found = lookup_character_name(name);
    if (!found) return codec_error("unknown Unicode character name");
    append_code_point(out_, *found);
    return {};
  }

  const Diagnostic* codec_error(std::string_view reason) {
    std::string message = "(unicode error) 'unicodeescape' codec can't decode bytes in position ";
    message += std::to_string(codec_position(body_, start_));
    message += '-';
    message += std::to_string(codec_position(body_, position_) - 1);
    message += ": ";
    message += reason;
    return context_.error(message);
  }

  const LiteralContext& context_;
  std::string_view body_;
  const Token& token_;
  std::string& out_;
  size_t position_ = 0;
  size_t start_ = 0;  // of the escape
  std::optional<size_t> first_invalid_;
};

}  // namespace

Status LiteralContext::warn_invalid_escape(std::string_view escape, const Token& token) const {
  if (warnings == nullptr) return {};
  const bool octal = escape[0] >= '4' && escape[0] <= '7';
  std::string message = octal ? "invalid octal escape sequence '\\" : "invalid escape sequence '\\";
  message += escape.substr(0, octal ? 3 : 1);
  message += '\'';
  if (!warnings->warn({WarningCategory::DeprecationWarning, message, token.range.line})) return {};
  return error_at(token, message);
}

Status check_utf8(const LiteralContext& context, std::string_view body) {
  if (is_ascii(body)) return {};
  const std::optional<Utf8Error> error = find_utf8_error(body);
  if (!error) return {};
  return context.error("(unicode error) " + utf8_error_message(body, *error));
}

Status check_utf8_runs(const LiteralContext& context, std::string_view body) {
  for (;;) {
    body.remove_prefix(ascii_prefix_length(body));
    if (body.empty()) return {};
    const auto end = std::find_if(body.begin(), body.end(), [](char ch) { return (ch & 0x80) == 0; });
    const auto size = static_cast<size_t>(end - body.begin());
    OURO_TRY_STATUS(check_utf8(context, body.substr(0, size)));
    body.remove_prefix(size);
  }
}

Status decode_str(const LiteralContext& context, std::string_view body, const Token& token,
                  std::string& out) {
  OURO_TRY_STATUS(check_utf8_runs(context, body));
  return StrDecoder(context, body, token, out).run();
}

Status decode_bytes(const LiteralContext& context, std::string_view body, const Token& token,
                    std::string& out) {
  std::optional<size_t> first_invalid;
  size_t i = 0;
  while (i < body.size()) {
    if (body[i] != '\\' || i + 1 == body.size()) {
      out += body[i++];
      continue;
    }
    const size_t start = i++;
    const char ch = body[i++];
    if (ch == '\n') continue;
    if (const int simple = simple_escape(ch); simple >= 0) {
      out += static_cast<char>(simple);
    } else if (is_octal(ch)) {
      int value = ch - '0';
      for (int digit = 0; digit < 2 && i < body.size() && is_octal(body[i]); ++digit)
        value = value * 8 + (body[i++] - '0');
      if (value > 0xFF && !first_invalid) first_invalid = i - 3;
      out += static_cast<char>(value & 0xFF);
    } else if (ch == 'x') {
      const int high = i < body.size() ? hex_digit(body[i]) : -1;
      const int low = i + 1 < body.size() ? hex_digit(body[i + 1]) : -1;
      if (high < 0 || low < 0)
        return context.error("(value error) invalid \\x escape at position " + std::to_string(start));
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      if (!first_invalid) first_invalid = start + 1;
      out += '\\';
      --i;
    }
  }
  if (!first_invalid) return {};
  return context.warn_invalid_escape(body.substr(*first_invalid), token);
}

}  // namespace ouro::syntax::strings
