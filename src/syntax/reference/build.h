// Small helpers for the actions: from values to the lists and nodes of the tree.
#pragma once

#include "syntax/reference/actions.h"
#include "syntax/reference/machine.h"

namespace ouro::syntax::reference {

/// Two values that a rule yields together: a key and its value, a parameter and its default. `second` may be
/// empty.
struct Pair {
  Value first;
  Value second;
};

/// The items of a list value; none when it is absent.
inline std::span<const Value> items_of(const Value& list) {
  return list ? list.as<Sequence>()->items : std::span<const Value>();
}

/// The nodes of a list value as the tree wants them.
template <class T>
std::span<T*> nodes_of(Arena& arena, std::span<const Value> items) {
  std::span<T*> result = arena.make_span<T*>(items.size());
  for (size_t i = 0; i < items.size(); ++i) result[i] = items[i].as<T>();
  return result;
}
template <class T>
std::span<T*> nodes_of(const Match& match, const Value& list) {
  return nodes_of<T>(match.machine.arena(), items_of(list));
}

/// The names of a list of Name expressions.
inline Names names_of(const Match& match, std::span<const Value> items) {
  Names result = match.machine.arena().make_span<Name>(items.size());
  for (size_t i = 0; i < items.size(); ++i) result[i] = items[i].name();
  return result;
}

inline Name optional_name(const Value& name) {
  return name ? name.name() : Name::none;
}

/// A new node that covers what matched.
template <class T>
T* make_node(const Match& match) {
  return new_node<T>(match.machine.arena(), match.range);
}

template <class T, class... Args>
Value make_helper(const Match& match, Args... args) {
  return Value::of_helper(match.machine.arena().make<T>(T{args...}));
}

/// A list value of one item, or of one item before others.
Value prepend(const Match& match, const Value& first, const Value& rest);

/// What a type comment says; null when there is none or, with an error raised, when it is no text.
const Constant* text_of_comment(const Match& match, const Value& comment);

/// `expr` with another context, as a new node where that makes a difference.
Expr* with_context(Arena& arena, Expr* expr, ExprContext context);

}  // namespace ouro::syntax::reference
