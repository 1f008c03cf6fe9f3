// memchr and memmem do the work: both are vectorised, and memmem is linear in the worst case. Wide text is
// searched as bytes; a hit that starts in the middle of a character is passed over.
#include "vm/object/text_search.h"

#include <cstring>
#include <cwchar>

namespace ouro::vm {

namespace {

template <class Char>
int64_t rfind_in(const Char* text, size_t length, const Char* needle, size_t needle_length) {
  const Char last = needle[needle_length - 1];
  for (size_t end = length; end >= needle_length; --end) {
    if (text[end - 1] != last) continue;
    if (std::memcmp(text + end - needle_length, needle, needle_length * sizeof(Char)) == 0)
      return static_cast<int64_t>(end - needle_length);
  }
  return -1;
}

int64_t find_byte(const char* text, size_t length, char byte) {
  const void* found = std::memchr(text, byte, length);
  return found == nullptr ? -1 : static_cast<const char*>(found) - text;
}

int64_t find_unit16(const char16_t* text, size_t length, char16_t unit) {
  constexpr size_t kStep = 16;
  size_t at = 0;
  for (; at + kStep <= length; at += kStep) {
    unsigned any = 0;
    for (size_t i = 0; i < kStep; ++i) any |= text[at + i] == unit;
    if (any != 0) break;
  }
  for (; at < length; ++at)
    if (text[at] == unit) return static_cast<int64_t>(at);
  return -1;
}

int64_t find_one(const void* text, size_t length, const void* needle, uint8_t width) {
  if (width == 1) return find_byte(static_cast<const char*>(text), length, *static_cast<const char*>(needle));
  if (width == 2)
    return find_unit16(static_cast<const char16_t*>(text), length, *static_cast<const char16_t*>(needle));
  static_assert(sizeof(wchar_t) == 4);
  const auto* wide = static_cast<const wchar_t*>(text);
  const wchar_t* found = std::wmemchr(wide, *static_cast<const wchar_t*>(needle), length);
  return found == nullptr ? -1 : found - wide;
}

// memmem's preparations cost more than a short text.
constexpr size_t kShort = 256;

int64_t find_in_short(const char* text, size_t length, const char* needle, size_t needle_length) {
  const char* last = text + length - needle_length;
  for (const char* at = text; at <= last; ++at) {
    at = static_cast<const char*>(std::memchr(at, needle[0], static_cast<size_t>(last - at) + 1));
    if (at == nullptr) return -1;
    if (std::memcmp(at, needle, needle_length) == 0) return at - text;
  }
  return -1;
}

}  // namespace

int64_t find_text(const void* text, size_t length, const void* needle, size_t needle_length, uint8_t width) {
  if (needle_length == 0) return 0;
  if (needle_length > length) return -1;
  if (needle_length == 1) return find_one(text, length, needle, width);
  const auto* start = static_cast<const char*>(text);
  const char* end = start + length * width;
  if (width == 1 && length <= kShort)
    return find_in_short(start, length, static_cast<const char*>(needle), needle_length);
  for (const char* at = start;;) {
    const void* hit = memmem(at, static_cast<size_t>(end - at), needle, needle_length * width);
    if (hit == nullptr) return -1;
    const auto offset = static_cast<size_t>(static_cast<const char*>(hit) - start);
    if (offset % width == 0) return static_cast<int64_t>(offset / width);
    at = start + offset + 1;
  }
}

int64_t rfind_text(const void* text, size_t length, const void* needle, size_t needle_length, uint8_t width) {
  if (needle_length == 0) return static_cast<int64_t>(length);
  if (needle_length > length) return -1;
  if (width == 1)
    return rfind_in(static_cast<const char*>(text), length, static_cast<const char*>(needle), needle_length);
  if (width == 2)
    return rfind_in(static_cast<const char16_t*>(text), length, static_cast<const char16_t*>(needle),
                    needle_length);
  return rfind_in(static_cast<const char32_t*>(text), length, static_cast<const char32_t*>(needle),
                  needle_length);
}

size_t count_text(const void* text, size_t length, const void* needle, size_t needle_length, uint8_t width,
                  size_t limit) {
  if (needle_length == 0) return limit < length + 1 ? limit : length + 1;
  const auto* at = static_cast<const char*>(text);
  size_t count = 0;
  while (count < limit) {
    const int64_t found = find_text(at, length, needle, needle_length, width);
    if (found < 0) break;
    ++count;
    const size_t passed = static_cast<size_t>(found) + needle_length;
    at += passed * width;
    length -= passed;
  }
  return count;
}

}  // namespace ouro::vm
