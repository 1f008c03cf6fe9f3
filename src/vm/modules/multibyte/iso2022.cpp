// The ISO 2022 family: seven-bit encodings that designate a set of characters by an escape sequence and
// switch between sets. Encoders take the first of the family's sets that has the character; the order is the
// family's.
#include <algorithm>
#include <iterator>

#include "base/codec_kinds.h"
#include "base/codec_tables.h"
#include "vm/modules/multibyte/codec.h"
#include "vm/modules/multibyte/encode_table.h"

namespace ouro::vm::multibyte {

namespace {

using codec::MultibyteTable;

constexpr char kEscape = '\x1B', kShiftOut = '\x0E', kShiftIn = '\x0F';
constexpr size_t kLongestEscape = 16;

// Sets are named by the last byte of their designation, two-byte sets with the high bit.
enum Set : uint8_t {
  kLatin1 = 'A',
  kAscii = 'B',
  kGreek = 'F',
  kKatakana = 'I',  // JIS X 0201
  kRoman = 'J',     // JIS X 0201
  kGb2312 = 'A' | 0x80,
  kJisX0208 = 'B' | 0x80,
  kKsX1001 = 'C' | 0x80,
  kJisX0212 = 'D' | 0x80,
  kJisX0213Of2000 = 'O' | 0x80,
  kJisX0213Plane2 = 'P' | 0x80,
  kJisX0213Of2004 = 'Q' | 0x80,
  kJisX0208Of1978 = '@' | 0x80,
};

// The fifth byte of the state.
enum Flags : uint8_t { kShifted = 1, kForeignEscape = 2 };

struct Family {
  const char* name;
  std::string_view sets;  // that may be designated; an encoder tries them in this order
  bool shifts;            // SO and SI switch between G0 and G1
  bool single_g2;         // ESC N takes one character from G2
};

constexpr Family kFamilies[] = {
    {"iso2022_kr", "\xC3", true, false},
    {"iso2022_jp", "\xC2J\xC0", false, false},
    {"iso2022_jp_1", "\xC2\xC4J\xC0", false, false},
    {"iso2022_jp_2",
     "\xC2\xC4\xC3\xC1J\xC0"
     "AF",
     false, true},
    {"iso2022_jp_2004", "\xC2\xD1\xD0", false, false},
    {"iso2022_jp_3", "\xC2\xCF\xD0", false, false},
    {"iso2022_jp_ext", "\xC2\xC4JI\xC0", false, false},
};

bool is_two_byte(uint8_t set) {
  return (set & 0x80) != 0;
}

bool is_x0213_plane1(uint8_t set) {
  return set == kJisX0213Of2000 || set == kJisX0213Of2004;
}

/// The encoder's table of JIS X 0213 in the edition that the family uses; null when it uses none.
const EncodeTable* x0213_of(const Family& family) {
  if (family.sets.find(static_cast<char>(kJisX0213Of2004)) != std::string_view::npos)
    return EncodeTable::find("jisx0213");
  if (family.sets.find(static_cast<char>(kJisX0213Of2000)) != std::string_view::npos)
    return EncodeTable::find("jisx0213_2000");
  return nullptr;
}

// ---- encoding

/// A two-byte sequence of an EUC encoding as one of its set, in seven bits; 0 for sequences of other lengths.
uint32_t two_bytes(uint32_t sequence) {
  return sequence > 0xFF && sequence <= 0xFFFF && sequence >> 8 != 0x8E ? sequence & 0x7F7F : 0;
}
/// The same of a sequence of the third set.
uint32_t behind_single_shift(uint32_t sequence) {
  return sequence >> 16 == 0x8F ? sequence & 0x7F7F : 0;
}

/// How a set writes a character; 0: not at all.
uint32_t in_set(uint8_t set, const EncodeTable* x0213, char32_t c) {
  switch (set) {
    case kGb2312:
      return two_bytes(EncodeTable::find("gb2312")->single(c));
    case kJisX0208:
      return two_bytes(EncodeTable::find("euc_jp")->single(c));
    case kKsX1001:
      return two_bytes(EncodeTable::find("euc_kr")->single(c));
    case kJisX0212:
      return behind_single_shift(EncodeTable::find("euc_jp")->single(c));
    case kJisX0213Of2000:
    case kJisX0213Of2004:
      return two_bytes(x0213->single(c));
    case kJisX0213Plane2:
      return behind_single_shift(x0213->single(c));
    case kRoman:
      return c == 0xA5 ? '\\' : c == 0x203E ? '~' : 0;
    case kKatakana:
      return c >= 0xFF61 && c <= 0xFF9F ? c - 0xFF40 : 0;
    default:
      return 0;
  }
}

void shift_in(State& state, std::string& out) {
  if ((state.bytes[4] & kShifted) == 0) return;
  out.push_back(kShiftIn);
  state.bytes[4] &= static_cast<uint8_t>(~kShifted);
}

void designate_ascii(State& state, std::string& out) {
  if (state.bytes[0] == kAscii) return;
  out += "\x1B(B";
  state.bytes[0] = kAscii;
}

/// Makes `set` the one that the next bytes are of.
void designate(const Family& family, State& state, std::string& out, uint8_t set) {
  uint8_t& present = state.bytes[family.shifts ? 1 : 0];
  if (!family.shifts) shift_in(state, out);
  if (present != set) {
    out.push_back(kEscape);
    if (is_two_byte(set)) out.push_back('$');
    if (set != kJisX0208) out.push_back(family.shifts ? ')' : '(');
    out.push_back(static_cast<char>(set & 0x7F));
    present = set;
  }
  if (family.shifts && (state.bytes[4] & kShifted) == 0) {
    out.push_back(kShiftOut);
    state.bytes[4] |= kShifted;
  }
}

struct Choice {
  uint8_t set = 0;
  uint32_t sequence = 0;
};

Choice choose(const Family& family, const EncodeTable* x0213, char32_t c) {
  for (const char set : family.sets) {
    const uint32_t sequence = in_set(static_cast<uint8_t>(set), x0213, c);
    if (sequence != 0) return {static_cast<uint8_t>(set), sequence};
  }
  return {};
}

Stop encode_iso2022(const Codec& codec, State& state, const Str* text, size_t* at, std::string& out,
                    bool flush) {
  const auto& family = *static_cast<const Family*>(codec.family);
  const EncodeTable* x0213 = x0213_of(family);
  for (; *at < text->length; ++*at) {
    const char32_t c = text->at(*at);
    if (c < 0x80) {
      designate_ascii(state, out);
      shift_in(state, out);
      out.push_back(static_cast<char>(c));
      continue;
    }
    Choice choice;
    bool both = false;
    if (x0213 != nullptr && x0213->starts_pair(c)) {
      const bool last = *at + 1 == text->length;
      if (last && !flush) return {Outcome::Incomplete};
      const uint32_t sequence = last ? 0 : x0213->pair(c, text->at(*at + 1));
      both = sequence != 0;
      if (both) choice = {static_cast<uint8_t>(family.sets[1]), sequence & 0x7F7F};
    }
    if (!both) choice = choose(family, x0213, c);
    if (choice.sequence == 0) return {Outcome::Illegal};
    designate(family, state, out, choice.set);
    append_sequence(out, choice.sequence);
    if (both) ++*at;
  }
  return {};
}

void start_encoder(State& state) {
  state.bytes[0] = state.bytes[1] = kAscii;
  state.bytes[4] = 0;
}

void reset_encoder(State& state, std::string& out) {
  shift_in(state, out);
  designate_ascii(state, out);
}

// ---- decoding

class Decoder {
 public:
  Decoder(const Family& family, State& state, std::string_view bytes, size_t* at, StrBuilder& out)
      : family_(family), state_(state), bytes_(bytes), at_(*at), out_(out) {}

  Stop run() {
    while (at_ < bytes_.size()) {
      const Stop stop = step();
      if (stop.outcome != Outcome::Done) return stop;
    }
    return {};
  }

 private:
  unsigned char byte(size_t offset) const { return static_cast<unsigned char>(bytes_[at_ + offset]); }
  size_t left() const { return bytes_.size() - at_; }
  static Stop illegal(size_t length) { return {Outcome::Illegal, length}; }
  static bool ends_escape(unsigned char c) { return (c >= 'A' && c <= 'Z') || c == '@'; }
  void set_flag(uint8_t flag, bool on) {
    state_.bytes[4] = static_cast<uint8_t>(on ? state_.bytes[4] | flag : state_.bytes[4] & ~flag);
  }
  bool has_flag(uint8_t flag) const { return (state_.bytes[4] & flag) != 0; }

  Stop put(char32_t c, size_t length) {
    out_.append(c);
    at_ += length;
    return {};
  }

  Stop step() {
    const unsigned char c = byte(0);
    if (has_flag(kForeignEscape)) {
      if (ends_escape(c)) set_flag(kForeignEscape, false);
      return put(c, 1);
    }
    if (c == static_cast<unsigned char>(kEscape)) return take_escape();
    if (family_.shifts && (c == kShiftOut || c == kShiftIn)) {
      set_flag(kShifted, c == kShiftOut);
      ++at_;
      return {};
    }
    if (c == '\n') set_flag(kShifted, false);
    if (c < 0x20) return put(c, 1);
    if (c >= 0x80) return illegal(1);
    const uint8_t set = state_.bytes[has_flag(kShifted) ? 1 : 0];
    return set == kAscii ? put(c, 1) : take_character(set);
  }

  Stop take_escape() {
    if (left() < 2) return {Outcome::Incomplete};
    const unsigned char kind = byte(1);
    if (kind == '(' || kind == ')' || kind == '$' || kind == '.' || kind == '&') return take_designation();
    if (family_.single_g2 && kind == 'N') {
      if (left() < 3) return {Outcome::Incomplete};
      return take_from_g2(byte(2));
    }
    set_flag(kForeignEscape, true);
    return put(static_cast<unsigned char>(kEscape), 1);
  }

  /// The length of the escape sequence; 0 when it does not end in time, left() + 1 when the input ends first.
  size_t escape_length() const {
    for (size_t i = 1; i < kLongestEscape; ++i) {
      if (i >= left()) return left() + 1;
      if (ends_escape(byte(i))) return i + 1;
      if (!family_.shifts && i + 1 < left() && byte(i) == '&' && byte(i + 1) == '@') i += 2;
    }
    return 0;
  }

  Stop take_designation() {
    const size_t length = escape_length();
    if (length == 0) return illegal(1);
    if (length > left()) return {Outcome::Incomplete};
    size_t slot = 0;
    uint8_t set = byte(length - 1);
    if (length == 3 && byte(1) == '$') {
      set |= 0x80;
    } else if (length == 3) {
      if (!slot_of(byte(1), &slot)) return illegal(3);
    } else if (length == 4) {
      if (byte(1) != '$' || !slot_of(byte(2), &slot) || slot == 2) return illegal(4);
      set |= 0x80;
    } else if (length == 6 && !family_.shifts && bytes_.substr(at_ + 3, 3) == "\x1B$B") {
      set |= 0x80;
    } else {
      return illegal(length);
    }
    if (set != kAscii && family_.sets.find(static_cast<char>(set)) == std::string_view::npos)
      return illegal(length);
    state_.bytes[slot] = set;
    at_ += length;
    return {};
  }

  bool slot_of(unsigned char intermediate, size_t* slot) const {
    if (intermediate != '(' && intermediate != ')' && !(intermediate == '.' && family_.single_g2))
      return false;
    *slot = intermediate == '(' ? 0 : intermediate == ')' ? 1 : 2;
    return true;
  }

  Stop take_from_g2(unsigned char c) {
    switch (state_.bytes[2]) {
      case kLatin1:
        return c < 0x80 ? put(c + 0x80u, 3) : illegal(3);
      case kGreek: {
        const auto high = static_cast<unsigned char>(c ^ 0x80);
        // ISO 8859-7 as it was before the euro.
        const bool later = high == 0xA4 || high == 0xA5 || high == 0xAA;
        const char16_t greek = later ? codec::kUndefinedUnit : codec::charmap_unit("iso8859_7", high);
        return greek != codec::kUndefinedUnit ? put(greek, 3) : illegal(3);
      }
      case kAscii:
        return c < 0x80 ? put(c, 3) : illegal(3);
      default:
        return {Outcome::Internal};
    }
  }

  Stop take_character(uint8_t set) {
    const size_t width = is_two_byte(set) ? 2 : 1;
    if (left() < width) return {Outcome::Incomplete};
    const char32_t value = width == 2 ? lookup_two(set) : lookup_one(set);
    if (value == codec::kNothing || value == codec::kLaterEdition) return illegal(width);
    if (codec::is_pair(value)) out_.append(value >> 16);
    return put(codec::is_pair(value) ? value & 0xFFFF : value, width);
  }

  char32_t lookup_one(uint8_t set) const {
    const unsigned char c = byte(0);
    if (set == kRoman) return c == '\\' ? 0xA5 : c == '~' ? 0x203E : c;
    if (set == kKatakana) return c >= 0x21 && c <= 0x5F ? 0xFF40u + c : codec::kNothing;
    return codec::kNothing;
  }

  char32_t lookup_two(uint8_t set) const {
    const auto row = static_cast<unsigned char>(byte(0) | 0x80);
    const auto cell = static_cast<unsigned char>(byte(1) ^ 0x80);
    const char* x0213 = set == kJisX0213Of2000 ? "euc_jisx0213" : "euc_jis_2004";
    // Here the standard's own tilde counts, not the full-width one that EUC has.
    if (is_x0213_plane1(set) && row == 0xA2 && cell == 0xB2) return '~';
    switch (set) {
      case kGb2312:
        return MultibyteTable::find("gb2312")->two(row, cell);
      case kKsX1001:
        return MultibyteTable::find("euc_kr")->two(row, cell);
      case kJisX0212:
        return MultibyteTable::find("euc_jp")->three(row, cell);
      case kJisX0213Of2000:
      case kJisX0213Of2004:
        return MultibyteTable::find(x0213)->two(row, cell);
      case kJisX0213Plane2:
        return MultibyteTable::find("euc_jis_2004")->three(row, cell);
      default:
        return MultibyteTable::find("euc_jp")->two(row, cell);
    }
  }

  const Family& family_;
  State& state_;
  std::string_view bytes_;
  size_t& at_;
  StrBuilder& out_;
};

Stop decode_iso2022(const Codec& codec, State& state, std::string_view bytes, size_t* at, StrBuilder& out) {
  return Decoder(*static_cast<const Family*>(codec.family), state, bytes, at, out).run();
}

void start_decoder(State& state) {
  state.bytes[0] = state.bytes[1] = state.bytes[2] = kAscii;
  state.bytes[4] = 0;
}

void reset_decoder(State& state) {
  state.bytes[0] = kAscii;
  state.bytes[4] &= static_cast<uint8_t>(~kShifted);
}

constexpr Codec make_codec(const Family& family) {
  return {family.name,   encode_iso2022, decode_iso2022, start_encoder,
          reset_encoder, start_decoder,  reset_decoder,  &family};
}

constexpr Codec kCodecs[] = {
    make_codec(kFamilies[0]), make_codec(kFamilies[1]), make_codec(kFamilies[2]), make_codec(kFamilies[3]),
    make_codec(kFamilies[4]), make_codec(kFamilies[5]), make_codec(kFamilies[6]),
};
static_assert(std::size(kCodecs) == std::size(kFamilies));

}  // namespace

const Codec* find_iso2022(std::string_view name) {
  for (const Codec& codec : kCodecs)
    if (codec.name == name) return &codec;
  return nullptr;
}

}  // namespace ouro::vm::multibyte
