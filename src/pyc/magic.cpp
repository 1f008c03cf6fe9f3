#include "pyc/magic.h"

namespace ouro::pyc {

namespace {

// Ranges and not single numbers: development versions used up every number between. Where the header grew in
// the middle of a version's development (3.3: size of the source; 3.7: PEP 552), the range is in two parts.
// From 3.11 on, 3.n starts at 2900 + 50 n and has room for 50 numbers.
constexpr MagicInfo kMagics[] = {
    {3000, 3131, 3131, 0x0300, "3.0", 8},   {3132, 3151, 3151, 0x0301, "3.1", 8},
    {3152, 3180, 3180, 0x0302, "3.2", 8},   {3181, 3209, 3230, 0x0303, "3.3", 8},
    {3210, 3230, 3230, 0x0303, "3.3", 12},  {3231, 3310, 3310, 0x0304, "3.4", 12},
    {3311, 3351, 3351, 0x0305, "3.5", 12},  {3352, 3379, 3379, 0x0306, "3.6", 12},
    {3380, 3391, 3394, 0x0307, "3.7", 12},  {3392, 3394, 3394, 0x0307, "3.7", 16},
    {3395, 3413, 3413, 0x0308, "3.8", 16},  {3414, 3425, 3425, 0x0309, "3.9", 16},
    {3426, 3439, 3439, 0x030A, "3.10", 16}, {3440, 3495, 3495, 0x030B, "3.11", 16},
    {3496, 3549, 3531, 0x030C, "3.12", 16}, {3550, 3599, 3571, 0x030D, "3.13", 16},
    {3600, 3649, 3627, 0x030E, "3.14", 16}, {3650, 3699, 0, 0x030F, "3.15", 16},
};

/// 3.5.0 and 3.5.1 were released with another number than 3.5.2.
constexpr uint16_t kFirst35 = 3350;

}  // namespace

const MagicInfo* find_magic(uint16_t magic) {
  for (const MagicInfo& info : kMagics)
    if (magic >= info.first && magic <= info.last) return &info;
  return nullptr;
}

std::string describe_magic(uint16_t magic) {
  const MagicInfo* info = find_magic(magic);
  if (info == nullptr) return "no known CPython";
  std::string text = "CPython " + std::string(info->name);
  if (magic != info->released && magic != kFirst35) text += " (development version)";
  return text;
}

}  // namespace ouro::pyc
