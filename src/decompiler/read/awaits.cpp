// await, yield and yield from. What waits for another iterator is a loop around SEND, always of the same
// instructions, which is passed over as a whole.
#include "decompiler/read/reader.h"

namespace ouro::decompiler {

using syntax::ExprKind;

/// From LOAD_CONST None before SEND to behind the loop.
bool Reader::skip_send_loop() {
  constexpr Op kLoop[] = {Op::LOAD_CONST, Op::SEND, Op::YIELD_VALUE, Op::RESUME,
                          Op::JUMP_BACKWARD_NO_INTERRUPT};
  if (at_ + std::size(kLoop) > code_.size()) return fail("no SEND loop");
  for (const Op expected : kLoop) {
    if (op() != expected) return fail("no SEND loop");
    ++at_;
  }
  return true;
}

bool Reader::step_await() {
  const Position position = here().position;
  switch (op()) {
    case Op::ASYNC_GEN_WRAP:
      return next();
    case Op::GET_AWAITABLE: {
      Expr* value = pop_value();
      if (value == nullptr) return false;
      ++at_;
      if (!skip_send_loop()) return false;
      // An asynchronous comprehension is awaited without saying so.
      if (async_comprehensions_.erase(value) != 0) {
        push({.kind = Slot::Kind::Value, .position = position, .expr = value});
        return true;
      }
      auto* node = make<syntax::AwaitExpr>(position);
      node->value = value;
      push({.kind = Slot::Kind::Value, .position = position, .expr = node});
      return true;
    }
    case Op::GET_YIELD_FROM_ITER: {
      auto* node = make<syntax::YieldFromExpr>(position);
      node->value = pop_value();
      if (node->value == nullptr) return false;
      ++at_;
      if (!skip_send_loop()) return false;
      notes_.yields = true;
      push({.kind = Slot::Kind::Value, .position = position, .expr = node});
      return true;
    }
    case Op::YIELD_VALUE: {
      auto* node = make<syntax::YieldExpr>(position);
      Expr* value = pop_value();
      if (value == nullptr) return false;
      const bool none = value->kind == ExprKind::Constant &&
                        value->as<syntax::ConstantExpr>()->value->is(ConstantKind::None);
      const bool bare = none && (!has_columns(position) || has_range(value, position));
      node->value = bare ? nullptr : value;
      notes_.yields = true;
      push_value(node);
      ++at_;
      if (at_ < code_.size() && op() == Op::RESUME) ++at_;
      return true;
    }
    default:
      return fail("unexpected instruction");
  }
}

}  // namespace ouro::decompiler
