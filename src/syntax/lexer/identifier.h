// The scan of an identifier's ASCII part, sixteen bytes at a time where the processor can: lengths of names
// are what a branch predictor guesses worst, so the usual name is measured without a branch.
#pragma once

#include <cstdint>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/interner.h"

namespace ouro::syntax {

#ifdef __SSE2__

constexpr int kIdentifierBlock = 16;

/// How many of the bytes at `from`, of which kIdentifierBlock can be read, are ASCII letters, digits and '_'
/// before the first that is not; `words` becomes these bytes, padded with zeros.
inline int scan_identifier(const char* from, PaddedText* words) {
  alignas(16) static constexpr uint8_t kMasks[2 * kIdentifierBlock] = {
      255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
  // Signed comparison is the only one there is; the bias makes it one of unsigned distances.
  auto within = [](__m128i bytes, char first, int count) {
    const __m128i distance = _mm_sub_epi8(bytes, _mm_set1_epi8(static_cast<char>(first + 128)));
    return _mm_cmplt_epi8(distance, _mm_set1_epi8(static_cast<char>(count - 128)));
  };
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  const __m128i letters = within(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), 'a', 26);
  const __m128i digits = within(bytes, '0', 10);
  const __m128i underscores = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('_'));
  const auto parts =
      static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(letters, digits), underscores)));
  const int size = __builtin_ctz(~parts);
  const auto* mask = reinterpret_cast<const __m128i*>(kMasks + kIdentifierBlock - size);
  const __m128i text = _mm_and_si128(bytes, _mm_loadu_si128(mask));
  words->low = static_cast<uint64_t>(_mm_cvtsi128_si64(text));
  words->high = static_cast<uint64_t>(_mm_cvtsi128_si64(_mm_unpackhi_epi64(text, text)));
  return size;
}

#endif

}  // namespace ouro::syntax
