// SipHash-1-3, the hash that CPython uses for str and bytes and for the source hash of PEP 552.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ouro {

/// SipHash with one compression and three finalisation rounds; words are read as little-endian.
uint64_t siphash13(uint64_t key0, uint64_t key1, std::string_view data);

/// The 64-bit hash that a hash-based .pyc stores (as 8 little-endian bytes). `raw_magic` is the .pyc's first
/// four bytes read as a little-endian number, "\r\n" included.
inline uint64_t source_hash(uint32_t raw_magic, std::string_view source) {
  return siphash13(raw_magic, 0, source);
}

}  // namespace ouro
