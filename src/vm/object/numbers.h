// int, bool, float, complex: layouts and the operations that others need. Arithmetic is in builtins/int and
// friends.
#pragma once

#include <span>
#include <string>

#include "base/bigint.h"
#include "vm/object/type.h"

namespace ouro::vm {

/// An integer of more than 63 bits (or an instance of a subclass of int, of any size). Sign and magnitude,
/// limbs least significant first, no leading zero limb; zero has none.
struct Int : Object {
  uint64_t limb_count;
  uint64_t limbs[];
  bool is_negative() const { return flags != 0; }
};

struct Bool : Object {};
struct Float : Object {
  double number;
};
struct Complex : Object {
  double real;
  double imag;
};

extern Bool true_object;
extern Bool false_object;
inline Value make_bool(bool truth) {
  return truth ? Value(&true_object) : Value(&false_object);
}

Value make_int_cell(int64_t number);
inline Value make_int(int64_t number) {
  if (Value::fits_int(number)) [[likely]]
    return Value::from_small(number);
  return make_int_cell(number);
}
Value make_int_unsigned(uint64_t number);
/// Normalised: an immediate when it fits. `limbs` may have leading zeros.
Result<Value> make_int(bool negative, std::span<const uint64_t> limbs);

Value make_float_cell(double number);
inline Value make_float(double number) {
  Value word = Value::try_flonum(number);
  if (!word.is_null()) [[likely]]
    return word;
  return make_float_cell(number);
}
Value make_complex(double real, double imag);

/// int or a subclass, bool included.
inline bool is_int(Value value) {
  return value.is_small_int() ||
         (value.is_object() && (value.object()->kind == Kind::kInt || value.object()->kind == Kind::kBool));
}
inline bool is_bool(Value value) {
  return is_kind(value, Kind::kBool);
}
inline bool is_float(Value value) {
  return value.is_flonum() || is_kind(value, Kind::kFloat);
}
inline double float_value(Value is_float_value) {
  return is_float_value.is_flonum() ? is_float_value.flonum() : is_float_value.as<Float>()->number;
}

/// An int (is_int) as magnitude and sign without a copy (base/bigint.h); `small` gives storage to immediates.
IntView int_view(Value integer, uint64_t* small);

/// Into machine integers. `index`-style: objects with __index__ are asked, others are "'X' object cannot be
/// interpreted as an integer". Out of range: OverflowError with CPython's text ("Python int too large to
/// convert to C ssize_t", ...).
Result<int64_t> to_int64(Value value);
Result<int64_t> to_int64_index(
    Value value);  // for indexes: IndexError "cannot fit 'int' into an index-sized integer"
Result<int64_t> to_index_clipped(Value value);  // for slices: clips instead of raising
Result<uint64_t> to_uint64(Value value);
Result<int> to_c_int(Value value);
/// True and the number when the int (is_int) fits.
bool int_fits(Value integer, int64_t* number);
/// __float__, __index__: "must be real number, not X".
Result<double> to_double(Value value);
Result<double> int_to_double(Value integer);  // OverflowError "int too large to convert to float"
/// __index__: an int.
Result<Value> to_index(Value value);
/// str(int) of any base 2..36, no prefix; ValueError past sys.set_int_max_str_digits for base 10.
Result<std::string> int_to_text(Value integer, int base = 10);
/// int(text, base): surrounding space, underscores, sign, prefix. ValueError with the literal's repr.
Result<Value> int_from_text(Str* text, int base);
Result<Value> int_from_double(double number);
int int_sign(Value integer);
int int_compare(Value a, Value b);
bool int_equal(Value a, Value b);
int64_t int_hash(Value integer);
int64_t double_hash(double number, Value object_for_nan);

// Arithmetic on ints of any size (is_int operands); the interpreter has done the small ones already.
Result<Value> int_add(Value a, Value b);
Result<Value> int_subtract(Value a, Value b);
Result<Value> int_multiply(Value a, Value b);
Result<Value> int_floor_divide(Value a, Value b);
Result<Value> int_remainder(Value a, Value b);
Result<Value> int_power(Value base, Value exponent, Value modulus);
Result<Value> int_lshift(Value a, Value b);
Result<Value> int_rshift(Value a, Value b);
Result<Value> int_negate(Value a);

}  // namespace ouro::vm
