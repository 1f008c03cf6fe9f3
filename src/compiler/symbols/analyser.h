// The second pass: where each name is bound.
#pragma once

#include "compiler/passes.h"
#include "compiler/symbols/scope_builder.h"

namespace ouro::compiler {

class Analyser {
 public:
  explicit Analyser(Compilation& compilation);

  /// Resolves every name of the module's scope and of those below it.
  Status analyse(ScopeBuilder& module) { return analyse_scope(module); }

 private:
  // What a name means to the scope being analysed, given the scopes around it.
  enum Visible : uint8_t {
    kBound = 1,   // a function around binds it
    kGlobal = 2,  // the nearest function around that mentions it declares it global
  };
  struct Undo {
    Name name;
    uint8_t visible;
  };

  Status analyse_scope(ScopeBuilder& scope);
  Status resolve(ScopeBuilder& scope, Symbol& symbol);
  void resolve_reference(ScopeBuilder& scope, Symbol& symbol);
  void publish(const ScopeBuilder& scope);
  void settle_free(ScopeBuilder& scope, size_t first_free, size_t own_symbols);
  bool keeps_free(ScopeBuilder& scope, Name name);
  const Diagnostic* error_at_directive(const ScopeBuilder& scope, Name name, std::string_view message);

  uint8_t visible(Name name) const { return visible_[static_cast<uint32_t>(name)]; }
  void set_visible(Name name, uint8_t bits);

  Compilation& compilation_;
  // By name, over the whole compilation.
  std::span<uint8_t> visible_;
  std::span<uint32_t> seen_;  // the number of the scope that met the name last among its free names
  uint32_t scope_number_ = 0;
  ArenaVector<Undo> undo_;
  // The names that scopes analysed so far leave free, as a stack: a scope takes its children's and leaves its
  // own.
  ArenaVector<Name> free_;
};

}  // namespace ouro::compiler
