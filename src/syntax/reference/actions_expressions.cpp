// Actions of expressions.
#include "syntax/reference/build.h"

namespace ouro::syntax::reference {

Value prepend(const Match& match, const Value& first, const Value& rest) {
  ArenaVector<Value> all(match.machine.arena());
  const std::span<const Value> others = items_of(rest);
  all.reserve(others.size() + 1);
  all.push_back(first);
  for (const Value& value : others) all.push_back(value);
  return Value::of_helper(match.machine.arena().make<Sequence>(Sequence{all.span()}));
}

namespace {

struct ComparePair {
  CompareOperator op;
  Expr* right;
};

/// A keyword argument or a starred one, between the keywords of a call.
struct LateArgument {
  Value element;
  bool is_keyword;
};

template <BinaryOperator Op>
Value make_binary(const Match& m) {
  auto* node = make_node<BinOpExpr>(m);
  node->left = m[0].expr();
  node->op = Op;
  node->right = m[1].expr();
  return Value::of(node);
}

template <UnaryOperator Op>
Value make_unary(const Match& m) {
  auto* node = make_node<UnaryOpExpr>(m);
  node->op = Op;
  node->operand = m[0].expr();
  return Value::of(node);
}

template <BoolOperator Op>
Value make_bool(const Match& m) {
  auto* node = make_node<BoolOpExpr>(m);
  node->op = Op;
  node->values = nodes_of<Expr>(m, prepend(m, m[0], m[1]));
  return Value::of(node);
}

template <CompareOperator Op>
Value make_compare_pair(const Match& m) {
  return make_helper<ComparePair>(m, Op, m[0].expr());
}

Value make_compare(const Match& m) {
  Arena& arena = m.machine.arena();
  const std::span<const Value> pairs = items_of(m[1]);
  auto* node = make_node<CompareExpr>(m);
  node->left = m[0].expr();
  node->ops = arena.make_span<CompareOperator>(pairs.size());
  node->comparators = arena.make_span<Expr*>(pairs.size());
  for (size_t i = 0; i < pairs.size(); ++i) {
    node->ops[i] = pairs[i].as<ComparePair>()->op;
    node->comparators[i] = pairs[i].as<ComparePair>()->right;
  }
  return Value::of(node);
}

Value make_conditional(const Match& m) {
  auto* node = make_node<IfExpExpr>(m);
  node->body = m[0].expr();
  node->test = m[1].expr();
  node->orelse = m[2].expr();
  return Value::of(node);
}

template <class T>
Value make_of_value(const Match& m) {
  auto* node = make_node<T>(m);
  node->value = m[0].expr();
  return Value::of(node);
}

Value make_named_expr(const Match& m) {
  auto* node = make_node<NamedExprExpr>(m);
  node->target = with_context(m.machine.arena(), m[0].expr(), ExprContext::Store);
  node->value = m[1].expr();
  return Value::of(node);
}

Value make_tuple_from(const Match& m, const Value& list) {
  auto* node = make_node<TupleExpr>(m);
  node->elts = nodes_of<Expr>(m, list);
  return Value::of(node);
}

Value make_tuple(const Match& m) {
  return make_tuple_from(m, m[0]);
}

Value make_tuple_of_one(const Match& m) {
  return make_tuple_from(m, m.machine.list(m.values.first(1)));
}

Value make_tuple_of_rest(const Match& m) {
  return make_tuple_from(m, prepend(m, m[0], m[1]));
}

template <class T>
Value make_display(const Match& m) {
  auto* node = make_node<T>(m);
  node->elts = nodes_of<Expr>(m, m[0]);
  return Value::of(node);
}

Value prepend_first(const Match& m) {
  return prepend(m, m[0], m[1]);
}

Value make_pair(const Match& m) {
  return make_helper<Pair>(m, m[0], m[1]);
}

Value make_unpacking_pair(const Match& m) {
  return make_helper<Pair>(m, Value(), m[0]);
}

Value make_dict(const Match& m) {
  Arena& arena = m.machine.arena();
  const std::span<const Value> pairs = items_of(m[0]);
  auto* node = make_node<DictExpr>(m);
  node->keys = arena.make_span<Expr*>(pairs.size());
  node->values = arena.make_span<Expr*>(pairs.size());
  for (size_t i = 0; i < pairs.size(); ++i) {
    node->keys[i] = pairs[i].as<Pair>()->first.expr();
    node->values[i] = pairs[i].as<Pair>()->second.expr();
  }
  return Value::of(node);
}

Value make_clause(const Match& m, bool is_async) {
  return make_helper<Comprehension>(m, m[0].expr(), m[1].expr(), nodes_of<Expr>(m, m[2]), is_async);
}

Value make_plain_clause(const Match& m) {
  return make_clause(m, false);
}

Value make_async_clause(const Match& m) {
  return make_clause(m, true);
}

template <class T>
Value make_comprehension(const Match& m) {
  auto* node = make_node<T>(m);
  node->elt = m[0].expr();
  node->generators = nodes_of<Comprehension>(m, m[1]);
  return Value::of(node);
}

Value make_dict_comp(const Match& m) {
  auto* node = make_node<DictCompExpr>(m);
  node->key = m[0].as<Pair>()->first.expr();
  node->value = m[0].as<Pair>()->second.expr();
  node->generators = nodes_of<Comprehension>(m, m[1]);
  return Value::of(node);
}

Value make_slice(const Match& m) {
  auto* node = make_node<SliceExpr>(m);
  node->lower = m[0].expr();
  node->upper = m[1].expr();
  node->step = m[2].expr();
  return Value::of(node);
}

Value make_constant(const Match& m, const Constant* value) {
  auto* node = make_node<ConstantExpr>(m);
  node->value = value;
  return Value::of(node);
}

Value make_true(const Match& m) {
  return make_constant(m, m.machine.workspace().constants.boolean(true));
}

Value make_false(const Match& m) {
  return make_constant(m, m.machine.workspace().constants.boolean(false));
}

Value make_none(const Match& m) {
  return make_constant(m, m.machine.workspace().constants.none());
}

Value make_ellipsis(const Match& m) {
  return make_constant(m, m.machine.workspace().constants.ellipsis());
}

Value make_strings(const Match& m) {
  return m.machine.concatenate(*m[0].as<Sequence>());
}

/// `<>` is the same token as `!=`, and is refused here; or the other way round, PEP 401.
Value plain_not_equal(const Match& m) {
  const bool plain = m.machine.text_of(*m[0].as<Token>()) == "!=";
  if (!m.machine.options().barry_as_flufl) return plain ? m[0] : Value();
  if (!plain) return m[0];
  return m.machine.raise_at_last_token(ErrorType::SyntaxError,
                                       "with Barry as BDFL, use '<>' instead of '!='");
}

// ---------------------------------------------------------------------------------------------- calls

Value make_call(const Match& m) {
  auto* node = make_node<CallExpr>(m);
  node->func = m[0].expr();
  if (m[1]) {
    const auto* arguments = m[1].expr()->as<CallExpr>();
    node->args = arguments->args;
    node->keywords = arguments->keywords;
  }
  return Value::of(node);
}

Value make_call_generator(const Match& m) {
  auto* node = make_node<CallExpr>(m);
  node->func = m[0].expr();
  node->args = nodes_of<Expr>(m.machine.arena(), m.values.subspan(1, 1));
  return Value::of(node);
}

/// A call without a function, to carry arguments to whoever has one.
Value make_arguments(const Match& m, const Value& positional, const Value& late) {
  Arena& arena = m.machine.arena();
  ArenaVector<Expr*> args(arena);
  ArenaVector<Keyword*> keywords(arena);
  for (const Value& value : items_of(positional)) args.push_back(value.expr());
  for (const Value& value : items_of(late)) {
    const LateArgument& argument = *value.as<LateArgument>();
    if (argument.is_keyword)
      keywords.push_back(argument.element.as<Keyword>());
    else
      args.push_back(argument.element.expr());
  }
  auto* node = make_node<CallExpr>(m);
  node->args = args.span();
  node->keywords = keywords.span();
  return Value::of(node);
}

Value make_call_arguments(const Match& m) {
  return make_arguments(m, m[0], m[1]);
}

Value make_call_keywords(const Match& m) {
  return make_arguments(m, Value(), m[0]);
}

Value join(const Match& m) {
  ArenaVector<Value> all(m.machine.arena());
  all.append(items_of(m[0]));
  all.append(items_of(m[1]));
  return Value::of_helper(m.machine.arena().make<Sequence>(Sequence{all.span()}));
}

Value make_keyword_from(const Match& m, Name name, Expr* value) {
  return make_helper<LateArgument>(m, make_helper<Keyword>(m, m.range, name, value), true);
}

Value make_keyword(const Match& m) {
  return make_keyword_from(m, m[0].name(), m[1].expr());
}

Value make_keyword_unpacking(const Match& m) {
  return make_keyword_from(m, Name::none, m[0].expr());
}

Value make_starred_argument(const Match& m) {
  return make_helper<LateArgument>(m, m[0], false);
}

constexpr Action kActions[] = {
    {"binary_add", make_binary<BinaryOperator::Add>, true},
    {"binary_sub", make_binary<BinaryOperator::Sub>, true},
    {"binary_mult", make_binary<BinaryOperator::Mult>, true},
    {"binary_mat_mult", make_binary<BinaryOperator::MatMult>, true},
    {"binary_div", make_binary<BinaryOperator::Div>, true},
    {"binary_mod", make_binary<BinaryOperator::Mod>, true},
    {"binary_pow", make_binary<BinaryOperator::Pow>, true},
    {"binary_l_shift", make_binary<BinaryOperator::LShift>, true},
    {"binary_r_shift", make_binary<BinaryOperator::RShift>, true},
    {"binary_bit_or", make_binary<BinaryOperator::BitOr>, true},
    {"binary_bit_xor", make_binary<BinaryOperator::BitXor>, true},
    {"binary_bit_and", make_binary<BinaryOperator::BitAnd>, true},
    {"binary_floor_div", make_binary<BinaryOperator::FloorDiv>, true},
    {"unary_invert", make_unary<UnaryOperator::Invert>, true},
    {"unary_not", make_unary<UnaryOperator::Not>, true},
    {"unary_plus", make_unary<UnaryOperator::UAdd>, true},
    {"unary_minus", make_unary<UnaryOperator::USub>, true},
    {"bool_and", make_bool<BoolOperator::And>, true},
    {"bool_or", make_bool<BoolOperator::Or>, true},
    {"pair_eq", make_compare_pair<CompareOperator::Eq>, false},
    {"pair_not_eq", make_compare_pair<CompareOperator::NotEq>, false},
    {"pair_lt", make_compare_pair<CompareOperator::Lt>, false},
    {"pair_lt_e", make_compare_pair<CompareOperator::LtE>, false},
    {"pair_gt", make_compare_pair<CompareOperator::Gt>, false},
    {"pair_gt_e", make_compare_pair<CompareOperator::GtE>, false},
    {"pair_is", make_compare_pair<CompareOperator::Is>, false},
    {"pair_is_not", make_compare_pair<CompareOperator::IsNot>, false},
    {"pair_in", make_compare_pair<CompareOperator::In>, false},
    {"pair_not_in", make_compare_pair<CompareOperator::NotIn>, false},
    {"plain_not_equal", plain_not_equal, false},
    {"compare", make_compare, true},
    {"conditional", make_conditional, true},
    {"await_", make_of_value<AwaitExpr>, true},
    {"yield_", make_of_value<YieldExpr>, true},
    {"yield_from", make_of_value<YieldFromExpr>, true},
    {"starred", make_of_value<StarredExpr>, true},
    {"named_expr", make_named_expr, true},
    {"tuple", make_tuple, true},
    {"tuple_of_one", make_tuple_of_one, true},
    {"tuple_of_rest", make_tuple_of_rest, true},
    {"list", make_display<ListExpr>, true},
    {"set", make_display<SetExpr>, true},
    {"prepend", prepend_first, false},
    {"pair", make_pair, false},
    {"unpacking_pair", make_unpacking_pair, false},
    {"dict", make_dict, true},
    {"comprehension", make_plain_clause, false},
    {"async_comprehension", make_async_clause, false},
    {"list_comp", make_comprehension<ListCompExpr>, true},
    {"set_comp", make_comprehension<SetCompExpr>, true},
    {"generator_exp", make_comprehension<GeneratorExpExpr>, true},
    {"dict_comp", make_dict_comp, true},
    {"slice", make_slice, true},
    {"true", make_true, true},
    {"false", make_false, true},
    {"none", make_none, true},
    {"ellipsis", make_ellipsis, true},
    {"strings", make_strings, false},
    {"call", make_call, true},
    {"call_generator", make_call_generator, true},
    {"call_arguments", make_call_arguments, true},
    {"call_keywords", make_call_keywords, true},
    {"join", join, false},
    {"keyword", make_keyword, true},
    {"keyword_unpacking", make_keyword_unpacking, true},
    {"starred_argument", make_starred_argument, false},
};

}  // namespace

std::span<const Action> expression_actions() {
  return kActions;
}

}  // namespace ouro::syntax::reference
