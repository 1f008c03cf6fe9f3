// Python's int on Constants, over GMP.
//
// The operations take views, so that True and False count as 1 and 0 without a conversion, and return a new
// Constant (or one of the shared small ints). None of them bounds its result by CPython's folding limits;
// that is the compiler's business, which asks int_bit_length first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/constant.h"

namespace ouro {

/// Sign and magnitude; least significant limb first, no leading zero limb, zero is empty and not negative.
struct IntView {
  std::span<const uint64_t> limbs;
  bool negative = false;
  bool is_zero() const { return limbs.empty(); }
};

/// Int, True or False.
inline bool is_integral(const Constant& c) {
  return c.is(ConstantKind::Int) || c.is(ConstantKind::True) || c.is(ConstantKind::False);
}

/// The number behind an integral constant; valid as long as the constant.
IntView int_view(const Constant& integral);

/// sys.get_int_max_str_digits() as it is unless somebody sets it: decimal text of more digits is refused by
/// CPython.
constexpr size_t kMaxStrDigits = 4300;

/// CPython's message for a decimal literal of more digits than the limit.
std::string too_many_digits_message(size_t digits, size_t limit);

/// `digits` holds only digits of `base` (2, 8, 10 or 16), at least one, no prefix, sign or underscore.
const Constant* int_parse(Constants& constants, std::string_view digits, int base);

const Constant* int_add(Constants& constants, IntView a, IntView b);
const Constant* int_subtract(Constants& constants, IntView a, IntView b);
const Constant* int_multiply(Constants& constants, IntView a, IntView b);
/// Python's // and % (rounding towards minus infinity); nullptr for a zero divisor.
const Constant* int_floor_divide(Constants& constants, IntView a, IntView b);
const Constant* int_modulo(Constants& constants, IntView a, IntView b);
/// nullptr for a negative exponent (Python gives a float: see int_to_double and float_power) and for a result
/// of more than kMaxResultBits bits.
const Constant* int_power(Constants& constants, IntView base, IntView exponent);
/// nullptr for a negative count and for a result of more than kMaxResultBits bits.
const Constant* int_left_shift(Constants& constants, IntView a, IntView count);
/// nullptr for a negative count.
const Constant* int_right_shift(Constants& constants, IntView a, IntView count);
/// Of two bools Python makes a bool; these always make an int.
const Constant* int_and(Constants& constants, IntView a, IntView b);
const Constant* int_or(Constants& constants, IntView a, IntView b);
const Constant* int_xor(Constants& constants, IntView a, IntView b);
const Constant* int_invert(Constants& constants, IntView a);
const Constant* int_negate(Constants& constants, IntView a);

/// Powers and shifts make no number above this size (the other operations cannot outgrow their operands by
/// much).
constexpr uint64_t kMaxResultBits = uint64_t{1} << 26;

/// Bits of the magnitude; 0 for zero.
uint64_t int_bit_length(IntView a);

/// Negative, zero or positive as a is less than, equal to or greater than b.
int int_compare(IntView a, IntView b);
/// The exact comparison of an int with a float that is not NaN.
int int_compare(IntView a, double b);

/// Rounded half to even; nothing where Python raises OverflowError.
std::optional<double> int_to_double(IntView a);
/// Python's `/`, correctly rounded; nothing where it raises ZeroDivisionError or OverflowError.
std::optional<double> int_true_divide(IntView a, IntView b);
/// int(value), rounding towards zero; nullptr for infinities and NaN.
const Constant* int_from_double(Constants& constants, double value);

/// str(a), of any length.
std::string int_to_decimal(IntView a);

/// Marshal's form: how many 15-bit digits the magnitude has, and the digits themselves as little-endian
/// two-byte words, least significant first, written to `out` (2 * count bytes).
size_t int_digit15_count(IntView a);
void int_write_digits15(IntView a, char* out);
/// The reverse; nullptr when a digit is above 32767 or the most significant one is zero. `words` is 2 bytes
/// per digit; no digits at all are zero.
const Constant* int_from_digits15(Constants& constants, std::string_view words, bool negative);

}  // namespace ouro
