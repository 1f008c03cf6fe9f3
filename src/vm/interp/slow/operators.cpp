// Operators on operands that the handlers do not know: mixed numbers, text, and everything else by the rules.
#include <cmath>

#include "vm/interp/calls.h"
#include "vm/interp/hot.h"
#include "vm/interp/slow.h"
#include "vm/object/compare.h"

namespace ouro::vm {

namespace {

/// The operand as a double if it is a float, or an int that a double holds exactly.
bool as_double(Value value, double* number) {
  if (value.is_flonum()) {
    *number = value.flonum();
    return true;
  }
  if (value.is_small_int()) {
    int64_t integer = value.small_int();
    *number = static_cast<double>(integer);
    return integer <= (int64_t{1} << 53) && integer >= -(int64_t{1} << 53);
  }
  if (has_shape(value, hot.float_)) {
    *number = value.as<Float>()->number;
    return true;
  }
  return false;
}

/// Arithmetic of floats, or of an int and a float; null when it is something else, or raises.
template <BinaryOp op>
Value float_arithmetic(Value left, Value right) {
  double a, b;
  if (Value::both_small_int(left, right) && op != BinaryOp::TrueDivide) return Value();
  if (!as_double(left, &a) || !as_double(right, &b)) return Value();
  if constexpr (op == BinaryOp::Add) return make_float(a + b);
  if constexpr (op == BinaryOp::Subtract) return make_float(a - b);
  if constexpr (op == BinaryOp::Multiply) return make_float(a * b);
  if constexpr (op == BinaryOp::TrueDivide) return b != 0 ? make_float(a / b) : Value();
  return Value();
}

template <BinaryOp op>
constexpr bool kFloatArithmetic =
    op == BinaryOp::Add || op == BinaryOp::Subtract || op == BinaryOp::Multiply || op == BinaryOp::TrueDivide;

/// int << and friends that overflowed come here too: binary() has the general rules.
template <BinaryOp op>
void specialise_binary(uint64_t* pc, Value left, Value right) {
  bool floats = Value::both_flonum(left, right);
  bool ints = Value::both_small_int(left, right);
  if constexpr (op == BinaryOp::Add) {
    bool text = has_shape(left, hot.str) && has_shape(right, hot.str);
    if (floats || ints || text) patch_op(pc, text ? Op::AddStr : floats ? Op::AddFloat : Op::Add);
  } else if constexpr (op == BinaryOp::Subtract) {
    if (floats || ints) patch_op(pc, floats ? Op::SubtractFloat : Op::Subtract);
  } else if constexpr (op == BinaryOp::Multiply) {
    if (floats || ints) patch_op(pc, floats ? Op::MultiplyFloat : Op::Multiply);
  }
}

/// Two objects of one native type: no method written in Python can have a say.
inline bool same_native(Value left, Value right) {
  if (!left.is_object() || !right.is_object()) return false;
  const Type* type = left.object()->shape->type;
  return type == right.object()->shape->type && !type->has(kTypeHeap);
}

/// list + list and the like, without asking for numbers' methods first; null: not these.
Result<Value> concat_sequences(Value left, Value right) {
  const Shape* shape = left.object()->shape;
  if (shape != hot.list && shape != hot.tuple && shape != hot.bytes) return Value();
  return shape->type->slots.concat(left, right);
}

}  // namespace

template <BinaryOp op>
uint64_t* slow_binary(uint64_t* pc, Value* R, Thread* T) {
  Value left = RB;
  Value right = RC;
  specialise_binary<op>(pc, left, right);
  if constexpr (kFloatArithmetic<op>) {
    Value quick = float_arithmetic<op>(left, right);
    if (!quick.is_null()) {
      RA = quick;
      return pc + 1;
    }
  }
  if (same_native(left, right)) {
    if constexpr (op == BinaryOp::Add) {
      Value joined = UNWRAP(concat_sequences(left, right));
      if (!joined.is_null()) {
        RA = joined;
        return pc + 1;
      }
    }
  } else {
    ENTER_SPECIAL(enter_binary(pc, R, T, op));
  }
  RA = UNWRAP(binary(op, left, right));
  return pc + 1;
}

template <BinaryOp op>
uint64_t* slow_inplace(uint64_t* pc, Value* R, Thread* T) {
  Value left = RB;
  Value right = RC;
  if constexpr (kFloatArithmetic<op>) {
    Value quick = float_arithmetic<op>(left, right);
    if (!quick.is_null()) {
      RA = quick;
      return pc + 1;
    }
  }
  if constexpr (op == BinaryOp::Add) {
    if (has_shape(left, hot.str) && has_shape(right, hot.str)) patch_op(pc, Op::InplaceAddStr);
  }
  if (Value::both_small_int(left, right)) {
    RA = UNWRAP(binary(op, left, right));
    return pc + 1;
  }
  ENTER_SPECIAL(enter_inplace(pc, R, T, op));
  RA = UNWRAP(inplace(op, left, right));
  return pc + 1;
}

#define BOTH(op)                                                            \
  template uint64_t* slow_binary<BinaryOp::op>(uint64_t*, Value*, Thread*); \
  template uint64_t* slow_inplace<BinaryOp::op>(uint64_t*, Value*, Thread*);
BOTH(Add)
BOTH(And)
BOTH(FloorDivide)
BOTH(LeftShift)
BOTH(MatrixMultiply)
BOTH(Multiply)
BOTH(Remainder)
BOTH(Or)
BOTH(Power)
BOTH(RightShift)
BOTH(Subtract)
BOTH(TrueDivide)
BOTH(Xor)
#undef BOTH

SLOW_FN(add_str) {
  RA = UNWRAP(concat(RB.as<Str>(), RC.as<Str>()));
  return pc + 1;
}

SLOW_FN(slow_negative) {
  Value operand = RB;
  if (operand.is_flonum()) {
    RA = make_float(-operand.flonum());
    return pc + 1;
  }
  ENTER_SPECIAL(enter_unary(pc, R, T, names.dunder_neg, operand));
  RA = UNWRAP(negative(operand));
  return pc + 1;
}

SLOW_FN(slow_positive) {
  RA = UNWRAP(positive(RB));
  return pc + 1;
}

SLOW_FN(slow_invert) {
  Value operand = RB;
  if (operand.is_small_int()) {
    RA = Value::from_small(~operand.small_int());
    return pc + 1;
  }
  RA = UNWRAP(invert(operand));
  return pc + 1;
}

SLOW_FN(slow_not) {
  RA = make_bool(!UNWRAP(is_true(RB)));
  return pc + 1;
}

namespace {

template <CompareOp op>
bool compare_doubles(double a, double b) {
  if constexpr (op == CompareOp::Less) return a < b;
  if constexpr (op == CompareOp::LessEqual) return a <= b;
  if constexpr (op == CompareOp::Equal) return a == b;
  if constexpr (op == CompareOp::NotEqual) return a != b;
  if constexpr (op == CompareOp::Greater) return a > b;
  return a >= b;
}

/// The comparisons that need no rules: text with text, numbers with numbers. False: not one of these.
template <CompareOp op>
bool quick_compare(Value left, Value right, bool* truth) {
  if (has_shape(left, hot.str) && has_shape(right, hot.str)) {
    auto* a = left.as<Str>();
    auto* b = right.as<Str>();
    if constexpr (op == CompareOp::Equal || op == CompareOp::NotEqual)
      *truth = equals(a, b) == (op == CompareOp::Equal);
    else
      *truth = compare_values(compare(a, b), 0, op);
    return true;
  }
  double a, b;
  if (as_double(left, &a) && as_double(right, &b)) {
    *truth = compare_doubles<op>(a, b);
    return true;
  }
  return false;
}

}  // namespace

namespace {

/// The outcome of a comparison that no method written in Python decides; null: it is not one of these.
inline Result<Value> compare_natives(Value left, Value right, CompareOp op) {
  if (!same_native(left, right)) return Value();
  auto function = left.object()->shape->type->slots.richcompare;
  if (function == nullptr) return Value();
  Value outcome = TRY(function(left, right, op));
  return is_not_implemented(outcome) ? Value() : outcome;
}

}  // namespace

template <CompareOp op>
uint64_t* slow_compare(uint64_t* pc, Value* R, Thread* T) {
  bool truth;
  if (quick_compare<op>(RB, RC, &truth)) {
    RA = make_bool(truth);
    return pc + 1;
  }
  Value outcome = UNWRAP(compare_natives(RB, RC, op));
  if (outcome.is_null()) {
    ENTER_SPECIAL(enter_compare(pc, R, T, op, RB, RC));
    outcome = UNWRAP(compare(RB, RC, op));
  }
  RA = outcome;
  return pc + 1;
}

template <CompareOp op, bool kBack>
uint64_t* slow_compare_jump(uint64_t* pc, Value* R, Thread* T) {
  bool truth;
  if (!quick_compare<op>(RA, RB, &truth)) {
    Value outcome = UNWRAP(compare_natives(RA, RB, op));
    if (outcome.is_null()) {
      ENTER_SPECIAL(enter_compare(pc, R, T, op, RA, RB));
      outcome = UNWRAP(compare(RA, RB, op));
    }
    truth = outcome == Value(&true_object) || (outcome != Value(&false_object) && UNWRAP(is_true(outcome)));
  }
  if (truth != (field_c(pc) != 0)) return pc + (kBack ? 3 : 2);
  return kBack ? jump_back(pc, R, T) : pc + jump_distance(pc);
}

#define COMPARE(op)                                                                       \
  template uint64_t* slow_compare<CompareOp::op>(uint64_t*, Value*, Thread*);             \
  template uint64_t* slow_compare_jump<CompareOp::op, false>(uint64_t*, Value*, Thread*); \
  template uint64_t* slow_compare_jump<CompareOp::op, true>(uint64_t*, Value*, Thread*);
COMPARE(Less)
COMPARE(LessEqual)
COMPARE(Equal)
COMPARE(NotEqual)
COMPARE(Greater)
COMPARE(GreaterEqual)
#undef COMPARE

namespace {

/// Whether the container is one whose `in` runs no method of its own written in Python.
inline bool is_plain_container(Value container) {
  return container.is_object() && !container.object()->shape->type->has(kTypeHeap);
}

/// `in` for small ints in a list or tuple: no item needs more than a look, as long as it is one, too.
/// Answers -1 when one is not.
int find_small_int(Value item, std::span<const Value> items) {
  for (Value candidate : items) {
    if (candidate == item) return 1;
    if (!candidate.is_small_int()) return -1;
  }
  return 0;
}

Result<bool> is_in(Value item, Value container) {
  if (!container.is_object()) return contains(container, item);
  const Shape* shape = container.object()->shape;
  if (shape == hot.dict) {
    Value found = TRY(dict_get(container.as<Dict>(), item));
    return !found.is_null();
  }
  if ((shape == hot.set || shape == hot.frozenset) && !is_set(item))
    return set_contains(container.as<Set>(), item);
  if (item.is_small_int() && (shape == hot.list || shape == hot.tuple)) {
    const int found = find_small_int(
        item, shape == hot.list ? container.as<List>()->span() : container.as<Tuple>()->span());
    if (found >= 0) return found != 0;
  }
  return contains(container, item);
}

}  // namespace

SLOW_FN(slow_contains) {
  if (!is_plain_container(RC)) ENTER_SPECIAL(enter_contains(pc, R, T, RC, RB));
  RA = make_bool(UNWRAP(is_in(RB, RC)));
  return pc + 1;
}

SLOW_FN(slow_not_contains) {
  if (!is_plain_container(RC)) ENTER_SPECIAL(enter_contains(pc, R, T, RC, RB));
  RA = make_bool(!UNWRAP(is_in(RB, RC)));
  return pc + 1;
}

SLOW_FN(jump_contains) {
  if (!is_plain_container(RB)) ENTER_SPECIAL(enter_contains(pc, R, T, RB, RA));
  bool found = UNWRAP(is_in(RA, RB));
  return found == (field_c(pc) != 0) ? pc + jump_distance(pc) : pc + 2;
}

SLOW_FN(jump_back_contains) {
  if (!is_plain_container(RB)) ENTER_SPECIAL(enter_contains(pc, R, T, RB, RA));
  bool found = UNWRAP(is_in(RA, RB));
  return found == (field_c(pc) != 0) ? jump_back(pc, R, T) : pc + 3;
}

}  // namespace ouro::vm
