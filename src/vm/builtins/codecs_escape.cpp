// unicode_escape, raw_unicode_escape, and the escapes of bytes literals.
#include "base/unicode.h"
#include "vm/builtins/codecs.h"
#include "vm/object/str_data.h"

namespace ouro::vm {

namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// The escapes of one character that str and bytes share; 0: none of them.
char simple_escape(char c) {
  switch (c) {
    case 'b':
      return '\b';
    case 't':
      return '\t';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 'f':
      return '\f';
    case 'v':
      return '\v';
    case 'a':
      return '\a';
    case '\\':
    case '\'':
    case '"':
      return c;
    default:
      return 0;
  }
}

class EscapeDecoder {
 public:
  EscapeDecoder(DecodeInput input, const char* errors, bool raw)
      : input_(input), errors_(raw ? "rawunicodeescape" : "unicodeescape", errors), raw_(raw) {}

  Result<Str*> run(size_t* consumed, int* first_invalid) {
    first_invalid_ = first_invalid;
    while (at_ < input_.bytes.size()) {
      const char c = input_.bytes[at_];
      if (c != '\\') {
        out_.append(static_cast<unsigned char>(c));
        ++at_;
        continue;
      }
      start_ = at_++;
      incomplete_ = false;
      reason_ = nullptr;
      raw_ ? raw_escape() : escape();
      if (reason_ == nullptr) continue;
      if (incomplete_ && consumed != nullptr) {
        *consumed = start_;
        return out_.finish();
      }
      at_ = TRY(errors_.handle(out_, input_, start_, at_, reason_));
    }
    if (consumed != nullptr) *consumed = at_;
    return out_.finish();
  }

 private:
  bool at_end() const { return at_ >= input_.bytes.size(); }
  void fail(const char* reason, bool incomplete) {
    reason_ = reason;
    incomplete_ = incomplete;
  }

  void raw_escape() {
    if (at_end()) {
      // A backslash at the end of the input stands for itself, unless more may come.
      fail("\\ at end of string", true);
      if (final_) {
        reason_ = nullptr;
        out_.append('\\');
      }
      return;
    }
    const char c = input_.bytes[at_++];
    if (c == 'u') return hex(4, "truncated \\uXXXX escape", "\\Uxxxxxxxx out of range");
    if (c == 'U') return hex(8, "truncated \\UXXXXXXXX escape", "\\Uxxxxxxxx out of range");
    out_.append('\\');
    out_.append(static_cast<unsigned char>(c));
  }

  void escape() {
    if (at_end()) return fail("\\ at end of string", true);
    const char c = input_.bytes[at_++];
    if (c == '\n') return;
    if (const char simple = simple_escape(c)) return out_.append(static_cast<unsigned char>(simple));
    if (c >= '0' && c <= '7') return octal(c);
    switch (c) {
      case 'x':
        return hex(2, "truncated \\xXX escape", nullptr);
      case 'u':
        return hex(4, "truncated \\uXXXX escape", nullptr);
      case 'U':
        return hex(8, "truncated \\UXXXXXXXX escape", "illegal Unicode character");
      case 'N':
        return name();
      default:
        if (first_invalid_ != nullptr && *first_invalid_ < 0) *first_invalid_ = static_cast<int>(at_ - 1);
        out_.append('\\');
        out_.append(static_cast<unsigned char>(c));
    }
  }

  void octal(char first) {
    char32_t value = static_cast<char32_t>(first - '0');
    for (int i = 0; i < 2 && !at_end() && input_.bytes[at_] >= '0' && input_.bytes[at_] <= '7'; ++i)
      value = value * 8 + static_cast<char32_t>(input_.bytes[at_++] - '0');
    out_.append(value);
  }

  void hex(int digits, const char* truncated, const char* too_large) {
    char32_t value = 0;
    for (; digits > 0; --digits) {
      if (at_end()) return fail(truncated, true);
      const int digit = hex_value(input_.bytes[at_]);
      if (digit < 0) return fail(truncated, false);
      value = value << 4 | static_cast<char32_t>(digit);
      ++at_;
    }
    if (value > 0x10FFFF) return fail(too_large, false);
    out_.append(value);
  }

  void name() {
    constexpr const char* kMalformed = "malformed \\N character escape";
    if (at_end()) return fail(kMalformed, true);
    if (input_.bytes[at_] != '{') return fail(kMalformed, false);
    const size_t first = ++at_;
    while (!at_end() && input_.bytes[at_] != '}') ++at_;
    if (at_end()) return fail(kMalformed, true);
    if (at_ == first) return fail(kMalformed, false);
    const std::optional<char32_t> found = lookup_character_name(input_.bytes.substr(first, at_++ - first));
    if (!found) return fail("unknown Unicode character name", false);
    out_.append(*found);
  }

 public:
  bool final_ = true;

 private:
  DecodeInput input_;
  DecodeErrors errors_;
  bool raw_;
  StrBuilder out_;
  size_t at_ = 0, start_ = 0;
  const char* reason_ = nullptr;
  bool incomplete_ = false;
  int* first_invalid_ = nullptr;
};

void append_escape(std::string& out, char32_t c) {
  if (c < 0x100) {
    out += fmt::format("\\x{:02x}", static_cast<uint32_t>(c));
  } else if (c < 0x10000) {
    out += fmt::format("\\u{:04x}", static_cast<uint32_t>(c));
  } else {
    out += fmt::format("\\U{:08x}", static_cast<uint32_t>(c));
  }
}

/// What an invalid \x becomes.
Status invalid_hex(std::string_view errors, size_t position, std::string* out) {
  if (errors == "strict") return raise(types.ValueError, "invalid \\x escape at position {}", position);
  if (errors == "replace") {
    *out += '?';
  } else if (errors != "ignore") {
    return raise(types.ValueError, "decoding error; unknown error handling code: {}", errors);
  }
  return {};
}

}  // namespace

Result<Str*> decode_unicode_escape(DecodeInput input, const char* errors, size_t* consumed,
                                   int* first_invalid_escape) {
  return EscapeDecoder(input, errors, false).run(consumed, first_invalid_escape);
}

Result<Str*> decode_raw_unicode_escape(DecodeInput input, const char* errors, size_t* consumed) {
  EscapeDecoder decoder(input, errors, true);
  decoder.final_ = consumed == nullptr;
  return decoder.run(consumed, nullptr);
}

Result<Bytes*> encode_unicode_escape(Str* text) {
  std::string out;
  for (size_t i = 0; i < text->length; ++i) {
    const char32_t c = text->at(i);
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c >= ' ' && c < 0x7F) {
      out += static_cast<char>(c);
    } else {
      append_escape(out, c);
    }
  }
  return make_bytes(out);
}

Result<Bytes*> encode_raw_unicode_escape(Str* text) {
  std::string out;
  for (size_t i = 0; i < text->length; ++i) {
    const char32_t c = text->at(i);
    if (c < 0x100) {
      out += static_cast<char>(c);
    } else {
      append_escape(out, c);
    }
  }
  return make_bytes(out);
}

Result<Bytes*> escape_decode(std::string_view bytes, const char* errors, int* first_invalid_escape) {
  const std::string_view error_name = errors == nullptr ? "strict" : errors;
  std::string out;
  for (size_t i = 0; i < bytes.size();) {
    if (bytes[i] != '\\') {
      out += bytes[i++];
      continue;
    }
    const size_t start = i++;
    if (i == bytes.size()) return raise(types.ValueError, "Trailing \\ in string");
    const char c = bytes[i++];
    if (c == '\n') continue;
    if (const char simple = simple_escape(c)) {
      out += simple;
    } else if (c >= '0' && c <= '7') {
      int value = c - '0';
      for (int k = 0; k < 2 && i < bytes.size() && bytes[i] >= '0' && bytes[i] <= '7'; ++k)
        value = value * 8 + (bytes[i++] - '0');
      out += static_cast<char>(value);
    } else if (c == 'x') {
      if (i + 1 < bytes.size() && hex_value(bytes[i]) >= 0 && hex_value(bytes[i + 1]) >= 0) {
        out += static_cast<char>(hex_value(bytes[i]) * 16 + hex_value(bytes[i + 1]));
        i += 2;
      } else {
        TRY(invalid_hex(error_name, start, &out));
        if (i < bytes.size() && hex_value(bytes[i]) >= 0) ++i;
      }
    } else {
      if (first_invalid_escape != nullptr && *first_invalid_escape < 0)
        *first_invalid_escape = static_cast<int>(i - 1);
      out += '\\';
      out += c;
    }
  }
  return make_bytes(out);
}

}  // namespace ouro::vm
