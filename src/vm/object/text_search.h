// Finding text in text, for str of any width and for bytes. Lengths and positions count characters.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ouro::vm {

/// The first occurrence, or -1. An empty needle is found at 0. Both have the same width; time is linear.
int64_t find_text(const void* text, size_t length, const void* needle, size_t needle_length, uint8_t width);
/// The last occurrence, or -1; an empty needle is found at `length`.
int64_t rfind_text(const void* text, size_t length, const void* needle, size_t needle_length, uint8_t width);
/// Occurrences that do not overlap, up to `limit`.
size_t count_text(const void* text, size_t length, const void* needle, size_t needle_length, uint8_t width,
                  size_t limit = SIZE_MAX);

}  // namespace ouro::vm
