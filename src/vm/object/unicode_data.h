// What CPython 3.11 knows of a character: Unicode 14, from ICU's data; what is newer is unassigned.
#pragma once

#include <cstdint>
#include <string_view>

#include "vm/object/str.h"

namespace ouro::vm {

enum CharacterFlags : uint16_t {
  kCharAlpha = 1,
  kCharDecimal = 2,
  kCharDigit = 4,
  kCharNumeric = 8,
  kCharLower = 16,
  kCharUpper = 32,
  kCharTitle = 64,
  kCharSpace = 128,
  kCharPrintable = 256,
  kCharCased = 512,
  kCharCaseIgnorable = 1024,
  kCharLineBreak = 2048,
  kCharSpecialCase = 4096,  // a case mapping has several characters
  kCharAssigned = 8192,
  kCharMapped = 16384,  // a case mapping changes it
};

/// The flags of a page of 256 characters; made at its first use.
extern const uint16_t* character_pages[0x1100];
const uint16_t* make_character_page(uint32_t page);
inline uint16_t character_flags(char32_t c) {
  const uint16_t* page = character_pages[c >> 8];
  if (page == nullptr) [[unlikely]]
    page = make_character_page(c >> 8);
  return page[c & 0xFF];
}
inline bool is_space(char32_t c) {
  return (character_flags(c) & kCharSpace) != 0;
}
inline bool is_line_break(char32_t c) {
  return (character_flags(c) & kCharLineBreak) != 0;
}

/// The value of a decimal digit (Nd), or -1.
int decimal_value(char32_t c);
/// The same for superscripts and the like, or -1.
int digit_value(char32_t c);

/// Full case mappings: writes up to three characters and returns how many.
enum class CaseMapping : uint8_t { Lower, Upper, Title, Fold };
int map_case(char32_t c, CaseMapping mapping, char32_t out[3]);

/// unicodedata.name(c); empty when it has none.
std::string character_name(char32_t c);

}  // namespace ouro::vm
