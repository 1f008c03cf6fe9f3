// Statements, in the order in which CPython looks at their parts: it decides which of several errors is
// reported.
#include "compiler/symbols/collector.h"

namespace ouro::compiler {

using namespace syntax;

Status Collector::statements(Stmts list) {
  for (const Stmt* node : list) OURO_TRY_STATUS(statement(*node));
  return {};
}

Status Collector::statement(const Stmt& node) {
  if (++depth_ > max_depth_) return tree_too_deep(workspace_);
  const Status status = statement_at_level(node);
  --depth_;
  return status;
}

Status Collector::statement_at_level(const Stmt& node) {
  switch (node.kind) {
    case StmtKind::Return: {
      const Expr* value = node.as<ReturnStmt>()->value;
      OURO_TRY_STATUS(optional(value));
      if (value != nullptr) current_->returns_value = true;
      return {};
    }
    case StmtKind::Delete:
      return expressions(node.as<DeleteStmt>()->targets);
    case StmtKind::Assign: {
      const auto& assign = *node.as<AssignStmt>();
      OURO_TRY_STATUS(expressions(assign.targets));
      return expression(*assign.value);
    }
    case StmtKind::AugAssign:
      OURO_TRY_STATUS(expression(*node.as<AugAssignStmt>()->target));
      return expression(*node.as<AugAssignStmt>()->value);
    case StmtKind::AnnAssign:
      return annotated_assignment(*node.as<AnnAssignStmt>());
    case StmtKind::Raise: {
      const auto& raise = *node.as<RaiseStmt>();
      if (raise.exc == nullptr) return {};
      return several({raise.exc, raise.cause});
    }
    case StmtKind::Assert:
      return several({node.as<AssertStmt>()->test, node.as<AssertStmt>()->msg});
    case StmtKind::Import:
      for (const Alias* alias : node.as<ImportStmt>()->names) OURO_TRY_STATUS(import_alias(*alias));
      return {};
    case StmtKind::ImportFrom:
      for (const Alias* alias : node.as<ImportFromStmt>()->names) OURO_TRY_STATUS(import_alias(*alias));
      return {};
    case StmtKind::Global:
      return declaration(node.range, node.as<GlobalStmt>()->names, kDefGlobal);
    case StmtKind::Nonlocal:
      return declaration(node.range, node.as<NonlocalStmt>()->names, kDefNonlocal);
    case StmtKind::Expr:
      return expression(*node.as<ExprStmt>()->value);
    case StmtKind::Pass:
    case StmtKind::Break:
    case StmtKind::Continue:
      return {};
    default:
      return compound_statement(node);
  }
}

Status Collector::compound_statement(const Stmt& node) {
  switch (node.kind) {
    case StmtKind::FunctionDef: {
      const auto& def = *node.as<FunctionDefStmt>();
      return function(node, def.name, *def.args, def.body, def.decorator_list, def.returns, false);
    }
    case StmtKind::AsyncFunctionDef: {
      const auto& def = *node.as<AsyncFunctionDefStmt>();
      return function(node, def.name, *def.args, def.body, def.decorator_list, def.returns, true);
    }
    case StmtKind::ClassDef:
      return class_definition(*node.as<ClassDefStmt>());
    case StmtKind::For: {
      const auto& loop_node = *node.as<ForStmt>();
      return loop({loop_node.target, loop_node.iter}, loop_node.body, loop_node.orelse);
    }
    case StmtKind::AsyncFor: {
      const auto& loop_node = *node.as<AsyncForStmt>();
      return loop({loop_node.target, loop_node.iter}, loop_node.body, loop_node.orelse);
    }
    case StmtKind::While: {
      const auto& loop_node = *node.as<WhileStmt>();
      return loop({loop_node.test}, loop_node.body, loop_node.orelse);
    }
    case StmtKind::If: {
      const auto& branch = *node.as<IfStmt>();
      return loop({branch.test}, branch.body, branch.orelse);
    }
    case StmtKind::With:
      return with_statement(node.as<WithStmt>()->items, node.as<WithStmt>()->body);
    case StmtKind::AsyncWith:
      return with_statement(node.as<AsyncWithStmt>()->items, node.as<AsyncWithStmt>()->body);
    case StmtKind::Match:
      return match_statement(*node.as<MatchStmt>());
    case StmtKind::Try: {
      const auto& t = *node.as<TryStmt>();
      return try_statement(t.body, t.handlers, t.orelse, t.finalbody);
    }
    case StmtKind::TryStar: {
      const auto& t = *node.as<TryStarStmt>();
      return try_statement(t.body, t.handlers, t.orelse, t.finalbody);
    }
    default:
      return {};
  }
}

// While, for and if: expressions, then two suites.
Status Collector::loop(std::initializer_list<const Expr*> head, Stmts body, Stmts orelse) {
  OURO_TRY_STATUS(several(head));
  OURO_TRY_STATUS(statements(body));
  return statements(orelse);
}

Status Collector::function(const Stmt& node, Name name, const Arguments& arguments, Stmts body,
                           Exprs decorators, const Expr* returns, bool is_async) {
  OURO_TRY_STATUS(define(name, kDefLocal, node.range));
  OURO_TRY_STATUS(defaults(arguments));
  OURO_TRY_STATUS(annotations(node, arguments, returns));
  OURO_TRY_STATUS(expressions(decorators));
  enter(ScopeKind::Function, name, &node, node.range);
  current_->coroutine = is_async;
  OURO_TRY_STATUS(parameters(arguments));
  OURO_TRY_STATUS(statements(body));
  leave();
  return {};
}

Status Collector::class_definition(const ClassDefStmt& node) {
  OURO_TRY_STATUS(define(node.name, kDefLocal, node.range));
  OURO_TRY_STATUS(expressions(node.bases));
  OURO_TRY_STATUS(keywords(node.keywords));
  OURO_TRY_STATUS(expressions(node.decorator_list));
  enter(ScopeKind::Class, node.name, &node, node.range);
  const Name outer = private_;
  private_ = node.name;
  OURO_TRY_STATUS(statements(node.body));
  private_ = outer;
  leave();
  return {};
}

Status Collector::annotated_assignment(const AnnAssignStmt& node) {
  if (node.target->kind == ExprKind::Name) {
    const Name name = node.target->as<NameExpr>()->id;
    const uint16_t uses = current_->uses(mangled(name));
    if ((uses & (kDefGlobal | kDefNonlocal)) != 0 && current_ != module_ && node.simple)
      return error_about(node.range, "annotated name ", name,
                         (uses & kDefGlobal) != 0 ? " can't be global" : " can't be nonlocal");
    // `(x): int` alone binds nothing.
    if (node.simple) {
      OURO_TRY_STATUS(define(name, kDefAnnotation | kDefLocal, node.target->range));
    } else if (node.value != nullptr) {
      OURO_TRY_STATUS(define(name, kDefLocal, node.target->range));
    }
  } else {
    OURO_TRY_STATUS(expression(*node.target));
  }
  OURO_TRY_STATUS(annotation(*node.annotation));
  return optional(node.value);
}

Status Collector::declaration(const Range& where, Names names, SymbolUse use) {
  const bool global = use == kDefGlobal;
  for (const Name name : names) {
    const uint16_t uses = current_->uses(mangled(name));
    if ((uses & kDefParam) != 0)
      return error_about(where, "name ", name,
                         global ? " is parameter and global" : " is parameter and nonlocal");
    if ((uses & kUse) != 0)
      return error_about(
          where, "name ", name,
          global ? " is used prior to global declaration" : " is used prior to nonlocal declaration");
    if ((uses & kDefAnnotation) != 0)
      return error_about(where, "annotated name ", name, global ? " can't be global" : " can't be nonlocal");
    if ((uses & kDefLocal) != 0)
      return error_about(where, "name ", name,
                         global ? " is assigned to before global declaration"
                                : " is assigned to before nonlocal declaration");
    OURO_TRY_STATUS(define(name, use, where));
    record_directive(name, where);
  }
  return {};
}

Status Collector::try_statement(Stmts body, ExceptHandlers handlers, Stmts orelse, Stmts finalbody) {
  OURO_TRY_STATUS(statements(body));
  OURO_TRY_STATUS(statements(orelse));
  for (const ExceptHandler* handler : handlers) {
    OURO_TRY_STATUS(optional(handler->type));
    if (handler->name != Name::none) OURO_TRY_STATUS(define(handler->name, kDefLocal, handler->range));
    OURO_TRY_STATUS(statements(handler->body));
  }
  return statements(finalbody);
}

Status Collector::with_statement(WithItems items, Stmts body) {
  for (const WithItem* item : items) OURO_TRY_STATUS(several({item->context_expr, item->optional_vars}));
  return statements(body);
}

Status Collector::match_statement(const MatchStmt& node) {
  OURO_TRY_STATUS(expression(*node.subject));
  for (const MatchCase* match_case : node.cases) {
    OURO_TRY_STATUS(pattern(*match_case->pattern));
    OURO_TRY_STATUS(optional(match_case->guard));
    OURO_TRY_STATUS(statements(match_case->body));
  }
  return {};
}

Status Collector::import_alias(const Alias& alias) {
  Name bound = alias.asname;
  if (bound == Name::none) {
    if (alias.name == Name::k_star) {
      if (current_->kind == ScopeKind::Module) return {};
      return error(alias.range, "import * only allowed at module level");
    }
    // `import a.b.c` binds `a`.
    const std::string_view dotted = workspace_.names.text(alias.name);
    const size_t dot = dotted.find('.');
    bound = dot == dotted.npos ? alias.name : workspace_.names.intern(dotted.substr(0, dot));
  }
  return define(bound, kDefImport, alias.range);
}

}  // namespace ouro::compiler
