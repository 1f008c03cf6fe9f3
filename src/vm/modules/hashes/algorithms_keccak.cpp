// SHA-3 and SHAKE (FIPS 202).
#include "vm/modules/hashes/algorithms.h"

namespace ouro::vm::hashes {

namespace {

/// The constants of the 24 rounds come from a shift register of 8 bits.
std::array<uint64_t, 24> make_round_constants() {
  std::array<uint64_t, 24> constants = {};
  uint8_t bits = 1;
  for (uint64_t& constant : constants) {
    for (int j = 0; j < 7; ++j) {
      if ((bits & 1) != 0) constant |= uint64_t{1} << ((1 << j) - 1);
      bits = static_cast<uint8_t>((bits << 1) ^ ((bits >> 7) * 0x71));
    }
  }
  return constants;
}

}  // namespace

void Keccak::permute() {
  static const std::array<uint64_t, 24> constants = make_round_constants();
  for (uint64_t constant : constants) {
    uint64_t columns[5];
    for (int x = 0; x < 5; ++x)
      columns[x] = state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20];
    for (int x = 0; x < 5; ++x) {
      const uint64_t d = columns[(x + 4) % 5] ^ std::rotl(columns[(x + 1) % 5], 1);
      for (int y = 0; y < 25; y += 5) state[x + y] ^= d;
    }
    // Lanes rotate and change places along one path through all but the first.
    int x = 1, y = 0;
    uint64_t lane = state[1];
    for (int t = 0; t < 24; ++t) {
      const int next = (2 * x + 3 * y) % 5;
      x = y;
      y = next;
      const uint64_t kept = state[x + 5 * y];
      state[x + 5 * y] = std::rotl(lane, (t + 1) * (t + 2) / 2 % 64);
      lane = kept;
    }
    for (int row = 0; row < 25; row += 5) {
      uint64_t before[5];
      std::memcpy(before, state + row, sizeof(before));
      for (int i = 0; i < 5; ++i) state[row + i] = before[i] ^ (~before[(i + 1) % 5] & before[(i + 2) % 5]);
    }
    state[0] ^= constant;
  }
}

void Keccak::start(uint32_t bytes, uint8_t bits) {
  std::memset(state, 0, sizeof(state));
  rate = bytes;
  position = 0;
  suffix = bits;
}

void Keccak::update(const char* data, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    mix(position++, static_cast<uint8_t>(data[i]));
    if (position == rate) {
      permute();
      position = 0;
    }
  }
}

void Keccak::finish(uint8_t* digest, size_t size) {
  mix(position, suffix);
  mix(rate - 1, 0x80);
  permute();
  for (size_t i = 0, at = 0; i < size; ++i) {
    if (at == rate) {
      permute();
      at = 0;
    }
    digest[i] = static_cast<uint8_t>(state[at / 8] >> (at % 8 * 8));
    ++at;
  }
}

}  // namespace ouro::vm::hashes
