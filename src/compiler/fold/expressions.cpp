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
  if (slot->kind == ExprKind::Constant) return {};
  if (slot->kind == ExprKind::Name) {
    name(slot);
    return {};
  }
  OURO_TRY_STATUS(ExprChildren::visit(*this, *slot));
  switch (slot->kind) {
    case ExprKind::BinOp:
      binary(slot);
      break;
    case ExprKind::UnaryOp:
      unary(slot);
      break;
    case ExprKind::Compare:
      compare(*slot->as<CompareExpr>());
      break;
    case ExprKind::Subscript:
      subscript(slot);
      break;
    case ExprKind::Tuple:
      tuple(slot);
      break;
    default:  // stays as it is
      break;
  }
  return {};
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
