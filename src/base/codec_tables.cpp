// ICU (and, for two families that ICU lacks, iconv) holds the same national standards as CPython, but each
// fills their gaps in its own way: private use, vendor extensions, backslash or yen sign. What is left after
// leaving out private use stands in codec_differences.def; the tests compare every sequence with CPython.
#include "base/codec_tables.h"

#include <iconv.h>
#include <unicode/ucnv.h>

#include <array>
#include <iterator>
#include <memory>
#include <mutex>
#include <string>

namespace ouro::codec {

namespace {

enum class Source : uint8_t { Icu, Iconv };

/// How a table is made: from which converter, or by rearranging another table.
struct Recipe {
  std::string_view name;
  Source source;
  const char* converter;
  unsigned char first_lead;
  unsigned char first_trail;
  bool private_use;
  bool plane_8f;
};

constexpr Recipe kRecipes[] = {
    {"big5", Source::Icu, "windows-950", 0xA1, 0x40, false, false},
    {"big5hkscs", Source::Icu, "Big5-HKSCS", 0x87, 0x40, false, false},
    {"cp932", Source::Icu, "windows-932", 0x81, 0x40, true, false},
    {"cp949", Source::Icu, "windows-949", 0x81, 0x41, false, false},
    {"cp950", Source::Icu, "windows-950", 0xA1, 0x40, false, false},
    {"euc_jis_2004", Source::Iconv, "EUC-JISX0213", 0xA1, 0xA1, false, true},
    {"euc_jisx0213", Source::Iconv, "EUC-JISX0213", 0xA1, 0xA1, false, true},
    {"euc_jp", Source::Icu, "EUC-JP", 0xA1, 0xA1, false, true},
    {"euc_kr", Source::Icu, "windows-949", 0xA1, 0xA1, false, false},
    {"gb18030", Source::Icu, "gb18030", 0x81, 0x40, true, false},
    {"gb2312", Source::Icu, "GB2312", 0xA1, 0xA1, false, false},
    {"gbk", Source::Icu, "windows-936", 0x81, 0x40, false, false},
    {"johab", Source::Iconv, "JOHAB", 0x84, 0x31, false, false},
};

struct Difference {
  std::string_view name;
  uint32_t first;  // sequences first..last, as big-endian numbers,
  uint32_t last;
  char32_t value;  // mean value, value + 1, ...; or nothing
};

constexpr Difference kDifferences[] = {
#define DIFFERS(name, first, last, value) {#name, first, last, value},
#include "base/codec_differences.def"
};

/// Decodes single characters with somebody else's converter.
class Converter {
 public:
  Converter(Source source, const char* name) : source_(source) {
    if (source == Source::Icu) {
      UErrorCode status = U_ZERO_ERROR;
      icu_ = ucnv_open(name, &status);
      if (icu_ == nullptr) return;
      ucnv_setToUCallBack(icu_, UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
      ucnv_setFallback(icu_, true);
    } else {
      iconv_ = iconv_open("UTF-32LE", name);
    }
  }
  ~Converter() {
    if (icu_ != nullptr) ucnv_close(icu_);
    if (iconv_ != kNoIconv) iconv_close(iconv_);
  }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;

  /// What the whole of `bytes` means, as one table value.
  char32_t decode(std::string_view bytes) {
    std::array<char32_t, 4> code_points{};
    const size_t count =
        source_ == Source::Icu ? decode_icu(bytes, &code_points) : decode_iconv(bytes, &code_points);
    if (count == 1) return code_points[0];
    // Two code points stand either for a composed character or for two characters: then the first is ASCII or
    // a control.
    if (count == 2 && code_points[0] >= 0xA0 && code_points[1] < 0x10000 && code_points[0] < 0x10000)
      return make_pair_value(code_points[0], code_points[1]);
    return kNothing;
  }

 private:
  static inline const iconv_t kNoIconv = reinterpret_cast<iconv_t>(-1);  // NOLINT: iconv's own convention

  size_t decode_icu(std::string_view bytes, std::array<char32_t, 4>* out) {
    if (icu_ == nullptr) return 0;
    std::array<char16_t, 8> units{};
    UErrorCode status = U_ZERO_ERROR;
    const int32_t count = ucnv_toUChars(icu_, units.data(), units.size(), bytes.data(),
                                        static_cast<int32_t>(bytes.size()), &status);
    if (U_FAILURE(status)) return 0;
    size_t made = 0;
    for (int32_t i = 0; i < count && made < out->size(); ++made) {
      UChar32 c = 0;
      U16_NEXT(units.data(), i, count, c);
      (*out)[made] = static_cast<char32_t>(c);
    }
    return made;
  }

  size_t decode_iconv(std::string_view bytes, std::array<char32_t, 4>* out) {
    if (iconv_ == kNoIconv) return 0;
    iconv(iconv_, nullptr, nullptr, nullptr, nullptr);
    char input[8] = {};
    bytes.copy(input, sizeof input);
    char* in = input;
    size_t in_left = bytes.size();
    std::array<unsigned char, 16> output{};
    char* to = reinterpret_cast<char*>(output.data());
    size_t to_left = output.size();
    if (iconv(iconv_, &in, &in_left, &to, &to_left) != 0 || in_left != 0) return 0;
    // A character that may combine with the next one is held back until asked for.
    if (iconv(iconv_, nullptr, nullptr, &to, &to_left) != 0) return 0;
    const size_t count = (output.size() - to_left) / 4;
    for (size_t i = 0; i < count; ++i) {
      const unsigned char* unit = output.data() + 4 * i;
      (*out)[i] = static_cast<char32_t>(unit[0] | unit[1] << 8 | unit[2] << 16);
    }
    return count;
  }

  Source source_;
  UConverter* icu_ = nullptr;
  iconv_t iconv_ = kNoIconv;
};

bool is_private_use(char32_t c) {
  return (c >= 0xE000 && c <= 0xF8FF) || (c >= 0xF0000 && c <= 0x10FFFF);
}

}  // namespace

class TableBuilder {
 public:
  explicit TableBuilder(const Recipe& recipe)
      : recipe_(recipe), converter_(recipe.source, recipe.converter) {}

  std::unique_ptr<MultibyteTable> build() {
    table_ = std::make_unique<MultibyteTable>();
    fill_two();
    if (recipe_.plane_8f) fill_three();
    if (recipe_.name == "gb18030") fill_four();
    for (const Difference& difference : kDifferences) {
      if (difference.name == recipe_.name) apply(difference);
    }
    return std::move(table_);
  }

 private:
  char32_t decode(std::initializer_list<int> bytes) {
    std::string text;
    for (const int byte : bytes) text += static_cast<char>(byte);
    const char32_t value = converter_.decode(text);
    return is_private_use(value) && !recipe_.private_use ? kNothing : value;
  }

  void fill_two() {
    table_->two_.assign(size_t{128} * 256, kNothing);
    for (int lead = recipe_.first_lead; lead <= 0xFE; ++lead) {
      for (int trail = recipe_.first_trail; trail <= 0xFE; ++trail)
        table_->two_[static_cast<size_t>((lead - 0x80) * 256 + trail)] = decode({lead, trail});
    }
  }

  void fill_three() {
    table_->three_.assign(size_t{128} * 128, kNothing);
    for (int second = 0xA1; second <= 0xFE; ++second) {
      for (int third = 0xA1; third <= 0xFE; ++third)
        table_->three_[static_cast<size_t>((second - 0x80) * 128 + third - 0x80)] =
            decode({0x8F, second, third});
    }
  }

  void fill_four() {
    constexpr int kCount = 39420;  // up to U+FFFF
    table_->four_.resize(kCount);
    for (int i = 0; i < kCount; ++i) {
      table_->four_[static_cast<size_t>(i)] =
          decode({0x81 + i / 12600, 0x30 + i / 1260 % 10, 0x81 + i / 10 % 126, 0x30 + i % 10});
    }
  }

  /// Where the meaning of a sequence stands.
  char32_t& cell(uint32_t sequence) {
    const uint32_t trail = sequence & 0xFF;
    const uint32_t lead = (sequence >> 8) & 0xFF;
    if (sequence <= 0xFFFF) return table_->two_[(lead - 0x80) * 256 + trail];
    if (sequence <= 0xFFFFFF) return table_->three_[(lead - 0x80) * 128 + (trail - 0x80)];
    const uint32_t first = sequence >> 24;
    const uint32_t second = (sequence >> 16) & 0xFF;
    return table_->four_[((first - 0x81) * 10 + second - 0x30) * 1260 + (lead - 0x81) * 10 + trail - 0x30];
  }

  void apply(const Difference& difference) {
    char32_t value = difference.value;
    for (uint32_t sequence = difference.first; sequence <= difference.last; ++sequence) {
      cell(sequence) = value;
      if (value != kNothing && value != kLaterEdition) ++value;
    }
  }

  const Recipe& recipe_;
  Converter converter_;
  std::unique_ptr<MultibyteTable> table_;
};

const MultibyteTable* MultibyteTable::find(std::string_view name) {
  struct Slot {
    std::once_flag once;
    std::unique_ptr<MultibyteTable> table;
  };
  static std::array<Slot, std::size(kRecipes)> slots;
  for (size_t i = 0; i < std::size(kRecipes); ++i) {
    if (kRecipes[i].name != name) continue;
    std::call_once(slots[i].once, [&] { slots[i].table = TableBuilder(kRecipes[i]).build(); });
    return slots[i].table.get();
  }
  return nullptr;
}

}  // namespace ouro::codec
