#include "compiler/target/selection.h"

namespace ouro::compiler::select {

namespace {

using syntax::BinaryOperator;
using syntax::CompareOperator;
using syntax::UnaryOperator;

// BINARY_OP's operand for each BinaryOperator; the in-place forms follow at a fixed distance.
constexpr uint8_t kBinaryOperand[] = {
    /* Add */ 0,    /* Sub */ 10,     /* Mult */ 5,  /* MatMult */ 4,
    /* Div */ 11,   /* Mod */ 6,      /* Pow */ 8,
    /* LShift */ 3, /* RShift */ 9,   /* BitOr */ 7, /* BitXor */ 12,
    /* BitAnd */ 1, /* FloorDiv */ 2,
};
constexpr uint32_t kInPlaceOffset = 13;

}  // namespace

void resume(Emitter& out, ResumePoint point) {
  out.emit(Op::RESUME, static_cast<uint32_t>(point));
}

void unary(Emitter& out, UnaryOperator op) {
  switch (op) {
    case UnaryOperator::Invert:
      return out.emit(Op::UNARY_INVERT);
    case UnaryOperator::Not:
      return out.emit(Op::UNARY_NOT);
    case UnaryOperator::UAdd:
      return out.emit(Op::UNARY_POSITIVE);
    case UnaryOperator::USub:
      return out.emit(Op::UNARY_NEGATIVE);
  }
}

void binary(Emitter& out, BinaryOperator op, bool in_place) {
  out.emit(Op::BINARY_OP, kBinaryOperand[static_cast<size_t>(op)] + (in_place ? kInPlaceOffset : 0));
}

void compare(Emitter& out, CompareOperator op) {
  switch (op) {
    case CompareOperator::Lt:
      return out.emit(Op::COMPARE_OP, 0);
    case CompareOperator::LtE:
      return out.emit(Op::COMPARE_OP, 1);
    case CompareOperator::Eq:
      return out.emit(Op::COMPARE_OP, 2);
    case CompareOperator::NotEq:
      return out.emit(Op::COMPARE_OP, 3);
    case CompareOperator::Gt:
      return out.emit(Op::COMPARE_OP, 4);
    case CompareOperator::GtE:
      return out.emit(Op::COMPARE_OP, 5);
    case CompareOperator::Is:
      return out.emit(Op::IS_OP, 0);
    case CompareOperator::IsNot:
      return out.emit(Op::IS_OP, 1);
    case CompareOperator::In:
      return out.emit(Op::CONTAINS_OP, 0);
    case CompareOperator::NotIn:
      return out.emit(Op::CONTAINS_OP, 1);
  }
}

void duplicate(Emitter& out) {
  out.emit(Op::COPY, 1);
}

void duplicate_two(Emitter& out) {
  out.emit(Op::COPY, 2);
  out.emit(Op::COPY, 2);
}

void swap(Emitter& out) {
  out.emit(Op::SWAP, 2);
}

void rotate_three(Emitter& out) {
  out.emit(Op::SWAP, 3);
  out.emit(Op::SWAP, 2);
}

void rotate(Emitter& out, uint32_t count) {
  for (; count > 1; --count) out.emit(Op::SWAP, count);
}

void begin_call(Emitter& out) {
  out.emit(Op::PUSH_NULL);
}

void call(Emitter& out, uint32_t argument_count) {
  out.emit(Op::PRECALL, argument_count);
  out.emit(Op::CALL, argument_count);
}

void keyword_names(Emitter& out, uint32_t names_index) {
  out.emit(Op::KW_NAMES, names_index);
}

void load_method(Emitter& out, uint32_t name_index) {
  out.emit(Op::LOAD_METHOD, name_index);
}

void call_method(Emitter& out, uint32_t argument_count) {
  call(out, argument_count);
}

void call_with_top(Emitter& out) {
  call(out, 0);
}

void load_global(Emitter& out, uint32_t name_index) {
  out.emit(Op::LOAD_GLOBAL, name_index << 1);
}

void load_called_global(Emitter& out, uint32_t name_index) {
  out.emit(Op::LOAD_GLOBAL, name_index << 1 | 1);
}

void get_awaitable(Emitter& out, AwaitableOrigin origin) {
  out.emit(Op::GET_AWAITABLE, static_cast<uint32_t>(origin));
}

void yield_value(Emitter& out, bool asynchronous_generator) {
  if (asynchronous_generator) out.emit(Op::ASYNC_GEN_WRAP);
  out.emit(Op::YIELD_VALUE);
  resume(out, ResumePoint::AfterYield);
}

void delegate(Emitter& out, bool is_await) {
  const Label send = out.new_label();
  const Label suspend = out.new_label();
  const Label done = out.new_label();
  out.place(send);
  out.jump(Op::SEND, done);
  out.place(suspend);
  out.emit(Op::YIELD_VALUE);
  resume(out, is_await ? ResumePoint::AfterAwait : ResumePoint::AfterYieldFrom);
  out.jump(Op::JUMP_NO_INTERRUPT, send);
  out.place(done);
}

void pop_except_and_reraise(Emitter& out) {
  out.emit(Op::COPY, 3);
  out.emit(Op::POP_EXCEPT);
  out.emit(Op::RERAISE, 1);
}

}  // namespace ouro::compiler::select
