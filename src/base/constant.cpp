#include "base/constant.h"

#include <algorithm>
#include <bit>

#include "base/unicode.h"

namespace ouro {

Constants::Constants(Arena& arena) : arena_(arena) {
  reset();
}

void Constants::reset() {
  auto singleton = [](ConstantKind kind) {
    Constant c;
    c.kind = kind;
    c.immortal = true;
    return c;
  };
  none_ = singleton(ConstantKind::None);
  false_ = singleton(ConstantKind::False);
  true_ = singleton(ConstantKind::True);
  ellipsis_ = singleton(ConstantKind::Ellipsis);
  empty_str_ = singleton(ConstantKind::Str);
  empty_str_.ascii = true;
  empty_str_.data = "";
  empty_bytes_ = singleton(ConstantKind::Bytes);
  empty_bytes_.data = "";
  empty_tuple_ = singleton(ConstantKind::Tuple);
  merge_numbers_ = 0;
  std::fill(std::begin(small_ints_), std::end(small_ints_), nullptr);
  std::fill(std::begin(latin1_), std::end(latin1_), nullptr);
  std::fill(std::begin(byte_), std::end(byte_), nullptr);
}

const Constant* Constants::integer(int64_t value) {
  const bool small = value >= -5 && value <= 256;
  if (small && small_ints_[value + 5] != nullptr) return small_ints_[value + 5];
  auto* c = arena_.make<Constant>();
  c->kind = ConstantKind::Int;
  c->negative = value < 0;
  c->immortal = small;
  if (value != 0) {
    auto* limb = static_cast<uint64_t*>(arena_.allocate(sizeof(uint64_t), alignof(uint64_t)));
    *limb = value < 0 ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
    c->limbs = limb;
    c->size = 1;
  }
  if (small) small_ints_[value + 5] = c;
  return c;
}

const Constant* Constants::integer(std::span<const uint64_t> magnitude, bool negative) {
  while (!magnitude.empty() && magnitude.back() == 0) magnitude = magnitude.first(magnitude.size() - 1);
  if (magnitude.empty()) return integer(0);
  if (magnitude.size() == 1 && magnitude[0] <= 256) {
    const auto value = static_cast<int64_t>(magnitude[0]);
    if (!negative || value <= 5) return integer(negative ? -value : value);
  }
  auto* c = arena_.make<Constant>();
  c->kind = ConstantKind::Int;
  c->negative = negative;
  std::span<uint64_t> limbs = arena_.copy(magnitude);
  c->limbs = limbs.data();
  c->size = static_cast<uint32_t>(limbs.size());
  return c;
}

const Constant* Constants::floating(double value) {
  auto* c = arena_.make<Constant>();
  c->kind = ConstantKind::Float;
  c->real = value;
  return c;
}

const Constant* Constants::complex(double real, double imag) {
  auto* c = arena_.make<Constant>();
  c->kind = ConstantKind::Complex;
  c->real = real;
  c->imag = imag;
  return c;
}

const Constant* Constants::make_str(std::string_view text, bool copy) {
  if (text.empty()) return &empty_str_;
  bool ascii = false;
  const uint32_t length = count_code_points(text, &ascii);
  int latin1 = -1;
  if (length == 1) {
    const auto first = static_cast<unsigned char>(text[0]);
    if (ascii) {
      latin1 = first;
    } else if (text.size() == 2 && first <= 0xC3) {
      latin1 = ((first & 0x1F) << 6) | (static_cast<unsigned char>(text[1]) & 0x3F);
    }
  }
  if (latin1 >= 0 && latin1_[latin1] != nullptr) return latin1_[latin1];
  auto* c = arena_.make<Constant>();
  c->kind = ConstantKind::Str;
  c->ascii = ascii;
  c->immortal = latin1 >= 0;
  c->length = length;
  c->data = copy ? arena_.copy(text).data() : text.data();
  c->size = static_cast<uint32_t>(text.size());
  if (latin1 >= 0) latin1_[latin1] = c;
  return c;
}

const Constant* Constants::bytes(std::string_view data) {
  if (data.empty()) return &empty_bytes_;
  const int single = data.size() == 1 ? static_cast<unsigned char>(data[0]) : -1;
  if (single >= 0 && byte_[single] != nullptr) return byte_[single];
  auto* c = arena_.make<Constant>();
  c->kind = ConstantKind::Bytes;
  c->immortal = single >= 0;
  const std::string_view copy = arena_.copy(data);
  c->data = copy.data();
  c->size = static_cast<uint32_t>(copy.size());
  if (single >= 0) byte_[single] = c;
  return c;
}

const Constant* Constants::tuple(std::span<const Constant* const> items) {
  if (items.empty()) return &empty_tuple_;
  auto* c = arena_.make<Constant>();
  c->kind = ConstantKind::Tuple;
  c->items = arena_.copy(items).data();
  c->size = static_cast<uint32_t>(items.size());
  return c;
}

const Constant* Constants::frozen_set(std::span<const Constant* const> items) {
  auto* c = arena_.make<Constant>();
  c->kind = ConstantKind::FrozenSet;
  c->items = items.empty() ? nullptr : arena_.copy(items).data();
  c->size = static_cast<uint32_t>(items.size());
  return c;
}

const Constant* Constants::code(const CodeObject* code) {
  auto* c = arena_.make<Constant>();
  c->kind = ConstantKind::Code;
  c->code = code;
  return c;
}

Constant* Constants::duplicate(const Constant& constant) {
  auto* c = arena_.make<Constant>(constant);
  c->merged_by = 0;
  c->references = 0;
  c->marshal_index = -1;
  return c;
}

bool fits_int64(const Constant& integer, int64_t* value) {
  if (integer.size > 1) return false;
  const uint64_t limb = integer.size == 0 ? 0 : integer.limbs[0];
  if (integer.negative) {
    if (limb > uint64_t{1} << 63) return false;
    *value = static_cast<int64_t>(0 - limb);
    return true;
  }
  if (limb >> 63 != 0) return false;
  *value = static_cast<int64_t>(limb);
  return true;
}

bool truth(const Constant& constant) {
  switch (constant.kind) {
    case ConstantKind::None:
    case ConstantKind::False:
      return false;
    case ConstantKind::Float:
      return constant.real != 0;
    case ConstantKind::Complex:
      return constant.real != 0 || constant.imag != 0;
    case ConstantKind::Int:
    case ConstantKind::Str:
    case ConstantKind::Bytes:
    case ConstantKind::Tuple:
    case ConstantKind::FrozenSet:
      return constant.size != 0;
    default:
      return true;
  }
}

uint32_t count_code_points(std::string_view text, bool* ascii) {
  *ascii = is_ascii(text);
  if (*ascii) return static_cast<uint32_t>(text.size());
  size_t continuation = 0;
  for (const char ch : text) continuation += (static_cast<unsigned char>(ch) & 0xC0) == 0x80;
  return static_cast<uint32_t>(text.size() - continuation);
}

}  // namespace ouro
