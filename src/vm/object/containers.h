// tuple, list, dict, set: layouts and the operations that C++ code uses.
#pragma once

#include <initializer_list>
#include <span>

#include "vm/object/type.h"

namespace ouro::vm {

/// A length in four bytes that counts with eight, as any other.
struct ShortLength {
  uint32_t count;
  operator uint64_t() const { return count; }  // NOLINT: a length is a number
  ShortLength& operator=(uint64_t length) {
    count = static_cast<uint32_t>(length);
    return *this;
  }
};

enum TupleFlags : uint8_t {
  kTupleHashKnown = 1,  // `aux` and hash_low are the halves of its hash
  kTupleHasFields = 2,  // a struct sequence, which has another use for `aux`
};

struct Tuple : Object {
  ShortLength length;
  uint32_t hash_low;
  Value items[];
  std::span<Value> span() { return {items, length}; }
  /// With kTupleHashKnown.
  int64_t known_hash() const { return static_cast<int64_t>(uint64_t{aux} << 32 | hash_low); }
};
/// More items than that are a MemoryError.
constexpr size_t kMaxTupleLength = UINT32_MAX;
inline bool is_tuple(Value value) {
  return is_kind(value, Kind::kTuple);
}
/// Of at most kMaxTupleLength items.
Tuple* make_tuple(std::span<const Value> items);
inline Tuple* make_tuple(std::span<Value> items) {
  return make_tuple(std::span<const Value>(items));
}
inline Tuple* make_tuple(std::initializer_list<Value> items) {
  return make_tuple(std::span(items.begin(), items.size()));
}
/// All null, to be filled at once (before anyone sees it); MemoryError when too large.
Result<Tuple*> allocate_tuple(size_t length);
Tuple* empty_tuple();

struct List : Object {
  uint64_t length;
  Array* storage;  // null when empty; its length is the capacity
  Value* items() const { return storage->items; }
  std::span<Value> span() { return {storage ? storage->items : nullptr, length}; }
};
inline bool is_list(Value value) {
  return is_kind(value, Kind::kList);
}
List* make_list(std::span<const Value> items = {});
Result<List*> make_list_reserved(size_t capacity);
Status list_append(List* list, Value item);
Status list_extend(List* list, Value iterable);
/// Room for at least `capacity` items, exactly that much if it has to be made.
Status list_reserve(List* list, size_t capacity);
/// Before `index`, which counts from the end when negative and is clipped.
Status list_insert(List* list, int64_t index, Value item);
/// Puts `items` in place of [low, high), which lies within the list. `items` may be the list's own.
Status list_replace(List* list, size_t low, size_t high, std::span<const Value> items);
/// Removes the item at `index`, which is in range, and returns it.
Value list_remove_at(List* list, size_t index);
void list_clear(List* list);
Status list_sort(List* list, Value key_or_null, bool reverse);

// ---- dict: insertion-ordered; an index of hashes over an array of entries.

struct DictTable;
struct Dict : Object {
  uint64_t count;
  DictTable* table;  // null when empty
};

struct DictEntry {
  int64_t hash;
  Value key;  // null: deleted
  Value value;
};

/// The cell behind a Dict. `version` is 0, or a number that stands for exactly this set and order of keys: it
/// is dropped to 0 when a key is added or removed and given anew by dict_keys_version. Values may change
/// under the same version. All entries before the index `aux` are deleted ones.
struct DictTable : Object {
  uint32_t version;
  uint8_t log2_index;     // size of the index
  bool only_strings;      // all keys are exact str: equality runs no Python code
  uint16_t lost_slots;    // of the index: in use beyond one for each of entries_used
  uint64_t entries_used;  // including deleted ones
  uint64_t capacity;      // of entries
  DictEntry* entries;     // inside this cell
  // index bytes and entries follow
};

inline bool is_dict(Value value) {
  return is_kind(value, Kind::kDict);
}
Dict* make_dict(size_t reserve = 0);
/// Null when absent. May run __eq__ and __hash__ of keys (the Str forms cannot fail).
Result<Value> dict_get(Dict* dict, Value key);
Result<Value> dict_get(Dict* dict, Value key, int64_t hash);
Value dict_get(Dict* dict, Str* key);
Status dict_set(Dict* dict, Value key, Value value);
Status dict_set(Dict* dict, Value key, int64_t hash, Value value);
void dict_set(Dict* dict, Str* key, Value value);
/// False: was not there.
Result<bool> dict_delete(Dict* dict, Value key);
bool dict_delete(Dict* dict, Str* key);
/// Removes and returns, or null.
Result<Value> dict_pop(Dict* dict, Value key);
/// The value of the key, which gets `default_` if it is new.
Result<Value> dict_set_default(Dict* dict, Value key, Value default_);
Result<bool> dict_contains(Dict* dict, Value key);
/// Index of the key's entry, -1 if absent.
Result<int64_t> dict_lookup(Dict* dict, Value key, int64_t hash);
/// Removes an entry that dict_lookup has just found.
void dict_remove_entry(Dict* dict, int64_t entry);
/// Removes and returns the last item; false when the dict is empty.
bool dict_pop_last(Dict* dict, Value* key, Value* value);
bool dict_pop_first(Dict* dict, Value* key, Value* value);
/// Makes an entry the last or the first one.
Status dict_move_to_back(Dict* dict, int64_t entry);
Status dict_move_to_front(Dict* dict, int64_t entry);
/// From a mapping: a dict, or anything with keys() and [].
Status dict_update(Dict* dict, Value other, bool override_ = true);
/// From an iterable of pairs.
Status dict_update_pairs(Dict* dict, Value pairs, bool override_ = true);
void dict_clear(Dict* dict);
Dict* dict_copy(Dict* dict);
/// Iteration in order: `*position` starts at 0; false at the end. The dict may change values while iterated,
/// not keys.
bool dict_next(Dict* dict, size_t* position, Value* key, Value* value);
/// For inline caches: the version (a new one if it is 0; 0 for an empty dict or when numbers ran out) and the
/// index of an entry.
uint32_t dict_keys_version(Dict* dict);
int64_t dict_find_entry(Dict* dict, Str* key);  // -1: absent

/// `aux` is where the next pop starts to look.
struct Set : Object {
  uint64_t count;
  Object* table;  // owned by set.cpp
  int64_t hash_;  // frozenset
};
inline bool is_set(Value value) {
  return is_kind(value, Kind::kSet) || is_kind(value, Kind::kFrozenSet);
}
Set* make_set();
Result<Set*> make_frozenset(Value iterable_or_null);
Status set_add(Set* set, Value item);
Result<bool> set_discard(Set* set, Value item);
Result<bool> set_contains(Set* set, Value item);
Status set_update(Set* set, Value iterable);
bool set_next(Set* set, size_t* position, Value* item);
void set_clear(Set* set);
/// A new one with the same items; the type is set or frozenset, or a subclass of them.
Result<Set*> set_copy(Type* type, Set* set);

// ---- slice and range

struct Slice : Object {
  Value start, stop, step;
};
Value make_slice(Value start, Value stop, Value step);
/// slice.indices for a length: start, stop, step and the number of items.
struct SliceRange {
  int64_t start, stop, step, count;
};
Result<SliceRange> slice_range(Slice* slice, int64_t length);
/// The same in two steps: the first may run __index__, which may change the sequence, and the second needs
/// the length that it has after that.
Result<SliceRange> slice_unpack(Slice* slice);
void slice_adjust(SliceRange* range, int64_t length);

struct Range : Object {
  Value start, stop, step, length;  // ints
};

/// iter() of an object that has only __getitem__ (types.sequence_iterator; builtins/ defines it).
Value make_sequence_iterator(Value sequence);

}  // namespace ouro::vm
