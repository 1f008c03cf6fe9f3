#include <string>

#include "compiler/symbols/collector.h"

namespace ouro::compiler {

using namespace syntax;

Status Collector::expression(const Expr& node) {
  if (depth_ >= max_depth_) [[unlikely]]
    return tree_too_deep(workspace_);
  // Most expressions have nothing below them.
  if (node.kind == ExprKind::Name) return name(*node.as<NameExpr>());
  if (node.kind == ExprKind::Constant) return {};
  ++depth_;
  const Status status = expression_at_level(node);
  --depth_;
  return status;
}

// Null entries (of a dict display) are skipped.
Status Collector::expressions(Exprs list) {
  for (const Expr* node : list) OURO_TRY_STATUS(optional(node));
  return {};
}

Status Collector::several(std::initializer_list<const Expr*> list) {
  for (const Expr* node : list) OURO_TRY_STATUS(optional(node));
  return {};
}

// Only what opens a scope or says something about the scope around is more than its children.
Status Collector::expression_at_level(const Expr& node) {
  switch (node.kind) {
    case ExprKind::Lambda:
      return lambda(*node.as<LambdaExpr>());
    case ExprKind::NamedExpr:
      OURO_TRY_STATUS(refuse_in_annotation(node, "named expression"));
      return assignment_expression(*node.as<NamedExprExpr>());
    case ExprKind::Yield:
      return yield(node, node.as<YieldExpr>()->value);
    case ExprKind::YieldFrom:
      return yield(node, node.as<YieldFromExpr>()->value);
    case ExprKind::Await:
      OURO_TRY_STATUS(refuse_in_annotation(node, "await expression"));
      OURO_TRY_STATUS(expression(*node.as<AwaitExpr>()->value));
      current_->coroutine = true;
      return {};
    case ExprKind::ListComp: {
      const auto& comp = *node.as<ListCompExpr>();
      return comprehension(node, ComprehensionKind::List, Name::k_listcomp, comp.generators, *comp.elt,
                           nullptr);
    }
    case ExprKind::SetComp: {
      const auto& comp = *node.as<SetCompExpr>();
      return comprehension(node, ComprehensionKind::Set, Name::k_setcomp, comp.generators, *comp.elt,
                           nullptr);
    }
    case ExprKind::DictComp: {
      const auto& comp = *node.as<DictCompExpr>();
      return comprehension(node, ComprehensionKind::Dict, Name::k_dictcomp, comp.generators, *comp.key,
                           comp.value);
    }
    case ExprKind::GeneratorExp: {
      const auto& comp = *node.as<GeneratorExpExpr>();
      return comprehension(node, ComprehensionKind::Generator, Name::k_genexpr, comp.generators, *comp.elt,
                           nullptr);
    }
    default:
      return ExprChildren::visit(*this, node);
  }
}

Status Collector::keywords(Keywords list) {
  for (const Keyword* keyword : list) OURO_TRY_STATUS(expression(*keyword->value));
  return {};
}

Status Collector::name(const NameExpr& node) {
  const bool load = node.ctx == ExprContext::Load;
  OURO_TRY_STATUS(define(node.id, load ? kUse : kDefLocal, node.range));
  // super() without arguments finds its class in __class__.
  if (load && node.id == Name::k_super && current_->kind == ScopeKind::Function)
    return define(Name::k_class_cell, kUse, node.range);
  return {};
}

Status Collector::lambda(const LambdaExpr& node) {
  OURO_TRY_STATUS(defaults(*node.args));
  enter(ScopeKind::Function, Name::k_lambda_name, &node, node.range);
  OURO_TRY_STATUS(parameters(*node.args));
  OURO_TRY_STATUS(expression(*node.body));
  leave();
  return {};
}

Status Collector::yield(const Expr& node, const Expr* value) {
  OURO_TRY_STATUS(refuse_in_annotation(node, "yield expression"));
  OURO_TRY_STATUS(optional(value));
  current_->generator = true;
  if (current_->comprehension != ComprehensionKind::None) return refuse_yield_in_comprehension(node);
  return {};
}

Status Collector::refuse_in_annotation(const Expr& node, std::string_view what) {
  if (current_->kind != ScopeKind::Annotation) return {};
  std::string message = "'";
  message.append(what).append("' can not be used within an annotation");
  return error(node.range, message);
}

}  // namespace ouro::compiler
