#include "base/float_text.h"

#include <fmt/format.h>
#include <locale.h>
#include <stdlib.h>

#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>

namespace ouro {

namespace {

/// strtod in the C locale, for what std::from_chars calls out of range: it says whether that is 0, a
/// denormal or infinity.
double parse_extreme(std::string_view literal) {
  static const locale_t c_locale = newlocale(LC_ALL_MASK, "C", nullptr);
  const std::string text(literal);
  return strtod_l(text.c_str(), nullptr, c_locale);
}

/// The shortest digits that read back as `value` (finite, positive or zero), and the place of the decimal
/// point relative to their start.
struct Digits {
  char text[32];
  int count;
  int point;
};

Digits shortest_digits(double value) {
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
  Digits digits{};
  const char* at = buffer;
  for (; at != end && *at != 'e'; ++at) {
    if (*at != '.') digits.text[digits.count++] = *at;
  }
  int exponent = 0;
  const char* number = at + 1;
  if (*number == '+') ++number;
  std::from_chars(number, end, exponent);
  digits.point = exponent + 1;
  return digits;
}

std::string format_exponent(const Digits& digits) {
  std::string text(1, digits.text[0]);
  if (digits.count > 1) {
    text += '.';
    text.append(digits.text + 1, static_cast<size_t>(digits.count - 1));
  }
  const int exponent = digits.point - 1;
  text += fmt::format("e{}{:02}", exponent < 0 ? '-' : '+', std::abs(exponent));
  return text;
}

std::string format_positional(const Digits& digits) {
  const auto count = static_cast<size_t>(digits.count);
  if (digits.point <= 0)
    return "0." + std::string(static_cast<size_t>(-digits.point), '0') + std::string(digits.text, count);
  const auto point = static_cast<size_t>(digits.point);
  if (point >= count) return std::string(digits.text, count) + std::string(point - count, '0');
  return std::string(digits.text, point) + "." + std::string(digits.text + point, count - point);
}

/// repr without the ".0" that float adds and complex does not.
std::string bare_repr(double value) {
  if (std::isnan(value)) return "nan";
  std::string text = std::signbit(value) ? "-" : "";
  if (std::isinf(value)) return text + "inf";
  const Digits digits = shortest_digits(std::fabs(value));
  const bool exponent = digits.point <= -4 || digits.point > 16;
  return text + (exponent ? format_exponent(digits) : format_positional(digits));
}

bool is_odd_integer(double value) {
  return std::fmod(std::fabs(value), 2.0) == 1.0;
}

PowerResult real_result(double value) {
  return {false, value, 0};
}

/// The cases of base ** exponent that C's pow is not trusted with: zeros, infinities, NaN. Sets *handled.
std::optional<PowerResult> special_power(double base, double exponent, bool* handled) {
  *handled = true;
  if (exponent == 0) return real_result(1.0);
  if (std::isnan(base)) return real_result(base);
  if (std::isnan(exponent)) return real_result(base == 1.0 ? 1.0 : exponent);
  if (std::isinf(exponent)) {
    const double size = std::fabs(base);
    if (size == 1.0) return real_result(1.0);
    return real_result((exponent > 0) == (size > 1.0) ? HUGE_VAL : 0.0);
  }
  const bool odd = is_odd_integer(exponent);
  if (std::isinf(base)) {
    const double size = exponent > 0 ? HUGE_VAL : 0.0;
    return real_result(odd ? std::copysign(size, base) : size);
  }
  if (base == 0) {
    if (exponent < 0) return std::nullopt;
    return real_result(odd ? base : 0.0);
  }
  *handled = false;
  return std::nullopt;
}

ComplexValue power_by_squaring(ComplexValue base, long exponent) {
  ComplexValue result{1.0, 0.0};
  // The order of the multiplications is CPython's: rounding makes it visible. So is the last, unused square.
  for (long bit = 1; exponent >= bit; bit <<= 1) {
    if ((exponent & bit) != 0) result = complex_multiply(result, base);
    base = complex_multiply(base, base);
  }
  return result;
}

std::optional<ComplexValue> polar_power(ComplexValue a, ComplexValue b) {
  if (b.real == 0 && b.imag == 0) return ComplexValue{1.0, 0.0};
  if (a.real == 0 && a.imag == 0) {
    if (b.imag != 0 || b.real < 0) return std::nullopt;
    return ComplexValue{0.0, 0.0};
  }
  const double size = std::hypot(a.real, a.imag);
  const double angle = std::atan2(a.imag, a.real);
  double length = std::pow(size, b.real);
  double phase = angle * b.real;
  if (b.imag != 0.0) {
    length /= std::exp(angle * b.imag);
    phase += b.imag * std::log(size);
  }
  if (std::isinf(phase)) return std::nullopt;  // outside the domain of sine and cosine
  return ComplexValue{length * std::cos(phase), length * std::sin(phase)};
}

}  // namespace

double parse_float(std::string_view literal) {
  double value = 0;
  const auto result = std::from_chars(literal.data(), literal.data() + literal.size(), value);
  if (result.ec == std::errc()) return value;
  return parse_extreme(literal);
}

std::string float_repr(double value) {
  std::string text = bare_repr(value);
  if (std::isfinite(value) && text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::string complex_repr(double real, double imag) {
  if (real == 0 && !std::signbit(real)) return bare_repr(imag) + "j";
  const std::string imaginary = bare_repr(imag);
  return "(" + bare_repr(real) + (imaginary[0] == '-' ? "" : "+") + imaginary + "j)";
}

std::optional<double> float_divide(double a, double b) {
  if (b == 0) return std::nullopt;
  return a / b;
}

std::optional<double> float_floor_divide(double a, double b) {
  if (b == 0) return std::nullopt;
  const double rest = std::fmod(a, b);
  double quotient = (a - rest) / b;
  if (rest != 0 && (b < 0) != (rest < 0)) quotient -= 1.0;
  if (quotient == 0) return std::copysign(0.0, a / b);
  const double below = std::floor(quotient);
  return quotient - below > 0.5 ? below + 1.0 : below;
}

std::optional<double> float_modulo(double a, double b) {
  if (b == 0) return std::nullopt;
  const double rest = std::fmod(a, b);
  if (rest == 0) return std::copysign(0.0, b);
  return (b < 0) != (rest < 0) ? rest + b : rest;
}

std::optional<PowerResult> float_power(double a, double b) {
  bool handled = false;
  const std::optional<PowerResult> special = special_power(a, b, &handled);
  if (handled) return special;
  bool negate = false;
  if (a < 0) {
    if (b != std::floor(b)) {
      const std::optional<ComplexValue> value = complex_power({a, 0.0}, {b, 0.0});
      if (!value) return std::nullopt;
      return PowerResult{true, value->real, value->imag};
    }
    a = -a;
    negate = is_odd_integer(b);
  }
  if (a == 1.0) return real_result(negate ? -1.0 : 1.0);
  const double value = std::pow(a, b);
  if (std::isinf(value)) return std::nullopt;
  return real_result(negate ? -value : value);
}

ComplexValue complex_add(ComplexValue a, ComplexValue b) {
  return {a.real + b.real, a.imag + b.imag};
}

ComplexValue complex_subtract(ComplexValue a, ComplexValue b) {
  return {a.real - b.real, a.imag - b.imag};
}

ComplexValue complex_multiply(ComplexValue a, ComplexValue b) {
  return {a.real * b.real - a.imag * b.imag, a.real * b.imag + a.imag * b.real};
}

std::optional<ComplexValue> complex_divide(ComplexValue a, ComplexValue b) {
  const double real_size = std::fabs(b.real);
  const double imag_size = std::fabs(b.imag);
  if (real_size >= imag_size) {
    if (real_size == 0) return std::nullopt;
    const double ratio = b.imag / b.real;
    const double divisor = b.real + b.imag * ratio;
    return ComplexValue{(a.real + a.imag * ratio) / divisor, (a.imag - a.real * ratio) / divisor};
  }
  if (imag_size >= real_size) {
    const double ratio = b.real / b.imag;
    const double divisor = b.real * ratio + b.imag;
    return ComplexValue{(a.real * ratio + a.imag) / divisor, (a.imag * ratio - a.real) / divisor};
  }
  return ComplexValue{NAN, NAN};  // one of the divisor's parts is NaN
}

std::optional<ComplexValue> complex_power(ComplexValue a, ComplexValue b) {
  std::optional<ComplexValue> result;
  if (b.imag == 0.0 && b.real == std::floor(b.real) && std::fabs(b.real) <= 100.0) {
    const long exponent = static_cast<long>(b.real);
    if (exponent > 0) {
      result = power_by_squaring(a, exponent);
    } else {
      result = complex_divide({1.0, 0.0}, power_by_squaring(a, -exponent));
    }
  } else {
    result = polar_power(a, b);
  }
  if (result && (std::isinf(result->real) || std::isinf(result->imag))) return std::nullopt;
  return result;
}

}  // namespace ouro
