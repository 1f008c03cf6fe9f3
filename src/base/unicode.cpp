#include "base/unicode.h"

#include <fmt/format.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>

#include <cstring>

namespace ouro {

namespace {

constexpr uint8_t kUnicodeVersion = 14;

using Bytes = const unsigned char*;

bool is_continuation(unsigned char byte) {
  return (byte & 0xC0) == 0x80;
}

bool is_surrogate(char32_t c) {
  return c >= 0xD800 && c <= 0xDFFF;
}

/// Length that a lead byte announces; 0 for a byte that starts nothing.
int announced_length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead < 0xC2) return 0;
  if (lead < 0xE0) return 2;
  if (lead < 0xF0) return 3;
  return lead < 0xF5 ? 4 : 0;
}

/// Whether `second` may follow `lead`: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_second_byte(unsigned char lead, unsigned char second) {
  if (!is_continuation(second)) return false;
  switch (lead) {
    case 0xE0:
      return second >= 0xA0;
    case 0xED:
      return second < 0xA0;
    case 0xF0:
      return second >= 0x90;
    case 0xF4:
      return second < 0x90;
    default:
      return true;
  }
}

/// The sequence at `at`: its length, or 0 and the error.
size_t check_sequence(std::string_view bytes, size_t at, Utf8Error* error) {
  const auto* in = reinterpret_cast<Bytes>(bytes.data()) + at;
  const size_t left = bytes.size() - at;
  const auto length = static_cast<size_t>(announced_length(in[0]));
  if (length == 0) {
    *error = {at, at + 1, "invalid start byte"};
    return 0;
  }
  for (size_t i = 1; i < length; ++i) {
    if (i == left) {
      *error = {at, bytes.size(), "unexpected end of data"};
      return 0;
    }
    const bool good = i == 1 ? is_second_byte(in[0], in[1]) : is_continuation(in[i]);
    if (!good) {
      *error = {at, at + i, "invalid continuation byte"};
      return 0;
    }
  }
  return length;
}

/// The code point's general category; what is newer than CPython's Unicode is unassigned.
int8_t category(char32_t code_point) {
  const int8_t type = u_charType(static_cast<UChar32>(code_point));
  if (type == U_UNASSIGNED || type == U_PRIVATE_USE_CHAR || type == U_SURROGATE) return type;
  UVersionInfo age;
  u_charAge(static_cast<UChar32>(code_point), age);
  return age[0] > kUnicodeVersion ? static_cast<int8_t>(U_UNASSIGNED) : type;
}

bool has_property(char32_t code_point, UProperty property) {
  return u_hasBinaryProperty(static_cast<UChar32>(code_point), property) != 0 &&
         category(code_point) != U_UNASSIGNED;
}

bool is_ascii_letter(char32_t c) {
  return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

const icu::Normalizer2* nfkc_instance() {
  UErrorCode status = U_ZERO_ERROR;
  return icu::Normalizer2::getNFKCInstance(status);
}

void append_escape(std::string& out, char32_t c) {
  if (c < 0x100) {
    out += fmt::format("\\x{:02x}", static_cast<uint32_t>(c));
  } else if (c < 0x10000) {
    out += fmt::format("\\u{:04x}", static_cast<uint32_t>(c));
  } else {
    out += fmt::format("\\U{:08x}", static_cast<uint32_t>(c));
  }
}

/// The escapes that str and bytes share; false when `c` has none.
bool append_common_escape(std::string& out, char32_t c, char quote) {
  switch (c) {
    case '\t':
      out += "\\t";
      return true;
    case '\n':
      out += "\\n";
      return true;
    case '\r':
      out += "\\r";
      return true;
    case '\\':
      out += "\\\\";
      return true;
    default:
      if (c != static_cast<unsigned char>(quote)) return false;
      out += '\\';
      out += quote;
      return true;
  }
}

char choose_quote(std::string_view text) {
  const bool single = text.find('\'') != std::string_view::npos;
  return single && text.find('"') == std::string_view::npos ? '"' : '\'';
}

std::string repr(std::string_view text, bool ascii_only) {
  const char quote = choose_quote(text);
  std::string out(1, quote);
  for (size_t at = 0; at < text.size();) {
    const char32_t c = decode_code_point(text, &at);
    if (append_common_escape(out, c, quote)) continue;
    const bool plain = c < 0x80 ? c >= ' ' && c != 0x7F : !ascii_only && is_printable(c);
    if (plain) {
      append_code_point(out, c);
    } else {
      append_escape(out, c);
    }
  }
  return out += quote;
}

}  // namespace

size_t ascii_prefix_length(std::string_view bytes) {
  size_t at = 0;
  uint64_t word = 0;
  for (; at + sizeof word <= bytes.size(); at += sizeof word) {
    std::memcpy(&word, bytes.data() + at, sizeof word);
    if ((word & 0x8080808080808080u) != 0) break;
  }
  while (at < bytes.size() && static_cast<unsigned char>(bytes[at]) < 0x80) ++at;
  return at;
}

std::optional<Utf8Error> find_utf8_error(std::string_view bytes) {
  size_t at = 0;
  while (true) {
    at += ascii_prefix_length(bytes.substr(at));
    while (at < bytes.size() && static_cast<unsigned char>(bytes[at]) >= 0x80) {
      Utf8Error error;
      const size_t length = check_sequence(bytes, at, &error);
      if (length == 0) return error;
      at += length;
    }
    if (at == bytes.size()) return std::nullopt;
  }
}

char32_t decode_code_point(std::string_view text, size_t* position) {
  const auto* in = reinterpret_cast<Bytes>(text.data()) + *position;
  if (in[0] < 0x80) {
    *position += 1;
    return in[0];
  }
  if (in[0] < 0xE0) {
    *position += 2;
    return static_cast<char32_t>((in[0] & 0x1F) << 6 | (in[1] & 0x3F));
  }
  if (in[0] < 0xF0) {
    *position += 3;
    return static_cast<char32_t>((in[0] & 0x0F) << 12 | (in[1] & 0x3F) << 6 | (in[2] & 0x3F));
  }
  *position += 4;
  return static_cast<char32_t>((in[0] & 0x07) << 18 | (in[1] & 0x3F) << 12 | (in[2] & 0x3F) << 6 |
                               (in[3] & 0x3F));
}

size_t encode_code_point(char32_t c, char out[4]) {
  auto tail = [c](int shift) { return static_cast<char>(0x80 | ((c >> shift) & 0x3F)); };
  if (c < 0x80) {
    out[0] = static_cast<char>(c);
    return 1;
  }
  if (c < 0x800) {
    out[0] = static_cast<char>(0xC0 | (c >> 6));
    out[1] = tail(0);
    return 2;
  }
  if (c < 0x10000) {
    out[0] = static_cast<char>(0xE0 | (c >> 12));
    out[1] = tail(6);
    out[2] = tail(0);
    return 3;
  }
  out[0] = static_cast<char>(0xF0 | (c >> 18));
  out[1] = tail(12);
  out[2] = tail(6);
  out[3] = tail(0);
  return 4;
}

void append_code_point(std::string& text, char32_t code_point) {
  char bytes[4];
  text.append(bytes, encode_code_point(code_point, bytes));
}

size_t byte_offset_of(std::string_view text, size_t code_point_index) {
  size_t at = 0;
  for (size_t i = 0; i < code_point_index && at < text.size(); ++i) {
    ++at;
    while (at < text.size() && is_continuation(static_cast<unsigned char>(text[at]))) ++at;
  }
  return at;
}

std::optional<size_t> find_surrogate(std::string_view text) {
  size_t index = 0;
  for (size_t at = 0; at < text.size(); ++index) {
    if (is_surrogate(decode_code_point(text, &at))) return index;
  }
  return std::nullopt;
}

bool is_identifier_start(char32_t c) {
  if (c < 0x80) return is_ascii_letter(c) || c == '_';
  return has_property(c, UCHAR_XID_START);
}

bool is_identifier_continue(char32_t c) {
  if (c < 0x80) return is_ascii_letter(c) || c == '_' || (c >= '0' && c <= '9');
  return has_property(c, UCHAR_XID_CONTINUE);
}

bool is_identifier(std::string_view text) {
  if (text.empty()) return false;
  size_t at = 0;
  if (!is_identifier_start(decode_code_point(text, &at))) return false;
  while (at < text.size()) {
    if (!is_identifier_continue(decode_code_point(text, &at))) return false;
  }
  return true;
}

bool is_nfkc_quick(std::string_view text) {
  if (is_ascii(text)) return true;
  const icu::Normalizer2* normalizer = nfkc_instance();
  if (normalizer == nullptr) return false;
  UErrorCode status = U_ZERO_ERROR;
  const icu::StringPiece piece(text.data(), static_cast<int32_t>(text.size()));
  return normalizer->isNormalizedUTF8(piece, status) != 0 && U_SUCCESS(status);
}

std::string nfkc(std::string_view text) {
  std::string result;
  const icu::Normalizer2* normalizer = nfkc_instance();
  if (normalizer == nullptr || text.size() > INT32_MAX) return std::string(text);
  UErrorCode status = U_ZERO_ERROR;
  icu::StringByteSink<std::string> sink(&result);
  const icu::StringPiece piece(text.data(), static_cast<int32_t>(text.size()));
  normalizer->normalizeUTF8(0, piece, sink, nullptr, status);
  return U_SUCCESS(status) ? result : std::string(text);
}

bool is_printable(char32_t c) {
  if (c < 0x80) return c >= ' ' && c != 0x7F;
  switch (category(c)) {
    case U_UNASSIGNED:
    case U_CONTROL_CHAR:
    case U_FORMAT_CHAR:
    case U_PRIVATE_USE_CHAR:
    case U_SURROGATE:
    case U_LINE_SEPARATOR:
    case U_PARAGRAPH_SEPARATOR:
    case U_SPACE_SEPARATOR:
      return false;
    default:
      return true;
  }
}

std::string str_repr(std::string_view text) {
  return repr(text, false);
}

std::string str_ascii_repr(std::string_view text) {
  return repr(text, true);
}

std::string bytes_repr(std::string_view data) {
  const char quote = choose_quote(data);
  std::string out = "b";
  out += quote;
  for (const char byte : data) {
    const auto c = static_cast<unsigned char>(byte);
    if (append_common_escape(out, c, quote)) continue;
    if (c >= ' ' && c < 0x7F) {
      out += byte;
    } else {
      append_escape(out, c);
    }
  }
  return out += quote;
}

}  // namespace ouro
