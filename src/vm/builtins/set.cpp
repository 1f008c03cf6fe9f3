// set and frozenset: what Python sees of them. The table is in object/set.cpp.
#include "vm/builtins/iterator_methods.h"
#include "vm/heap/heap_inline.h"
#include "vm/object/set_table.h"

namespace ouro::vm {

namespace {

Set* self_of(Value value) {
  return value.as<Set>();
}
Tuple* others_of(Value value) {
  return value.as<Tuple>();
}

// set or frozenset, whichever the object's type derives from.
Type* base_type(Value value) {
  return is_kind(value, Kind::kFrozenSet) ? types.frozenset : types.set;
}

// ---- construction

Result<Value> set_new(Type* type, const Arguments&) {
  return set_allocate(type);
}

Status set_init(Value self, const Arguments& arguments) {
  static const Signature signature("set", "(iterable=(), /)");
  Value iterable;
  TRY(signature.bind(arguments, &iterable));
  set_clear(self_of(self));
  if (iterable.is_null()) return {};
  return set_update(self_of(self), iterable);
}

Result<Value> frozenset_new(Type* type, const Arguments& arguments) {
  static const Signature signature("frozenset", "(iterable=(), /)");
  Value iterable;
  TRY(bind_base(signature, arguments, replaces_init(type, types.frozenset), &iterable));
  if (type == types.frozenset) return make_frozenset(iterable);
  Set* set = set_allocate(type);
  if (!iterable.is_null()) TRY(set_update(set, iterable));
  return set;
}

Result<Set*> copy_of(Value self) {
  return set_copy(base_type(self), self_of(self));
}

// ---- membership. A set that is looked for stands for the frozenset of the same items.

template <class Operation>
Result<bool> with_set_key(Value key, Operation&& operation) {
  Result<bool> result = operation(key);
  if (result.ok() || !is_kind(key, Kind::kSet)) return result;
  if (!clear_if(types.TypeError)) return Raised{};
  Set* frozen = TRY(set_copy(types.frozenset, self_of(key)));
  return operation(frozen);
}

Result<bool> set_contains_slot(Value self, Value key) {
  return with_set_key(key, [self](Value item) { return set_contains(self_of(self), item); });
}
Result<bool> discard_item(Value self, Value key) {
  return with_set_key(key, [self](Value item) { return set_discard(self_of(self), item); });
}

Result<Value> set_contains_method(const Value* args) {
  return make_bool(TRY(set_contains_slot(args[0], args[1])));
}
Result<Value> set_add_method(const Value* args) {
  TRY(set_add(self_of(args[0]), args[1]));
  return none();
}
Result<Value> set_discard_method(const Value* args) {
  TRY(discard_item(args[0], args[1]));
  return none();
}
Result<Value> set_remove(const Value* args) {
  if (!TRY(discard_item(args[0], args[1]))) return raise_key_error(args[1]);
  return none();
}
Result<Value> set_pop_method(const Value* args) {
  Set* set = self_of(args[0]);
  if (set->count == 0) return raise_with(types.KeyError, {make_str("pop from an empty set")});
  return set_pop(set);
}
Result<Value> set_clear_method(const Value* args) {
  set_clear(self_of(args[0]));
  return none();
}
Result<Value> set_copy_method(const Value* args) {
  return copy_of(args[0]);
}
Result<Value> frozenset_copy(const Value* args) {
  if (has_root_shape(args[0], types.frozenset)) return args[0];
  return copy_of(args[0]);
}

// ---- union

Result<Value> set_union(const Value* args) {
  Set* result = TRY(copy_of(args[0]));
  for (Value other : others_of(args[1])->span()) {
    if (!(other == args[0])) TRY(set_update(result, other));
  }
  return result;
}
Result<Value> set_update_method(const Value* args) {
  for (Value other : others_of(args[1])->span()) TRY(set_update(self_of(args[0]), other));
  return none();
}
Result<Value> set_or(Value left, Value right) {
  if (!is_set(left) || !is_set(right)) return not_implemented();
  Set* result = TRY(copy_of(left));
  if (!(left == right)) TRY(set_update(result, right));
  return result;
}
Result<Value> set_inplace_or(Value left, Value right) {
  if (!is_set(right)) return not_implemented();
  TRY(set_update(self_of(left), right));
  return left;
}

// ---- intersection

Result<Set*> intersect(Value self, Value other) {
  if (self == other) return copy_of(self);
  Set* result = set_allocate(base_type(self));
  Set* set = self_of(self);
  if (is_set(other)) {
    Set* smaller = self_of(other);
    if (smaller->count > set->count) std::swap(smaller, set);
    size_t position = 0;
    for (SetEntry entry; set_next_entry(smaller, &position, &entry);) {
      if (TRY(set_contains(set, entry.key, entry.hash))) TRY(set_add(result, entry.key, entry.hash));
    }
    return result;
  }
  Value iterator = TRY(iterate(other));
  for (;;) {
    Value item = TRY(next(iterator));
    if (item.is_stop()) return result;
    int64_t hash = TRY(key_hash(item));
    if (!TRY(set_contains(set, item, hash))) continue;
    TRY(set_add(result, item, hash));
    if (result->count >= set->count) return result;
  }
}

Result<Set*> intersect_all(Value self, Tuple* others) {
  if (others->length == 0) return copy_of(self);
  Set* result = self_of(self);
  for (Value other : others->span()) result = TRY(intersect(result, other));
  return result;
}

Result<Value> set_intersection(const Value* args) {
  return intersect_all(args[0], others_of(args[1]));
}
Result<Value> set_intersection_update(const Value* args) {
  Set* result = TRY(intersect_all(args[0], others_of(args[1])));
  set_swap(self_of(args[0]), result);
  return none();
}
Result<Value> set_and(Value left, Value right) {
  if (!is_set(left) || !is_set(right)) return not_implemented();
  return intersect(left, right);
}
Result<Value> set_inplace_and(Value left, Value right) {
  if (!is_set(right)) return not_implemented();
  Set* result = TRY(intersect(left, right));
  set_swap(self_of(left), result);
  return left;
}

Result<Value> set_isdisjoint(const Value* args) {
  Set* set = self_of(args[0]);
  Value other = args[1];
  if (args[0] == other) return make_bool(set->count == 0);
  if (has_root_shape(other, types.set) || has_root_shape(other, types.frozenset)) {
    Set* smaller = self_of(other);
    if (smaller->count > set->count) std::swap(smaller, set);
    size_t position = 0;
    for (SetEntry entry; set_next_entry(smaller, &position, &entry);) {
      if (TRY(set_contains(set, entry.key, entry.hash))) return make_bool(false);
    }
    return make_bool(true);
  }
  Value iterator = TRY(iterate(other));
  for (;;) {
    Value item = TRY(next(iterator));
    if (item.is_stop()) return make_bool(true);
    if (TRY(set_contains(set, item))) return make_bool(false);
  }
}

// ---- difference

Status subtract_in_place(Value self, Value other) {
  Set* set = self_of(self);
  if (self == other) {
    set_clear(set);
    return {};
  }
  if (is_set(other)) {
    // Far more to remove than there is: only what is in both counts.
    Set* removed = self_of(other);
    if (removed->count >> 3 > set->count) removed = TRY(intersect(self, other));
    size_t position = 0;
    for (SetEntry entry; set_next_entry(removed, &position, &entry);)
      TRY(set_discard(set, entry.key, entry.hash));
  } else {
    TRY(for_each(other, [set](Value item) -> Status {
      TRY(set_discard(set, item));
      return {};
    }));
  }
  return set_purge(set);
}

Result<Set*> copy_and_subtract(Value self, Value other) {
  Set* result = TRY(copy_of(self));
  TRY(subtract_in_place(result, other));
  return result;
}

Result<Set*> subtract(Value self, Value other) {
  Set* set = self_of(self);
  bool from_dict = is_exact_dict(other);
  if (!is_set(other) && !from_dict) return copy_and_subtract(self, other);
  size_t size = from_dict ? other.as<Dict>()->count : self_of(other)->count;
  if (set->count >> 2 > size) return copy_and_subtract(self, other);
  Set* result = set_allocate(base_type(self));
  size_t position = 0;
  for (SetEntry entry; set_next_entry(set, &position, &entry);) {
    bool found = from_dict ? TRY(dict_lookup(other.as<Dict>(), entry.key, entry.hash)) >= 0
                           : TRY(set_contains(self_of(other), entry.key, entry.hash));
    if (!found) TRY(set_add(result, entry.key, entry.hash));
  }
  return result;
}

Result<Value> set_difference(const Value* args) {
  Tuple* others = others_of(args[1]);
  if (others->length == 0) return copy_of(args[0]);
  Set* result = TRY(subtract(args[0], others->items[0]));
  for (Value other : others->span().subspan(1)) TRY(subtract_in_place(result, other));
  return result;
}
Result<Value> set_difference_update(const Value* args) {
  for (Value other : others_of(args[1])->span()) TRY(subtract_in_place(args[0], other));
  return none();
}
Result<Value> set_subtract(Value left, Value right) {
  if (!is_set(left) || !is_set(right)) return not_implemented();
  return subtract(left, right);
}
Result<Value> set_inplace_subtract(Value left, Value right) {
  if (!is_set(right)) return not_implemented();
  TRY(subtract_in_place(left, right));
  return left;
}

// ---- symmetric difference

Status toggle(Set* set, Value key, int64_t hash) {
  if (TRY(set_discard(set, key, hash))) return {};
  return set_add(set, key, hash);
}

Status xor_in_place(Value self, Value other) {
  Set* set = self_of(self);
  if (self == other) {
    set_clear(set);
    return {};
  }
  if (is_exact_dict(other)) {
    Dict* dict = other.as<Dict>();
    for (size_t i = 0; dict->table != nullptr && i < dict->table->entries_used; ++i) {
      DictEntry entry = dict->table->entries[i];
      if (!entry.key.is_null()) TRY(toggle(set, entry.key, entry.hash));
    }
    return {};
  }
  Set* items = is_set(other) ? self_of(other) : set_allocate(base_type(self));
  if (!is_set(other)) TRY(set_update(items, other));
  size_t position = 0;
  for (SetEntry entry; set_next_entry(items, &position, &entry);) TRY(toggle(set, entry.key, entry.hash));
  return {};
}

Result<Value> set_symmetric_difference(const Value* args) {
  Set* result = set_allocate(base_type(args[0]));
  TRY(set_update(result, args[1]));
  TRY(xor_in_place(result, args[0]));
  return result;
}
Result<Value> set_symmetric_difference_update(const Value* args) {
  TRY(xor_in_place(args[0], args[1]));
  return none();
}
Result<Value> set_xor(Value left, Value right) {
  if (!is_set(left) || !is_set(right)) return not_implemented();
  Value args[] = {left, right};
  return set_symmetric_difference(args);
}
Result<Value> set_inplace_xor(Value left, Value right) {
  if (!is_set(right)) return not_implemented();
  TRY(xor_in_place(left, right));
  return left;
}

// ---- comparison

Result<Value> set_issubset(const Value* args) {
  Set* other = nullptr;
  if (is_set(args[1])) {
    other = self_of(args[1]);
  } else {
    other = make_set();
    TRY(set_update(other, args[1]));
  }
  return make_bool(TRY(set_is_subset(self_of(args[0]), other)));
}

Result<Value> set_issuperset(const Value* args) {
  if (is_set(args[1])) return make_bool(TRY(set_is_subset(self_of(args[1]), self_of(args[0]))));
  Value iterator = TRY(iterate(args[1]));
  for (;;) {
    Value item = TRY(next(iterator));
    if (item.is_stop()) return make_bool(true);
    if (!TRY(set_contains(self_of(args[0]), item))) return make_bool(false);
  }
}

Result<bool> sets_equal(Set* a, Set* b) {
  if (a->count != b->count) return false;
  if (a->hash_ != 0 && b->hash_ != 0 && a->hash_ != b->hash_) return false;
  return set_is_subset(a, b);
}

Result<Value> set_compare(Value self, Value other, CompareOp op) {
  if (!is_set(self) || !is_set(other)) return not_implemented();
  Set *a = self_of(self), *b = self_of(other);
  switch (op) {
    case CompareOp::Equal:
      return make_bool(TRY(sets_equal(a, b)));
    case CompareOp::NotEqual:
      return make_bool(!TRY(sets_equal(a, b)));
    case CompareOp::LessEqual:
      return make_bool(TRY(set_is_subset(a, b)));
    case CompareOp::GreaterEqual:
      return make_bool(TRY(set_is_subset(b, a)));
    case CompareOp::Less:
      return make_bool(a->count < b->count && TRY(set_is_subset(a, b)));
    case CompareOp::Greater:
      return make_bool(a->count > b->count && TRY(set_is_subset(b, a)));
  }
  return not_implemented();
}

uint64_t spread_bits(uint64_t hash) {
  return ((hash ^ 89869747UL) ^ (hash << 16)) * 3644798167UL;
}

// Does not depend on the order, with the constants of CPython's.
Result<int64_t> frozenset_hash(Value self) {
  Set* set = self_of(self);
  if (set->hash_ != 0) return set->hash_;
  uint64_t mixed = 0;
  size_t position = 0;
  for (SetEntry entry; set_next_entry(set, &position, &entry);)
    mixed ^= spread_bits(static_cast<uint64_t>(entry.hash));
  mixed ^= (set->count + 1) * 1927868237UL;
  mixed ^= (mixed >> 11) ^ (mixed >> 25);
  mixed = mixed * 69069U + 907133923UL;
  if (mixed == ~uint64_t{0}) mixed = 590923713UL;
  set->hash_ = static_cast<int64_t>(mixed);
  return set->hash_;
}

// ---- the rest

Result<int64_t> set_length(Value self) {
  return static_cast<int64_t>(self_of(self)->count);
}

Result<Str*> wrap_text(std::string_view open, const Str* inner, std::string_view close) {
  StrBuilder text;
  text.append_ascii(open);
  text.append(inner);
  text.append_ascii(close);
  return text.finish();
}

Result<Value> set_repr(Value self) {
  ReprGuard guard(self.object());
  Str* name = type_of(self)->name;
  if (guard.repeated()) return format_text("{}(...)", {name});
  if (self_of(self)->count == 0) return format_text("{}()", {name});
  List* items = TRY(to_list(self));
  Str* shown = TRY(repr(items));
  Str* inner = substring(shown, 1, shown->length - 1);
  if (has_root_shape(self, types.set)) return wrap_text("{", inner, "}");
  return format_text("{}({})", {name, TRY(wrap_text("{", inner, "}"))});
}

Result<Value> set_reduce(const Value* args) {
  List* items = TRY(to_list(args[0]));
  Value state = TRY(instance_state(args[0]));
  return reduce_to_type(args[0], {items}, state);
}

Result<Value> set_sizeof(const Value* args) {
  Set* set = self_of(args[0]);
  return make_int(static_cast<int64_t>(sizeof(Set) + (set->table != nullptr ? cell_size(set->table) : 0)));
}

Result<Value> set_iter(Value self) {
  auto* iterator = allocate_inline<SetIterator>(types.set_iterator->root_shape);
  iterator->set = self_of(self);
  iterator->expected = iterator->remaining = static_cast<int64_t>(iterator->set->count);
  return iterator;
}

constexpr MethodSpec kContains = {"__contains__", "($self, item, /)", set_contains_method, "item in self"};
constexpr MethodSpec kDifference = {"difference", "($self, /, *others)", set_difference,
                                    "Return the items that are in none of the others."};
constexpr MethodSpec kIntersection = {"intersection", "($self, /, *others)", set_intersection,
                                      "Return the items that are in all of the others too."};
constexpr MethodSpec kUnion = {"union", "($self, /, *others)", set_union,
                               "Return the items of this set and all the others."};
constexpr MethodSpec kSymmetric = {"symmetric_difference", "($self, other, /)", set_symmetric_difference,
                                   "Return the items that are in just one of the two sets."};
constexpr MethodSpec kDisjoint = {"isdisjoint", "($self, other, /)", set_isdisjoint,
                                  "True if nothing is in both."};
constexpr MethodSpec kSubset = {"issubset", "($self, other, /)", set_issubset,
                                "True if all items are in the other."};
constexpr MethodSpec kSuperset = {"issuperset", "($self, other, /)", set_issuperset,
                                  "True if all items of the other are in this set."};
constexpr MethodSpec kReduce = {"__reduce__", "($self, /)", set_reduce};
constexpr MethodSpec kSizeof = {"__sizeof__", "($self, /)", set_sizeof,
                                "Return the size in memory, in bytes."};
constexpr MethodSpec kClassGetitem = {"__class_getitem__", "($type, object, /)", class_getitem_generic,
                                      "See PEP 585", Binding::Class};

constexpr MethodSpec kSetMethods[] = {
    kContains,
    kDifference,
    kIntersection,
    kUnion,
    kSymmetric,
    kDisjoint,
    kSubset,
    kSuperset,
    kReduce,
    kSizeof,
    kClassGetitem,
    {"add", "($self, object, /)", set_add_method, "Add an item."},
    {"clear", "($self, /)", set_clear_method, "Remove all items."},
    {"copy", "($self, /)", set_copy_method, "Return a new set of the same items."},
    {"discard", "($self, object, /)", set_discard_method, "Remove an item if it is there."},
    {"pop", "($self, /)", set_pop_method, "Remove some item and return it."},
    {"remove", "($self, object, /)", set_remove, "Remove an item; KeyError if it is not there."},
    {"update", "($self, /, *others)", set_update_method, "Add the items of all the others."},
    {"difference_update", "($self, /, *others)", set_difference_update,
     "Remove the items of all the others."},
    {"intersection_update", "($self, /, *others)", set_intersection_update,
     "Keep only the items that are in all of the others."},
    {"symmetric_difference_update", "($self, other, /)", set_symmetric_difference_update,
     "Keep the items that are in just one of the two sets."},
};
constexpr MethodSpec kFrozenSetMethods[] = {
    kContains, kDifference,   kIntersection,
    kUnion,    kSymmetric,    kDisjoint,
    kSubset,   kSuperset,     kReduce,
    kSizeof,   kClassGetitem, {"copy", "($self, /)", frozenset_copy, "Return a frozenset of the same items."},
};

void set_trace(Object* object, Tracer& tracer) {
  tracer.visit(static_cast<Set*>(object)->table);
}

constexpr Slots common_slots() {
  Slots slots = {};
  slots.repr = set_repr;
  slots.richcompare = set_compare;
  slots.iter = set_iter;
  slots.subtract = set_subtract;
  slots.and_ = set_and;
  slots.xor_ = set_xor;
  slots.or_ = set_or;
  slots.length = set_length;
  slots.contains = set_contains_slot;
  return slots;
}
constexpr Slots set_slots() {
  Slots slots = common_slots();
  slots.hash = hash_not_implemented;
  slots.new_ = set_new;
  slots.init = set_init;
  slots.inplace_subtract = set_inplace_subtract;
  slots.inplace_and = set_inplace_and;
  slots.inplace_xor = set_inplace_xor;
  slots.inplace_or = set_inplace_or;
  return slots;
}
constexpr Slots frozenset_slots() {
  Slots slots = common_slots();
  slots.hash = frozenset_hash;
  slots.new_ = frozenset_new;
  return slots;
}

constexpr TypeSpec kSet = {
    .name = "set",
    .kind = Kind::kSet,
    .basic_size = sizeof(Set),
    .flags = kTypeBase | kTypeHasWeakrefs | kTypeMatchSelf,
    .trace = set_trace,
    .methods = kSetMethods,
    .doc = "Collection of distinct items, without an order.",
    .slots = set_slots(),
};
constexpr TypeSpec kFrozenSet = {
    .name = "frozenset",
    .kind = Kind::kFrozenSet,
    .basic_size = sizeof(Set),
    .flags = kTypeBase | kTypeHasWeakrefs | kTypeMatchSelf,
    .trace = set_trace,
    .methods = kFrozenSetMethods,
    .doc = "Immutable collection of distinct items, without an order.",
    .slots = frozenset_slots(),
};

// ---- the iterator

Result<Value> iterator_next(Value self) {
  auto* iterator = self.as<SetIterator>();
  const Set* set = iterator->set;
  if (set == nullptr) return Value::stop();
  if (iterator->expected != static_cast<int64_t>(set->count)) {
    iterator->expected = -1;  // and so it stays
    return raise(types.RuntimeError, "Set changed size during iteration");
  }
  return next_of_set(iterator);
}

constexpr TypeSpec kIterator =
    table_iterator_spec<SetIterator, &SetIterator::set>("set_iterator", iterator_next);

}  // namespace

void complete_set() {
  complete_native_type(types.set, kSet);
  complete_native_type(types.frozenset, kFrozenSet);
  complete_native_type(types.set_iterator, kIterator);
}

}  // namespace ouro::vm
