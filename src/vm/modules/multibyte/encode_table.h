// Which bytes stand for which characters in the East Asian encodings: base/codec_tables.h the other way
// round.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace ouro::vm::multibyte {

/// What the characters of one encoding, or of one set of ISO 2022, are written as. Made at first use and
/// never changed afterwards.
class EncodeTable {
 public:
  /// By Python's name of the encoding; also "jisx0213" and "jisx0213_2000", the two planes of that standard
  /// without the characters that the EUC encodings take from JIS X 0212. Null for any other name.
  static const EncodeTable* find(std::string_view name);

  /// The sequence of a character as one big-endian number of up to four bytes; 0: it has none.
  uint32_t single(char32_t c) const {
    if (c < basic_.size()) return basic_[c];
    const char32_t offset = c - kSecondPlane;
    return c >= kSecondPlane && offset < second_.size() ? second_[offset] : 0;
  }
  /// Whether some sequence means this character and a combining one behind it.
  bool starts_pair(char32_t c) const;
  /// The sequence of two characters; 0: there is none.
  uint32_t pair(char32_t first, char32_t second) const;

 private:
  friend class EncodeTableBuilder;
  static constexpr char32_t kSecondPlane = 0x20000;
  struct Pair {
    char32_t first, second;
    uint32_t sequence;
  };
  std::vector<uint32_t> basic_;   // U+0000..U+FFFF
  std::vector<uint32_t> second_;  // U+20000..U+2FFFF, where the encoding has any
  std::vector<Pair> pairs_;       // 25 at most
};

}  // namespace ouro::vm::multibyte
