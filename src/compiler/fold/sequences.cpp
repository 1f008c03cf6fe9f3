// Operators on str, bytes and tuple constants.
#include <string>
#include <vector>

#include "base/bigint.h"
#include "base/unicode.h"
#include "compiler/fold/operations.h"

namespace ouro::compiler {

namespace {

// CPython's limits for what a repetition may become.
constexpr int64_t kMaxTextLength = 4096;  // characters or bytes
constexpr int64_t kMaxItems = 256;        // of the tuple itself
constexpr int64_t kMaxTotalItems = 1024;  // with those of tuples in it

// No constant is longer than this; lengths are 32-bit.
constexpr size_t kMaxSize = size_t{1} << 31;

bool is_sequence(const Constant& c) {
  return c.is(ConstantKind::Str) || c.is(ConstantKind::Bytes) || c.is(ConstantKind::Tuple);
}

// `limit` less the number of items in nested tuples; negative, and not exact, when that is too many.
int64_t remaining_items(const Constant& constant, int64_t limit) {
  if (!constant.is(ConstantKind::Tuple)) return limit;
  limit -= constant.size;
  for (const Constant* item : constant.elements()) {
    if (limit < 0) break;
    limit = remaining_items(*item, limit);
  }
  return limit;
}

bool repetition_allowed(const Constant& sequence, int64_t count) {
  if (!sequence.is(ConstantKind::Tuple)) {
    const int64_t length = sequence.is(ConstantKind::Str) ? sequence.length : sequence.size;
    return count >= 0 && count <= kMaxTextLength / length;
  }
  if (count < 0 || count > kMaxItems / sequence.size) return false;
  return count == 0 || remaining_items(sequence, kMaxTotalItems / count) >= 0;
}

const Constant* repeat_items(Constants& constants, const Constant& sequence, int64_t count) {
  std::vector<const Constant*> items;
  items.reserve(sequence.size * static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i)
    items.insert(items.end(), sequence.elements().begin(), sequence.elements().end());
  return constants.tuple(items);
}

const Constant* concatenate_items(Constants& constants, const Constant& left, const Constant& right) {
  std::vector<const Constant*> items;
  items.reserve(size_t{left.size} + right.size);
  items.insert(items.end(), left.elements().begin(), left.elements().end());
  items.insert(items.end(), right.elements().begin(), right.elements().end());
  return constants.tuple(items);
}

}  // namespace

const Constant* concatenate(Constants& constants, const Constant& left, const Constant& right) {
  if (left.kind != right.kind || !is_sequence(left)) return nullptr;
  if (left.size == 0) return &right;
  if (right.size == 0) return &left;
  if (size_t{left.size} + right.size > kMaxSize) return nullptr;
  if (left.is(ConstantKind::Tuple)) return concatenate_items(constants, left, right);
  std::string text;
  text.reserve(size_t{left.size} + right.size);
  text.append(left.text()).append(right.text());
  return left.is(ConstantKind::Str) ? constants.str(text) : constants.bytes(text);
}

const Constant* repeat(Constants& constants, const Constant& sequence, const Constant& count) {
  int64_t times = 0;
  if (!is_sequence(sequence)) return nullptr;
  const bool fits = count.is(ConstantKind::Int) ? fits_int64(count, &times) : true;
  if (!fits) return nullptr;
  if (!count.is(ConstantKind::Int)) times = count.is(ConstantKind::True) ? 1 : 0;
  if (sequence.size == 0) return &sequence;
  if (!repetition_allowed(sequence, times)) return nullptr;
  if (times == 1) return &sequence;
  if (sequence.is(ConstantKind::Tuple)) return repeat_items(constants, sequence, times);
  std::string text;
  text.reserve(sequence.size * static_cast<size_t>(times));
  for (int64_t i = 0; i < times; ++i) text.append(sequence.text());
  return sequence.is(ConstantKind::Str) ? constants.str(text) : constants.bytes(text);
}

const Constant* fold_subscript(Constants& constants, const Constant& value, const Constant& index) {
  if (!is_sequence(value) || !is_integral(index)) return nullptr;
  int64_t at = 0;
  if (!index.is(ConstantKind::Int)) {
    at = index.is(ConstantKind::True) ? 1 : 0;
  } else if (!fits_int64(index, &at)) {
    return nullptr;
  }
  const int64_t length = value.is(ConstantKind::Str) ? value.length : value.size;
  if (at < 0) at += length;
  if (at < 0 || at >= length) return nullptr;
  const auto position = static_cast<size_t>(at);
  if (value.is(ConstantKind::Tuple)) return value.elements()[position];
  if (value.is(ConstantKind::Bytes))
    return constants.integer(static_cast<unsigned char>(value.data[position]));
  if (value.ascii) return constants.str(value.text().substr(position, 1));
  const std::string_view text = value.text();
  const size_t start = byte_offset_of(text, position);
  size_t end = start;
  decode_code_point(text, &end);
  return constants.str(text.substr(start, end - start));
}

}  // namespace ouro::compiler
