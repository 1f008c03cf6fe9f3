// dict.keys(), dict.values(), dict.items(). Views of keys and items are sets in all but name.
#include "vm/builtins/dict_views.h"

namespace ouro::vm {

bool is_keys_view(Value value) {
  return is_instance(value, types.dict_keys);
}
bool is_items_view(Value value) {
  return is_instance(value, types.dict_items);
}

namespace {

Dict* dict_of(Value view) {
  return view.as<DictView>()->dict;
}

Result<int64_t> view_length(Value self) {
  return static_cast<int64_t>(dict_of(self)->count);
}

Result<bool> keys_contain(Value self, Value key) {
  return dict_contains(dict_of(self), key);
}

Result<bool> items_contain(Value self, Value pair) {
  if (!is_tuple(pair) || pair.as<Tuple>()->length != 2) return false;
  Tuple* item = pair.as<Tuple>();
  Value found = TRY(dict_get(dict_of(self), item->items[0]));
  if (found.is_null()) return false;
  if (found == item->items[1]) return true;
  return keys_equal(found, item->items[1]);
}

Result<bool> view_contains(Value self, Value item) {
  return is_keys_view(self) ? keys_contain(self, item) : items_contain(self, item);
}

Result<Value> view_repr(Value self) {
  ReprGuard guard(self.object());
  if (guard.repeated()) return make_str("...");
  List* items = TRY(to_list(self));
  Str* shown = TRY(repr(items));
  return format_text("{}({})", {type_of(self)->name, shown});
}

Result<Value> view_mapping(Value self) {
  return make_mappingproxy(dict_of(self));
}

// ---- as sets

Result<bool> all_contained(Value items, Value container) {
  Value iterator = TRY(iterate(items));
  for (;;) {
    Value item = TRY(next(iterator));
    if (item.is_stop()) return true;
    if (!TRY(contains(container, item))) return false;
  }
}

Result<Value> view_compare(Value self, Value other, CompareOp op) {
  if (!is_set(other) && !is_set_view(other)) return not_implemented();
  auto own = static_cast<size_t>(TRY(length(self)));
  auto others = static_cast<size_t>(TRY(length(other)));
  bool wanted = op != CompareOp::NotEqual;
  CompareOp size_op = wanted ? op : CompareOp::Equal;
  bool holds = compare_values(own, others, size_op);
  if (holds) {
    bool turned = op == CompareOp::Greater || op == CompareOp::GreaterEqual;
    holds = turned ? TRY(all_contained(other, self)) : TRY(all_contained(self, other));
  }
  return make_bool(holds == wanted);
}

Result<Set*> to_new_set(Value view) {
  Set* set = make_set();
  Value source = view;
  if (is_keys_view(view) && is_exact_dict(dict_of(view))) source = dict_of(view);
  TRY(set_update(set, source));
  return set;
}

Result<Value> view_subtract(Value left, Value right) {
  Set* set = TRY(to_new_set(left));
  TRY(call_method(set, names.difference_update, {right}));
  return set;
}

Result<Value> view_or(Value left, Value right) {
  Set* set = TRY(to_new_set(left));
  TRY(set_update(set, right));
  return set;
}

Result<Value> view_and(Value left, Value right) {
  Value view = left, other = right;
  if (!is_set_view(view)) std::swap(view, other);
  int64_t own = TRY(view_length(view));
  if (has_root_shape(other, types.set) && own <= static_cast<int64_t>(other.as<Set>()->count))
    return call_method(other, names.intersection, {view});
  // The smaller of two views is gone through.
  if (is_set_view(other) && TRY(view_length(other)) > own) std::swap(view, other);
  Set* common = make_set();
  TRY(for_each(other, [&](Value item) -> Status {
    if (!TRY(view_contains(view, item))) return {};
    return set_add(common, item);
  }));
  return common;
}

// Items that are in just one of two dicts, without hashing values that are in both.
Result<Value> items_xor(Dict* a, Dict* b) {
  Dict* rest = dict_copy(a);
  Set* result = make_set();
  for (size_t i = 0; b->table != nullptr && i < b->table->entries_used; ++i) {
    DictEntry entry = b->table->entries[i];
    if (entry.key.is_null()) continue;
    int64_t found = TRY(dict_lookup(rest, entry.key, entry.hash));
    bool same = false;
    if (found >= 0) {
      Value value = rest->table->entries[found].value;
      same = value == entry.value || TRY(keys_equal(value, entry.value));
    }
    if (same)
      TRY(dict_delete(rest, entry.key));
    else
      TRY(set_add(result, make_tuple({entry.key, entry.value})));
  }
  Value key, value;
  for (size_t position = 0; dict_next(rest, &position, &key, &value);)
    TRY(set_add(result, make_tuple({key, value})));
  return result;
}

Result<Value> view_xor(Value left, Value right) {
  if (is_items_view(left) && is_items_view(right)) return items_xor(dict_of(left), dict_of(right));
  Set* set = TRY(to_new_set(left));
  TRY(call_method(set, names.symmetric_difference_update, {right}));
  return set;
}

Result<Value> view_isdisjoint(const Value* args) {
  Value self = args[0], other = args[1];
  if (self == other) return make_bool(dict_of(self)->count == 0);
  if ((is_set(other) || is_set_view(other)) && TRY(length(other)) > TRY(length(self))) std::swap(self, other);
  Value iterator = TRY(iterate(other));
  for (;;) {
    Value item = TRY(next(iterator));
    if (item.is_stop()) return make_bool(true);
    if (TRY(contains(self, item))) return make_bool(false);
  }
}

// ---- the types

Result<Value> keys_iter(Value self) {
  return make_dict_iterator(dict_of(self), types.dict_key_iterator);
}
Result<Value> values_iter(Value self) {
  return make_dict_iterator(dict_of(self), types.dict_value_iterator);
}
Result<Value> items_iter(Value self) {
  return make_dict_iterator(dict_of(self), types.dict_item_iterator);
}
Result<Value> keys_reversed(const Value* args) {
  return make_dict_iterator(dict_of(args[0]), types.dict_reverse_key_iterator);
}
Result<Value> values_reversed(const Value* args) {
  return make_dict_iterator(dict_of(args[0]), types.dict_reverse_value_iterator);
}
Result<Value> items_reversed(const Value* args) {
  return make_dict_iterator(dict_of(args[0]), types.dict_reverse_item_iterator);
}

constexpr const char* kReversedDoc = "Return an iterator from the last to the first.";
constexpr MethodSpec kKeysMethods[] = {
    {"isdisjoint", "($self, other, /)", view_isdisjoint, "True if nothing is in both."},
    {"__reversed__", "($self, /)", keys_reversed, kReversedDoc},
};
constexpr MethodSpec kItemsMethods[] = {
    {"isdisjoint", "($self, other, /)", view_isdisjoint, "True if nothing is in both."},
    {"__reversed__", "($self, /)", items_reversed, kReversedDoc},
};
constexpr MethodSpec kValuesMethods[] = {
    {"__reversed__", "($self, /)", values_reversed, kReversedDoc},
};
constexpr GetSetSpec kGetSets[] = {
    {"mapping", view_mapping, nullptr, "The dictionary that this is a view of, read-only."},
};

constexpr TypeSpec view_spec(const char* name, std::span<const MethodSpec> methods, UnaryFn iter) {
  TypeSpec spec = {
      .name = name,
      .kind = Kind::kView,
      .basic_size = sizeof(DictView),
      .flags = kTypeDisallowNew,
      .trace = trace_members<&DictView::dict>,
      .methods = methods,
      .getsets = kGetSets,
  };
  spec.slots.repr = view_repr;
  spec.slots.iter = iter;
  spec.slots.length = view_length;
  return spec;
}

constexpr TypeSpec set_view_spec(const char* name, std::span<const MethodSpec> methods, UnaryFn iter,
                                 Result<bool> (*contains)(Value, Value)) {
  TypeSpec spec = view_spec(name, methods, iter);
  spec.slots.hash = hash_not_implemented;
  spec.slots.richcompare = view_compare;
  spec.slots.contains = contains;
  spec.slots.subtract = view_subtract;
  spec.slots.and_ = view_and;
  spec.slots.or_ = view_or;
  spec.slots.xor_ = view_xor;
  return spec;
}

constexpr TypeSpec kKeys = set_view_spec("dict_keys", kKeysMethods, keys_iter, keys_contain);
constexpr TypeSpec kItems = set_view_spec("dict_items", kItemsMethods, items_iter, items_contain);
constexpr TypeSpec kValues = view_spec("dict_values", kValuesMethods, values_iter);

}  // namespace

void complete_dict_views() {
  complete_native_type(types.dict_keys, kKeys);
  complete_native_type(types.dict_values, kValues);
  complete_native_type(types.dict_items, kItems);
}

}  // namespace ouro::vm
