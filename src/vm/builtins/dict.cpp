// dict: what Python sees of it. The table is in object/dict.cpp, views and iterators in dict_views.cpp and
// dict_iterators.cpp.
#include "vm/builtins/container_util.h"
#include "vm/object/set_table.h"

namespace ouro::vm {

namespace {

Dict* self_of(Value value) {
  return value.as<Dict>();
}

// ---- construction and update

Result<Value> dict_new(Type* type, const Arguments&) {
  if (type == types.dict) return make_dict();
  return allocate_instance(type);
}

// The argument of dict() and update(): a mapping, or pairs.
Status update_from_argument(Dict* dict, Value other) {
  if (is_exact_dict(other)) return dict_update(dict, other);
  Value keys = TRY(find_attribute(other, names.keys));
  return keys.is_null() ? dict_update_pairs(dict, other) : dict_update(dict, other);
}

Status update_from_call(Dict* dict, const char* name, const Arguments& arguments) {
  if (arguments.positional > 1)
    return raise(types.TypeError, "{} expected at most 1 argument, got {}", name, arguments.positional);
  if (arguments.positional == 1) TRY(update_from_argument(dict, arguments[0]));
  for (size_t i = 0; i < arguments.keyword_count(); ++i)
    TRY(dict_set(dict, arguments.keywords->items[i], arguments[arguments.positional + i]));
  return {};
}

Status dict_init(Value self, const Arguments& arguments) {
  return update_from_call(self_of(self), "dict", arguments);
}

Result<Value> dict_update_method(Value self, const Arguments& arguments) {
  TRY(update_from_call(self_of(self), "update", arguments));
  return none();
}

// Dicts and sets know the hashes of their items.
Status fill_from_known(Dict* dict, Value keys, Value value) {
  if (is_dict(keys)) {
    Dict* source = keys.as<Dict>();
    for (size_t i = 0; source->table != nullptr && i < source->table->entries_used; ++i) {
      DictEntry entry = source->table->entries[i];
      if (!entry.key.is_null()) TRY(dict_set(dict, entry.key, entry.hash, value));
    }
    return {};
  }
  size_t position = 0;
  for (SetEntry entry; set_next_entry(keys.as<Set>(), &position, &entry);)
    TRY(dict_set(dict, entry.key, entry.hash, value));
  return {};
}

bool knows_hashes(Value keys) {
  return is_exact_dict(keys) || has_root_shape(keys, types.set) || has_root_shape(keys, types.frozenset);
}

Result<Value> dict_fromkeys(const Value* args) {
  Value value = args[2].is_null() ? none() : args[2];
  Value made = TRY(call(args[0]));
  if (is_exact_dict(made) && self_of(made)->count == 0 && knows_hashes(args[1])) {
    TRY(fill_from_known(self_of(made), args[1], value));
  } else if (is_exact_dict(made)) {
    TRY(for_each(args[1], [&](Value key) { return dict_set(self_of(made), key, value); }));
  } else {
    TRY(for_each(args[1], [&](Value key) { return set_item(made, key, value); }));
  }
  return made;
}

// ---- mapping operations

Result<int64_t> dict_length(Value self) {
  return static_cast<int64_t>(self_of(self)->count);
}

Result<Value> dict_subscript(Value self, Value key) {
  Value value = TRY(dict_get(self_of(self), key));
  if (!value.is_null()) return value;
  if (!is_exact_dict(self)) {
    bool found = false;
    Value made = TRY(call_special(self, names.dunder_missing, {key}, &found));
    if (found) return made;
  }
  return raise_key_error(key);
}

Status dict_assign(Value self, Value key, Value value) {
  if (!value.is_null()) return dict_set(self_of(self), key, value);
  if (!TRY(dict_delete(self_of(self), key))) return raise_key_error(key);
  return {};
}

Result<bool> dict_contains_slot(Value self, Value key) {
  return dict_contains(self_of(self), key);
}

Result<Value> dict_or(Value left, Value right) {
  if (!is_dict(left) || !is_dict(right)) return not_implemented();
  Dict* merged = dict_copy(self_of(left));
  TRY(update_from_argument(merged, right));
  return merged;
}

Result<Value> dict_inplace_or(Value left, Value right) {
  TRY(update_from_argument(self_of(left), right));
  return left;
}

// Whether all items of `a` are in `b`. The dicts have the same size.
Result<bool> same_items(Dict* a, Dict* b) {
  for (size_t i = 0; a->table != nullptr && i < a->table->entries_used; ++i) {
    DictEntry entry = a->table->entries[i];
    if (entry.key.is_null()) continue;
    Value other = TRY(dict_get(b, entry.key, entry.hash));
    if (other.is_null()) return false;
    if (!(entry.value == other) && !TRY(keys_equal(entry.value, other))) return false;
  }
  return true;
}

Result<Value> dict_compare(Value self, Value other, CompareOp op) {
  if (!is_dict(self) || !is_dict(other) || (op != CompareOp::Equal && op != CompareOp::NotEqual))
    return not_implemented();
  Dict *a = self_of(self), *b = self_of(other);
  bool same = a->count == b->count && TRY(same_items(a, b));
  return make_bool(same == (op == CompareOp::Equal));
}

Result<Value> dict_repr(Value self) {
  Dict* dict = self_of(self);
  if (dict->count == 0) return make_str("{}");
  ReprGuard guard(dict);
  if (guard.repeated()) return make_str("{...}");
  StrBuilder text;
  text.append_ascii("{");
  Value key, value;
  bool first = true;
  for (size_t position = 0; dict_next(dict, &position, &key, &value); first = false) {
    if (!first) text.append_ascii(", ");
    text.append(TRY(repr(key)));
    text.append_ascii(": ");
    text.append(TRY(repr(value)));
  }
  text.append_ascii("}");
  return text.finish();
}

// ---- methods

Result<Value> dict_contains_method(const Value* args) {
  return make_bool(TRY(dict_contains(self_of(args[0]), args[1])));
}

Result<Value> dict_getitem(const Value* args) {
  return dict_subscript(args[0], args[1]);
}

Result<Value> dict_get_method(const Value* args) {
  Value value = TRY(dict_get(self_of(args[0]), args[1]));
  if (!value.is_null()) return value;
  return args[2].is_null() ? none() : args[2];
}

Result<Value> dict_setdefault(const Value* args) {
  return dict_set_default(self_of(args[0]), args[1], args[2].is_null() ? none() : args[2]);
}

Result<Value> dict_pop_method(const Value* args) {
  Value value = TRY(dict_pop(self_of(args[0]), args[1]));
  if (!value.is_null()) return value;
  if (!args[2].is_null()) return args[2];
  return raise_key_error(args[1]);
}

Result<Value> dict_popitem(const Value* args) {
  Value key, value;
  if (!dict_pop_last(self_of(args[0]), &key, &value))
    return raise_with(types.KeyError, {make_str("popitem(): dictionary is empty")});
  return make_tuple({key, value});
}

Result<Value> dict_clear_method(const Value* args) {
  dict_clear(self_of(args[0]));
  return none();
}

Result<Value> dict_copy_method(const Value* args) {
  return dict_copy(self_of(args[0]));
}

Result<Value> dict_sizeof(const Value* args) {
  Dict* dict = self_of(args[0]);
  return make_int(static_cast<int64_t>(sizeof(Dict) + (dict->table != nullptr ? cell_size(dict->table) : 0)));
}

Value make_view(Value self, Type* type) {
  auto* view = allocate<DictView>(type->root_shape);
  view->dict = self_of(self);
  return view;
}
Result<Value> dict_keys(const Value* args) {
  return make_view(args[0], types.dict_keys);
}
Result<Value> dict_values(const Value* args) {
  return make_view(args[0], types.dict_values);
}
Result<Value> dict_items(const Value* args) {
  return make_view(args[0], types.dict_items);
}

Result<Value> dict_iter(Value self) {
  return make_dict_iterator(self_of(self), types.dict_key_iterator);
}
Result<Value> dict_reversed(const Value* args) {
  return make_dict_iterator(self_of(args[0]), types.dict_reverse_key_iterator);
}

constexpr MethodSpec kMethods[] = {
    {"__contains__", "($self, key, /)", dict_contains_method, "True if the dictionary has the key."},
    {"__getitem__", "($self, key, /)", dict_getitem, "Return self[key]."},
    {"__sizeof__", "($self, /)", dict_sizeof, "Return the size of the dictionary in memory, in bytes."},
    {"get", "($self, key, default=None, /)", dict_get_method, "Return the value of a key, or the default."},
    {"setdefault", "($self, key, default=None, /)", dict_setdefault,
     "Return the value of a key; a key that is not there is put in with the default."},
    {"pop", "($self, key, default=<unrepresentable>, /)", dict_pop_method,
     "Remove a key and return its value, or the default if the key is not there."},
    {"popitem", "($self, /)", dict_popitem, "Remove the last (key, value) pair and return it."},
    {"keys", "($self, /)", dict_keys, "Return a view of the keys."},
    {"items", "($self, /)", dict_items, "Return a view of the (key, value) pairs."},
    {"values", "($self, /)", dict_values, "Return a view of the values."},
    {.name = "update",
     .signature = nullptr,
     .function = nullptr,
     .doc = "Take over the items of a mapping, an iterable of pairs, and keyword arguments.",
     .raw = dict_update_method},
    {"fromkeys", "($type, iterable, value=None, /)", dict_fromkeys,
     "Make a new dictionary with keys from an iterable, all of one value.", Binding::Class},
    {"clear", "($self, /)", dict_clear_method, "Remove all items."},
    {"copy", "($self, /)", dict_copy_method, "Return a new dictionary of the same items."},
    {"__reversed__", "($self, /)", dict_reversed, "Return an iterator over the keys, the last one first."},
    {"__class_getitem__", "($type, object, /)", class_getitem_generic, "See PEP 585", Binding::Class},
};

constexpr Slots dict_slots() {
  Slots slots = {};
  slots.repr = dict_repr;
  slots.hash = hash_not_implemented;
  slots.richcompare = dict_compare;
  slots.iter = dict_iter;
  slots.new_ = dict_new;
  slots.init = dict_init;
  slots.or_ = dict_or;
  slots.inplace_or = dict_inplace_or;
  slots.length = dict_length;
  slots.subscript = dict_subscript;
  slots.assign = dict_assign;
  slots.contains = dict_contains_slot;
  return slots;
}

constexpr TypeSpec kDict = {
    .name = "dict",
    .kind = Kind::kDict,
    .basic_size = sizeof(Dict),
    .flags = kTypeBase | kTypeMapping | kTypeMatchSelf,
    .trace = trace_members<&Dict::table>,
    .methods = kMethods,
    .doc = "Mapping of keys to values, in the order of insertion.",
    .slots = dict_slots(),
};

}  // namespace

void complete_dict() {
  complete_native_type(types.dict, kDict);
}

}  // namespace ouro::vm
