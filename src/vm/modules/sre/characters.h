// Characters as regular expressions see them: case and categories, by ASCII, locale and Unicode.
#pragma once

#include "vm/modules/sre/codes.h"
#include "vm/object/unicode_data.h"

namespace ouro::vm::sre {

inline uint32_t lower_ascii(uint32_t c) {
  return c - 'A' < 26 ? c + 32 : c;
}
uint32_t lower_locale(uint32_t c);
uint32_t upper_locale(uint32_t c);
/// The simple mappings: one character each.
uint32_t lower_unicode(uint32_t c);
uint32_t upper_unicode(uint32_t c);

inline bool is_word_ascii(uint32_t c) {
  return (c | 32) - 'a' < 26 || c - '0' < 10 || c == '_';
}
bool is_word_locale(uint32_t c);
inline bool is_word_unicode(uint32_t c) {
  if (c < 128) return is_word_ascii(c);
  return c < 0x110000 && (character_flags(c) & (kCharAlpha | kCharDecimal | kCharDigit | kCharNumeric)) != 0;
}
bool in_category(uint32_t category, uint32_t c);

/// Whether `c` is in the set that the words at `set` describe, up to their FAILURE.
bool in_charset(const uint32_t* set, uint32_t c);
/// The same where case does not count, in the current locale.
bool in_charset_locale(const uint32_t* set, uint32_t c);

}  // namespace ouro::vm::sre
