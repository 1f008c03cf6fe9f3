#include "base/codec_stateful.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/codec_kinds.h"
#include "base/codec_tables.h"
#include "base/unicode.h"

namespace ouro::codec {

namespace {

constexpr std::string_view kIllegal = "illegal multibyte sequence";
constexpr std::string_view kIncomplete = "incomplete multibyte sequence";
constexpr char kEscape = '\x1B';

/// A member of the ISO 2022 family: the character sets it may designate, and its habits. Sets are written as
/// their final byte, two-byte sets with the high bit.
struct Iso2022 {
  std::string_view name;
  std::string_view sets;
  bool shifts;      // SO and SI switch between G0 and G1
  bool single_g2;   // ESC N takes one character from G2
  bool jis_prefix;  // ESC & @ may precede JIS X 0208
  bool x0213_2000;
};

constexpr Iso2022 kFamily[] = {
    {"iso2022_kr", "\xC3", true, false, false, false},
    {"iso2022_jp", "\xC2J\xC0", false, false, true, false},
    {"iso2022_jp_1", "\xC2\xC4J\xC0", false, false, true, false},
    {"iso2022_jp_2",
     "\xC2\xC4\xC3\xC1J\xC0"
     "AF",
     false, true, true, false},
    {"iso2022_jp_2004", "\xD1\xC2\xD0", false, false, true, false},
    {"iso2022_jp_3", "\xCF\xC2\xD0", false, false, true, true},
    {"iso2022_jp_ext", "\xC2\xC4JI\xC0", false, false, true, false},
};

constexpr unsigned char kAscii = 'B';

bool is_two_byte(unsigned char set) {
  return (set & 0x80) != 0;
}

class Iso2022Decoder {
 public:
  Iso2022Decoder(const Iso2022& family, std::string_view bytes, std::string* text, DecodeError* error)
      : family_(family), bytes_(bytes), text_(text), error_(error) {}

  bool run() {
    while (at_ < bytes_.size()) {
      if (!step()) return false;
    }
    return true;
  }

 private:
  unsigned char byte(size_t offset) const { return static_cast<unsigned char>(bytes_[at_ + offset]); }
  size_t left() const { return bytes_.size() - at_; }
  bool illegal(size_t length) { return fail(error_, family_.name, at_, at_ + length, kIllegal); }
  bool incomplete() { return fail(error_, family_.name, at_, bytes_.size(), kIncomplete); }

  bool put(char32_t c, size_t length) {
    append_code_point(*text_, c);
    at_ += length;
    return true;
  }

  static bool ends_escape(unsigned char c) { return (c >= 'A' && c <= 'Z') || c == '@'; }

  bool step() {
    const unsigned char c = byte(0);
    if (foreign_escape_) {
      if (ends_escape(c)) foreign_escape_ = false;
      return put(c, 1);
    }
    if (c == static_cast<unsigned char>(kEscape)) return take_escape();
    if (family_.shifts && (c == 0x0E || c == 0x0F)) {
      shifted_ = c == 0x0E;
      ++at_;
      return true;
    }
    if (c == '\n') shifted_ = false;
    if (c < 0x20) return put(c, 1);
    if (c >= 0x80) return illegal(1);
    const unsigned char set = designated_[shifted_ ? 1 : 0];
    return set == kAscii ? put(c, 1) : take_character(set);
  }

  bool take_escape() {
    if (left() < 2) return incomplete();
    const unsigned char kind = byte(1);
    if (kind == '(' || kind == ')' || kind == '$' || kind == '.' || kind == '&') return take_designation();
    if (family_.single_g2 && kind == 'N') return left() < 3 ? incomplete() : take_from_g2(byte(2));
    foreign_escape_ = true;
    return put(static_cast<unsigned char>(kEscape), 1);
  }

  /// The length of the escape sequence; 0 when it does not end in time, left() + 1 when the input ends first.
  size_t escape_length() const {
    constexpr size_t kLongest = 16;
    for (size_t i = 1; i < kLongest; ++i) {
      if (i >= left()) return left() + 1;
      if (ends_escape(byte(i))) return i + 1;
      if (family_.jis_prefix && i + 1 < left() && byte(i) == '&' && byte(i + 1) == '@') i += 2;
    }
    return 0;
  }

  bool take_designation() {
    const size_t length = escape_length();
    if (length == 0) return illegal(1);
    if (length > left()) return incomplete();
    size_t slot = 0;
    unsigned char set = byte(length - 1);
    if (length == 3 && byte(1) == '$') {
      set |= 0x80;
    } else if (length == 3) {
      if (!slot_of(byte(1), &slot)) return illegal(3);
    } else if (length == 4) {
      if (byte(1) != '$' || !slot_of(byte(2), &slot) || slot == 2) return illegal(4);
      set |= 0x80;
    } else if (length == 6 && family_.jis_prefix && bytes_.substr(at_ + 3, 3) == "\x1B$B") {
      set |= 0x80;
    } else {
      return illegal(length);
    }
    if (set != kAscii && family_.sets.find(static_cast<char>(set)) == std::string_view::npos)
      return illegal(length);
    designated_[slot] = set;
    at_ += length;
    return true;
  }

  bool slot_of(unsigned char intermediate, size_t* slot) const {
    if (intermediate == '(') {
      *slot = 0;
    } else if (intermediate == ')') {
      *slot = 1;
    } else if (intermediate == '.' && family_.single_g2) {
      *slot = 2;
    } else {
      return false;
    }
    return true;
  }

  bool take_from_g2(unsigned char c) {
    switch (designated_[2]) {
      case 'A':
        return c < 0x80 ? put(c + 0x80u, 3) : illegal(3);
      case 'F': {
        const char16_t greek = greek_1987(c ^ 0x80);
        return greek != kUndefinedUnit ? put(greek, 3) : illegal(3);
      }
      case kAscii:
        return c < 0x80 ? put(c, 3) : illegal(3);
      default:
        fail(error_, family_.name, at_, at_ + 3, kIllegal);
        error_->other =
            fmt::format("decoding with '{}' codec failed (RuntimeError: internal codec error)", family_.name);
        return false;
    }
  }

  /// ISO 8859-7 as it was before the euro.
  static char16_t greek_1987(unsigned char c) {
    return c == 0xA4 || c == 0xA5 || c == 0xAA ? kUndefinedUnit : charmap_unit("iso8859_7", c);
  }

  bool take_character(unsigned char set) {
    const size_t width = is_two_byte(set) ? 2 : 1;
    if (left() < width) return incomplete();
    const char32_t value = width == 2 ? lookup_two(set) : lookup_one(set);
    if (value == kNothing || value == kLaterEdition) return illegal(width);
    append_table_value(text_, value);
    at_ += width;
    return true;
  }

  char32_t lookup_one(unsigned char set) const {
    const unsigned char c = byte(0);
    if (set == 'J') return c == '\\' ? 0xA5 : c == '~' ? 0x203E : c;
    if (set == 'I') return c >= 0x21 && c <= 0x5F ? 0xFF40u + c : kNothing;
    return kNothing;
  }

  char32_t lookup_two(unsigned char set) const {
    const auto row = static_cast<unsigned char>(byte(0) | 0x80);
    const unsigned char cell = byte(1) ^ 0x80;
    switch (set & 0x7F) {
      case 'A':
        return MultibyteTable::find("gb2312")->two(row, cell);
      case 'C':
        return MultibyteTable::find("euc_kr")->two(row, cell);
      case 'D':
        return MultibyteTable::find("euc_jp")->three(row, cell);
      case 'O':
      case 'Q':
        if (row == 0xA2 && cell == 0xB2) return '~';
        return MultibyteTable::find(family_.x0213_2000 ? "euc_jisx0213" : "euc_jis_2004")->two(row, cell);
      case 'P':
        return MultibyteTable::find("euc_jis_2004")->three(row, cell);
      default:
        return MultibyteTable::find("euc_jp")->two(row, cell);
    }
  }

  const Iso2022& family_;
  std::string_view bytes_;
  std::string* text_;
  DecodeError* error_;
  size_t at_ = 0;
  unsigned char designated_[3] = {kAscii, kAscii, kAscii};
  bool shifted_ = false;
  bool foreign_escape_ = false;  // inside an escape sequence that is not ISO 2022's: passed through
};

bool decode_hz(std::string_view bytes, std::string* text, DecodeError* error) {
  const MultibyteTable& table = *MultibyteTable::find("gb2312");
  bool chinese = false;
  for (size_t at = 0; at < bytes.size();) {
    const auto c = static_cast<unsigned char>(bytes[at]);
    if (c >= 0x80) return fail(error, "hz", at, at + 1, kIllegal);
    if (c != '~' && !chinese) {
      text->push_back(static_cast<char>(c));
      ++at;
      continue;
    }
    if (at + 1 == bytes.size()) return fail(error, "hz", at, bytes.size(), kIncomplete);
    const char second = bytes[at + 1];
    if (c != '~') {
      const char32_t value = table.two(c | 0x80, static_cast<unsigned char>(second) ^ 0x80);
      if (value == kNothing) return fail(error, "hz", at, at + 1, kIllegal);
      append_table_value(text, value);
    } else if (second == '}' && chinese) {
      chinese = false;
    } else if (second == '{' && !chinese) {
      chinese = true;
    } else if (second == '~' && !chinese) {
      text->push_back('~');
    } else if (second != '\n' || chinese) {
      return fail(error, "hz", at, at + 1, kIllegal);
    }
    at += 2;
  }
  return true;
}

}  // namespace

bool is_stateful(std::string_view name) {
  return name == "hz" || name.starts_with("iso2022");
}

bool decode_stateful(std::string_view name, std::string_view bytes, std::string* text, DecodeError* error) {
  if (name == "hz") return decode_hz(bytes, text, error);
  const auto* family = std::ranges::find(kFamily, name, &Iso2022::name);
  return Iso2022Decoder(*family, bytes, text, error).run();
}

void append_table_value(std::string* text, char32_t value) {
  if (is_pair(value)) {
    append_code_point(*text, value >> 16);
    value &= 0xFFFF;
  }
  append_code_point(*text, value);
}

}  // namespace ouro::codec
