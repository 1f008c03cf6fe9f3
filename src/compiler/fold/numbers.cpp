// Arithmetic on numbers.
#include <optional>

#include "base/bigint.h"
#include "base/float_text.h"
#include "compiler/fold/operations.h"

namespace ouro::compiler {

using syntax::BinaryOperator;
using syntax::UnaryOperator;

namespace {

// CPython folds *, ** and << only to integers of at most about so many bits.
constexpr uint64_t kMaxIntegerBits = 128;

bool is_complex(const Constant& c) {
  return c.is(ConstantKind::Complex);
}
bool is_boolean(const Constant& c) {
  return c.is(ConstantKind::True) || c.is(ConstantKind::False);
}
bool is_number(const Constant& c) {
  return is_integral(c) || c.is(ConstantKind::Float) || is_complex(c);
}

const Constant* make(Constants& constants, std::optional<double> value) {
  return value ? constants.floating(*value) : nullptr;
}
const Constant* make(Constants& constants, std::optional<ComplexValue> value) {
  return value ? constants.complex(value->real, value->imag) : nullptr;
}

// Nothing for an integer that no float is near enough to.
std::optional<double> to_double(const Constant& c) {
  if (c.is(ConstantKind::Float)) return c.real;
  return int_to_double(int_view(c));
}
std::optional<ComplexValue> to_complex(const Constant& c) {
  if (is_complex(c)) return ComplexValue{c.real, c.imag};
  const std::optional<double> real = to_double(c);
  if (!real) return std::nullopt;
  return ComplexValue{*real, 0.0};
}

// The value of a non-negative integer that is small enough to be a bit count here, else nothing.
std::optional<uint64_t> small_count(IntView a) {
  if (a.negative || a.limbs.size() > 1) return std::nullopt;
  return a.is_zero() ? 0 : a.limbs[0];
}

const Constant* multiply(Constants& constants, IntView a, IntView b) {
  if (!a.is_zero() && !b.is_zero() && int_bit_length(a) + int_bit_length(b) > kMaxIntegerBits) return nullptr;
  return int_multiply(constants, a, b);
}

const Constant* power(Constants& constants, IntView base, IntView exponent) {
  if (exponent.negative) {
    const std::optional<double> a = int_to_double(base);
    const std::optional<double> b = int_to_double(exponent);
    return a && b ? fold_floats(constants, BinaryOperator::Pow, *a, *b) : nullptr;
  }
  if (exponent.is_zero()) return constants.integer(1);
  if (base.is_zero()) return constants.integer(0);
  const std::optional<uint64_t> count = small_count(exponent);
  if (!count || int_bit_length(base) > kMaxIntegerBits / *count) return nullptr;
  return int_power(constants, base, exponent);
}

const Constant* left_shift(Constants& constants, IntView a, IntView count) {
  if (count.negative) return nullptr;
  if (a.is_zero()) return constants.integer(0);
  const std::optional<uint64_t> bits = small_count(count);
  if (!bits) return nullptr;
  if (*bits != 0 && (*bits > kMaxIntegerBits || int_bit_length(a) > kMaxIntegerBits - *bits)) return nullptr;
  return int_left_shift(constants, a, count);
}

const Constant* bitwise(Constants& constants, BinaryOperator op, const Constant& left,
                        const Constant& right) {
  if (is_boolean(left) && is_boolean(right)) {
    const bool a = left.is(ConstantKind::True);
    const bool b = right.is(ConstantKind::True);
    if (op == BinaryOperator::BitOr) return constants.boolean(a || b);
    return constants.boolean(op == BinaryOperator::BitXor ? a != b : a && b);
  }
  const IntView a = int_view(left);
  const IntView b = int_view(right);
  if (op == BinaryOperator::BitOr) return int_or(constants, a, b);
  return op == BinaryOperator::BitXor ? int_xor(constants, a, b) : int_and(constants, a, b);
}

}  // namespace

const Constant* fold_integers(Constants& constants, BinaryOperator op, const Constant& left,
                              const Constant& right) {
  const IntView a = int_view(left);
  const IntView b = int_view(right);
  switch (op) {
    case BinaryOperator::Add:
      return int_add(constants, a, b);
    case BinaryOperator::Sub:
      return int_subtract(constants, a, b);
    case BinaryOperator::Mult:
      return multiply(constants, a, b);
    case BinaryOperator::Div:
      return make(constants, int_true_divide(a, b));
    case BinaryOperator::FloorDiv:
      return int_floor_divide(constants, a, b);
    case BinaryOperator::Mod:
      return int_modulo(constants, a, b);
    case BinaryOperator::Pow:
      return power(constants, a, b);
    case BinaryOperator::LShift:
      return left_shift(constants, a, b);
    case BinaryOperator::RShift:
      return int_right_shift(constants, a, b);
    case BinaryOperator::BitOr:
    case BinaryOperator::BitXor:
    case BinaryOperator::BitAnd:
      return bitwise(constants, op, left, right);
    case BinaryOperator::MatMult:
      return nullptr;
  }
  return nullptr;
}

const Constant* fold_floats(Constants& constants, BinaryOperator op, double left, double right) {
  switch (op) {
    case BinaryOperator::Add:
      return constants.floating(left + right);
    case BinaryOperator::Sub:
      return constants.floating(left - right);
    case BinaryOperator::Mult:
      return constants.floating(left * right);
    case BinaryOperator::Div:
      return make(constants, float_divide(left, right));
    case BinaryOperator::FloorDiv:
      return make(constants, float_floor_divide(left, right));
    case BinaryOperator::Mod:
      return make(constants, float_modulo(left, right));
    case BinaryOperator::Pow: {
      const std::optional<PowerResult> result = float_power(left, right);
      if (!result) return nullptr;
      return result->is_complex ? constants.complex(result->real, result->imag)
                                : constants.floating(result->real);
    }
    default:
      return nullptr;
  }
}

const Constant* fold_complexes(Constants& constants, BinaryOperator op, const Constant& left,
                               const Constant& right) {
  const std::optional<ComplexValue> a = to_complex(left);
  const std::optional<ComplexValue> b = to_complex(right);
  if (!a || !b) return nullptr;
  switch (op) {
    case BinaryOperator::Add:
      return make(constants, complex_add(*a, *b));
    case BinaryOperator::Sub:
      return make(constants, complex_subtract(*a, *b));
    case BinaryOperator::Mult:
      return make(constants, complex_multiply(*a, *b));
    case BinaryOperator::Div:
      return make(constants, complex_divide(*a, *b));
    case BinaryOperator::Pow:
      return make(constants, complex_power(*a, *b));
    default:
      return nullptr;
  }
}

const Constant* fold_unary(Constants& constants, UnaryOperator op, const Constant& operand) {
  switch (op) {
    case UnaryOperator::Not:
      return constants.boolean(!truth(operand));
    case UnaryOperator::Invert:
      return is_integral(operand) ? int_invert(constants, int_view(operand)) : nullptr;
    case UnaryOperator::UAdd:
      if (is_boolean(operand)) return constants.integer(operand.is(ConstantKind::True) ? 1 : 0);
      return is_number(operand) ? &operand : nullptr;
    case UnaryOperator::USub:
      if (is_integral(operand)) return int_negate(constants, int_view(operand));
      if (operand.is(ConstantKind::Float)) return constants.floating(-operand.real);
      return is_complex(operand) ? constants.complex(-operand.real, -operand.imag) : nullptr;
  }
  return nullptr;
}

const Constant* fold_binary(Constants& constants, BinaryOperator op, const Constant& left,
                            const Constant& right) {
  if (is_number(left) && is_number(right)) {
    if (is_integral(left) && is_integral(right)) return fold_integers(constants, op, left, right);
    if (is_complex(left) || is_complex(right)) return fold_complexes(constants, op, left, right);
    const std::optional<double> a = to_double(left);
    const std::optional<double> b = to_double(right);
    return a && b ? fold_floats(constants, op, *a, *b) : nullptr;
  }
  if (op == BinaryOperator::Add) return concatenate(constants, left, right);
  if (op != BinaryOperator::Mult) return nullptr;
  if (is_integral(left)) return repeat(constants, right, left);
  return is_integral(right) ? repeat(constants, left, right) : nullptr;
}

}  // namespace ouro::compiler
