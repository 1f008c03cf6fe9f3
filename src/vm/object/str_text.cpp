// str as UTF-8, and its repr.
#include "base/unicode.h"
#include "vm/object/exceptions.h"
#include "vm/object/numbers.h"
#include "vm/object/str_data.h"

namespace ouro::vm {

namespace {

size_t utf8_size(const Str* str) {
  return visit_chars(str, [](auto chars) {
    size_t size = 0;
    for (const char32_t c : chars) size += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    return size;
  });
}

bool is_plain(char32_t c, char32_t quote) {
  if (c < 0x80) return c >= ' ' && c != 0x7F && c != quote && c != '\\';
  return is_printable(c);
}

void append_hex(StrBuilder& out, char prefix, char32_t c, int digits) {
  char text[12] = {'\\', prefix};
  for (int i = 0; i < digits; ++i) text[2 + i] = "0123456789abcdef"[c >> (4 * (digits - 1 - i)) & 15];
  out.append_ascii(std::string_view(text, static_cast<size_t>(digits) + 2));
}

void append_quoted(StrBuilder& out, char32_t c, char32_t quote) {
  if (c == quote || c == '\\') {
    out.append('\\');
    out.append(c);
  } else if (c == '\n') {
    out.append_ascii("\\n");
  } else if (c == '\r') {
    out.append_ascii("\\r");
  } else if (c == '\t') {
    out.append_ascii("\\t");
  } else if ((c >= ' ' && c < 0x7F) || (c >= 0x80 && is_printable(c))) {
    out.append(c);
  } else if (c < 0x100) {
    append_hex(out, 'x', c, 2);
  } else if (c < 0x10000) {
    append_hex(out, 'u', c, 4);
  } else {
    append_hex(out, 'U', c, 8);
  }
}

}  // namespace

std::string to_utf8(const Str* str) {
  if (str->is_ascii()) return std::string(str->ascii_view());
  std::string text(utf8_size(str), '\0');
  char* out = text.data();
  visit_chars(str, [&](auto chars) {
    for (const char32_t c : chars) {
      if (c < 0x80) {
        *out++ = static_cast<char>(c);
      } else if (c < 0x800) {
        *out++ = static_cast<char>(0xC0 | c >> 6);
        *out++ = static_cast<char>(0x80 | (c & 0x3F));
      } else if (c < 0x10000) {
        *out++ = static_cast<char>(0xE0 | c >> 12);
        *out++ = static_cast<char>(0x80 | (c >> 6 & 0x3F));
        *out++ = static_cast<char>(0x80 | (c & 0x3F));
      } else {
        *out++ = static_cast<char>(0xF0 | c >> 18);
        *out++ = static_cast<char>(0x80 | (c >> 12 & 0x3F));
        *out++ = static_cast<char>(0x80 | (c >> 6 & 0x3F));
        *out++ = static_cast<char>(0x80 | (c & 0x3F));
      }
    }
  });
  return text;
}

Result<std::string> utf8_or_raise(Str* str) {
  if (str->width() > 1) {
    for (size_t i = 0; i < str->length; ++i) {
      if (!is_surrogate(str->at(i))) continue;
      size_t end = i + 1;
      while (end < str->length && is_surrogate(str->at(end))) ++end;
      return raise_with(types.UnicodeEncodeError,
                        {make_ascii("utf-8"), str, make_int(static_cast<int64_t>(i)),
                         make_int(static_cast<int64_t>(end)), make_ascii("surrogates not allowed")});
    }
  }
  return to_utf8(str);
}

Result<std::string> utf8_without_nul(Str* str) {
  std::string text = TRY(utf8_or_raise(str));
  for (size_t i = 0; i < str->length; ++i) {
    if (str->at(i) == 0) return raise(types.ValueError, "embedded null character");
  }
  return text;
}

Result<Str*> str_repr(Str* str) {
  bool single = false, twice = false, plain = true;
  const char32_t quote = visit_chars(str, [&](auto chars) -> char32_t {
    for (const auto c : chars) {
      if (c == '\'') single = true;
      if (c == '"') twice = true;
    }
    return single && !twice ? '"' : '\'';
  });
  visit_chars(str, [&](auto chars) {
    for (const char32_t c : chars) plain = plain && is_plain(c, quote);
  });
  StrBuilder out;
  out.append(quote);
  if (plain) {
    out.append(str);
  } else {
    visit_chars(str, [&](auto chars) {
      for (const char32_t c : chars) append_quoted(out, c, quote);
    });
  }
  out.append(quote);
  return out.finish();
}

}  // namespace ouro::vm
