#include "compiler/fold/concatenation.h"

namespace ouro::compiler {

namespace {

// Shorter sums are made by Constants, which shares the very short ones.
constexpr size_t kShort = 256;
constexpr size_t kMaxSize = size_t{1} << 31;  // sizes are 32-bit

size_t unit(const Constant& c) {
  return c.is(ConstantKind::Tuple) ? sizeof(const Constant*) : 1;
}

const void* contents(const Constant& c) {
  return c.is(ConstantKind::Tuple) ? static_cast<const void*>(c.items) : c.data;
}

}  // namespace

bool Concatenation::applies(const Constant& left, const Constant& right) {
  if (left.kind != right.kind || left.size == 0 || right.size == 0) return false;
  const bool sequence =
      left.is(ConstantKind::Str) || left.is(ConstantKind::Bytes) || left.is(ConstantKind::Tuple);
  return sequence && (size_t{left.size} + right.size) * unit(left) >= kShort;
}

const Constant* Concatenation::join(const Constant& left, const Constant& right) {
  taken_ = 0;
  const size_t size = size_t{left.size} + right.size;
  if (size > kMaxSize) return nullptr;
  const size_t left_bytes = left.size * unit(left);
  const size_t bytes = size * unit(left);
  if (&left != last_ || bytes > capacity_) {
    // Room for as much again, where a chain has begun.
    capacity_ = &left == last_ ? bytes * 2 : bytes;
    taken_ = capacity_;
    memory_ = static_cast<char*>(arena_.allocate(capacity_, alignof(const Constant*)));
    std::memcpy(memory_, contents(left), left_bytes);
  }
  std::memcpy(memory_ + left_bytes, contents(right), bytes - left_bytes);
  auto* result = arena_.make<Constant>();
  result->kind = left.kind;
  result->size = static_cast<uint32_t>(size);
  result->ascii = left.ascii && right.ascii;
  result->length = left.length + right.length;
  if (left.is(ConstantKind::Tuple)) {
    result->items = reinterpret_cast<const Constant* const*>(memory_);
  } else {
    result->data = memory_;
  }
  last_ = result;
  return result;
}

}  // namespace ouro::compiler
