// Functions of the module math on integers: factorial, comb, perm, gcd, lcm, isqrt.
#include <gmp.h>

#include <bit>
#include <climits>
#include <cmath>

#include "vm/modules/math.h"
#include "vm/object/int_cells.h"

namespace ouro::vm::math {

namespace {

/// A GMP number for the length of a call.
class Number {
 public:
  Number() { mpz_init(number_); }
  ~Number() { mpz_clear(number_); }
  Number(const Number&) = delete;
  Number& operator=(const Number&) = delete;

  mpz_ptr get() { return number_; }
  void set(Value integer) {
    uint64_t small;
    const IntView view = int_view(integer, &small);
    mpz_import(number_, view.limbs.size(), -1, sizeof(uint64_t), 0, 0, view.limbs.data());
  }
  Result<Value> value() const {
    const size_t count = mpz_size(number_);
    return make_int(false, {reinterpret_cast<const uint64_t*>(mpz_limbs_read(number_)), count});
  }

 private:
  mpz_t number_;
};

/// MemoryError for results of a size that nobody waits for.
Status check_bits(double bits) {
  if (!(bits < 0x1p34) || !can_allocate(static_cast<size_t>(bits / 8) * 3 + 64)) return raise_no_memory();
  return {};
}

Result<Value> factorial_of(Value n) {
  n = TRY(to_index(n));
  int64_t number;
  const bool fits = int_fits(n, &number);
  if (int_sign(n) < 0) return raise(types.ValueError, "factorial() not defined for negative values");
  if (!fits) return raise(types.OverflowError, "factorial() argument should not exceed {}", LONG_MAX);
  TRY(check_bits(number < 2 ? 1 : static_cast<double>(number) * std::log2(static_cast<double>(number))));
  Number result;
  mpz_fac_ui(result.get(), static_cast<unsigned long>(number));
  return result.value();
}
Result<Value> factorial(const Value* a) {
  return factorial_of(a[1]);
}

Status check_not_negative(Value n, Value k) {
  if (int_sign(n) < 0) return raise(types.ValueError, "n must be a non-negative integer");
  if (int_sign(k) < 0) return raise(types.ValueError, "k must be a non-negative integer");
  return {};
}

double log2_of(Value n) {
  uint64_t small;
  const IntView view = int_view(n, &small);
  if (view.limbs.empty()) return 0;
  return 64.0 * static_cast<double>(view.limbs.size());
}

Result<Value> comb(const Value* a) {
  Value n = TRY(to_index(a[1])), k = TRY(to_index(a[2]));
  TRY(check_not_negative(n, k));
  Value rest = TRY(int_subtract(n, k));
  if (int_sign(rest) < 0) return make_int(0);
  if (int_compare(rest, k) < 0) k = rest;
  int64_t count;
  if (!int_fits(k, &count)) return raise(types.OverflowError, "min(n - k, k) must not exceed {}", LLONG_MAX);
  int64_t number;
  if (int_fits(n, &number)) {
    // No more bits than n, and than k times those of n e / k.
    const double each =
        std::log2(static_cast<double>(number) * 2.72 / std::fmax(1.0, static_cast<double>(count)));
    TRY(check_bits(std::fmin(static_cast<double>(number), static_cast<double>(count) * each) + 64));
  } else {
    TRY(check_bits(static_cast<double>(count) * log2_of(n)));
  }
  Number all, result;
  all.set(n);
  mpz_bin_ui(result.get(), all.get(), static_cast<unsigned long>(count));
  return result.value();
}

/// n (n - 1) ... (n - count + 1), split in halves so that the factors are of like size.
Result<Value> falling_product(Value n, int64_t count) {
  if (count <= 8) {
    Value product = make_int(1);
    for (int64_t i = 0; i < count; ++i)
      product = TRY(int_multiply(product, TRY(int_subtract(n, make_int(i)))));
    return product;
  }
  const int64_t half = count / 2;
  Value upper = TRY(falling_product(n, half));
  Value lower = TRY(falling_product(TRY(int_subtract(n, make_int(half))), count - half));
  return int_multiply(upper, lower);
}

Result<Value> perm(const Value* a) {
  if (a[2].is_null() || is_none(a[2])) return factorial_of(a[1]);
  Value n = TRY(to_index(a[1])), k = TRY(to_index(a[2]));
  TRY(check_not_negative(n, k));
  if (int_compare(n, k) < 0) return make_int(0);
  int64_t count, number;
  if (!int_fits(k, &count)) return raise(types.OverflowError, "k must not exceed {}", LLONG_MAX);
  const double each = int_fits(n, &number) ? std::log2(static_cast<double>(number) + 1) : log2_of(n);
  TRY(check_bits(static_cast<double>(count) * each));
  return falling_product(n, count);
}

Result<Value> lcm_of(Value a, Value b) {
  if (int_sign(a) == 0 || int_sign(b) == 0) return make_int(0);
  Value divisor = TRY(int_gcd(a, b));
  return absolute(TRY(int_multiply(TRY(int_floor_divide(a, divisor)), b)));
}

/// Folds the arguments, all of them checked, with `combine`.
Result<Value> fold(const Arguments& arguments, const char* name, int64_t neutral,
                   Result<Value> (*combine)(Value, Value)) {
  if (arguments.keyword_count() > 0)
    return raise(types.TypeError, "math.{}() takes no keyword arguments", name);
  if (arguments.positional == 0) return make_int(neutral);
  Value result = TRY(absolute(TRY(to_index(arguments[0]))));
  for (size_t i = 1; i < arguments.positional; ++i)
    result = TRY(combine(result, TRY(to_index(arguments[i]))));
  return result;
}

Result<Value> gcd(Value, const Arguments& arguments) {
  return fold(arguments, "gcd", 0, int_gcd);
}
Result<Value> lcm(Value, const Arguments& arguments) {
  return fold(arguments, "lcm", 1, lcm_of);
}

Result<Value> isqrt(const Value* a) {
  Value n = TRY(to_index(a[1]));
  if (int_sign(n) < 0) return raise(types.ValueError, "isqrt() argument must be nonnegative");
  return int_sqrt(n);
}

constexpr MethodSpec kFunctions[] = {
    {"factorial", "($module, x, /)", factorial, "The product of the numbers from 1 to x."},
    {"comb", "($module, n, k, /)", comb, "Ways to choose k of n items, whatever their order."},
    {"perm", "($module, n, k=None, /)", perm, "Ways to choose k of n items in order."},
    {"gcd", "($module, *integers)", nullptr, "gcd(*integers) -> the greatest common divisor.",
     Binding::Instance, gcd},
    {"lcm", "($module, *integers)", nullptr, "lcm(*integers) -> the least common multiple.",
     Binding::Instance, lcm},
    {"isqrt", "($module, n, /)", isqrt, "The integer part of the square root."},
};

}  // namespace

std::span<const MethodSpec> integer_functions() {
  return kFunctions;
}

}  // namespace ouro::vm::math
