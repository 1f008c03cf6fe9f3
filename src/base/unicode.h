// Unicode as CPython 3.11 sees it: UTF-8 with its error words, identifiers, normalisation, names, repr.
//
// CPython 3.11 knows Unicode 14; what ICU assigns beyond that counts as unassigned here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/words.h"

namespace ouro {

constexpr char32_t kMaxCodePoint = 0x10FFFF;

/// Where and why strict UTF-8 decoding fails: bytes [start, end) and Python's reason.
struct Utf8Error {
  size_t start;
  size_t end;
  std::string_view reason;  // "invalid start byte", "invalid continuation byte", "unexpected end of data"
};

/// The first error of strict UTF-8 (surrogates are errors), as bytes.decode('utf-8') reports it.
std::optional<Utf8Error> find_utf8_error(std::string_view bytes);

/// Whether all bytes are below 128.
inline bool is_ascii(std::string_view text) {
  constexpr uint64_t kHighBits = 0x8080808080808080u;
  const char* at = text.data();
  const size_t size = text.size();
  uint64_t any = 0;
  if (size >= 8) {
    const char* const last = at + size - 8;
    for (; at < last; at += 8) any |= load_word<uint64_t>(at);
    any |= load_word<uint64_t>(last);
  } else if (size >= 4) {
    any = load_word<uint32_t>(at) | load_word<uint32_t>(at + size - 4);
  } else if (size > 0) {
    any = static_cast<unsigned char>(at[0] | at[size / 2] | at[size - 1]);
  }
  return (any & kHighBits) == 0;
}

/// How many bytes at the start are below 128.
size_t ascii_prefix_length(std::string_view bytes);

/// The code point at *position, which moves past it. The text must be valid UTF-8, but for surrogates.
char32_t decode_code_point(std::string_view text, size_t* position);

/// Writes 1 to 4 bytes (surrogates as three) and returns how many.
size_t encode_code_point(char32_t code_point, char out[4]);
void append_code_point(std::string& text, char32_t code_point);

/// The byte offset of the code point with this index (the text's size when there are fewer).
size_t byte_offset_of(std::string_view text, size_t code_point_index);

/// Whether the text holds a surrogate (as three bytes), and where the first one is in code points.
std::optional<size_t> find_surrogate(std::string_view text);

/// Python's XID_Start (with '_', which may start an identifier) and XID_Continue.
bool is_identifier_start(char32_t code_point);
bool is_identifier_continue(char32_t code_point);
/// str.isidentifier(): of valid UTF-8.
bool is_identifier(std::string_view text);

/// NFKC form. `is_nfkc_quick` says cheaply whether a valid UTF-8 text certainly is NFKC already.
bool is_nfkc_quick(std::string_view text);
std::string nfkc(std::string_view text);

/// str.isprintable() of one code point.
bool is_printable(char32_t code_point);

/// What \N{name} means: character names and aliases, case-insensitively; named sequences are not found.
std::optional<char32_t> lookup_character_name(std::string_view name);

/// repr() of a str (UTF-8, surrogates as three bytes) and of bytes.
std::string str_repr(std::string_view text);
std::string bytes_repr(std::string_view data);
/// ascii() of a str: like repr, everything beyond ASCII escaped.
std::string str_ascii_repr(std::string_view text);

}  // namespace ouro
