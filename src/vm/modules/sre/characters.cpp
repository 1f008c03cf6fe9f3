#include "vm/modules/sre/characters.h"

#include <cctype>

namespace ouro::vm::sre {

namespace {

uint32_t first_mapped(uint32_t c, CaseMapping mapping) {
  if (c >= 0x110000) return c;
  char32_t mapped[3];
  map_case(c, mapping, mapped);
  return mapped[0];
}

bool is_space_ascii(uint32_t c) {
  return c == ' ' || c - '\t' < 5;
}

uint16_t flags_of(uint32_t c) {
  return c < 0x110000 ? character_flags(c) : 0;
}

/// The blocks of a big set: a table of 256 block numbers as bytes, then blocks of 256 bits.
bool in_blocks(const uint32_t* table, uint32_t c) {
  if (c >= 0x10000) return false;
  const uint32_t block = table[c >> 10] >> (((c >> 8) & 3) * 8) & 0xFF;
  return (table[64 + block * 8 + ((c & 255) >> 5)] >> (c & 31) & 1) != 0;
}

bool in_folded_range(const uint32_t* bounds, uint32_t c) {
  if (bounds[0] <= c && c <= bounds[1]) return true;
  const uint32_t upper = upper_unicode(c);
  return bounds[0] <= upper && upper <= bounds[1];
}

}  // namespace

uint32_t lower_locale(uint32_t c) {
  return c < 256 ? static_cast<uint32_t>(std::tolower(static_cast<int>(c))) : c;
}
uint32_t upper_locale(uint32_t c) {
  return c < 256 ? static_cast<uint32_t>(std::toupper(static_cast<int>(c))) : c;
}
uint32_t lower_unicode(uint32_t c) {
  return c < 128 ? lower_ascii(c) : first_mapped(c, CaseMapping::Lower);
}
uint32_t upper_unicode(uint32_t c) {
  return first_mapped(c, CaseMapping::Upper);
}
bool is_word_locale(uint32_t c) {
  return c < 256 && (std::isalnum(static_cast<int>(c)) != 0 || c == '_');
}

bool in_category(uint32_t category, uint32_t c) {
  // Each category is followed by its opposite.
  const bool inverse = (category & 1) != 0;
  switch (static_cast<Category>(category & ~1U)) {
    case Category::Digit:
      return inverse != (c - '0' < 10);
    case Category::Space:
      return inverse != is_space_ascii(c);
    case Category::Word:
      return inverse != is_word_ascii(c);
    case Category::Linebreak:
      return inverse != (c == '\n');
    case Category::LocWord:
      return inverse != is_word_locale(c);
    case Category::UniDigit:
      return inverse != ((flags_of(c) & kCharDecimal) != 0);
    case Category::UniSpace:
      return inverse != ((flags_of(c) & kCharSpace) != 0);
    case Category::UniWord:
      return inverse != is_word_unicode(c);
    case Category::UniLinebreak:
      return inverse != ((flags_of(c) & kCharLineBreak) != 0);
    default:
      return false;
  }
}

bool in_charset(const uint32_t* set, uint32_t c) {
  bool found = true;
  for (;;) {
    switch (static_cast<Op>(*set++)) {
      case Op::Failure:
        return !found;
      case Op::Negate:
        found = !found;
        break;
      case Op::Literal:
        if (c == set[0]) return found;
        set += 1;
        break;
      case Op::Category:
        if (in_category(set[0], c)) return found;
        set += 1;
        break;
      case Op::Range:
        if (set[0] <= c && c <= set[1]) return found;
        set += 2;
        break;
      case Op::RangeUniIgnore:
        if (in_folded_range(set, c)) return found;
        set += 2;
        break;
      case Op::Charset:
        if (c < 256 && (set[c >> 5] >> (c & 31) & 1) != 0) return found;
        set += 8;
        break;
      case Op::BigCharset:
        if (in_blocks(set + 1, c)) return found;
        set += 1 + 64 + size_t{set[0]} * 8;
        break;
      default:
        return false;
    }
  }
}

bool in_charset_locale(const uint32_t* set, uint32_t c) {
  const uint32_t lower = lower_locale(c), upper = upper_locale(c);
  return in_charset(set, lower) || (upper != lower && in_charset(set, upper));
}

}  // namespace ouro::vm::sre
