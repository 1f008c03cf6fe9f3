// The encodings without state, and HZ. Decoding is the compiler's (base/codecs.h), which stops at the first
// error and can go on behind it; encoding looks characters up.
#include "base/codecs.h"

#include <algorithm>
#include <iterator>

#include "base/codec_tables.h"
#include "vm/modules/multibyte/codec.h"
#include "vm/modules/multibyte/encode_table.h"

namespace ouro::vm::multibyte {

namespace {

// ---- without state

/// A Hangul syllable that KS X 1001 lacks, spelled by its letters (annex 3): filler, initial, vowel, final.
void append_spelled_syllable(std::string& out, char32_t syllable) {
  constexpr unsigned char kInitials[] = {0xA1, 0xA2, 0xA4, 0xA7, 0xA8, 0xA9, 0xB1, 0xB2, 0xB3, 0xB5,
                                         0xB6, 0xB7, 0xB8, 0xB9, 0xBA, 0xBB, 0xBC, 0xBD, 0xBE};
  constexpr unsigned char kFinals[] = {0xD4, 0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xA9, 0xAA,
                                       0xAB, 0xAC, 0xAD, 0xAE, 0xAF, 0xB0, 0xB1, 0xB2, 0xB4, 0xB5,
                                       0xB6, 0xB7, 0xB8, 0xBA, 0xBB, 0xBC, 0xBD, 0xBE};
  const uint32_t number = syllable - 0xAC00;
  append_sequence(out, 0xA4D4);
  append_sequence(out, 0xA400u | kInitials[number / 588]);
  append_sequence(out, 0xA400u | (0xBF + number / 28 % 21));
  append_sequence(out, 0xA400u | kFinals[number % 28]);
}

void append_gb18030_beyond_basic(std::string& out, char32_t c) {
  const uint32_t number = c - 0x10000;
  append_sequence(out, (0x90 + number / 12600) << 24 | (0x30 + number / 1260 % 10) << 16 |
                           (0x81 + number / 10 % 126) << 8 | (0x30 + number % 10));
}

/// What no table holds; false when there is nothing for the character.
bool append_computed(std::string_view name, std::string& out, char32_t c) {
  if (name == "gb18030" && c >= 0x10000) {
    append_gb18030_beyond_basic(out, c);
    return true;
  }
  if (name == "euc_kr" && c >= 0xAC00 && c <= 0xD7A3) {
    append_spelled_syllable(out, c);
    return true;
  }
  return false;
}

Stop encode_plain(const Codec& codec, State&, const Str* text, size_t* at, std::string& out, bool flush) {
  const EncodeTable& table = *EncodeTable::find(codec.name);
  for (; *at < text->length; ++*at) {
    const char32_t c = text->at(*at);
    if (c == 0) {
      out.push_back('\0');
      continue;
    }
    if (c >= 0x80 && table.starts_pair(c)) {
      if (*at + 1 == text->length) {
        if (!flush) return {Outcome::Incomplete};
      } else if (const uint32_t both = table.pair(c, text->at(*at + 1)); both != 0) {
        append_sequence(out, both);
        ++*at;
        continue;
      }
    }
    const uint32_t sequence = table.single(c);
    if (sequence != 0) {
      append_sequence(out, sequence);
    } else if (!append_computed(codec.name, out, c)) {
      return {Outcome::Illegal};
    }
  }
  return {};
}

Stop decode_plain(const Codec& codec, State&, std::string_view bytes, size_t* at, StrBuilder& out) {
  std::string text;
  DecodeError error;
  const bool done = decode_text(ouro::find_codec(codec.name), bytes.substr(*at), &text, &error);
  out.append_utf8(text);
  if (done) {
    *at = bytes.size();
    return {};
  }
  *at += error.start;
  if (error.reason.starts_with("incomplete")) return {Outcome::Incomplete};
  return {Outcome::Illegal, error.end - error.start};
}

// ---- HZ

void start_hz(State& state) {
  state.bytes[0] = 0;
}

void reset_hz_encoder(State& state, std::string& out) {
  if (state.bytes[0] != 0) out += "~}";
  state.bytes[0] = 0;
}

Stop encode_hz(const Codec&, State& state, const Str* text, size_t* at, std::string& out, bool) {
  const EncodeTable& table = *EncodeTable::find("gb2312");
  for (; *at < text->length; ++*at) {
    const char32_t c = text->at(*at);
    if (c < 0x80) {
      reset_hz_encoder(state, out);
      out.append(c == '~' ? 2 : 1, static_cast<char>(c));
      continue;
    }
    const uint32_t sequence = table.single(c);
    if (sequence == 0) return {Outcome::Illegal};
    if (state.bytes[0] == 0) out += "~{";
    state.bytes[0] = 1;
    append_sequence(out, sequence & 0x7F7F);
  }
  return {};
}

/// What stands behind '~'.
Stop take_hz_escape(State& state, char second, StrBuilder& out) {
  uint8_t& chinese = state.bytes[0];
  if (second == '}' && chinese == 1) {
    chinese = 0;
  } else if (second == '{' && chinese == 0) {
    chinese = 1;
  } else if (second == '~' && chinese == 0) {
    out.append(U'~');
  } else if (second != '\n' || chinese != 0) {
    return {Outcome::Illegal};
  }
  return {};
}

Stop decode_hz(const Codec&, State& state, std::string_view bytes, size_t* at, StrBuilder& out) {
  const codec::MultibyteTable& table = *codec::MultibyteTable::find("gb2312");
  while (*at < bytes.size()) {
    const auto c = static_cast<unsigned char>(bytes[*at]);
    if (c >= 0x80) return {Outcome::Illegal};
    if (c != '~' && state.bytes[0] == 0) {
      out.append(c);
      ++*at;
      continue;
    }
    if (*at + 1 == bytes.size()) return {Outcome::Incomplete};
    const char second = bytes[*at + 1];
    if (c == '~') {
      const Stop stop = take_hz_escape(state, second, out);
      if (stop.outcome != Outcome::Done) return stop;
    } else {
      const char32_t value = table.two(c | 0x80, static_cast<unsigned char>(second) ^ 0x80);
      if (value == codec::kNothing) return {Outcome::Illegal};
      out.append(value);
    }
    *at += 2;
  }
  return {};
}

// ---- who has what

struct Entry {
  std::string_view country;
  Codec codec;
};

constexpr Entry kEntries[] = {
    {"cn", {"gb2312", encode_plain, decode_plain}},
    {"cn", {"gbk", encode_plain, decode_plain}},
    {"cn", {"gb18030", encode_plain, decode_plain}},
    {"cn", {"hz", encode_hz, decode_hz, start_hz, reset_hz_encoder, start_hz, start_hz}},
    {"hk", {"big5hkscs", encode_plain, decode_plain}},
    {"jp", {"shift_jis", encode_plain, decode_plain}},
    {"jp", {"cp932", encode_plain, decode_plain}},
    {"jp", {"euc_jp", encode_plain, decode_plain}},
    {"jp", {"shift_jis_2004", encode_plain, decode_plain}},
    {"jp", {"euc_jis_2004", encode_plain, decode_plain}},
    {"jp", {"euc_jisx0213", encode_plain, decode_plain}},
    {"jp", {"shift_jisx0213", encode_plain, decode_plain}},
    {"kr", {"euc_kr", encode_plain, decode_plain}},
    {"kr", {"cp949", encode_plain, decode_plain}},
    {"kr", {"johab", encode_plain, decode_plain}},
    {"tw", {"big5", encode_plain, decode_plain}},
    {"tw", {"cp950", encode_plain, decode_plain}},
};

}  // namespace

void append_sequence(std::string& out, uint32_t sequence) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    if (sequence >> shift != 0) out.push_back(static_cast<char>(sequence >> shift));
  }
}

const Codec* find_codec(std::string_view country, std::string_view name) {
  if (country == "iso2022") return find_iso2022(name);
  for (const Entry& entry : kEntries)
    if (entry.country == country && entry.codec.name == name) return &entry.codec;
  return nullptr;
}

}  // namespace ouro::vm::multibyte
