// Operators on any operands.
//
// The left operand's slot goes first, unless the right operand's class derives from the left one's and has a
// slot of its own. Sequences come after numbers: + may be a concatenation, * a repetition.
#include "vm/object/declined.h"
#include "vm/object/generic_slots.h"
#include "vm/object/protocol.h"

namespace ouro::vm {

namespace {

struct Operator {
  BinaryFn Slots::* slot;
  BinaryFn Slots::* in_place;
  const char* symbol;
  const char* in_place_symbol;
};
/// In the order of BinaryOp; power has slots of its own.
constexpr Operator kOperators[] = {
    {&Slots::add, &Slots::inplace_add, "+", "+="},
    {&Slots::and_, &Slots::inplace_and, "&", "&="},
    {&Slots::floor_divide, &Slots::inplace_floor_divide, "//", "//="},
    {&Slots::lshift, &Slots::inplace_lshift, "<<", "<<="},
    {&Slots::matrix_multiply, &Slots::inplace_matrix_multiply, "@", "@="},
    {&Slots::multiply, &Slots::inplace_multiply, "*", "*="},
    {&Slots::remainder, &Slots::inplace_remainder, "%", "%="},
    {&Slots::or_, &Slots::inplace_or, "|", "|="},
    {nullptr, nullptr, "** or pow()", "**="},
    {&Slots::rshift, &Slots::inplace_rshift, ">>", ">>="},
    {&Slots::subtract, &Slots::inplace_subtract, "-", "-="},
    {&Slots::true_divide, &Slots::inplace_true_divide, "/", "/="},
    {&Slots::xor_, &Slots::inplace_xor, "^", "^="},
};

Result<Value> binary_by_slots(Value a, Value b, BinaryFn Slots::* slot) {
  Type* left = type_of(a);
  Type* right = type_of(b);
  BinaryFn first = left->slots.*slot;
  BinaryFn second = left != right ? right->slots.*slot : nullptr;
  if (second == first) second = nullptr;
  if (first != nullptr) {
    if (second != nullptr && is_subtype(right, left)) {
      Value result = TRY(second(a, b));
      if (!is_not_implemented(result)) return result;
      second = nullptr;
    }
    Value result = TRY(first(a, b));
    if (!is_not_implemented(result)) return result;
  }
  return second != nullptr ? second(a, b) : Result<Value>(not_implemented());
}

Raised unsupported(const char* symbol, Value a, Value b) {
  return raise(types.TypeError, "unsupported operand type(s) for {}: '{}' and '{}'", symbol, type_name(a),
               type_name(b));
}

Raised unsupported(const Operator& op, Value a, Value b, bool in_place) {
  const char* symbol = in_place ? op.in_place_symbol : op.symbol;
  if (!in_place && op.slot == &Slots::rshift && is_kind(a, Kind::kNativeFunction) &&
      std::string_view(a.as<NativeFunction>()->spec->name) == "print") {
    return raise(types.TypeError,
                 "unsupported operand type(s) for {}: '{}' and '{}'. Did you mean \"print(<message>, "
                 "file=<output_stream>)\"?",
                 symbol, type_name(a), type_name(b));
  }
  return unsupported(symbol, a, b);
}

Result<int64_t> repeat_count(Value count) {
  Value number = TRY(to_index(count));
  int64_t fits;
  if (int_fits(number, &fits)) return fits;
  return raise(types.OverflowError, "cannot fit '{}' into an index-sized integer", type_name(count));
}

Result<Value> repeat(Result<Value> (*function)(Value, int64_t), Value sequence, Value count) {
  if (!is_int(count) && type_of(count)->slots.index == nullptr)
    return raise(types.TypeError, "can't multiply sequence by non-int of type '{}'", type_name(count));
  return function(sequence, TRY(repeat_count(count)));
}

/// Concatenation and repetition; NotImplemented when neither fits.
Result<Value> binary_of_sequences(BinaryOp op, Value a, Value b, bool in_place) {
  const Slots& left = type_of(a)->slots;
  const Slots& right = type_of(b)->slots;
  if (op == BinaryOp::Add) {
    BinaryFn concat = in_place && left.inplace_concat != nullptr ? left.inplace_concat : left.concat;
    return concat != nullptr ? concat(a, b) : Result<Value>(not_implemented());
  }
  if (op == BinaryOp::Multiply) {
    if (in_place && left.inplace_repeat != nullptr) return repeat(left.inplace_repeat, a, b);
    if (left.repeat != nullptr) return repeat(left.repeat, a, b);
    if (right.repeat != nullptr) return repeat(right.repeat, b, a);
  }
  return not_implemented();
}

Result<Value> power_by_slots(Value a, Value b, Value modulus) {
  Type* left = type_of(a);
  Type* right = type_of(b);
  auto first = left->slots.power;
  auto second = left != right ? right->slots.power : nullptr;
  if (second == first) second = nullptr;
  if (first != nullptr) {
    if (second != nullptr && is_subtype(right, left)) {
      Value result = TRY(second(a, b, modulus));
      if (!is_not_implemented(result)) return result;
      second = nullptr;
    }
    Value result = TRY(first(a, b, modulus));
    if (!is_not_implemented(result)) return result;
  }
  if (second != nullptr) {
    Value result = TRY(second(a, b, modulus));
    if (!is_not_implemented(result)) return result;
  }
  auto third = is_none(modulus) ? nullptr : type_of(modulus)->slots.power;
  if (third != nullptr && third != left->slots.power && third != right->slots.power)
    return third(a, b, modulus);
  return not_implemented();
}

Result<Value> unary(Value value, UnaryFn Slots::* slot, const char* symbol) {
  UnaryFn function = type_of(value)->slots.*slot;
  if (function != nullptr) return function(value);
  return raise(types.TypeError, "bad operand type for {}: '{}'", symbol, type_name(value));
}

}  // namespace

Result<Value> binary(BinaryOp op, Value a, Value b) {
  if (op == BinaryOp::Power) return power(a, b, none());
  const Operator& row = kOperators[static_cast<int>(op)];
  Value result = TRY(binary_by_slots(a, b, row.slot));
  if (!is_not_implemented(result)) return result;
  if (op == BinaryOp::Add || op == BinaryOp::Multiply) {
    result = TRY(binary_of_sequences(op, a, b, false));
    if (!is_not_implemented(result)) return result;
  }
  return unsupported(row, a, b, false);
}

Result<Value> inplace(BinaryOp op, Value a, Value b) {
  const Operator& row = kOperators[static_cast<int>(op)];
  Value result = not_implemented();
  if (op == BinaryOp::Power) {
    if (auto function = type_of(a)->slots.inplace_power) result = TRY(function(a, b, none()));
    if (is_not_implemented(result)) result = TRY(power_by_slots(a, b, none()));
  } else {
    if (BinaryFn function = type_of(a)->slots.*row.in_place) result = TRY(function(a, b));
    if (is_not_implemented(result)) result = TRY(binary_by_slots(a, b, row.slot));
  }
  if (is_not_implemented(result)) result = TRY(binary_of_sequences(op, a, b, true));
  if (!is_not_implemented(result)) return result;
  return unsupported(row, a, b, true);
}

OperatorNames operator_names(BinaryOp op) {
  static const OperatorNames kNames[] = {
      {names.dunder_add, names.dunder_radd, names.dunder_iadd},
      {names.dunder_and, names.dunder_rand, names.dunder_iand},
      {names.dunder_floordiv, names.dunder_rfloordiv, names.dunder_ifloordiv},
      {names.dunder_lshift, names.dunder_rlshift, names.dunder_ilshift},
      {names.dunder_matmul, names.dunder_rmatmul, names.dunder_imatmul},
      {names.dunder_mul, names.dunder_rmul, names.dunder_imul},
      {names.dunder_mod, names.dunder_rmod, names.dunder_imod},
      {names.dunder_or, names.dunder_ror, names.dunder_ior},
      {names.dunder_pow, names.dunder_rpow, names.dunder_ipow},
      {names.dunder_rshift, names.dunder_rrshift, names.dunder_irshift},
      {names.dunder_sub, names.dunder_rsub, names.dunder_isub},
      {names.dunder_truediv, names.dunder_rtruediv, names.dunder_itruediv},
      {names.dunder_xor, names.dunder_rxor, names.dunder_ixor},
  };
  return kNames[static_cast<int>(op)];
}

Result<Value> reflected_declined(BinaryOp op, Value a, Value b, bool in_place) {
  Value result = TRY(binary_of_sequences(op, a, b, in_place));
  if (!is_not_implemented(result)) return result;
  return unsupported(kOperators[static_cast<int>(op)], a, b, in_place);
}

Result<Value> binary_declined(BinaryOp op, Value a, Value b, bool in_place) {
  const auto slot = kOperators[static_cast<int>(op)].slot;
  const BinaryFn theirs = type_of(a) != type_of(b) ? type_of(b)->slots.*slot : nullptr;
  if (theirs != nullptr) {
    // The generic function would ask the left operand again.
    const bool generic = theirs == type_of(a)->slots.*slot;
    Value result = TRY(generic ? call_special_or_decline(operator_names(op).reflected, b, a) : theirs(a, b));
    if (!is_not_implemented(result)) return result;
  }
  return reflected_declined(op, a, b, in_place);
}

Result<Value> inplace_declined(BinaryOp op, Value a, Value b) {
  Value result = TRY(binary_by_slots(a, b, kOperators[static_cast<int>(op)].slot));
  return is_not_implemented(result) ? reflected_declined(op, a, b, true) : Result<Value>(result);
}

Result<Value> power(Value base, Value exponent, Value modulus) {
  if (modulus.is_null()) modulus = none();
  Value result = TRY(power_by_slots(base, exponent, modulus));
  if (!is_not_implemented(result)) return result;
  if (is_none(modulus)) return unsupported("** or pow()", base, exponent);
  return raise(types.TypeError, "unsupported operand type(s) for ** or pow(): '{}', '{}', '{}'",
               type_name(base), type_name(exponent), type_name(modulus));
}

Result<Value> divmod(Value a, Value b) {
  Value result = TRY(binary_by_slots(a, b, &Slots::divmod));
  return is_not_implemented(result) ? unsupported("divmod()", a, b) : Result<Value>(result);
}

Result<Value> negative(Value value) {
  return unary(value, &Slots::negative, "unary -");
}
Result<Value> positive(Value value) {
  return unary(value, &Slots::positive, "unary +");
}
Result<Value> invert(Value value) {
  return unary(value, &Slots::invert, "unary ~");
}
Result<Value> absolute(Value value) {
  return unary(value, &Slots::absolute, "abs()");
}

}  // namespace ouro::vm
