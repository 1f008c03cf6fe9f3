// The module cmath.
//
// The formulas are those that CPython uses, after Kahan and Hull, since results are to be equal to the last
// bit. Infinities and NaN have the values of Annex G of the C standard: the C library is asked for those.
#include <complex.h>

#include <cerrno>
#include <cfloat>
#include <cmath>
#include <limits>
#include <numbers>

#include "base/float_text.h"
#include "vm/modules/native_module.h"

namespace ouro::vm {

namespace {

using Number = ComplexValue;
using CComplex = _Complex double;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kLarge = DBL_MAX / 4;  // beyond: halve before multiplying
constexpr double kLog2 = std::numbers::ln2;
const double kSqrtLarge = std::sqrt(kLarge);
const double kLogLarge = std::log(kLarge);
const double kSqrtLeast = std::sqrt(DBL_MIN);

bool is_finite(Number z) {
  return std::isfinite(z.real) && std::isfinite(z.imag);
}

/// What the C library says: for numbers that are not finite.
Number by_library(CComplex (*function)(CComplex), Number z) {
  CComplex argument;
  __real__ argument = z.real;
  __imag__ argument = z.imag;
  const CComplex result = function(argument);
  errno = 0;
  return {__real__ result, __imag__ result};
}

double log1p_signed(double x) {
  return x == 0 ? x : std::log1p(x);
}
double log_of_large(Number z) {
  return std::log(std::hypot(z.real / 2, z.imag / 2)) + kLog2 * 2;
}
Number times_i(Number z) {
  return {-z.imag, z.real};
}
Number times_minus_i(Number z) {
  return {z.imag, -z.real};
}
/// A result that is no error, whatever the C library said on the way.
Number plain(Number z) {
  errno = 0;
  return z;
}
Number finished(Number z) {
  errno = std::isinf(z.real) || std::isinf(z.imag) ? ERANGE : 0;
  return z;
}

Number square_root(Number z) {
  if (!is_finite(z)) return by_library(csqrt, z);
  if (z.real == 0 && z.imag == 0) return {0.0, z.imag};
  double x = std::fabs(z.real), s;
  const double y = std::fabs(z.imag);
  if (x < DBL_MIN && y < DBL_MIN) {
    constexpr int kUp = 2 * (DBL_MANT_DIG / 2) + 1;
    x = std::ldexp(x, kUp);
    s = std::ldexp(std::sqrt(x + std::hypot(x, std::ldexp(y, kUp))), -(kUp + 1) / 2);
  } else {
    x /= 8;
    s = 2 * std::sqrt(x + std::hypot(x, y / 8));
  }
  const double d = y / (2 * s);
  if (z.real >= 0) return plain({s, std::copysign(d, z.imag)});
  return plain({d, std::copysign(s, z.imag)});
}

Number arc_cosine(Number z) {
  // Here and below: where Annex G leaves a sign or a part open, CPython has decided.
  if (std::isinf(z.real) && std::isnan(z.imag)) return plain({kNaN, kInfinity});
  if (!is_finite(z)) return by_library(cacos, z);
  if (std::fabs(z.real) > kLarge || std::fabs(z.imag) > kLarge) {
    const double size = log_of_large(z);
    return plain({std::atan2(std::fabs(z.imag), z.real),
                  z.real < 0 ? -std::copysign(size, z.imag) : std::copysign(size, -z.imag)});
  }
  const Number a = square_root({1 - z.real, -z.imag}), b = square_root({1 + z.real, z.imag});
  return plain({2 * std::atan2(a.real, b.real), std::asinh(b.real * a.imag - b.imag * a.real)});
}

Number area_cosine(Number z) {
  if (z.real == 0 && std::isnan(z.imag)) return plain({kNaN, kNaN});
  if (!is_finite(z)) return by_library(cacosh, z);
  if (std::fabs(z.real) > kLarge || std::fabs(z.imag) > kLarge)
    return plain({log_of_large(z), std::atan2(z.imag, z.real)});
  const Number a = square_root({z.real - 1, z.imag}), b = square_root({z.real + 1, z.imag});
  return plain({std::asinh(a.real * b.real + a.imag * b.imag), 2 * std::atan2(a.imag, b.real)});
}

Number area_sine(Number z) {
  if (std::isnan(z.real) && std::isinf(z.imag)) return plain({kInfinity, kNaN});
  if (!is_finite(z)) return by_library(casinh, z);
  if (std::fabs(z.real) > kLarge || std::fabs(z.imag) > kLarge) {
    const double size = log_of_large(z);
    return plain({z.imag >= 0 ? std::copysign(size, z.real) : -std::copysign(size, -z.real),
                  std::atan2(z.imag, std::fabs(z.real))});
  }
  const Number a = square_root({1 + z.imag, -z.real}), b = square_root({1 - z.imag, z.real});
  return plain(
      {std::asinh(a.real * b.imag - b.real * a.imag), std::atan2(z.imag, a.real * b.real - a.imag * b.imag)});
}

Number arc_sine(Number z) {
  return times_minus_i(area_sine(times_i(z)));
}

Number area_tangent(Number z) {
  if (std::isnan(z.real) && std::isinf(z.imag))
    return plain({0.0, std::copysign(std::numbers::pi / 2, z.imag)});
  if (!is_finite(z)) return by_library(catanh, z);
  if (z.real < 0) {
    const Number opposite = area_tangent({-z.real, -z.imag});
    return {-opposite.real, -opposite.imag};
  }
  const double y = std::fabs(z.imag);
  if (z.real > kSqrtLarge || y > kSqrtLarge) {
    const double h = std::hypot(z.real / 2, z.imag / 2);
    return plain({z.real / 4 / h / h, -std::copysign(std::numbers::pi / 2, -z.imag)});
  }
  if (z.real == 1 && y < kSqrtLeast) {
    if (y == 0) {
      errno = EDOM;
      return {kInfinity, z.imag};
    }
    return plain({-std::log(std::sqrt(y) / std::sqrt(std::hypot(y, 2))),
                  std::copysign(std::atan2(2, -y) / 2, z.imag)});
  }
  const double rest = 1 - z.real;
  return plain({log1p_signed(4 * z.real / (rest * rest + y * y)) / 4,
                -std::atan2(-2 * z.imag, rest * (1 + z.real) - y * y) / 2});
}

Number arc_tangent(Number z) {
  return times_minus_i(area_tangent(times_i(z)));
}

/// cosh and sinh: `even` and `odd` are the real functions that the real part goes through.
template <double (*even)(double), double (*odd)(double)>
Number hyperbolic(Number z, CComplex (*library)(CComplex)) {
  if (!is_finite(z)) {
    Number result = by_library(library, z);
    if (z.real == 0 && result.real == 0) result.real = 0.0;
    if (library == ccosh && std::isnan(result.real) && result.imag == 0) result.imag = 0.0;
    errno = std::isinf(z.imag) && !std::isnan(z.real) ? EDOM : 0;
    return result;
  }
  const double c = std::cos(z.imag), s = std::sin(z.imag);
  if (std::fabs(z.real) > kLogLarge) {
    const double less = z.real - std::copysign(1.0, z.real);
    return finished({c * even(less) * std::numbers::e, s * odd(less) * std::numbers::e});
  }
  return finished({c * even(z.real), s * odd(z.real)});
}
Number hyperbolic_cosine(Number z) {
  return hyperbolic<std::cosh, std::sinh>(z, ccosh);
}
Number hyperbolic_sine(Number z) {
  return hyperbolic<std::sinh, std::cosh>(z, csinh);
}
Number cosine(Number z) {
  return hyperbolic_cosine(times_i(z));
}
Number sine(Number z) {
  return times_minus_i(hyperbolic_sine(times_i(z)));
}

Number hyperbolic_tangent(Number z) {
  if (!is_finite(z)) {
    Number result = by_library(ctanh, z);
    if (std::isinf(z.real) && !std::isfinite(z.imag)) result.imag = 0.0;
    if (z.real == 0) result.real = kNaN;
    errno = std::isinf(z.imag) && std::isfinite(z.real) ? EDOM : 0;
    return result;
  }
  if (std::fabs(z.real) > kLogLarge)
    return plain({std::copysign(1.0, z.real),
                  4 * std::sin(z.imag) * std::cos(z.imag) * std::exp(-2 * std::fabs(z.real))});
  const double x = std::tanh(z.real), y = std::tan(z.imag), c = 1 / std::cosh(z.real);
  const double xy = x * y, denominator = 1 + xy * xy;
  return plain({x * (1 + y * y) / denominator, ((y / denominator) * c) * c});
}
Number tangent(Number z) {
  return times_minus_i(hyperbolic_tangent(times_i(z)));
}

Number exponential(Number z) {
  if (!is_finite(z)) {
    Number result = by_library(cexp, z);
    if (z.real == -kInfinity && !std::isfinite(z.imag)) result = {0.0, 0.0};
    const bool grows = std::isfinite(z.real) || z.real == kInfinity;
    errno = std::isinf(z.imag) && grows ? EDOM : 0;
    return result;
  }
  const double c = std::cos(z.imag), s = std::sin(z.imag);
  if (z.real > kLogLarge) {
    const double size = std::exp(z.real - 1);
    return finished({size * c * std::numbers::e, size * s * std::numbers::e});
  }
  const double size = std::exp(z.real);
  return finished({size * c, size * s});
}

Number logarithm(Number z) {
  if (!is_finite(z)) return by_library(clog, z);
  const double x = std::fabs(z.real), y = std::fabs(z.imag), angle = std::atan2(z.imag, z.real);
  double size;
  if (x > kLarge || y > kLarge) {
    size = std::log(std::hypot(x / 2, y / 2)) + kLog2;
  } else if (x < DBL_MIN && y < DBL_MIN) {
    if (x == 0 && y == 0) {
      errno = EDOM;
      return {-kInfinity, angle};
    }
    size =
        std::log(std::hypot(std::ldexp(x, DBL_MANT_DIG), std::ldexp(y, DBL_MANT_DIG))) - DBL_MANT_DIG * kLog2;
  } else {
    const double h = std::hypot(x, y);
    const double more = std::fmax(x, y), less = std::fmin(x, y);
    size = 0.71 <= h && h <= 1.73 ? log1p_signed((more - 1) * (more + 1) + less * less) / 2 : std::log(h);
  }
  return plain({size, angle});
}

Number decimal_logarithm(Number z) {
  const Number result = logarithm(z);
  return {result.real / std::numbers::ln10, result.imag / std::numbers::ln10};
}

// ---- arguments and results

Result<Number> to_complex(Value value) {
  if (is_kind(value, Kind::kComplex)) return Number{value.as<Complex>()->real, value.as<Complex>()->imag};
  if (is_float(value) || is_int(value)) return Number{TRY(to_double(value)), 0.0};
  bool found;
  Value result = TRY(call_special(value, names.dunder_complex, {}, &found));
  if (!found) return Number{TRY(to_double(value)), 0.0};
  if (!is_kind(result, Kind::kComplex))
    return raise(types.TypeError, "__complex__ returned non-complex (type {})", type_name(result));
  return Number{result.as<Complex>()->real, result.as<Complex>()->imag};
}

Status check_error() {
  if (errno == EDOM) return raise(types.ValueError, "math domain error");
  if (errno == ERANGE) return raise(types.OverflowError, "math range error");
  return {};
}

template <Number (*function)(Number)>
Result<Value> of_one(const Value* a) {
  const Number z = TRY(to_complex(a[1]));
  errno = 0;
  const Number result = function(z);
  TRY(check_error());
  return make_complex(result.real, result.imag);
}

Result<Value> log(const Value* a) {
  const Number z = TRY(to_complex(a[1]));
  errno = 0;
  Number result = logarithm(z);
  if (!a[2].is_null()) {
    const int error = errno;
    const Number base = TRY(to_complex(a[2]));
    errno = error;
    const Number divisor = logarithm(base);
    const auto quotient = complex_divide(result, divisor);
    if (!quotient) errno = EDOM;
    result = quotient.value_or(Number{0, 0});
  }
  TRY(check_error());
  return make_complex(result.real, result.imag);
}

double size_of(Number z) {
  if (std::isinf(z.real) || std::isinf(z.imag)) return kInfinity;
  if (!is_finite(z)) return kNaN;
  const double size = std::hypot(z.real, z.imag);
  errno = std::isinf(size) ? ERANGE : 0;
  return size;
}

Result<Value> phase(const Value* a) {
  const Number z = TRY(to_complex(a[1]));
  errno = 0;
  const double angle = std::atan2(z.imag, z.real);
  TRY(check_error());
  return make_float(angle);
}

Result<Value> polar(const Value* a) {
  const Number z = TRY(to_complex(a[1]));
  errno = 0;
  const double size = size_of(z);
  TRY(check_error());
  return make_tuple({make_float(size), make_float(std::atan2(z.imag, z.real))});
}

/// r and an angle of which one is not finite.
Number special_rectangular(double r, double angle) {
  if (std::isnan(r)) return {kNaN, angle == 0 ? 0.0 : kNaN};
  if (std::isinf(r)) {
    if (angle == 0) return {r, r > 0 ? angle : -angle};
    if (!std::isfinite(angle)) return {kInfinity, kNaN};
    return {std::copysign(r, r * std::copysign(1.0, std::cos(angle))),
            std::copysign(r, r * std::copysign(1.0, std::sin(angle)))};
  }
  return r == 0 ? Number{0.0, 0.0} : Number{kNaN, kNaN};
}

Result<Value> rect(const Value* a) {
  const double r = TRY(to_double(a[1])), angle = TRY(to_double(a[2]));
  if (r != 0 && !std::isnan(r) && std::isinf(angle)) return raise(types.ValueError, "math domain error");
  if (!std::isfinite(r) || !std::isfinite(angle)) {
    const Number z = special_rectangular(r, angle);
    return make_complex(z.real, z.imag);
  }
  if (angle == 0) return make_complex(r, r * angle);
  return make_complex(r * std::cos(angle), r * std::sin(angle));
}

Result<Value> isfinite(const Value* a) {
  return make_bool(is_finite(TRY(to_complex(a[1]))));
}
Result<Value> isnan(const Value* a) {
  const Number z = TRY(to_complex(a[1]));
  return make_bool(std::isnan(z.real) || std::isnan(z.imag));
}
Result<Value> isinf(const Value* a) {
  const Number z = TRY(to_complex(a[1]));
  return make_bool(std::isinf(z.real) || std::isinf(z.imag));
}

Result<Value> isclose(const Value* arguments) {
  const Number a = TRY(to_complex(arguments[1])), b = TRY(to_complex(arguments[2]));
  const double relative = arguments[3].is_null() ? 1e-9 : TRY(to_double(arguments[3]));
  const double least = arguments[4].is_null() ? 0.0 : TRY(to_double(arguments[4]));
  if (relative < 0 || least < 0) return raise(types.ValueError, "tolerances must be non-negative");
  if (a.real == b.real && a.imag == b.imag) return make_bool(true);
  if (std::isinf(a.real) || std::isinf(a.imag) || std::isinf(b.real) || std::isinf(b.imag))
    return make_bool(false);
  const double difference = size_of({a.real - b.real, a.imag - b.imag});
  return make_bool(difference <= relative * size_of(b) || difference <= relative * size_of(a) ||
                   difference <= least);
}

constexpr const char* kOne = "($module, z, /)";
constexpr MethodSpec kFunctions[] = {
    {"acos", kOne, of_one<arc_cosine>, "The arc cosine of z."},
    {"acosh", kOne, of_one<area_cosine>, "The inverse hyperbolic cosine of z."},
    {"asin", kOne, of_one<arc_sine>, "The arc sine of z."},
    {"asinh", kOne, of_one<area_sine>, "The inverse hyperbolic sine of z."},
    {"atan", kOne, of_one<arc_tangent>, "The arc tangent of z."},
    {"atanh", kOne, of_one<area_tangent>, "The inverse hyperbolic tangent of z."},
    {"cos", kOne, of_one<cosine>, "The cosine of z."},
    {"cosh", kOne, of_one<hyperbolic_cosine>, "The hyperbolic cosine of z."},
    {"exp", kOne, of_one<exponential>, "e to the power of z."},
    {"isclose", "($module, /, a, b, *, rel_tol=1e-09, abs_tol=0.0)", isclose,
     "Whether two numbers are close to each other."},
    {"isfinite", kOne, isfinite, "Whether both parts are finite."},
    {"isinf", kOne, isinf, "Whether a part is infinite."},
    {"isnan", kOne, isnan, "Whether a part is NaN."},
    {"log", "($module, z, base=<unrepresentable>, /)", log,
     "The logarithm of z, the natural one without a base."},
    {"log10", kOne, of_one<decimal_logarithm>, "The logarithm to the base 10."},
    {"phase", kOne, phase, "The angle of z."},
    {"polar", kOne, polar, "(size, angle) of z."},
    {"rect", "($module, r, phi, /)", rect, "The number of a size and an angle."},
    {"sin", kOne, of_one<sine>, "The sine of z."},
    {"sinh", kOne, of_one<hyperbolic_sine>, "The hyperbolic sine of z."},
    {"sqrt", kOne, of_one<square_root>, "The square root of z."},
    {"tan", kOne, of_one<tangent>, "The tangent of z."},
    {"tanh", kOne, of_one<hyperbolic_tangent>, "The hyperbolic tangent of z."},
};

Status execute(Module* module) {
  TRY(module_add(module, "pi", make_float(std::numbers::pi)));
  TRY(module_add(module, "e", make_float(std::numbers::e)));
  TRY(module_add(module, "tau", make_float(2 * std::numbers::pi)));
  TRY(module_add(module, "inf", make_float(kInfinity)));
  TRY(module_add(module, "infj", make_complex(0.0, kInfinity)));
  TRY(module_add(module, "nan", make_float(kNaN)));
  return module_add(module, "nanj", make_complex(0.0, kNaN));
}

}  // namespace

extern const ModuleSpec kCmathModule;
const ModuleSpec kCmathModule = {
    .name = "cmath",
    .doc = "Mathematical functions on complex numbers.",
    .functions = kFunctions,
    .execute = execute,
};

}  // namespace ouro::vm
