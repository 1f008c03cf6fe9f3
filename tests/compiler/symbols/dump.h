// A symbol table in the oracle's words.
#pragma once

#include "../front_end.h"

namespace ouro::compiler::testing {

inline std::string_view kind_name(ScopeKind kind) {
  switch (kind) {
    case ScopeKind::Module:
      return "module";
    case ScopeKind::Class:
      return "class";
    case ScopeKind::Function:
      return "function";
    case ScopeKind::Annotation:
      return "annotation";
  }
  return "";
}

// CPython's symbol table knows the module and the nameless functions by other names than their code objects.
inline std::string scope_name(const Interner& names, const ScopeBuilder& scope) {
  const std::string_view name = names.text(scope.name);
  if (scope.name == Name::k_module) return "top";
  return std::string(name.starts_with("<") ? name.substr(1, name.size() - 2) : name);
}

inline void dump_scope(const Interner& names, const ScopeBuilder& scope, int depth, std::string* out) {
  const std::string level = std::to_string(depth);
  *out += level + " " + std::string(kind_name(scope.kind)) + " " + scope_name(names, scope) +
          " nested=" + (scope.nested ? "1" : "0") + " parameters=";
  for (size_t i = 0; i < scope.parameters.size(); ++i)
    *out += (i == 0 ? "" : ",") + std::string(names.text(scope.parameters[i]));
  *out += "\n";
  std::vector<Symbol> sorted(scope.symbols.begin(), scope.symbols.end());
  std::sort(sorted.begin(), sorted.end(),
            [&](const Symbol& a, const Symbol& b) { return names.text(a.name) < names.text(b.name); });
  for (const Symbol& symbol : sorted)
    *out += level + "   " + std::string(names.text(symbol.name)) + " " + std::to_string(symbol.uses) + " " +
            std::to_string(static_cast<int>(symbol.binding)) + "\n";
  for (const ScopeBuilder* child : scope.children) dump_scope(names, *child, depth + 1, out);
}

inline std::string dump_symbols(const FrontEnd& front_end) {
  std::string out;
  dump_scope(front_end.workspace.names, static_cast<const ScopeBuilder&>(*front_end.symbols->top()), 0, &out);
  return out;
}

}  // namespace ouro::compiler::testing
