#include "vm/builtins/item_format.h"

#include <climits>
#include <cstring>

namespace ouro::vm {

namespace {

template <class T>
T load(const char* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

template <class T>
void set(PackedItem* packed, T value) {
  std::memcpy(packed->bytes, &value, sizeof value);
  packed->size = sizeof value;
}

/// An integer for a code of `size` bytes.
StoreError pack_integer(Value value, int64_t size, bool is_signed, PackedItem* packed) {
  Result<Value> integer = to_index(value);
  if (!integer.ok()) return clear_if(types.TypeError) ? StoreError::Type : StoreError::Raised;
  uint64_t bits;
  if (is_signed) {
    int64_t number;
    if (!int_fits(integer.unwrap(), &number)) return StoreError::Range;
    const int shift = static_cast<int>(64 - 8 * size);
    bits = static_cast<uint64_t>(number);
    if (static_cast<int64_t>(bits << shift) >> shift != number) return StoreError::Range;
  } else {
    Result<uint64_t> number = to_uint64(integer.unwrap());
    if (!number.ok()) {
      take_exception();
      return StoreError::Range;
    }
    bits = number.unwrap();
    if (size < 8 && bits >> (8 * size) != 0) return StoreError::Range;
  }
  std::memcpy(packed->bytes, &bits, 8);
  packed->size = size;
  return StoreError::None;
}

StoreError pack_float(Value value, bool is_double, PackedItem* packed) {
  Result<double> number = to_double(value);
  if (!number.ok()) return clear_if(types.TypeError) ? StoreError::Type : StoreError::Raised;
  if (is_double) {
    set(packed, number.unwrap());
  } else {
    set(packed, static_cast<float>(number.unwrap()));
  }
  return StoreError::None;
}

}  // namespace

int64_t native_item_size(const char* format, char* code) {
  if (format == nullptr) format = "B";
  if (*format == '@') ++format;
  if (*format == '\0' || format[1] != '\0') return 0;
  *code = *format;
  switch (*format) {
    case 'c':
    case 'b':
    case 'B':
    case '?':
      return 1;
    case 'h':
    case 'H':
      return 2;
    case 'i':
    case 'I':
    case 'f':
      return 4;
    case 'l':
    case 'L':
    case 'q':
    case 'Q':
    case 'n':
    case 'N':
    case 'P':
    case 'd':
      return 8;
    default:
      return 0;
  }
}

Value load_item(const char* at, char code) {
  switch (code) {
    case 'c':
      return make_byte(static_cast<uint8_t>(*at));
    case 'b':
      return make_int(static_cast<signed char>(*at));
    case 'B':
      return make_int(static_cast<unsigned char>(*at));
    case '?':
      return make_bool(*at != 0);
    case 'h':
      return make_int(load<int16_t>(at));
    case 'H':
      return make_int(load<uint16_t>(at));
    case 'i':
      return make_int(load<int32_t>(at));
    case 'I':
      return make_int(load<uint32_t>(at));
    case 'l':
    case 'q':
    case 'n':
      return make_int(load<int64_t>(at));
    case 'L':
    case 'Q':
    case 'N':
    case 'P':
      return make_int_unsigned(load<uint64_t>(at));
    case 'f':
      return make_float(static_cast<double>(load<float>(at)));
    case 'd':
      return make_float(load<double>(at));
    default:
      return Value();
  }
}

StoreError pack_item(char code, Value value, PackedItem* packed) {
  const char format[2] = {code, 0};
  char same;
  const int64_t size = native_item_size(format, &same);
  switch (code) {
    case 'c':
      if (!is_bytes(value)) return StoreError::Type;
      if (value.as<Bytes>()->length != 1) return StoreError::Range;
      set(packed, value.as<Bytes>()->data[0]);
      return StoreError::None;
    case '?': {
      Result<bool> truth = is_true(value);
      if (!truth.ok()) return StoreError::Raised;
      set(packed, static_cast<char>(truth.unwrap()));
      return StoreError::None;
    }
    case 'f':
      return pack_float(value, false, packed);
    case 'd':
      return pack_float(value, true, packed);
    case 'b':
    case 'h':
    case 'i':
    case 'l':
    case 'q':
    case 'n':
      return pack_integer(value, size, true, packed);
    default:
      return pack_integer(value, size, false, packed);
  }
}

}  // namespace ouro::vm
