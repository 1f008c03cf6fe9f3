// MD5, SHA-1, SHA-2, SHA-3 and BLAKE2: plain records that take bytes and give a digest.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace ouro::vm::hashes {

/// Little-endian machines only, as the rest of the program.
template <class Word>
Word load(const uint8_t* bytes, bool big_endian) {
  Word word;
  std::memcpy(&word, bytes, sizeof(Word));
  if (!big_endian) return word;
  if constexpr (sizeof(Word) == 8) return __builtin_bswap64(word);
  return static_cast<Word>(__builtin_bswap32(static_cast<uint32_t>(word)));
}
template <class Word>
void save(Word word, uint8_t* bytes, bool big_endian) {
  word = load<Word>(reinterpret_cast<const uint8_t*>(&word), big_endian);
  std::memcpy(bytes, &word, sizeof(Word));
}

/// What MD5, SHA-1 and SHA-2 have in common: blocks of 16 words, and the length in bits at the end.
template <class Word, size_t kWords, bool kBigEndian>
struct Blocks {
  static constexpr size_t kBlock = 16 * sizeof(Word);
  using Words = std::array<Word, kWords>;
  using Compress = void (*)(Words& state, const Word* block);

  Words state;
  uint8_t block[kBlock];
  uint64_t size;

  void update(const char* data, size_t length, Compress compress) {
    size_t used = size % kBlock;
    size += length;
    while (length > 0) {
      const size_t taken = length < kBlock - used ? length : kBlock - used;
      std::memcpy(block + used, data, taken);
      used += taken;
      data += taken;
      length -= taken;
      if (used == kBlock) {
        run(compress);
        used = 0;
      }
    }
  }
  void finish(uint8_t* digest, size_t digest_size, Compress compress) {
    const uint64_t bits = size * 8;
    const size_t used = size % kBlock, room = kBlock - 2 * sizeof(Word);
    uint8_t padding[2 * kBlock] = {0x80};
    const size_t zeros = (used < room ? room : kBlock + room) - used;
    update(reinterpret_cast<const char*>(padding), zeros, compress);
    uint8_t end[2 * sizeof(Word)] = {};
    save<uint64_t>(bits, kBigEndian ? end + sizeof(end) - 8 : end, kBigEndian);
    update(reinterpret_cast<const char*>(end), sizeof(end), compress);
    uint8_t all[kWords * sizeof(Word)];
    for (size_t i = 0; i < kWords; ++i) save(state[i], all + i * sizeof(Word), kBigEndian);
    std::memcpy(digest, all, digest_size);
  }

 private:
  void run(Compress compress) {
    Word words[16];
    for (size_t i = 0; i < 16; ++i) words[i] = load<Word>(block + i * sizeof(Word), kBigEndian);
    compress(state, words);
  }
};

struct Md5 {
  static constexpr size_t kBlock = 64;
  Blocks<uint32_t, 4, false> blocks;
  void start();
  void update(const char* data, size_t size);
  void finish(uint8_t* digest, size_t size);
};
struct Sha1 {
  static constexpr size_t kBlock = 64;
  Blocks<uint32_t, 5, true> blocks;
  void start();
  void update(const char* data, size_t size);
  void finish(uint8_t* digest, size_t size);
};
/// SHA-224 and SHA-256, told apart by the digest's size.
struct Sha256 {
  static constexpr size_t kBlock = 64;
  Blocks<uint32_t, 8, true> blocks;
  void start(size_t digest_size);
  void update(const char* data, size_t size);
  void finish(uint8_t* digest, size_t size);
};
/// SHA-384 and SHA-512.
struct Sha512 {
  static constexpr size_t kBlock = 128;
  Blocks<uint64_t, 8, true> blocks;
  void start(size_t digest_size);
  void update(const char* data, size_t size);
  void finish(uint8_t* digest, size_t size);
};

/// SHA-3 and SHAKE: `rate` bytes of the state take part in each step; `suffix` are the bits behind the data.
struct Keccak {
  uint64_t state[25];
  uint32_t rate, position;
  uint8_t suffix;
  void start(uint32_t rate, uint8_t suffix);
  void update(const char* data, size_t size);
  void finish(uint8_t* digest, size_t size);

 private:
  void permute();
  void mix(size_t at, uint8_t byte) { state[at / 8] ^= uint64_t{byte} << (at % 8 * 8); }
};

/// BLAKE2b with words of 64 bits, BLAKE2s with words of 32.
template <class Word>
struct Blake2 {
  static constexpr size_t kBlock = 16 * sizeof(Word);
  static constexpr size_t kMostDigest = 8 * sizeof(Word);
  Word state[8];
  uint8_t block[kBlock];
  uint64_t size;  // of the data in the blocks before this one
  uint32_t used;
  bool last_node;
  /// `parameters` is the block of parameters of the specification.
  void start(const uint8_t* parameters, bool last);
  void update(const char* data, size_t length);
  void finish(uint8_t* digest, size_t digest_size);

 private:
  void compress(bool last);
};
extern template struct Blake2<uint32_t>;
extern template struct Blake2<uint64_t>;

}  // namespace ouro::vm::hashes
