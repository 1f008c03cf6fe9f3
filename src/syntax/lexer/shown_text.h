// Text as an error shows it: bytes that are not UTF-8 replaced, and columns in characters.
#pragma once

#include <string>
#include <string_view>

#include "base/arena.h"
#include "base/unicode.h"

namespace ouro::syntax {

/// bytes.decode('utf-8', 'replace'), as UTF-8; the text itself when nothing needs replacing.
std::string_view replace_undecodable(Arena& arena, std::string_view text);

/// How many characters that has.
int count_shown_characters(std::string_view text);

/// How many characters the first `bytes` bytes of a shown text are; a place beyond its end counts as one
/// more.
int characters_of_bytes(std::string_view text, int bytes);

/// str() of the UnicodeDecodeError.
std::string utf8_error_message(std::string_view bytes, const Utf8Error& error);

}  // namespace ouro::syntax
