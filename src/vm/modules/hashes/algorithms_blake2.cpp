// BLAKE2 (RFC 7693).
#include "vm/modules/hashes/algorithms.h"

namespace ouro::vm::hashes {

namespace {

constexpr uint64_t kStart[8] = {0x6A09E667F3BCC908, 0xBB67AE8584CAA73B, 0x3C6EF372FE94F82B,
                                0xA54FF53A5F1D36F1, 0x510E527FADE682D1, 0x9B05688C2B3E6C1F,
                                0x1F83D9ABFB41BD6B, 0x5BE0CD19137E2179};

constexpr uint8_t kOrder[10][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
};

template <class Word>
Word start_word(int i) {
  return static_cast<Word>(sizeof(Word) == 8 ? kStart[i] : kStart[i] >> 32);
}

template <class Word>
void mix(Word* v, int a, int b, int c, int d, Word x, Word y) {
  constexpr bool wide = sizeof(Word) == 8;
  v[a] += v[b] + x;
  v[d] = std::rotr(static_cast<Word>(v[d] ^ v[a]), wide ? 32 : 16);
  v[c] += v[d];
  v[b] = std::rotr(static_cast<Word>(v[b] ^ v[c]), wide ? 24 : 12);
  v[a] += v[b] + y;
  v[d] = std::rotr(static_cast<Word>(v[d] ^ v[a]), wide ? 16 : 8);
  v[c] += v[d];
  v[b] = std::rotr(static_cast<Word>(v[b] ^ v[c]), wide ? 63 : 7);
}

}  // namespace

template <class Word>
void Blake2<Word>::start(const uint8_t* parameters, bool last) {
  for (int i = 0; i < 8; ++i)
    state[i] = start_word<Word>(i) ^ load<Word>(parameters + i * sizeof(Word), false);
  std::memset(block, 0, sizeof(block));
  size = 0;
  used = 0;
  last_node = last;
}

template <class Word>
void Blake2<Word>::compress(bool last) {
  Word words[16], v[16];
  for (int i = 0; i < 16; ++i) words[i] = load<Word>(block + i * sizeof(Word), false);
  for (int i = 0; i < 8; ++i) {
    v[i] = state[i];
    v[i + 8] = start_word<Word>(i);
  }
  v[12] ^= static_cast<Word>(size);
  if (sizeof(Word) == 4) v[13] ^= static_cast<Word>(size >> 32);
  if (last) v[14] = ~v[14];
  if (last && last_node) v[15] = ~v[15];
  for (int round = 0; round < (sizeof(Word) == 8 ? 12 : 10); ++round) {
    const uint8_t* order = kOrder[round % 10];
    for (int i = 0; i < 4; ++i)
      mix<Word>(v, i, i + 4, i + 8, i + 12, words[order[2 * i]], words[order[2 * i + 1]]);
    for (int i = 0; i < 4; ++i)
      mix<Word>(v, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4, words[order[8 + 2 * i]],
                words[order[9 + 2 * i]]);
  }
  for (int i = 0; i < 8; ++i) state[i] ^= v[i] ^ v[i + 8];
}

/// A full block waits: it may be the last.
template <class Word>
void Blake2<Word>::update(const char* data, size_t length) {
  while (length > 0) {
    if (used == kBlock) {
      size += kBlock;
      compress(false);
      used = 0;
    }
    const size_t taken = length < kBlock - used ? length : kBlock - used;
    std::memcpy(block + used, data, taken);
    used += static_cast<uint32_t>(taken);
    data += taken;
    length -= taken;
  }
}

template <class Word>
void Blake2<Word>::finish(uint8_t* digest, size_t digest_size) {
  size += used;
  std::memset(block + used, 0, kBlock - used);
  compress(true);
  uint8_t all[kMostDigest];
  for (int i = 0; i < 8; ++i) save(state[i], all + i * sizeof(Word), false);
  std::memcpy(digest, all, digest_size);
}

template struct Blake2<uint32_t>;
template struct Blake2<uint64_t>;

}  // namespace ouro::vm::hashes
