// How the parts of codecs.cpp hang together; nobody else's business.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/codecs.h"

namespace ouro::codec {

/// The decoder behind a codec.
enum class Decoder : uint8_t {
  NotText,
  Unsupported,
  Undefined,
  Ascii,
  Latin1,
  Charmap,
  Utf8,
  Utf8Sig,
  Utf7,
  Utf16,
  Utf16Le,
  Utf16Be,
  Utf32,
  Utf32Le,
  Utf32Be,
  UnicodeEscape,
  RawUnicodeEscape,
  Multibyte,
};

enum class ByteOrder : uint8_t { FromMark, Little, Big };

/// Fills *error and returns false.
bool fail(DecodeError* error, std::string_view encoding, size_t start, size_t end, std::string_view reason);

/// What a byte means in one of the Charmap codecs; kUndefinedUnit when nothing.
constexpr char16_t kUndefinedUnit = 0xFFFE;
char16_t charmap_unit(std::string_view name, unsigned char byte);

bool decode_utf8(std::string_view bytes, std::string* text, DecodeError* error);
bool decode_utf7(std::string_view bytes, std::string* text, DecodeError* error);
bool decode_utf16(ByteOrder order, std::string_view bytes, std::string* text, DecodeError* error);
bool decode_utf32(ByteOrder order, std::string_view bytes, std::string* text, DecodeError* error);
bool decode_unicode_escape(std::string_view bytes, std::string* text, DecodeError* error);
bool decode_raw_unicode_escape(std::string_view bytes, std::string* text, DecodeError* error);
/// `name` is one of the Multibyte codecs.
bool decode_multibyte(std::string_view name, std::string_view bytes, std::string* text, DecodeError* error);

}  // namespace ouro::codec
