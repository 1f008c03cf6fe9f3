#pragma once

#include <bit>
#include <cstdint>

namespace ouro::decompiler {

/// Whether they are the same float to the compiler: 0.0 and -0.0 are two, a NaN is the same as itself.
inline bool same_bits(double a, double b) {
  return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b);
}

}  // namespace ouro::decompiler
