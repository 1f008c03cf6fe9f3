// Actions of the error rules: they raise, or refuse.
#include <string>

#include "syntax/reference/build.h"

namespace ouro::syntax::reference {
namespace {

/// What CPython calls an expression that stands where it must not.
std::string_view expression_name(const Expr* expr) {
  switch (expr->kind) {
    case ExprKind::Attribute:
      return "attribute";
    case ExprKind::Subscript:
      return "subscript";
    case ExprKind::Starred:
      return "starred";
    case ExprKind::Name:
      return "name";
    case ExprKind::List:
      return "list";
    case ExprKind::Tuple:
      return "tuple";
    case ExprKind::Lambda:
      return "lambda";
    case ExprKind::Call:
      return "function call";
    case ExprKind::BoolOp:
    case ExprKind::BinOp:
    case ExprKind::UnaryOp:
      return "expression";
    case ExprKind::GeneratorExp:
      return "generator expression";
    case ExprKind::Yield:
    case ExprKind::YieldFrom:
      return "yield expression";
    case ExprKind::Await:
      return "await expression";
    case ExprKind::ListComp:
      return "list comprehension";
    case ExprKind::SetComp:
      return "set comprehension";
    case ExprKind::DictComp:
      return "dict comprehension";
    case ExprKind::Dict:
      return "dict literal";
    case ExprKind::Set:
      return "set display";
    case ExprKind::JoinedStr:
    case ExprKind::FormattedValue:
      return "f-string expression";
    case ExprKind::Compare:
      return "comparison";
    case ExprKind::IfExp:
      return "conditional expression";
    case ExprKind::NamedExpr:
      return "named expression";
    case ExprKind::Slice:
      return "slice";
    case ExprKind::Constant:
      break;
  }
  switch (expr->as<ConstantExpr>()->value->kind) {
    case ConstantKind::None:
      return "None";
    case ConstantKind::False:
      return "False";
    case ConstantKind::True:
      return "True";
    case ConstantKind::Ellipsis:
      return "ellipsis";
    default:
      return "literal";
  }
}

/// The message with its place-holders filled in from the first value: %n an expression's name, %t a token's
/// text, %l its line.
std::string fill_in(const Match& m) {
  std::string result(m.message);
  const size_t place = result.find('%');
  if (place == std::string::npos) return result;
  switch (result[place + 1]) {
    case 'n':
      return result.replace(place, 2, expression_name(m[0].expr()));
    case 't':
      return result.replace(place, 2, m.machine.text_of(*m[0].as<Token>()));
    default:
      return result.replace(place, 2, std::to_string(m[0].range->line));
  }
}

const SourceRange& range_of(const Value& value) {
  return value.range != nullptr ? *value.range : *items_of(value).back().range;
}

Value error(const Match& m) {
  return m.machine.raise_at_last_token(ErrorType::SyntaxError, m.message);
}

Value error_at(const Match& m) {
  return m.machine.raise_at(fill_in(m), *m[0].range, *m[0].range);
}

Value error_range(const Match& m) {
  return m.machine.raise_at(fill_in(m), *m[0].range, range_of(m.values.back()));
}

Value error_from(const Match& m) {
  const SourceRange& from = *m[0].range;
  return m.machine.raise(ErrorType::SyntaxError, m.message,
                         {from.line, from.column, Place::kHere, Place::kHere});
}

Value error_first_to_last(const Match& m) {
  const std::span<const Value> items = items_of(m[0]);
  return m.machine.raise_at(m.message, *items.front().range, *items.back().range);
}

Value indent_error(const Match& m) {
  return m.machine.raise_at_last_token(ErrorType::IndentationError, fill_in(m));
}

/// Where a comprehension's last clause ends.
const SourceRange& end_of_clauses(const Value& clauses) {
  const auto& last = *items_of(clauses).back().as<Comprehension>();
  return last.ifs.empty() ? last.iter->range : last.ifs.back()->range;
}

Value error_generator(const Match& m) {
  return m.machine.raise_at(m.message, *m[0].range, end_of_clauses(m[1]));
}

/// `f(a, b for b in c)`; a lone generator is no error.
Value bare_generator_argument(const Match& m) {
  const auto* arguments = m[0].expr()->as<CallExpr>();
  if (arguments->args.size() <= 1) return {};
  return m.machine.raise_at("Generator expression must be parenthesized", arguments->args.back()->range,
                            end_of_clauses(m[1]));
}

Value argument_after_keyword(const Match& m) {
  std::string_view message = "positional argument follows keyword argument";
  for (const Keyword* keyword : m[0].expr()->as<CallExpr>()->keywords)
    if (keyword->arg == Name::none) message = "positional argument follows keyword argument unpacking";
  return m.machine.raise_at_last_token(ErrorType::SyntaxError, message);
}

bool is_legacy_statement(const Expr* expr) {
  if (expr->kind != ExprKind::Name) return false;
  const Name name = expr->as<NameExpr>()->id;
  return name == Name::k_print || name == Name::k_exec;
}

Value legacy_statement(const Match& m) {
  if (!is_legacy_statement(m[0].expr())) return {};
  const std::string name(m.machine.workspace().names.text(m[0].name()));
  return m.machine.raise_at("Missing parentheses in call to '" + name + "'. Did you mean " + name + "(...)?",
                            *m[0].range, *m[1].range);
}

/// Two expressions side by side want a comma, but only within brackets.
Value forgotten_comma(const Match& m) {
  if (is_legacy_statement(m[0].expr()) || m.machine.bracket_depth() == 0) return {};
  return m.machine.raise_at("invalid syntax. Perhaps you forgot a comma?", *m[0].range, *m[1].range);
}

Value missing_colon_after_key(const Match& m) {
  const SourceRange& key = *m[0].range;
  return m.machine.raise(ErrorType::SyntaxError, "':' expected after dictionary key",
                         {key.line, key.end_column - 1, key.end_line, -1});
}

enum class TargetUse { Assign, Delete, Loop };

/// The first part of `expr` that cannot be a target, or null.
const Expr* invalid_target(const Expr* expr, TargetUse use) {
  auto first_of = [use](Exprs elements) -> const Expr* {
    for (const Expr* element : elements)
      if (const Expr* invalid = invalid_target(element, use)) return invalid;
    return nullptr;
  };
  switch (expr->kind) {
    case ExprKind::List:
      return first_of(expr->as<ListExpr>()->elts);
    case ExprKind::Tuple:
      return first_of(expr->as<TupleExpr>()->elts);
    case ExprKind::Starred:
      return use == TargetUse::Delete ? expr : invalid_target(expr->as<StarredExpr>()->value, use);
    case ExprKind::Compare: {
      // The `a in b` of a loop has been read as a comparison.
      if (use != TargetUse::Loop) return expr;
      const auto* comparison = expr->as<CompareExpr>();
      return comparison->ops[0] == CompareOperator::In ? invalid_target(comparison->left, use) : nullptr;
    }
    case ExprKind::Name:
    case ExprKind::Subscript:
    case ExprKind::Attribute:
      return nullptr;
    default:
      return expr;
  }
}

template <TargetUse Use>
Value error_of_target(const Match& m) {
  const Expr* invalid = invalid_target(m[0].expr(), Use);
  if (invalid == nullptr) return {};
  std::string message(Use == TargetUse::Delete ? "cannot delete " : "cannot assign to ");
  message += expression_name(invalid);
  return m.machine.raise_at(message, invalid->range, invalid->range);
}

constexpr Action kActions[] = {
    {"error", error, false},
    {"error_at", error_at, false},
    {"error_range", error_range, false},
    {"error_from", error_from, false},
    {"error_first_to_last", error_first_to_last, false},
    {"indent_error", indent_error, false},
    {"error_generator", error_generator, false},
    {"bare_generator_argument", bare_generator_argument, false},
    {"argument_after_keyword", argument_after_keyword, false},
    {"legacy_statement", legacy_statement, false},
    {"forgotten_comma", forgotten_comma, false},
    {"missing_colon_after_key", missing_colon_after_key, false},
    {"invalid_store_target", error_of_target<TargetUse::Assign>, false},
    {"invalid_del_target", error_of_target<TargetUse::Delete>, false},
    {"invalid_loop_target", error_of_target<TargetUse::Loop>, false},
};

}  // namespace

std::span<const Action> error_actions() {
  return kActions;
}

}  // namespace ouro::syntax::reference
