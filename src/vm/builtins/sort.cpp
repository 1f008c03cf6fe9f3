// list.sort: keys, the kinds of comparison, and safety against code that runs meanwhile.
//
// While a sort runs the list is empty; a copy of what was in it is worked on outside of the collector's heap,
// kept alive by the list's old storage. If all keys are of one well-known type, items are compared directly;
// otherwise through __lt__, which may run any code.
#include "vm/builtins/sort.h"

#include <cstring>

#include "vm/builtins/container_util.h"

namespace ouro::vm {

namespace {

// An item with its key; without a key function items are sorted as such.
struct Keyed {
  Value key, value;
};
Value key_of(Value item) {
  return item;
}
Value key_of(const Keyed& item) {
  return item.key;
}

enum class KeyType : uint8_t { Int, Float, Latin1, Text, Tuple, Other };

KeyType kind_of_key(Value key) {
  if (key.is_small_int()) return KeyType::Int;
  if (key.is_flonum() || has_root_shape(key, types.float_)) return KeyType::Float;
  if (is_exact_str(key)) return key.as<Str>()->width() == 1 ? KeyType::Latin1 : KeyType::Text;
  if (is_exact_tuple(key)) return KeyType::Tuple;
  return KeyType::Other;
}

template <class Item>
KeyType common_kind(const Item* items, size_t count) {
  KeyType common = kind_of_key(key_of(items[0]));
  for (size_t i = 1; i < count && common != KeyType::Other; ++i) {
    KeyType kind = kind_of_key(key_of(items[i]));
    if (kind == common) continue;
    bool both_text = (kind == KeyType::Latin1 || kind == KeyType::Text) &&
                     (common == KeyType::Latin1 || common == KeyType::Text);
    common = both_text ? KeyType::Text : KeyType::Other;
  }
  return common;
}

int int_less(Value a, Value b) {
  return static_cast<int64_t>(a.bits()) < static_cast<int64_t>(b.bits());
}
int float_less(Value a, Value b) {
  return float_value(a) < float_value(b);
}
int latin1_less(Value a, Value b) {
  const Str *x = a.as<Str>(), *y = b.as<Str>();
  int order = std::memcmp(x->latin1(), y->latin1(), std::min(x->length, y->length));
  return order != 0 ? order < 0 : x->length < y->length;
}
int text_less(Value a, Value b) {
  return compare(a.as<Str>(), b.as<Str>()) < 0;
}
int any_less(Value a, Value b) {
  Result<bool> result = less(a, b);
  return result.ok() ? result.unwrap() : -1;
}
int tuple_less(Value a, Value b) {
  Tuple *x = a.as<Tuple>(), *y = b.as<Tuple>();
  for (size_t i = 0; i < x->length && i < y->length; ++i) {
    Value left = x->items[i], right = y->items[i];
    if (left == right) continue;
    if (Value::both_small_int(left, right)) return int_less(left, right);
    Result<bool> same = keys_equal(left, right);
    if (!same.ok()) return -1;
    if (!same.unwrap()) return any_less(left, right);
  }
  return x->length < y->length;
}

template <class Item, int (*less_values)(Value, Value)>
bool run_sort(Item* items, size_t count) {
  auto less_items = [](const Item& a, const Item& b) { return less_values(key_of(a), key_of(b)); };
  return MergeSort<Item, decltype(less_items)>(items, count, less_items).sort();
}

template <class Item>
bool sort_items(Item* items, size_t count) {
  if (count < 2) return true;
  switch (common_kind(items, count)) {
    case KeyType::Int:
      return run_sort<Item, int_less>(items, count);
    case KeyType::Float:
      return run_sort<Item, float_less>(items, count);
    case KeyType::Latin1:
      return run_sort<Item, latin1_less>(items, count);
    case KeyType::Text:
      return run_sort<Item, text_less>(items, count);
    case KeyType::Tuple:
      return run_sort<Item, tuple_less>(items, count);
    case KeyType::Other:
      break;
  }
  return run_sort<Item, any_less>(items, count);
}

// Sorting backwards keeps equal items in order: turn around, sort, turn around.
template <class Item>
bool sort_in_direction(std::vector<Item>& items, bool reverse) {
  if (reverse) std::reverse(items.begin(), items.end());
  bool ok = sort_items(items.data(), items.size());
  if (reverse) std::reverse(items.begin(), items.end());
  return ok;
}

bool sort_plain(Array* values, size_t count, bool reverse) {
  std::vector<Value> items(values->items, values->items + count);
  bool ok = sort_in_direction(items, reverse);
  std::copy(items.begin(), items.end(), values->items);
  write_barrier(values);
  return ok;
}

// When the key function raises the values stay as they were.
bool sort_keyed(Array* values, size_t count, Value key, bool reverse) {
  Array* keys = make_array(count);
  for (size_t i = 0; i < count; ++i) {
    Result<Value> made = call(key, {values->items[i]});
    if (!made.ok()) return false;
    store(keys, keys->items[i], made.unwrap());
  }
  std::vector<Keyed> items(count);
  for (size_t i = 0; i < count; ++i) items[i] = {keys->items[i], values->items[i]};
  bool ok = sort_in_direction(items, reverse);
  for (size_t i = 0; i < count; ++i) values->items[i] = items[i].value;
  write_barrier(values);
  asm volatile("" : : "r"(keys));  // until here the collector must find it on the stack
  return ok;
}

}  // namespace

Status list_sort(List* list, Value key_or_null, bool reverse) {
  Array* values = list->storage;
  size_t count = list->length;
  Array* nothing = make_array(0);  // whoever changes the list meanwhile puts other storage in its place
  list->length = 0;
  store(list, list->storage, nothing);
  bool ok = true;
  if (values != nullptr)
    ok = key_or_null.is_null() ? sort_plain(values, count, reverse)
                               : sort_keyed(values, count, key_or_null, reverse);
  bool touched = list->storage != nothing || list->length != 0;
  list->length = count;
  store(list, list->storage, values);
  if (!ok) return Raised{};
  if (touched) return raise(types.ValueError, "list modified during sort");
  return {};
}

}  // namespace ouro::vm
