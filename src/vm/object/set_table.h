// What lies behind a Set, for the files that implement sets.
#pragma once

#include "vm/object/containers.h"

namespace ouro::vm {

/// `key` is null in a free place and Value::stop() in one whose item was removed, which then has the hash -1.
struct SetEntry {
  Value key;
  int64_t hash;
  bool is_item() const { return !key.is_null() && !key.is_stop(); }
};

/// A power of two of places. A Set without a table is as one with a fresh table of the smallest size.
struct SetTable : Object {
  uint64_t mask;
  uint64_t fill;  // items and removed ones
  SetEntry entries[];
};

inline SetTable* table_of(const Set* set) {
  return static_cast<SetTable*>(set->table);
}

/// The operations for a key whose hash is known.
Status set_add(Set* set, Value key, int64_t hash);
Result<bool> set_discard(Set* set, Value key, int64_t hash);
Result<bool> set_contains(Set* set, Value key, int64_t hash);
/// Whether `other` has every item of `set`.
Result<bool> set_is_subset(Set* set, Set* other);
inline bool set_next_entry(const Set* set, size_t* position, SetEntry* entry) {
  const SetTable* table = table_of(set);
  if (table == nullptr) return false;
  size_t i = *position;
  while (i <= table->mask && !table->entries[i].is_item()) ++i;
  *position = i + 1;
  if (i > table->mask) return false;
  *entry = table->entries[i];
  return true;
}

struct SetIterator : Object {
  Set* set;
  int64_t expected;  // the set's count; -1 once it was found changed
  uint64_t position;
  int64_t remaining;
};
/// The next item, or Value::stop(). The set has the size that it had.
inline Value next_of_set(SetIterator* iterator) {
  SetEntry entry;
  if (set_next_entry(iterator->set, &iterator->position, &entry)) {
    --iterator->remaining;
    return entry.key;
  }
  iterator->set = nullptr;
  return Value::stop();
}

/// Rebuilds the table when more than a quarter of it are removed items.
Status set_purge(Set* set);
/// Removes and returns some item; the set is not empty.
Value set_pop(Set* set);
/// Gives `a` what `b` holds and the reverse.
void set_swap(Set* a, Set* b);
/// A new, empty one.
Set* set_allocate(Type* type);

}  // namespace ouro::vm
