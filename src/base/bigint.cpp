#include "base/bigint.h"

#include <fmt/format.h>
#include <gmp.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

namespace ouro {

namespace {

static_assert(GMP_NUMB_BITS == 64 && sizeof(mp_limb_t) == sizeof(uint64_t));

constexpr uint64_t kOne[] = {1};

/// A number of our own.
class Number {
 public:
  Number() { mpz_init(value_); }
  explicit Number(uint64_t magnitude) { mpz_init_set_ui(value_, magnitude); }
  ~Number() { mpz_clear(value_); }
  Number(const Number&) = delete;
  Number& operator=(const Number&) = delete;
  operator mpz_ptr() { return value_; }  // NOLINT: an mpz_t in all but name

  std::span<const uint64_t> limbs() const {
    return {reinterpret_cast<const uint64_t*>(mpz_limbs_read(value_)), mpz_size(value_)};
  }
  const Constant* constant(Constants& constants) const {
    return constants.integer(limbs(), mpz_sgn(value_) < 0);
  }

 private:
  mpz_t value_;
};

/// A constant's limbs as GMP reads them, without a copy.
class Operand {
 public:
  explicit Operand(IntView view) {
    const auto size = static_cast<mp_size_t>(view.limbs.size());
    mpz_roinit_n(value_, reinterpret_cast<const mp_limb_t*>(view.limbs.data()), view.negative ? -size : size);
  }
  operator mpz_srcptr() const { return value_; }  // NOLINT

 private:
  mpz_t value_;
};

using BinaryFunction = void (*)(mpz_ptr, mpz_srcptr, mpz_srcptr);

const Constant* binary(Constants& constants, BinaryFunction function, IntView a, IntView b) {
  Number result;
  function(result, Operand(a), Operand(b));
  return result.constant(constants);
}

/// The number as one word, if it is not negative and fits.
std::optional<uint64_t> as_word(IntView a) {
  if (a.negative || a.limbs.size() > 1) return std::nullopt;
  return a.limbs.empty() ? 0 : a.limbs[0];
}

bool is_unit(IntView a) {
  return a.limbs.size() == 1 && a.limbs[0] == 1;
}

/// mantissa * 2**exponent rounded half to even. `mantissa` has at least 56 bits; its lowest bit stands for
/// everything that was cut off below it.
std::optional<double> round_to_double(uint64_t mantissa, int64_t exponent, bool negative) {
  const int width = std::bit_width(mantissa);
  const int64_t top = width - 1 + exponent;
  if (top >= std::numeric_limits<double>::max_exponent) return std::nullopt;
  constexpr int64_t kLowestNormal = std::numeric_limits<double>::min_exponent - 1;
  const int64_t precision = top >= kLowestNormal ? 53 : 53 - (kLowestNormal - top);
  double magnitude = 0;
  if (precision >= 0) {
    const int drop = width - static_cast<int>(precision);
    uint64_t kept = drop == 64 ? 0 : mantissa >> drop;
    const uint64_t half = uint64_t{1} << (drop - 1);
    const uint64_t rest = mantissa & (half | (half - 1));
    if (rest > half || (rest == half && (kept & 1) != 0)) ++kept;
    magnitude = std::ldexp(static_cast<double>(kept), static_cast<int>(exponent + drop));
    if (std::isinf(magnitude)) return std::nullopt;
  }
  return negative ? -magnitude : magnitude;
}

/// The low limb, with the lowest bit set too when `inexact`.
uint64_t sticky_word(const Number& number, bool inexact) {
  return number.limbs()[0] | (inexact ? 1 : 0);
}

}  // namespace

IntView int_view(const Constant& integral) {
  if (integral.is(ConstantKind::Int)) return {integral.magnitude(), integral.negative};
  if (integral.is(ConstantKind::True)) return {kOne, false};
  return {};
}

std::string too_many_digits_message(size_t digits, size_t limit) {
  return fmt::format(
      "Exceeds the limit ({} digits) for integer string conversion: value has {} digits; "
      "use sys.set_int_max_str_digits() to increase the limit - "
      "Consider hexadecimal for huge integer literals to avoid decimal conversion limits.",
      limit, digits);
}

const Constant* int_parse(Constants& constants, std::string_view digits, int base) {
  auto value_of = [](char digit) -> unsigned {
    if (digit >= '0' && digit <= '9') return static_cast<unsigned>(digit - '0');
    return static_cast<unsigned>((digit | 0x20) - 'a' + 10);
  };
  if (digits.size() <= 15) {  // 16**15 fits easily
    uint64_t value = 0;
    for (const char digit : digits) value = value * static_cast<unsigned>(base) + value_of(digit);
    return constants.integer(static_cast<int64_t>(value));
  }
  std::vector<unsigned char> values(digits.size());
  std::ranges::transform(digits, values.begin(),
                         [&](char digit) { return static_cast<unsigned char>(value_of(digit)); });
  std::vector<uint64_t> limbs(digits.size() / 16 + 2);  // at most 4 bits a digit
  const mp_size_t size =
      mpn_set_str(reinterpret_cast<mp_limb_t*>(limbs.data()), values.data(), values.size(), base);
  return constants.integer(std::span<const uint64_t>(limbs).first(static_cast<size_t>(size)), false);
}

const Constant* int_add(Constants& constants, IntView a, IntView b) {
  return binary(constants, mpz_add, a, b);
}

const Constant* int_subtract(Constants& constants, IntView a, IntView b) {
  return binary(constants, mpz_sub, a, b);
}

const Constant* int_multiply(Constants& constants, IntView a, IntView b) {
  return binary(constants, mpz_mul, a, b);
}

const Constant* int_floor_divide(Constants& constants, IntView a, IntView b) {
  return b.is_zero() ? nullptr : binary(constants, mpz_fdiv_q, a, b);
}

const Constant* int_modulo(Constants& constants, IntView a, IntView b) {
  return b.is_zero() ? nullptr : binary(constants, mpz_fdiv_r, a, b);
}

const Constant* int_power(Constants& constants, IntView base, IntView exponent) {
  if (exponent.negative) return nullptr;
  if (exponent.is_zero()) return constants.integer(1);
  if (base.is_zero()) return constants.integer(0);
  if (is_unit(base)) return constants.integer(base.negative && (exponent.limbs[0] & 1) != 0 ? -1 : 1);
  const std::optional<uint64_t> times = as_word(exponent);
  if (!times || *times > kMaxResultBits / int_bit_length(base)) return nullptr;
  Number result;
  mpz_pow_ui(result, Operand(base), *times);
  return result.constant(constants);
}

const Constant* int_left_shift(Constants& constants, IntView a, IntView count) {
  if (count.negative) return nullptr;
  if (a.is_zero()) return constants.integer(0);
  const std::optional<uint64_t> bits = as_word(count);
  if (!bits || *bits > kMaxResultBits) return nullptr;
  Number result;
  mpz_mul_2exp(result, Operand(a), *bits);
  return result.constant(constants);
}

const Constant* int_right_shift(Constants& constants, IntView a, IntView count) {
  if (count.negative) return nullptr;
  const std::optional<uint64_t> bits = as_word(count);
  if (!bits || *bits >= int_bit_length(a)) return constants.integer(a.negative ? -1 : 0);
  Number result;
  mpz_fdiv_q_2exp(result, Operand(a), *bits);
  return result.constant(constants);
}

const Constant* int_and(Constants& constants, IntView a, IntView b) {
  return binary(constants, mpz_and, a, b);
}

const Constant* int_or(Constants& constants, IntView a, IntView b) {
  return binary(constants, mpz_ior, a, b);
}

const Constant* int_xor(Constants& constants, IntView a, IntView b) {
  return binary(constants, mpz_xor, a, b);
}

const Constant* int_invert(Constants& constants, IntView a) {
  Number result;
  mpz_com(result, Operand(a));
  return result.constant(constants);
}

const Constant* int_negate(Constants& constants, IntView a) {
  return constants.integer(a.limbs, !a.negative);
}

uint64_t int_bit_length(IntView a) {
  if (a.is_zero()) return 0;
  return uint64_t{64} * (a.limbs.size() - 1) + static_cast<uint64_t>(std::bit_width(a.limbs.back()));
}

int int_compare(IntView a, IntView b) {
  return mpz_cmp(Operand(a), Operand(b));
}

int int_compare(IntView a, double b) {
  if (std::isinf(b)) return b > 0 ? -1 : 1;
  return mpz_cmp_d(Operand(a), b);
}

std::optional<double> int_to_double(IntView a) {
  const uint64_t bits = int_bit_length(a);
  if (bits <= 53) {
    const double value = a.is_zero() ? 0.0 : static_cast<double>(a.limbs[0]);
    return a.negative ? -value : value;
  }
  if (bits > 1024) return std::nullopt;
  uint64_t top = a.limbs.back();
  const int gap = std::countl_zero(top);
  bool inexact = false;
  if (const size_t size = a.limbs.size(); size > 1) {
    const uint64_t next = a.limbs[size - 2];
    if (gap != 0) top = (top << gap) | (next >> (64 - gap));
    inexact = (next << gap) != 0;
    for (size_t i = 0; i + 2 < size && !inexact; ++i) inexact = a.limbs[i] != 0;
  } else {
    top <<= gap;
  }
  return round_to_double(top | (inexact ? 1 : 0), static_cast<int64_t>(bits) - 64, a.negative);
}

std::optional<double> int_true_divide(IntView a, IntView b) {
  if (b.is_zero()) return std::nullopt;
  const bool negative = a.negative != b.negative;
  if (a.is_zero()) return negative ? -0.0 : 0.0;
  // Scaled so that the quotient has 62 or 63 bits: more than enough to round from, and it fits a word.
  const int64_t shift =
      62 - static_cast<int64_t>(int_bit_length(a)) + static_cast<int64_t>(int_bit_length(b));
  if (shift > 2000) return negative ? -0.0 : 0.0;
  if (shift < -2000) return std::nullopt;
  Number dividend;
  Number divisor;
  mpz_abs(dividend, Operand(a));
  mpz_abs(divisor, Operand(b));
  if (shift >= 0) {
    mpz_mul_2exp(dividend, dividend, static_cast<mp_bitcnt_t>(shift));
  } else {
    mpz_mul_2exp(divisor, divisor, static_cast<mp_bitcnt_t>(-shift));
  }
  Number quotient;
  Number remainder;
  mpz_tdiv_qr(quotient, remainder, dividend, divisor);
  return round_to_double(sticky_word(quotient, !remainder.limbs().empty()), -shift, negative);
}

const Constant* int_from_double(Constants& constants, double value) {
  if (!std::isfinite(value)) return nullptr;
  Number result;
  mpz_set_d(result, value);
  return result.constant(constants);
}

std::string int_to_decimal(IntView a) {
  const Operand operand(a);
  std::string text(mpz_sizeinbase(operand, 10) + 2, '\0');
  mpz_get_str(text.data(), 10, operand);
  text.resize(std::strlen(text.c_str()));
  return text;
}

size_t int_digit15_count(IntView a) {
  return (int_bit_length(a) + 14) / 15;
}

void int_write_digits15(IntView a, char* out) {
  const size_t count = int_digit15_count(a);
  for (size_t i = 0; i < count; ++i) {
    const size_t limb = i * 15 / 64;
    const size_t shift = i * 15 % 64;
    uint64_t word = a.limbs[limb] >> shift;
    if (shift > 64 - 15 && limb + 1 < a.limbs.size()) word |= a.limbs[limb + 1] << (64 - shift);
    out[2 * i] = static_cast<char>(word & 0xFF);
    out[2 * i + 1] = static_cast<char>((word >> 8) & 0x7F);
  }
}

const Constant* int_from_digits15(Constants& constants, std::string_view words, bool negative) {
  const size_t count = words.size() / 2;
  std::vector<uint64_t> limbs(count * 15 / 64 + 2, 0);
  for (size_t i = 0; i < count; ++i) {
    const uint64_t digit = static_cast<unsigned char>(words[2 * i]) |
                           static_cast<uint64_t>(static_cast<unsigned char>(words[2 * i + 1])) << 8;
    if (digit > 0x7FFF || (digit == 0 && i + 1 == count)) return nullptr;
    const size_t limb = i * 15 / 64;
    const size_t shift = i * 15 % 64;
    limbs[limb] |= digit << shift;
    if (shift > 64 - 15) limbs[limb + 1] |= digit >> (64 - shift);
  }
  return constants.integer(limbs, negative);
}

}  // namespace ouro
