// Finding the ends of lines in text of any width.
#pragma once

#include <cstring>
#include <string_view>

#include "vm/modules/io/io.h"

namespace ouro::vm::io {

/// What ends a line for a reader.
struct LineEnds {
  bool only_lf = true;       // "\n"
  bool universal = false;    // "\n", "\r", "\r\n"
  std::string_view newline;  // otherwise this
};

template <class Char>
inline int64_t find_char_in(const Char* text, size_t start, size_t end, char32_t wanted) {
  if constexpr (sizeof(Char) == 1) {
    const void* at = end > start ? std::memchr(text + start, static_cast<int>(wanted), end - start) : nullptr;
    return at == nullptr ? -1 : static_cast<const Char*>(at) - text;
  }
  for (size_t i = start; i < end; ++i)
    if (text[i] == static_cast<Char>(wanted)) return static_cast<int64_t>(i);
  return -1;
}

template <class Char>
inline int64_t find_end_in(const Char* text, size_t start, size_t end, const LineEnds& ends) {
  if (ends.only_lf) {
    const int64_t at = find_char_in(text, start, end, '\n');
    return at < 0 ? -1 : at + 1;
  }
  for (size_t i = start; i < end; ++i) {
    if (ends.universal) {
      if (text[i] == '\n') return static_cast<int64_t>(i) + 1;
      if (text[i] == '\r') return static_cast<int64_t>(i) + (i + 1 < end && text[i + 1] == '\n' ? 2 : 1);
    } else if (text[i] == static_cast<Char>(ends.newline[0])) {
      if (ends.newline.size() == 1) return static_cast<int64_t>(i) + 1;
      if (i + 1 < end && text[i + 1] == static_cast<Char>(ends.newline[1]))
        return static_cast<int64_t>(i) + 2;
    }
  }
  return -1;
}

/// By width in bytes of a character. The place behind the first line end in [start, end), or -1.
inline int64_t find_line_end(const void* data, uint8_t width, size_t start, size_t end,
                             const LineEnds& ends) {
  if (width == 1) return find_end_in(static_cast<const uint8_t*>(data), start, end, ends);
  if (width == 2) return find_end_in(static_cast<const char16_t*>(data), start, end, ends);
  return find_end_in(static_cast<const char32_t*>(data), start, end, ends);
}
inline int64_t find_char(const void* data, uint8_t width, size_t start, size_t end, char32_t wanted) {
  if (width == 1) return find_char_in(static_cast<const uint8_t*>(data), start, end, wanted);
  if (width == 2) return find_char_in(static_cast<const char16_t*>(data), start, end, wanted);
  return find_char_in(static_cast<const char32_t*>(data), start, end, wanted);
}
inline bool has_character(const Str* text, char32_t wanted) {
  return find_char(text->data_, text->width(), 0, text->length, wanted) >= 0;
}

}  // namespace ouro::vm::io
