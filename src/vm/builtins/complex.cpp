// The type complex.
#include <cmath>

#include "base/float_text.h"
#include "vm/builtins/format.h"
#include "vm/builtins/numbers.h"
#include "vm/object/argument_errors.h"
#include "vm/object/int_cells.h"
#include "vm/object/number_text.h"
#include "vm/object/protocol.h"
#include "vm/object/startup.h"

namespace ouro::vm {

namespace {

bool is_complex(Value value) {
  return is_kind(value, Kind::kComplex);
}
ComplexValue get(Value value) {
  return {value.as<Complex>()->real, value.as<Complex>()->imag};
}
Value make(ComplexValue value) {
  return make_complex(value.real, value.imag);
}

/// A complex, float or int operand; anything else is none of ours.
Result<bool> operand(Value value, ComplexValue* number) {
  *number = {0, 0};
  if (is_complex(value)) {
    *number = get(value);
  } else if (is_float(value)) {
    number->real = float_value(value);
  } else if (is_int(value)) {
    number->real = TRY(int_to_double(value));
  } else {
    return false;
  }
  return true;
}

using ComplexOperation = Result<Value> (*)(ComplexValue, ComplexValue);

template <ComplexOperation operation>
Result<Value> complex_binary(Value left, Value right) {
  ComplexValue a, b;
  if (!TRY(operand(left, &a)) || !TRY(operand(right, &b))) return not_implemented();
  return operation(a, b);
}

Result<Value> add(ComplexValue a, ComplexValue b) {
  return make(complex_add(a, b));
}
Result<Value> subtract(ComplexValue a, ComplexValue b) {
  return make(complex_subtract(a, b));
}
Result<Value> multiply(ComplexValue a, ComplexValue b) {
  return make(complex_multiply(a, b));
}
Result<Value> divide(ComplexValue a, ComplexValue b) {
  auto quotient = complex_divide(a, b);
  if (!quotient) return raise(types.ZeroDivisionError, "complex division by zero");
  return make(*quotient);
}

Result<Value> complex_power_slot(Value base, Value exponent, Value modulus) {
  ComplexValue a, b;
  if (!TRY(operand(base, &a)) || !TRY(operand(exponent, &b))) return not_implemented();
  if (!modulus.is_null() && !is_none(modulus)) return raise(types.ValueError, "complex modulo");
  auto power = complex_power(a, b);
  if (power) return make(*power);
  if (a.real == 0 && a.imag == 0) return raise(types.ZeroDivisionError, "0.0 to a negative or complex power");
  return raise(types.OverflowError, "complex exponentiation");
}

Result<Value> negate(Value self) {
  return make_complex(-get(self).real, -get(self).imag);
}
Result<Value> plain(Value self) {
  return make(get(self));
}
Result<bool> complex_bool(Value self) {
  return get(self).real != 0 || get(self).imag != 0;
}

Result<Value> absolute_value(Value self) {
  ComplexValue z = get(self);
  double length = std::hypot(z.real, z.imag);
  if (std::isinf(length) && std::isfinite(z.real) && std::isfinite(z.imag))
    return raise(types.OverflowError, "absolute value too large");
  return make_float(length);
}

Result<int64_t> complex_hash(Value self) {
  constexpr uint64_t kImaginary = 1000003;
  ComplexValue z = get(self);
  auto hash = static_cast<uint64_t>(double_hash(z.real, self)) +
              kImaginary * static_cast<uint64_t>(double_hash(z.imag, self));
  return static_cast<int64_t>(hash) == -1 ? int64_t{-2} : static_cast<int64_t>(hash);
}

Result<Value> complex_repr_slot(Value self) {
  return make_str_latin1(complex_repr(get(self).real, get(self).imag));
}

Result<Value> complex_richcompare(Value self, Value other, CompareOp op) {
  if (op != CompareOp::Equal && op != CompareOp::NotEqual) return not_implemented();
  if (!is_complex(self)) return not_implemented();
  ComplexValue z = get(self);
  bool same;
  if (is_complex(other)) {
    same = z.real == get(other).real && z.imag == get(other).imag;
  } else if (is_float(other)) {
    same = z.imag == 0 && z.real == float_value(other);
  } else if (is_int(other)) {
    same = z.imag == 0 && TRY(equal(make_float(z.real), other));
  } else {
    return not_implemented();
  }
  return make_bool(same == (op == CompareOp::Equal));
}

// ---- construction

/// One float at the start of the text, sign and all, is cut off; false when there is none.
bool take_float(std::string_view* text, double* number) {
  size_t end = 0;
  std::string_view t = *text;
  if (end < t.size() && (t[end] == '+' || t[end] == '-')) ++end;
  if (t.substr(end).starts_with("infinity")) {
    end += 8;
  } else if (t.substr(end).starts_with("inf") || t.substr(end).starts_with("nan")) {
    end += 3;
  } else {
    auto digits = [&] {
      while (end < t.size() && ((t[end] >= '0' && t[end] <= '9') || t[end] == '_')) ++end;
    };
    digits();
    if (end < t.size() && t[end] == '.') {
      ++end;
      digits();
    }
    if (end < t.size() && t[end] == 'e') {
      size_t before = end++;
      if (end < t.size() && (t[end] == '+' || t[end] == '-')) ++end;
      size_t first = end;
      digits();
      if (end == first) end = before;
    }
  }
  if (!parse_float_text(t.substr(0, end), number)) return false;
  text->remove_prefix(end);
  return true;
}

/// `real`, `imag j`, or `real±imag j`; a lone sign before j means one.
bool parse_complex(std::string_view text, ComplexValue* value) {
  text = trim_space(text);
  bool parentheses = !text.empty() && text.front() == '(';
  if (parentheses) {
    if (text.back() != ')' || text.size() < 2) return false;
    text = trim_space(text.substr(1, text.size() - 2));
  }
  auto lone_unit = [](std::string_view t, double* number) {
    if (t != "j" && t != "+j" && t != "-j") return false;
    *number = t[0] == '-' ? -1 : 1;
    return true;
  };
  *value = {0, 0};
  if (lone_unit(text, &value->imag)) return true;
  double first;
  if (!take_float(&text, &first)) return false;
  if (text.empty()) {
    value->real = first;
    return true;
  }
  if (text == "j") {
    value->imag = first;
    return true;
  }
  value->real = first;
  if (text.front() != '+' && text.front() != '-') return false;
  if (lone_unit(text, &value->imag)) return true;
  return take_float(&text, &value->imag) && text == "j";
}

Result<ComplexValue> complex_from_text(Str* text) {
  std::string lower = number_text(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  ComplexValue value;
  if (!parse_complex(lower, &value)) return raise(types.ValueError, "complex() arg is a malformed string");
  return value;
}

/// object.__complex__(), checked; not found: false.
Result<bool> by_dunder(Value object, ComplexValue* value) {
  bool found;
  Value result = TRY(call_special(object, names.dunder_complex, {}, &found));
  if (!found) return false;
  if (!is_complex(result))
    return raise(types.TypeError, "__complex__ returned non-complex (type {})", type_name(result));
  if (!is_exactly(result, types.complex)) {
    TRY(warn(types.DeprecationWarning,
             fmt::format(
                 "__complex__ returned non-complex (type {}).  The ability to return an instance of a strict "
                 "subclass of complex is deprecated, and may not be supported in a future version of Python.",
                 type_name(result))));
  }
  *value = get(result);
  return true;
}

/// One argument of complex(); `position` for the message.
Result<ComplexValue> from_argument(Value object, bool first) {
  ComplexValue value{0, 0};
  if (is_exactly(object, types.complex)) return get(object);
  if (first && TRY(by_dunder(object, &value))) return value;
  if (is_complex(object)) return get(object);
  Type* type = type_of(object);
  if (type->slots.float_ == nullptr && type->slots.index == nullptr) {
    if (first)
      return raise(types.TypeError, "complex() first argument must be a string or a number, not '{}'",
                   type_name(object));
    return raise(types.TypeError, "complex() second argument must be a number, not '{}'", type_name(object));
  }
  value.real = TRY(to_double(object));
  return value;
}

Result<Value> complex_of_type(Type* type, ComplexValue value) {
  auto* cell = allocate_instance<Complex>(type);
  cell->real = value.real;
  cell->imag = value.imag;
  return cell;
}

Result<Value> complex_new(Type* type, const Arguments& arguments) {
  static const Signature signature("complex", "(real=0, imag=0)");
  Value given[2];
  TRY(signature.bind(arguments, given));
  if (!given[0].is_null() && is_str(given[0])) {
    if (!given[1].is_null())
      return raise(types.TypeError, "complex() can't take second arg if first is a string");
    return complex_of_type(type, TRY(complex_from_text(given[0].as<Str>())));
  }
  if (!given[1].is_null() && is_str(given[1]))
    return raise(types.TypeError, "complex() second arg can't be a string");
  if (type == types.complex && !given[0].is_null() && given[1].is_null() &&
      is_exactly(given[0], types.complex))
    return given[0];
  ComplexValue value{0, 0};
  if (!given[0].is_null()) value = TRY(from_argument(given[0], true));
  if (!given[1].is_null()) {
    ComplexValue imaginary = TRY(from_argument(given[1], false));
    // real + imag * 1j, without turning zeros' signs when the parts are plain numbers.
    if (is_complex(given[1])) value.real -= imaginary.imag;
    value.imag = given[0].is_null() || !is_complex(given[0]) ? imaginary.real : value.imag + imaginary.real;
  }
  return complex_of_type(type, value);
}

Result<Value> conjugate(const Value* a) {
  return make_complex(get(a[0]).real, -get(a[0]).imag);
}
Result<Value> complex_method(const Value* a) {
  return plain(a[0]);
}
Result<Value> getnewargs(const Value* a) {
  return make_tuple({make_float(get(a[0]).real), make_float(get(a[0]).imag)});
}
Result<Value> complex_format(const Value* a) {
  if (!is_str(a[1]))
    return raise(types.TypeError, "__format__() argument must be str, not {}", given_name(a[1]));
  return format_complex(a[0], a[1].as<Str>());
}

constexpr MethodSpec kMethods[] = {
    {"conjugate", "($self, /)", conjugate, "The number with the sign of its imaginary part turned."},
    {"__complex__", "($self, /)", complex_method, "The number as an exact complex."},
    {"__getnewargs__", "($self, /)", getnewargs},
    {"__format__", "($self, format_spec, /)", complex_format, "Formats by a format specification."},
};

constexpr MemberSpec kMembers[] = {
    {"real", offsetof(Complex, real), false, false, "the real part of a complex number", true},
    {"imag", offsetof(Complex, imag), false, false, "the imaginary part of a complex number", true},
};

Slots complex_slots() {
  Slots slots{};
  slots.repr = complex_repr_slot;
  slots.hash = complex_hash;
  slots.richcompare = complex_richcompare;
  slots.new_ = complex_new;
  slots.add = complex_binary<add>;
  slots.subtract = complex_binary<subtract>;
  slots.multiply = complex_binary<multiply>;
  slots.true_divide = complex_binary<divide>;
  slots.power = complex_power_slot;
  slots.negative = negate;
  slots.positive = plain;
  slots.absolute = absolute_value;
  slots.bool_ = complex_bool;
  return slots;
}

}  // namespace

void complete_complex() {
  static const TypeSpec spec{
      .name = "complex",
      .kind = Kind::kComplex,
      .basic_size = sizeof(Complex),
      .flags = kTypeBase,
      .methods = kMethods,
      .members = kMembers,
      .doc = "A complex number, made from its parts or from text.",
      .signature = "(real=0, imag=0)",
      .slots = complex_slots(),
  };
  complete_native_type(types.complex, spec);
}

void complete_numbers() {
  complete_int();
  complete_float();
  complete_complex();
}

}  // namespace ouro::vm
