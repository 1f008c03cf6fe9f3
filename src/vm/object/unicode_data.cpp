#include "vm/object/unicode_data.h"

#include <unicode/locid.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <cmath>
#include <cstdlib>
#include <cstring>

#include "vm/object/str_data.h"

namespace ouro::vm {

namespace {

constexpr uint8_t kUnicodeVersion = 14;

bool is_assigned(UChar32 c, int8_t category) {
  if (category == U_UNASSIGNED) return false;
  if (category == U_PRIVATE_USE_CHAR || category == U_SURROGATE) return true;
  UVersionInfo age;
  u_charAge(c, age);
  return age[0] <= kUnicodeVersion;
}

uint16_t category_flags(int8_t category) {
  switch (category) {
    case U_UPPERCASE_LETTER:
    case U_LOWERCASE_LETTER:
    case U_MODIFIER_LETTER:
    case U_OTHER_LETTER:
      return kCharAlpha | kCharPrintable;
    case U_TITLECASE_LETTER:
      return kCharAlpha | kCharPrintable | kCharTitle;
    case U_SPACE_SEPARATOR:
      return kCharSpace;
    case U_LINE_SEPARATOR:
      return kCharLineBreak;
    case U_CONTROL_CHAR:
    case U_FORMAT_CHAR:
    case U_PRIVATE_USE_CHAR:
    case U_SURROGATE:
    case U_PARAGRAPH_SEPARATOR:
      return 0;
    default:
      return kCharPrintable;
  }
}

uint16_t bidi_flags(UChar32 c) {
  switch (u_charDirection(c)) {
    case U_BLOCK_SEPARATOR:
      return kCharSpace | kCharLineBreak;
    case U_SEGMENT_SEPARATOR:
    case U_WHITE_SPACE_NEUTRAL:
      if (u_getIntPropertyValue(c, UCHAR_LINE_BREAK) == U_LB_MANDATORY_BREAK)
        return kCharSpace | kCharLineBreak;
      return kCharSpace;
    default:
      return 0;
  }
}

uint16_t number_flags(UChar32 c) {
  switch (u_getIntPropertyValue(c, UCHAR_NUMERIC_TYPE)) {
    case U_NT_DECIMAL:
      return kCharDecimal | kCharDigit | kCharNumeric;
    case U_NT_DIGIT:
      return kCharDigit | kCharNumeric;
    case U_NT_NUMERIC:
      return kCharNumeric;
    default:
      return 0;
  }
}

int slow_map(UChar32 c, CaseMapping mapping, char32_t out[3]) {
  icu::UnicodeString text(c);
  if (mapping == CaseMapping::Lower) {
    text.toLower(icu::Locale::getRoot());
  } else if (mapping == CaseMapping::Upper) {
    text.toUpper(icu::Locale::getRoot());
  } else if (mapping == CaseMapping::Fold) {
    text.foldCase(U_FOLD_CASE_DEFAULT);
  } else {
    // As one word: no iterator over words, whose making reads all of its rules.
    text.toTitle(nullptr, icu::Locale::getRoot(), U_TITLECASE_NO_BREAK_ADJUSTMENT | U_TITLECASE_WHOLE_STRING);
  }
  int count = 0;
  for (int32_t i = 0; i < text.length() && count < 3; i = text.moveIndex32(i, 1))
    out[count++] = static_cast<char32_t>(text.char32At(i));
  return count;
}

UChar32 simple_map(UChar32 c, CaseMapping mapping) {
  switch (mapping) {
    case CaseMapping::Lower:
      return u_tolower(c);
    case CaseMapping::Upper:
      return u_toupper(c);
    case CaseMapping::Title:
      return u_totitle(c);
    case CaseMapping::Fold:
      return u_foldCase(c, U_FOLD_CASE_DEFAULT);
  }
  return c;
}

/// Lower case since Unicode 15, which ICU may know: not so in CPython's Unicode 14.
bool became_lower_case(UChar32 c) {
  return c == 0x10FC || (c >= 0xA7F2 && c <= 0xA7F4) || c == 0xAB69;
}

uint16_t case_flags(UChar32 c) {
  if (became_lower_case(c)) return kCharCaseIgnorable;
  uint16_t flags = 0;
  if (u_hasBinaryProperty(c, UCHAR_LOWERCASE)) flags |= kCharLower;
  if (u_hasBinaryProperty(c, UCHAR_UPPERCASE)) flags |= kCharUpper;
  if (u_hasBinaryProperty(c, UCHAR_CASED)) flags |= kCharCased;
  if (u_hasBinaryProperty(c, UCHAR_CASE_IGNORABLE)) flags |= kCharCaseIgnorable;
  if (!u_hasBinaryProperty(c, UCHAR_CHANGES_WHEN_CASEMAPPED) &&
      !u_hasBinaryProperty(c, UCHAR_CHANGES_WHEN_CASEFOLDED))
    return flags;
  flags |= kCharMapped;
  if (c < 0x80) return flags;  // no special cases, and needed at every start
  for (const CaseMapping mapping :
       {CaseMapping::Lower, CaseMapping::Upper, CaseMapping::Title, CaseMapping::Fold}) {
    char32_t full[3];
    if (slow_map(c, mapping, full) != 1 || full[0] != static_cast<char32_t>(simple_map(c, mapping)))
      flags |= kCharSpecialCase;
  }
  return flags;
}

}  // namespace

const uint16_t* character_pages[0x1100];

const uint16_t* make_character_page(uint32_t page) {
  auto* flags = static_cast<uint16_t*>(std::calloc(256, sizeof(uint16_t)));
  for (uint32_t i = 0; i < 256; ++i) {
    const auto c = static_cast<UChar32>(page << 8 | i);
    const int8_t category = u_charType(c);
    if (!is_assigned(c, category)) {
      flags[i] = bidi_flags(c) & kCharLineBreak;
      continue;
    }
    flags[i] = static_cast<uint16_t>(kCharAssigned | category_flags(category) | bidi_flags(c) |
                                     number_flags(c) | case_flags(c));
    if (c == ' ') flags[i] |= kCharPrintable;
  }
  character_pages[page] = flags;
  return flags;
}

int decimal_value(char32_t c) {
  if (c < 0x80) return c >= '0' && c <= '9' ? static_cast<int>(c - '0') : -1;
  return (character_flags(c) & kCharDecimal) != 0 ? u_charDigitValue(static_cast<UChar32>(c)) : -1;
}

int digit_value(char32_t c) {
  if ((character_flags(c) & kCharDigit) == 0) return -1;
  return static_cast<int>(u_getNumericValue(static_cast<UChar32>(c)));
}

int map_case(char32_t c, CaseMapping mapping, char32_t out[3]) {
  const uint16_t flags = character_flags(c);
  if ((flags & kCharSpecialCase) != 0) return slow_map(static_cast<UChar32>(c), mapping, out);
  out[0] =
      (flags & kCharMapped) != 0 ? static_cast<char32_t>(simple_map(static_cast<UChar32>(c), mapping)) : c;
  return 1;
}

}  // namespace ouro::vm
