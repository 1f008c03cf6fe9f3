// dict: an array of entries in the order of insertion, and an index of hashes over it.
//
// A DictTable is one cell: the header, `capacity` entries, then the index: 2^log2_index slots of 1, 2, 4 or 8
// bytes, each the number of an entry, "empty" or "deleted". The first table of a dict has no index at all
// (log2_index 0): so few keys are found faster by looking at each of them. Entries are appended; a deleted
// one stays as a hole until the table is rebuilt. A rebuild always makes a new table, so that a pointer to a
// table on the native stack both keeps it and identifies it.
//
// A search ends at an empty slot of the index, so some must be left: no more slots are in use (or marked as
// deleted) than entries_used + lost_slots, and that sum is bounded. A new entry takes the first empty slot on
// its way, never a deleted one. So the slot of the youngest entry is on no other entry's way, and becomes
// empty when that entry is taken off the end; wherever this does not hold, the slot is lost until the next
// rebuild.
//
// While all keys are exact str, looking one up runs no Python code. Otherwise a comparison may run any code,
// also code that changes this dict: after every call out a lookup makes sure that the table and the key that
// it compared are still there, and starts again if not.
#include <algorithm>
#include <bit>
#include <cstring>

#include "vm/heap/heap_inline.h"
#include "vm/object/exceptions.h"
#include "vm/object/key_hash.h"

namespace ouro::vm {

namespace {

constexpr int kEmpty = -1;
constexpr int kDeleted = -2;
constexpr size_t kSmallCapacity = 4;  // of a table without index
constexpr size_t kMaxCapacity = size_t{1} << 48;
constexpr size_t kSurelyFits = size_t{1} << 10;
constexpr int kPerturbShift = 5;

Shape* table_shape = nullptr;
uint32_t next_version = 1;

void trace_table(Object* object, Tracer& tracer) {
  auto* table = static_cast<DictTable*>(object);
  for (uint64_t i = 0; i < table->entries_used; ++i) {
    tracer.visit(table->entries[i].key);
    tracer.visit(table->entries[i].value);
  }
}

// ---- the index

constexpr size_t usable(unsigned log2_index) {
  return (size_t{2} << log2_index) / 3;
}
constexpr unsigned slot_width(unsigned log2_index) {
  return log2_index < 8 ? 1 : log2_index < 16 ? 2 : log2_index < 32 ? 4 : 8;
}
size_t index_bytes(unsigned log2_index) {
  return log2_index == 0 ? 0 : slot_width(log2_index) << log2_index;
}

template <class Slot>
Slot* index_of(const DictTable* table) {
  return reinterpret_cast<Slot*>(table->entries + table->capacity);
}

// Calls `action` with a null pointer to the type of the table's index slots.
template <class Action>
auto with_slots(const DictTable* table, Action&& action) {
  switch (slot_width(table->log2_index)) {
    case 1:
      return action(static_cast<int8_t*>(nullptr));
    case 2:
      return action(static_cast<int16_t*>(nullptr));
    case 4:
      return action(static_cast<int32_t*>(nullptr));
    default:
      return action(static_cast<int64_t*>(nullptr));
  }
}

// The places of the index where a hash may stand, in order.
class Probe {
 public:
  Probe(const DictTable* table, int64_t hash)
      : mask_((size_t{1} << table->log2_index) - 1),
        perturb_(static_cast<size_t>(hash)),
        place_(perturb_ & mask_) {}
  size_t place() const { return place_; }
  void advance() {
    perturb_ >>= kPerturbShift;
    place_ = (place_ * 5 + perturb_ + 1) & mask_;
  }

 private:
  size_t mask_, perturb_, place_;
};

void index_entry(DictTable* table, int64_t hash, uint64_t entry) {
  if (table->log2_index == 0) return;
  with_slots(table, [&](auto* type) {
    using Slot = std::remove_pointer_t<decltype(type)>;
    Slot* index = index_of<Slot>(table);
    Probe probe(table, hash);
    while (index[probe.place()] != kEmpty) probe.advance();
    index[probe.place()] = static_cast<Slot>(entry);
  });
}

void unindex_entry(DictTable* table, int64_t hash, int64_t entry, int left) {
  if (table->log2_index == 0) return;
  with_slots(table, [&](auto* type) {
    using Slot = std::remove_pointer_t<decltype(type)>;
    Slot* index = index_of<Slot>(table);
    Probe probe(table, hash);
    while (index[probe.place()] != static_cast<Slot>(entry)) probe.advance();
    index[probe.place()] = static_cast<Slot>(left);
  });
}

void lose_slots(DictTable* table, uint64_t count) {
  table->lost_slots = static_cast<uint16_t>(std::min<uint64_t>(table->lost_slots + count, UINT16_MAX));
}

// Whether the index has become so full that the table must be rebuilt before the next entry.
bool lost_many(const DictTable* table) {
  constexpr size_t kMost = 60000;
  if (table->lost_slots == 0 || table->log2_index == 0) return false;
  return table->lost_slots > std::min(((size_t{1} << table->log2_index) - table->capacity) / 2, kMost);
}

// ---- tables

// The index for so many entries; 0: none.
unsigned log2_for(size_t capacity) {
  if (capacity <= kSmallCapacity) return 0;
  unsigned log2 = 3;
  while (usable(log2) < capacity) ++log2;
  return log2;
}

DictTable* new_table(unsigned log2_index) {
  if (table_shape == nullptr) table_shape = make_internal_shape(Kind::kTable, trace_table);
  size_t capacity = log2_index == 0 ? kSmallCapacity : usable(log2_index);
  size_t size = sizeof(DictTable) + capacity * sizeof(DictEntry) + index_bytes(log2_index);
  auto* table = allocate_inline<DictTable>(table_shape, size);
  table->log2_index = static_cast<uint8_t>(log2_index);
  table->capacity = capacity;
  table->entries = reinterpret_cast<DictEntry*>(table + 1);
  table->only_strings = true;
  if (log2_index != 0) std::memset(index_of<char>(table), 0xFF, index_bytes(log2_index));
  return table;
}

bool table_fits(size_t capacity) {
  return capacity <= kSurelyFits ||
         (capacity <= kMaxCapacity && can_allocate(capacity * 2 * sizeof(DictEntry)));
}

// A table of the same entries without holes, except for `gap` ones in front.
DictTable* rebuilt(const DictTable* old, unsigned log2_index, uint32_t gap = 0) {
  DictTable* table = new_table(log2_index);
  table->aux = gap;
  uint64_t count = gap;
  for (uint64_t i = 0; i < old->entries_used; ++i) {
    if (old->entries[i].key.is_null()) continue;
    table->entries[count] = old->entries[i];
    index_entry(table, old->entries[i].hash, count);
    ++count;
  }
  table->entries_used = count;
  table->only_strings = old->only_strings;
  write_barrier(table);
  return table;
}

Status grow(Dict* dict, size_t capacity) {
  if (!table_fits(capacity)) return raise_no_memory();
  DictTable* table =
      dict->table != nullptr ? rebuilt(dict->table, log2_for(capacity)) : new_table(log2_for(capacity));
  store(dict, dict->table, table);
  return {};
}

// Appends an entry for a key that is not there.
Status insert_new(Dict* dict, Value key, int64_t hash, Value value) {
  DictTable* table = dict->table;
  if (table == nullptr || table->entries_used == table->capacity || lost_many(table)) {
    TRY(grow(dict, dict->count == 0 ? 1 : dict->count * 2));
    table = dict->table;
  }
  uint64_t entry = table->entries_used++;
  table->entries[entry] = {hash, key, value};
  if (table->only_strings && !is_exact_str(key)) table->only_strings = false;
  table->version = 0;
  index_entry(table, hash, entry);
  ++dict->count;
  write_barrier(table, &table->entries[entry].key);
  write_barrier(table, &table->entries[entry].value);
  return {};
}

// ---- lookup

// In a table whose keys are all exact str.
int64_t find_text(const DictTable* table, const Str* key, int64_t hash) {
  const DictEntry* entries = table->entries;
  if (table->log2_index == 0) {
    for (uint64_t i = 0; i < table->entries_used; ++i) {
      if (entries[i].key == Value(key)) return static_cast<int64_t>(i);
    }
    for (uint64_t i = 0; i < table->entries_used; ++i) {
      if (entries[i].hash == hash && !entries[i].key.is_null() && same_text(entries[i].key.as<Str>(), key))
        return static_cast<int64_t>(i);
    }
    return -1;
  }
  return with_slots(table, [&](auto* type) -> int64_t {
    using Slot = std::remove_pointer_t<decltype(type)>;
    const Slot* index = index_of<Slot>(table);
    for (Probe probe(table, hash);; probe.advance()) {
      Slot entry = index[probe.place()];
      if (entry == kEmpty) return -1;
      if (entry < 0) continue;
      const DictEntry& candidate = entries[entry];
      if (candidate.key == Value(key)) return entry;
      if (candidate.hash == hash && same_text(candidate.key.as<Str>(), key)) return entry;
    }
  });
}

// What a look at one candidate said.
enum class Match : uint8_t { No, Yes, Changed, Error };

Match match_entry(const Dict* dict, const DictTable* table, uint64_t entry, Value key, int64_t hash) {
  const DictEntry& candidate = table->entries[entry];
  if (candidate.key == key) return Match::Yes;
  if (candidate.hash != hash || candidate.key.is_null()) return Match::No;
  Value stored = candidate.key;
  Result<bool> same = keys_equal(stored, key);
  if (!same.ok()) return Match::Error;
  if (dict->table != table || !(candidate.key == stored)) return Match::Changed;
  return same.unwrap() ? Match::Yes : Match::No;
}

constexpr int64_t kAbsent = -1;
constexpr int64_t kStartAgain = -2;
constexpr int64_t kRaised = -3;

// One try: an entry, or one of the above.
int64_t find_any(const Dict* dict, Value key, int64_t hash) {
  const DictTable* table = dict->table;
  if (table == nullptr) return kAbsent;
  if (table->only_strings && is_exact_str(key)) return find_text(table, key.as<Str>(), hash);
  if (table->log2_index == 0) {
    for (uint64_t i = 0; i < table->entries_used; ++i) {
      Match match = match_entry(dict, table, i, key, hash);
      if (match == Match::No) continue;
      return match == Match::Yes ? static_cast<int64_t>(i) : match == Match::Changed ? kStartAgain : kRaised;
    }
    return kAbsent;
  }
  return with_slots(table, [&](auto* type) -> int64_t {
    using Slot = std::remove_pointer_t<decltype(type)>;
    const Slot* index = index_of<Slot>(table);
    for (Probe probe(table, hash);; probe.advance()) {
      Slot entry = index[probe.place()];
      if (entry == kEmpty) return kAbsent;
      if (entry < 0) continue;
      Match match = match_entry(dict, table, static_cast<uint64_t>(entry), key, hash);
      if (match == Match::No) continue;
      return match == Match::Yes ? int64_t{entry} : match == Match::Changed ? kStartAgain : kRaised;
    }
  });
}

}  // namespace

Result<int64_t> dict_lookup(Dict* dict, Value key, int64_t hash) {
  for (;;) {
    int64_t entry = find_any(dict, key, hash);
    if (entry >= kAbsent) return entry;
    if (entry == kRaised) return Raised{};
  }
}

int64_t dict_find_entry(Dict* dict, Str* key) {
  const DictTable* table = dict->table;
  if (table == nullptr) return kAbsent;
  int64_t hash = key->hash_ != 0 ? key->hash_ : str_hash(key);
  if (table->only_strings && is_exact_str(key)) return find_text(table, key, hash);
  // A key of another kind may compare itself to this one and fail: then it is not the one looked for.
  Exception* pending = thread()->exception;
  Result<int64_t> entry = dict_lookup(dict, key, hash);
  if (entry.ok()) return entry.unwrap();
  thread()->exception = pending;
  return kAbsent;
}

Dict* make_dict(size_t reserve) {
  auto* dict = allocate_inline<Dict>(types.dict->root_shape);
  if (reserve > 0 && table_fits(reserve)) store(dict, dict->table, new_table(log2_for(reserve)));
  return dict;
}

Result<Value> dict_get(Dict* dict, Value key, int64_t hash) {
  int64_t entry = TRY(dict_lookup(dict, key, hash));
  if (entry < 0) return Value();
  return dict->table->entries[entry].value;
}

Result<Value> dict_get(Dict* dict, Value key) {
  int64_t hash = TRY(key_hash(key));
  return dict_get(dict, key, hash);
}

Value dict_get(Dict* dict, Str* key) {
  int64_t entry = dict_find_entry(dict, key);
  return entry < 0 ? Value() : dict->table->entries[entry].value;
}

Result<bool> dict_contains(Dict* dict, Value key) {
  int64_t hash = TRY(key_hash(key));
  return TRY(dict_lookup(dict, key, hash)) >= 0;
}

Status dict_set(Dict* dict, Value key, int64_t hash, Value value) {
  int64_t entry = TRY(dict_lookup(dict, key, hash));
  if (entry < 0) return insert_new(dict, key, hash, value);
  dict_set_entry_value(dict, entry, value);
  return {};
}

Status dict_set(Dict* dict, Value key, Value value) {
  int64_t hash = TRY(key_hash(key));
  return dict_set(dict, key, hash, value);
}

void dict_set(Dict* dict, Str* key, Value value) {
  int64_t entry = dict_find_entry(dict, key);
  if (entry >= 0)
    dict_set_entry_value(dict, entry, value);
  else
    (void)insert_new(dict, key, str_hash(key), value);
}

Result<Value> dict_set_default(Dict* dict, Value key, Value default_) {
  int64_t hash = TRY(key_hash(key));
  int64_t entry = TRY(dict_lookup(dict, key, hash));
  if (entry >= 0) return dict->table->entries[entry].value;
  TRY(insert_new(dict, key, hash, default_));
  return default_;
}

namespace {

void remove_entry(Dict* dict, int64_t entry, int left_in_index) {
  DictTable* table = dict->table;
  DictEntry& removed = table->entries[entry];
  unindex_entry(table, removed.hash, entry, left_in_index);
  removed.key = Value();
  removed.value = Value();
  table->version = 0;
  --dict->count;
  if (static_cast<uint64_t>(entry) != table->aux || table->entries_used > UINT32_MAX) return;
  uint64_t first = table->aux;
  while (first < table->entries_used && table->entries[first].key.is_null()) ++first;
  table->aux = static_cast<uint32_t>(first);
}

}  // namespace

void dict_remove_entry(Dict* dict, int64_t entry) {
  remove_entry(dict, entry, kDeleted);
}

Result<bool> dict_delete(Dict* dict, Value key) {
  int64_t hash = TRY(key_hash(key));
  int64_t entry = TRY(dict_lookup(dict, key, hash));
  if (entry < 0) return false;
  dict_remove_entry(dict, entry);
  return true;
}

bool dict_delete(Dict* dict, Str* key) {
  int64_t entry = dict_find_entry(dict, key);
  if (entry < 0) return false;
  dict_remove_entry(dict, entry);
  return true;
}

Result<Value> dict_pop(Dict* dict, Value key) {
  if (dict->count == 0) return Value();
  int64_t hash = TRY(key_hash(key));
  int64_t entry = TRY(dict_lookup(dict, key, hash));
  if (entry < 0) return Value();
  Value value = dict->table->entries[entry].value;
  dict_remove_entry(dict, entry);
  return value;
}

bool dict_pop_last(Dict* dict, Value* key, Value* value) {
  if (dict->count == 0) return false;
  DictTable* table = dict->table;
  uint64_t last = table->entries_used - 1;
  while (table->entries[last].key.is_null()) --last;
  *key = table->entries[last].key;
  *value = table->entries[last].value;
  const uint64_t freed = table->entries_used - last;
  const bool youngest = freed == 1 && table->lost_slots == 0;
  remove_entry(dict, static_cast<int64_t>(last), youngest ? kEmpty : kDeleted);
  if (!youngest) lose_slots(table, freed);
  table->entries_used = last;
  table->aux = static_cast<uint32_t>(std::min<uint64_t>(table->aux, last));
  return true;
}

bool dict_pop_first(Dict* dict, Value* key, Value* value) {
  if (dict->count == 0) return false;
  DictTable* table = dict->table;
  uint64_t first = table->aux;
  while (table->entries[first].key.is_null()) ++first;
  *key = table->entries[first].key;
  *value = table->entries[first].value;
  dict_remove_entry(dict, static_cast<int64_t>(first));
  return true;
}

Status dict_move_to_back(Dict* dict, int64_t entry) {
  DictEntry moved = dict->table->entries[entry];
  dict_remove_entry(dict, entry);
  return insert_new(dict, moved.key, moved.hash, moved.value);
}

Status dict_move_to_front(Dict* dict, int64_t entry) {
  DictEntry moved = dict->table->entries[entry];
  dict_remove_entry(dict, entry);
  if (dict->table->aux == 0 || lost_many(dict->table)) {
    // No hole in front: make some, so that the next ones find theirs.
    size_t gap = std::min<size_t>(dict->count / 2 + 4, UINT32_MAX / 2);
    size_t capacity = dict->count + gap + dict->count / 2;
    if (!table_fits(capacity)) return raise_no_memory();
    DictTable* table = rebuilt(dict->table, log2_for(capacity), static_cast<uint32_t>(gap));
    store(dict, dict->table, table);
  }
  DictTable* table = dict->table;
  uint32_t place = --table->aux;
  table->entries[place] = moved;
  index_entry(table, moved.hash, place);
  lose_slots(table, 1);
  table->version = 0;
  ++dict->count;
  write_barrier(table);
  return {};
}

void dict_clear(Dict* dict) {
  dict->count = 0;
  dict->table = nullptr;
}

Dict* dict_copy(Dict* dict) {
  Dict* copy = make_dict();
  if (dict->count == 0) return copy;
  const DictTable* old = dict->table;
  DictTable* table = nullptr;
  if (old->entries_used == dict->count) {
    table = new_table(old->log2_index);
    std::memcpy(table->entries, old->entries, old->entries_used * sizeof(DictEntry));
    std::memcpy(index_of<char>(table), index_of<char>(old), index_bytes(old->log2_index));
    table->entries_used = old->entries_used;
    table->only_strings = old->only_strings;
    table->lost_slots = old->lost_slots;
    write_barrier(table);
  } else {
    table = rebuilt(old, log2_for(dict->count));
  }
  copy->count = dict->count;
  store(copy, copy->table, table);
  return copy;
}

bool dict_next(Dict* dict, size_t* position, Value* key, Value* value) {
  const DictTable* table = dict->table;
  if (table == nullptr) return false;
  size_t i = std::max<size_t>(*position, table->aux);
  while (i < table->entries_used && table->entries[i].key.is_null()) ++i;
  if (i >= table->entries_used) return false;
  if (key != nullptr) *key = table->entries[i].key;
  if (value != nullptr) *value = table->entries[i].value;
  *position = i + 1;
  return true;
}

uint32_t dict_keys_version(Dict* dict) {
  DictTable* table = dict->table;
  if (table == nullptr) return 0;
  if (table->version == 0 && next_version != 0) table->version = next_version++;
  return table->version;
}

// ---- update

namespace {

// A dict whose iteration is dict's own: its entries are read directly.
bool reads_as_dict(Value value) {
  return is_dict(value) && type_of(value)->slots.iter == types.dict->slots.iter;
}

Status update_from_dict(Dict* dict, Dict* other, bool override_) {
  if (other == dict || other->count == 0) return {};
  if (dict->count == 0 && dict->table == nullptr && override_) {
    Dict* copy = dict_copy(other);
    dict->count = copy->count;
    store(dict, dict->table, copy->table);
    return {};
  }
  size_t room = dict->table != nullptr ? dict->table->capacity - dict->table->entries_used : 0;
  if (room * 3 < other->count * 2) TRY(grow(dict, dict->count + other->count));
  const DictTable* table = other->table;
  uint64_t used = table->entries_used;
  for (uint64_t i = 0; i < used; ++i) {
    DictEntry item = table->entries[i];
    if (item.key.is_null()) continue;
    int64_t entry = TRY(dict_lookup(dict, item.key, item.hash));
    if (entry < 0)
      TRY(insert_new(dict, item.key, item.hash, item.value));
    else if (override_)
      dict_set_entry_value(dict, entry, item.value);
    if (other->table != table || table->entries_used != used)
      return raise(types.RuntimeError, "dict mutated during update");
  }
  return {};
}

Status set_pair(Dict* dict, Value pair, int64_t position, bool override_) {
  Result<List*> converted = to_list(pair);
  if (!converted.ok()) {
    if (clear_if(types.TypeError))
      return raise(types.TypeError, "cannot convert dictionary update sequence element #{} to a sequence",
                   position);
    return Raised{};
  }
  List* items = converted.unwrap();
  if (items->length != 2)
    return raise(types.ValueError, "dictionary update sequence element #{} has length {}; 2 is required",
                 position, items->length);
  Value key = items->items()[0], value = items->items()[1];
  if (override_) return dict_set(dict, key, value);
  TRY(dict_set_default(dict, key, value));
  return {};
}

}  // namespace

Status dict_update(Dict* dict, Value other, bool override_) {
  if (reads_as_dict(other)) return update_from_dict(dict, other.as<Dict>(), override_);
  Value keys = TRY(call_method(other, names.keys));
  return for_each(keys, [&](Value key) -> Status {
    if (!override_ && TRY(dict_contains(dict, key))) return {};
    Value value = TRY(get_item(other, key));
    return dict_set(dict, key, value);
  });
}

Status dict_update_pairs(Dict* dict, Value pairs, bool override_) {
  int64_t position = 0;
  return for_each(pairs, [&](Value pair) { return set_pair(dict, pair, position++, override_); });
}

}  // namespace ouro::vm
