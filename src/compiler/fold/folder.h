// Constant folding over the tree; see fold.cpp.
#pragma once

#include "compiler/fold/concatenation.h"
#include "compiler/passes.h"
#include "compiler/recursion.h"
#include "syntax/children.h"

namespace ouro::compiler {

class Folder {
 public:
  explicit Folder(Compilation& compilation);

  Status fold(syntax::Module& module);

 private:
  friend struct syntax::ExprChildren;

  // An Expr*& is the place in the parent that holds the expression, and is given the new one.

  // statements.cpp
  Status statement(syntax::Stmt& node);
  Status statement_at_level(syntax::Stmt& node);
  Status compound_statement(syntax::Stmt& node);
  Status statements(syntax::Stmts list);
  Status body(syntax::Stmts list);
  Status function(syntax::Arguments& arguments, syntax::Stmts list, syntax::Exprs decorators,
                  syntax::OptExpr& returns);
  Status arguments(syntax::Arguments& node);
  Status parameters(syntax::Args list);
  Status parameter(syntax::Arg* node);
  Status annotation(syntax::OptExpr& slot);
  Status handlers(syntax::ExceptHandlers list);
  Status with_items(syntax::WithItems list);
  Status match_cases(syntax::MatchCases list);
  Status pattern(syntax::Pattern& node);
  Status pattern_at_level(syntax::Pattern& node);
  Status patterns(syntax::Patterns list);

  // expressions.cpp
  Status expression(syntax::Expr*& slot);
  Status optional(syntax::OptExpr& slot) { return slot == nullptr ? Status() : expression(slot); }
  Status expressions(syntax::Exprs list);
  Status expression_at_level(syntax::Expr*& slot);
  Status comprehensions(syntax::Comprehensions list);
  Status keywords(syntax::Keywords list);

  // fold.cpp
  void unary(syntax::Expr*& slot);
  void binary(syntax::Expr*& slot);
  void compare(syntax::CompareExpr& node);
  void tuple(syntax::Expr*& slot);
  void subscript(syntax::Expr*& slot);
  void name(syntax::Expr*& slot);
  void iterable(syntax::Expr*& slot);
  const Constant* tuple_of(syntax::Exprs elements);
  /// Puts a constant in place of the expression, unless `value` is null.
  void replace(syntax::Expr*& slot, const Constant* value);
  void replace(syntax::Expr*& slot, const Constant* value, size_t bytes);

  // format.cpp
  void percent_format(syntax::Expr*& slot, const Constant& format, syntax::Exprs arguments);

  // No short statement has so many levels: nearly each takes a byte of its own.
  static constexpr int kShortDepth = static_cast<int>(syntax::kShortStatement) + 16;

  Compilation& compilation_;
  Workspace& workspace_;
  Arena& arena_;
  Constants& constants_;
  const bool future_annotations_;
  Concatenation concatenation_;
  const int max_depth_ = max_tree_depth(compilation_.options.call_depth);
  int depth_ = 0;
  size_t made_bytes_ = 0;  // in constants made so far
  bool out_of_memory_ = false;
};

}  // namespace ouro::compiler
