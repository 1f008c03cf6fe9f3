// A scope while it is being built.
#pragma once

#include "compiler/symbols.h"

namespace ouro::compiler {

/// A name in a global or nonlocal statement, or one that an assignment expression binds from inside a
/// comprehension: the place that errors found later point to.
struct Directive {
  Name name;  // mangled
  syntax::SourceRange where;
};

struct ScopeBuilder : Scope {
  explicit ScopeBuilder(Arena& arena)
      : parameter_list(arena), children(arena), directives(arena), arena_(&arena) {}

  /// The symbol of a mangled name, made if there is none yet. The reference lasts until the next new symbol.
  Symbol& symbol(Name mangled);

  /// How the name has been used here so far (SymbolUse bits).
  uint16_t uses(Name mangled) const {
    const Symbol* found = find(mangled);
    return found == nullptr ? 0 : found->uses;
  }

  const void* node = nullptr;
  syntax::SourceRange where;
  ScopeBuilder* enclosing = nullptr;
  bool in_iteration_target = false;    // inside the target of a comprehension's `for`
  int iteration_expression_depth = 0;  // inside so many comprehensions' `in` expressions
  ArenaVector<Name> parameter_list;
  ArenaVector<ScopeBuilder*> children;
  ArenaVector<Directive> directives;

 private:
  void grow();
  void index(uint32_t position);

  Arena* arena_;
  uint32_t capacity_ = 0;
};

}  // namespace ouro::compiler
