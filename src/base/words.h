// Words read from text, wherever they lie. The last bytes of a text are best read together with some before
// them, rather than in a loop, whose end is what a branch predictor guesses worst.
#pragma once

#include <cstdint>
#include <cstring>

namespace ouro {

/// The bytes at `at` as a number, of the machine's byte order.
template <class Word>
uint64_t load_word(const char* at) {
  Word word = 0;
  std::memcpy(&word, at, sizeof(Word));
  return word;
}

}  // namespace ouro
