// The characters of a Str, by width: what the text code is written with.
#pragma once

#include <cstring>
#include <span>

#include "vm/object/str.h"

namespace ouro::vm {

/// Calls `visit` with a span of uint8_t, char16_t or char32_t.
template <class Visit>
inline auto visit_chars(const Str* str, Visit&& visit) {
  if (str->width() == 1) return visit(std::span<const uint8_t>(str->latin1(), str->length));
  if (str->width() == 2) return visit(std::span<const char16_t>(str->utf16(), str->length));
  return visit(std::span<const char32_t>(str->utf32(), str->length));
}

inline constexpr uint8_t width_for(char32_t max_char) {
  return max_char < 0x100 ? 1 : max_char < 0x10000 ? 2 : 4;
}

/// All characters or-ed together: in the same class of width as the largest.
char32_t or_of(const void* data, uint8_t width, size_t count);
/// Copies characters between widths; they must fit.
void copy_chars(void* to, uint8_t to_width, const void* from, uint8_t from_width, size_t count);
inline const void* char_address(const Str* str, size_t index) {
  return static_cast<const char*>(str->data_) + index * str->width();
}
/// A new Str of these characters, narrowed to what they need.
Str* make_str_of(const void* data, uint8_t width, size_t count);
bool is_ascii_data(const void* data, size_t size);

/// How many characters valid UTF-8 (surrogates as three bytes) holds.
size_t count_characters(std::string_view utf8);

/// A view of `needle` in the width of a haystack: the needle's own data, or a widened copy. `fits` is false
/// when the needle has characters too wide to be found.
class Widened {
 public:
  Widened(const Str* needle, uint8_t width);
  ~Widened();
  Widened(const Widened&) = delete;
  Widened& operator=(const Widened&) = delete;
  bool fits() const { return data_ != nullptr; }
  const void* data() const { return data_; }

 private:
  const void* data_;
  void* owned_ = nullptr;
  char32_t small_[16];
};

inline constexpr bool is_surrogate(char32_t c) {
  return c >= 0xD800 && c <= 0xDFFF;
}

}  // namespace ouro::vm
