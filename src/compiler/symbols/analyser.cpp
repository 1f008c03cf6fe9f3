#include "compiler/symbols/analyser.h"

#include <string>

namespace ouro::compiler {

namespace {

constexpr uint16_t kDefBound = kDefLocal | kDefParam | kDefImport;

}  // namespace

Analyser::Analyser(Compilation& compilation)
    : compilation_(compilation), undo_(compilation.workspace.arena), free_(compilation.workspace.arena) {
  Workspace& workspace = compilation.workspace;
  visible_ = workspace.arena.make_span<uint8_t>(workspace.names.size());
  seen_ = workspace.arena.make_span<uint32_t>(workspace.names.size());
  std::memset(visible_.data(), 0, visible_.size_bytes());
  std::memset(seen_.data(), 0, seen_.size_bytes());
}

void Analyser::set_visible(Name name, uint8_t bits) {
  uint8_t& now = visible_[static_cast<uint32_t>(name)];
  if (now == bits) return;
  undo_.push_back({name, now});
  now = bits;
}

Status Analyser::analyse_scope(ScopeBuilder& scope) {
  const size_t undo_mark = undo_.size();
  const size_t first_free = free_.size();
  const size_t own_symbols = scope.symbols.size();
  for (size_t i = 0; i < own_symbols; ++i) OURO_TRY_STATUS(resolve(scope, scope.symbols[i]));
  publish(scope);
  for (ScopeBuilder* child : scope.children) {
    OURO_TRY_STATUS(analyse_scope(*child));
    if (child->has_free || child->child_has_free) scope.child_has_free = true;
  }
  settle_free(scope, first_free, own_symbols);
  while (undo_.size() > undo_mark) {
    visible_[static_cast<uint32_t>(undo_.back().name)] = undo_.back().visible;
    undo_.pop_back();
  }
  return {};
}

Status Analyser::resolve(ScopeBuilder& scope, Symbol& symbol) {
  if ((symbol.uses & kDefGlobal) != 0) {
    if ((symbol.uses & kDefNonlocal) != 0) {
      std::string message = "name '";
      message.append(compilation_.workspace.names.text(symbol.name)).append("' is nonlocal and global");
      return error_at_directive(scope, symbol.name, message);
    }
    symbol.binding = Binding::GlobalExplicit;
  } else if ((symbol.uses & kDefNonlocal) != 0) {
    if (scope.kind == ScopeKind::Module)
      return error_at_directive(scope, symbol.name, "nonlocal declaration not allowed at module level");
    if ((visible(symbol.name) & kBound) == 0) {
      std::string message = "no binding for nonlocal '";
      message.append(compilation_.workspace.names.text(symbol.name)).append("' found");
      return error_at_directive(scope, symbol.name, message);
    }
    symbol.binding = Binding::Free;
    scope.has_free = true;
  } else if ((symbol.uses & kDefBound) != 0) {
    symbol.binding = Binding::Local;
  } else {
    resolve_reference(scope, symbol);
  }
  return {};
}

// A name that the scope only reads.
void Analyser::resolve_reference(ScopeBuilder& scope, Symbol& symbol) {
  const uint8_t bits = visible(symbol.name);
  if ((bits & kBound) != 0) {
    symbol.binding = Binding::Free;
    scope.has_free = true;
    return;
  }
  symbol.binding = Binding::GlobalImplicit;
  if ((bits & kGlobal) == 0 && scope.nested) scope.has_free = true;
}

// Makes the scope's names visible to its children. What a class binds or declares is not, but for the
// implicit __class__; what a module binds are globals, which need no mention.
void Analyser::publish(const ScopeBuilder& scope) {
  if (scope.kind == ScopeKind::Class) {
    set_visible(Name::k_class_cell, visible(Name::k_class_cell) | kBound);
    return;
  }
  for (const Symbol& symbol : scope.symbols) {
    if (symbol.binding == Binding::GlobalExplicit) {
      set_visible(symbol.name, kGlobal);
    } else if (symbol.binding == Binding::Local && scope.kind == ScopeKind::Function) {
      set_visible(symbol.name, kBound);
    }
  }
}

// Takes the names that the children left free off the stack, binds those that are this scope's, and leaves
// the others and its own free names there.
void Analyser::settle_free(ScopeBuilder& scope, size_t first_free, size_t own_symbols) {
  const uint32_t number = ++scope_number_;
  size_t kept = first_free;
  for (size_t i = first_free; i < free_.size(); ++i) {
    const Name name = free_[i];
    uint32_t& seen = seen_[static_cast<uint32_t>(name)];
    if (seen == number) continue;
    seen = number;
    if (keeps_free(scope, name)) free_[kept++] = name;
  }
  while (free_.size() > kept) free_.pop_back();
  for (size_t i = 0; i < own_symbols; ++i) {
    const Symbol& symbol = scope.symbols[i];
    if (symbol.binding == Binding::Free) free_.push_back(symbol.name);
  }
}

// Whether a name that a child leaves free stays free here; enters it into the scope's symbols if so.
bool Analyser::keeps_free(ScopeBuilder& scope, Name name) {
  if (scope.kind == ScopeKind::Class && name == Name::k_class_cell) {
    scope.needs_class_closure = true;
    return false;
  }
  if (const Symbol* found = scope.find(name)) {
    auto& symbol = const_cast<Symbol&>(*found);
    if (scope.kind == ScopeKind::Function && symbol.binding == Binding::Local) {
      symbol.binding = Binding::Cell;
      return false;
    }
    if (scope.kind == ScopeKind::Class && (symbol.uses & (kDefBound | kDefGlobal)) != 0)
      symbol.uses |= kDefFreeClass;
    return true;
  }
  if (scope.kind == ScopeKind::Module || (visible(name) & kBound) != 0)
    scope.symbol(name).binding = Binding::Free;
  return true;
}

const Diagnostic* Analyser::error_at_directive(const ScopeBuilder& scope, Name name,
                                               std::string_view message) {
  for (const Directive& directive : scope.directives)
    if (directive.name == name) return syntax_error(compilation_, directive.where, message);
  return syntax_error(compilation_, scope.where, message);
}

}  // namespace ouro::compiler
