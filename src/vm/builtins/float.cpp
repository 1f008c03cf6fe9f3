// The type float.
#include <cmath>

#include "base/float_text.h"
#include "vm/builtins/container_util.h"
#include "vm/builtins/format.h"
#include "vm/builtins/numbers.h"
#include "vm/object/argument_errors.h"
#include "vm/object/compare.h"
#include "vm/object/int_cells.h"
#include "vm/object/number_text.h"
#include "vm/object/protocol.h"

namespace ouro::vm {

namespace {

/// A float or int operand as a double; anything else is none of ours.
Result<bool> operand(Value value, double* number) {
  if (is_float(value)) {
    *number = float_value(value);
    return true;
  }
  if (!is_int(value)) return false;
  *number = TRY(int_to_double(value));
  return true;
}

using DoubleOperation = Result<Value> (*)(double, double);

template <DoubleOperation operation>
Result<Value> float_binary(Value left, Value right) {
  double a, b;
  if (!TRY(operand(left, &a)) || !TRY(operand(right, &b))) return not_implemented();
  return operation(a, b);
}

Result<Value> add(double a, double b) {
  return make_float(a + b);
}
Result<Value> subtract(double a, double b) {
  return make_float(a - b);
}
Result<Value> multiply(double a, double b) {
  return make_float(a * b);
}

Result<Value> divide(double a, double b) {
  if (b == 0) return raise(types.ZeroDivisionError, "float division by zero");
  return make_float(a / b);
}

Result<Value> remainder(double a, double b) {
  if (b == 0) return raise(types.ZeroDivisionError, "float modulo");
  return make_float(*float_modulo(a, b));
}

Result<Value> floor_divide(double a, double b) {
  if (b == 0) return raise(types.ZeroDivisionError, "float floor division by zero");
  return make_float(*float_floor_divide(a, b));
}

Result<Value> divmod_pair(double a, double b) {
  if (b == 0) return raise(types.ZeroDivisionError, "float divmod()");
  return make_tuple({make_float(*float_floor_divide(a, b)), make_float(*float_modulo(a, b))});
}

Result<Value> float_power_slot(Value base, Value exponent, Value modulus) {
  if (!modulus.is_null() && !is_none(modulus))
    return raise(types.TypeError, "pow() 3rd argument not allowed unless all arguments are integers");
  double a, b;
  if (!TRY(operand(base, &a)) || !TRY(operand(exponent, &b))) return not_implemented();
  return float_power_value(a, b);
}

Result<Value> plain(Value self) {
  return make_float(float_value(self));
}
Result<Value> negate(Value self) {
  return make_float(-float_value(self));
}
Result<Value> absolute_value(Value self) {
  return make_float(std::fabs(float_value(self)));
}
Result<bool> float_bool(Value self) {
  return float_value(self) != 0;
}
Result<Value> float_repr_slot(Value self) {
  return make_str_latin1(float_repr(float_value(self)));
}
Result<int64_t> float_hash(Value self) {
  return double_hash(float_value(self), self);
}
Result<Value> truncate(Value self) {
  return int_from_double(std::trunc(float_value(self)));
}

/// The order of a float and an int, exactly; false for NaN.
bool compare_with_int(double number, Value integer, int* order) {
  if (std::isnan(number)) return false;
  if (std::isinf(number)) {
    *order = number > 0 ? 1 : -1;
    return true;
  }
  uint64_t small;
  *order = -ouro::int_compare(int_view(integer, &small), number);
  return true;
}

Result<Value> float_richcompare(Value self, Value other, CompareOp op) {
  if (!is_float(self)) return not_implemented();
  if (is_float(other)) return make_bool(compare_values(float_value(self), float_value(other), op));
  if (!is_int(other)) return not_implemented();
  int order;
  if (!compare_with_int(float_value(self), other, &order)) return make_bool(op == CompareOp::NotEqual);
  return make_bool(compare_values(order, 0, op));
}

// ---- construction

Result<double> double_from_text(std::string_view text, Value shown) {
  double number;
  if (parse_float_text(text, &number)) return number;
  return raise(types.ValueError, "could not convert string to float: {}", repr_text(shown));
}

/// What __float__ of a subclass of float gives; to_double() takes such a number as it is.
Result<double> double_of_subclass(Value object) {
  Value result = TRY(type_of(object)->slots.float_(object));
  if (is_exactly(result, types.float_)) return float_value(result);
  if (!is_float(result))
    return raise(types.TypeError, "{}.__float__ returned non-float (type {})", type_name(object),
                 type_name(result));
  TRY(warn_of_float_subclass(object, result));
  return float_value(result);
}

Result<double> double_from_object(Value object) {
  if (is_float(object) && !is_exactly(object, types.float_)) return double_of_subclass(object);
  const Slots& slots = type_of(object)->slots;
  if (slots.float_ != nullptr || slots.index != nullptr) return to_double(object);
  if (is_str(object)) return double_from_text(number_text(object.as<Str>()), object);
  if (has_buffer(object)) {
    BufferView view;
    TRY(get_buffer(object, &view));
    std::string text(static_cast<const char*>(view.data), static_cast<size_t>(view.length));
    release_buffer(&view);
    return double_from_text(text, is_bytes(object) ? object : Value(make_bytes(text)));
  }
  return raise(types.TypeError, "float() argument must be a string or a real number, not '{}'",
               type_name(object));
}

Result<Value> float_of_type(Type* type, double number) {
  if (type == types.float_) return make_float(number);
  auto* cell = allocate_instance<Float>(type);
  cell->number = number;
  return cell;
}

Result<Value> float_new(Type* type, const Arguments& arguments) {
  static const Signature signature("float", "(x=0, /)");
  Value given[1];
  TRY(bind_base(signature, arguments, replaces_init(type, types.float_), given));
  return float_of_type(type, given[0].is_null() ? 0.0 : TRY(double_from_object(given[0])));
}

// ---- methods

Result<Value> is_integer(const Value* a) {
  double number = float_value(a[0]);
  return make_bool(std::isfinite(number) && std::floor(number) == number);
}

Result<Value> as_integer_ratio(const Value* a) {
  double number = float_value(a[0]);
  if (std::isinf(number)) return raise(types.OverflowError, "cannot convert Infinity to integer ratio");
  if (std::isnan(number)) return raise(types.ValueError, "cannot convert NaN to integer ratio");
  int exponent;
  double fraction = std::frexp(number, &exponent);
  while (fraction != std::floor(fraction)) {
    fraction *= 2;
    --exponent;
  }
  Value numerator = TRY(int_from_double(fraction));
  Value denominator = Value::from_small(1);
  if (exponent > 0) {
    numerator = TRY(int_lshift(numerator, Value::from_small(exponent)));
  } else {
    denominator = TRY(int_lshift(denominator, Value::from_small(-exponent)));
  }
  return make_tuple({numerator, denominator});
}

Result<Value> hex(const Value* a) {
  double number = float_value(a[0]);
  if (!std::isfinite(number)) return make_str_latin1(float_repr(number));
  const char* sign = std::signbit(number) ? "-" : "";
  if (number == 0) return make_str_latin1(fmt::format("{}0x0.0p+0", sign));
  int exponent;
  double fraction = std::frexp(std::fabs(number), &exponent);
  // 1.xxx for normal numbers; subnormal ones keep the least exponent.
  int shift = 1 - std::max(-1021 - exponent, 0);
  auto bits = static_cast<uint64_t>(std::ldexp(fraction, shift + 52));
  exponent -= shift;
  return make_str_latin1(
      fmt::format("{}0x{:x}.{:013x}p{:+d}", sign, bits >> 52, bits & ((uint64_t{1} << 52) - 1), exponent));
}

/// The digits of a hexadecimal literal: value = digits * 2**exponent with `sticky` for what was cut off.
struct HexDigits {
  uint64_t digits = 0;
  int64_t exponent = 0;
  bool sticky = false;
  bool any = false;

  void add(int digit, bool behind_point) {
    any = true;
    if (digits >> 58 != 0) {
      sticky |= digit != 0;
      if (!behind_point) exponent += 4;
      return;
    }
    digits = digits * 16 + static_cast<uint64_t>(digit);
    if (behind_point) exponent -= 4;
  }
};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = static_cast<char>(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

Raised bad_hex() {
  return raise(types.ValueError, "invalid hexadecimal floating-point string");
}

/// digits * 2**exponent, rounded half to even once.
Result<double> scale_hex(const HexDigits& number) {
  if (number.digits == 0) return 0.0;
  int top = 64 - std::countl_zero(number.digits);
  int64_t exponent = number.exponent + top;  // value in [2**(exponent-1), 2**exponent)
  if (exponent > 1024)
    return raise(types.OverflowError, "hexadecimal value too large to represent as a float");
  if (exponent < -1075) return 0.0;
  int keep = exponent >= -1021 ? 53 : static_cast<int>(exponent + 1074);
  uint64_t digits = number.digits;
  int64_t scale = number.exponent;
  int drop = top - keep;
  if (drop > 0) {
    uint64_t lost = drop >= 64 ? digits : digits & ((uint64_t{1} << drop) - 1);
    uint64_t half = uint64_t{1} << (drop - 1);
    digits = drop >= 64 ? 0 : digits >> drop;
    scale += drop;
    if (lost > half || (lost == half && (number.sticky || (digits & 1) != 0))) ++digits;
  }
  double result = std::ldexp(static_cast<double>(digits), static_cast<int>(scale));
  if (std::isinf(result))
    return raise(types.OverflowError, "hexadecimal value too large to represent as a float");
  return result;
}

Result<double> parse_hex(std::string_view text) {
  text = trim_space(text);
  double plain_number;
  std::string lower;
  for (char c : text) lower.push_back(static_cast<char>(c >= 'A' && c <= 'Z' ? c | 0x20 : c));
  if (lower.find_first_of("in") != std::string::npos && parse_plain_float(lower, &plain_number))
    return plain_number;
  std::string_view rest = lower;
  bool negative = false;
  if (!rest.empty() && (rest[0] == '-' || rest[0] == '+')) {
    negative = rest[0] == '-';
    rest.remove_prefix(1);
  }
  if (rest.starts_with("0x")) rest.remove_prefix(2);
  HexDigits number;
  bool point = false;
  size_t i = 0;
  for (; i < rest.size(); ++i) {
    if (rest[i] == '.' && !point) {
      point = true;
    } else if (int digit = hex_digit(rest[i]); digit >= 0) {
      number.add(digit, point);
    } else {
      break;
    }
  }
  if (!number.any) return bad_hex();
  if (i < rest.size()) {
    if (rest[i] != 'p') return bad_hex();
    std::string_view power = rest.substr(i + 1);
    bool minus = !power.empty() && power[0] == '-';
    if (!power.empty() && (power[0] == '-' || power[0] == '+')) power.remove_prefix(1);
    if (power.empty() || power.find_first_not_of("0123456789") != std::string_view::npos) return bad_hex();
    int64_t value = 0;
    for (char c : power) value = std::min<int64_t>(value * 10 + (c - '0'), int64_t{1} << 50);
    number.exponent += minus ? -value : value;
  }
  double magnitude = TRY(scale_hex(number));
  return negative ? -magnitude : magnitude;
}

Result<Value> fromhex(const Value* a) {
  if (!is_str(a[1])) return raise(types.TypeError, "bad argument type for built-in operation");
  double number = TRY(parse_hex(to_utf8(a[1].as<Str>())));
  if (a[0] == Value(types.float_)) return make_float(number);
  return call(a[0], {make_float(number)});
}

Result<Value> round_to_digits(double number, Value digits_object) {
  int64_t digits = TRY(to_index_clipped(digits_object));
  if (!std::isfinite(number)) return make_float(number);
  // Beyond these every digit stays, or none does.
  if (digits > 323) return make_float(number);
  if (digits < -308) return make_float(std::copysign(0.0, number));
  double rounded = round_half_even(number, static_cast<int>(digits));
  if (std::isinf(rounded)) return raise(types.OverflowError, "rounded value too large to represent");
  return make_float(rounded);
}

Result<Value> round_method(const Value* a) {
  double number = float_value(a[0]);
  if (a[1].is_null() || is_none(a[1])) return int_from_double(std::nearbyint(number));
  return round_to_digits(number, a[1]);
}

Result<Value> trunc_method(const Value* a) {
  return truncate(a[0]);
}
Result<Value> floor_method(const Value* a) {
  return int_from_double(std::floor(float_value(a[0])));
}
Result<Value> ceil_method(const Value* a) {
  return int_from_double(std::ceil(float_value(a[0])));
}
Result<Value> conjugate(const Value* a) {
  return plain(a[0]);
}
Result<Value> getnewargs(const Value* a) {
  return make_tuple({TRY(plain(a[0]))});
}

Result<Value> float_format(const Value* a) {
  if (!is_str(a[1]))
    return raise(types.TypeError, "__format__() argument must be str, not {}", given_name(a[1]));
  return format_float(a[0], a[1].as<Str>());
}

Result<Value> getformat(const Value* a) {
  if (!is_str(a[1]))
    return raise(types.TypeError, "__getformat__() argument must be str, not {}", given_name(a[1]));
  if (equals(a[1].as<Str>(), "double") || equals(a[1].as<Str>(), "float")) {
    return make_str(std::endian::native == std::endian::little ? "IEEE, little-endian" : "IEEE, big-endian");
  }
  return raise(types.ValueError, "__getformat__() argument 1 must be 'double' or 'float'");
}

Result<Value> get_real(Value self) {
  return plain(self);
}
Result<Value> get_imag(Value) {
  return make_float(0.0);
}

constexpr MethodSpec kMethods[] = {
    {"conjugate", "($self, /)", conjugate, "A float is its own conjugate."},
    {"__trunc__", "($self, /)", trunc_method, "Towards zero, as an int."},
    {"__floor__", "($self, /)", floor_method, "The next int below."},
    {"__ceil__", "($self, /)", ceil_method, "The next int above."},
    {"__round__", "($self, ndigits=None, /)", round_method,
     "To that many decimals, half to even; without, to an int."},
    {"as_integer_ratio", "($self, /)", as_integer_ratio,
     "The exact value as a pair of ints in lowest terms.\n\n"
     ">>> (0.375).as_integer_ratio()\n(3, 8)\n"
     ">>> (-2.0).as_integer_ratio()\n(-2, 1)\n"
     ">>> (0.0).as_integer_ratio()\n(0, 1)\n"},
    {"fromhex", "($type, string, /)", fromhex,
     "The float that a hexadecimal text stands for.\n\n"
     ">>> float.fromhex('0x1.8p+1')\n3.0\n"
     ">>> float.fromhex('-a.4')\n-10.25\n",
     Binding::Class},
    {"hex", "($self, /)", hex,
     "The exact value as hexadecimal text.\n\n"
     ">>> (0.625).hex()\n'0x1.4000000000000p-1'\n"
     ">>> (-10.5).hex()\n'-0x1.5000000000000p+3'\n"},
    {"is_integer", "($self, /)", is_integer, "Whether the value is a whole number."},
    {"__getnewargs__", "($self, /)", getnewargs},
    {"__getformat__", "($type, typestr, /)", getformat, "How the machine stores floats; for the test suite.",
     Binding::Class},
    {"__format__", "($self, format_spec, /)", float_format, "Formats by a format specification."},
};

constexpr GetSetSpec kGetSets[] = {
    {"real", get_real, nullptr, "The real part: the number itself."},
    {"imag", get_imag, nullptr, "The imaginary part: zero."},
};

Slots float_slots() {
  Slots slots{};
  slots.repr = float_repr_slot;
  slots.hash = float_hash;
  slots.richcompare = float_richcompare;
  slots.new_ = float_new;
  slots.add = float_binary<add>;
  slots.subtract = float_binary<subtract>;
  slots.multiply = float_binary<multiply>;
  slots.remainder = float_binary<remainder>;
  slots.divmod = float_binary<divmod_pair>;
  slots.true_divide = float_binary<divide>;
  slots.floor_divide = float_binary<floor_divide>;
  slots.power = float_power_slot;
  slots.negative = negate;
  slots.positive = plain;
  slots.absolute = absolute_value;
  slots.bool_ = float_bool;
  slots.int_ = truncate;
  slots.float_ = plain;
  return slots;
}

}  // namespace

void complete_float() {
  static const TypeSpec spec{
      .name = "float",
      .kind = Kind::kFloat,
      .basic_size = sizeof(Float),
      .flags = kTypeBase | kTypeMatchSelf,
      .methods = kMethods,
      .getsets = kGetSets,
      .doc = "A floating-point number, made from a number or from text.",
      .signature = "(x=0, /)",
      .slots = float_slots(),
  };
  complete_native_type(types.float_, spec);
}

}  // namespace ouro::vm
