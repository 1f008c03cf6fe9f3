// Statements that are not control flow, and the dispatch over all of them.
#include "compiler/codegen/generator.h"

namespace ouro::compiler {

using syntax::Stmt;
using syntax::StmtKind;
using syntax::Stmts;

namespace {

bool has_annotations(Stmts statements);

template <class Try>
bool try_has_annotations(const Try* s) {
  for (const syntax::ExceptHandler* handler : s->handlers)
    if (has_annotations(handler->body)) return true;
  return has_annotations(s->body) || has_annotations(s->finalbody) || has_annotations(s->orelse);
}

template <class Loop>
bool loop_has_annotations(const Loop* s) {
  return has_annotations(s->body) || has_annotations(s->orelse);
}

bool has_annotations(const Stmt* s) {
  switch (s->kind) {
    case StmtKind::AnnAssign:
      return true;
    case StmtKind::For:
      return loop_has_annotations(s->as<syntax::ForStmt>());
    case StmtKind::AsyncFor:
      return loop_has_annotations(s->as<syntax::AsyncForStmt>());
    case StmtKind::While:
      return loop_has_annotations(s->as<syntax::WhileStmt>());
    case StmtKind::If:
      return loop_has_annotations(s->as<syntax::IfStmt>());
    case StmtKind::With:
      return has_annotations(s->as<syntax::WithStmt>()->body);
    case StmtKind::AsyncWith:
      return has_annotations(s->as<syntax::AsyncWithStmt>()->body);
    case StmtKind::Try:
      return try_has_annotations(s->as<syntax::TryStmt>());
    case StmtKind::TryStar:
      return try_has_annotations(s->as<syntax::TryStarStmt>());
    case StmtKind::Match:
      for (const syntax::MatchCase* match_case : s->as<syntax::MatchStmt>()->cases)
        if (has_annotations(match_case->body)) return true;
      return false;
    default:
      return false;
  }
}

/// Whether a module or class body annotates a variable, in nested blocks too but not in inner scopes.
bool has_annotations(Stmts statements) {
  for (const Stmt* s : statements)
    if (has_annotations(s)) return true;
  return false;
}

}  // namespace

const Constant* docstring_of(Stmts body) {
  if (body.empty() || body[0]->kind != StmtKind::Expr) return nullptr;
  const syntax::Expr* value = body[0]->as<syntax::ExprStmt>()->value;
  if (value->kind != syntax::ExprKind::Constant) return nullptr;
  const Constant* constant = value->as<syntax::ConstantExpr>()->value;
  return constant->is(ConstantKind::Str) ? constant : nullptr;
}

Status Generator::body(Stmts statements) {
  // So that setting up __annotations__ falls on the first line of a module.
  if (unit_->kind == UnitKind::Module && !interactive_ && !statements.empty())
    set_location(statements[0]->range);
  if (has_annotations(statements)) emit(Op::SETUP_ANNOTATIONS);
  const Constant* docstring = interactive_ || optimize() >= 2 ? nullptr : docstring_of(statements);
  if (docstring == nullptr) return visit_all(statements);
  OURO_TRY_STATUS(visit(statements[0]->as<syntax::ExprStmt>()->value));
  unset_location();
  OURO_TRY_STATUS(store_name(Name::k_doc));
  return visit_all(statements.subspan(1));
}

Status Generator::visit_all(Stmts statements) {
  for (const Stmt* s : statements) OURO_TRY_STATUS(visit(s));
  return {};
}

Status Generator::visit(const Stmt* s) {
  set_location(s->range);
  switch (s->kind) {
    case StmtKind::FunctionDef: {
      const auto* f = s->as<syntax::FunctionDefStmt>();
      return function(s, {f->name, f->args, f->body, f->decorator_list, f->returns, UnitKind::Function});
    }
    case StmtKind::AsyncFunctionDef: {
      const auto* f = s->as<syntax::AsyncFunctionDefStmt>();
      return function(s, {f->name, f->args, f->body, f->decorator_list, f->returns, UnitKind::AsyncFunction});
    }
    case StmtKind::ClassDef:
      return class_definition(s->as<syntax::ClassDefStmt>());
    case StmtKind::Return:
      return return_statement(s->as<syntax::ReturnStmt>());
    case StmtKind::Delete:
      return visit_all(s->as<syntax::DeleteStmt>()->targets);
    case StmtKind::Assign:
      return assign(s->as<syntax::AssignStmt>());
    case StmtKind::AugAssign:
      return augmented_assign(s->as<syntax::AugAssignStmt>());
    case StmtKind::AnnAssign:
      return annotated_assign(s->as<syntax::AnnAssignStmt>());
    case StmtKind::For:
      return for_loop(s->as<syntax::ForStmt>());
    case StmtKind::AsyncFor:
      return async_for_loop(s->as<syntax::AsyncForStmt>());
    case StmtKind::While:
      return while_loop(s->as<syntax::WhileStmt>());
    case StmtKind::If:
      return if_statement(s->as<syntax::IfStmt>());
    case StmtKind::With: {
      const auto* w = s->as<syntax::WithStmt>();
      return with(s, w->items, w->body);
    }
    case StmtKind::AsyncWith: {
      const auto* w = s->as<syntax::AsyncWithStmt>();
      return async_with(s, w->items, w->body);
    }
    case StmtKind::Match:
      return match(s->as<syntax::MatchStmt>());
    case StmtKind::Raise:
      return raise(s->as<syntax::RaiseStmt>());
    case StmtKind::Try: {
      const auto* t = s->as<syntax::TryStmt>();
      return try_statement({t->body, t->handlers, t->orelse, t->finalbody, false});
    }
    case StmtKind::TryStar: {
      const auto* t = s->as<syntax::TryStarStmt>();
      return try_statement({t->body, t->handlers, t->orelse, t->finalbody, true});
    }
    case StmtKind::Assert:
      return assertion(s->as<syntax::AssertStmt>());
    case StmtKind::Import:
      return import(s->as<syntax::ImportStmt>());
    case StmtKind::ImportFrom:
      return import_from(s->as<syntax::ImportFromStmt>());
    case StmtKind::Global:
    case StmtKind::Nonlocal:
      return {};
    case StmtKind::Expr:
      return expression_statement(s->as<syntax::ExprStmt>()->value);
    case StmtKind::Pass:
      emit(Op::NOP);
      return {};
    case StmtKind::Break:
      return break_statement();
    case StmtKind::Continue:
      return continue_statement();
  }
  return {};
}

Status Generator::assertion(const syntax::AssertStmt* s) {
  OURO_TRY_STATUS(check_assert_test(s->test));
  if (optimize() > 0) return {};
  const Label end = new_label();
  OURO_TRY_STATUS(jump_if(s->test, end, true));
  emit(Op::LOAD_ASSERTION_ERROR);
  if (s->msg != nullptr) {
    OURO_TRY_STATUS(visit(s->msg));
    select::call_with_top(*this);
  }
  emit(Op::RAISE_VARARGS, 1);
  place(end);
  return {};
}

Status Generator::expression_statement(const Expr* value) {
  if (interactive_ && unit_->kind == UnitKind::Module) {
    OURO_TRY_STATUS(visit(value));
    emit(Op::PRINT_EXPR);
    return {};
  }
  if (value->kind == syntax::ExprKind::Constant) {
    emit(Op::NOP);
    return {};
  }
  OURO_TRY_STATUS(visit(value));
  unset_location();
  emit(Op::POP_TOP);
  return {};
}

Status Generator::raise(const syntax::RaiseStmt* s) {
  uint32_t count = 0;
  if (s->exc != nullptr) {
    OURO_TRY_STATUS(visit(s->exc));
    ++count;
    if (s->cause != nullptr) {
      OURO_TRY_STATUS(visit(s->cause));
      ++count;
    }
  }
  emit(Op::RAISE_VARARGS, count);
  return {};
}

}  // namespace ouro::compiler
