// Actions of functions, classes, lambdas and their parameters.
#include "syntax/reference/build.h"

namespace ouro::syntax::reference {
namespace {

/// What stands before a slash where there are defaults.
struct SlashPart {
  Value plain;          // a list of parameters
  Value with_defaults;  // a list of pairs
};

/// What stands behind the star, and the star's own parameter.
struct StarPart {
  Value vararg;
  Value keyword_only;  // a list of pairs
  Value kwarg;
};

Value make_param(const Match& m) {
  Arg* arg = m.machine.arena().make<Arg>();
  arg->range = m.range;
  arg->arg = m[0].name();
  if (m.values.size() > 1) arg->annotation = m[1].expr();
  return Value::of(arg);
}

Value with_comment(const Match& m, const Value& param, const Value& comment) {
  if (!comment) return param;
  Arg* arg = m.machine.arena().make<Arg>(*param.as<Arg>());
  arg->type_comment = text_of_comment(m, comment);
  return Value::of(arg);
}

Value make_commented_param(const Match& m) {
  return with_comment(m, m[0], m[1]);
}

Value make_default_pair(const Match& m) {
  const Value param = m.values.size() > 2 ? with_comment(m, m[0], m[2]) : m[0];
  return make_helper<Pair>(m, param, m[1]);
}

Value make_slash_default(const Match& m) {
  return make_helper<SlashPart>(m, m[0], m[1]);
}

Value make_star_etc(const Match& m) {
  return make_helper<StarPart>(m, m[0], m[1], m[2]);
}

Value make_bare_star_etc(const Match& m) {
  return make_helper<StarPart>(m, Value(), m[0], m[1]);
}

Value make_only_kwds(const Match& m) {
  return make_helper<StarPart>(m, Value(), Value(), m[0]);
}

/// Collects the parameters of one function; any part may be absent.
struct ParameterList {
  explicit ParameterList(const Match& m)
      : match(m),
        positional_only(m.machine.arena()),
        positional(m.machine.arena()),
        defaults(m.machine.arena()) {}

  static void add_plain(ArenaVector<Arg*>& to, const Value& list) {
    for (const Value& item : items_of(list)) to.push_back(item.as<Arg>());
  }
  void add_pairs(ArenaVector<Arg*>& to, const Value& list) {
    for (const Value& item : items_of(list)) {
      to.push_back(item.as<Pair>()->first.as<Arg>());
      defaults.push_back(item.as<Pair>()->second.expr());
    }
  }

  Value finish(const Value& star) {
    Arena& arena = match.machine.arena();
    auto* result = arena.make<Arguments>();
    result->posonlyargs = positional_only.span();
    result->args = positional.span();
    result->defaults = defaults.span();
    if (star) {
      const StarPart& part = *star.as<StarPart>();
      const std::span<const Value> pairs = items_of(part.keyword_only);
      result->vararg = part.vararg.as<Arg>();
      result->kwarg = part.kwarg.as<Arg>();
      result->kwonlyargs = arena.make_span<Arg*>(pairs.size());
      result->kw_defaults = arena.make_span<Expr*>(pairs.size());
      for (size_t i = 0; i < pairs.size(); ++i) {
        result->kwonlyargs[i] = pairs[i].as<Pair>()->first.as<Arg>();
        result->kw_defaults[i] = pairs[i].as<Pair>()->second.expr();
      }
    }
    return Value::of_helper(result);
  }

  const Match& match;
  ArenaVector<Arg*> positional_only;
  ArenaVector<Arg*> positional;
  ArenaVector<Expr*> defaults;
};

Value make_parameters_slash_plain(const Match& m) {
  ParameterList list(m);
  ParameterList::add_plain(list.positional_only, m[0]);
  ParameterList::add_plain(list.positional, m[1]);
  list.add_pairs(list.positional, m[2]);
  return list.finish(m[3]);
}

Value make_parameters_slash_default(const Match& m) {
  ParameterList list(m);
  const SlashPart& slash = *m[0].as<SlashPart>();
  ParameterList::add_plain(list.positional_only, slash.plain);
  list.add_pairs(list.positional_only, slash.with_defaults);
  list.add_pairs(list.positional, m[1]);
  return list.finish(m[2]);
}

Value make_parameters_plain(const Match& m) {
  ParameterList list(m);
  ParameterList::add_plain(list.positional, m[0]);
  list.add_pairs(list.positional, m[1]);
  return list.finish(m[2]);
}

Value make_parameters_default(const Match& m) {
  ParameterList list(m);
  list.add_pairs(list.positional, m[0]);
  return list.finish(m[1]);
}

Value make_parameters_star(const Match& m) {
  return ParameterList(m).finish(m[0]);
}

Arguments* arguments_or_none(const Match& m, const Value& arguments) {
  return arguments ? arguments.as<Arguments>() : m.machine.arena().make<Arguments>();
}

template <class T>
Value make_function(const Match& m) {
  auto* node = make_node<T>(m);
  node->name = m[0].name();
  node->args = arguments_or_none(m, m[1]);
  node->returns = m[2].expr();
  node->type_comment = text_of_comment(m, m[3]);
  node->body = nodes_of<Stmt>(m, m[4]);
  return Value::of(node);
}

Value make_lambda(const Match& m) {
  auto* node = make_node<LambdaExpr>(m);
  node->args = arguments_or_none(m, m[0]);
  node->body = m[1].expr();
  return Value::of(node);
}

Value make_class(const Match& m) {
  auto* node = make_node<ClassDefStmt>(m);
  node->name = m[0].name();
  if (m[1]) {
    const auto* call = m[1].expr()->as<CallExpr>();
    node->bases = call->args;
    node->keywords = call->keywords;
  }
  node->body = nodes_of<Stmt>(m, m[2]);
  return Value::of(node);
}

Value decorate(const Match& m) {
  const Exprs decorators = nodes_of<Expr>(m, m[0]);
  auto* definition = m[1].as<Stmt>();
  if (definition->kind == StmtKind::FunctionDef)
    definition->as<FunctionDefStmt>()->decorator_list = decorators;
  else if (definition->kind == StmtKind::ClassDef)
    definition->as<ClassDefStmt>()->decorator_list = decorators;
  else
    definition->as<AsyncFunctionDefStmt>()->decorator_list = decorators;
  return m[1];
}

constexpr Action kActions[] = {
    {"param", make_param, true},
    {"commented_param", make_commented_param, false},
    {"default_pair", make_default_pair, false},
    {"slash_default", make_slash_default, false},
    {"star_etc", make_star_etc, false},
    {"bare_star_etc", make_bare_star_etc, false},
    {"only_kwds", make_only_kwds, false},
    {"parameters_slash_plain", make_parameters_slash_plain, false},
    {"parameters_slash_default", make_parameters_slash_default, false},
    {"parameters_plain", make_parameters_plain, false},
    {"parameters_default", make_parameters_default, false},
    {"parameters_star", make_parameters_star, false},
    {"function_def", make_function<FunctionDefStmt>, true},
    {"async_function_def", make_function<AsyncFunctionDefStmt>, true},
    {"lambda_", make_lambda, true},
    {"class_def", make_class, true},
    {"decorate", decorate, false},
};

}  // namespace

std::span<const Action> definition_actions() {
  return kActions;
}

}  // namespace ouro::syntax::reference
