// The first pass: which names each scope mentions, and how.
#pragma once

#include <initializer_list>

#include "compiler/passes.h"
#include "compiler/recursion.h"
#include "compiler/symbols/scope_builder.h"
#include "syntax/children.h"

namespace ouro::compiler {

class Collector {
 public:
  explicit Collector(Compilation& compilation);

  /// The module's scope, with all others below it.
  Result<ScopeBuilder*> collect(const syntax::Module& module);

  /// Every scope that a node opens, in the order met; not Annotation scopes.
  const ArenaVector<ScopeBuilder*>& scopes() const { return scopes_; }

 private:
  friend struct syntax::ExprChildren;
  using Range = syntax::SourceRange;

  // statements.cpp
  Status statement(const syntax::Stmt& node);
  Status statement_at_level(const syntax::Stmt& node);
  Status compound_statement(const syntax::Stmt& node);
  Status statements(syntax::Stmts list);
  Status function(const syntax::Stmt& node, Name name, const syntax::Arguments& arguments, syntax::Stmts body,
                  syntax::Exprs decorators, const syntax::Expr* returns, bool is_async);
  Status class_definition(const syntax::ClassDefStmt& node);
  Status annotated_assignment(const syntax::AnnAssignStmt& node);
  Status declaration(const Range& where, syntax::Names names, SymbolUse use);
  Status try_statement(syntax::Stmts body, syntax::ExceptHandlers handlers, syntax::Stmts orelse,
                       syntax::Stmts finalbody);
  Status with_statement(syntax::WithItems items, syntax::Stmts body);
  Status import_alias(const syntax::Alias& alias);
  Status match_statement(const syntax::MatchStmt& node);
  Status loop(std::initializer_list<const syntax::Expr*> head, syntax::Stmts body, syntax::Stmts orelse);

  // patterns.cpp
  Status pattern(const syntax::Pattern& node);
  Status pattern_at_level(const syntax::Pattern& node);
  Status patterns(syntax::Patterns list);
  Status capture(Name name, const Range& where);

  // parameters.cpp
  Status defaults(const syntax::Arguments& arguments);
  Status parameters(const syntax::Arguments& arguments);
  Status parameter_list(syntax::Args list);
  Status annotation(const syntax::Expr& node);
  Status annotations(const syntax::Stmt& function, const syntax::Arguments& arguments,
                     const syntax::Expr* returns);
  Status parameter_annotations(const syntax::Arguments& arguments);

  // expressions.cpp
  Status expression(const syntax::Expr& node);
  Status expression_at_level(const syntax::Expr& node);
  Status optional(const syntax::Expr* node) { return node == nullptr ? Status() : expression(*node); }
  Status expressions(syntax::Exprs list);
  Status several(std::initializer_list<const syntax::Expr*> list);
  Status keywords(syntax::Keywords list);
  Status name(const syntax::NameExpr& node);
  Status lambda(const syntax::LambdaExpr& node);
  Status yield(const syntax::Expr& node, const syntax::Expr* value);
  Status refuse_in_annotation(const syntax::Expr& node, std::string_view what);

  // comprehensions.cpp
  Status comprehension(const syntax::Expr& node, ComprehensionKind kind, Name scope_name,
                       syntax::Comprehensions generators, const syntax::Expr& element,
                       const syntax::Expr* value);
  Status comprehension_clause(const syntax::Comprehension& clause);
  Status iteration_target(const syntax::Expr& target);
  Status iteration_expression(const syntax::Expr& iterable);
  Status assignment_expression(const syntax::NamedExprExpr& node);
  Status bind_outside_comprehension(const syntax::NameExpr& target);
  Status refuse_yield_in_comprehension(const syntax::Expr& node);

  // collector.cpp
  void enter(ScopeKind kind, Name name, const void* node, const Range& where);
  void leave() { current_ = current_->enclosing; }
  Status define(Name name, uint16_t use, const Range& where) {
    return define_in(*current_, name, use, where);
  }
  Status define_in(ScopeBuilder& scope, Name name, uint16_t use, const Range& where);
  void record_directive(Name name, const Range& where);
  Name mangled(Name name) {
    if (private_ == Name::none || !may_be_private(workspace_.names.text(name))) return name;
    return mangle(workspace_, private_, name);
  }
  Symbol& symbol_of(ScopeBuilder& scope, Name mangled);
  const Diagnostic* error(const Range& where, std::string_view message) {
    return syntax_error(compilation_, where, message);
  }
  /// The message "before'name'after".
  const Diagnostic* error_about(const Range& where, std::string_view before, Name name,
                                std::string_view after);

  Compilation& compilation_;
  Workspace& workspace_;
  const bool future_annotations_;
  ScopeBuilder* current_ = nullptr;
  ScopeBuilder* module_ = nullptr;
  Name private_ = Name::none;  // the class whose private names are mangled
  const int max_depth_ = max_tree_depth(compilation_.options.call_depth);
  int depth_ = 0;
  ArenaVector<ScopeBuilder*> scopes_;
  // By name: where the scope that mentioned it last has its symbol, which mostly is the scope that mentions
  // it next.
  struct LastUse {
    const ScopeBuilder* scope;
    size_t position;
  };
  std::span<LastUse> last_uses_;
};

}  // namespace ouro::compiler
