#include "syntax/lexer/shown_text.h"

#include <cstdio>

namespace ouro::syntax {

std::string_view replace_undecodable(Arena& arena, std::string_view text) {
  auto error = find_utf8_error(text);
  if (!error) return text;
  std::string replaced;
  while (error) {
    replaced += text.substr(0, error->start);
    replaced += "\xEF\xBF\xBD";
    text.remove_prefix(error->end);
    error = find_utf8_error(text);
  }
  replaced += text;
  return arena.copy(replaced);
}

int count_shown_characters(std::string_view text) {
  size_t count = 0;
  while (auto error = find_utf8_error(text)) {
    for (const char c : text.substr(0, error->start)) count += (c & 0xC0) != 0x80;
    ++count;
    text.remove_prefix(error->end);
  }
  for (const char c : text) count += (c & 0xC0) != 0x80;
  return static_cast<int>(count);
}

int characters_of_bytes(std::string_view text, int bytes) {
  if (bytes <= 0) return 0;
  const auto size = static_cast<size_t>(bytes);
  if (size > text.size()) return count_shown_characters(text) + 1;
  return count_shown_characters(text.substr(0, size));
}

std::string utf8_error_message(std::string_view bytes, const Utf8Error& error) {
  char place[96];
  if (error.end - error.start == 1)
    std::snprintf(place, sizeof place,
                  "byte 0x%02x in position %zu: ", static_cast<unsigned char>(bytes[error.start]),
                  error.start);
  else
    std::snprintf(place, sizeof place, "bytes in position %zu-%zu: ", error.start, error.end - 1);
  return std::string("'utf-8' codec can't decode ") + place + std::string(error.reason);
}

}  // namespace ouro::syntax
