// The symbol table: for each scope, which names it mentions and where each of them is bound.
//
// Two passes, because a name may be read before the statement that decides what it is. The collector walks
// the tree once and notes for each scope what happens to each name there: assigned, read, declared global, a
// parameter. It also finds what is wrong in itself, such as a global statement after a use. The analyser then
// walks the scopes, which are far fewer than nodes, from the module inwards, with the set of names that
// functions around bind; on the way out it learns which of a scope's names inner scopes use, and so which are
// cells.
//
// Names are small dense integers, so the analyser's sets are arrays indexed by name with an undo list, shared
// by all scopes, and entering a scope costs what the scope holds, not what is around it. A scope's own
// symbols are an array in order of first appearance, searched one by one while short and hashed when long.
//
// Errors must be CPython's, and which one is reported follows from the order in which the parts of a
// statement are visited (a call's keywords before a later argument's lambda, an assignment's targets before
// its value). That order is therefore part of what this code promises; so is counting nesting only at
// statements, expressions and patterns, which is what CPython's recursion limit counts.
#include "compiler/passes.h"
#include "compiler/symbols/analyser.h"
#include "compiler/symbols/collector.h"

namespace ouro::compiler {

namespace {

size_t hash_pointer(const void* pointer) {
  return (reinterpret_cast<uintptr_t>(pointer) >> 3) * 0x9E3779B97F4A7C15u >> 32;
}

std::span<SymbolTable::Entry> index_by_node(Arena& arena, std::span<ScopeBuilder* const> scopes) {
  size_t capacity = 8;
  while (capacity < scopes.size() * 2) capacity *= 2;
  std::span<SymbolTable::Entry> table = arena.make_span<SymbolTable::Entry>(capacity);
  std::memset(static_cast<void*>(table.data()), 0, table.size_bytes());
  for (const ScopeBuilder* scope : scopes) {
    size_t slot = hash_pointer(scope->node) & (capacity - 1);
    while (table[slot].node != nullptr) slot = (slot + 1) & (capacity - 1);
    table[slot] = {scope->node, scope};
  }
  return table;
}

}  // namespace

const Scope* SymbolTable::scope_of(const void* node) const {
  const size_t mask = index_.size() - 1;
  for (size_t slot = hash_pointer(node) & mask; index_[slot].node != nullptr; slot = (slot + 1) & mask)
    if (index_[slot].node == node) return index_[slot].scope;
  return nullptr;
}

Result<SymbolTable*> build_symbols(Compilation& compilation, const syntax::Module& module) {
  Collector collector(compilation);
  ScopeBuilder* top = OURO_TRY(collector.collect(module));
  OURO_TRY_STATUS(Analyser(compilation).analyse(*top));
  Arena& arena = compilation.workspace.arena;
  for (ScopeBuilder* scope : collector.scopes()) scope->parameters = scope->parameter_list.span();
  auto* table = arena.make<SymbolTable>();
  table->top_ = top;
  table->index_ = index_by_node(arena, {collector.scopes().data(), collector.scopes().size()});
  return table;
}

}  // namespace ouro::compiler
