// What a rule yields: a pointer to a node, a token or a list, and where it stands.
#pragma once

#include <span>

#include "syntax/ast.h"
#include "syntax/token.h"

namespace ouro::syntax::reference {

/// The result of a rule or an item. Empty means "did not match", or that an optional item is absent. What
/// `node` points to follows from the grammar; `range` is set for whatever has a place in the source.
struct Value {
  const void* node = nullptr;
  const SourceRange* range = nullptr;

  explicit operator bool() const { return node != nullptr; }

  static Value of(const Expr* e) { return {e, &e->range}; }
  static Value of(const Stmt* s) { return {s, &s->range}; }
  static Value of(const Pattern* p) { return {p, &p->range}; }
  static Value of(const Arg* a) { return {a, &a->range}; }
  static Value of(const Token* t) { return {t, &t->range}; }
  template <class T>
  static Value of_helper(const T* helper) {
    return {helper, nullptr};
  }

  template <class T>
  T* as() const {
    return static_cast<T*>(const_cast<void*>(node));
  }
  Expr* expr() const { return as<Expr>(); }
  Name name() const { return expr()->as<NameExpr>()->id; }
};

/// The results of a repetition, in the arena.
struct Sequence {
  std::span<const Value> items;
};

}  // namespace ouro::syntax::reference
