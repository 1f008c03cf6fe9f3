// The six iterators of dict: keys, values and items, forwards and backwards.
#include "vm/builtins/iterator_methods.h"

namespace ouro::vm {

Value make_dict_iterator(Dict* dict, Type* iterator_type) {
  auto* iterator = allocate<DictIterator>(iterator_type->root_shape);
  iterator->dict = dict;
  iterator->expected = iterator->remaining = static_cast<int64_t>(dict->count);
  bool backwards = iterator_type == types.dict_reverse_key_iterator ||
                   iterator_type == types.dict_reverse_value_iterator ||
                   iterator_type == types.dict_reverse_item_iterator;
  if (backwards)
    iterator->position = dict->table != nullptr ? static_cast<int64_t>(dict->table->entries_used) - 1 : -1;
  return iterator;
}

namespace {

enum class Part : uint8_t { Key, Value, Item };

Value part_of(const DictEntry& entry, Part part) {
  if (part == Part::Key) return entry.key;
  if (part == Part::Value) return entry.value;
  return make_tuple({entry.key, entry.value});
}

Raised size_changed(DictIterator* iterator) {
  iterator->expected = -1;  // and so it stays
  return raise(types.RuntimeError, "dictionary changed size during iteration");
}

template <Part part>
Result<Value> next_forward(Value self) {
  auto* iterator = self.as<DictIterator>();
  Dict* dict = iterator->dict;
  int64_t entry = next_dict_entry_quick(iterator);
  if (entry >= 0) return part_of(dict->table->entries[entry], part);
  if (entry == -1) return Value::stop();
  if (static_cast<int64_t>(dict->count) != iterator->expected) return size_changed(iterator);
  iterator->dict = nullptr;
  return raise(types.RuntimeError, "dictionary keys changed during iteration");
}

template <Part part>
Result<Value> next_backward(Value self) {
  auto* iterator = self.as<DictIterator>();
  Dict* dict = iterator->dict;
  if (dict == nullptr) return Value::stop();
  if (static_cast<int64_t>(dict->count) != iterator->expected) return size_changed(iterator);
  const DictTable* table = dict->table;
  int64_t position = iterator->position;
  if (table == nullptr || position >= static_cast<int64_t>(table->entries_used)) position = -1;
  while (position >= 0 && table->entries[position].key.is_null()) --position;
  if (position < 0) {
    iterator->dict = nullptr;
    return Value::stop();
  }
  iterator->position = position - 1;
  --iterator->remaining;
  return part_of(table->entries[position], part);
}

constexpr TypeSpec iterator_spec(const char* name, UnaryFn next) {
  return table_iterator_spec<DictIterator, &DictIterator::dict>(name, next);
}

constexpr TypeSpec kKeys = iterator_spec("dict_keyiterator", next_forward<Part::Key>);
constexpr TypeSpec kValues = iterator_spec("dict_valueiterator", next_forward<Part::Value>);
constexpr TypeSpec kItems = iterator_spec("dict_itemiterator", next_forward<Part::Item>);
constexpr TypeSpec kReverseKeys = iterator_spec("dict_reversekeyiterator", next_backward<Part::Key>);
constexpr TypeSpec kReverseValues = iterator_spec("dict_reversevalueiterator", next_backward<Part::Value>);
constexpr TypeSpec kReverseItems = iterator_spec("dict_reverseitemiterator", next_backward<Part::Item>);

}  // namespace

void complete_dict_iterators() {
  complete_native_type(types.dict_key_iterator, kKeys);
  complete_native_type(types.dict_value_iterator, kValues);
  complete_native_type(types.dict_item_iterator, kItems);
  complete_native_type(types.dict_reverse_key_iterator, kReverseKeys);
  complete_native_type(types.dict_reverse_value_iterator, kReverseValues);
  complete_native_type(types.dict_reverse_item_iterator, kReverseItems);
}

}  // namespace ouro::vm
