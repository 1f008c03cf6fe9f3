// The encodings that are forms of Unicode itself: UTF-8, UTF-16, UTF-32, UTF-7 and Python's escapes.
#include <optional>

#include "base/codec_kinds.h"
#include "base/unicode.h"

namespace ouro::codec {

namespace {

bool is_high_surrogate(char32_t c) {
  return c >= 0xD800 && c <= 0xDBFF;
}

bool is_low_surrogate(char32_t c) {
  return c >= 0xDC00 && c <= 0xDFFF;
}

char32_t join_surrogates(char32_t high, char32_t low) {
  return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

/// `count` bytes (2 or 4) at `at` as a number.
char32_t load(std::string_view bytes, size_t at, size_t count, bool big) {
  char32_t value = 0;
  for (size_t i = 0; i < count; ++i)
    value = value << 8 | static_cast<unsigned char>(bytes[at + (big ? i : count - 1 - i)]);
  return value;
}

/// Takes a byte order mark of `width` bytes into account; *at moves past it.
bool big_endian(ByteOrder order, std::string_view bytes, size_t width, size_t* at) {
  if (order != ByteOrder::FromMark) return order == ByteOrder::Big;
  if (bytes.size() < width) return false;
  if (load(bytes, 0, width, false) == 0xFEFF) {
    *at = width;
    return false;
  }
  if (load(bytes, 0, width, true) == 0xFEFF) {
    *at = width;
    return true;
  }
  return false;
}

/// The value of a base-64 digit, or -1.
int base64_value(unsigned char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

/// UTF-7's state. Outside a shifted section text stands for itself; "+" opens a section of base-64 digits
/// that hold UTF-16.
class Utf7Decoder {
 public:
  Utf7Decoder(std::string_view bytes, std::string* text, DecodeError* error)
      : bytes_(bytes), text_(text), error_(error) {}

  bool run() {
    while (at_ < bytes_.size()) {
      const bool good = shifted_ ? take_shifted() : take_direct();
      if (!good) return false;
    }
    if (shifted_ && (high_ != 0 || bits_ >= 6 || (bits_ > 0 && buffer_ != 0)))
      return fail(error_, "utf7", section_, bytes_.size(), "unterminated shift sequence");
    return true;
  }

 private:
  unsigned char current() const { return static_cast<unsigned char>(bytes_[at_]); }

  bool reject_current(std::string_view reason) { return fail(error_, "utf7", section_, at_ + 1, reason); }

  bool take_direct() {
    const unsigned char c = current();
    if (c != '+') {
      if (c >= 0x80) {
        section_ = at_;
        return reject_current("unexpected special character");
      }
      text_->push_back(static_cast<char>(c));
      ++at_;
      return true;
    }
    section_ = at_++;
    if (at_ < bytes_.size() && bytes_[at_] == '-') {
      text_->push_back('+');
      ++at_;
      return true;
    }
    if (at_ < bytes_.size() && base64_value(current()) < 0) return reject_current("ill-formed sequence");
    shifted_ = true;
    high_ = 0;
    bits_ = 0;
    buffer_ = 0;
    return true;
  }

  bool take_shifted() {
    const unsigned char c = current();
    const int digit = base64_value(c);
    if (digit < 0) return leave(c);
    buffer_ = buffer_ << 6 | static_cast<uint32_t>(digit);
    bits_ += 6;
    ++at_;
    if (bits_ >= 16) {
      bits_ -= 16;
      put_unit(buffer_ >> bits_);
      buffer_ &= (1u << bits_) - 1;
    }
    return true;
  }

  void put_unit(char32_t unit) {
    if (high_ != 0) {
      const char32_t high = high_;
      high_ = 0;
      if (is_low_surrogate(unit)) {
        append_code_point(*text_, join_surrogates(high, unit));
        return;
      }
      append_code_point(*text_, high);
    }
    if (is_high_surrogate(unit)) {
      high_ = unit;
    } else {
      append_code_point(*text_, unit);
    }
  }

  bool leave(unsigned char c) {
    shifted_ = false;
    if (bits_ >= 6) return reject_current("partial character in shift sequence");
    if (bits_ > 0 && buffer_ != 0) return reject_current("non-zero padding bits in shift sequence");
    if (high_ != 0 && c < 0x80 && c != '+') append_code_point(*text_, high_);
    high_ = 0;
    if (c == '-') ++at_;
    return true;
  }

  std::string_view bytes_;
  std::string* text_;
  DecodeError* error_;
  size_t at_ = 0;
  size_t section_ = 0;  // where the last section began: errors start there
  bool shifted_ = false;
  char32_t high_ = 0;  // a high surrogate that waits for its partner
  unsigned bits_ = 0;
  uint32_t buffer_ = 0;
};

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// Escapes in otherwise Latin-1 text.
class EscapeDecoder {
 public:
  EscapeDecoder(std::string_view bytes, std::string* text, DecodeError* error, std::string_view encoding)
      : bytes_(bytes), text_(text), error_(error), encoding_(encoding) {}

  bool run_raw() {
    while (at_ < bytes_.size()) {
      const char c = bytes_[at_++];
      if (c != '\\' || at_ == bytes_.size()) {
        put_latin1(c);
        continue;
      }
      start_ = at_ - 1;
      const char kind = bytes_[at_++];
      if (kind != 'u' && kind != 'U') {
        text_->push_back('\\');
        put_latin1(kind);
        continue;
      }
      if (!take_hex(kind, "\\Uxxxxxxxx out of range")) return false;
    }
    return true;
  }

  bool run_full() {
    while (at_ < bytes_.size()) {
      const char c = bytes_[at_++];
      if (c != '\\') {
        put_latin1(c);
        continue;
      }
      start_ = at_ - 1;
      if (at_ == bytes_.size()) return reject("\\ at end of string");
      if (!take_escape(bytes_[at_++])) return false;
    }
    return true;
  }

 private:
  void put_latin1(char c) { append_code_point(*text_, static_cast<unsigned char>(c)); }

  bool reject(std::string_view reason) { return fail(error_, encoding_, start_, at_, reason); }

  bool take_escape(char c) {
    constexpr std::string_view kLetters = "\\'\"bftnrva";
    constexpr std::string_view kMeanings = "\\'\"\b\f\t\n\r\v\a";
    if (c == '\n') return true;
    if (const size_t letter = kLetters.find(c); letter != std::string_view::npos) {
      text_->push_back(kMeanings[letter]);
      return true;
    }
    if (c >= '0' && c <= '7') return take_octal(c);
    if (c == 'x' || c == 'u' || c == 'U') return take_hex(c, "illegal Unicode character");
    if (c == 'N') return take_name();
    text_->push_back('\\');
    put_latin1(c);
    return true;
  }

  bool take_octal(char first) {
    auto value = static_cast<char32_t>(first - '0');
    for (int i = 0; i < 2 && at_ < bytes_.size() && bytes_[at_] >= '0' && bytes_[at_] <= '7'; ++i)
      value = value * 8 + static_cast<char32_t>(bytes_[at_++] - '0');
    append_code_point(*text_, value);
    return true;
  }

  bool take_hex(char kind, std::string_view out_of_range) {
    const int count = kind == 'x' ? 2 : kind == 'u' ? 4 : 8;
    uint32_t value = 0;
    for (int i = 0; i < count; ++i, ++at_) {
      const int digit = at_ < bytes_.size() ? hex_value(bytes_[at_]) : -1;
      if (digit < 0) {
        return reject(kind == 'x'   ? "truncated \\xXX escape"
                      : kind == 'u' ? "truncated \\uXXXX escape"
                                    : "truncated \\UXXXXXXXX escape");
      }
      value = value << 4 | static_cast<uint32_t>(digit);
    }
    if (value > kMaxCodePoint) return reject(out_of_range);
    append_code_point(*text_, value);
    return true;
  }

  bool take_name() {
    constexpr std::string_view kMalformed = "malformed \\N character escape";
    if (at_ == bytes_.size() || bytes_[at_] != '{') return reject(kMalformed);
    ++at_;
    const size_t end = bytes_.find('}', at_);
    const std::string_view name = bytes_.substr(at_, end - at_);
    at_ += name.size();
    if (end == std::string_view::npos || name.empty()) return reject(kMalformed);
    ++at_;
    const std::optional<char32_t> found = lookup_character_name(name);
    if (!found) return reject("unknown Unicode character name");
    append_code_point(*text_, *found);
    return true;
  }

  std::string_view bytes_;
  std::string* text_;
  DecodeError* error_;
  std::string_view encoding_;
  size_t at_ = 0;
  size_t start_ = 0;  // the backslash of the escape at hand
};

}  // namespace

bool decode_utf8(std::string_view bytes, std::string* text, DecodeError* error) {
  if (const std::optional<Utf8Error> bad = find_utf8_error(bytes))
    return fail(error, "utf-8", bad->start, bad->end, bad->reason);
  text->append(bytes);
  return true;
}

bool decode_utf7(std::string_view bytes, std::string* text, DecodeError* error) {
  return Utf7Decoder(bytes, text, error).run();
}

bool decode_utf16(ByteOrder order, std::string_view bytes, std::string* text, DecodeError* error) {
  size_t at = 0;
  const bool big = big_endian(order, bytes, 2, &at);
  const std::string_view name = big ? "utf-16-be" : "utf-16-le";
  for (; at + 2 <= bytes.size(); at += 2) {
    const char32_t unit = load(bytes, at, 2, big);
    if (is_low_surrogate(unit)) return fail(error, name, at, at + 2, "illegal encoding");
    if (!is_high_surrogate(unit)) {
      append_code_point(*text, unit);
      continue;
    }
    if (at + 4 > bytes.size()) return fail(error, name, at, bytes.size(), "unexpected end of data");
    const char32_t low = load(bytes, at + 2, 2, big);
    if (!is_low_surrogate(low)) return fail(error, name, at, at + 2, "illegal UTF-16 surrogate");
    append_code_point(*text, join_surrogates(unit, low));
    at += 2;
  }
  return at == bytes.size() || fail(error, name, at, bytes.size(), "truncated data");
}

bool decode_utf32(ByteOrder order, std::string_view bytes, std::string* text, DecodeError* error) {
  size_t at = 0;
  const bool big = big_endian(order, bytes, 4, &at);
  const std::string_view name = big ? "utf-32-be" : "utf-32-le";
  for (; at + 4 <= bytes.size(); at += 4) {
    const char32_t c = load(bytes, at, 4, big);
    if (c > kMaxCodePoint) return fail(error, name, at, at + 4, "code point not in range(0x110000)");
    if (is_high_surrogate(c) || is_low_surrogate(c))
      return fail(error, name, at, at + 4, "code point in surrogate code point range(0xd800, 0xe000)");
    append_code_point(*text, c);
  }
  return at == bytes.size() || fail(error, name, at, bytes.size(), "truncated data");
}

bool decode_unicode_escape(std::string_view bytes, std::string* text, DecodeError* error) {
  return EscapeDecoder(bytes, text, error, "unicodeescape").run_full();
}

bool decode_raw_unicode_escape(std::string_view bytes, std::string* text, DecodeError* error) {
  return EscapeDecoder(bytes, text, error, "rawunicodeescape").run_raw();
}

}  // namespace ouro::codec
