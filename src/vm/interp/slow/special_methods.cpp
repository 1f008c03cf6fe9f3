// Special methods written in Python, run as frames of the loop instead of through the C++ stack.
//
// The instruction that needs one pushes its frame with kFrameContinued and stays where it is. When the method
// returns, finish_operation looks at the instruction again and does what is left of it: an operator whose
// method answered NotImplemented asks the other operand, a jump wants the truth of the answer, and so on.
// The operands are still in their registers then.
#include "vm/interp/calls.h"
#include "vm/interp/slow.h"
#include "vm/object/declined.h"

namespace ouro::vm {

namespace {

uint64_t* enter(Thread* T, uint64_t* pc, Value* R, Function* method, std::initializer_list<Value> arguments,
                uint16_t flags = 0) {
  return enter_function(T, pc, R, method, Arguments{arguments.begin(), arguments.size(), nullptr}, 0,
                        flags | kFrameContinued);
}

/// The right operand's class goes first when it derives from the left one's.
bool left_goes_first(const Type* left, const Type* right) {
  return left == right || !is_subtype(right, left);
}

/// A number that knows nothing of the right operand's class: its own method would decline.
bool declines(Value left, const Type* right) {
  return (left.is_small_int() || left.is_flonum()) && right->has(kTypeHeap) &&
         !is_subtype(right, types.int_) && !is_subtype(right, types.float_) &&
         !is_subtype(right, types.complex);
}

uint64_t* enter_operator(uint64_t* pc, Value* R, Thread* T, const OperatorNames& method_names) {
  Value left = RB;
  Value right = RC;
  if (left.is_object()) {
    const Type* type = type_of(left);
    if (!type->has(kTypeHeap) || !left_goes_first(type, type_of(right))) return kNoMethod;
    Function* method = python_special(type, method_names.method);
    return method != nullptr ? enter(T, pc, R, method, {left, right}) : kNoMethod;
  }
  if (!declines(left, type_of(right))) return kNoMethod;
  Function* method = python_special(type_of(right), method_names.reflected);
  return method != nullptr ? enter(T, pc, R, method, {right, left}, kFrameReflected) : kNoMethod;
}

}  // namespace

uint64_t* enter_binary(uint64_t* pc, Value* R, Thread* T, BinaryOp op) {
  return op == BinaryOp::Power ? kNoMethod : enter_operator(pc, R, T, operator_names(op));
}

uint64_t* enter_inplace(uint64_t* pc, Value* R, Thread* T, BinaryOp op) {
  if (op == BinaryOp::Power) return kNoMethod;
  const OperatorNames method_names = operator_names(op);
  const Type* left = type_of(RB);
  if (left->has(kTypeHeap)) {
    if (Function* method = python_special(left, method_names.in_place))
      return enter(T, pc, R, method, {RB, RC}, kFrameInplace);
    if (!lookup_in_type(const_cast<Type*>(left), method_names.in_place).is_null()) return kNoMethod;
  }
  return enter_operator(pc, R, T, method_names);
}

uint64_t* enter_compare(uint64_t* pc, Value* R, Thread* T, CompareOp op, Value left, Value right) {
  const Type* type = type_of(left);
  if (!type->has(kTypeHeap) || !left_goes_first(type, type_of(right))) return kNoMethod;
  Function* method = python_special(type, comparison_method(op));
  return method != nullptr ? enter(T, pc, R, method, {left, right}) : kNoMethod;
}

uint64_t* enter_contains(uint64_t* pc, Value* R, Thread* T, Value container, Value item) {
  Function* method = python_special(type_of(container), names.dunder_contains);
  return method != nullptr ? enter(T, pc, R, method, {container, item}) : kNoMethod;
}

uint64_t* enter_unary(uint64_t* pc, Value* R, Thread* T, Str* name, Value self) {
  Function* method = python_special(type_of(self), name);
  return method != nullptr ? enter(T, pc, R, method, {self}) : kNoMethod;
}

uint64_t* enter_store(uint64_t* pc, Value* R, Thread* T, Str* name, Value self, Value key, Value value) {
  Function* method = python_special(type_of(self), name);
  return method != nullptr ? enter(T, pc, R, method, {self, key, value}) : kNoMethod;
}

namespace {

/// What an operation's result still has to become.
enum class Finish : uint8_t {
  Unary,
  Binary,
  Inplace,
  Compare,
  CompareJump,
  Contains,
  ContainsJump,
  TruthJump,
  Iterator,
  Iteration,
  Nothing
};

struct FinishRule {
  Finish finish;
  uint8_t index;      // among its like
  bool back = false;  // a jump backwards
};

constexpr BinaryOp kBinaryOps[] = {
    BinaryOp::Add,         BinaryOp::Subtract,   BinaryOp::Multiply, BinaryOp::TrueDivide,
    BinaryOp::FloorDivide, BinaryOp::Remainder,  BinaryOp::Power,    BinaryOp::MatrixMultiply,
    BinaryOp::LeftShift,   BinaryOp::RightShift, BinaryOp::And,      BinaryOp::Or,
    BinaryOp::Xor};

uint8_t distance(Op op, Op first) {
  return static_cast<uint8_t>(static_cast<int>(op) - static_cast<int>(first));
}

/// operations.def keeps operators in one order, comparisons in that of CompareOp.
FinishRule rule_of(Op op) {
  if (op >= Op::Add && op <= Op::Xor) return {Finish::Binary, distance(op, Op::Add)};
  if (op >= Op::InplaceAdd && op <= Op::InplaceXor) return {Finish::Inplace, distance(op, Op::InplaceAdd)};
  if (op >= Op::Less && op <= Op::GreaterEqual) return {Finish::Compare, distance(op, Op::Less)};
  if (op >= Op::JumpLess && op <= Op::JumpGreaterEqual)
    return {Finish::CompareJump, distance(op, Op::JumpLess)};
  if (op >= Op::JumpBackLess && op <= Op::JumpBackGreaterEqual)
    return {Finish::CompareJump, distance(op, Op::JumpBackLess), true};
  switch (op) {
    case Op::Negative:
      return {Finish::Unary, 0};
    case Op::Contains:
    case Op::NotContains:
      return {Finish::Contains, op == Op::NotContains};
    case Op::JumpContains:
    case Op::JumpBackContains:
      return {Finish::ContainsJump, 0, op == Op::JumpBackContains};
    case Op::JumpIfTrue:
    case Op::JumpIfFalse:
      return {Finish::TruthJump, op == Op::JumpIfTrue};
    case Op::JumpBackIfTrue:
    case Op::JumpBackIfFalse:
      return {Finish::TruthJump, op == Op::JumpBackIfTrue, true};
    case Op::GetIter:
      return {Finish::Iterator, 0};
    case Op::ForIter:
      return {Finish::Iteration, 0};
    default:
      return {Finish::Nothing, 0};
  }
}

uint64_t* jump_or_not(uint64_t* pc, Value* R, Thread* T, bool taken, bool back) {
  if (!taken) return pc + (back ? 3 : 2);
  return back ? jump_back(pc, R, T) : pc + jump_distance(pc);
}

uint64_t* finish_binary(uint64_t* pc, Value* R, BinaryOp op, uint16_t flags, bool in_place, Value value) {
  if (is_not_implemented(value)) [[unlikely]] {
    auto rest = (flags & kFrameInplace) != 0     ? inplace_declined(op, RB, RC)
                : (flags & kFrameReflected) != 0 ? reflected_declined(op, RB, RC, in_place)
                                                 : binary_declined(op, RB, RC, in_place);
    value = UNWRAP(rest);
  }
  RA = value;
  return pc + 1;
}

uint64_t* finish_truth(uint64_t* pc, Value* R, Thread* T, FinishRule rule, Value value) {
  if (!is_bool(value)) {
    (void)raise(types.TypeError, "__bool__ should return bool, returned {}", type_name(value));
    return kRaised;
  }
  return jump_or_not(pc, R, T, (value == make_bool(true)) == (rule.index != 0), rule.back);
}

uint64_t* finish(uint64_t* pc, Value* R, Thread* T, uint16_t flags, Value value) {
  const FinishRule rule = rule_of(kBaseOperation[field_op(pc)]);
  const auto comparison = static_cast<CompareOp>(rule.index);
  switch (rule.finish) {
    case Finish::Unary:
      RA = value;
      return pc + 1;
    case Finish::Binary:
    case Finish::Inplace:
      return finish_binary(pc, R, kBinaryOps[rule.index], flags, rule.finish == Finish::Inplace, value);
    case Finish::Compare:
      RA = is_not_implemented(value) ? UNWRAP(compare_declined(RB, RC, comparison)) : value;
      return pc + 1;
    case Finish::CompareJump:
      if (is_not_implemented(value)) value = UNWRAP(compare_declined(RA, RB, comparison));
      return jump_or_not(pc, R, T, UNWRAP(is_true(value)) == (field_c(pc) != 0), rule.back);
    case Finish::Contains:
      RA = make_bool(UNWRAP(is_true(value)) != (rule.index != 0));
      return pc + 1;
    case Finish::ContainsJump:
      return jump_or_not(pc, R, T, UNWRAP(is_true(value)) == (field_c(pc) != 0), rule.back);
    case Finish::TruthJump:
      return finish_truth(pc, R, T, rule, value);
    case Finish::Iterator:
      if (type_of(value)->slots.iternext == nullptr) {
        (void)raise(types.TypeError, "iter() returned non-iterator of type '{}'", type_name(value));
        return kRaised;
      }
      RA = value;
      return pc + 1;
    case Finish::Iteration:
      RA = value;
      return pc + 3;
    case Finish::Nothing:
      break;
  }
  return pc + instruction_words(pc);
}

}  // namespace

uint64_t* finish_operation(Thread* T, Frame* caller, uint16_t flags, Value value) {
  uint64_t* next = finish(caller->pc, caller->registers(), T, flags, value);
  if (!stays(next)) return next;
  caller->pc = next;
  return kReload;
}

bool finish_loop(Thread* T, Frame* caller) {
  if (kBaseOperation[field_op(caller->pc)] != Op::ForIter || !exception_is(types.StopIteration)) return false;
  (void)take_exception();
  T->raising_again = false;
  caller->pc += jump_distance(caller->pc);
  return true;
}

SLOW_FN(for_iter_python) {
  Function* method = python_special(type_of(RB), names.dunder_next);
  if (method == nullptr) return for_iter_slot(pc, R, T);
  return enter(T, pc, R, method, {RB});
}

}  // namespace ouro::vm
