// Formats of the struct module, and single items.
#include <bit>
#include <climits>
#include <cmath>
#include <cstring>
#include <vector>

#include "vm/modules/_struct.h"

namespace ouro::vm::structs {

namespace {

struct ItemKind {
  int64_t size, alignment;
};

/// Size and alignment of a code; size -1: there is no such code.
ItemKind native_kind(char code) {
  switch (code) {
    case 'x':
    case 'b':
    case 'B':
    case 'c':
    case 's':
    case 'p':
    case '?':
      return {1, 1};
    case 'h':
    case 'H':
    case 'e':
      return {2, 2};
    case 'i':
    case 'I':
    case 'f':
      return {4, 4};
    case 'l':
    case 'L':
    case 'q':
    case 'Q':
    case 'n':
    case 'N':
    case 'd':
    case 'P':
      return {8, 8};
    default:
      return {-1, 1};
  }
}

ItemKind standard_kind(char code) {
  if (code == 'n' || code == 'N' || code == 'P') return {-1, 1};
  const int64_t size = code == 'l' || code == 'L' ? 4 : native_kind(code).size;
  return {size, 1};
}

Result<Bytes*> format_bytes(Value format) {
  if (is_bytes(format)) return format.as<Bytes>();
  if (!is_str(format))
    return raise(types.TypeError, "Struct() argument 1 must be a str or bytes object, not {}",
                 type_name(format));
  Str* text = format.as<Str>();
  if (text->is_ascii()) return make_bytes(text->ascii_view());
  size_t at = 0;
  while (text->at(at) < 128) ++at;
  return raise_with(types.UnicodeEncodeError,
                    {make_ascii("ascii"), text, make_int(static_cast<int64_t>(at)),
                     make_int(static_cast<int64_t>(at + 1)), make_ascii("ordinal not in range(128)")});
}

Raised too_long() {
  return raise(error_type, "total struct size too long");
}

Order take_order(std::string_view* text, bool* aligned) {
  *aligned = true;
  if (text->empty()) return Order::Native;
  const char mark = text->front();
  if (mark != '<' && mark != '>' && mark != '!' && mark != '=' && mark != '@') return Order::Native;
  text->remove_prefix(1);
  *aligned = mark == '@';
  return mark == '<' || mark == '=' ? Order::Little : mark == '@' ? Order::Native : Order::Big;
}

/// Adds a code at the end of what there is.
Status add_code(Struct* target, std::vector<Code>* codes, char code, int64_t count, bool aligned) {
  const ItemKind kind = aligned ? native_kind(code) : standard_kind(code);
  if (kind.size < 0) return raise(error_type, "bad char in struct format");
  if (kind.alignment > 1) {
    const int64_t rest = target->size % kind.alignment;
    if (rest != 0 && __builtin_add_overflow(target->size, kind.alignment - rest, &target->size))
      return too_long();
  }
  int64_t bytes;
  if (__builtin_mul_overflow(count, kind.size, &bytes)) return too_long();
  const bool text = code == 's' || code == 'p';
  if (text) {
    codes->push_back({code, target->size, count, 1});
    ++target->item_count;
  } else if (code != 'x' && count > 0) {
    codes->push_back({code, target->size, kind.size, count});
    target->item_count += count;
  }
  if (__builtin_add_overflow(target->size, bytes, &target->size)) return too_long();
  return {};
}

bool is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

// ---- single items

uint64_t load_bits(const char* at, int64_t size, bool big) {
  uint64_t bits = 0;
  for (int64_t i = 0; i < size; ++i)
    bits = bits << 8 | static_cast<unsigned char>(at[big ? i : size - 1 - i]);
  return bits;
}

void store_bits(char* at, uint64_t bits, int64_t size, bool big) {
  for (int64_t i = 0; i < size; ++i) at[big ? size - 1 - i : i] = static_cast<char>(bits >> (8 * i));
}

double half_to_double(uint16_t bits) {
  const int exponent = bits >> 10 & 31;
  const int fraction = bits & 1023;
  double value;
  if (exponent == 31) {
    value = fraction == 0 ? HUGE_VAL : std::nan("");
  } else if (exponent == 0) {
    value = std::ldexp(fraction, -24);
  } else {
    value = std::ldexp(1024 + fraction, exponent - 25);
  }
  return (bits & 0x8000) != 0 ? -value : value;
}

/// Rounded half to even; false when it is too large.
bool double_to_half(double value, uint16_t* bits) {
  const uint16_t sign = std::signbit(value) ? 0x8000 : 0;
  if (std::isnan(value)) {
    *bits = sign | 0x7E00;
    return true;
  }
  value = std::fabs(value);
  if (std::isinf(value)) {
    *bits = sign | 0x7C00;
    return true;
  }
  int exponent = 0;
  if (value != 0) {
    std::frexp(value, &exponent);
  } else {
    exponent = -100;
  }
  // The unit of the last place: 2^-24 for the smallest numbers.
  const int unit = std::max(exponent - 11, -24);
  const double rounded = std::nearbyint(std::ldexp(value, -unit));
  const auto fraction = static_cast<uint32_t>(rounded);
  const uint32_t magnitude = unit == -24 ? fraction : (static_cast<uint32_t>(unit + 24) << 10) + fraction;
  if (magnitude >= 0x7C00) return false;
  *bits = static_cast<uint16_t>(sign | magnitude);
  return true;
}

bool is_signed_code(char code) {
  return code == 'b' || code == 'h' || code == 'i' || code == 'l' || code == 'q' || code == 'n';
}

Value load_one(const Code& code, const char* at, bool big) {
  switch (code.code) {
    case 'c':
      return make_byte(static_cast<uint8_t>(*at));
    case '?': {
      bool any = false;
      for (int64_t i = 0; i < code.size; ++i) any |= at[i] != 0;
      return make_bool(any);
    }
    case 's':
      return make_bytes(std::string_view(at, static_cast<size_t>(code.size)));
    case 'p': {
      if (code.size == 0) return empty_bytes();
      const int64_t length = std::min<int64_t>(static_cast<unsigned char>(*at), code.size - 1);
      return make_bytes(std::string_view(at + 1, static_cast<size_t>(length)));
    }
    case 'e':
      return make_float(half_to_double(static_cast<uint16_t>(load_bits(at, 2, big))));
    case 'f':
      return make_float(
          static_cast<double>(std::bit_cast<float>(static_cast<uint32_t>(load_bits(at, 4, big)))));
    case 'd':
      return make_float(std::bit_cast<double>(load_bits(at, 8, big)));
    default: {
      const uint64_t bits = load_bits(at, code.size, big);
      if (!is_signed_code(code.code)) return make_int_unsigned(bits);
      const int shift = static_cast<int>(64 - 8 * code.size);
      return make_int(static_cast<int64_t>(bits << shift) >> shift);
    }
  }
}

/// Which words a range error has: CPython's packers differ.
Raised range_error(const Code& code, Order order) {
  const bool native = order != Order::Big;  // CPython uses the native packers where the layouts agree
  if (code.code == 'b') return raise(error_type, "byte format requires -128 <= number <= 127");
  if (code.code == 'B') return raise(error_type, "ubyte format requires 0 <= number <= 255");
  if (native && code.code == 'h')
    return raise(error_type, "short format requires {} <= number <= {}", SHRT_MIN, SHRT_MAX);
  if (native && code.code == 'H')
    return raise(error_type, "ushort format requires 0 <= number <= {}", USHRT_MAX);
  const uint64_t largest = UINT64_MAX >> (64 - 8 * code.size);
  if (!is_signed_code(code.code))
    return raise(error_type, "'{}' format requires 0 <= number <= {}", code.code, largest);
  const auto half = static_cast<int64_t>(largest >> 1);
  return raise(error_type, "'{}' format requires {} <= number <= {}", code.code, ~half, half);
}

/// A number that does not even fit the machine's integers.
Raised too_large(const Code& code, Order order) {
  if (order == Order::Big && code.size == 8) return raise(error_type, "int too large to convert");
  return raise(error_type, "argument out of range");
}

Status store_integer(const Code& code, Value value, char* at, Order order) {
  if (!is_int(value)) {
    if (type_of(value)->slots.index == nullptr)
      return raise(error_type, "required argument is not an integer");
    value = TRY(to_index(value));
  }
  const bool is_signed = is_signed_code(code.code);
  int64_t number;
  uint64_t bits;
  if (int_fits(value, &number)) {
    bits = static_cast<uint64_t>(number);
    const int shift = static_cast<int>(64 - 8 * code.size);
    if (is_signed) {
      if (static_cast<int64_t>(bits << shift) >> shift != number) return range_error(code, order);
    } else {
      // The unsigned packers of four and eight bytes read an unsigned long first.
      if (number < 0) {
        const bool reads_unsigned = code.size >= 4 || (code.size == 2 && order == Order::Big);
        return reads_unsigned ? too_large(code, order) : range_error(code, order);
      }
      if (code.size < 8 && bits >> (8 * code.size) != 0) return range_error(code, order);
    }
  } else {
    if (is_signed || int_sign(value) < 0) return too_large(code, order);
    Result<uint64_t> large = to_uint64(value);
    if (!large.ok()) {
      take_exception();
      return too_large(code, order);
    }
    bits = large.unwrap();
    if (code.size < 8) {
      const bool reads_unsigned = code.size == 4 || (code.size == 2 && order == Order::Big);
      return reads_unsigned ? range_error(code, order) : too_large(code, order);
    }
  }
  store_bits(at, bits, code.size, order == Order::Big);
  return {};
}

/// An overflow of a float format: integers have CPython's words for integers.
Raised float_too_large(char code, Value value) {
  if (is_int(value)) return raise(error_type, "int too large to convert");
  return raise(types.OverflowError, "float too large to pack with {} format", code);
}

/// A pointer: any integer of 64 bits, signed or not.
Status store_pointer(Value value, char* at) {
  if (!is_int(value)) {
    if (type_of(value)->slots.index == nullptr)
      return raise(error_type, "required argument is not an integer");
    value = TRY(to_index(value));
  }
  int64_t number;
  uint64_t bits;
  if (int_fits(value, &number)) {
    bits = static_cast<uint64_t>(number);
  } else {
    Result<uint64_t> large = to_uint64(value);
    if (!large.ok()) {
      take_exception();
      return raise(error_type, "int too large to convert");
    }
    bits = large.unwrap();
  }
  store_bits(at, bits, 8, false);
  return {};
}

Status store_float(const Code& code, Value value, char* at, Order order) {
  Result<double> converted = to_double(value);
  if (!converted.ok()) {
    take_exception();
    return raise(error_type, "required argument is not a float");
  }
  const double number = converted.unwrap();
  uint64_t bits = std::bit_cast<uint64_t>(number);
  if (code.code == 'e') {
    uint16_t half;
    if (!double_to_half(number, &half)) return float_too_large('e', value);
    bits = half;
  } else if (code.code == 'f') {
    const auto single = static_cast<float>(number);
    if (order != Order::Native && std::isinf(single) && !std::isinf(number))
      return float_too_large('f', value);
    bits = std::bit_cast<uint32_t>(single);
  }
  store_bits(at, bits, code.size, order == Order::Big);
  return {};
}

Status store_text(const Code& code, Value value, char* at) {
  if (!is_bytes(value) && !is_bytearray(value))
    return raise(error_type, "argument for '{}' must be a bytes object", code.code);
  std::string_view data = is_bytes(value) ? value.as<Bytes>()->view() : view_of(value.as<ByteArray>());
  if (code.code == 's') {
    if (!data.empty()) std::memcpy(at, data.data(), std::min(data.size(), static_cast<size_t>(code.size)));
    return {};
  }
  if (code.size == 0) return {};
  data = data.substr(0, static_cast<size_t>(code.size - 1));
  if (!data.empty()) std::memcpy(at + 1, data.data(), data.size());
  *at = static_cast<char>(std::min<size_t>(data.size(), 255));
  return {};
}

Status store_one(const Code& code, Value value, char* at, Order order) {
  switch (code.code) {
    case 'c':
      if (!is_bytes(value) || value.as<Bytes>()->length != 1)
        return raise(error_type, "char format requires a bytes object of length 1");
      *at = value.as<Bytes>()->view()[0];
      return {};
    case '?':
      *at = TRY(is_true(value)) ? 1 : 0;
      return {};
    case 's':
    case 'p':
      return store_text(code, value, at);
    case 'P':
      return store_pointer(value, at);
    case 'e':
    case 'f':
    case 'd':
      return store_float(code, value, at, order);
    default:
      return store_integer(code, value, at, order);
  }
}

}  // namespace

Status compile_format(Struct* target, Value format) {
  Bytes* bytes = TRY(format_bytes(format));
  std::string_view text = bytes->view();
  if (text.find('\0') != std::string_view::npos) return raise(error_type, "embedded null character");
  bool aligned;
  target->order = take_order(&text, &aligned);
  target->size = target->item_count = 0;
  std::vector<Code> codes;
  for (size_t i = 0; i < text.size();) {
    if (is_blank(text[i])) {
      ++i;
      continue;
    }
    int64_t count = 1;
    if (text[i] >= '0' && text[i] <= '9') {
      count = 0;
      for (; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i)
        if (__builtin_mul_overflow(count, 10, &count) || __builtin_add_overflow(count, text[i] - '0', &count))
          return too_long();
      if (i == text.size()) return raise(error_type, "repeat count given without format specifier");
    }
    TRY(add_code(target, &codes, text[i++], count, aligned));
  }
  const size_t size = codes.size() * sizeof(Code);
  auto* blob = static_cast<Blob*>(allocate(shapes.blob, sizeof(Blob) + size + 1));
  blob->kind = Kind::kBlob;
  blob->length = size;
  if (size != 0) std::memcpy(blob->data, codes.data(), size);
  target->code_count = static_cast<int64_t>(codes.size());
  target->codes = blob;
  target->format = bytes;
  write_barrier(target);
  return {};
}

Result<Value> unpack_items(const Struct* layout, const char* data) {
  Tuple* items = TRY(allocate_tuple(static_cast<size_t>(layout->item_count)));
  const bool big = layout->order == Order::Big;
  size_t next = 0;
  for (int64_t i = 0; i < layout->code_count; ++i) {
    const Code& code = *layout->code_at(i);
    for (int64_t k = 0; k < code.count; ++k)
      store(items, items->items[next++], load_one(code, data + code.offset + k * code.size, big));
  }
  return items;
}

Status pack_items(const Struct* layout, const Value* values, char* data) {
  size_t next = 0;
  for (int64_t i = 0; i < layout->code_count; ++i) {
    const Code& code = *layout->code_at(i);
    for (int64_t k = 0; k < code.count; ++k)
      TRY(store_one(code, values[next++], data + code.offset + k * code.size, layout->order));
  }
  return {};
}

}  // namespace ouro::vm::structs
