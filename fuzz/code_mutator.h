// Mutations of .pyc files that know what a code object is, so that most of them get past the first check.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "pyc/byte_buffer.h"

namespace ouro::fuzz {

/// An input as libFuzzer gives it.
inline std::string_view text_of(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Appends a mutated form of the .pyc `file` to `out`. `donor` (may be empty) is another .pyc, of which parts
/// may be taken. False: `file` holds no code object that our reader takes.
bool mutate_pyc(std::string_view file, std::string_view donor, unsigned seed, pyc::ByteBuffer& out);

}  // namespace ouro::fuzz
