#include "compiler/symbols/collector.h"

#include <cstring>
#include <string>

namespace ouro::compiler {

using namespace syntax;

Collector::Collector(Compilation& compilation)
    : compilation_(compilation),
      workspace_(compilation.workspace),
      future_annotations_((compilation.features.flags & kCoFutureAnnotations) != 0),
      scopes_(compilation.workspace.arena),
      last_uses_(workspace_.arena.make_span<LastUse>(workspace_.names.size())) {
  std::memset(static_cast<void*>(last_uses_.data()), 0, last_uses_.size_bytes());
}

Result<ScopeBuilder*> Collector::collect(const Module& module) {
  enter(ScopeKind::Module, Name::k_module, &module, {});
  module_ = current_;
  if (module.kind == ModuleKind::Expression) {
    OURO_TRY_STATUS(expression(*module.expression));
  } else {
    OURO_TRY_STATUS(statements(module.body));
  }
  leave();
  return module_;
}

void Collector::enter(ScopeKind kind, Name name, const void* node, const Range& where) {
  auto* scope = workspace_.arena.make<ScopeBuilder>(workspace_.arena);
  scope->kind = kind;
  scope->name = name;
  scope->node = node;
  scope->where = where;
  scope->parent = scope->enclosing = current_;
  if (current_ != nullptr) {
    scope->nested = current_->nested || current_->kind == ScopeKind::Function;
    // Inside the iterable of a comprehension an assignment expression is refused however deep it stands,
    // also in a lambda or another comprehension there.
    scope->iteration_expression_depth = current_->iteration_expression_depth;
  }
  if (kind != ScopeKind::Annotation) {
    if (current_ != nullptr) current_->children.push_back(scope);
    scopes_.push_back(scope);
  }
  current_ = scope;
}

Symbol& Collector::symbol_of(ScopeBuilder& scope, Name mangled) {
  const auto number = static_cast<size_t>(mangled);
  if (number >= last_uses_.size()) return scope.symbol(mangled);  // made by mangling
  LastUse& last = last_uses_[number];
  if (last.scope == &scope) return scope.symbols[last.position];
  Symbol& symbol = scope.symbol(mangled);
  last = {&scope, static_cast<size_t>(&symbol - scope.symbols.data())};
  return symbol;
}

Status Collector::define_in(ScopeBuilder& scope, Name name, uint16_t use, const Range& where) {
  const Name full_name = mangled(name);
  Symbol& symbol = symbol_of(scope, full_name);
  if ((use & kDefParam) != 0 && (symbol.uses & kDefParam) != 0)
    return error_about(where, "duplicate argument ", name, " in function definition");
  symbol.uses |= use;
  if (scope.in_iteration_target) {
    if ((symbol.uses & (kDefGlobal | kDefNonlocal)) != 0)
      return error_about(where, "comprehension inner loop cannot rebind assignment expression target ", name,
                         "");
    symbol.uses |= kDefCompIter;
  }
  if ((use & kDefParam) != 0) {
    scope.parameter_list.push_back(full_name);
  } else if ((use & kDefGlobal) != 0) {
    // A global statement anywhere makes the name an explicit global of the module too.
    module_->symbol(full_name).uses |= use;
  }
  return {};
}

void Collector::record_directive(Name name, const Range& where) {
  current_->directives.push_back({mangled(name), where});
}

const Diagnostic* Collector::error_about(const Range& where, std::string_view before, Name name,
                                         std::string_view after) {
  std::string message(before);
  message.append("'").append(workspace_.names.text(name)).append("'").append(after);
  return error(where, message);
}

}  // namespace ouro::compiler
