// The expressions, and lists of them, that an expression is made of, from the one definition of the nodes.
#pragma once

#include "base/diagnostic.h"
#include "syntax/ast.h"

namespace ouro::syntax {

/// A pass over the tree makes this its friend and calls visit() from where its own switch over the kinds has
/// nothing special to say. `Pass` has optional(expression), which skips null, expressions(list) and
/// keywords(list); and, where it lets the kinds that have them come here, comprehensions(list) and
/// arguments(node).
struct ExprChildren {
  /// All children of `node`, in the order of nodes.def, up to the first that fails.
  template <class Pass, class Node>  // Node: Expr or const Expr
  [[gnu::always_inline]] static inline Status visit(Pass& pass, Node& node) {
    switch (node.kind) {
#define FIELD(type, name) OURO_TRY_STATUS(field(pass, n.name));
#define EXPR(name, fields)                                      \
  case ExprKind::name: {                                        \
    [[maybe_unused]] auto& n = *node.template as<name##Expr>(); \
    fields return {};                                           \
  }
#include "syntax/nodes.def"
#undef FIELD
    }
    return {};
  }

 private:
  template <class Pass, class Field>
  static Status field(Pass& pass, Field& field) {
    using Type = std::remove_const_t<Field>;
    if constexpr (std::is_same_v<Type, Expr*>) {
      return pass.optional(field);
    } else if constexpr (std::is_same_v<Type, Exprs>) {
      return pass.expressions(field);
    } else if constexpr (std::is_same_v<Type, Keywords>) {
      return pass.keywords(field);
    } else if constexpr (std::is_same_v<Type, Comprehensions> && requires { pass.comprehensions(field); }) {
      return pass.comprehensions(field);
    } else if constexpr (std::is_same_v<Type, Arguments*> && requires { pass.arguments(*field); }) {
      return pass.arguments(*field);
    } else {
      return {};
    }
  }
};

}  // namespace ouro::syntax
