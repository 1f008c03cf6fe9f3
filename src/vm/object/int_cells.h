// Integers from the inside: for the files that compute with them.
#pragma once

#include <string>

#include "vm/object/numbers.h"

namespace ouro::vm {

/// A cell with room for that many limbs, or MemoryError; filled, then given to finish_int.
Result<Int*> allocate_int(size_t limb_count);
/// Drops leading zero limbs, sets the sign; an immediate when it fits.
Value finish_int(Int* cell, bool negative);

Status int_divmod(Value a, Value b, Value* quotient, Value* remainder);
Result<Value> int_true_divide(Value a, Value b);
Result<Value> int_invert(Value a);
Result<Value> int_and(Value a, Value b);
Result<Value> int_or(Value a, Value b);
Result<Value> int_xor(Value a, Value b);
/// Of a non-negative int: the floor of its square root.
Result<Value> int_sqrt(Value integer);
Result<Value> int_gcd(Value a, Value b);
Result<Value> int_from_bytes(std::string_view bytes, bool little_endian, bool is_signed);
/// False when it does not fit. An unsigned target takes no negative number: the caller has checked.
bool int_to_bytes(Value integer, bool little_endian, bool is_signed, std::span<uint8_t> out);
/// Digits 0-9a-z, no sign.
std::string magnitude_to_text(const IntView& view, int base);
/// Of valid digits only.
Result<Value> int_from_digits(bool negative, const std::string& digits, int base);
/// a ** b of floats: a float, a complex for a negative base with a fractional exponent, or an error.
Result<Value> float_power_value(double a, double b);

/// round(number, digits) of a finite number: correctly rounded, half to even; infinity when too large.
double round_half_even(double number, int digits);

/// sys.set_int_max_str_digits; 0: no limit.
extern int64_t max_str_digits;

}  // namespace ouro::vm
