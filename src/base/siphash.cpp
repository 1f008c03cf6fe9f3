#include "base/siphash.h"

#include <bit>
#include <cstring>

namespace ouro {

namespace {

struct State {
  uint64_t v[4];

  void round() {
    v[0] += v[1];
    v[2] += v[3];
    v[1] = std::rotl(v[1], 13) ^ v[0];
    v[3] = std::rotl(v[3], 16) ^ v[2];
    v[0] = std::rotl(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = std::rotl(v[1], 17) ^ v[2];
    v[3] = std::rotl(v[3], 21) ^ v[0];
    v[2] = std::rotl(v[2], 32);
  }

  void absorb(uint64_t word) {
    v[3] ^= word;
    round();
    v[0] ^= word;
  }
};

uint64_t load_little_endian(const char* at, size_t count) {
  uint64_t word = 0;
  if constexpr (std::endian::native == std::endian::little) {
    std::memcpy(&word, at, count);
  } else {
    for (size_t i = 0; i < count; ++i)
      word |= static_cast<uint64_t>(static_cast<unsigned char>(at[i])) << (8 * i);
  }
  return word;
}

}  // namespace

uint64_t siphash13(uint64_t key0, uint64_t key1, std::string_view data) {
  // "somepseudorandomlygeneratedbytes", SipHash's initial state.
  State state{{key0 ^ 0x736f6d6570736575u, key1 ^ 0x646f72616e646f6du, key0 ^ 0x6c7967656e657261u,
               key1 ^ 0x7465646279746573u}};
  const char* at = data.data();
  size_t left = data.size();
  for (; left >= 8; at += 8, left -= 8) state.absorb(load_little_endian(at, 8));
  uint64_t last = static_cast<uint64_t>(data.size()) << 56;
  if (left != 0) last |= load_little_endian(at, left);
  state.absorb(last);
  state.v[2] ^= 0xff;
  for (int i = 0; i < 3; ++i) state.round();
  return state.v[0] ^ state.v[1] ^ state.v[2] ^ state.v[3];
}

}  // namespace ouro
