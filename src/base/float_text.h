// Python's float and complex: text in both directions, and the arithmetic that constant folding needs.
//
// A nothing (std::nullopt) means that Python raises (ZeroDivisionError, OverflowError): the caller does not
// fold.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ouro {

struct ComplexValue {
  double real;
  double imag;
};

/// The value of a float literal (no sign, underscores removed, no trailing 'j'), correctly rounded; too large
/// is infinity, too small is zero. Integer digits are fine too ("5" of "5j").
double parse_float(std::string_view literal);

/// repr(value) and repr(complex(real, imag)).
std::string float_repr(double value);
std::string complex_repr(double real, double imag);

std::optional<double> float_divide(double a, double b);
std::optional<double> float_floor_divide(double a, double b);
std::optional<double> float_modulo(double a, double b);

/// a ** b: a float, or a complex number for a negative base with a fractional exponent.
struct PowerResult {
  bool is_complex;
  double real;
  double imag;
};
std::optional<PowerResult> float_power(double a, double b);

ComplexValue complex_add(ComplexValue a, ComplexValue b);
ComplexValue complex_subtract(ComplexValue a, ComplexValue b);
ComplexValue complex_multiply(ComplexValue a, ComplexValue b);
std::optional<ComplexValue> complex_divide(ComplexValue a, ComplexValue b);
std::optional<ComplexValue> complex_power(ComplexValue a, ComplexValue b);

}  // namespace ouro
