// The parts of containers that a caller may want inline: items by index, lookup by an interned name,
// appending, and the steps of the exact builtin iterators.
#pragma once

#include "vm/object/containers.h"
#include "vm/object/numbers.h"
#include "vm/object/str.h"
#include "vm/object/types.h"

namespace ouro::vm {

/// Exactly of the type, by its root shape: for types whose instances never have another shape.
inline bool has_root_shape(Value value, const Type* type) {
  return value.is_object() && value.object()->shape == type->root_shape;
}
inline bool is_exact_str(Value value) {
  return has_root_shape(value, types.str);
}
inline bool is_exact_list(Value value) {
  return has_root_shape(value, types.list);
}
inline bool is_exact_tuple(Value value) {
  return has_root_shape(value, types.tuple);
}
inline bool is_exact_dict(Value value) {
  return has_root_shape(value, types.dict);
}

// ---- items

/// The item at a small int's index (counted from the end when negative), or null.
inline Value list_item_or_null(const List* list, int64_t index) {
  if (index < 0) index += static_cast<int64_t>(list->length);
  if (static_cast<uint64_t>(index) >= list->length) return Value();
  return list->storage->items[index];
}
inline Value tuple_item_or_null(const Tuple* tuple, int64_t index) {
  if (index < 0) index += static_cast<int64_t>(tuple->length);
  if (static_cast<uint64_t>(index) >= tuple->length) return Value();
  return tuple->items[index];
}
/// False: out of range.
inline bool list_set_item_quick(List* list, int64_t index, Value value) {
  if (index < 0) index += static_cast<int64_t>(list->length);
  if (static_cast<uint64_t>(index) >= list->length) return false;
  store(list->storage, list->storage->items[index], value);
  return true;
}
/// False: no room without growing.
inline bool list_append_quick(List* list, Value item) {
  Array* storage = list->storage;
  if (storage == nullptr || list->length == storage->length) return false;
  store(storage, storage->items[list->length++], item);
  return true;
}

// ---- dict

/// The entry's index if the key of this very address is at its first place in the index, else -1 (which says
/// nothing about whether the key is there).
inline int64_t dict_find_quick(const Dict* dict, const Str* key) {
  const DictTable* table = dict->table;
  if (table == nullptr) return -1;
  const DictEntry* entries = table->entries;
  if (table->log2_index == 0) {
    for (uint64_t i = 0; i < table->entries_used; ++i) {
      if (entries[i].key == Value(key)) return static_cast<int64_t>(i);
    }
    return -1;
  }
  if (table->log2_index > 7) return -1;
  auto* index = reinterpret_cast<const int8_t*>(entries + table->capacity);
  int64_t entry = index[key->hash_ & ((1 << table->log2_index) - 1)];
  return entry >= 0 && entries[entry].key == Value(key) ? entry : -1;
}
/// dict_get for a name.
inline Value dict_get_name(Dict* dict, Str* key) {
  int64_t entry = dict_find_quick(dict, key);
  if (entry >= 0) [[likely]]
    return dict->table->entries[entry].value;
  return dict_get(dict, key);
}
/// Replaces the value of an entry, whose key stays.
inline void dict_set_entry_value(Dict* dict, int64_t entry, Value value) {
  DictTable* table = dict->table;
  store(table, table->entries[entry].value, value);
}

/// dict.keys(), values() and items().
struct DictView : Object {
  Dict* dict;
};
Value make_dict_iterator(Dict* dict, Type* iterator_type);

// ---- iterators. An exhausted one has dropped what it iterated over.

struct ListIterator : Object {
  List* list;
  int64_t index;
};
struct TupleIterator : Object {
  Tuple* tuple;
  int64_t index;
};
/// Over a range whose numbers all fit a machine word.
struct RangeIterator : Object {
  int64_t current, step;
  uint64_t remaining;
  int64_t start;      // as made: for pickling
  uint64_t position;  // items given so far
};
/// Keys, values or items, forwards or backwards.
struct DictIterator : Object {
  Dict* dict;
  int64_t expected;   // the dict's count; -1 once it was found changed
  int64_t position;   // of the next entry
  int64_t remaining;  // items to come
};

/// iter() of an object that has only __getitem__.
struct SequenceIterator : Object {
  Value sequence;
  int64_t index;
};
/// iter(callable, sentinel).
struct CallableIterator : Object {
  Value callable, sentinel;
};
Value make_sequence_iterator(Value sequence);
Value make_callable_iterator(Value callable, Value sentinel);

struct Enumerate : Object {
  Value iterator;
  Value count;  // an int: of the next item
};
struct Zip : Object {
  Tuple* iterators;
  bool strict;
};

inline Value next_of_list(ListIterator* iterator) {
  List* list = iterator->list;
  if (list == nullptr) [[unlikely]]
    return Value::stop();
  if (static_cast<uint64_t>(iterator->index) < list->length) [[likely]]
    return list->storage->items[iterator->index++];
  iterator->list = nullptr;
  return Value::stop();
}
inline Value next_of_tuple(TupleIterator* iterator) {
  Tuple* tuple = iterator->tuple;
  if (tuple == nullptr) [[unlikely]]
    return Value::stop();
  if (static_cast<uint64_t>(iterator->index) < tuple->length) [[likely]]
    return tuple->items[iterator->index++];
  iterator->tuple = nullptr;
  return Value::stop();
}
inline Value next_of_range(RangeIterator* iterator) {
  if (iterator->remaining == 0) return Value::stop();
  int64_t number = iterator->current;
  iterator->current =
      static_cast<int64_t>(static_cast<uint64_t>(number) + static_cast<uint64_t>(iterator->step));
  --iterator->remaining;
  ++iterator->position;
  return make_int(number);
}
/// The index of the next entry of a forward dict iterator; -1: exhausted; -2: not this way (the dict
/// changed).
inline int64_t next_dict_entry_quick(DictIterator* iterator) {
  Dict* dict = iterator->dict;
  if (dict == nullptr) return -1;
  if (static_cast<int64_t>(dict->count) != iterator->expected) return -2;
  const DictTable* table = dict->table;
  auto position = static_cast<uint64_t>(iterator->position);
  uint64_t used = table != nullptr ? table->entries_used : 0;
  if (used != 0 && position < table->aux) position = table->aux;
  while (position < used && table->entries[position].key.is_null()) ++position;
  if (position >= used) {
    iterator->dict = nullptr;
    return -1;
  }
  if (iterator->remaining == 0) return -2;
  iterator->position = static_cast<int64_t>(position) + 1;
  --iterator->remaining;
  return static_cast<int64_t>(position);
}

}  // namespace ouro::vm
