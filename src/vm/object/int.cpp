// Integers of any size: arithmetic on magnitudes straight in heap cells, over GMP's mpn layer.
//
// Small integers are immediates and never reach this file from the interpreter's fast paths; here every
// operand is seen as sign and limbs (int_view), the result is computed into a fresh cell and becomes an
// immediate again when it fits (finish).
#include <gmp.h>

#include <cmath>

#include "vm/heap/heap.h"
#include "vm/heap/heap_inline.h"
#include "vm/object/exceptions.h"
#include "vm/object/int_cells.h"
#include "vm/object/numbers.h"
#include "vm/object/protocol.h"

namespace ouro::vm {

static_assert(sizeof(mp_limb_t) == 8);

namespace {

constexpr size_t kMaxLimbs = size_t{1} << 36;

const mp_limb_t* limbs_of(const IntView& view) {
  return reinterpret_cast<const mp_limb_t*>(view.limbs.data());
}
mp_limb_t* limbs_of(Int* cell) {
  return reinterpret_cast<mp_limb_t*>(cell->limbs);
}

int compare_magnitudes(const IntView& a, const IntView& b) {
  if (a.limbs.size() != b.limbs.size()) return a.limbs.size() < b.limbs.size() ? -1 : 1;
  return a.limbs.empty() ? 0 : mpn_cmp(limbs_of(a), limbs_of(b), static_cast<mp_size_t>(a.limbs.size()));
}

Result<Value> add_magnitudes(IntView a, IntView b, bool negative) {
  if (a.limbs.size() < b.limbs.size()) std::swap(a, b);
  if (b.limbs.empty()) return make_int(negative, a.limbs);
  Int* sum = TRY(allocate_int(a.limbs.size() + 1));
  limbs_of(sum)[a.limbs.size()] = mpn_add(limbs_of(sum), limbs_of(a), static_cast<mp_size_t>(a.limbs.size()),
                                          limbs_of(b), static_cast<mp_size_t>(b.limbs.size()));
  return finish_int(sum, negative);
}

/// |a| - |b| with the sign that belongs to it when a's sign is `negative`.
Result<Value> subtract_magnitudes(IntView a, IntView b, bool negative) {
  int order = compare_magnitudes(a, b);
  if (order == 0) return Value::from_small(0);
  if (order < 0) {
    std::swap(a, b);
    negative = !negative;
  }
  if (b.limbs.empty()) return make_int(negative, a.limbs);
  Int* difference = TRY(allocate_int(a.limbs.size()));
  mpn_sub(limbs_of(difference), limbs_of(a), static_cast<mp_size_t>(a.limbs.size()), limbs_of(b),
          static_cast<mp_size_t>(b.limbs.size()));
  return finish_int(difference, negative);
}

Result<Value> add_signed(Value a, Value b, bool negate_b) {
  uint64_t small_a, small_b;
  IntView x = int_view(a, &small_a), y = int_view(b, &small_b);
  if (negate_b) y.negative = !y.negative;
  if (x.negative == y.negative) return add_magnitudes(x, y, x.negative);
  return subtract_magnitudes(x, y, x.negative);
}

/// Truncating division of magnitudes into cells; `b` is not zero and not longer than `a`.
Status divide_magnitudes(const IntView& a, const IntView& b, Int** quotient, Int** remainder) {
  *quotient = TRY(allocate_int(a.limbs.size() - b.limbs.size() + 1));
  *remainder = TRY(allocate_int(b.limbs.size()));
  mpn_tdiv_qr(limbs_of(*quotient), limbs_of(*remainder), 0, limbs_of(a),
              static_cast<mp_size_t>(a.limbs.size()), limbs_of(b), static_cast<mp_size_t>(b.limbs.size()));
  return {};
}

Result<Value> shift_left(const IntView& view, uint64_t bits) {
  size_t whole = bits / 64;
  if (whole > kMaxLimbs) return raise(types.OverflowError, "too many digits in integer");
  Int* result = TRY(allocate_int(view.limbs.size() + whole + 1));
  mp_limb_t* to = limbs_of(result) + whole;
  auto count = static_cast<mp_size_t>(view.limbs.size());
  if (bits % 64 != 0) {
    to[count] = mpn_lshift(to, limbs_of(view), count, bits % 64);
  } else {
    mpn_copyi(to, limbs_of(view), count);
  }
  return finish_int(result, view.negative);
}

/// Rounds towards minus infinity.
Result<Value> shift_right(const IntView& view, uint64_t bits) {
  size_t whole = bits / 64;
  if (whole >= view.limbs.size()) return Value::from_small(view.negative ? -1 : 0);
  bool lost = false;
  for (size_t i = 0; i < whole; ++i) lost |= view.limbs[i] != 0;
  auto count = static_cast<mp_size_t>(view.limbs.size() - whole);
  Int* result = TRY(allocate_int(static_cast<size_t>(count) + 1));
  if (bits % 64 != 0) {
    lost |= mpn_rshift(limbs_of(result), limbs_of(view) + whole, count, bits % 64) != 0;
  } else {
    mpn_copyi(limbs_of(result), limbs_of(view) + whole, count);
  }
  if (view.negative && lost) mpn_add_1(limbs_of(result), limbs_of(result), count + 1, 1);
  return finish_int(result, view.negative);
}

/// The shift count: false when it is too large for any machine number.
bool shift_count(Value count, uint64_t* bits) {
  int64_t number;
  if (!int_fits(count, &number)) return false;
  *bits = static_cast<uint64_t>(number);
  return true;
}

class Mpz {
 public:
  Mpz() { mpz_init(number_); }
  explicit Mpz(Value integer) {
    mpz_init(number_);
    uint64_t small;
    IntView view = int_view(integer, &small);
    mpz_import(number_, view.limbs.size(), -1, 8, 0, 0, view.limbs.data());
    if (view.negative) mpz_neg(number_, number_);
  }
  ~Mpz() { mpz_clear(number_); }
  Mpz(const Mpz&) = delete;
  Mpz& operator=(const Mpz&) = delete;
  mpz_ptr get() { return number_; }
  Result<Value> to_int() const {
    return make_int(mpz_sgn(number_) < 0,
                    std::span(reinterpret_cast<const uint64_t*>(mpz_limbs_read(number_)), mpz_size(number_)));
  }

 private:
  mpz_t number_;
};

Result<Value> power_modulo(Value base, Value exponent, Value modulus) {
  if (int_sign(modulus) == 0) return raise(types.ValueError, "pow() 3rd argument cannot be 0");
  Mpz b(base), e(exponent), m(modulus), result;
  bool negative_modulus = mpz_sgn(m.get()) < 0;
  mpz_abs(m.get(), m.get());
  if (mpz_cmp_ui(m.get(), 1) == 0) return Value::from_small(0);
  if (mpz_sgn(e.get()) < 0) {
    if (mpz_invert(b.get(), b.get(), m.get()) == 0)
      return raise(types.ValueError, "base is not invertible for the given modulus");
    mpz_neg(e.get(), e.get());
  }
  mpz_powm(result.get(), b.get(), e.get(), m.get());
  if (negative_modulus && mpz_sgn(result.get()) != 0) mpz_sub(result.get(), result.get(), m.get());
  return result.to_int();
}

enum class Bitwise { And, Or, Xor };

/// Two's complement of a magnitude in `count` words.
void to_twos_complement(const IntView& view, size_t count, mp_limb_t* out) {
  for (size_t i = 0; i < count; ++i) out[i] = i < view.limbs.size() ? view.limbs[i] : 0;
  if (view.negative) mpn_neg(out, out, static_cast<mp_size_t>(count));
}

Result<Value> bitwise(Value a, Value b, Bitwise op) {
  uint64_t small_a, small_b;
  IntView x = int_view(a, &small_a), y = int_view(b, &small_b);
  size_t count = std::max(x.limbs.size(), y.limbs.size()) + 1;
  Int* left = TRY(allocate_int(count));
  Int* right = TRY(allocate_int(count));
  to_twos_complement(x, count, limbs_of(left));
  to_twos_complement(y, count, limbs_of(right));
  for (size_t i = 0; i < count; ++i) {
    uint64_t other = right->limbs[i];
    uint64_t& word = left->limbs[i];
    word = op == Bitwise::And ? word & other : op == Bitwise::Or ? word | other : word ^ other;
  }
  bool negative = (left->limbs[count - 1] >> 63) != 0;
  if (negative) mpn_neg(limbs_of(left), limbs_of(left), static_cast<mp_size_t>(count));
  return finish_int(left, negative);
}

}  // namespace

Result<Int*> allocate_int(size_t limb_count) {
  size_t size = sizeof(Int) + limb_count * 8;
  if (limb_count > kMaxLimbs || !can_allocate(size)) return raise_no_memory();
  Int* cell = allocate_inline<Int>(types.int_->root_shape, size);
  cell->limb_count = limb_count;
  return cell;
}

Value finish_int(Int* cell, bool negative) {
  while (cell->limb_count > 0 && cell->limbs[cell->limb_count - 1] == 0) --cell->limb_count;
  cell->flags = negative && cell->limb_count > 0;
  if (cell->limb_count == 0) return Value::from_small(0);
  if (cell->limb_count == 1 && cell->limbs[0] <= static_cast<uint64_t>(Value::kMaxInt) + (negative ? 1 : 0)) {
    auto magnitude = static_cast<int64_t>(cell->limbs[0]);
    return Value::from_small(negative ? -magnitude : magnitude);
  }
  return cell;
}

IntView int_view(Value integer, uint64_t* small) {
  if (integer.is_small_int()) {
    int64_t number = integer.small_int();
    *small = number < 0 ? -static_cast<uint64_t>(number) : static_cast<uint64_t>(number);
    return {std::span<const uint64_t>(small, number == 0 ? 0 : 1), number < 0};
  }
  if (is_bool(integer)) {
    *small = 1;
    return {std::span<const uint64_t>(small, integer == make_bool(true) ? 1 : 0), false};
  }
  auto* cell = integer.as<Int>();
  return {std::span<const uint64_t>(cell->limbs, cell->limb_count), cell->is_negative()};
}

Value make_int_cell(int64_t number) {
  Int* cell = allocate_inline<Int>(types.int_->root_shape, sizeof(Int) + 8);
  cell->limb_count = 1;
  cell->flags = number < 0;
  cell->limbs[0] = number < 0 ? -static_cast<uint64_t>(number) : static_cast<uint64_t>(number);
  return cell;
}

Value make_int_unsigned(uint64_t number) {
  if (number <= static_cast<uint64_t>(Value::kMaxInt)) return Value::from_small(static_cast<int64_t>(number));
  Int* cell = allocate_inline<Int>(types.int_->root_shape, sizeof(Int) + 8);
  cell->limb_count = 1;
  cell->limbs[0] = number;
  return cell;
}

Result<Value> make_int(bool negative, std::span<const uint64_t> limbs) {
  while (!limbs.empty() && limbs.back() == 0) limbs = limbs.first(limbs.size() - 1);
  if (limbs.size() <= 1) {
    uint64_t magnitude = limbs.empty() ? 0 : limbs[0];
    if (magnitude <= static_cast<uint64_t>(Value::kMaxInt))
      return Value::from_small(negative ? -static_cast<int64_t>(magnitude) : static_cast<int64_t>(magnitude));
  }
  Int* cell = TRY(allocate_int(limbs.size()));
  std::copy(limbs.begin(), limbs.end(), cell->limbs);
  return finish_int(cell, negative);
}

bool int_fits(Value integer, int64_t* number) {
  if (integer.is_small_int()) {
    *number = integer.small_int();
    return true;
  }
  uint64_t small;
  IntView view = int_view(integer, &small);
  if (view.limbs.size() > 1) return false;
  uint64_t magnitude = view.limbs.empty() ? 0 : view.limbs[0];
  if (magnitude > static_cast<uint64_t>(INT64_MAX) + (view.negative ? 1 : 0)) return false;
  *number = static_cast<int64_t>(view.negative ? -magnitude : magnitude);
  return true;
}

int int_sign(Value integer) {
  uint64_t small;
  IntView view = int_view(integer, &small);
  return view.limbs.empty() ? 0 : view.negative ? -1 : 1;
}

int int_compare(Value a, Value b) {
  if (Value::both_small_int(a, b)) {
    return a.small_int() < b.small_int() ? -1 : a.small_int() > b.small_int() ? 1 : 0;
  }
  uint64_t small_a, small_b;
  return ouro::int_compare(int_view(a, &small_a), int_view(b, &small_b));
}

bool int_equal(Value a, Value b) {
  return int_compare(a, b) == 0;
}

int64_t int_hash(Value integer) {
  constexpr uint64_t kModulus = (uint64_t{1} << 61) - 1;
  uint64_t small;
  IntView view = int_view(integer, &small);
  uint64_t residue = 0;
  for (size_t i = view.limbs.size(); i-- > 0;) {
    // 2**64 is 8 modulo 2**61 - 1.
    unsigned __int128 sum = static_cast<unsigned __int128>(residue) * 8 + view.limbs[i];
    residue = static_cast<uint64_t>(sum & kModulus) + static_cast<uint64_t>(sum >> 61);
    if (residue >= kModulus) residue -= kModulus;
  }
  auto hash = static_cast<int64_t>(residue);
  if (view.negative) hash = -hash;
  return hash == -1 ? -2 : hash;
}

Result<Value> int_add(Value a, Value b) {
  if (Value::both_small_int(a, b)) return make_int(a.small_int() + b.small_int());
  return add_signed(a, b, false);
}

Result<Value> int_subtract(Value a, Value b) {
  if (Value::both_small_int(a, b)) return make_int(a.small_int() - b.small_int());
  return add_signed(a, b, true);
}

Result<Value> int_multiply(Value a, Value b) {
  int64_t product;
  if (Value::both_small_int(a, b) && !__builtin_mul_overflow(a.small_int(), b.small_int(), &product))
    return make_int(product);
  uint64_t small_a, small_b;
  IntView x = int_view(a, &small_a), y = int_view(b, &small_b);
  if (x.limbs.size() < y.limbs.size()) std::swap(x, y);
  if (y.limbs.empty()) return Value::from_small(0);
  Int* result = TRY(allocate_int(x.limbs.size() + y.limbs.size()));
  if (x.limbs.data() == y.limbs.data() && x.limbs.size() == y.limbs.size()) {
    mpn_sqr(limbs_of(result), limbs_of(x), static_cast<mp_size_t>(x.limbs.size()));
  } else {
    mpn_mul(limbs_of(result), limbs_of(x), static_cast<mp_size_t>(x.limbs.size()), limbs_of(y),
            static_cast<mp_size_t>(y.limbs.size()));
  }
  return finish_int(result, x.negative != y.negative);
}

Status int_divmod(Value a, Value b, Value* quotient, Value* remainder) {
  if (Value::both_small_int(a, b) && b.small_int() != 0) {
    int64_t q = a.small_int() / b.small_int();
    int64_t r = a.small_int() % b.small_int();
    if (r != 0 && (r < 0) != (b.small_int() < 0)) {
      q -= 1;
      r += b.small_int();
    }
    *quotient = make_int(q);
    *remainder = make_int(r);
    return {};
  }
  uint64_t small_a, small_b;
  IntView x = int_view(a, &small_a), y = int_view(b, &small_b);
  if (y.limbs.empty()) return raise(types.ZeroDivisionError, "integer division or modulo by zero");
  if (compare_magnitudes(x, y) < 0) {
    bool adjust = !x.limbs.empty() && x.negative != y.negative;
    *quotient = Value::from_small(adjust ? -1 : 0);
    *remainder = adjust ? TRY(int_add(a, b)) : TRY(make_int(x.negative, x.limbs));
    return {};
  }
  Int *q, *r;
  TRY(divide_magnitudes(x, y, &q, &r));
  Value whole = finish_int(q, x.negative != y.negative);
  Value rest = finish_int(r, x.negative);
  if (int_sign(rest) != 0 && x.negative != y.negative) {
    whole = TRY(int_subtract(whole, Value::from_small(1)));
    rest = TRY(int_add(rest, b));
  }
  *quotient = whole;
  *remainder = rest;
  return {};
}

Result<Value> int_floor_divide(Value a, Value b) {
  Value quotient, remainder;
  TRY(int_divmod(a, b, &quotient, &remainder));
  return quotient;
}

Result<Value> int_remainder(Value a, Value b) {
  if (int_sign(b) == 0) return raise(types.ZeroDivisionError, "integer modulo by zero");
  Value quotient, remainder;
  TRY(int_divmod(a, b, &quotient, &remainder));
  return remainder;
}

Result<Value> int_true_divide(Value a, Value b) {
  constexpr int64_t kExact = int64_t{1} << 53;
  if (int_sign(b) == 0) return raise(types.ZeroDivisionError, "division by zero");
  if (Value::both_small_int(a, b) && std::abs(a.small_int()) <= kExact && std::abs(b.small_int()) <= kExact)
    return make_float(static_cast<double>(a.small_int()) / static_cast<double>(b.small_int()));
  uint64_t small_a, small_b;
  auto quotient = ouro::int_true_divide(int_view(a, &small_a), int_view(b, &small_b));
  if (!quotient) return raise(types.OverflowError, "integer division result too large for a float");
  return make_float(*quotient);
}

/// base ** exponent when all of it fits a machine word; null: not so.
static Value small_power(int64_t base, int64_t exponent) {
  int64_t result = 1;
  for (;;) {
    if ((exponent & 1) != 0 && __builtin_mul_overflow(result, base, &result)) return Value();
    exponent >>= 1;
    if (exponent == 0) return make_int(result);
    if (__builtin_mul_overflow(base, base, &base)) return Value();
  }
}

Result<Value> int_power(Value base, Value exponent, Value modulus) {
  if ((modulus.is_null() || is_none(modulus)) && Value::both_small_int(base, exponent) &&
      exponent.small_int() >= 0) {
    Value quick = small_power(base.small_int(), exponent.small_int());
    if (!quick.is_null()) return quick;
  }
  if (!modulus.is_null()) return power_modulo(base, exponent, modulus);
  if (int_sign(exponent) < 0) {
    double b = TRY(int_to_double(base)), e = TRY(int_to_double(exponent));
    return float_power_value(b, e);
  }
  int64_t count;
  uint64_t small;
  IntView view = int_view(base, &small);
  bool odd = (int_view(exponent, &small).limbs.empty() ? 0 : int_view(exponent, &small).limbs[0]) % 2 != 0;
  view = int_view(base, &small);
  if (int_sign(exponent) == 0) return Value::from_small(1);
  if (view.limbs.empty()) return Value::from_small(0);
  if (view.limbs.size() == 1 && view.limbs[0] == 1) return Value::from_small(view.negative && odd ? -1 : 1);
  if (!int_fits(exponent, &count)) return raise_no_memory();
  uint64_t bits = int_bit_length(view);
  if (static_cast<uint64_t>(count) > (kMaxLimbs * 64) / bits ||
      !can_allocate(bits * static_cast<uint64_t>(count) / 8))
    return raise_no_memory();
  Mpz b(base), result;
  mpz_pow_ui(result.get(), b.get(), static_cast<unsigned long>(count));
  return result.to_int();
}

Result<Value> int_lshift(Value a, Value b) {
  if (int_sign(b) < 0) return raise(types.ValueError, "negative shift count");
  if (int_sign(a) == 0) return Value::from_small(0);
  uint64_t bits;
  if (!shift_count(b, &bits)) return raise(types.OverflowError, "too many digits in integer");
  uint64_t small;
  return shift_left(int_view(a, &small), bits);
}

Result<Value> int_rshift(Value a, Value b) {
  if (int_sign(b) < 0) return raise(types.ValueError, "negative shift count");
  uint64_t bits;
  if (!shift_count(b, &bits)) return Value::from_small(int_sign(a) < 0 ? -1 : 0);
  if (a.is_small_int())
    return Value::from_small(bits > 63 ? (a.small_int() < 0 ? -1 : 0) : a.small_int() >> bits);
  uint64_t small;
  return shift_right(int_view(a, &small), bits);
}

Result<Value> int_negate(Value a) {
  if (a.is_small_int()) return make_int(-a.small_int());
  uint64_t small;
  IntView view = int_view(a, &small);
  return make_int(!view.negative, view.limbs);
}

Result<Value> int_invert(Value a) {
  if (a.is_small_int()) return make_int(~a.small_int());
  return int_subtract(Value::from_small(-1), a);
}

Result<Value> int_and(Value a, Value b) {
  if (Value::both_small_int(a, b)) return make_int(a.small_int() & b.small_int());
  return bitwise(a, b, Bitwise::And);
}
Result<Value> int_or(Value a, Value b) {
  if (Value::both_small_int(a, b)) return make_int(a.small_int() | b.small_int());
  return bitwise(a, b, Bitwise::Or);
}
Result<Value> int_xor(Value a, Value b) {
  if (Value::both_small_int(a, b)) return make_int(a.small_int() ^ b.small_int());
  return bitwise(a, b, Bitwise::Xor);
}

Result<Value> int_from_double(double number) {
  if (std::isnan(number)) return raise(types.ValueError, "cannot convert float NaN to integer");
  if (std::isinf(number)) return raise(types.OverflowError, "cannot convert float infinity to integer");
  if (std::fabs(number) < 0x1p62) return make_int(static_cast<int64_t>(number));
  int exponent;
  double fraction = std::frexp(std::fabs(number), &exponent);
  auto mantissa = static_cast<uint64_t>(std::ldexp(fraction, 64));
  IntView view{std::span<const uint64_t>(&mantissa, 1), false};
  Value magnitude = exponent >= 64 ? TRY(shift_left(view, static_cast<uint64_t>(exponent - 64)))
                                   : TRY(shift_right(view, static_cast<uint64_t>(64 - exponent)));
  return number < 0 ? int_negate(magnitude) : magnitude;
}

Result<double> int_to_double(Value integer) {
  if (integer.is_small_int()) return static_cast<double>(integer.small_int());
  uint64_t small;
  auto number = ouro::int_to_double(int_view(integer, &small));
  if (!number) return raise(types.OverflowError, "int too large to convert to float");
  return *number;
}

Result<Value> int_sqrt(Value integer) {
  Mpz number(integer);
  mpz_sqrt(number.get(), number.get());
  return number.to_int();
}

Result<Value> int_gcd(Value a, Value b) {
  Mpz x(a), y(b);
  mpz_gcd(x.get(), x.get(), y.get());
  return x.to_int();
}

Result<Value> int_from_bytes(std::string_view bytes, bool little_endian, bool is_signed) {
  Mpz number;
  mpz_import(number.get(), bytes.size(), little_endian ? -1 : 1, 1, 0, 0, bytes.data());
  if (is_signed && !bytes.empty()) {
    auto top = static_cast<unsigned char>(little_endian ? bytes.back() : bytes.front());
    if ((top & 0x80) != 0) {
      Mpz wrap;
      mpz_setbit(wrap.get(), bytes.size() * 8);
      mpz_sub(number.get(), number.get(), wrap.get());
    }
  }
  return number.to_int();
}

bool int_to_bytes(Value integer, bool little_endian, bool is_signed, std::span<uint8_t> out) {
  Mpz number(integer);
  bool negative = mpz_sgn(number.get()) < 0;
  size_t bits = mpz_sizeinbase(number.get(), 2);
  if (negative) {
    mpz_com(number.get(), number.get());  // the bits that two's complement inverts
    bits = mpz_sgn(number.get()) == 0 ? 0 : mpz_sizeinbase(number.get(), 2);
  } else if (mpz_sgn(number.get()) == 0) {
    bits = 0;
  }
  if (bits + (is_signed ? 1 : 0) > out.size() * 8 && !(bits == 0 && out.empty() && !negative)) return false;
  if (negative && out.empty()) return false;
  std::fill(out.begin(), out.end(), 0);
  size_t count = (bits + 7) / 8;
  mpz_export(little_endian ? out.data() : out.data() + (out.size() - count), nullptr, little_endian ? -1 : 1,
             1, 0, 0, number.get());
  if (negative) {
    for (uint8_t& byte : out) byte = static_cast<uint8_t>(~byte);
  }
  return true;
}

std::string magnitude_to_text(const IntView& view, int base) {
  if (view.limbs.empty()) return "0";
  mpz_t number;
  mpz_roinit_n(number, limbs_of(view), static_cast<mp_size_t>(view.limbs.size()));
  std::string text(mpz_sizeinbase(number, base) + 2, '\0');
  mpz_get_str(text.data(), base, number);
  text.resize(std::char_traits<char>::length(text.c_str()));
  return text;
}

Result<Value> int_from_digits(bool negative, const std::string& digits, int base) {
  if (digits.size() <= 12) {
    int64_t number = std::strtoll(digits.c_str(), nullptr, base);
    return make_int(negative ? -number : number);
  }
  Mpz number;
  mpz_set_str(number.get(), digits.c_str(), base);
  if (negative) mpz_neg(number.get(), number.get());
  return number.to_int();
}

}  // namespace ouro::vm
