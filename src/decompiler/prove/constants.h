// Constants of two workspaces side by side.
#pragma once

#include <cstdint>

#include "base/constant.h"

namespace ouro::decompiler {

enum class Sameness : uint8_t {
  Identical,  // type, value, which strings are interned
  Value,      // type and value; strings are interned otherwise
  Different,
};

/// Compares by type and value, floats by their bits. Code objects are different: they are not compared here.
Sameness compare_constants(const Constant& a, const Constant& b);

}  // namespace ouro::decompiler
