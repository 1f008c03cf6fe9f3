// Actions of the targets of assignments, loops and `del`, and what changes an expression's context.
#include "syntax/reference/build.h"

namespace ouro::syntax::reference {
namespace {

Exprs each_with_context(Arena& arena, Exprs elements, ExprContext context) {
  Exprs result = arena.make_span<Expr*>(elements.size());
  for (size_t i = 0; i < elements.size(); ++i) result[i] = with_context(arena, elements[i], context);
  return result;
}

template <class T>
T* copy_with(Arena& arena, Expr* expr, ExprContext context) {
  T* copy = arena.make<T>(*expr->as<T>());
  copy->ctx = context;
  return copy;
}

}  // namespace

Expr* with_context(Arena& arena, Expr* expr, ExprContext context) {
  switch (expr->kind) {
    case ExprKind::Name:
      return copy_with<NameExpr>(arena, expr, context);
    case ExprKind::Attribute:
      return copy_with<AttributeExpr>(arena, expr, context);
    case ExprKind::Subscript:
      return copy_with<SubscriptExpr>(arena, expr, context);
    case ExprKind::Tuple: {
      auto* copy = copy_with<TupleExpr>(arena, expr, context);
      copy->elts = each_with_context(arena, copy->elts, context);
      return copy;
    }
    case ExprKind::List: {
      auto* copy = copy_with<ListExpr>(arena, expr, context);
      copy->elts = each_with_context(arena, copy->elts, context);
      return copy;
    }
    case ExprKind::Starred: {
      auto* copy = copy_with<StarredExpr>(arena, expr, context);
      copy->value = with_context(arena, copy->value, context);
      return copy;
    }
    default:
      return expr;
  }
}

namespace {

template <ExprContext Context>
Value change_context(const Match& m) {
  return Value::of(with_context(m.machine.arena(), m[0].expr(), Context));
}

template <ExprContext Context>
Value make_attribute(const Match& m) {
  auto* node = make_node<AttributeExpr>(m);
  node->value = m[0].expr();
  node->attr = m[1].name();
  node->ctx = Context;
  return Value::of(node);
}

template <ExprContext Context>
Value make_subscript(const Match& m) {
  auto* node = make_node<SubscriptExpr>(m);
  node->value = m[0].expr();
  node->slice = m[1].expr();
  node->ctx = Context;
  return Value::of(node);
}

template <class T, ExprContext Context>
Value make_list(const Match& m) {
  auto* node = make_node<T>(m);
  node->elts = nodes_of<Expr>(m, m[0]);
  node->ctx = Context;
  return Value::of(node);
}

Value make_store_tuple_of_rest(const Match& m) {
  auto* node = make_node<TupleExpr>(m);
  node->elts = nodes_of<Expr>(m, prepend(m, m[0], m[1]));
  node->ctx = ExprContext::Store;
  return Value::of(node);
}

Value make_store_starred(const Match& m) {
  auto* node = make_node<StarredExpr>(m);
  node->value = with_context(m.machine.arena(), m[0].expr(), ExprContext::Store);
  node->ctx = ExprContext::Store;
  return Value::of(node);
}

constexpr Action kActions[] = {
    {"store", change_context<ExprContext::Store>, false},
    {"del", change_context<ExprContext::Del>, false},
    {"attribute", make_attribute<ExprContext::Load>, true},
    {"store_attribute", make_attribute<ExprContext::Store>, true},
    {"del_attribute", make_attribute<ExprContext::Del>, true},
    {"subscript", make_subscript<ExprContext::Load>, true},
    {"store_subscript", make_subscript<ExprContext::Store>, true},
    {"del_subscript", make_subscript<ExprContext::Del>, true},
    {"store_tuple", make_list<TupleExpr, ExprContext::Store>, true},
    {"store_list", make_list<ListExpr, ExprContext::Store>, true},
    {"del_tuple", make_list<TupleExpr, ExprContext::Del>, true},
    {"del_list", make_list<ListExpr, ExprContext::Del>, true},
    {"store_tuple_of_rest", make_store_tuple_of_rest, true},
    {"store_starred", make_store_starred, true},
};

}  // namespace

std::span<const Action> target_actions() {
  return kActions;
}

}  // namespace ouro::syntax::reference
