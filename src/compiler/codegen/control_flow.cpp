// Conditions, loops, and the statements that leave them.
#include "compiler/codegen/generator.h"

namespace ouro::compiler {

using syntax::Expr;
using syntax::ExprKind;

// Jumps to `target` when the truth of `test` is `condition`, without making a value of the truth where the
// test is built of not, and, or, conditionals and chained comparisons.
Status Generator::jump_if(const Expr* test, Label target, bool condition) {
  switch (test->kind) {
    case ExprKind::UnaryOp: {
      const auto* e = test->as<syntax::UnaryOpExpr>();
      if (e->op == syntax::UnaryOperator::Not) return jump_if(e->operand, target, !condition);
      break;
    }
    case ExprKind::BoolOp:
      return jump_if_bool_op(test->as<syntax::BoolOpExpr>(), target, condition);
    case ExprKind::IfExp:
      return jump_if_conditional(test->as<syntax::IfExpExpr>(), target, condition);
    case ExprKind::Compare: {
      // What follows the test takes this location over, too.
      set_location(test->range);
      const auto* e = test->as<syntax::CompareExpr>();
      if (e->ops.size() > 1) return jump_if_chain(e, target, condition);
      break;
    }
    default:
      break;
  }
  OURO_TRY_STATUS(visit(test));
  jump(condition ? Op::POP_JUMP_IF_TRUE : Op::POP_JUMP_IF_FALSE, target);
  return {};
}

Status Generator::jump_if_bool_op(const syntax::BoolOpExpr* e, Label target, bool condition) {
  const bool deciding = e->op == syntax::BoolOperator::Or;
  const Label decided = deciding == condition ? target : new_label();
  for (const Expr* value : e->values.first(e->values.size() - 1))
    OURO_TRY_STATUS(jump_if(value, decided, deciding));
  OURO_TRY_STATUS(jump_if(e->values.back(), target, condition));
  if (decided != target) place(decided);
  return {};
}

Status Generator::jump_if_conditional(const syntax::IfExpExpr* e, Label target, bool condition) {
  const Label end = new_label();
  const Label otherwise = new_label();
  OURO_TRY_STATUS(jump_if(e->test, otherwise, false));
  OURO_TRY_STATUS(jump_if(e->body, target, condition));
  jump_nowhere(Op::JUMP, end);
  place(otherwise);
  OURO_TRY_STATUS(jump_if(e->orelse, target, condition));
  place(end);
  return {};
}

Status Generator::jump_if_chain(const syntax::CompareExpr* e, Label target, bool condition) {
  OURO_TRY_STATUS(check_identity_operands(e));
  const size_t last = e->ops.size() - 1;
  const Label cleanup = new_label();
  OURO_TRY_STATUS(visit(e->left));
  for (size_t i = 0; i < last; ++i) {
    OURO_TRY_STATUS(visit(e->comparators[i]));
    emit(Op::SWAP, 2);
    emit(Op::COPY, 2);
    select::compare(*this, e->ops[i]);
    jump(Op::POP_JUMP_IF_FALSE, cleanup);
  }
  OURO_TRY_STATUS(visit(e->comparators[last]));
  select::compare(*this, e->ops[last]);
  jump(condition ? Op::POP_JUMP_IF_TRUE : Op::POP_JUMP_IF_FALSE, target);
  const Label end = new_label();
  jump_nowhere(Op::JUMP, end);
  place(cleanup);
  emit(Op::POP_TOP);
  if (!condition) jump_nowhere(Op::JUMP, target);
  place(end);
  return {};
}

Status Generator::bool_op(const syntax::BoolOpExpr* e) {
  const Op op = e->op == syntax::BoolOperator::And ? Op::JUMP_IF_FALSE_OR_POP : Op::JUMP_IF_TRUE_OR_POP;
  const Label end = new_label();
  for (const Expr* value : e->values.first(e->values.size() - 1)) {
    OURO_TRY_STATUS(visit(value));
    jump(op, end);
    place(new_label());
  }
  OURO_TRY_STATUS(visit(e->values.back()));
  place(end);
  return {};
}

Status Generator::conditional(const syntax::IfExpExpr* e) {
  const Label end = new_label();
  const Label otherwise = new_label();
  OURO_TRY_STATUS(jump_if(e->test, otherwise, false));
  OURO_TRY_STATUS(visit(e->body));
  jump_nowhere(Op::JUMP, end);
  place(otherwise);
  OURO_TRY_STATUS(visit(e->orelse));
  place(end);
  return {};
}

Status Generator::comparison(const syntax::CompareExpr* e) {
  OURO_TRY_STATUS(check_identity_operands(e));
  OURO_TRY_STATUS(visit(e->left));
  const size_t last = e->ops.size() - 1;
  if (last == 0) {
    OURO_TRY_STATUS(visit(e->comparators[0]));
    select::compare(*this, e->ops[0]);
    return {};
  }
  const Label cleanup = new_label();
  for (size_t i = 0; i < last; ++i) {
    OURO_TRY_STATUS(visit(e->comparators[i]));
    emit(Op::SWAP, 2);
    emit(Op::COPY, 2);
    select::compare(*this, e->ops[i]);
    jump(Op::JUMP_IF_FALSE_OR_POP, cleanup);
  }
  OURO_TRY_STATUS(visit(e->comparators[last]));
  select::compare(*this, e->ops[last]);
  const Label end = new_label();
  jump_nowhere(Op::JUMP, end);
  place(cleanup);
  emit(Op::SWAP, 2);
  emit(Op::POP_TOP);
  place(end);
  return {};
}

Status Generator::if_statement(const syntax::IfStmt* s) {
  const Label end = new_label();
  const Label otherwise = s->orelse.empty() ? end : new_label();
  OURO_TRY_STATUS(jump_if(s->test, otherwise, false));
  OURO_TRY_STATUS(visit_all(s->body));
  if (!s->orelse.empty()) {
    jump_nowhere(Op::JUMP, end);
    place(otherwise);
    OURO_TRY_STATUS(visit_all(s->orelse));
  }
  place(end);
  return {};
}

Status Generator::for_loop(const syntax::ForStmt* s) {
  const Label start = new_label();
  const Label loop_body = new_label();
  const Label cleanup = new_label();
  const Label end = new_label();
  OURO_TRY_STATUS(push_block({.kind = FrameBlockKind::ForLoop, .start = start, .exit = end}));
  OURO_TRY_STATUS(visit(s->iter));
  emit(Op::GET_ITER);
  place(start);
  jump(Op::FOR_ITER, cleanup);
  place(loop_body);
  OURO_TRY_STATUS(visit(s->target));
  OURO_TRY_STATUS(visit_all(s->body));
  unset_location();
  jump(Op::JUMP, start);
  place(cleanup);
  pop_block();
  OURO_TRY_STATUS(visit_all(s->orelse));
  place(end);
  return {};
}

Status Generator::async_for_loop(const syntax::AsyncForStmt* s) {
  if (may_await_here()) {
    module_awaits_ = true;
  } else if (unit_->kind != UnitKind::AsyncFunction) {
    return error("'async for' outside async function");
  }
  const Label start = new_label();
  const Label except = new_label();
  const Label end = new_label();
  OURO_TRY_STATUS(visit(s->iter));
  emit(Op::GET_AITER);
  place(start);
  OURO_TRY_STATUS(push_block({.kind = FrameBlockKind::ForLoop, .start = start, .exit = end}));
  jump(Op::SETUP_FINALLY, except);
  emit(Op::GET_ANEXT);
  load_none();
  select::delegate(*this, true);
  emit(Op::POP_BLOCK);
  OURO_TRY_STATUS(visit(s->target));
  OURO_TRY_STATUS(visit_all(s->body));
  unset_location();
  jump(Op::JUMP, start);
  pop_block();
  place(except);
  set_location(s->iter->range);
  emit(Op::END_ASYNC_FOR);
  OURO_TRY_STATUS(visit_all(s->orelse));
  place(end);
  return {};
}

Status Generator::while_loop(const syntax::WhileStmt* s) {
  const Label loop = new_label();
  const Label loop_body = new_label();
  const Label anchor = new_label();
  const Label end = new_label();
  place(loop);
  OURO_TRY_STATUS(push_block({.kind = FrameBlockKind::WhileLoop, .start = loop, .exit = end}));
  OURO_TRY_STATUS(jump_if(s->test, anchor, false));
  place(loop_body);
  OURO_TRY_STATUS(visit_all(s->body));
  set_location(s->range);
  OURO_TRY_STATUS(jump_if(s->test, loop_body, true));
  pop_block();
  place(anchor);
  OURO_TRY_STATUS(visit_all(s->orelse));
  place(end);
  return {};
}

Status Generator::return_statement(const syntax::ReturnStmt* s) {
  const bool is_constant = s->value != nullptr && s->value->kind == ExprKind::Constant;
  const bool keep_top = s->value != nullptr && !is_constant;
  const Scope& scope = *unit_->code.scope;
  if (!in_function()) return error("'return' outside function");
  if (s->value != nullptr && scope.coroutine && scope.generator)
    return error("'return' with value in async generator");
  if (keep_top) {
    OURO_TRY_STATUS(visit(s->value));
  } else if (is_constant) {
    set_location(s->value->range);
    emit(Op::NOP);
  }
  if (s->value == nullptr || s->value->range.line != s->range.line) {
    set_location(s->range);
    emit(Op::NOP);
  }
  OURO_TRY_STATUS(unwind_all(keep_top, nullptr));
  if (s->value == nullptr)
    load_none();
  else if (is_constant)
    load_const(s->value->as<syntax::ConstantExpr>()->value);
  emit(Op::RETURN_VALUE);
  return {};
}

Status Generator::break_statement() {
  const Location where = unit_->where;
  FrameBlock* loop = nullptr;
  emit(Op::NOP);  // carries the line
  OURO_TRY_STATUS(unwind_all(false, &loop));
  if (loop == nullptr) {
    unit_->where = where;
    return error("'break' outside loop");
  }
  OURO_TRY_STATUS(unwind(*loop, false));
  jump(Op::JUMP, loop->exit);
  return {};
}

Status Generator::continue_statement() {
  const Location where = unit_->where;
  FrameBlock* loop = nullptr;
  emit(Op::NOP);  // carries the line
  OURO_TRY_STATUS(unwind_all(false, &loop));
  if (loop == nullptr) {
    unit_->where = where;
    return error("'continue' not properly in loop");
  }
  jump(Op::JUMP, loop->start);
  return {};
}

}  // namespace ouro::compiler
