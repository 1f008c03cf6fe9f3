// Expressions: the dispatch and the simple ones.
#include <algorithm>

#include "compiler/codegen/generator.h"

namespace ouro::compiler {

using syntax::ExprContext;
using syntax::ExprKind;

Status Generator::visit(const Expr* e) {
  Unit* unit = unit_;
  const Location saved = unit->where;
  unit->where = e->range;
  // Half of all expressions are names.
  const Status status = e->kind == ExprKind::Name
                            ? name_operation(e->as<syntax::NameExpr>()->id, e->as<syntax::NameExpr>()->ctx)
                            : visit_inner(e);
  unit->where = saved;
  return status;
}

Status Generator::visit_all(syntax::Exprs expressions) {
  for (const Expr* e : expressions) OURO_TRY_STATUS(visit(e));
  return {};
}

Status Generator::visit_inner(const Expr* expression) {
  switch (expression->kind) {
    case ExprKind::BoolOp:
      return bool_op(expression->as<syntax::BoolOpExpr>());
    case ExprKind::NamedExpr: {
      const auto* e = expression->as<syntax::NamedExprExpr>();
      OURO_TRY_STATUS(visit(e->value));
      select::duplicate(*this);
      return visit(e->target);
    }
    case ExprKind::BinOp: {
      const auto* e = expression->as<syntax::BinOpExpr>();
      OURO_TRY_STATUS(visit(e->left));
      OURO_TRY_STATUS(visit(e->right));
      select::binary(*this, e->op, false);
      return {};
    }
    case ExprKind::UnaryOp: {
      const auto* e = expression->as<syntax::UnaryOpExpr>();
      OURO_TRY_STATUS(visit(e->operand));
      select::unary(*this, e->op);
      return {};
    }
    case ExprKind::Lambda:
      return lambda(expression->as<syntax::LambdaExpr>());
    case ExprKind::IfExp:
      return conditional(expression->as<syntax::IfExpExpr>());
    case ExprKind::Dict:
      return dict(expression->as<syntax::DictExpr>());
    case ExprKind::Set:
      return set(expression->as<syntax::SetExpr>());
    case ExprKind::ListComp: {
      const auto* e = expression->as<syntax::ListCompExpr>();
      return comprehension(e, Name::k_listcomp, {ComprehensionKind::List, e->elt, nullptr, e->generators});
    }
    case ExprKind::SetComp: {
      const auto* e = expression->as<syntax::SetCompExpr>();
      return comprehension(e, Name::k_setcomp, {ComprehensionKind::Set, e->elt, nullptr, e->generators});
    }
    case ExprKind::DictComp: {
      const auto* e = expression->as<syntax::DictCompExpr>();
      return comprehension(e, Name::k_dictcomp, {ComprehensionKind::Dict, e->key, e->value, e->generators});
    }
    case ExprKind::GeneratorExp: {
      const auto* e = expression->as<syntax::GeneratorExpExpr>();
      return comprehension(e, Name::k_genexpr,
                           {ComprehensionKind::Generator, e->elt, nullptr, e->generators});
    }
    case ExprKind::Await:
      return await(expression->as<syntax::AwaitExpr>());
    case ExprKind::Yield:
      return yield(expression->as<syntax::YieldExpr>());
    case ExprKind::YieldFrom:
      return yield_from(expression->as<syntax::YieldFromExpr>());
    case ExprKind::Compare:
      return comparison(expression->as<syntax::CompareExpr>());
    case ExprKind::Call:
      return call_expression(expression->as<syntax::CallExpr>());
    case ExprKind::FormattedValue:
      return formatted_value(expression->as<syntax::FormattedValueExpr>());
    case ExprKind::JoinedStr:
      return joined_string(expression->as<syntax::JoinedStrExpr>());
    case ExprKind::Constant:
      load_const(expression->as<syntax::ConstantExpr>()->value);
      return {};
    case ExprKind::Attribute:
      return attribute(expression->as<syntax::AttributeExpr>());
    case ExprKind::Subscript:
      return subscript(expression->as<syntax::SubscriptExpr>());
    case ExprKind::Starred:
      return starred(expression->as<syntax::StarredExpr>());
    case ExprKind::Name: {
      const auto* e = expression->as<syntax::NameExpr>();
      return name_operation(e->id, e->ctx);
    }
    case ExprKind::List:
      return list(expression->as<syntax::ListExpr>());
    case ExprKind::Tuple:
      return tuple(expression->as<syntax::TupleExpr>());
    case ExprKind::Slice:
      return slice(expression->as<syntax::SliceExpr>());
  }
  return {};
}

Status Generator::yield(const syntax::YieldExpr* e) {
  if (!in_function()) return error("'yield' outside function");
  if (e->value != nullptr)
    OURO_TRY_STATUS(visit(e->value));
  else
    load_none();
  const Scope& scope = *unit_->code.scope;
  select::yield_value(*this, scope.generator && scope.coroutine);
  return {};
}

Status Generator::yield_from(const syntax::YieldFromExpr* e) {
  if (!in_function()) return error("'yield' outside function");
  if (unit_->kind == UnitKind::AsyncFunction) return error("'yield from' inside async function");
  OURO_TRY_STATUS(visit(e->value));
  emit(Op::GET_YIELD_FROM_ITER);
  load_none();
  select::delegate(*this, false);
  return {};
}

Status Generator::await(const syntax::AwaitExpr* e) {
  if (!may_await_here()) {
    if (!in_function()) return error("'await' outside function");
    if (unit_->kind != UnitKind::AsyncFunction && unit_->kind != UnitKind::Comprehension)
      return error("'await' outside async function");
  }
  OURO_TRY_STATUS(visit(e->value));
  await_top(select::AwaitableOrigin::Expression);
  return {};
}

void Generator::await_top(select::AwaitableOrigin origin) {
  select::get_awaitable(*this, origin);
  load_none();
  select::delegate(*this, true);
}

/// Where an attribute access spans lines, a traceback should point at the attribute's own line.
void Generator::start_at_attribute_name(const syntax::AttributeExpr* e) {
  Location& where = unit_->where;
  if (where.line == e->range.end_line) return;
  where.line = e->range.end_line;
  bool ascii = false;
  const auto length = static_cast<int32_t>(count_code_points(names().text(e->attr), &ascii));
  if (length <= e->range.end_column) {
    where.column = e->range.end_column - length;
  } else {
    where.column = -1;
    where.end_column = -1;
  }
  where.end_line = std::max(where.line, where.end_line);
  if (where.line == where.end_line) where.end_column = std::max(where.column, where.end_column);
}

void Generator::attribute_operation(Op op, Name attribute) {
  emit(op, add_name(mangled(attribute)));
}

Status Generator::attribute(const syntax::AttributeExpr* e) {
  OURO_TRY_STATUS(visit(e->value));
  start_at_attribute_name(e);
  switch (e->ctx) {
    case ExprContext::Load:
      attribute_operation(Op::LOAD_ATTR, e->attr);
      return {};
    case ExprContext::Store:
      OURO_TRY_STATUS(check_not_debug(e->attr, ExprContext::Store));
      attribute_operation(Op::STORE_ATTR, e->attr);
      return {};
    case ExprContext::Del:
      attribute_operation(Op::DELETE_ATTR, e->attr);
      return {};
  }
  return {};
}

Status Generator::subscript(const syntax::SubscriptExpr* e) {
  Op op = Op::BINARY_SUBSCR;
  if (e->ctx == ExprContext::Load) {
    OURO_TRY_STATUS(check_subscriptable(e->value));
    OURO_TRY_STATUS(check_index(e->value, e->slice));
  } else {
    op = e->ctx == ExprContext::Store ? Op::STORE_SUBSCR : Op::DELETE_SUBSCR;
  }
  OURO_TRY_STATUS(visit(e->value));
  OURO_TRY_STATUS(visit(e->slice));
  emit(op);
  return {};
}

Status Generator::slice(const syntax::SliceExpr* e) {
  for (const Expr* bound : {e->lower, e->upper}) {
    if (bound != nullptr)
      OURO_TRY_STATUS(visit(bound));
    else
      load_none();
  }
  if (e->step != nullptr) OURO_TRY_STATUS(visit(e->step));
  emit(Op::BUILD_SLICE, e->step != nullptr ? 3 : 2);
  return {};
}

// Where a star is allowed, the display or call around it takes the value out itself.
Status Generator::starred(const syntax::StarredExpr* e) {
  return error(e->ctx == ExprContext::Store ? "starred assignment target must be in a list or tuple"
                                            : "can't use starred expression here");
}

Status Generator::joined_string(const syntax::JoinedStrExpr* e) {
  if (static_cast<int32_t>(e->values.size()) > target().stack_guideline) {
    load_const(constants().str(""));
    select::load_method(*this, add_name(names().intern("join")));
    emit(Op::BUILD_LIST, 0);
    for (const Expr* value : e->values) {
      OURO_TRY_STATUS(visit(value));
      emit(Op::LIST_APPEND, 1);
    }
    select::call_method(*this, 1);
    return {};
  }
  OURO_TRY_STATUS(visit_all(e->values));
  if (e->values.size() != 1) emit(Op::BUILD_STRING, static_cast<uint32_t>(e->values.size()));
  return {};
}

Status Generator::formatted_value(const syntax::FormattedValueExpr* e) {
  OURO_TRY_STATUS(visit(e->value));
  uint32_t operand = 0;
  switch (e->conversion) {
    case 's':
      operand = 1;
      break;
    case 'r':
      operand = 2;
      break;
    case 'a':
      operand = 3;
      break;
    default:
      break;
  }
  if (e->format_spec != nullptr) {
    OURO_TRY_STATUS(visit(e->format_spec));
    operand |= 4;
  }
  emit(Op::FORMAT_VALUE, operand);
  return {};
}

}  // namespace ouro::compiler
