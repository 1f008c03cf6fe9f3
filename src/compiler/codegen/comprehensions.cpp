// Comprehensions and generator expressions: a function of one argument, the outermost iterator, that is
// called at once.
#include "compiler/codegen/generator.h"

namespace ouro::compiler {

using syntax::Expr;
using syntax::ExprKind;

Status Generator::comprehension(const Expr* e, Name name, const ComprehensionParts& parts) {
  FinishedUnit unit;
  bool is_async = false;
  OURO_TRY_STATUS(comprehension_unit(e, name, parts, &unit, &is_async));
  OURO_TRY_STATUS(make_closure(unit, 0));
  const syntax::Comprehension* outermost = parts.generators[0];
  OURO_TRY_STATUS(visit(outermost->iter));
  emit(outermost->is_async ? Op::GET_AITER : Op::GET_ITER);
  select::call_with_top(*this);
  if (is_async && parts.kind != ComprehensionKind::Generator) await_top(select::AwaitableOrigin::Expression);
  return {};
}

Status Generator::comprehension_unit(const Expr* e, Name name, const ComprehensionParts& parts,
                                     FinishedUnit* unit, bool* is_async) {
  const UnitKind around = unit_->kind;
  const bool may_await = may_await_here();
  enter(name, UnitKind::Comprehension, symbols_.scope_of(e), e->range.line);
  set_location(e->range);
  *is_async = unit_->code.scope->coroutine;
  const bool generator = parts.kind == ComprehensionKind::Generator;
  if (*is_async && !generator && around != UnitKind::AsyncFunction && around != UnitKind::Comprehension &&
      !may_await)
    return error("asynchronous comprehension outside of an asynchronous function");
  switch (parts.kind) {
    case ComprehensionKind::List:
      emit(Op::BUILD_LIST, 0);
      break;
    case ComprehensionKind::Set:
      emit(Op::BUILD_SET, 0);
      break;
    case ComprehensionKind::Dict:
      emit(Op::BUILD_MAP, 0);
      break;
    case ComprehensionKind::Generator:
    case ComprehensionKind::None:
      break;
  }
  unit_->code.arg_count = 1;
  OURO_TRY_STATUS(comprehension_clause(parts, 0, 0));
  if (!generator) emit(Op::RETURN_VALUE);
  *unit = OURO_TRY(leave(true));
  return {};
}

/// The for clause with this index and everything to its right. `depth` iterators are on the stack.
Status Generator::comprehension_clause(const ComprehensionParts& parts, size_t index, uint32_t depth) {
  return parts.generators[index]->is_async ? async_clause(parts, index, depth)
                                           : sync_clause(parts, index, depth);
}

namespace {

/// `for y in [f(x)]` is an assignment to a temporary; returns f(x), or null where the iterable is not such.
const Expr* single_element(const Expr* iter) {
  syntax::Exprs elements;
  if (iter->kind == ExprKind::List)
    elements = iter->as<syntax::ListExpr>()->elts;
  else if (iter->kind == ExprKind::Tuple)
    elements = iter->as<syntax::TupleExpr>()->elts;
  return elements.size() == 1 && elements[0]->kind != ExprKind::Starred ? elements[0] : nullptr;
}

}  // namespace

Status Generator::sync_clause(const ComprehensionParts& parts, size_t index, uint32_t depth) {
  const Label start = new_label();
  const Label skip = new_label();
  const Label anchor = new_label();
  const syntax::Comprehension* clause = parts.generators[index];
  bool loop = true;
  if (index == 0) {
    emit(Op::LOAD_FAST, 0);
  } else if (const Expr* element = single_element(clause->iter)) {
    OURO_TRY_STATUS(visit(element));
    loop = false;
  } else {
    OURO_TRY_STATUS(visit(clause->iter));
    emit(Op::GET_ITER);
  }
  if (loop) {
    ++depth;
    place(start);
    jump(Op::FOR_ITER, anchor);
  }
  OURO_TRY_STATUS(visit(clause->target));
  OURO_TRY_STATUS(clause_tail(parts, index, depth, skip));
  place(skip);
  if (loop) {
    jump(Op::JUMP, start);
    place(anchor);
  }
  return {};
}

Status Generator::async_clause(const ComprehensionParts& parts, size_t index, uint32_t depth) {
  const Label start = new_label();
  const Label except = new_label();
  const Label skip = new_label();
  const syntax::Comprehension* clause = parts.generators[index];
  if (index == 0) {
    emit(Op::LOAD_FAST, 0);
  } else {
    OURO_TRY_STATUS(visit(clause->iter));
    emit(Op::GET_AITER);
  }
  place(start);
  OURO_TRY_STATUS(push_block({.kind = FrameBlockKind::AsyncComprehension, .start = start}));
  jump(Op::SETUP_FINALLY, except);
  emit(Op::GET_ANEXT);
  load_none();
  select::delegate(*this, true);
  emit(Op::POP_BLOCK);
  OURO_TRY_STATUS(visit(clause->target));
  OURO_TRY_STATUS(clause_tail(parts, index, depth + 1, skip));
  place(skip);
  jump(Op::JUMP, start);
  pop_block();
  place(except);
  emit(Op::END_ASYNC_FOR);
  return {};
}

/// The conditions of a clause, which go on at `skip` when false, and what they guard.
Status Generator::clause_tail(const ComprehensionParts& parts, size_t index, uint32_t depth, Label skip) {
  for (const Expr* condition : parts.generators[index]->ifs) OURO_TRY_STATUS(jump_if(condition, skip, false));
  if (index + 1 < parts.generators.size()) return comprehension_clause(parts, index + 1, depth);
  return comprehension_element(parts, depth);
}

Status Generator::comprehension_element(const ComprehensionParts& parts, uint32_t depth) {
  OURO_TRY_STATUS(visit(parts.element));
  switch (parts.kind) {
    case ComprehensionKind::Generator: {
      const Scope& scope = *unit_->code.scope;
      select::yield_value(*this, scope.generator && scope.coroutine);
      emit(Op::POP_TOP);
      break;
    }
    case ComprehensionKind::List:
      emit(Op::LIST_APPEND, depth + 1);
      break;
    case ComprehensionKind::Set:
      emit(Op::SET_ADD, depth + 1);
      break;
    case ComprehensionKind::Dict:
      OURO_TRY_STATUS(visit(parts.value));
      emit(Op::MAP_ADD, depth + 1);
      break;
    case ComprehensionKind::None:
      break;
  }
  return {};
}

}  // namespace ouro::compiler
