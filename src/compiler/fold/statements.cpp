// Statements and patterns.
#include "compiler/fold/folder.h"

namespace ouro::compiler {

using namespace syntax;

namespace {

bool starts_with_string(Stmts list) {
  if (list.empty() || list[0]->kind != StmtKind::Expr) return false;
  const Expr& value = *list[0]->as<ExprStmt>()->value;
  return value.kind == ExprKind::Constant && value.as<ConstantExpr>()->value->is(ConstantKind::Str);
}

}  // namespace

// The statements of a module, class or function, whose first may be a docstring.
Status Folder::body(Stmts list) {
  const bool docstring = starts_with_string(list);
  OURO_TRY_STATUS(statements(list));
  if (docstring || !starts_with_string(list)) return {};
  auto& first = *list[0]->as<ExprStmt>();
  auto* text = new_node<JoinedStrExpr>(arena_, first.range);
  text->values = arena_.make_span<Expr*>(1);
  text->values[0] = first.value;
  first.value = text;
  return {};
}

Status Folder::statements(Stmts list) {
  for (Stmt* node : list) OURO_TRY_STATUS(statement(*node));
  return {};
}

Status Folder::statement(Stmt& node) {
  // The parser has looked, and what is short cannot be too deep.
  if (!node.may_fold && depth_ < max_depth_ - kShortDepth) return {};
  if (++depth_ > max_depth_) return tree_too_deep(workspace_);
  OURO_TRY_STATUS(statement_at_level(node));
  --depth_;
  return {};
}

Status Folder::statement_at_level(Stmt& node) {
  switch (node.kind) {
    case StmtKind::Return:
      return optional(node.as<ReturnStmt>()->value);
    case StmtKind::Delete:
      return expressions(node.as<DeleteStmt>()->targets);
    case StmtKind::Assign:
      OURO_TRY_STATUS(expressions(node.as<AssignStmt>()->targets));
      return expression(node.as<AssignStmt>()->value);
    case StmtKind::AugAssign:
      OURO_TRY_STATUS(expression(node.as<AugAssignStmt>()->target));
      return expression(node.as<AugAssignStmt>()->value);
    case StmtKind::AnnAssign:
      OURO_TRY_STATUS(expression(node.as<AnnAssignStmt>()->target));
      OURO_TRY_STATUS(annotation(node.as<AnnAssignStmt>()->annotation));
      return optional(node.as<AnnAssignStmt>()->value);
    case StmtKind::Raise:
      OURO_TRY_STATUS(optional(node.as<RaiseStmt>()->exc));
      return optional(node.as<RaiseStmt>()->cause);
    case StmtKind::Assert:
      OURO_TRY_STATUS(expression(node.as<AssertStmt>()->test));
      return optional(node.as<AssertStmt>()->msg);
    case StmtKind::Expr:
      return expression(node.as<ExprStmt>()->value);
    default:
      return compound_statement(node);
  }
}

Status Folder::compound_statement(Stmt& node) {
  switch (node.kind) {
    case StmtKind::FunctionDef: {
      auto& def = *node.as<FunctionDefStmt>();
      return function(*def.args, def.body, def.decorator_list, def.returns);
    }
    case StmtKind::AsyncFunctionDef: {
      auto& def = *node.as<AsyncFunctionDefStmt>();
      return function(*def.args, def.body, def.decorator_list, def.returns);
    }
    case StmtKind::ClassDef:
      OURO_TRY_STATUS(expressions(node.as<ClassDefStmt>()->bases));
      OURO_TRY_STATUS(keywords(node.as<ClassDefStmt>()->keywords));
      OURO_TRY_STATUS(body(node.as<ClassDefStmt>()->body));
      return expressions(node.as<ClassDefStmt>()->decorator_list);
    case StmtKind::For: {
      auto& loop = *node.as<ForStmt>();
      OURO_TRY_STATUS(expression(loop.target));
      OURO_TRY_STATUS(expression(loop.iter));
      OURO_TRY_STATUS(statements(loop.body));
      OURO_TRY_STATUS(statements(loop.orelse));
      iterable(loop.iter);
      return {};
    }
    case StmtKind::AsyncFor:
      OURO_TRY_STATUS(expression(node.as<AsyncForStmt>()->target));
      OURO_TRY_STATUS(expression(node.as<AsyncForStmt>()->iter));
      OURO_TRY_STATUS(statements(node.as<AsyncForStmt>()->body));
      return statements(node.as<AsyncForStmt>()->orelse);
    case StmtKind::While:
      OURO_TRY_STATUS(expression(node.as<WhileStmt>()->test));
      OURO_TRY_STATUS(statements(node.as<WhileStmt>()->body));
      return statements(node.as<WhileStmt>()->orelse);
    case StmtKind::If:
      OURO_TRY_STATUS(expression(node.as<IfStmt>()->test));
      OURO_TRY_STATUS(statements(node.as<IfStmt>()->body));
      return statements(node.as<IfStmt>()->orelse);
    case StmtKind::With:
      OURO_TRY_STATUS(with_items(node.as<WithStmt>()->items));
      return statements(node.as<WithStmt>()->body);
    case StmtKind::AsyncWith:
      OURO_TRY_STATUS(with_items(node.as<AsyncWithStmt>()->items));
      return statements(node.as<AsyncWithStmt>()->body);
    case StmtKind::Match:
      OURO_TRY_STATUS(expression(node.as<MatchStmt>()->subject));
      return match_cases(node.as<MatchStmt>()->cases);
    case StmtKind::Try:
      OURO_TRY_STATUS(statements(node.as<TryStmt>()->body));
      OURO_TRY_STATUS(handlers(node.as<TryStmt>()->handlers));
      OURO_TRY_STATUS(statements(node.as<TryStmt>()->orelse));
      return statements(node.as<TryStmt>()->finalbody);
    case StmtKind::TryStar:
      OURO_TRY_STATUS(statements(node.as<TryStarStmt>()->body));
      OURO_TRY_STATUS(handlers(node.as<TryStarStmt>()->handlers));
      OURO_TRY_STATUS(statements(node.as<TryStarStmt>()->orelse));
      return statements(node.as<TryStarStmt>()->finalbody);
    default:
      return {};
  }
}

Status Folder::function(Arguments& args, Stmts list, Exprs decorators, OptExpr& returns) {
  OURO_TRY_STATUS(arguments(args));
  OURO_TRY_STATUS(body(list));
  OURO_TRY_STATUS(expressions(decorators));
  return annotation(returns);
}

Status Folder::arguments(Arguments& node) {
  OURO_TRY_STATUS(parameters(node.posonlyargs));
  OURO_TRY_STATUS(parameters(node.args));
  OURO_TRY_STATUS(parameter(node.vararg));
  OURO_TRY_STATUS(parameters(node.kwonlyargs));
  OURO_TRY_STATUS(expressions(node.kw_defaults));
  OURO_TRY_STATUS(parameter(node.kwarg));
  return expressions(node.defaults);
}

Status Folder::parameters(Args list) {
  for (Arg* node : list) OURO_TRY_STATUS(parameter(node));
  return {};
}

Status Folder::parameter(Arg* node) {
  return node == nullptr ? Status() : annotation(node->annotation);
}

Status Folder::annotation(OptExpr& slot) {
  return future_annotations_ ? Status() : optional(slot);
}

Status Folder::handlers(ExceptHandlers list) {
  for (ExceptHandler* handler : list) {
    OURO_TRY_STATUS(optional(handler->type));
    OURO_TRY_STATUS(statements(handler->body));
  }
  return {};
}

Status Folder::with_items(WithItems list) {
  for (WithItem* item : list) {
    OURO_TRY_STATUS(expression(item->context_expr));
    OURO_TRY_STATUS(optional(item->optional_vars));
  }
  return {};
}

Status Folder::match_cases(MatchCases list) {
  for (MatchCase* match_case : list) {
    OURO_TRY_STATUS(pattern(*match_case->pattern));
    OURO_TRY_STATUS(optional(match_case->guard));
    OURO_TRY_STATUS(statements(match_case->body));
  }
  return {};
}

Status Folder::pattern(Pattern& node) {
  if (++depth_ > max_depth_) return tree_too_deep(workspace_);
  OURO_TRY_STATUS(pattern_at_level(node));
  --depth_;
  return {};
}

Status Folder::patterns(Patterns list) {
  for (Pattern* node : list) OURO_TRY_STATUS(pattern(*node));
  return {};
}

Status Folder::pattern_at_level(Pattern& node) {
  switch (node.kind) {
    case PatternKind::MatchValue:
      return expression(node.as<MatchValuePattern>()->value);
    case PatternKind::MatchSequence:
      return patterns(node.as<MatchSequencePattern>()->patterns);
    case PatternKind::MatchMapping:
      OURO_TRY_STATUS(expressions(node.as<MatchMappingPattern>()->keys));
      return patterns(node.as<MatchMappingPattern>()->patterns);
    case PatternKind::MatchClass:
      OURO_TRY_STATUS(expression(node.as<MatchClassPattern>()->cls));
      OURO_TRY_STATUS(patterns(node.as<MatchClassPattern>()->patterns));
      return patterns(node.as<MatchClassPattern>()->kwd_patterns);
    case PatternKind::MatchAs:
      if (Pattern* inner = node.as<MatchAsPattern>()->pattern) return pattern(*inner);
      return {};
    case PatternKind::MatchOr:
      return patterns(node.as<MatchOrPattern>()->patterns);
    case PatternKind::MatchSingleton:
    case PatternKind::MatchStar:
      return {};
  }
  return {};
}

}  // namespace ouro::compiler
