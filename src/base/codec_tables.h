// Tables of the East Asian encodings, made at first use and never changed afterwards.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace ouro::codec {

/// Not a code point: nothing has this sequence.
constexpr char32_t kNothing = 0;
/// Nothing either, in an older edition of a standard than the table's: CPython counts the error differently.
constexpr char32_t kLaterEdition = 0xD800;

/// A table's value: one code point, or two of the basic plane packed into a number above U+10FFFF.
constexpr bool is_pair(char32_t value) {
  return value > 0x10FFFF;
}
constexpr char32_t make_pair_value(char32_t first, char32_t second) {
  return first << 16 | second;
}

/// What the two- and three-byte sequences of an encoding mean.
class MultibyteTable {
 public:
  /// The table of an encoding, by Python's name of it; null for a name that has none.
  static const MultibyteTable* find(std::string_view name);

  char32_t two(unsigned char lead, unsigned char trail) const {
    return lead < 0x80 ? kNothing : two_[static_cast<size_t>(lead - 0x80) * 256 + trail];
  }
  /// Behind 0x8F, in the EUC encodings of Japanese.
  char32_t three(unsigned char second, unsigned char third) const {
    if (three_.empty() || second < 0x80 || third < 0x80) return kNothing;
    return three_[static_cast<size_t>(second - 0x80) * 128 + (third - 0x80)];
  }
  /// Four bytes of GB 18030 within the basic plane, by their number from 0x81308130 on.
  char32_t four(uint32_t number) const { return number < four_.size() ? four_[number] : kNothing; }

 private:
  friend class TableBuilder;
  std::vector<char32_t> two_;
  std::vector<char32_t> three_;
  std::vector<char32_t> four_;
};

}  // namespace ouro::codec
