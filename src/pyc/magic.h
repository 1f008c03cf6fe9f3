// Magic numbers: which CPython a .pyc belongs to.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ouro::pyc {

/// The magic numbers of one CPython 3 minor version: those of its development, and the one it was released
/// with.
struct MagicInfo {
  uint16_t first;
  uint16_t last;
  uint16_t released;      // the number of the (newest) release; 0: not released yet
  uint16_t version;       // 0x030B for 3.11
  std::string_view name;  // "3.11"
  int header_size;        // bytes before the marshal data
};

/// The version whose files carry this number, or null. Numbers that were never used but lie between two that
/// were belong to the version of the one before.
const MagicInfo* find_magic(uint16_t magic);

/// "CPython 3.11", or "CPython 3.11 (development version)" for a number that no release used.
std::string describe_magic(uint16_t magic);

}  // namespace ouro::pyc
