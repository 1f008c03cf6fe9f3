// Character names for \N{...}. ICU knows the names of the Unicode Character Database; the aliases beyond
// corrections ("NULL", "NBSP") and CPython's particular rules for the computed names stand here.
#include <unicode/uchar.h>

#include <algorithm>
#include <cstring>
#include <iterator>

#include "base/unicode.h"

namespace ouro {

namespace {

constexpr size_t kLongestName = 256;
constexpr uint8_t kUnicodeVersion = 14;

struct Alias {
  std::string_view name;
  char32_t code_point;
};

constexpr Alias kAliases[] = {
#define ALIAS(code_point, name) {name, code_point},
#include "base/name_aliases.def"
};

struct Range {
  char32_t first;
  char32_t last;
};

// Ranges whose names are computed. CPython knows the first group by rule, and Tangut not at all.
constexpr Range kIdeographs[] = {{0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0x20000, 0x2A6DF},
                                 {0x2A700, 0x2B738}, {0x2B740, 0x2B81D}, {0x2B820, 0x2CEA1},
                                 {0x2CEB0, 0x2EBE0}, {0x30000, 0x3134A}};
constexpr Range kHangulSyllables = {0xAC00, 0xD7A3};
constexpr Range kTangut[] = {{0x17000, 0x187F7}, {0x18D00, 0x18D08}};

// Unicode's short names of the jamo (section 3.12).
constexpr std::string_view kLeading[] = {"G",  "GG", "N", "D",  "DD", "R", "M", "B", "BB", "S",
                                         "SS", "",   "J", "JJ", "C",  "K", "T", "P", "H"};
constexpr std::string_view kVowels[] = {"A",  "AE", "YA", "YAE", "EO", "E",  "YEO", "YE", "O",  "WA", "WAE",
                                        "OE", "YO", "U",  "WEO", "WE", "WI", "YU",  "EU", "YI", "I"};
constexpr std::string_view kTrailing[] = {"",   "G",  "GG", "GS", "N",  "NJ", "NH", "D", "L",  "LG",
                                          "LM", "LB", "LS", "LT", "LP", "LH", "M",  "B", "BS", "S",
                                          "SS", "NG", "J",  "C",  "K",  "T",  "P",  "H"};

bool contains(Range range, char32_t c) {
  return c >= range.first && c <= range.last;
}

template <size_t N>
bool contains(const Range (&ranges)[N], char32_t c) {
  return std::ranges::any_of(ranges, [c](Range range) { return contains(range, c); });
}

/// Takes the longest of `parts` off the front of `text` and returns its index, or -1.
template <size_t N>
int take_longest(std::string_view* text, const std::string_view (&parts)[N]) {
  int best = -1;
  for (size_t i = 0; i < N; ++i) {
    if (!text->starts_with(parts[i])) continue;
    if (best < 0 || parts[i].size() > parts[static_cast<size_t>(best)].size()) best = static_cast<int>(i);
  }
  if (best >= 0) text->remove_prefix(parts[static_cast<size_t>(best)].size());
  return best;
}

std::optional<char32_t> hangul_syllable(std::string_view rest) {
  const int leading = take_longest(&rest, kLeading);
  const int vowel = take_longest(&rest, kVowels);
  const int trailing = take_longest(&rest, kTrailing);
  if (vowel < 0 || !rest.empty()) return std::nullopt;
  const int index =
      (leading * static_cast<int>(std::size(kVowels)) + vowel) * static_cast<int>(std::size(kTrailing)) +
      trailing;
  return kHangulSyllables.first + static_cast<char32_t>(index);
}

std::optional<char32_t> unified_ideograph(std::string_view digits) {
  if (digits.size() != 4 && digits.size() != 5) return std::nullopt;
  char32_t value = 0;
  for (const char digit : digits) {
    const bool decimal = digit >= '0' && digit <= '9';
    if (!decimal && (digit < 'A' || digit > 'F')) return std::nullopt;
    value = value * 16 + static_cast<char32_t>(decimal ? digit - '0' : digit - 'A' + 10);
  }
  if (!contains(kIdeographs, value)) return std::nullopt;
  return value;
}

std::optional<char32_t> find_alias(std::string_view name) {
  const auto* found = std::ranges::lower_bound(kAliases, name, {}, &Alias::name);
  if (found == std::end(kAliases) || found->name != name) return std::nullopt;
  return found->code_point;
}

std::optional<char32_t> find_by_icu(const std::string& name) {
  UErrorCode status = U_ZERO_ERROR;
  const UChar32 found = u_charFromName(U_UNICODE_CHAR_NAME, name.c_str(), &status);
  if (U_FAILURE(status) || found < 0) return std::nullopt;
  const auto c = static_cast<char32_t>(found);
  UVersionInfo age;
  u_charAge(found, age);
  if (age[0] > kUnicodeVersion) return std::nullopt;
  if (contains(kIdeographs, c) || contains(kHangulSyllables, c) || contains(kTangut, c)) return std::nullopt;
  return c;
}

}  // namespace

std::optional<char32_t> lookup_character_name(std::string_view name) {
  constexpr std::string_view kHangul = "HANGUL SYLLABLE ";
  constexpr std::string_view kIdeograph = "CJK UNIFIED IDEOGRAPH-";
  if (name.empty() || name.size() > kLongestName) return std::nullopt;
  // The computed names are the ones that must be in capitals.
  if (name.starts_with(kHangul)) return hangul_syllable(name.substr(kHangul.size()));
  if (name.starts_with(kIdeograph)) return unified_ideograph(name.substr(kIdeograph.size()));
  std::string upper(name);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (c == '\0') return std::nullopt;
  }
  if (const std::optional<char32_t> alias = find_alias(upper)) return alias;
  return find_by_icu(upper);
}

}  // namespace ouro
