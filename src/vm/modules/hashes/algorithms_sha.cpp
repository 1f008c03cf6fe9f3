// MD5 (RFC 1321), SHA-1 and SHA-2 (FIPS 180-4).
#include <cmath>

#include "vm/modules/hashes/algorithms.h"

namespace ouro::vm::hashes {

namespace {

/// The 64 constants of MD5: the integer part of 2**32 |sin(i + 1)|.
const std::array<uint32_t, 64>& md5_constants() {
  static const auto table = [] {
    std::array<uint32_t, 64> constants;
    for (int i = 0; i < 64; ++i)
      constants[i] = static_cast<uint32_t>(std::floor(std::ldexp(std::fabs(std::sin(i + 1)), 32)));
    return constants;
  }();
  return table;
}

void compress_md5(std::array<uint32_t, 4>& state, const uint32_t* words) {
  constexpr int kShifts[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
  const auto& constants = md5_constants();
  auto [a, b, c, d] = state;
  for (uint32_t i = 0; i < 64; ++i) {
    uint32_t f, word;
    switch (i / 16) {
      case 0:
        f = (b & c) | (~b & d);
        word = i;
        break;
      case 1:
        f = (d & b) | (~d & c);
        word = (5 * i + 1) % 16;
        break;
      case 2:
        f = b ^ c ^ d;
        word = (3 * i + 5) % 16;
        break;
      default:
        f = c ^ (b | ~d);
        word = (7 * i) % 16;
        break;
    }
    const uint32_t next = b + std::rotl(a + f + constants[i] + words[word], kShifts[i / 16][i % 4]);
    a = d;
    d = c;
    c = b;
    b = next;
  }
  state = {state[0] + a, state[1] + b, state[2] + c, state[3] + d};
}

void compress_sha1(std::array<uint32_t, 5>& state, const uint32_t* block) {
  uint32_t words[80];
  for (int i = 0; i < 80; ++i)
    words[i] = i < 16 ? block[i] : std::rotl(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
  auto [a, b, c, d, e] = state;
  for (int i = 0; i < 80; ++i) {
    uint32_t f, constant;
    if (i < 20) {
      f = (b & c) | (~b & d);
      constant = 0x5A827999;
    } else if (i < 40) {
      f = b ^ c ^ d;
      constant = 0x6ED9EBA1;
    } else if (i < 60) {
      f = (b & c) | (b & d) | (c & d);
      constant = 0x8F1BBCDC;
    } else {
      f = b ^ c ^ d;
      constant = 0xCA62C1D6;
    }
    const uint32_t next = std::rotl(a, 5) + f + e + constant + words[i];
    e = d;
    d = c;
    c = std::rotl(b, 30);
    b = a;
    a = next;
  }
  state = {state[0] + a, state[1] + b, state[2] + c, state[3] + d, state[4] + e};
}

// ---- SHA-2: its constants are the fractions of the roots of the first primes

using Wide = unsigned __int128;

constexpr uint64_t nth_prime(int n) {
  uint64_t candidate = 1;
  for (int found = -1; found < n;) {
    ++candidate;
    bool prime = true;
    for (uint64_t i = 2; i * i <= candidate; ++i) prime &= candidate % i != 0;
    if (prime) ++found;
  }
  return candidate;
}

/// Whether r**2 (or r**3) is at most n * 2**(64 * power), for r below 2**68.
bool root_is_at_least(Wide r, int power, uint64_t n) {
  // Schoolbook in limbs of 32 bits: r has at most three of them.
  uint64_t product[10] = {1};
  for (int step = 0; step < power; ++step) {
    uint64_t next[10] = {};
    for (int i = 0; i < 7; ++i) {
      uint64_t carry = 0;
      for (int j = 0; j < 3; ++j) {
        const uint64_t t = product[i] * static_cast<uint32_t>(r >> (32 * j)) + next[i + j] + carry;
        next[i + j] = static_cast<uint32_t>(t);
        carry = t >> 32;
      }
      next[i + 3] += carry;
    }
    std::memcpy(product, next, sizeof(product));
  }
  uint64_t bound[10] = {};
  bound[2 * power] = n;
  for (int i = 9; i >= 0; --i) {
    if (product[i] != bound[i]) return product[i] < bound[i];
  }
  return true;
}

/// The first 64 bits of the fraction of n's square or cube root.
uint64_t root_fraction(uint64_t n, int power) {
  Wide root = 0;
  for (int bit = 69; bit >= 0; --bit) {
    const Wide more = root | (Wide{1} << bit);
    if (root_is_at_least(more, power, n)) root = more;
  }
  return static_cast<uint64_t>(root);
}

const std::array<uint64_t, 80>& sha2_constants() {
  static const auto table = [] {
    std::array<uint64_t, 80> constants;
    for (int i = 0; i < 80; ++i) constants[i] = root_fraction(nth_prime(i), 3);
    return constants;
  }();
  return table;
}

/// Initial states: of the primes from `first` on.
const std::array<uint64_t, 8>& sha2_start(int first) {
  const auto make = [](int from) {
    std::array<uint64_t, 8> words;
    for (int i = 0; i < 8; ++i) words[i] = root_fraction(nth_prime(from + i), 2);
    return words;
  };
  static const auto low = make(0), high = make(8);
  return first == 0 ? low : high;
}

struct Rotations {
  int big0[3], big1[3], small0[3], small1[3];  // the last of the small ones is a shift
};
constexpr Rotations kRotations32 = {{2, 13, 22}, {6, 11, 25}, {7, 18, 3}, {17, 19, 10}};
constexpr Rotations kRotations64 = {{28, 34, 39}, {14, 18, 41}, {1, 8, 7}, {19, 61, 6}};

template <class Word, int kRounds>
void compress_sha2(std::array<Word, 8>& state, const Word* block) {
  constexpr bool wide = sizeof(Word) == 8;
  constexpr Rotations r = wide ? kRotations64 : kRotations32;
  const auto big = [](Word x, const int* n) {
    return static_cast<Word>(std::rotr(x, n[0]) ^ std::rotr(x, n[1]) ^ std::rotr(x, n[2]));
  };
  const auto small = [](Word x, const int* n) {
    return static_cast<Word>(std::rotr(x, n[0]) ^ std::rotr(x, n[1]) ^ (x >> n[2]));
  };
  const auto& constants = sha2_constants();
  Word words[kRounds];
  for (int i = 0; i < kRounds; ++i)
    words[i] = i < 16 ? block[i]
                      : small(words[i - 2], r.small1) + words[i - 7] + small(words[i - 15], r.small0) +
                            words[i - 16];
  auto s = state;
  for (int i = 0; i < kRounds; ++i) {
    const Word constant = static_cast<Word>(wide ? constants[i] : constants[i] >> 32);
    const Word t1 = s[7] + big(s[4], r.big1) + ((s[4] & s[5]) ^ (~s[4] & s[6])) + constant + words[i];
    const Word t2 = big(s[0], r.big0) + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
    s = {t1 + t2, s[0], s[1], s[2], s[3] + t1, s[4], s[5], s[6]};
  }
  for (int i = 0; i < 8; ++i) state[i] += s[i];
}

}  // namespace

void Md5::start() {
  blocks = {};
  blocks.state = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476};
}
void Md5::update(const char* data, size_t size) {
  blocks.update(data, size, compress_md5);
}
void Md5::finish(uint8_t* digest, size_t size) {
  blocks.finish(digest, size, compress_md5);
}

void Sha1::start() {
  blocks = {};
  blocks.state = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
}
void Sha1::update(const char* data, size_t size) {
  blocks.update(data, size, compress_sha1);
}
void Sha1::finish(uint8_t* digest, size_t size) {
  blocks.finish(digest, size, compress_sha1);
}

void Sha256::start(size_t digest_size) {
  blocks = {};
  const auto& words = sha2_start(digest_size == 28 ? 8 : 0);
  // SHA-224 starts with the low halves of SHA-384's words.
  for (size_t i = 0; i < 8; ++i)
    blocks.state[i] = static_cast<uint32_t>(digest_size == 28 ? words[i] : words[i] >> 32);
}
void Sha256::update(const char* data, size_t size) {
  blocks.update(data, size, compress_sha2<uint32_t, 64>);
}
void Sha256::finish(uint8_t* digest, size_t size) {
  blocks.finish(digest, size, compress_sha2<uint32_t, 64>);
}

void Sha512::start(size_t digest_size) {
  blocks = {};
  blocks.state = sha2_start(digest_size == 48 ? 8 : 0);
}
void Sha512::update(const char* data, size_t size) {
  blocks.update(data, size, compress_sha2<uint64_t, 80>);
}
void Sha512::finish(uint8_t* digest, size_t size) {
  blocks.finish(digest, size, compress_sha2<uint64_t, 80>);
}

}  // namespace ouro::vm::hashes
