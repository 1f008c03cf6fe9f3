// The names of characters. ICU has those of the character database; the computed ones are CPython's.
#include <fmt/format.h>
#include <unicode/uchar.h>

#include <iterator>

#include "vm/object/unicode_data.h"

namespace ouro::vm {

namespace {

struct Range {
  char32_t first, last;
};
constexpr Range kIdeographs[] = {{0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0x20000, 0x2A6DF},
                                 {0x2A700, 0x2B738}, {0x2B740, 0x2B81D}, {0x2B820, 0x2CEA1},
                                 {0x2CEB0, 0x2EBE0}, {0x30000, 0x3134A}};
constexpr Range kUnnamed[] = {{0x17000, 0x187F7}, {0x18D00, 0x18D08}};  // Tangut

template <size_t N>
bool contains(const Range (&ranges)[N], char32_t c) {
  for (const Range& range : ranges)
    if (c >= range.first && c <= range.last) return true;
  return false;
}

}  // namespace

std::string character_name(char32_t c) {
  if (contains(kIdeographs, c)) return fmt::format("CJK UNIFIED IDEOGRAPH-{:X}", static_cast<uint32_t>(c));
  if ((character_flags(c) & kCharAssigned) == 0 || contains(kUnnamed, c)) return {};
  char buffer[256];
  UErrorCode status = U_ZERO_ERROR;
  const int32_t length =
      u_charName(static_cast<UChar32>(c), U_UNICODE_CHAR_NAME, buffer, sizeof buffer, &status);
  if (U_FAILURE(status) || length <= 0) return {};
  return std::string(buffer, static_cast<size_t>(length));
}

}  // namespace ouro::vm
