// The parts of the module math.
#pragma once

#include "vm/modules/native_module.h"

namespace ouro::vm::math {

std::span<const MethodSpec> integer_functions();  // factorial, comb, perm, gcd, lcm, isqrt
std::span<const MethodSpec> vector_functions();   // fsum, prod, dist, hypot

/// The gamma function, and the logarithm of its magnitude; errno as libm sets it.
double gamma(double x);
double log_gamma(double x);

/// ValueError or OverflowError for errno, which is not 0; nothing for what only underflowed.
Status check_error(double result);

}  // namespace ouro::vm::math
