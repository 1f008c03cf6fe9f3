// What a position table or an operand may ask of a text. A few bytes of bytecode can name a place, or a
// number of dots, as high as they like; a file of a kilobyte must not become a text of gigabytes for that. So
// what only places ask for has a budget by the size of the code, and what no budget can be asked for has a
// limit.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace ouro::decompiler {

/// No file has so many lines or columns; what says so is taken for unknown, and sums of places cannot
/// overflow. Below it, places are paid for from the filling.
constexpr int32_t kMaxPlace = 1 << 24;

/// Dots in front of an import. They mean something, so that they cannot be left out where the filling is used
/// up; no package is as deep.
constexpr int64_t kMostDots = 1000;

/// The most bytes that blanks and empty lines may come to.
constexpr int64_t kMostFilling = int64_t{32} << 20;

/// What they may come to for that much code: so much more than the code itself that comments of any length
/// have had their place, and little enough that a few false places do not cost gigabytes.
constexpr int64_t filling_for(size_t code_bytes) {
  constexpr int64_t kAtLeast = int64_t{1} << 18;
  constexpr int64_t kPerByte = 64;
  return std::min(kMostFilling, kAtLeast + kPerByte * static_cast<int64_t>(code_bytes));
}

}  // namespace ouro::decompiler
