// The East Asian encodings without state: how long sequences are, and which errors CPython reports where.
#include <algorithm>

#include "base/codec_kinds.h"
#include "base/codec_stateful.h"
#include "base/codec_tables.h"
#include "base/unicode.h"

namespace ouro::codec {

namespace {

constexpr std::string_view kIllegal = "illegal multibyte sequence";
constexpr std::string_view kIncomplete = "incomplete multibyte sequence";

/// One step of decoding: how many bytes were used for `value`, or what is wrong.
struct Step {
  enum Outcome : uint8_t { Good, Illegal, Incomplete } outcome;
  size_t length = 1;
  char32_t value = 0;
};

constexpr Step kIllegalStep{Step::Illegal};
constexpr Step kIncompleteStep{Step::Incomplete};

Step good(size_t length, char32_t value) {
  if (value == kLaterEdition) return {Step::Illegal, length};
  return value == kNothing ? kIllegalStep : Step{Step::Good, length, value};
}

unsigned char byte_at(std::string_view bytes, size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

using Stepper = Step (*)(const MultibyteTable&, std::string_view rest);

Step step_two(const MultibyteTable& table, std::string_view rest) {
  if (rest.size() < 2) return kIncompleteStep;
  return good(2, table.two(byte_at(rest, 0), byte_at(rest, 1)));
}

/// JIS X 0201's half-width katakana.
bool is_katakana(unsigned char c) {
  return c >= 0xA1 && c <= 0xDF;
}

Step step_euc_jp(const MultibyteTable& table, std::string_view rest) {
  const unsigned char lead = byte_at(rest, 0);
  if (lead == 0x8E) {
    if (rest.size() < 2) return kIncompleteStep;
    const unsigned char kana = byte_at(rest, 1);
    return is_katakana(kana) ? good(2, 0xFEC0u + kana) : kIllegalStep;
  }
  if (lead == 0x8F) {
    if (rest.size() < 3) return kIncompleteStep;
    return good(3, table.three(byte_at(rest, 1), byte_at(rest, 2)));
  }
  return step_two(table, rest);
}

/// JIS X 0213's second plane leaves room that CPython fills with JIS X 0212.
Step step_euc_x0213(const MultibyteTable& table, std::string_view rest) {
  const Step step = step_euc_jp(table, rest);
  if (step.outcome != Step::Illegal || byte_at(rest, 0) != 0x8F) return step;
  return step_euc_jp(*MultibyteTable::find("euc_jp"), rest);
}

Step step_cp932(const MultibyteTable& table, std::string_view rest) {
  const unsigned char lead = byte_at(rest, 0);
  if (lead == 0x80) return good(1, lead);
  if (lead == 0xA0) return good(1, 0xF8F0);
  if (is_katakana(lead)) return good(1, 0xFEC0u + lead);
  if (lead >= 0xFD) return good(1, 0xF8F1u - 0xFD + lead);
  return step_two(table, rest);
}

/// Shift JIS moves the rows and cells of JIS X 0208 and 0213; `table` is the EUC encoding's.
Step step_shift_jis(const MultibyteTable& table, std::string_view rest, bool x0213) {
  const unsigned char lead = byte_at(rest, 0);
  if (is_katakana(lead)) return good(1, 0xFEC0u + lead);
  const bool is_lead = (lead >= 0x81 && lead <= 0x9F) || (lead >= 0xE0 && lead <= (x0213 ? 0xFC : 0xEA));
  if (!is_lead) return kIllegalStep;
  if (rest.size() < 2) return kIncompleteStep;
  const unsigned char trail = byte_at(rest, 1);
  if (trail < 0x40 || trail == 0x7F || trail > 0xFC) return kIllegalStep;
  const int cell = trail - (trail < 0x80 ? 0x40 : 0x41);
  const int row = 2 * (lead - (lead < 0xE0 ? 0x81 : 0xC1)) + (cell < 94 ? 0 : 1);
  const auto euc_cell = static_cast<unsigned char>(cell % 94 + 0xA1);
  if (row < 94) return good(2, table.two(static_cast<unsigned char>(row + 0xA1), euc_cell));
  // Plane 2 uses rows 1, 3..5, 8, 12..15 and 78..94 only.
  constexpr unsigned char kRows[] = {1,  8,  3,  4,  5,  12, 13, 14, 15, 78, 79, 80, 81,
                                     82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92, 93, 94};
  return good(2, table.three(static_cast<unsigned char>(kRows[row - 94] + 0xA0), euc_cell));
}

Step step_sjis(const MultibyteTable& table, std::string_view rest) {
  return step_shift_jis(table, rest, false);
}

Step step_sjis_x0213(const MultibyteTable& table, std::string_view rest) {
  // What JIS X 0201 displaced stands here.
  if (rest.starts_with("\x81\x5F")) return good(2, '\\');
  if (rest.starts_with("\x81\xB0")) return good(2, '~');
  return step_shift_jis(table, rest, true);
}

/// A Hangul syllable spelled as filler, initial, vowel and final, two bytes each (KS X 1001, annex 3).
Step step_spelled_syllable(std::string_view rest) {
  constexpr unsigned char kFiller = 0xD4;
  // The letters of row 4 from KIYEOK on: their numbers as initials and as finals, or -1.
  constexpr signed char kInitials[] = {0,  1, -1, 2, -1, -1, 3,  4,  5,  -1, -1, -1, -1, -1, -1,
                                       -1, 6, 7,  8, -1, 9,  10, 11, 12, 13, 14, 15, 16, 17, 18};
  constexpr signed char kFinals[] = {1,  2,  3,  4,  5,  6,  7,  -1, 8,  9,  10, 11, 12, 13, 14,
                                     15, 16, 17, -1, 18, 19, 20, 21, 22, -1, 23, 24, 25, 26, 27};
  if (rest.size() < 8) return kIncompleteStep;
  for (const size_t at : {2, 4, 6}) {
    if (byte_at(rest, at) != 0xA4) return kIllegalStep;
  }
  auto letter = [&](const signed char(&numbers)[30], unsigned char c) {
    return c >= 0xA1 && c <= 0xBE ? numbers[c - 0xA1] : -1;
  };
  const int initial = letter(kInitials, byte_at(rest, 3));
  const int vowel = byte_at(rest, 5) - 0xBF;
  const int final = byte_at(rest, 7) == kFiller ? 0 : letter(kFinals, byte_at(rest, 7));
  if (initial < 0 || vowel < 0 || vowel > 20 || final < 0) return kIllegalStep;
  return good(8, static_cast<char32_t>(0xAC00 + initial * 588 + vowel * 28 + final));
}

Step step_euc_kr(const MultibyteTable& table, std::string_view rest) {
  if (rest.size() >= 2 && byte_at(rest, 0) == 0xA4 && byte_at(rest, 1) == 0xD4)
    return step_spelled_syllable(rest);
  return step_two(table, rest);
}

Step step_gb18030(const MultibyteTable& table, std::string_view rest) {
  if (rest.size() < 2) return kIncompleteStep;
  auto is_digit = [](unsigned char c) { return c >= 0x30 && c <= 0x39; };
  if (!is_digit(byte_at(rest, 1))) return step_two(table, rest);
  if (rest.size() < 4) return kIncompleteStep;
  const unsigned char first = byte_at(rest, 0);
  const unsigned char third = byte_at(rest, 2);
  if (first < 0x81 || first > 0xFE || third < 0x81 || third > 0xFE || !is_digit(byte_at(rest, 3)))
    return kIllegalStep;
  auto number = [&](unsigned base) {
    return ((first - base) * 10 + byte_at(rest, 1) - 0x30) * 1260 + (third - 0x81u) * 10 + byte_at(rest, 3) -
           0x30;
  };
  if (first < 0x85) return good(4, table.four(number(0x81)));
  if (first < 0x90) return kIllegalStep;
  const char32_t supplementary = 0x10000 + number(0x90);
  return supplementary <= kMaxCodePoint ? good(4, supplementary) : kIllegalStep;
}

/// The encodings whose structure is more than "two bytes from 0x80 on".
struct Structure {
  std::string_view name;
  std::string_view table;
  Stepper step;
};

constexpr Structure kStructures[] = {
    {"cp932", "cp932", step_cp932},
    {"euc_jis_2004", "euc_jis_2004", step_euc_x0213},
    {"euc_jisx0213", "euc_jisx0213", step_euc_x0213},
    {"euc_jp", "euc_jp", step_euc_jp},
    {"euc_kr", "euc_kr", step_euc_kr},
    {"gb18030", "gb18030", step_gb18030},
    {"shift_jis", "euc_jp", step_sjis},
    {"shift_jis_2004", "euc_jis_2004", step_sjis_x0213},
    {"shift_jisx0213", "euc_jisx0213", step_sjis_x0213},
};

}  // namespace

bool decode_multibyte(std::string_view name, std::string_view bytes, std::string* text, DecodeError* error) {
  if (is_stateful(name)) return decode_stateful(name, bytes, text, error);
  const auto* structure = std::ranges::find(kStructures, name, &Structure::name);
  const bool plain = structure == std::end(kStructures);
  const MultibyteTable* table = MultibyteTable::find(plain ? name : structure->table);
  const Stepper step = plain ? step_two : structure->step;
  const bool yen = name == "shift_jis_2004" || name == "shift_jisx0213";
  for (size_t at = 0; at < bytes.size();) {
    const unsigned char byte = byte_at(bytes, at);
    if (byte < 0x80) {
      // JIS X 0201 has a yen sign and an overline where ASCII has the backslash and the tilde.
      const char32_t value = !yen ? byte : byte == '\\' ? 0xA5 : byte == '~' ? 0x203E : byte;
      append_code_point(*text, value);
      ++at;
      continue;
    }
    const Step result = step(*table, bytes.substr(at));
    if (result.outcome == Step::Illegal) return fail(error, name, at, at + result.length, kIllegal);
    if (result.outcome == Step::Incomplete) return fail(error, name, at, bytes.size(), kIncomplete);
    append_table_value(text, result.value);
    at += result.length;
  }
  return true;
}

}  // namespace ouro::codec
