#include "compiler/constants.h"

#include <algorithm>

#include "base/hash.h"
#include "bytecode/code_object.h"

namespace ouro::compiler {

namespace {

uint64_t mix(uint64_t hash, uint64_t word) {
  const unsigned __int128 product = static_cast<unsigned __int128>(hash ^ word) * 0xD6E8FEB86659FD93u;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

// Name, line and positions tell nearly all code objects of a file apart.
uint64_t code_hash(const CodeObject& code) {
  uint64_t hash = mix(0x9E3779B97F4A7C15u, static_cast<uint64_t>(code.first_line));
  hash = mix(hash, constant_hash(*code.name));
  return mix(hash, constant_hash(*code.line_table));
}

uint64_t key_hash(const Constant& constant) {
  return constant.is(ConstantKind::Code) ? code_hash(*constant.code) : constant_hash(constant);
}

bool same_key(const Constant& a, const Constant& b) {
  if (&a == &b) return true;
  if (!a.is(ConstantKind::Code)) return same_constant(a, b);
  return b.is(ConstantKind::Code) && same_code(*a.code, *b.code);
}

// Python's [a-zA-Z0-9_]*.
bool looks_like_name(const Constant& str) {
  if (!str.ascii && str.size != 0) return false;
  return std::ranges::all_of(str.text(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

// The items of a tuple in the arena: written before the tuple is anybody's business but the compiler's.
const Constant** items_of(const Constant& tuple) {
  return const_cast<const Constant**>(tuple.items);
}

}  // namespace

// co_qualname, co_filename, co_stacksize and the kinds of locals do not take part. Code objects among the
// constants have been merged themselves, so for them identity is equality.
bool same_code(const CodeObject& a, const CodeObject& b) {
  return a.name->text() == b.name->text() && a.arg_count == b.arg_count &&
         a.positional_only_count == b.positional_only_count && a.keyword_only_count == b.keyword_only_count &&
         a.flags == b.flags && a.first_line == b.first_line && a.code->text() == b.code->text() &&
         same_constant(*a.consts, *b.consts) && same_constant(*a.names, *b.names) &&
         same_constant(*a.locals_plus_names, *b.locals_plus_names) &&
         a.line_table->text() == b.line_table->text() &&
         a.exception_table->text() == b.exception_table->text();
}

void ConstantCache::grow() {
  const std::span<Slot> old = table_;
  table_ = workspace_.arena.make_span<Slot>(std::max<size_t>(256, old.size() * 4));
  std::ranges::fill(table_, Slot{0, 0});
  for (const Slot& known : old) {
    if (known.entry == 0) continue;
    size_t at = known.hash & (table_.size() - 1);
    while (table_[at].entry != 0) at = (at + 1) & (table_.size() - 1);
    table_[at] = known;
  }
}

// The entry of an equal constant, or a new one that says the constant stands for itself.
ConstantCache::Entry* ConstantCache::find(const Constant& constant, bool* found) {
  if (entries_.size() * 2 >= table_.size()) grow();
  const auto hash = static_cast<uint32_t>(key_hash(constant));
  size_t at = hash & (table_.size() - 1);
  for (; table_[at].entry != 0; at = (at + 1) & (table_.size() - 1)) {
    if (table_[at].hash != hash) continue;
    Entry& entry = entries_[table_[at].entry - 1];
    if (!same_key(*entry.constant, constant)) continue;
    *found = true;
    return &entry;
  }
  *found = false;
  entries_.push_back({&constant, &constant});
  table_[at] = {hash, static_cast<uint32_t>(entries_.size())};
  return &entries_.back();
}

const Constant* ConstantCache::merge_shallow(const Constant* constant) {
  if (constant->is(ConstantKind::None) || constant->is(ConstantKind::Ellipsis)) return constant;
  bool found = false;
  return find(*constant, &found)->merged;
}

const Constant* ConstantCache::merge_new(const Constant* constant) {
  if (constant->is(ConstantKind::None) || constant->is(ConstantKind::Ellipsis)) return constant;
  bool found = false;
  const Entry* entry = find(*constant, &found);
  if (found) return entry->merged;
  if (constant->is(ConstantKind::Tuple)) {
    const Constant** items = items_of(*constant);
    for (size_t i = 0; i < constant->size; ++i) items[i] = merge(items[i]);
  } else if (constant->is(ConstantKind::FrozenSet) && constant->size != 0) {
    const Constant* rebuilt = rebuild_frozen_set(*constant);
    find(*constant, &found)->merged = rebuilt;  // again: merging the items may have moved the table
    return rebuilt;
  }
  constant->merged_by = number_;
  return constant;
}

const Constant* ConstantCache::rebuild_frozen_set(const Constant& set) {
  const std::span<const Constant*> items = workspace_.arena.make_span<const Constant*>(set.size);
  for (size_t i = 0; i < set.size; ++i) items[i] = merge(set.items[i]);
  return workspace_.constants.frozen_set(frozenset_order(workspace_.arena, items));
}

void ConstantCache::intern_name_like(const Constant* tuple) {
  intern_items(tuple->items, tuple->size);
}

void ConstantCache::intern_all(const Constant* tuple) {
  const Constant** items = items_of(*tuple);
  for (size_t i = tuple->size; i-- > 0;)
    if (!items[i]->interned) items[i] = workspace_.names.adopt(items[i]);
}

// From the last item to the first, which decides what is interned where two objects have the same text.
bool ConstantCache::intern_items(const Constant* const* items, size_t count) {
  auto** slots = const_cast<const Constant**>(items);
  bool modified = false;
  for (size_t i = count; i-- > 0;) {
    const Constant* item = slots[i];
    const Constant* replacement = item;
    if (item->is(ConstantKind::Str)) {
      if (!item->interned && looks_like_name(*item)) replacement = workspace_.names.adopt(item);
    } else if (item->is(ConstantKind::Tuple)) {
      intern_items(item->items, item->size);
    } else if (item->is(ConstantKind::FrozenSet)) {
      replacement = intern_frozen_set(item);
    }
    if (replacement == item) continue;
    slots[i] = replacement;
    modified = true;
  }
  return modified;
}

// A set cannot change: with other objects inside it is another set.
const Constant* ConstantCache::intern_frozen_set(const Constant* set) {
  const std::span<const Constant*> items = workspace_.arena.make_span<const Constant*>(set->size);
  std::copy_n(set->items, set->size, items.begin());
  if (!intern_items(items.data(), items.size())) return set;
  return workspace_.constants.frozen_set(frozenset_order(workspace_.arena, items));
}

const Constant* ConstantCache::scope_name(Name name) {
  const std::string_view text = workspace_.names.text(name);
  if (!text.starts_with('<')) return workspace_.names.str(name);
  for (const ScopeName& known : scope_names_)
    if (known.name == name) return known.object;
  auto* object = const_cast<Constant*>(workspace_.constants.str(text));
  object->immortal = true;
  scope_names_.push_back({name, object});
  return object;
}

}  // namespace ouro::compiler
