// The module math: the functions of one or two floats; see math.h for the other parts.
//
// Most are libm's. What CPython makes of their results is the rule here: NaN from numbers that are none is a
// ValueError, infinity from finite ones an OverflowError or, where the function has a pole, a ValueError.
#include "vm/modules/math.h"

#include <cerrno>
#include <climits>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "vm/object/int_cells.h"

namespace ouro::vm::math {

Status check_error(double result) {
  if (errno == EDOM) return raise(types.ValueError, "math domain error");
  // Functions set ERANGE for underflow, too.
  if (errno == ERANGE && std::fabs(result) >= 1.5) return raise(types.OverflowError, "math range error");
  return {};
}

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

using Unary = double (*)(double);
using Binary = double (*)(double, double);

template <Unary function, bool can_overflow = false>
Result<Value> unary(const Value* a) {
  const double x = TRY(to_double(a[1]));
  errno = 0;
  const double result = function(x);
  if (std::isnan(result) && !std::isnan(x)) return raise(types.ValueError, "math domain error");
  if (std::isinf(result) && std::isfinite(x)) {
    if (can_overflow) return raise(types.OverflowError, "math range error");
    return raise(types.ValueError, "math domain error");
  }
  if (std::isfinite(result) && errno != 0) TRY(check_error(result));
  return make_float(result);
}

/// For functions that set errno themselves.
template <Unary function>
Result<Value> unary_with_errno(const Value* a) {
  const double x = TRY(to_double(a[1]));
  errno = 0;
  const double result = function(x);
  if (errno != 0) TRY(check_error(result));
  return make_float(result);
}

template <Binary function>
Result<Value> of_two(const Value* a) {
  const double x = TRY(to_double(a[1])), y = TRY(to_double(a[2]));
  errno = 0;
  const double result = function(x, y);
  if (std::isnan(result)) {
    errno = !std::isnan(x) && !std::isnan(y) ? EDOM : 0;
  } else if (std::isinf(result)) {
    errno = std::isfinite(x) && std::isfinite(y) ? ERANGE : 0;
  }
  if (errno != 0) TRY(check_error(result));
  return make_float(result);
}

double log1p_signed(double x) {
  return x == 0 ? x : std::log1p(x);
}

/// x - n * y with the integer n nearest to x / y, the even one of two.
double remainder_of(double x, double y) {
  if (std::isnan(x)) return x;
  if (std::isnan(y)) return y;
  if (std::isinf(x) || y == 0) return kNaN;
  return std::isinf(y) ? x : std::remainder(x, y);
}

// ---- rounding to integers

Result<Value> by_special(Value number, const char* name, Unary round) {
  if (number.is_small_int()) return number;
  if (!is_exactly(number, types.float_)) {
    bool found;
    Value result = TRY(call_special(number, intern(name), {}, &found));
    if (found) return result;
  }
  return int_from_double(round(TRY(to_double(number))));
}
Result<Value> ceil(const Value* a) {
  return by_special(a[1], "__ceil__", std::ceil);
}
Result<Value> floor(const Value* a) {
  return by_special(a[1], "__floor__", std::floor);
}
Result<Value> trunc(const Value* a) {
  if (is_exactly(a[1], types.float_)) return int_from_double(float_value(a[1]));
  bool found;
  Value result = TRY(call_special(a[1], intern("__trunc__"), {}, &found));
  if (!found) return raise(types.TypeError, "type {} doesn't define __trunc__ method", type_name(a[1]));
  return result;
}

// ---- logarithms

/// A large positive int as a fraction from 0.5 up to 1 and a power of two.
double fraction_of(Value integer, double* exponent) {
  uint64_t small;
  const auto limbs = int_view(integer, &small).limbs;
  const size_t count = limbs.size();
  const int shift = __builtin_clzll(limbs[count - 1]);
  uint64_t top = limbs[count - 1] << shift;
  if (shift != 0 && count > 1) top |= limbs[count - 2] >> (64 - shift);
  bool rest = shift != 0 && count > 1 ? (limbs[count - 2] << shift) != 0 : count > 1 && limbs[count - 2] != 0;
  for (size_t i = 0; i + 2 < count && !rest; ++i) rest = limbs[i] != 0;
  *exponent = 64.0 * static_cast<double>(count) - shift;
  const double fraction = std::ldexp(static_cast<double>(top | (rest ? 1 : 0)), -64);
  if (fraction < 1) return fraction;
  *exponent += 1;
  return 0.5;
}

template <Unary function>
Result<double> logarithm(Value value) {
  double x, exponent = 0;
  if (is_int(value)) {
    if (int_sign(value) <= 0) return raise(types.ValueError, "math domain error");
    auto number = int_to_double(value);
    if (number.ok()) return function(number.unwrap());
    if (!clear_if(types.OverflowError)) return Raised{};
    x = fraction_of(value, &exponent);
    return function(x) + function(2.0) * exponent;
  }
  x = TRY(to_double(value));
  if (x <= 0) return raise(types.ValueError, "math domain error");
  return std::isfinite(x) ? function(x) : x;
}

Result<Value> log(const Value* a) {
  const double number = TRY(logarithm<std::log>(a[1]));
  if (a[2].is_null()) return make_float(number);
  const double base = TRY(logarithm<std::log>(a[2]));
  if (base == 0) return raise(types.ZeroDivisionError, "float division by zero");
  return make_float(number / base);
}
Result<Value> log2(const Value* a) {
  return make_float(TRY(logarithm<std::log2>(a[1])));
}
Result<Value> log10(const Value* a) {
  return make_float(TRY(logarithm<std::log10>(a[1])));
}

// ---- parts of floats

Result<Value> frexp(const Value* a) {
  double x = TRY(to_double(a[1]));
  int exponent = 0;
  if (std::isfinite(x) && x != 0) x = std::frexp(x, &exponent);
  return make_tuple({make_float(x), make_int(exponent)});
}

Result<Value> ldexp(const Value* a) {
  const double x = TRY(to_double(a[1]));
  if (!is_int(a[2])) return raise(types.TypeError, "Expected an int as second argument to ldexp.");
  int64_t exponent;
  if (!int_fits(a[2], &exponent)) exponent = int_sign(a[2]) < 0 ? INT64_MIN : INT64_MAX;
  if (x == 0 || !std::isfinite(x)) return make_float(x);
  if (exponent < INT_MIN) return make_float(std::copysign(0.0, x));
  const double result = exponent > INT_MAX ? kInfinity : std::ldexp(x, static_cast<int>(exponent));
  if (std::isinf(result)) return raise(types.OverflowError, "math range error");
  return make_float(result);
}

Result<Value> modf(const Value* a) {
  const double x = TRY(to_double(a[1]));
  if (std::isinf(x)) return make_tuple({make_float(std::copysign(0.0, x)), make_float(x)});
  if (std::isnan(x)) return make_tuple({make_float(x), make_float(x)});
  double whole;
  const double fraction = std::modf(x, &whole);
  return make_tuple({make_float(fraction), make_float(whole)});
}

Result<Value> fmod(const Value* a) {
  const double x = TRY(to_double(a[1])), y = TRY(to_double(a[2]));
  if (std::isinf(y) && std::isfinite(x)) return make_float(x);
  const double result = std::fmod(x, y);
  if (std::isnan(result) && !std::isnan(x) && !std::isnan(y))
    return raise(types.ValueError, "math domain error");
  return make_float(result);
}

Result<Value> pow(const Value* a) {
  const double x = TRY(to_double(a[1])), y = TRY(to_double(a[2]));
  const double result = std::pow(x, y);
  if (!std::isfinite(x) || !std::isfinite(y)) return make_float(result);
  if (std::isnan(result) || (std::isinf(result) && x == 0))
    return raise(types.ValueError, "math domain error");
  if (std::isinf(result)) return raise(types.OverflowError, "math range error");
  return make_float(result);
}

Result<Value> degrees(const Value* a) {
  return make_float(TRY(to_double(a[1])) * (180.0 / std::numbers::pi));
}
Result<Value> radians(const Value* a) {
  return make_float(TRY(to_double(a[1])) * (std::numbers::pi / 180.0));
}
Result<Value> isfinite(const Value* a) {
  return make_bool(std::isfinite(TRY(to_double(a[1]))));
}
Result<Value> isinf(const Value* a) {
  return make_bool(std::isinf(TRY(to_double(a[1]))));
}
Result<Value> isnan(const Value* a) {
  return make_bool(std::isnan(TRY(to_double(a[1]))));
}

Result<Value> isclose(const Value* arguments) {
  const double a = TRY(to_double(arguments[1])), b = TRY(to_double(arguments[2]));
  const double relative = arguments[3].is_null() ? 1e-9 : TRY(to_double(arguments[3]));
  const double least = arguments[4].is_null() ? 0.0 : TRY(to_double(arguments[4]));
  if (relative < 0 || least < 0) return raise(types.ValueError, "tolerances must be non-negative");
  if (a == b) return make_bool(true);
  if (std::isinf(a) || std::isinf(b)) return make_bool(false);
  const double difference = std::fabs(b - a);
  return make_bool(difference <= std::fabs(relative * b) || difference <= std::fabs(relative * a) ||
                   difference <= least);
}

Result<Value> nextafter(const Value* a) {
  const double x = TRY(to_double(a[1])), y = TRY(to_double(a[2]));
  return make_float(std::nextafter(x, y));
}

Result<Value> ulp(const Value* a) {
  const double x = std::fabs(TRY(to_double(a[1])));
  if (!std::isfinite(x)) return make_float(x);
  const double next = std::nextafter(x, kInfinity);
  return make_float(std::isinf(next) ? x - std::nextafter(x, -kInfinity) : next - x);
}

constexpr const char* kOne = "($module, x, /)";
constexpr const char* kTwo = "($module, x, y, /)";
constexpr MethodSpec kFunctions[] = {
    {"acos", kOne, unary<std::acos>, "The arc cosine of x, from 0 to pi."},
    {"acosh", kOne, unary<std::acosh>, "The inverse hyperbolic cosine of x."},
    {"asin", kOne, unary<std::asin>, "The arc sine of x, from -pi/2 to pi/2."},
    {"asinh", kOne, unary<std::asinh>, "The inverse hyperbolic sine of x."},
    {"atan", kOne, unary<std::atan>, "The arc tangent of x, from -pi/2 to pi/2."},
    {"atan2", "($module, y, x, /)", of_two<std::atan2>, "The arc tangent of y/x, with regard to both signs."},
    {"atanh", kOne, unary<std::atanh>, "The inverse hyperbolic tangent of x."},
    {"cbrt", kOne, unary<std::cbrt>, "The cube root of x."},
    {"ceil", kOne, ceil, "The smallest integer that is not below x."},
    {"copysign", kTwo, of_two<std::copysign>, "The magnitude of x with the sign of y."},
    {"cos", kOne, unary<std::cos>, "The cosine of x."},
    {"cosh", kOne, unary<std::cosh, true>, "The hyperbolic cosine of x."},
    {"degrees", kOne, degrees, "An angle in radians as degrees."},
    {"erf", kOne, unary_with_errno<std::erf>, "The error function."},
    {"erfc", kOne, unary_with_errno<std::erfc>, "The complementary error function."},
    {"exp", kOne, unary<std::exp, true>, "e to the power of x."},
    {"exp2", kOne, unary<std::exp2, true>, "2 to the power of x."},
    {"expm1", kOne, unary<std::expm1, true>, "exp(x) - 1, accurate for small x."},
    {"fabs", kOne, unary<std::fabs>, "The absolute value, as a float."},
    {"floor", kOne, floor, "The largest integer that is not above x."},
    {"fmod", kTwo, fmod, "The remainder of x / y as C has it: with the sign of x."},
    {"frexp", kOne, frexp, "(m, e) so that x is m * 2**e, m from 0.5 up to 1."},
    {"gamma", kOne, unary_with_errno<gamma>, "The gamma function."},
    {"isclose", "($module, /, a, b, *, rel_tol=1e-09, abs_tol=0.0)", isclose,
     "Whether two numbers are close to each other."},
    {"isfinite", kOne, isfinite, "Whether x is neither infinite nor NaN."},
    {"isinf", kOne, isinf, "Whether x is infinite."},
    {"isnan", kOne, isnan, "Whether x is NaN."},
    {"ldexp", "($module, x, i, /)", ldexp, "x * 2**i."},
    {"lgamma", kOne, unary_with_errno<log_gamma>, "The logarithm of the gamma function's magnitude."},
    {"log", "($module, x, base=math.e, /)", log, "The logarithm of x, the natural one without a base."},
    {"log10", kOne, log10, "The logarithm to the base 10."},
    {"log1p", kOne, unary<log1p_signed>, "log(1 + x), accurate for small x."},
    {"log2", kOne, log2, "The logarithm to the base 2."},
    {"modf", kOne, modf, "(fractional part, integer part), both with the sign of x."},
    {"nextafter", kTwo, nextafter, "The next float after x towards y."},
    {"pow", kTwo, pow, "x to the power of y, as floats."},
    {"radians", kOne, radians, "An angle in degrees as radians."},
    {"remainder", kTwo, of_two<remainder_of>, "The difference of x and the nearest multiple of y."},
    {"sin", kOne, unary<std::sin>, "The sine of x."},
    {"sinh", kOne, unary<std::sinh, true>, "The hyperbolic sine of x."},
    {"sqrt", kOne, unary<std::sqrt>, "The square root of x."},
    {"tan", kOne, unary<std::tan>, "The tangent of x."},
    {"tanh", kOne, unary<std::tanh>, "The hyperbolic tangent of x."},
    {"trunc", kOne, trunc, "x without its fraction."},
    {"ulp", kOne, ulp, "The value of the last binary digit of x."},
};

Status execute(Module* module) {
  Str* name = intern("math");
  for (const auto table : {integer_functions(), vector_functions()}) {
    for (const MethodSpec& spec : table)
      TRY(module_add(module, spec.name, make_native_function(spec, module, name)));
  }
  TRY(module_add(module, "pi", make_float(std::numbers::pi)));
  TRY(module_add(module, "e", make_float(std::numbers::e)));
  TRY(module_add(module, "tau", make_float(2 * std::numbers::pi)));
  TRY(module_add(module, "inf", make_float(kInfinity)));
  return module_add(module, "nan", make_float(kNaN));
}

}  // namespace

}  // namespace ouro::vm::math

namespace ouro::vm {

extern const ModuleSpec kMathModule;
const ModuleSpec kMathModule = {
    .name = "math",
    .doc = "Mathematical functions of the C standard, and on integers.",
    .functions = math::kFunctions,
    .execute = math::execute,
};

}  // namespace ouro::vm
