// tuple: what Python sees of it.
#include <algorithm>

#include "vm/builtins/iterator_methods.h"
#include "vm/heap/heap_inline.h"

namespace ouro::vm {

namespace {

Tuple* self_of(Value value) {
  return value.as<Tuple>();
}

// ---- construction

Result<Value> tuple_new(Type* type, const Arguments& arguments) {
  static const Signature signature("tuple", "(iterable=(), /)");
  Value iterable;
  TRY(bind_base(signature, arguments, replaces_init(type, types.tuple), &iterable));
  Tuple* items = iterable.is_null() ? empty_tuple() : TRY(to_tuple(iterable));
  if (type == types.tuple) return items;
  auto* tuple = static_cast<Tuple*>(allocate_variable_instance(type, items->length * sizeof(Value)));
  tuple->length = items->length;
  std::copy_n(items->items, items->length, tuple->items);
  write_barrier(tuple);
  return tuple;
}

Result<Value> make_part(Tuple* tuple, size_t low, size_t high) {
  return make_tuple(std::span(tuple->items + low, high - low));
}

// A tuple of exactly this type with the same items: itself, if it may be.
Tuple* as_exact(Tuple* tuple) {
  return is_exact_tuple(tuple) ? tuple : make_tuple(tuple->span());
}

// ---- sequence operations

Result<int64_t> tuple_length(Value self) {
  return static_cast<int64_t>(self_of(self)->length);
}

Result<Value> tuple_item(Value self, int64_t index) {
  Tuple* tuple = self_of(self);
  if (static_cast<uint64_t>(index) >= tuple->length)
    return raise(types.IndexError, "tuple index out of range");
  return tuple->items[index];
}

Result<Value> tuple_slice(Tuple* tuple, Slice* slice) {
  SliceRange range = TRY(slice_range(slice, static_cast<int64_t>(tuple->length)));
  if (range.count == 0) return empty_tuple();
  if (range.step == 1) {
    if (static_cast<uint64_t>(range.count) == tuple->length) return as_exact(tuple);
    return make_part(tuple, static_cast<size_t>(range.start), static_cast<size_t>(range.start + range.count));
  }
  Tuple* part = TRY(allocate_tuple(static_cast<size_t>(range.count)));
  for (int64_t i = 0; i < range.count; ++i) part->items[i] = tuple->items[range.start + i * range.step];
  return part;
}

Result<Value> tuple_subscript(Value self, Value key) {
  Tuple* tuple = self_of(self);
  if (is_index_like(key)) {
    int64_t index = TRY(to_int64_index(key));
    Value item = tuple_item_or_null(tuple, index);
    if (item.is_null()) return raise(types.IndexError, "tuple index out of range");
    return item;
  }
  if (is_kind(key, Kind::kSlice)) return tuple_slice(tuple, key.as<Slice>());
  return raise(types.TypeError, "tuple indices must be integers or slices, not {}", type_name(key));
}

Result<bool> tuple_contains(Value self, Value item) {
  Tuple* tuple = self_of(self);
  for (size_t i = 0; i < tuple->length; ++i) {
    if (tuple->items[i] == item || TRY(keys_equal(tuple->items[i], item))) return true;
  }
  return false;
}

Result<Value> tuple_concat(Value left, Value right) {
  if (!is_tuple(right))
    return raise(types.TypeError, "can only concatenate tuple (not \"{}\") to tuple", type_name(right));
  Tuple *a = self_of(left), *b = self_of(right);
  if (a->length == 0 && is_exact_tuple(b)) return b;
  if (b->length == 0 && is_exact_tuple(a)) return a;
  Tuple* joined = TRY(allocate_tuple(a->length + b->length));
  std::copy_n(b->items, b->length, std::copy_n(a->items, a->length, joined->items));
  return joined;
}

Result<Value> tuple_repeat(Value self, int64_t count) {
  Tuple* tuple = self_of(self);
  if ((tuple->length == 0 || count == 1) && is_exact_tuple(tuple)) return tuple;
  size_t total = TRY(repeated_length(tuple->length, count));
  Tuple* repeated = TRY(allocate_tuple(total));
  for (size_t i = 0; i < total; i += tuple->length)
    std::copy_n(tuple->items, tuple->length, repeated->items + i);
  return repeated;
}

// ---- hash, comparison, text

// Whether an item has the same hash whenever it is asked: numbers, text, and tuples of these.
bool keeps_hash(Value item) {
  if (!item.is_object() || is_none(item)) return true;
  const Object* object = item.object();
  if (object->kind == Kind::kTuple)
    return (object->flags & kTupleHashKnown) != 0 &&
           object->shape->type->slots.hash == types.tuple->slots.hash;
  const Shape* shape = object->shape;
  return shape == types.str->root_shape || shape == types.bytes->root_shape ||
         shape == types.bool_->root_shape || shape == types.float_->root_shape ||
         shape == types.int_->root_shape;
}

// The mix of xxHash over the items' hashes, as CPython does it. It is kept where it cannot change.
Result<int64_t> tuple_hash(Value self) {
  constexpr uint64_t kPrime1 = 11400714785074694791ULL;
  constexpr uint64_t kPrime2 = 14029467366897019727ULL;
  constexpr uint64_t kPrime5 = 2870177450012600261ULL;
  Tuple* tuple = self_of(self);
  if ((tuple->flags & kTupleHashKnown) != 0) return tuple->known_hash();
  TRY(check_recursion());
  uint64_t mixed = kPrime5;
  bool keeps = tuple->flags == 0;
  for (size_t i = 0, length = tuple->length; i < length; ++i) {
    const Value item = tuple->items[i];
    const int64_t lane = TRY(key_hash(item));
    keeps = keeps && keeps_hash(item);
    mixed += static_cast<uint64_t>(lane) * kPrime2;
    mixed = std::rotl(mixed, 31) * kPrime1;
  }
  mixed += tuple->length ^ (kPrime5 ^ 3527539UL);
  if (mixed == ~uint64_t{0}) mixed = 1546275796;
  if (keeps) {
    tuple->aux = static_cast<uint32_t>(mixed >> 32);
    tuple->hash_low = static_cast<uint32_t>(mixed);
    tuple->flags |= kTupleHashKnown;
  }
  return static_cast<int64_t>(mixed);
}

Result<Value> tuple_compare(Value self, Value other, CompareOp op) {
  if (!is_tuple(self) || !is_tuple(other)) return not_implemented();
  return compare_sequences([self] { return self_of(self)->span(); },
                           [other] { return self_of(other)->span(); }, op);
}

Result<Value> tuple_repr(Value self) {
  Tuple* tuple = self_of(self);
  if (tuple->length == 0) return make_str("()");
  ReprGuard guard(tuple);
  if (guard.repeated()) return make_str("(...)");
  return join_reprs("(", ")", true,
                    [tuple](size_t i) { return i < tuple->length ? tuple->items[i] : Value(); });
}

// ---- methods

Result<Value> tuple_count(const Value* args) {
  Tuple* tuple = self_of(args[0]);
  int64_t count = 0;
  for (size_t i = 0; i < tuple->length; ++i)
    count += tuple->items[i] == args[1] || TRY(keys_equal(tuple->items[i], args[1])) ? 1 : 0;
  return make_int(count);
}

Result<Value> tuple_index(const Value* args) {
  Tuple* tuple = self_of(args[0]);
  int64_t low = 0, high = 0;
  TRY(index_bounds(args[2], args[3], tuple->length, &low, &high));
  high = std::min(high, static_cast<int64_t>(tuple->length));
  for (int64_t i = low; i < high; ++i) {
    if (tuple->items[i] == args[1] || TRY(keys_equal(tuple->items[i], args[1]))) return make_int(i);
  }
  return raise(types.ValueError, "tuple.index(x): x not in tuple");
}

Result<Value> tuple_getnewargs(const Value* args) {
  return make_tuple({make_tuple(self_of(args[0])->span())});
}

Result<Value> tuple_iter(Value self) {
  auto* iterator = allocate_inline<TupleIterator>(types.tuple_iterator->root_shape);
  iterator->tuple = self_of(self);
  return iterator;
}

void tuple_trace(Object* object, Tracer& tracer) {
  auto* tuple = static_cast<Tuple*>(object);
  tracer.visit(tuple->items, tuple->length);
}

constexpr MethodSpec kMethods[] = {
    {"__getnewargs__", "($self, /)", tuple_getnewargs},
    {"index", "($self, value, start=0, stop=sys.maxsize, /)", tuple_index,
     "Return the first index of a value; ValueError when it is not there."},
    {"count", "($self, value, /)", tuple_count, "Return how often a value occurs."},
    {"__class_getitem__", "($type, object, /)", class_getitem_generic, "See PEP 585", Binding::Class},
};

constexpr Slots tuple_slots() {
  Slots slots = {};
  slots.repr = tuple_repr;
  slots.hash = tuple_hash;
  slots.richcompare = tuple_compare;
  slots.iter = tuple_iter;
  slots.new_ = tuple_new;
  slots.length = tuple_length;
  slots.concat = tuple_concat;
  slots.repeat = tuple_repeat;
  slots.item = tuple_item;
  slots.subscript = tuple_subscript;
  slots.contains = tuple_contains;
  return slots;
}

constexpr TypeSpec kTuple = {
    .name = "tuple",
    .kind = Kind::kTuple,
    .basic_size = sizeof(Tuple),
    .flags = kTypeBase | kTypeSequence | kTypeMatchSelf | kTypeVariableSize,
    .trace = tuple_trace,
    .methods = kMethods,
    .doc = "Built-in immutable sequence.",
    .signature = "(iterable=(), /)",
    .slots = tuple_slots(),
};

// ---- the iterator

struct TupleIteration {
  using Iterator = TupleIterator;
  static constexpr auto sequence = &TupleIterator::tuple;
  static int64_t length(const Tuple* tuple) { return static_cast<int64_t>(tuple->length); }
  static Value empty() { return empty_tuple(); }
};

Result<Value> iterator_next(Value self) {
  return next_of_tuple(self.as<TupleIterator>());
}

constexpr TypeSpec kIterator = counting_iterator_spec<TupleIteration>("tuple_iterator", iterator_next);

}  // namespace

void complete_tuple() {
  complete_native_type(types.tuple, kTuple);
  complete_native_type(types.tuple_iterator, kIterator);
}

}  // namespace ouro::vm
