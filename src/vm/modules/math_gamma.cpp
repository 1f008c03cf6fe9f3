// The gamma function by Lanczos' approximation with N = 13 and g = 6.0246..., as CPython computes it: results
// are the same to the last bit.
#include <cerrno>
#include <cmath>
#include <limits>
#include <numbers>

#include "vm/modules/math.h"

namespace ouro::vm::math {

namespace {

constexpr double kG = 6.024680040776729583740234375;
constexpr double kGMinusHalf = 5.524680040776729583740234375;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

struct Ratio {
  double numerator, denominator;
};
/// Coefficients of the two polynomials, from the constant ones on.
constexpr Ratio kCoefficients[] = {
    {23531376880.410759688572007674451636754734846804940, 0},
    {42919803642.649098768957899047001988850926355848959, 39916800},
    {35711959237.355668049440185451547166705960488635843, 120543840},
    {17921034426.037209699919755754458931112671403265390, 150917976},
    {6039542586.3520280050642916443072979210699388420708, 105258076},
    {1439720407.3117216736632230727949123939715485786772, 45995730},
    {248874557.86205415651146038641322942321632125127801, 13339535},
    {31426415.585400194380614231628318205362874684987640, 2637558},
    {2876370.6289353724412254090516208496135991145378768, 357423},
    {186056.26539522349504029498971604569928220784236328, 32670},
    {8071.6720023658162106380029022722506138218516325024, 1925},
    {210.82427775157934587250973392071336271166969580291, 66},
    {2.5066282746310002701649081771338373386264310793408, 1},
};

/// The quotient of the polynomials at a positive x: in x when it is small, else in 1/x.
double lanczos_sum(double x) {
  Ratio sum = {0, 0};
  const size_t count = std::size(kCoefficients);
  for (size_t i = 0; i < count; ++i) {
    if (x < 5) {
      const Ratio& c = kCoefficients[count - 1 - i];
      sum = {sum.numerator * x + c.numerator, sum.denominator * x + c.denominator};
    } else {
      const Ratio& c = kCoefficients[i];
      sum = {sum.numerator / x + c.numerator, sum.denominator / x + c.denominator};
    }
  }
  return sum.numerator / sum.denominator;
}

/// sin(pi * x) without the loss of multiplying first.
double sin_pi(double x) {
  constexpr double pi = std::numbers::pi;
  const double y = std::fmod(std::fabs(x), 2.0);
  double result = 0;
  switch (static_cast<int>(std::round(2.0 * y))) {
    case 0:
      result = std::sin(pi * y);
      break;
    case 1:
      result = std::cos(pi * (y - 0.5));
      break;
    case 2:
      result = std::sin(pi * (1.0 - y));
      break;
    case 3:
      result = -std::cos(pi * (y - 1.5));
      break;
    default:
      result = std::sin(pi * (y - 2.0));
      break;
  }
  return std::copysign(1.0, x) * result;
}

double fail(int error, double result) {
  errno = error;
  return result;
}

/// n! exactly, where a double holds it.
double exact_factorial(int n) {
  double product = 1;
  for (int i = 2; i <= n; ++i) product *= i;
  return product;
}

/// base ** (x - 1/2) in one or two factors, applied by `apply`: one alone would overflow.
template <class Apply>
void by_power(double base, double x, Apply&& apply) {
  if (x < 140.0) return apply(std::pow(base, x - 0.5));
  const double half = std::pow(base, x / 2.0 - 0.25);
  apply(half);
  apply(half);
}

double gamma_by_sum(double x) {
  const double magnitude = std::fabs(x);
  const double y = magnitude + kGMinusHalf;
  // What was lost in the addition, to correct the result.
  const double lost = magnitude > kGMinusHalf ? (y - magnitude) - kGMinusHalf : (y - kGMinusHalf) - magnitude;
  const double correction = lost * kG / y;
  double result;
  if (x < 0) {
    result = -std::numbers::pi / sin_pi(magnitude) / magnitude * std::exp(y) / lanczos_sum(magnitude);
    result -= correction * result;
    by_power(y, magnitude, [&](double factor) { result /= factor; });
  } else {
    result = lanczos_sum(magnitude) / std::exp(y);
    result += correction * result;
    by_power(y, magnitude, [&](double factor) { result *= factor; });
  }
  return std::isinf(result) ? fail(ERANGE, result) : result;
}

}  // namespace

double gamma(double x) {
  if (!std::isfinite(x)) return std::isnan(x) || x > 0 ? x : fail(EDOM, kNaN);
  if (x == 0) return fail(EDOM, std::copysign(kInfinity, x));
  if (x == std::floor(x)) {
    if (x < 0) return fail(EDOM, kNaN);
    if (x <= 23) return exact_factorial(static_cast<int>(x) - 1);
  }
  const double magnitude = std::fabs(x);
  if (magnitude < 1e-20) {
    const double result = 1.0 / x;
    return std::isinf(result) ? fail(ERANGE, result) : result;
  }
  if (magnitude > 200) return x < 0 ? 0.0 / sin_pi(x) : fail(ERANGE, kInfinity);
  return gamma_by_sum(x);
}

double log_gamma(double x) {
  if (!std::isfinite(x)) return std::isnan(x) ? x : kInfinity;
  if (x == std::floor(x) && x <= 2) return x <= 0 ? fail(EDOM, kInfinity) : 0.0;
  const double magnitude = std::fabs(x);
  if (magnitude < 1e-20) return -std::log(magnitude);
  double result = std::log(lanczos_sum(magnitude)) - kG;
  result += (magnitude - 0.5) * (std::log(magnitude + kG - 0.5) - 1);
  if (x < 0) {
    constexpr double kLogPi = 1.144729885849400174143427351353058711647;
    result = kLogPi - std::log(std::fabs(sin_pi(magnitude))) - std::log(magnitude) - result;
  }
  return std::isinf(result) ? fail(ERANGE, result) : result;
}

}  // namespace ouro::vm::math
