// The East Asian codecs below their Python classes: bytes to characters and back, with a state that can be
// kept.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "vm/object/str.h"

namespace ouro::vm::multibyte {

/// What a stateful encoding carries from one piece to the next; programs see it as eight bytes. HZ: the first
/// byte is 1 within Chinese text. ISO 2022: the sets designated as G0 to G3, then flags.
struct State {
  uint8_t bytes[8] = {};
};

/// Why an encoder or a decoder stopped.
enum class Outcome : uint8_t {
  Done,
  Illegal,     // `length` characters or bytes from where it stopped mean nothing
  Incomplete,  // more is needed to tell
  Internal,    // CPython's "internal codec error"
};

struct Stop {
  Outcome outcome = Outcome::Done;
  size_t length = 1;
};

/// One encoding. Stateless ones have no start and no reset functions.
struct Codec {
  const char* name;
  /// Encodes from character *at on; *at is where it stopped. `flush`: nothing follows.
  Stop (*encode)(const Codec& codec, State& state, const Str* text, size_t* at, std::string& out, bool flush);
  /// Decodes from byte *at on.
  Stop (*decode)(const Codec& codec, State& state, std::string_view bytes, size_t* at, StrBuilder& out);
  void (*start_encoder)(State& state) = nullptr;
  void (*reset_encoder)(State& state, std::string& out) = nullptr;
  void (*start_decoder)(State& state) = nullptr;
  void (*reset_decoder)(State& state) = nullptr;
  const void* family = nullptr;
};

/// The codec that the module `_codecs_<country>` has under this name; null when it has none.
const Codec* find_codec(std::string_view country, std::string_view name);

/// A codec of the ISO 2022 family, by Python's name; null for other names.
const Codec* find_iso2022(std::string_view name);

/// Appends a sequence given as a big-endian number.
void append_sequence(std::string& out, uint32_t sequence);

}  // namespace ouro::vm::multibyte
