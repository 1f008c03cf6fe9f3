// Python's text encodings.
//
// The names, aliases and single-byte tables are data (codec_tables.def). The Unicode encodings are decoded by
// our own code, because the errors' words and places are part of CPython's behaviour; the East Asian ones
// take their tables from ICU and their structure from codec_multibyte.cpp.
#include "base/codecs.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/codec_kinds.h"
#include "base/unicode.h"

namespace ouro {

namespace {

using codec::ByteOrder;
using codec::Decoder;

struct CodecRow {
  std::string_view name;
  Decoder decoder;
};

constexpr CodecRow kCodecs[] = {
#define CODEC(name, decoder) {#name, Decoder::decoder},
#include "base/codec_tables.def"
};

struct AliasRow {
  std::string_view alias;
  std::string_view name;
};

constexpr AliasRow kAliases[] = {
#define CODEC_ALIAS(alias, name) {alias, #name},
#include "base/codec_tables.def"
};

struct TableRow {
  std::string_view name;
  const char16_t* units;
  size_t first;  // the byte of units[0]; below it stands ASCII
};

constexpr TableRow kTables[] = {
#define HIGH_TABLE(name, units) {#name, units, 128},
#define FULL_TABLE(name, units) {#name, units, 0},
#include "base/codec_tables.def"
};

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.';
}

const AliasRow* find_alias(std::string_view name) {
  const auto* row = std::ranges::lower_bound(kAliases, name, {}, &AliasRow::alias);
  return row != std::end(kAliases) && row->alias == name ? row : nullptr;
}

Codec find_module(std::string_view name) {
  const auto* row = std::ranges::lower_bound(kCodecs, name, {}, &CodecRow::name);
  if (row == std::end(kCodecs) || row->name != name) return {};
  CodecKind kind = CodecKind::Text;
  if (row->decoder == Decoder::NotText) kind = CodecKind::NotText;
  if (row->decoder == Decoder::Unsupported) kind = CodecKind::Unsupported;
  return {kind, row->name, static_cast<uint16_t>(row - kCodecs)};
}

bool decode_ascii(std::string_view bytes, std::string* text, DecodeError* error) {
  const size_t good = ascii_prefix_length(bytes);
  if (good != bytes.size()) return codec::fail(error, "ascii", good, good + 1, "ordinal not in range(128)");
  text->append(bytes);
  return true;
}

bool decode_latin1(std::string_view bytes, std::string* text) {
  for (const char byte : bytes) append_code_point(*text, static_cast<unsigned char>(byte));
  return true;
}

char16_t unit_of(const TableRow& table, unsigned char byte) {
  return byte < table.first ? byte : table.units[byte - table.first];
}

bool decode_charmap(std::string_view name, std::string_view bytes, std::string* text, DecodeError* error) {
  const auto* table = std::ranges::find(kTables, name, &TableRow::name);
  for (size_t at = 0; at < bytes.size(); ++at) {
    const char16_t unit = unit_of(*table, static_cast<unsigned char>(bytes[at]));
    if (unit == codec::kUndefinedUnit)
      return codec::fail(error, "charmap", at, at + 1, "character maps to <undefined>");
    append_code_point(*text, unit);
  }
  return true;
}

bool decode_utf8_sig(std::string_view bytes, std::string* text, DecodeError* error) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  const size_t skip = bytes.starts_with(kMark) ? kMark.size() : 0;
  if (codec::decode_utf8(bytes.substr(skip), text, error)) return true;
  error->origin = skip;
  return false;
}

}  // namespace

namespace codec {

bool fail(DecodeError* error, std::string_view encoding, size_t start, size_t end, std::string_view reason) {
  *error = DecodeError{};
  error->encoding = encoding;
  error->start = start;
  error->end = end;
  error->reason = reason;
  return false;
}

char16_t charmap_unit(std::string_view name, unsigned char byte) {
  return unit_of(*std::ranges::find(kTables, name, &TableRow::name), byte);
}

}  // namespace codec

std::string normalize_encoding_name(std::string_view name) {
  std::string normal;
  bool gap = false;
  for (const char c : name) {
    if (!is_name_character(c)) {
      gap = true;
      continue;
    }
    if (gap && !normal.empty()) normal += '_';
    gap = false;
    normal += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  }
  return normal;
}

Codec find_codec(std::string_view name) {
  const std::string normal = normalize_encoding_name(name);
  const AliasRow* alias = find_alias(normal);
  if (alias == nullptr) {
    std::string undotted = normal;
    std::ranges::replace(undotted, '.', '_');
    alias = find_alias(undotted);
  }
  return find_module(alias != nullptr ? alias->name : std::string_view(normal));
}

std::string DecodeError::message(std::string_view bytes) const {
  if (!other.empty()) return other;
  const size_t at = origin + start;
  if (end == start + 1 && at < bytes.size()) {
    return fmt::format("'{}' codec can't decode byte 0x{:02x} in position {}: {}", encoding,
                       static_cast<unsigned char>(bytes[at]), start, reason);
  }
  return fmt::format("'{}' codec can't decode bytes in position {}-{}: {}", encoding, start,
                     static_cast<int64_t>(end) - 1, reason);
}

bool decode_text(const Codec& codec, std::string_view bytes, std::string* text, DecodeError* error) {
  switch (kCodecs[codec.index].decoder) {
    case Decoder::Ascii:
      return decode_ascii(bytes, text, error);
    case Decoder::Latin1:
      return decode_latin1(bytes, text);
    case Decoder::Charmap:
      return decode_charmap(codec.name, bytes, text, error);
    case Decoder::Utf8:
      return codec::decode_utf8(bytes, text, error);
    case Decoder::Utf8Sig:
      return decode_utf8_sig(bytes, text, error);
    case Decoder::Utf7:
      return codec::decode_utf7(bytes, text, error);
    case Decoder::Utf16:
      return codec::decode_utf16(ByteOrder::FromMark, bytes, text, error);
    case Decoder::Utf16Le:
      return codec::decode_utf16(ByteOrder::Little, bytes, text, error);
    case Decoder::Utf16Be:
      return codec::decode_utf16(ByteOrder::Big, bytes, text, error);
    case Decoder::Utf32:
      return codec::decode_utf32(ByteOrder::FromMark, bytes, text, error);
    case Decoder::Utf32Le:
      return codec::decode_utf32(ByteOrder::Little, bytes, text, error);
    case Decoder::Utf32Be:
      return codec::decode_utf32(ByteOrder::Big, bytes, text, error);
    case Decoder::UnicodeEscape:
      return codec::decode_unicode_escape(bytes, text, error);
    case Decoder::RawUnicodeEscape:
      return codec::decode_raw_unicode_escape(bytes, text, error);
    case Decoder::Multibyte:
      return codec::decode_multibyte(codec.name, bytes, text, error);
    case Decoder::Undefined:
    case Decoder::NotText:
    case Decoder::Unsupported:
      break;
  }
  *error = DecodeError{};
  error->other =
      fmt::format("decoding with '{}' codec failed (UnicodeError: undefined encoding)", codec.name);
  return false;
}

}  // namespace ouro
