// collections.OrderedDict: a dict whose order can be changed.
//
// A dict keeps its order by itself, so this class adds only methods: moving an item to an end is taking it
// out and putting it in there (see dict_move_to_front for why that is cheap). Iterators notice changes of the
// keys or their order by the version of the dict's keys.
#include "vm/modules/_collections.h"
#include "vm/object/types.h"

namespace ouro::vm::collections {

namespace {

Type *ordered_dict_type = nullptr, *iterator_type = nullptr, *keys_type = nullptr, *values_type = nullptr,
     *items_type = nullptr;

enum Part : uint8_t { kKey = 1, kValue = 2, kItem = 3 };

struct OrderedDictIterator : Object {
  Dict* dict;        // null: exhausted
  int64_t position;  // of the next entry; -1: there is none
  uint32_t version;  // of the keys when the iteration began
  Part part;
  bool reverse;
};

Dict* self_of(Value value) {
  return value.as<Dict>();
}
bool is_exact(Value value) {
  return type_of(value) == ordered_dict_type;
}

// ---- iteration

// The live entry at `position` or beyond it; -1: none.
int64_t find_entry(Dict* dict, int64_t position, bool reverse) {
  const DictTable* table = dict->table;
  if (table == nullptr) return -1;
  auto used = static_cast<int64_t>(table->entries_used);
  if (!reverse) position = std::max<int64_t>(position, table->aux);
  while (position >= 0 && position < used) {
    if (!table->entries[position].key.is_null()) return position;
    position += reverse ? -1 : 1;
  }
  return -1;
}

Value make_iterator(Dict* dict, Part part, bool reverse) {
  auto* iterator = allocate_instance<OrderedDictIterator>(iterator_type);
  iterator->part = part;
  iterator->reverse = reverse;
  iterator->version = dict_keys_version(dict);
  int64_t first = reverse && dict->table != nullptr ? static_cast<int64_t>(dict->table->entries_used) - 1 : 0;
  iterator->position = find_entry(dict, first, reverse);
  store(iterator, iterator->dict, dict);
  return iterator;
}

Result<Value> iterator_next(Value value) {
  auto* self = value.as<OrderedDictIterator>();
  Dict* dict = self->dict;
  if (dict == nullptr) return Value::stop();
  if (self->position < 0) {
    self->dict = nullptr;
    return Value::stop();
  }
  if (dict->table == nullptr || dict->table->version != self->version) {
    self->dict = nullptr;
    return raise(types.RuntimeError, "OrderedDict mutated during iteration");
  }
  const DictEntry entry = dict->table->entries[self->position];
  self->position = find_entry(dict, self->position + (self->reverse ? -1 : 1), self->reverse);
  if (self->part == kKey) return entry.key;
  if (self->part == kValue) return entry.value;
  return make_tuple({entry.key, entry.value});
}

Result<Value> iterator_reduce(const Value* args) {
  auto* self = args[0].as<OrderedDictIterator>();
  auto* copy = allocate_instance<OrderedDictIterator>(iterator_type);
  copy->dict = self->dict;
  copy->position = self->position;
  copy->version = self->version;
  copy->part = self->part;
  copy->reverse = self->reverse;
  write_barrier(copy);
  List* rest = TRY(to_list(copy));
  Value iter = TRY(builtin_named(names.iter));
  return reduce_with(iter, rest);
}

constexpr MethodSpec kIteratorMethods[] = {{"__reduce__", "($self, /)", iterator_reduce}};
constexpr TypeSpec kIterator = {
    .name = "odict_iterator",
    .kind = Kind::kIterator,
    .basic_size = sizeof(OrderedDictIterator),
    .flags = kTypeDisallowNew,
    .trace = trace_members<&OrderedDictIterator::dict>,
    .methods = kIteratorMethods,
    .slots = iterator_class_slots(nullptr, iterator_next),
};

// ---- views

template <Part part>
Result<Value> view_iter(Value self) {
  return make_iterator(self.as<DictView>()->dict, part, false);
}
template <Part part>
Result<Value> view_reversed(const Value* args) {
  return make_iterator(args[0].as<DictView>()->dict, part, true);
}

template <Part part>
inline constexpr MethodSpec kViewMethods[] = {{"__reversed__", "($self, /)", view_reversed<part>}};

template <Part part>
constexpr TypeSpec view_spec(const char* name) {
  TypeSpec spec = {
      .name = name,
      .kind = Kind::kView,
      .basic_size = sizeof(DictView),
      .flags = kTypeDisallowNew,
      .trace = trace_members<&DictView::dict>,
      .methods = kViewMethods<part>,
  };
  spec.slots.iter = view_iter<part>;
  return spec;
}
constexpr TypeSpec kKeys = view_spec<kKey>("odict_keys");
constexpr TypeSpec kValues = view_spec<kValue>("odict_values");
constexpr TypeSpec kItems = view_spec<kItem>("odict_items");

Value make_view(Value self, Type* type) {
  auto* view = allocate_instance<DictView>(type);
  store(view, view->dict, self_of(self));
  return view;
}
Result<Value> ordered_keys(const Value* args) {
  return make_view(args[0], keys_type);
}
Result<Value> ordered_values(const Value* args) {
  return make_view(args[0], values_type);
}
Result<Value> ordered_items(const Value* args) {
  return make_view(args[0], items_type);
}
Result<Value> ordered_iter(Value self) {
  return make_iterator(self_of(self), kKey, false);
}
Result<Value> ordered_reversed(const Value* args) {
  return make_iterator(self_of(args[0]), kKey, true);
}

// ---- update, which goes through __setitem__

Status set_pair(Value self, Value pair) {
  Value iterator = TRY(iterate(pair));
  Value key = TRY(next(iterator));
  if (key.is_stop()) return raise(types.ValueError, "need more than 0 values to unpack");
  Value value = TRY(next(iterator));
  if (value.is_stop()) return raise(types.ValueError, "need more than 1 value to unpack");
  if (!TRY(next(iterator)).is_stop())
    return raise(types.ValueError, "too many values to unpack (expected 2)");
  return set_item(self, key, value);
}

Status set_pairs(Value self, Value pairs) {
  return for_each(pairs, [self](Value pair) { return set_pair(self, pair); });
}

Status update_from(Value self, Value other) {
  if (is_exact_dict(other)) {
    // What was in the dict at first, whatever __setitem__ does to it.
    Dict* items = dict_copy(other.as<Dict>());
    Value key, value;
    for (size_t position = 0; dict_next(items, &position, &key, &value);) TRY(set_item(self, key, value));
    return {};
  }
  Value keys = TRY(find_attribute(other, names.keys));
  if (!keys.is_null()) {
    Value all = TRY(call(keys));
    return for_each(all, [&](Value key) -> Status {
      Value value = TRY(get_item(other, key));
      return set_item(self, key, value);
    });
  }
  Value items = TRY(find_attribute(other, names.items));
  if (!items.is_null()) return set_pairs(self, TRY(call(items)));
  return set_pairs(self, other);
}

Status update_from_call(Value self, const Arguments& arguments) {
  if (arguments.positional > 0) TRY(update_from(self, arguments[0]));
  for (size_t i = 0; i < arguments.keyword_count(); ++i)
    TRY(set_item(self, arguments.keywords->items[i], arguments[arguments.positional + i]));
  return {};
}

Result<Value> ordered_update(Value self, const Arguments& arguments) {
  if (arguments.positional > 1)
    return raise(types.TypeError, "update() takes at most 1 positional argument ({} given)",
                 arguments.positional);
  TRY(update_from_call(self, arguments));
  return none();
}

Status ordered_init(Value self, const Arguments& arguments) {
  if (arguments.positional > 1)
    return raise(types.TypeError, "expected at most 1 arguments, got {}", arguments.positional);
  return update_from_call(self, arguments);
}

Result<Value> ordered_fromkeys(const Value* args) {
  Value value = args[2].is_null() ? none() : args[2];
  Value made = TRY(call(args[0]));
  TRY(for_each(args[1], [&](Value key) { return set_item(made, key, value); }));
  return made;
}

Result<Value> ordered_or(Value left, Value right) {
  bool left_is_self = is_instance(left, ordered_dict_type);
  if (!is_dict(left_is_self ? right : left)) return not_implemented();
  Value merged = TRY(call(type_of(left_is_self ? left : right), {left}));
  TRY(update_from(merged, right));
  return merged;
}

Result<Value> ordered_inplace_or(Value left, Value right) {
  TRY(update_from(left, right));
  return left;
}

// ---- single items

Result<Value> ordered_setdefault(const Value* args) {
  Value default_ = args[2].is_null() ? none() : args[2];
  if (is_exact(args[0])) return dict_set_default(self_of(args[0]), args[1], default_);
  if (TRY(contains(args[0], args[1]))) return get_item(args[0], args[1]);
  TRY(set_item(args[0], args[1], default_));
  return default_;
}

Result<Value> ordered_pop(const Value* args) {
  int64_t hash = TRY(key_hash(args[1]));
  int64_t entry = TRY(dict_lookup(self_of(args[0]), args[1], hash));
  if (entry >= 0) {
    Value value = self_of(args[0])->table->entries[entry].value;
    dict_remove_entry(self_of(args[0]), entry);
    return value;
  }
  if (!args[2].is_null()) return args[2];
  return raise_key_error(args[1]);
}

Result<Value> ordered_popitem(const Value* args) {
  bool last = args[1].is_null() || TRY(is_true(args[1]));
  Dict* dict = self_of(args[0]);
  Value key, value;
  if (!(last ? dict_pop_last(dict, &key, &value) : dict_pop_first(dict, &key, &value)))
    return raise_with(types.KeyError, {make_str("dictionary is empty")});
  return make_tuple({key, value});
}

Result<Value> ordered_move_to_end(const Value* args) {
  bool last = args[2].is_null() || TRY(is_true(args[2]));
  Dict* dict = self_of(args[0]);
  if (dict->count == 0) return raise_key_error(args[1]);
  int64_t hash = TRY(key_hash(args[1]));
  int64_t entry = TRY(dict_lookup(dict, args[1], hash));
  if (entry < 0) return raise_key_error(args[1]);
  int64_t beyond = find_entry(dict, last ? entry + 1 : entry - 1, !last);
  if (beyond < 0) return none();  // it is there already
  TRY(last ? dict_move_to_back(dict, entry) : dict_move_to_front(dict, entry));
  return none();
}

Result<Value> ordered_clear(const Value* args) {
  dict_clear(self_of(args[0]));
  return none();
}

// ---- the rest

Result<Value> ordered_copy(const Value* args) {
  Dict* dict = self_of(args[0]);
  Value copy =
      TRY(is_exact(args[0]) ? Result<Value>(allocate_instance(ordered_dict_type)) : call(type_of(args[0])));
  if (is_exact(args[0])) {
    TRY(dict_update(self_of(copy), dict_copy(dict)));
    return copy;
  }
  Dict* keys = dict_copy(dict);
  Value key;
  for (size_t position = 0; dict_next(keys, &position, &key, nullptr);) {
    Value value = TRY(get_item(args[0], key));
    TRY(set_item(copy, key, value));
  }
  return copy;
}

Result<Value> ordered_reduce(const Value* args) {
  Value state = TRY(instance_state(args[0]));
  Value items = TRY(call_method(args[0], names.items));
  Value iterator = TRY(iterate(items));
  return make_tuple({type_of(args[0]), empty_tuple(), state, none(), iterator});
}

Result<Value> ordered_sizeof(const Value* args) {
  Dict* dict = self_of(args[0]);
  return make_int(
      static_cast<int64_t>(cell_size(dict) + (dict->table != nullptr ? cell_size(dict->table) : 0)));
}

Result<Value> ordered_repr(Value self) {
  Str* name = type_of(self)->name;
  if (self_of(self)->count == 0) return format_text("{}()", {name});
  ReprGuard guard(self.object());
  if (guard.repeated()) return make_str("...");
  Value items = is_exact(self) ? make_view(self, items_type) : TRY(call_method(self, names.items));
  List* pairs = TRY(to_list(items));
  Str* shown = TRY(repr(pairs));
  return format_text("{}({})", {name, shown});
}

Result<bool> same_key_order(Dict* a, Dict* b) {
  size_t i = 0, j = 0;
  for (;;) {
    Value left, right;
    bool more = dict_next(a, &i, &left, nullptr);
    if (more != dict_next(b, &j, &right, nullptr)) return false;
    if (!more) return true;
    if (!(left == right) && !TRY(keys_equal(left, right))) return false;
  }
}

Result<Value> ordered_compare(Value self, Value other, CompareOp op) {
  if (!is_instance(self, ordered_dict_type) || !is_dict(other)) return not_implemented();
  if (op != CompareOp::Equal && op != CompareOp::NotEqual) return not_implemented();
  Value same = TRY(types.dict->slots.richcompare(self, other, CompareOp::Equal));
  bool holds = same == make_bool(true);
  if (holds && is_instance(other, ordered_dict_type))
    holds = TRY(same_key_order(self_of(self), self_of(other)));
  return make_bool(holds == (op == CompareOp::Equal));
}

constexpr MethodSpec kMethods[] = {
    {"fromkeys", "($type, /, iterable, value=None)", ordered_fromkeys,
     "Make a new one with keys from an iterable, all of one value.", Binding::Class},
    {"__sizeof__", "($self, /)", ordered_sizeof},
    {"__reduce__", "($self, /)", ordered_reduce, "Return state information for pickling"},
    {"setdefault", "($self, /, key, default=None)", ordered_setdefault,
     "Return the value of a key; a key that is not there is put in with the default."},
    {"pop", "($self, /, key, default=<unrepresentable>)", ordered_pop,
     "Remove a key and return its value, or the default if the key is not there."},
    {"popitem", "($self, /, last=True)", ordered_popitem,
     "Remove and return the last or the first (key, value) pair."},
    {"keys", "($self, /)", ordered_keys},
    {"values", "($self, /)", ordered_values},
    {"items", "($self, /)", ordered_items},
    {.name = "update", .signature = nullptr, .function = nullptr, .raw = ordered_update},
    {"clear", "($self, /)", ordered_clear, "Remove all items."},
    {"copy", "($self, /)", ordered_copy, "Return a copy with the same items in the same order."},
    {"__reversed__", "($self, /)", ordered_reversed},
    {"move_to_end", "($self, /, key, last=True)", ordered_move_to_end,
     "Make an item the last or the first one."},
};

constexpr Slots ordered_slots() {
  Slots slots = {};
  slots.init = ordered_init;
  slots.repr = ordered_repr;
  slots.hash = hash_not_implemented;
  slots.richcompare = ordered_compare;
  slots.iter = ordered_iter;
  slots.or_ = ordered_or;
  slots.inplace_or = ordered_inplace_or;
  return slots;
}
constexpr TypeSpec kOrderedDict = {
    .name = "collections.OrderedDict",
    .kind = Kind::kDict,
    .basic_size = sizeof(Dict),
    .flags = kTypeBase | kTypeMapping | kTypeMatchSelf | kTypeHasDict | kTypeHasWeakrefs,
    .trace = trace_members<&Dict::table>,
    .methods = kMethods,
    .doc = "A dict with methods to change the order of its items.",
    .slots = ordered_slots(),
};

Status make_type(Type** type, const TypeSpec& spec, Type* base) {
  if (*type != nullptr) return {};
  *type = make_native_type(spec, base);
  add_root(reinterpret_cast<Object**>(type));
  return {};
}

}  // namespace

Status add_ordered_dict(Module* module) {
  TRY(make_type(&iterator_type, kIterator, types.object));
  TRY(make_type(&keys_type, kKeys, types.dict_keys));
  TRY(make_type(&values_type, kValues, types.dict_values));
  TRY(make_type(&items_type, kItems, types.dict_items));
  return add_type(module, &ordered_dict_type, kOrderedDict, types.dict);
}

}  // namespace ouro::vm::collections
