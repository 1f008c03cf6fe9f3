#include "compiler/symbols/scope_builder.h"

namespace ouro::compiler {

namespace {

// Up to this many symbols are searched one by one, which is most scopes and quicker than hashing.
constexpr size_t kLinearSearch = 8;

uint32_t hash_name(Name name) {
  return static_cast<uint32_t>(name) * 0x9E3779B1u >> 7;
}

}  // namespace

const Symbol* Scope::find(Name mangled) const {
  if (slots == nullptr) {
    for (const Symbol& symbol : symbols)
      if (symbol.name == mangled) return &symbol;
    return nullptr;
  }
  for (uint32_t slot = hash_name(mangled) & slot_mask; slots[slot] != 0; slot = (slot + 1) & slot_mask) {
    const Symbol& symbol = symbols[slots[slot] - 1];
    if (symbol.name == mangled) return &symbol;
  }
  return nullptr;
}

std::vector<const Scope*> inner_scopes(const Scope& scope) {
  const auto& children = static_cast<const ScopeBuilder&>(scope).children;
  return {children.begin(), children.end()};
}

int32_t first_line(const Scope& scope) {
  return static_cast<const ScopeBuilder&>(scope).where.line;
}

Symbol& ScopeBuilder::symbol(Name mangled) {
  if (const Symbol* found = find(mangled)) return const_cast<Symbol&>(*found);
  const auto position = static_cast<uint32_t>(symbols.size());
  if (position == capacity_) grow();
  symbols = {symbols.data(), position + 1};
  symbols[position] = {mangled, 0, Binding::None};
  if (slots != nullptr) index(position);
  return symbols[position];
}

void ScopeBuilder::grow() {
  const size_t size = symbols.size();
  capacity_ = capacity_ == 0 ? kLinearSearch : capacity_ * 2;
  std::span<Symbol> larger = arena_->make_span<Symbol>(capacity_);
  if (size != 0) std::memcpy(static_cast<void*>(larger.data()), symbols.data(), symbols.size_bytes());
  symbols = larger.first(size);
  if (capacity_ <= kLinearSearch) return;
  const std::span<uint32_t> table = arena_->make_span<uint32_t>(size_t{capacity_} * 2);
  std::memset(table.data(), 0, table.size_bytes());
  slots = table.data();
  slot_mask = static_cast<uint32_t>(table.size() - 1);
  for (uint32_t i = 0; i < size; ++i) index(i);
}

void ScopeBuilder::index(uint32_t position) {
  uint32_t slot = hash_name(symbols[position].name) & slot_mask;
  while (slots[slot] != 0) slot = (slot + 1) & slot_mask;
  slots[slot] = position + 1;
}

}  // namespace ouro::compiler
