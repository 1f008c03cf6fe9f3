// The sizes of small cells. Steps of 16 bytes up to 256, then four steps per doubling, chosen so that little
// of a block is left over. Above 256 every size is a multiple of 64, which keeps the table from size to class
// short.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace ouro::vm::heap {

constexpr size_t kGranule = 16;
constexpr size_t kBlockShift = 15;
constexpr size_t kBlockSize = size_t{1} << kBlockShift;
constexpr size_t kFineLimit = 256;

constexpr std::array<uint32_t, 41> kClassSizes = {
    16,   32,   48,   64,   80,   96,   112,  128,  144,   160,   176,   192,   208,  224,
    240,  256,  320,  384,  448,  512,  640,  768,  896,   1024,  1280,  1536,  1792, 2048,
    2560, 3072, 3584, 4096, 5440, 6528, 8192, 9344, 10880, 13056, 16384, 21824, 32768};
constexpr unsigned kClassCount = kClassSizes.size();
constexpr size_t kLargestSmall = kClassSizes.back();

constexpr auto kCoarseClasses = [] {
  std::array<uint8_t, kLargestSmall / 64> table{};
  unsigned size_class = 0;
  for (size_t i = 0; i < table.size(); ++i) {
    while (kClassSizes[size_class] < (i + 1) * 64) ++size_class;
    table[i] = static_cast<uint8_t>(size_class);
  }
  return table;
}();

/// `size` is 1 to kLargestSmall.
constexpr unsigned class_of(size_t size) {
  return size <= kFineLimit ? static_cast<unsigned>((size - 1) / kGranule) : kCoarseClasses[(size - 1) / 64];
}
static_assert(class_of(1) == 0 && class_of(256) == 15 && class_of(257) == 16 &&
              class_of(kLargestSmall) == 40);

/// ceil(2^32 / size): offset * reciprocal >> 32 is offset / size for every offset inside a block.
constexpr uint32_t reciprocal_of(uint32_t size) {
  return static_cast<uint32_t>(((uint64_t{1} << 32) + size - 1) / size);
}

}  // namespace ouro::vm::heap
