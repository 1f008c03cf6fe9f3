// Walks over statements, made from the one definition of the nodes: a statement as what it is, its fields,
// the statements inside it.
#pragma once

#include <type_traits>

#include "syntax/ast.h"

namespace ouro::decompiler {

/// Calls visit() with each field of a statement or expression, const or not, in the order of nodes.def.
template <class Node, class Visit>
void for_each_field(Node& node, Visit&& visit) {
  using namespace syntax;
#define FIELD(type, name) visit(n.name);
  if constexpr (std::is_same_v<std::remove_const_t<Node>, Stmt>) {
    switch (node.kind) {
#define STMT(name, fields)                                      \
  case StmtKind::name: {                                        \
    [[maybe_unused]] auto& n = *node.template as<name##Stmt>(); \
    fields return;                                              \
  }
#include "syntax/nodes.def"
    }
  } else {
    switch (node.kind) {
#define EXPR(name, fields)                                      \
  case ExprKind::name: {                                        \
    [[maybe_unused]] auto& n = *node.template as<name##Expr>(); \
    fields return;                                              \
  }
#include "syntax/nodes.def"
    }
  }
#undef FIELD
}

/// What visit() says of a statement as what it is: an IfStmt, a ReturnStmt.
template <class Visit>
decltype(auto) visit_statement(syntax::Stmt& statement, Visit&& visit) {
  using namespace syntax;
  switch (statement.kind) {
#define STMT(name, fields) \
  case StmtKind::name:     \
    return visit(*statement.as<name##Stmt>());
#include "syntax/nodes.def"
  }
  __builtin_unreachable();
}

/// Whether the predicate holds for one of the suites directly inside a statement, in the order of nodes.def:
/// a Stmts&, const if the statement is.
template <class Node, class Predicate>
bool any_suite(Node& statement, Predicate&& holds) {
  bool found = false;
  for_each_field(statement, [&](auto& field) {
    using Field = std::remove_const_t<std::remove_reference_t<decltype(field)>>;
    if constexpr (std::is_same_v<Field, syntax::Stmts>) {
      found = found || holds(field);
    } else if constexpr (std::is_same_v<Field, syntax::ExceptHandlers> ||
                         std::is_same_v<Field, syntax::MatchCases>) {
      for (auto* part : field) found = found || holds(part->body);
    }
  });
  return found;
}

template <class Node, class Visit>
void for_each_suite(Node& statement, Visit&& visit) {
  any_suite(statement, [&](auto& suite) { return visit(suite), false; });
}

inline bool is_compound(const syntax::Stmt& statement) {
  return any_suite(statement, [](const syntax::Stmts&) { return true; });
}

inline bool is_definition(const syntax::Stmt& statement) {
  using syntax::StmtKind;
  return statement.kind == StmtKind::FunctionDef || statement.kind == StmtKind::AsyncFunctionDef ||
         statement.kind == StmtKind::ClassDef;
}

/// The first suite; null where the statement has none that each way through it comes to.
inline syntax::Stmts* body_of(syntax::Stmt& statement) {
  return visit_statement(statement, [](auto& node) -> syntax::Stmts* {
    if constexpr (requires { node.body; })
      return &node.body;
    else
      return nullptr;
  });
}

}  // namespace ouro::decompiler
