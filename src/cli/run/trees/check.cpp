// Whether a tree that a program made is one that the compiler can take.
//
// A walk over syntax/nodes.def with what the kinds have in common decided by the names of fields: `target`
// is stored to, `body` is not empty, everything else is read. What is special about a kind stands in before()
// for it.
#include <string_view>

#include "cli/run/trees/trees.h"

namespace ouro::cli {

namespace {

using namespace syntax;
using vm::Raised;
using vm::Status;
using vm::types;

constexpr int kDepthScale = 3;

bool is_number(const Expr& expression, bool real, bool imaginary) {
  if (expression.kind != ExprKind::Constant) return false;
  switch (expression.as<ConstantExpr>()->value->kind) {
    case ConstantKind::Int:
    case ConstantKind::Float:
      return real;
    case ConstantKind::Complex:
      return imaginary;
    default:
      return false;
  }
}

bool is_signed_number(const Expr& expression, bool imaginary) {
  if (expression.kind != ExprKind::UnaryOp) return false;
  const auto* node = expression.as<UnaryOpExpr>();
  return node->op == UnaryOperator::USub && is_number(*node->operand, true, imaginary);
}

bool is_complex_literal(const Expr& expression) {
  if (expression.kind != ExprKind::BinOp) return false;
  const auto* node = expression.as<BinOpExpr>();
  if (node->op != BinaryOperator::Add && node->op != BinaryOperator::Sub) return false;
  return (is_number(*node->left, true, false) || is_signed_number(*node->left, false)) &&
         is_number(*node->right, false, true);
}

bool is_singleton(const Constant& constant) {
  return constant.is(ConstantKind::None) || constant.is(ConstantKind::True) ||
         constant.is(ConstantKind::False);
}

constexpr const char* kContextNames[] = {"Load", "Store", "Del"};

const ExprContext* context_of(const Expr& expression) {
  switch (expression.kind) {
    case ExprKind::Attribute:
      return &expression.as<AttributeExpr>()->ctx;
    case ExprKind::Subscript:
      return &expression.as<SubscriptExpr>()->ctx;
    case ExprKind::Starred:
      return &expression.as<StarredExpr>()->ctx;
    case ExprKind::Name:
      return &expression.as<NameExpr>()->ctx;
    case ExprKind::List:
      return &expression.as<ListExpr>()->ctx;
    case ExprKind::Tuple:
      return &expression.as<TupleExpr>()->ctx;
    default:
      return nullptr;
  }
}

template <class... Args>
Raised invalid(fmt::format_string<Args...> format, Args&&... args) {
  return vm::raise(types.ValueError, format, std::forward<Args>(args)...);
}

class Checker {
 public:
  explicit Checker(const Workspace& workspace)
      : names_(workspace.names),
        depth_(kDepthScale * vm::thread()->recursion_depth),
        limit_(kDepthScale * vm::thread()->recursion_limit) {}

  Status module(const Module& module) {
    TRY(statements(module.body));
    TRY(expressions(module.argument_types, ExprContext::Load));
    return module.expression == nullptr ? Status() : expression(*module.expression, ExprContext::Load);
  }

 private:
  Status enter() {
    if (++depth_ > limit_)
      return vm::raise(types.RecursionError, "maximum recursion depth exceeded during compilation");
    return vm::check_recursion(" during compilation");
  }

  static Status position(const SourceRange& range) {
    if (range.line > range.end_line)
      return invalid("AST node line range ({}, {}) is not valid", range.line, range.end_line);
    if ((range.line < 0 && range.end_line != range.line) ||
        (range.column < 0 && range.column != range.end_column))
      return invalid("AST node column range ({}, {}) for line range ({}, {}) is not valid", range.column,
                     range.end_column, range.line, range.end_line);
    if (range.line == range.end_line && range.column > range.end_column)
      return invalid("line {}, column {}-{} is not a valid range", range.line, range.column,
                     range.end_column);
    return {};
  }

  Status name(Name name) const {
    for (const Name constant : {Name::k_None, Name::k_True, Name::k_False})
      if (name == constant)
        return invalid("identifier field can't represent '{}' constant", names_.text(name));
    return {};
  }

  Status capture(Name target) const {
    if (target == Name::none) return {};
    if (names_.text(target) == "_") return invalid("can't capture name '_' in patterns");
    return name(target);
  }

  // ---- fields, by type and name

  Status field(std::string_view name, Expr* node) {
    if (node == nullptr) return {};
    return expression(*node,
                      name == "target" || name == "optional_vars" ? ExprContext::Store : inherited(name));
  }
  Status field(std::string_view name, Exprs nodes) {
    if (name == "keys" || name == "kw_defaults") return expressions(nodes, ExprContext::Load, true);
    if (name != "targets") return expressions(nodes, inherited(name));
    TRY(not_empty(nodes, "targets"));
    return expressions(nodes, deleting_ ? ExprContext::Del : ExprContext::Store);
  }
  Status field(std::string_view name, Stmts nodes) {
    if (name == "body") TRY(not_empty(nodes, "body"));
    return statements(nodes);
  }
  Status field(std::string_view, Pattern* node) { return node == nullptr ? Status() : pattern(*node, false); }
  Status field(std::string_view, Patterns nodes) { return patterns(nodes, false); }
  Status field(std::string_view, Comprehensions nodes) {
    if (nodes.empty()) return invalid("comprehension with no generators");
    for (const Comprehension* node : nodes) {
      TRY(expression(*node->target, ExprContext::Store));
      TRY(expression(*node->iter, ExprContext::Load));
      TRY(expressions(node->ifs, ExprContext::Load));
    }
    return {};
  }
  Status field(std::string_view, Keywords nodes) {
    for (const Keyword* node : nodes) TRY(expression(*node->value, ExprContext::Load));
    return {};
  }
  Status field(std::string_view, Arguments* node) { return arguments(*node); }
  Status field(std::string_view name, WithItems nodes) {
    TRY(not_empty(nodes, name));
    for (const WithItem* node : nodes) {
      TRY(expression(*node->context_expr, ExprContext::Load));
      TRY(field("optional_vars", node->optional_vars));
    }
    return {};
  }
  Status field(std::string_view name, MatchCases nodes) {
    TRY(not_empty(nodes, name));
    for (const MatchCase* node : nodes) {
      TRY(pattern(*node->pattern, false));
      TRY(field("guard", node->guard));
      owner_ = "match_case";
      TRY(field("body", node->body));
    }
    return {};
  }
  Status field(std::string_view, ExceptHandlers nodes) {
    for (const ExceptHandler* node : nodes) {
      TRY(position(node->range));
      TRY(field("type", node->type));
      owner_ = "ExceptHandler";
      TRY(field("body", node->body));
    }
    return {};
  }
  Status field(std::string_view name, Aliases nodes) { return not_empty(nodes, name); }
  Status field(std::string_view name, Names nodes) {
    return name == "names" ? not_empty(nodes, name) : Status();
  }
  template <class T>
  Status field(std::string_view, const T&) {
    return {};
  }

  /// Stars and displays are stored to with what they hold.
  ExprContext inherited(std::string_view name) const {
    return name == "elts" || name == "starred" ? context_ : ExprContext::Load;
  }

  template <class T>
  Status not_empty(std::span<T> nodes, std::string_view what) {
    if (nodes.empty()) return invalid("empty {} on {}", what, owner_);
    return {};
  }

  Status expressions(Exprs nodes, ExprContext context, bool may_be_null = false) {
    for (const Expr* node : nodes) {
      if (node != nullptr) {
        TRY(expression(*node, context));
      } else if (!may_be_null) {
        return invalid("None disallowed in expression list");
      }
    }
    return {};
  }

  Status statements(Stmts nodes) {
    for (const Stmt* node : nodes) {
      if (node == nullptr) return invalid("None disallowed in statement list");
      TRY(statement(*node));
    }
    return {};
  }

  Status patterns(Patterns nodes, bool star) {
    for (const Pattern* node : nodes) TRY(pattern(*node, star));
    return {};
  }

  Status parameters(Args nodes) {
    for (const Arg* node : nodes) {
      TRY(position(node->range));
      TRY(field("annotation", node->annotation));
    }
    return {};
  }

  Status arguments(const Arguments& node) {
    for (Args list : {node.posonlyargs, node.args, node.kwonlyargs}) TRY(parameters(list));
    for (const Arg* star : {node.vararg, node.kwarg})
      if (star != nullptr) TRY(field("annotation", star->annotation));
    if (node.defaults.size() > node.posonlyargs.size() + node.args.size())
      return invalid("more positional defaults than args on arguments");
    if (node.kw_defaults.size() != node.kwonlyargs.size())
      return invalid("length of kwonlyargs is not the same as kw_defaults on arguments");
    TRY(expressions(node.defaults, ExprContext::Load));
    return field("kw_defaults", node.kw_defaults);
  }

  // ---- expressions

  Status expression(const Expr& node, ExprContext context) {
    TRY(position(node.range));
    TRY(enter());
    if (node.kind == ExprKind::Name) TRY(name(node.as<NameExpr>()->id));
    const ExprContext* own = context_of(node);
    if (own == nullptr && context != ExprContext::Load)
      return invalid("expression which can't be assigned to in {} context",
                     kContextNames[static_cast<size_t>(context)]);
    if (own != nullptr && *own != context)
      return invalid("expression must have {} context but has {} instead",
                     kContextNames[static_cast<size_t>(context)], kContextNames[static_cast<size_t>(*own)]);
    const ExprContext outer = std::exchange(context_, context);
    TRY(children(node));
    context_ = outer;
    --depth_;
    return {};
  }

#define FIELD(type, name) TRY(field(#name, typed.name));
#define EXPR(name, fields)                                       \
  case ExprKind::name: {                                         \
    [[maybe_unused]] const auto& typed = *node.as<name##Expr>(); \
    fields return {};                                            \
  }
  Status children(const Expr& node) {
    switch (node.kind) {
      case ExprKind::Starred:
        return field("starred", node.as<StarredExpr>()->value);
      case ExprKind::NamedExpr:
        if (node.as<NamedExprExpr>()->target->kind != ExprKind::Name)
          return vm::raise(types.TypeError, "NamedExpr target must be a Name");
        return field("value", node.as<NamedExprExpr>()->value);
      case ExprKind::ListComp:
        return comprehension(*node.as<ListCompExpr>());
      case ExprKind::SetComp:
        return comprehension(*node.as<SetCompExpr>());
      case ExprKind::GeneratorExp:
        return comprehension(*node.as<GeneratorExpExpr>());
      case ExprKind::DictComp:
        TRY(field("generators", node.as<DictCompExpr>()->generators));
        TRY(field("key", node.as<DictCompExpr>()->key));
        return field("value", node.as<DictCompExpr>()->value);
      default:
        TRY(before(node));
    }
    switch (node.kind) {
#include "syntax/nodes.def"
    }
    return {};
  }

  /// What must hold of an expression besides its parts.
  static Status before(const Expr& node) {
    switch (node.kind) {
      case ExprKind::BoolOp:
        if (node.as<BoolOpExpr>()->values.size() < 2) return invalid("BoolOp with less than 2 values");
        return {};
      case ExprKind::Dict:
        if (node.as<DictExpr>()->keys.size() != node.as<DictExpr>()->values.size())
          return invalid("Dict doesn't have the same number of keys as values");
        return {};
      case ExprKind::Compare: {
        const auto* compare = node.as<CompareExpr>();
        if (compare->comparators.empty()) return invalid("Compare with no comparators");
        if (compare->comparators.size() != compare->ops.size())
          return invalid("Compare has a different number of comparators and operands");
        return {};
      }
      case ExprKind::Constant: {
        const Constant& value = *node.as<ConstantExpr>()->value;
        if (!value.is(ConstantKind::Code)) return {};
        return vm::raise(types.TypeError, "got an invalid type in Constant: {}", value.text());
      }
      default:
        return {};
    }
  }

  template <class T>
  Status comprehension(const T& node) {
    TRY(field("generators", node.generators));
    return field("elt", node.elt);
  }

  // ---- statements

  Status statement(const Stmt& node) {
    TRY(position(node.range));
    TRY(enter());
    deleting_ = node.kind == StmtKind::Delete;
    TRY(before(node));
    TRY(children(node));
    --depth_;
    return {};
  }

#undef FIELD
#define FIELD(type, field_name) \
  owner_ = kOwner;              \
  TRY(field(#field_name, typed.field_name));
#define STMT(name, fields)                                        \
  case StmtKind::name: {                                          \
    [[maybe_unused]] static constexpr const char* kOwner = #name; \
    [[maybe_unused]] const auto& typed = *node.as<name##Stmt>();  \
    fields return {};                                             \
  }
  Status children(const Stmt& node) {
    switch (node.kind) {
#include "syntax/nodes.def"
    }
    return {};
  }
#undef FIELD

  static Status before(const Stmt& node) {
    switch (node.kind) {
      case StmtKind::AnnAssign: {
        const auto* assign = node.as<AnnAssignStmt>();
        if (assign->simple && assign->target->kind != ExprKind::Name)
          return vm::raise(types.TypeError, "AnnAssign with simple non-Name target");
        return {};
      }
      case StmtKind::Raise:
        if (node.as<RaiseStmt>()->exc == nullptr && node.as<RaiseStmt>()->cause != nullptr)
          return invalid("Raise with cause but no exception");
        return {};
      case StmtKind::Try:
        return try_parts(*node.as<TryStmt>(), "Try");
      case StmtKind::TryStar:
        return try_parts(*node.as<TryStarStmt>(), "TryStar");
      case StmtKind::ImportFrom:
        if (node.as<ImportFromStmt>()->level < 0) return invalid("Negative ImportFrom level");
        return {};
      default:
        return {};
    }
  }

  template <class T>
  static Status try_parts(const T& node, const char* name) {
    if (node.body.empty()) return {};  // said later
    if (node.handlers.empty() && node.finalbody.empty())
      return invalid("{} has neither except handlers nor finalbody", name);
    if (node.handlers.empty() && !node.orelse.empty())
      return invalid("{} has orelse but no except handlers", name);
    return {};
  }

  // ---- patterns

  Status pattern(const Pattern& node, bool star) {
    TRY(position(node.range));
    TRY(enter());
    TRY(pattern_parts(node, star));
    --depth_;
    return {};
  }

  Status pattern_parts(const Pattern& node, bool star) {
    switch (node.kind) {
      case PatternKind::MatchValue:
        return pattern_value(*node.as<MatchValuePattern>()->value);
      case PatternKind::MatchSingleton:
        if (!is_singleton(*node.as<MatchSingletonPattern>()->value))
          return invalid("MatchSingleton can only contain True, False and None");
        return {};
      case PatternKind::MatchSequence:
        return patterns(node.as<MatchSequencePattern>()->patterns, true);
      case PatternKind::MatchMapping:
        return mapping(*node.as<MatchMappingPattern>());
      case PatternKind::MatchClass:
        return class_pattern(*node.as<MatchClassPattern>());
      case PatternKind::MatchStar:
        if (!star) return invalid("can't use MatchStar here");
        return capture(node.as<MatchStarPattern>()->name);
      case PatternKind::MatchAs: {
        const auto* as = node.as<MatchAsPattern>();
        TRY(capture(as->name));
        if (as->pattern == nullptr) return {};
        if (as->name == Name::none)
          return invalid("MatchAs must specify a target name if a pattern is given");
        return pattern(*as->pattern, false);
      }
      case PatternKind::MatchOr:
        if (node.as<MatchOrPattern>()->patterns.size() < 2)
          return invalid("MatchOr requires at least 2 patterns");
        return patterns(node.as<MatchOrPattern>()->patterns, false);
    }
    return {};
  }

  /// The literals and dotted names that a value pattern or a mapping's key may be. The compiler folds what
  /// has an operator.
  Status pattern_value(const Expr& value) {
    TRY(expression(value, ExprContext::Load));
    switch (value.kind) {
      case ExprKind::Constant: {
        const Constant& constant = *value.as<ConstantExpr>()->value;
        if (is_number(value, true, true) || constant.is(ConstantKind::Str) ||
            constant.is(ConstantKind::Bytes))
          return {};
        return invalid("unexpected constant inside of a literal pattern");
      }
      case ExprKind::Attribute:
      case ExprKind::JoinedStr:
        return {};
      default:
        if (is_signed_number(value, true) || is_complex_literal(value)) return {};
        return invalid("patterns may only match literals and attribute lookups");
    }
  }

  Status mapping(const MatchMappingPattern& node) {
    if (node.keys.size() != node.patterns.size())
      return invalid("MatchMapping doesn't have the same number of keys as patterns");
    TRY(capture(node.rest));
    for (const Expr* key : node.keys) {
      if (key == nullptr) return invalid("None disallowed in expression list");
      if (key->kind == ExprKind::Constant && is_singleton(*key->as<ConstantExpr>()->value)) continue;
      TRY(pattern_value(*key));
    }
    return patterns(node.patterns, false);
  }

  Status class_pattern(const MatchClassPattern& node) {
    if (node.kwd_attrs.size() != node.kwd_patterns.size())
      return invalid("MatchClass doesn't have the same number of keyword attributes as patterns");
    TRY(expression(*node.cls, ExprContext::Load));
    const Expr* cls = node.cls;
    while (cls->kind == ExprKind::Attribute) cls = cls->as<AttributeExpr>()->value;
    if (cls->kind != ExprKind::Name)
      return invalid("MatchClass cls field can only contain Name or Attribute nodes.");
    for (const Name attribute : node.kwd_attrs) TRY(name(attribute));
    TRY(patterns(node.patterns, false));
    return patterns(node.kwd_patterns, false);
  }

  const Interner& names_;
  int depth_;
  const int limit_;
  ExprContext context_ = ExprContext::Load;  // that the expression being looked at stands in
  bool deleting_ = false;                    // in a del statement
  const char* owner_ = "";                   // the statement whose fields are being looked at
};

}  // namespace

vm::Status check_tree(const Workspace& workspace, const Module& module) {
  return Checker(workspace).module(module);
}

}  // namespace ouro::cli
