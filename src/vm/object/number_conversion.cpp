// Between Python's numbers and the machine's, and between numbers and text.
#include <unicode/uchar.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/float_text.h"
#include "vm/heap/heap.h"
#include "vm/object/exceptions.h"
#include "vm/object/int_cells.h"
#include "vm/object/number_text.h"
#include "vm/object/numbers.h"
#include "vm/object/protocol.h"

namespace ouro::vm {

int64_t max_str_digits = 4300;

namespace {

enum class Overflow { Saturate, SsizeT, Index };

Result<int64_t> index_to_int64(Value value, Overflow overflow) {
  Value integer = is_int(value) ? value : TRY(to_index(value));
  int64_t number;
  if (int_fits(integer, &number)) return number;
  switch (overflow) {
    case Overflow::Saturate:
      return int_sign(integer) < 0 ? INT64_MIN : INT64_MAX;
    case Overflow::Index:
      return raise(types.IndexError, "cannot fit '{}' into an index-sized integer", type_name(value));
    case Overflow::SsizeT:
      break;
  }
  return raise(types.OverflowError, "Python int too large to convert to C ssize_t");
}

/// What __index__ or __int__ gave: an int, with a warning when of a subclass.
Result<Value> checked_int_result(Value result, std::string_view method) {
  if (result.is_small_int() || is_exactly(result, types.int_)) return result;
  if (!is_int(result))
    return raise(types.TypeError, "{} returned non-int (type {})", method, type_name(result));
  TRY(warn(
      types.DeprecationWarning,
      fmt::format(
          "{} returned non-int (type {}).  The ability to return an instance of a strict subclass of int "
          "is deprecated, and may not be supported in a future version of Python.",
          method, type_name(result))));
  return result;
}

/// The digits of a text with Python's underscore rule, or false.
bool collect_digits(std::string_view text, int base, std::string* digits) {
  bool after_digit = false;
  for (char c : text) {
    if (c == '_') {
      if (!after_digit) return false;
      after_digit = false;
      continue;
    }
    int digit = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'z' ? c - 'a' + 10
                : c >= 'A' && c <= 'Z' ? c - 'A' + 10
                                       : 99;
    if (digit >= base) return false;
    digits->push_back(c);
    after_digit = true;
  }
  return after_digit;
}

/// The base that a prefix says ("0x"), which is cut off; base 0 takes any prefix.
bool take_prefix(std::string_view* text, int* base) {
  bool prefixed = false;
  if (text->size() >= 2 && (*text)[0] == '0') {
    char letter = static_cast<char>((*text)[1] | 0x20);
    int said = letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 0;
    if (said != 0 && (*base == 0 || *base == said)) {
      *base = said;
      text->remove_prefix(2);
      if (!text->empty() && text->front() == '_') text->remove_prefix(1);
      prefixed = true;
    }
  }
  if (*base != 0) return true;
  *base = 10;
  // Without a prefix, a leading zero may only start a zero.
  if (!prefixed && text->size() > 1 && text->front() == '0')
    return text->find_first_not_of("0_") == std::string_view::npos;
  return true;
}

}  // namespace

Result<Value> parse_int(std::string_view ascii, int base, bool* valid) {
  *valid = false;
  std::string_view text = trim_space(ascii);
  bool negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  std::string digits;
  if (!take_prefix(&text, &base) || !collect_digits(text, base, &digits)) return Value();
  *valid = true;
  bool power_of_two = (base & (base - 1)) == 0;
  if (!power_of_two && max_str_digits > 0 && static_cast<int64_t>(digits.size()) > max_str_digits)
    return raise(types.ValueError,
                 "Exceeds the limit ({} digits) for integer string conversion: value has {} digits; use "
                 "sys.set_int_max_str_digits() to increase the limit",
                 max_str_digits, digits.size());
  return int_from_digits(negative, digits, base);
}

Result<Value> int_from_text(Str* text, int base) {
  bool valid;
  Value number = TRY(parse_int(number_text(text), base, &valid));
  if (valid) return number;
  return raise(types.ValueError, "invalid literal for int() with base {}: {}", base, repr_text(text));
}

std::string number_text(const Str* text) {
  std::string ascii;
  ascii.reserve(text->length);
  if (text->is_ascii()) return std::string(text->ascii_view());
  for (size_t i = 0; i < text->length; ++i) {
    char32_t c = text->at(i);
    int digit;
    if (c < 128) {
      ascii.push_back(static_cast<char>(c));
    } else if (is_unicode_space(c)) {
      ascii.push_back(' ');
    } else if ((digit = decimal_digit(c)) >= 0) {
      ascii.push_back(static_cast<char>('0' + digit));
    } else {
      ascii.push_back('?');
    }
  }
  return ascii;
}

std::string_view trim_space(std::string_view text) {
  constexpr std::string_view kSpace(" \t\n\v\f\r\x1c\x1d\x1e\x1f", 10);
  size_t start = text.find_first_not_of(kSpace);
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(kSpace) - start + 1);
}

bool parse_float_text(std::string_view ascii, double* number) {
  std::string_view text = trim_space(ascii);
  std::string clean;
  char previous = '\0';
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    bool digit = c >= '0' && c <= '9';
    if (c == '_') {
      bool next_digit = i + 1 < text.size() && text[i + 1] >= '0' && text[i + 1] <= '9';
      if (!(previous >= '0' && previous <= '9') || !next_digit) return false;
    } else {
      clean.push_back(digit ? c : static_cast<char>(c >= 'A' && c <= 'Z' ? c | 0x20 : c));
    }
    previous = c;
  }
  return parse_plain_float(clean, number);
}

bool parse_plain_float(std::string_view text, double* number) {
  bool negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  if (text == "inf" || text == "infinity") {
    *number = negative ? -INFINITY : INFINITY;
    return true;
  }
  if (text == "nan") {
    *number = std::copysign(NAN, negative ? -1.0 : 1.0);
    return true;
  }
  size_t i = 0, digits = 0;
  auto skip_digits = [&] {
    for (; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i) ++digits;
  };
  skip_digits();
  if (i < text.size() && text[i] == '.') {
    ++i;
    skip_digits();
  }
  if (digits == 0) return false;
  if (i < text.size() && text[i] == 'e') {
    ++i;
    if (i < text.size() && (text[i] == '-' || text[i] == '+')) ++i;
    size_t before = digits;
    skip_digits();
    if (digits == before) return false;
  }
  if (i != text.size()) return false;
  double magnitude = parse_float(text);
  *number = negative ? -magnitude : magnitude;
  return true;
}

Result<Value> to_index(Value value) {
  if (value.is_small_int() || is_exactly(value, types.int_)) return value;
  if (is_int(value)) return int_add(value, make_int(0));  // of exact type int
  UnaryFn index = type_of(value)->slots.index;
  if (index == nullptr)
    return raise(types.TypeError, "'{}' object cannot be interpreted as an integer", type_name(value));
  const Value result = TRY(checked_int_result(TRY(index(value)), "__index__"));
  const bool exact = result.is_small_int() || is_exactly(result, types.int_);
  return exact ? Result<Value>(result) : int_add(result, make_int(0));
}

Result<Value> to_int_by_dunder(Value value, bool* found) {
  *found = true;
  if (UnaryFn convert = type_of(value)->slots.int_) return checked_int_result(TRY(convert(value)), "__int__");
  if (type_of(value)->slots.index != nullptr) return to_index(value);
  *found = false;
  return Value();
}

Result<int64_t> to_int64(Value value) {
  return index_to_int64(value, Overflow::SsizeT);
}
Result<int64_t> to_int64_index(Value value) {
  return index_to_int64(value, Overflow::Index);
}
Result<int64_t> to_index_clipped(Value value) {
  return index_to_int64(value, Overflow::Saturate);
}

Result<uint64_t> to_uint64(Value value) {
  Value integer = TRY(to_index(value));
  uint64_t small;
  IntView view = int_view(integer, &small);
  if (view.negative) return raise(types.OverflowError, "can't convert negative int to unsigned");
  if (view.limbs.size() > 1) return raise(types.OverflowError, "int too big to convert");
  return view.limbs.empty() ? uint64_t{0} : view.limbs[0];
}

Result<int> to_c_int(Value value) {
  Value integer = TRY(to_index(value));
  int64_t number;
  if (!int_fits(integer, &number))
    return raise(types.OverflowError, "Python int too large to convert to C int");
  if (number > INT32_MAX) return raise(types.OverflowError, "signed integer is greater than maximum");
  if (number < INT32_MIN) return raise(types.OverflowError, "signed integer is less than minimum");
  return static_cast<int>(number);
}

Status warn_of_float_subclass(Value value, Value result) {
  return warn(
      types.DeprecationWarning,
      fmt::format("{}.__float__ returned non-float (type {}).  The ability to return an instance of a strict "
                  "subclass of float is deprecated, and may not be supported in a future version of Python.",
                  type_name(value), type_name(result)));
}

Result<double> to_double(Value value) {
  if (is_float(value)) return float_value(value);
  UnaryFn convert = type_of(value)->slots.float_;
  if (convert == nullptr) {
    if (type_of(value)->slots.index == nullptr)
      return raise(types.TypeError, "must be real number, not {}", type_name(value));
    return int_to_double(TRY(to_index(value)));
  }
  Value result = TRY(convert(value));
  if (!is_float(result))
    return raise(types.TypeError, "{}.__float__ returned non-float (type {})", type_name(value),
                 type_name(result));
  if (!is_exactly(result, types.float_)) TRY(warn_of_float_subclass(value, result));
  return float_value(result);
}

Result<std::string> int_to_text(Value integer, int base) {
  if (integer.is_small_int() && base == 10) return fmt::format("{}", integer.small_int());
  uint64_t small;
  IntView view = int_view(integer, &small);
  if (base == 10 && max_str_digits > 0) {
    // 0.30103 digits a bit: the estimate decides when it is certain, the text when it is near the limit.
    double estimate = static_cast<double>(int_bit_length(view)) * 0.30102999566398120;
    bool too_long = estimate > static_cast<double>(max_str_digits) + 1;
    std::string digits;
    if (!too_long) {
      digits = magnitude_to_text(view, 10);
      too_long = static_cast<int64_t>(digits.size()) > max_str_digits;
    }
    if (too_long)
      return raise(
          types.ValueError,
          "Exceeds the limit ({} digits) for integer string conversion; use sys.set_int_max_str_digits() to "
          "increase the limit",
          max_str_digits);
    return (view.negative ? "-" : "") + digits;
  }
  return (view.negative ? "-" : "") + magnitude_to_text(view, base);
}

Value make_float_cell(double number) {
  auto* cell = allocate<Float>(types.float_->root_shape);
  cell->number = number;
  return cell;
}

Value make_complex(double real, double imag) {
  auto* cell = allocate<Complex>(types.complex->root_shape);
  cell->real = real;
  cell->imag = imag;
  return cell;
}

int64_t double_hash(double number, Value object_for_nan) {
  if (std::isnan(number)) return static_cast<int64_t>(std::rotr(object_for_nan.bits(), 4));
  if (std::isinf(number)) return number > 0 ? 314159 : -314159;
  // number = mantissa * 2**exponent; modulo 2**61 - 1 a power of two is a rotation of 61 bits.
  constexpr int kBits = 61;
  constexpr uint64_t kModulus = (uint64_t{1} << kBits) - 1;
  int exponent;
  auto mantissa = static_cast<uint64_t>(std::ldexp(std::frexp(std::fabs(number), &exponent), 53));
  int turn = ((exponent - 53) % kBits + kBits) % kBits;
  uint64_t residue = ((mantissa << turn) & kModulus) | mantissa >> (kBits - turn);
  if (residue == kModulus) residue = 0;
  auto hash = static_cast<int64_t>(residue);
  if (number < 0) hash = -hash;
  return hash == -1 ? -2 : hash;
}

Result<Value> float_power_value(double a, double b) {
  auto power = float_power(a, b);
  if (!power) {
    if (a == 0) return raise(types.ZeroDivisionError, "0.0 cannot be raised to a negative power");
    return raise_with(types.OverflowError,
                      {Value::from_small(34), make_str("Numerical result out of range")});
  }
  return power->is_complex ? make_complex(power->real, power->imag) : make_float(power->real);
}

double round_half_even(double number, int digits) {
  char text[800];
  if (digits >= 0) {
    std::snprintf(text, sizeof text, "%.*f", digits, number);  // exact in glibc and musl
    return std::strtod(text, nullptr);
  }
  std::snprintf(text, sizeof text, "%.17e", number);
  int exponent = static_cast<int>(std::strtol(std::strchr(text, 'e') + 1, nullptr, 10));
  int significant = exponent + 1 + digits;
  if (significant < 0) return std::copysign(0.0, number);
  if (significant == 0) {
    bool up = std::fabs(number) > std::strtod(fmt::format("5e{}", exponent).c_str(), nullptr);
    return std::copysign(up ? std::strtod(fmt::format("1e{}", -digits).c_str(), nullptr) : 0.0, number);
  }
  std::snprintf(text, sizeof text, "%.*e", significant - 1, number);
  return std::strtod(text, nullptr);
}

bool is_unicode_space(char32_t character) {
  if (u_charType(static_cast<UChar32>(character)) == U_SPACE_SEPARATOR) return true;
  UCharDirection direction = u_charDirection(static_cast<UChar32>(character));
  return direction == U_WHITE_SPACE_NEUTRAL || direction == U_BLOCK_SEPARATOR ||
         direction == U_SEGMENT_SEPARATOR;
}

int decimal_digit(char32_t character) {
  return u_charDigitValue(static_cast<UChar32>(character));
}

}  // namespace ouro::vm
