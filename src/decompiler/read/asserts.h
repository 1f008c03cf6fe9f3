// Assertions that optimized code has lost.
//
// With -O an assertion compiles to nothing, but two things of it stay: the statements around it end where it
// ended, and names in lambdas and comprehensions inside it make variables cells. `assert ...` stands for one
// whose test is gone: it ends where the original did, the blank space in front of the dots stands for what is
// not known.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "base/workspace.h"
#include "decompiler/read/machine.h"

namespace ouro::decompiler {

constexpr int32_t kShortestAssert = 8;  // `assert 1`

/// Whether an assertion can have that place; what ends a finally body takes that of its last statement.
bool is_place_of_assert(const Position& position);

/// Up to where a statement's header reaches.
SourceRange end_of_header(const Stmt& statement);

/// Those of one body that are in the tree again.
class LostAssertions {
 public:
  explicit LostAssertions(Workspace& workspace) : workspace_(workspace) {}

  /// `assert ...` without a place.
  Stmt* make();
  bool contains(const Stmt* statement) const { return widths_.contains(statement); }

  /// Makes the body's last statement an assertion that ends where `whole`, which ends with the body, does,
  /// unless the body's last statement does so. What stands in front of the body ends with `header`.
  void fill(const SourceRange& whole, const SourceRange& header, StmtList* body);

  /// The first of them, in a list or at any depth in it, that has so many columns; null: none has.
  Stmt* find(const syntax::Stmts& statements, int32_t width, int depth = 0) const;

  /// Makes the test of an assertion `a and b`, or `lambda: a and b`, that ends where the assertion does.
  void mention(const std::vector<Name>& names, bool inside_lambda, syntax::AssertStmt& statement);

 private:
  Workspace& workspace_;
  std::unordered_map<const Stmt*, int32_t> widths_;  // how many columns they have
};

}  // namespace ouro::decompiler
