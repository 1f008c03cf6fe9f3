// Python's standard text encodings: names, aliases, and strict decoding to UTF-8 with Python's error words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ouro {

enum class CodecKind : uint8_t {
  Unknown,      // LookupError: unknown encoding: NAME
  Text,         // a text encoding that decode_text knows
  NotText,      // a codec that is not a text encoding: rot13, hex, base64, zlib, ...
  Unsupported,  // a text encoding of Python's that is not one of ours: idna, punycode
};

struct Codec {
  CodecKind kind = CodecKind::Unknown;
  std::string_view
      name;            // the module under Python's `encodings`: "utf_8", "latin_1", "cp1252"; static storage
  uint16_t index = 0;  // for decode_text
};

/// The codec that Python's codecs.lookup(name) finds: normalised, through Python's aliases.
Codec find_codec(std::string_view name);

/// encodings.normalize_encoding after lower-casing: runs of anything but ASCII letters, digits and '.' become
/// one '_'.
std::string normalize_encoding_name(std::string_view name);

/// A UnicodeDecodeError, or another exception that the codec raises.
struct DecodeError {
  std::string encoding;  // the name in the message: 'utf-8', 'charmap', 'ascii', 'euc_jp', ...
  size_t start = 0;      // bytes [start, end) of the exception's object
  size_t end = 0;
  size_t origin = 0;  // where that object starts in the input (behind utf-8-sig's byte order mark)
  std::string reason;
  std::string other;  // not empty: the codec raises a plain UnicodeError with this message instead
  /// str(exception), e.g. "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte". `bytes`
  /// is the input of decode_text.
  std::string message(std::string_view bytes) const;
};

/// Strict decoding: appends UTF-8 to *text and returns true, or fills *error. Surrogates that a codec lets
/// through come out as three bytes. `codec.kind` must be Text.
bool decode_text(const Codec& codec, std::string_view bytes, std::string* text, DecodeError* error);

}  // namespace ouro
