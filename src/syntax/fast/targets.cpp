// Targets: an expression is parsed first, then checked and turned into what is stored to or deleted.
//
// The shapes that CPython's target rules allow are the names, attributes and subscripts, and the tuples and
// lists of such, starred for a store; parentheses around any of them leave no trace in the tree and may stand
// in all the same places. So looking at the tree decides the same as the rules do.
#include "syntax/fast/fast_parser.h"

namespace ouro::syntax::fast {

void FastParser::make_target(Expr* expr, ExprContext context) {
  switch (expr->kind) {
    case ExprKind::Name:
      expr->as<NameExpr>()->ctx = context;
      return;
    case ExprKind::Attribute:
      expr->as<AttributeExpr>()->ctx = context;
      return;
    case ExprKind::Subscript:
      expr->as<SubscriptExpr>()->ctx = context;
      return;
    case ExprKind::Tuple:
      expr->as<TupleExpr>()->ctx = context;
      for (Expr* item : expr->as<TupleExpr>()->elts) make_target(item, context);
      return;
    case ExprKind::List:
      expr->as<ListExpr>()->ctx = context;
      for (Expr* item : expr->as<ListExpr>()->elts) make_target(item, context);
      return;
    case ExprKind::Starred:
      if (context == ExprContext::Del) break;
      expr->as<StarredExpr>()->ctx = context;
      make_target(expr->as<StarredExpr>()->value, context);
      return;
    default:
      break;
  }
  fail();
}

// star_targets: star_target (',' star_target)* [',']; before 'in', so it cannot be parsed as an expression.
Expr* FastParser::star_targets() {
  const Position start = here();
  Expr* first = star_target();
  if (!at(TokenKind::Comma)) return first;
  ExprList items(main_);
  items.push(first);
  while (accept(TokenKind::Comma) && !at_keyword(Name::k_in)) items.push(star_target());
  auto* tuple = node<TupleExpr>(start);
  tuple->elts = items.copy_to(arena_);
  tuple->ctx = ExprContext::Store;
  return tuple;
}

// star_target: '*' star_target (of one star) | primary of a target's shape
Expr* FastParser::star_target() {
  const Position start = here();
  if (accept(TokenKind::Star)) {
    Expr* value = primary();
    make_target(value, ExprContext::Store);
    auto* out = node<StarredExpr>(start);
    out->value = value;
    out->ctx = ExprContext::Store;
    return out;
  }
  Expr* target = primary();
  make_target(target, ExprContext::Store);
  return target;
}

}  // namespace ouro::syntax::fast
