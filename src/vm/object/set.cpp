// set and frozenset: an open hash table.
//
// The order of iteration is the order of the table, and programs print it. So the sizes of tables, when they
// grow, and the places where a hash looks (a short linear run, then a jump that mixes in the higher bits of
// the hash) are the ones that CPython's sets have: the same items put in the same way come out the same way.
#include <algorithm>

#include "vm/heap/heap_inline.h"
#include "vm/object/exceptions.h"
#include "vm/object/key_hash.h"
#include "vm/object/set_table.h"

namespace ouro::vm {

namespace {

constexpr size_t kSmallestTable = 8;
constexpr size_t kRun = 9;  // places after the first that are looked at before jumping
constexpr int kPerturbShift = 5;
constexpr size_t kMaxTable = size_t{1} << 48;
constexpr size_t kSurelyFits = size_t{1} << 10;

Shape* table_shape = nullptr;

void trace_table(Object* object, Tracer& tracer) {
  auto* table = static_cast<SetTable*>(object);
  for (uint64_t i = 0; i <= table->mask; ++i) tracer.visit(table->entries[i].key);
}

SetTable* new_table(size_t size) {
  if (table_shape == nullptr) table_shape = make_internal_shape(Kind::kTable, trace_table);
  auto* table = allocate_inline<SetTable>(table_shape, sizeof(SetTable) + size * sizeof(SetEntry));
  table->mask = size - 1;
  return table;
}

SetTable* own_table(Set* set) {
  if (set->table == nullptr) {
    Object* table = new_table(kSmallestTable);
    store(set, set->table, table);
  }
  return table_of(set);
}

// The places where a hash may stand: calls `look` with each entry until it says true.
template <class Look>
void probe(SetTable* table, int64_t hash, Look&& look) {
  size_t mask = table->mask;
  auto perturb = static_cast<size_t>(hash);
  size_t place = perturb & mask;
  for (;;) {
    size_t run = place + kRun <= mask ? kRun : 0;
    for (size_t i = 0; i <= run; ++i) {
      if (look(&table->entries[place + i])) return;
    }
    perturb >>= kPerturbShift;
    place = (place * 5 + 1 + perturb) & mask;
  }
}

// Puts in a key that the table does not have; it has no removed items either.
void insert_clean(SetTable* table, Value key, int64_t hash) {
  probe(table, hash, [&](SetEntry* entry) {
    if (!entry->key.is_null()) return false;
    *entry = {key, hash};
    return true;
  });
}

// The smallest table of more than `minimum` places, with the items of now.
Status resize(Set* set, size_t minimum) {
  size_t size = kSmallestTable;
  while (size <= minimum) size <<= 1;
  if (size > kSurelyFits && (size > kMaxTable || !can_allocate(size * sizeof(SetEntry))))
    return raise_no_memory();
  const SetTable* old = table_of(set);
  if (old != nullptr && size == kSmallestTable && old->mask + 1 == size && old->fill == set->count) return {};
  SetTable* table = new_table(size);
  if (old != nullptr) {
    for (uint64_t i = 0; i <= old->mask; ++i) {
      if (old->entries[i].is_item()) insert_clean(table, old->entries[i].key, old->entries[i].hash);
    }
  }
  table->fill = set->count;
  write_barrier(table);
  store<Object>(set, set->table, table);
  return {};
}

Status grow(Set* set) {
  return resize(set, set->count > 50000 ? set->count * 2 : set->count * 4);
}

// Before many items come: one big step instead of several.
Status prepare_for(Set* set, size_t more) {
  const SetTable* table = table_of(set);
  size_t fill = table != nullptr ? table->fill : 0;
  size_t mask = table != nullptr ? table->mask : kSmallestTable - 1;
  if ((fill + more) * 5 >= mask * 3) return resize(set, (set->count + more) * 2);
  return {};
}

enum class Search : uint8_t { Found, Free, Changed, Error };

// Looks for a key. `removed`, if wanted, becomes the last place of a removed item on the way.
Search search(Set* set, Value key, int64_t hash, SetEntry** found, SetEntry** removed) {
  SetTable* table = table_of(set);
  Search outcome = Search::Free;
  *found = nullptr;
  if (removed != nullptr) *removed = nullptr;
  probe(table, hash, [&](SetEntry* entry) {
    if (entry->key.is_null()) {
      *found = entry;
      return true;
    }
    if (entry->hash == hash) {
      Value stored = entry->key;
      bool same = stored == key;
      if (!same) {
        Result<bool> equal = keys_equal(stored, key);
        if (!equal.ok()) {
          outcome = Search::Error;
          return true;
        }
        same = equal.unwrap();
        if (set->table != table || !(entry->key == stored)) {
          // An add that found an equal item is content; whoever wants its place looks again.
          outcome = same && removed != nullptr ? Search::Found : Search::Changed;
          return true;
        }
      }
      if (!same) return false;
      *found = entry;
      outcome = Search::Found;
      return true;
    }
    if (entry->hash == -1 && removed != nullptr) *removed = entry;
    return false;
  });
  return outcome;
}

enum class Look : uint8_t { Present, Absent, Unsure };

// What can be said without comparing: an item is itself, and one with another hash is another.
Look look_up(const SetTable* table, Value key, int64_t hash) {
  const size_t mask = table->mask;
  auto perturb = static_cast<size_t>(hash);
  for (size_t place = perturb & mask;;) {
    const SetEntry* entry = table->entries + place;
    const SetEntry* last = place + kRun <= mask ? entry + kRun : entry;
    for (; entry <= last; ++entry) {
      if (entry->key.is_null()) return Look::Absent;
      if (entry->hash == hash) return entry->key == key ? Look::Present : Look::Unsure;
    }
    perturb >>= kPerturbShift;
    place = (place * 5 + 1 + perturb) & mask;
  }
}

// Puts a key in where that needs neither a comparison nor a removed item's place. Unsure: it does, and
// nothing was done.
Look add_quick(SetTable* table, Value key, int64_t hash) {
  const size_t mask = table->mask;
  auto perturb = static_cast<size_t>(hash);
  for (size_t place = perturb & mask;;) {
    SetEntry* entry = table->entries + place;
    const SetEntry* last = place + kRun <= mask ? entry + kRun : entry;
    for (; entry <= last; ++entry) {
      if (entry->key.is_null()) {
        *entry = {key, hash};
        ++table->fill;
        write_barrier(table, entry);
        return Look::Absent;
      }
      if (entry->key == key) return Look::Present;
      if (entry->hash == hash || entry->hash == -1) return Look::Unsure;
    }
    perturb >>= kPerturbShift;
    place = (place * 5 + 1 + perturb) & mask;
  }
}

// The place of a key, or null.
Result<SetEntry*> find(Set* set, Value key, int64_t hash, bool* present) {
  for (;;) {
    SetEntry* entry = nullptr;
    switch (search(set, key, hash, &entry, nullptr)) {
      case Search::Error:
        return Raised{};
      case Search::Changed:
        if (set->table == nullptr) own_table(set);
        continue;
      case Search::Found:
        *present = true;
        return entry;
      case Search::Free:
        *present = false;
        return entry;
    }
  }
}

}  // namespace

Set* set_allocate(Type* type) {
  if (type == types.set || type == types.frozenset) return allocate_inline<Set>(type->root_shape);
  return allocate_instance<Set>(type);
}

Set* make_set() {
  return set_allocate(types.set);
}

Status set_add(Set* set, Value key, int64_t hash) {
  // There is always a free place behind the one that is taken.
  if (SetTable* table = table_of(set); table != nullptr && (table->fill + 1) * 5 < table->mask * 3) {
    const Look look = add_quick(table, key, hash);
    set->count += look == Look::Absent ? 1 : 0;
    if (look != Look::Unsure) return {};
  }
  for (;;) {
    SetTable* table = own_table(set);
    SetEntry *entry = nullptr, *removed = nullptr;
    Search outcome = search(set, key, hash, &entry, &removed);
    if (outcome == Search::Found) return {};
    if (outcome == Search::Error) return Raised{};
    if (outcome == Search::Changed) continue;
    if (removed != nullptr) {
      if (removed->is_item()) continue;  // a comparison has put something there
      *removed = {key, hash};
      ++set->count;
      write_barrier(table, removed);
      return {};
    }
    *entry = {key, hash};
    ++set->count;
    ++table->fill;
    write_barrier(table, entry);
    if (table->fill * 5 < table->mask * 3) return {};
    if (grow(set).ok()) return {};
    // Without a larger table the item leaves again: a search ends at a free place, so that some must stay.
    *entry = {};
    --set->count;
    --table->fill;
    return Raised{};
  }
}

Result<bool> set_contains(Set* set, Value key, int64_t hash) {
  if (set->table == nullptr) return false;
  const Look look = look_up(table_of(set), key, hash);
  if (look != Look::Unsure) return look == Look::Present;
  bool present = false;
  TRY(find(set, key, hash, &present));
  return present;
}

Result<bool> set_discard(Set* set, Value key, int64_t hash) {
  if (set->table == nullptr) return false;
  bool present = false;
  SetEntry* entry = TRY(find(set, key, hash, &present));
  if (!present) return false;
  *entry = {Value::stop(), -1};
  --set->count;
  return true;
}

Status set_add(Set* set, Value item) {
  int64_t hash = TRY(key_hash(item));
  return set_add(set, item, hash);
}

Result<bool> set_discard(Set* set, Value item) {
  int64_t hash = TRY(key_hash(item));
  return set_discard(set, item, hash);
}

Result<bool> set_contains(Set* set, Value item) {
  int64_t hash = TRY(key_hash(item));
  return set_contains(set, item, hash);
}

bool set_next(Set* set, size_t* position, Value* item) {
  SetEntry entry;
  if (!set_next_entry(set, position, &entry)) return false;
  *item = entry.key;
  return true;
}

Result<bool> set_is_subset(Set* set, Set* other) {
  if (set->count > other->count) return false;
  if (set->count == 0) return true;
  size_t position = 0;
  for (const SetTable* table = table_of(set); position <= table->mask; ++position) {
    const SetEntry& entry = table->entries[position];
    if (!entry.is_item()) continue;
    const Look look = look_up(table_of(other), entry.key, entry.hash);
    if (look == Look::Absent) return false;
    if (look == Look::Unsure) break;
  }
  for (SetEntry entry; set_next_entry(set, &position, &entry);) {
    if (!TRY(set_contains(other, entry.key, entry.hash))) return false;
  }
  return true;
}

void set_clear(Set* set) {
  set->count = 0;
  set->table = nullptr;
  set->hash_ = 0;
}

Status set_purge(Set* set) {
  const SetTable* table = table_of(set);
  if (table == nullptr || table->fill - set->count <= table->mask / 4) return {};
  return grow(set);
}

Value set_pop(Set* set) {
  SetTable* table = table_of(set);
  size_t place = set->aux & table->mask;
  while (!table->entries[place].is_item()) place = (place + 1) & table->mask;
  Value key = table->entries[place].key;
  table->entries[place] = {Value::stop(), -1};
  --set->count;
  set->aux = static_cast<uint32_t>(place + 1);
  return key;
}

void set_swap(Set* a, Set* b) {
  std::swap(a->count, b->count);
  std::swap(a->table, b->table);
  a->hash_ = b->hash_ = 0;
  write_barrier(a);
  write_barrier(b);
}

namespace {

Status update_from_set(Set* set, Set* other) {
  if (other == set || other->count == 0) return {};
  TRY(prepare_for(set, other->count));
  SetTable* table = own_table(set);
  const SetTable* source = table_of(other);
  if (table->fill == 0) {
    if (table->mask == source->mask && source->fill == other->count) {
      std::copy(source->entries, source->entries + source->mask + 1, table->entries);
    } else {
      for (uint64_t i = 0; i <= source->mask; ++i) {
        if (source->entries[i].is_item())
          insert_clean(table, source->entries[i].key, source->entries[i].hash);
      }
    }
    table->fill = set->count = other->count;
    write_barrier(table);
    return {};
  }
  size_t position = 0;
  for (SetEntry entry; set_next_entry(other, &position, &entry);) TRY(set_add(set, entry.key, entry.hash));
  return {};
}

Status update_from_dict(Set* set, Dict* other) {
  TRY(prepare_for(set, other->count));
  for (size_t i = 0; other->table != nullptr && i < other->table->entries_used; ++i) {
    DictEntry entry = other->table->entries[i];
    if (!entry.key.is_null()) TRY(set_add(set, entry.key, entry.hash));
  }
  return {};
}

}  // namespace

Status set_update(Set* set, Value iterable) {
  if (is_set(iterable)) return update_from_set(set, iterable.as<Set>());
  if (is_exact_dict(iterable)) return update_from_dict(set, iterable.as<Dict>());
  return for_each(iterable, [&](Value item) { return set_add(set, item); });
}

Result<Set*> set_copy(Type* type, Set* set) {
  Set* copy = set_allocate(type);
  TRY(update_from_set(copy, set));
  return copy;
}

Result<Set*> make_frozenset(Value iterable_or_null) {
  if (has_root_shape(iterable_or_null, types.frozenset)) return iterable_or_null.as<Set>();
  Set* set = set_allocate(types.frozenset);
  if (!iterable_or_null.is_null()) TRY(set_update(set, iterable_or_null));
  return set;
}

}  // namespace ouro::vm
