// What happens when an alternative has matched: C++ functions that the grammar calls by name.
#pragma once

#include <span>
#include <string_view>

#include "syntax/reference/value.h"

namespace ouro::syntax::reference {

class Machine;

/// What an action sees: the machine, the values of the items marked with $, its message, and the place of
/// everything that the alternative matched (only for positioned actions).
struct Match {
  Machine& machine;
  std::span<const Value> values;
  std::string_view message;
  SourceRange range;

  const Value& operator[](size_t i) const { return values[i]; }
};

/// Makes the alternative's value. An empty value means that the rule fails, without a try at the alternatives
/// after this one; the action may have raised an error.
struct Action {
  std::string_view name;
  Value (*run)(const Match& match);
  bool positioned;
};

/// The action with that name, or null.
const Action* find_action(std::string_view name);

/// The actions of each file.
std::span<const Action> statement_actions();
std::span<const Action> definition_actions();
std::span<const Action> expression_actions();
std::span<const Action> target_actions();
std::span<const Action> pattern_actions();
std::span<const Action> error_actions();

}  // namespace ouro::syntax::reference
