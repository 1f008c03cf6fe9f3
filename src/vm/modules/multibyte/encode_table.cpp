// The encoders' tables are made from what the decoders say: each sequence is decoded once, and the first one
// of a character is what it is written as. CPython chooses otherwise in few places: encode_differences.def.
#include "vm/modules/multibyte/encode_table.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <mutex>
#include <string>

#include "base/codec_tables.h"
#include "base/codecs.h"
#include "base/unicode.h"

namespace ouro::vm::multibyte {

namespace {

using codec::MultibyteTable;

/// Where a table comes from: first from planes of the decoder's table (those that stand before a fallback),
/// then from what the decoder itself makes of each sequence.
struct Recipe {
  std::string_view name;
  std::string_view planes;
  bool decode;
};

constexpr Recipe kRecipes[] = {
    {"big5", "", true},
    {"big5hkscs", "", true},
    {"cp932", "", true},
    {"cp949", "", true},
    {"cp950", "", true},
    {"euc_jis_2004", "euc_jis_2004", true},
    {"euc_jisx0213", "euc_jisx0213", true},
    {"euc_jp", "", true},
    {"euc_kr", "", true},
    {"gb18030", "", true},
    {"gb2312", "", true},
    {"gbk", "", true},
    {"jisx0213", "euc_jis_2004", false},
    {"jisx0213_2000", "euc_jisx0213", false},
    {"johab", "", true},
    {"shift_jis", "", true},
    {"shift_jis_2004", "", true},
    {"shift_jisx0213", "", true},
};

struct Difference {
  std::string_view name;
  char32_t code_point;
  uint32_t sequence;
};

constexpr Difference kDifferences[] = {
#define ENCODES(name, code_point, sequence) {#name, code_point, sequence},
#include "vm/modules/multibyte/encode_differences.def"
};

constexpr uint32_t kSingleShift = 0x8F0000;  // what stands before two bytes of the EUC encodings' third set

}  // namespace

class EncodeTableBuilder {
 public:
  explicit EncodeTableBuilder(const Recipe& recipe) : recipe_(recipe) {}

  std::unique_ptr<EncodeTable> build() {
    table_->basic_.assign(0x10000, 0);
    for (char32_t c = 1; c < 0x80; ++c) table_->basic_[c] = c;
    if (!recipe_.planes.empty()) add_planes(*MultibyteTable::find(recipe_.planes));
    if (recipe_.decode) add_decoded();
    if (recipe_.name == "gb18030") add_four_bytes(*MultibyteTable::find("gb18030"));
    for (const Difference& difference : kDifferences) {
      if (difference.name == recipe_.name) *place(difference.code_point) = difference.sequence;
    }
    return std::move(table_);
  }

 private:
  uint32_t* place(char32_t c) {
    if (c < 0x10000) return &table_->basic_[c];
    const char32_t offset = c - EncodeTable::kSecondPlane;
    if (c < EncodeTable::kSecondPlane || offset > 0xFFFF) return nullptr;
    if (table_->second_.empty()) table_->second_.assign(0x10000, 0);
    return &table_->second_[offset];
  }

  void add(char32_t c, uint32_t sequence) {
    uint32_t* entry = place(c);
    if (entry != nullptr && *entry == 0) *entry = sequence;
  }

  void add_pair(char32_t first, char32_t second, uint32_t sequence) {
    if (table_->pair(first, second) == 0) table_->pairs_.push_back({first, second, sequence});
  }

  void add_value(char32_t value, uint32_t sequence) {
    if (value == codec::kNothing || value == codec::kLaterEdition) return;
    if (codec::is_pair(value))
      add_pair(value >> 16, value & 0xFFFF, sequence);
    else
      add(value, sequence);
  }

  void add_planes(const MultibyteTable& planes) {
    for (uint32_t sequence = 0xA1A1; sequence <= 0xFEFE; ++sequence)
      add_value(planes.two(lead(sequence), trail(sequence)), sequence);
    for (uint32_t sequence = 0xA1A1; sequence <= 0xFEFE; ++sequence)
      add_value(planes.three(lead(sequence), trail(sequence)), kSingleShift | sequence);
  }

  static unsigned char lead(uint32_t sequence) { return static_cast<unsigned char>(sequence >> 8); }
  static unsigned char trail(uint32_t sequence) { return static_cast<unsigned char>(sequence); }

  /// What the decoder makes of a whole sequence; false when it is none, or more than one.
  bool add_sequence(const Codec& codec, uint32_t sequence, std::string_view bytes) {
    std::string text;
    DecodeError error;
    if (!decode_text(codec, bytes, &text, &error)) return false;
    size_t at = 0;
    const char32_t first = decode_code_point(text, &at);
    if (at == text.size()) {
      add(first, sequence);
      return true;
    }
    const char32_t second = decode_code_point(text, &at);
    if (at != text.size() || second < 0x80) return false;
    add_pair(first, second, sequence);
    return true;
  }

  void add_decoded() {
    const Codec codec = find_codec(recipe_.name);
    std::array<bool, 256> alone{};
    for (uint32_t byte = 0x80; byte <= 0xFF; ++byte) {
      const char bytes[] = {static_cast<char>(byte)};
      alone[byte] = add_sequence(codec, byte, {bytes, 1});
    }
    for (uint32_t sequence = 0x8030; sequence <= 0xFFFF; ++sequence) {
      if (alone[sequence >> 8] || trail(sequence) < 0x30) continue;
      const char bytes[] = {static_cast<char>(lead(sequence)), static_cast<char>(sequence)};
      add_sequence(codec, sequence, {bytes, 2});
    }
    if (!recipe_.name.starts_with("euc_j")) return;
    for (uint32_t sequence = 0xA1A1; sequence <= 0xFEFE; ++sequence) {
      const char bytes[] = {'\x8F', static_cast<char>(lead(sequence)), static_cast<char>(sequence)};
      if (trail(sequence) >= 0xA1) add_sequence(codec, kSingleShift | sequence, {bytes, 3});
    }
  }

  void add_four_bytes(const MultibyteTable& table) {
    constexpr uint32_t kCount = 39420;  // up to U+FFFF
    for (uint32_t i = 0; i < kCount; ++i) {
      const uint32_t sequence = (0x81 + i / 12600) << 24 | (0x30 + i / 1260 % 10) << 16 |
                                (0x81 + i / 10 % 126) << 8 | (0x30 + i % 10);
      add_value(table.four(i), sequence);
    }
  }

  const Recipe& recipe_;
  std::unique_ptr<EncodeTable> table_ = std::make_unique<EncodeTable>();
};

const EncodeTable* EncodeTable::find(std::string_view name) {
  struct Slot {
    std::once_flag once;
    std::unique_ptr<EncodeTable> table;
  };
  static std::array<Slot, std::size(kRecipes)> slots;
  const auto* recipe = std::ranges::find(kRecipes, name, &Recipe::name);
  if (recipe == std::end(kRecipes)) return nullptr;
  Slot& slot = slots[static_cast<size_t>(recipe - kRecipes)];
  std::call_once(slot.once, [&] { slot.table = EncodeTableBuilder(*recipe).build(); });
  return slot.table.get();
}

bool EncodeTable::starts_pair(char32_t c) const {
  return std::ranges::find(pairs_, c, &Pair::first) != pairs_.end();
}

uint32_t EncodeTable::pair(char32_t first, char32_t second) const {
  for (const Pair& pair : pairs_)
    if (pair.first == first && pair.second == second) return pair.sequence;
  return 0;
}

}  // namespace ouro::vm::multibyte
