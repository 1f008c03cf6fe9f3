// Assignment: plain, unpacking, augmented, annotated.
#include <climits>

#include "compiler/codegen/generator.h"

namespace ouro::compiler {

using syntax::ExprContext;
using syntax::ExprKind;

Status Generator::assign(const syntax::AssignStmt* s) {
  OURO_TRY_STATUS(visit(s->value));
  for (const Expr* target : s->targets) {
    if (target != s->targets.back()) select::duplicate(*this);
    OURO_TRY_STATUS(visit(target));
  }
  return {};
}

Status Generator::unpack_targets(syntax::Exprs targets) {
  const size_t count = targets.size();
  bool starred = false;
  for (size_t i = 0; i < count; ++i) {
    if (targets[i]->kind != ExprKind::Starred) continue;
    if (starred) return error("multiple starred expressions in assignment");
    const size_t after = count - i - 1;
    if (i >= 256 || after >= (INT_MAX >> 8))
      return error("too many expressions in star-unpacking assignment");
    emit(Op::UNPACK_EX, static_cast<uint32_t>(i + (after << 8)));
    starred = true;
  }
  if (!starred) emit(Op::UNPACK_SEQUENCE, static_cast<uint32_t>(count));
  for (const Expr* target : targets) {
    const bool star = target->kind == ExprKind::Starred;
    OURO_TRY_STATUS(visit(star ? target->as<syntax::StarredExpr>()->value : target));
  }
  return {};
}

Status Generator::augmented_assign(const syntax::AugAssignStmt* s) {
  const Expr* target = s->target;
  const Location saved = unit_->where;
  set_location(target->range);
  switch (target->kind) {
    case ExprKind::Attribute: {
      const auto* e = target->as<syntax::AttributeExpr>();
      OURO_TRY_STATUS(visit(e->value));
      select::duplicate(*this);
      start_at_attribute_name(e);
      attribute_operation(Op::LOAD_ATTR, e->attr);
      break;
    }
    case ExprKind::Subscript: {
      const auto* e = target->as<syntax::SubscriptExpr>();
      OURO_TRY_STATUS(visit(e->value));
      OURO_TRY_STATUS(visit(e->slice));
      select::duplicate_two(*this);
      emit(Op::BINARY_SUBSCR);
      break;
    }
    default:
      OURO_TRY_STATUS(load_name(target->as<syntax::NameExpr>()->id));
      break;
  }
  unit_->where = saved;
  OURO_TRY_STATUS(visit(s->value));
  select::binary(*this, s->op, true);
  set_location(target->range);
  switch (target->kind) {
    case ExprKind::Attribute: {
      const auto* e = target->as<syntax::AttributeExpr>();
      start_at_attribute_name(e);
      select::swap(*this);
      attribute_operation(Op::STORE_ATTR, e->attr);
      return {};
    }
    case ExprKind::Subscript:
      select::rotate_three(*this);
      emit(Op::STORE_SUBSCR);
      return {};
    default:
      return store_name(target->as<syntax::NameExpr>()->id);
  }
}

// PEP 526. The value is assigned first and the annotation evaluated last.
Status Generator::annotated_assign(const syntax::AnnAssignStmt* s) {
  if (s->value != nullptr) {
    OURO_TRY_STATUS(visit(s->value));
    OURO_TRY_STATUS(visit(s->target));
  }
  OURO_TRY_STATUS(check_annotation_target(s));
  const bool evaluated = unit_->kind == UnitKind::Module || unit_->kind == UnitKind::Class;
  if (!s->simple && evaluated && !future_annotations()) return evaluate_and_drop(s->annotation);
  return {};
}

Status Generator::check_annotation_target(const syntax::AnnAssignStmt* s) {
  switch (s->target->kind) {
    case ExprKind::Name:
      return annotated_name(s);
    case ExprKind::Attribute: {
      const auto* e = s->target->as<syntax::AttributeExpr>();
      OURO_TRY_STATUS(check_not_debug(e->attr, ExprContext::Store));
      return s->value == nullptr ? evaluate_and_drop(e->value) : Status();
    }
    case ExprKind::Subscript: {
      const auto* e = s->target->as<syntax::SubscriptExpr>();
      if (s->value != nullptr) return {};
      OURO_TRY_STATUS(evaluate_and_drop(e->value));
      return evaluate_subscript(e->slice);
    }
    default:
      return {};
  }
}

Status Generator::annotated_name(const syntax::AnnAssignStmt* s) {
  const Name name = s->target->as<syntax::NameExpr>()->id;
  OURO_TRY_STATUS(check_not_debug(name, ExprContext::Store));
  const bool kept = unit_->kind == UnitKind::Module || unit_->kind == UnitKind::Class;
  if (!s->simple || !kept) return {};
  OURO_TRY_STATUS(future_annotations() ? annotation_text(s->annotation) : visit(s->annotation));
  emit(Op::LOAD_NAME, add_name(mangled(Name::k_annotations)));
  load_const(names().str(mangled(name)));
  emit(Op::STORE_SUBSCR);
  return {};
}

Status Generator::evaluate_and_drop(const Expr* e) {
  OURO_TRY_STATUS(visit(e));
  emit(Op::POP_TOP);
  return {};
}

/// `x[a:b, c]: T` evaluates everything between the brackets, so that undefined names show.
Status Generator::evaluate_subscript(const Expr* e) {
  switch (e->kind) {
    case ExprKind::Slice: {
      const auto* slice = e->as<syntax::SliceExpr>();
      for (const Expr* bound : {slice->lower, slice->upper, slice->step})
        if (bound != nullptr) OURO_TRY_STATUS(evaluate_and_drop(bound));
      return {};
    }
    case ExprKind::Tuple:
      for (const Expr* item : e->as<syntax::TupleExpr>()->elts) OURO_TRY_STATUS(evaluate_subscript(item));
      return {};
    default:
      return evaluate_and_drop(e);
  }
}

}  // namespace ouro::compiler
