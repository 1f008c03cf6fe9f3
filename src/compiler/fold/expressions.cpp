#include "compiler/fold/folder.h"

namespace ouro::compiler {

using namespace syntax;

Status Folder::expression(Expr*& slot) {
  if (++depth_ > max_depth_) return tree_too_deep(workspace_);
  OURO_TRY_STATUS(expression_at_level(slot));
  --depth_;
  if (out_of_memory_) return workspace_.error(ErrorType::MemoryError, "");
  return {};
}

// Null entries (of a dict display, of keyword defaults) are skipped.
Status Folder::expressions(Exprs list) {
  for (Expr*& slot : list) OURO_TRY_STATUS(optional(slot));
  return {};
}

Status Folder::expression_at_level(Expr*& slot) {
  switch (slot->kind) {
    case ExprKind::Constant:
      return {};
    case ExprKind::Name:
      name(slot);
      return {};
    case ExprKind::BinOp:
      OURO_TRY_STATUS(expression(slot->as<BinOpExpr>()->left));
      OURO_TRY_STATUS(expression(slot->as<BinOpExpr>()->right));
      binary(slot);
      return {};
    case ExprKind::UnaryOp:
      OURO_TRY_STATUS(expression(slot->as<UnaryOpExpr>()->operand));
      unary(slot);
      return {};
    case ExprKind::Compare:
      OURO_TRY_STATUS(expression(slot->as<CompareExpr>()->left));
      OURO_TRY_STATUS(expressions(slot->as<CompareExpr>()->comparators));
      compare(*slot->as<CompareExpr>());
      return {};
    case ExprKind::Subscript:
      OURO_TRY_STATUS(expression(slot->as<SubscriptExpr>()->value));
      OURO_TRY_STATUS(expression(slot->as<SubscriptExpr>()->slice));
      subscript(slot);
      return {};
    case ExprKind::Tuple:
      OURO_TRY_STATUS(expressions(slot->as<TupleExpr>()->elts));
      tuple(slot);
      return {};
    default:
      return children(*slot);
  }
}

// Expressions that stay as they are.
Status Folder::children(Expr& node) {
  switch (node.kind) {
    case ExprKind::Attribute:
      return expression(node.as<AttributeExpr>()->value);
    case ExprKind::Call:
      OURO_TRY_STATUS(expression(node.as<CallExpr>()->func));
      OURO_TRY_STATUS(expressions(node.as<CallExpr>()->args));
      return keywords(node.as<CallExpr>()->keywords);
    case ExprKind::BoolOp:
      return expressions(node.as<BoolOpExpr>()->values);
    case ExprKind::NamedExpr:
      return expression(node.as<NamedExprExpr>()->value);
    case ExprKind::Lambda:
      OURO_TRY_STATUS(arguments(*node.as<LambdaExpr>()->args));
      return expression(node.as<LambdaExpr>()->body);
    case ExprKind::IfExp:
      OURO_TRY_STATUS(expression(node.as<IfExpExpr>()->test));
      OURO_TRY_STATUS(expression(node.as<IfExpExpr>()->body));
      return expression(node.as<IfExpExpr>()->orelse);
    case ExprKind::Dict:
      OURO_TRY_STATUS(expressions(node.as<DictExpr>()->keys));
      return expressions(node.as<DictExpr>()->values);
    case ExprKind::Set:
      return expressions(node.as<SetExpr>()->elts);
    case ExprKind::List:
      return expressions(node.as<ListExpr>()->elts);
    case ExprKind::ListComp:
      OURO_TRY_STATUS(expression(node.as<ListCompExpr>()->elt));
      return comprehensions(node.as<ListCompExpr>()->generators);
    case ExprKind::SetComp:
      OURO_TRY_STATUS(expression(node.as<SetCompExpr>()->elt));
      return comprehensions(node.as<SetCompExpr>()->generators);
    case ExprKind::DictComp:
      OURO_TRY_STATUS(expression(node.as<DictCompExpr>()->key));
      OURO_TRY_STATUS(expression(node.as<DictCompExpr>()->value));
      return comprehensions(node.as<DictCompExpr>()->generators);
    case ExprKind::GeneratorExp:
      OURO_TRY_STATUS(expression(node.as<GeneratorExpExpr>()->elt));
      return comprehensions(node.as<GeneratorExpExpr>()->generators);
    case ExprKind::Await:
      return expression(node.as<AwaitExpr>()->value);
    case ExprKind::Yield:
      return optional(node.as<YieldExpr>()->value);
    case ExprKind::YieldFrom:
      return expression(node.as<YieldFromExpr>()->value);
    case ExprKind::FormattedValue:
      OURO_TRY_STATUS(expression(node.as<FormattedValueExpr>()->value));
      return optional(node.as<FormattedValueExpr>()->format_spec);
    case ExprKind::JoinedStr:
      return expressions(node.as<JoinedStrExpr>()->values);
    case ExprKind::Starred:
      return expression(node.as<StarredExpr>()->value);
    case ExprKind::Slice:
      OURO_TRY_STATUS(optional(node.as<SliceExpr>()->lower));
      OURO_TRY_STATUS(optional(node.as<SliceExpr>()->upper));
      return optional(node.as<SliceExpr>()->step);
    default:
      return {};
  }
}

Status Folder::comprehensions(Comprehensions list) {
  for (Comprehension* clause : list) {
    OURO_TRY_STATUS(expression(clause->target));
    OURO_TRY_STATUS(expression(clause->iter));
    OURO_TRY_STATUS(expressions(clause->ifs));
    iterable(clause->iter);
  }
  return {};
}

Status Folder::keywords(Keywords list) {
  for (Keyword* keyword : list) OURO_TRY_STATUS(expression(keyword->value));
  return {};
}

}  // namespace ouro::compiler
