// How a fuzzer whose inputs are .pyc files makes new ones: mostly as code objects (code_mutator.h), seldom as
// bytes. libFuzzer finds these two functions by their names.
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "fuzz/code_mutator.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace {

using namespace ouro;

/// 0: it is too long.
size_t copy_out(const pyc::ByteBuffer& from, uint8_t* data, size_t max_size) {
  if (from.size() > max_size) return 0;
  std::memcpy(data, from.view().data(), from.size());
  return from.size();
}

}  // namespace

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size, unsigned seed) {
  if (seed % 16 != 0) {
    pyc::ByteBuffer out;
    if (fuzz::mutate_pyc(fuzz::text_of(data, size), {}, seed, out)) {
      if (const size_t length = copy_out(out, data, max_size); length != 0) return length;
    }
  }
  return LLVMFuzzerMutate(data, size, max_size);
}

extern "C" size_t LLVMFuzzerCustomCrossOver(const uint8_t* first, size_t first_size, const uint8_t* second,
                                            size_t second_size, uint8_t* out, size_t max_size,
                                            unsigned seed) {
  pyc::ByteBuffer mixed;
  if (!fuzz::mutate_pyc(fuzz::text_of(first, first_size), fuzz::text_of(second, second_size), seed, mixed))
    return 0;
  return copy_out(mixed, out, max_size);
}
