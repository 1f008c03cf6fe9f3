// collections.deque: a ring of items in an Array whose length is a power of two.
//
// `state` counts the changes that iterators must not live through. Words of the ring that hold no item are
// null.
#include <algorithm>

#include "vm/modules/_collections.h"
#include "vm/object/argument_errors.h"

namespace ouro::vm::collections {

namespace {

Type *deque_type = nullptr, *iterator_type = nullptr, *reverse_type = nullptr;

struct Deque : Object {
  Array* ring;  // null while there is none
  uint64_t head, count;
  int64_t limit;  // maxlen; -1: none
  uint64_t state;

  Value& at(uint64_t i) const { return ring->items[(head + i) & (ring->length - 1)]; }
};
struct DequeIterator : Object {
  Deque* deque;
  uint64_t state;
  int64_t remaining;
};

Deque* self_of(Value value) {
  return value.as<Deque>();
}
int64_t length_of(const Deque* deque) {
  return static_cast<int64_t>(deque->count);
}

// ---- the ring

Status make_room(Deque* deque) {
  uint64_t capacity = deque->ring != nullptr ? deque->ring->length : 0;
  if (deque->count < capacity) return {};
  uint64_t larger = capacity == 0 ? 8 : capacity * 2;
  if (larger > 4096 && !can_allocate(larger * sizeof(Value))) return raise_no_memory();
  Array* ring = make_array(larger);
  for (uint64_t i = 0; i < deque->count; ++i) ring->items[i] = deque->at(i);
  write_barrier(ring);
  deque->head = 0;
  store(deque, deque->ring, ring);
  return {};
}

void drop_all(Deque* deque) {
  deque->ring = nullptr;
  deque->head = deque->count = 0;
  ++deque->state;
}

Value take_last(Deque* deque) {
  Value& place = deque->at(--deque->count);
  Value item = place;
  place = Value();
  ++deque->state;
  return item;
}

Value take_first(Deque* deque) {
  Value& place = deque->at(0);
  Value item = place;
  place = Value();
  deque->head = (deque->head + 1) & (deque->ring->length - 1);
  --deque->count;
  ++deque->state;
  return item;
}

Status put_last(Deque* deque, Value item) {
  TRY(make_room(deque));
  deque->at(deque->count++) = item;
  write_barrier(deque->ring);
  ++deque->state;
  if (deque->limit >= 0 && length_of(deque) > deque->limit) take_first(deque);
  return {};
}

Status put_first(Deque* deque, Value item) {
  TRY(make_room(deque));
  deque->head = (deque->head - 1) & (deque->ring->length - 1);
  ++deque->count;
  deque->at(0) = item;
  write_barrier(deque->ring);
  ++deque->state;
  if (deque->limit >= 0 && length_of(deque) > deque->limit) take_last(deque);
  return {};
}

// To the right when positive.
void rotate(Deque* deque, int64_t steps) {
  int64_t count = length_of(deque);
  if (count <= 1) return;
  if (steps > count / 2 || steps < -count / 2) {
    steps %= count;
    if (steps > count / 2) steps -= count;
    if (steps < -count / 2) steps += count;
  }
  uint64_t mask = deque->ring->length - 1;
  if (static_cast<uint64_t>(count) == deque->ring->length) {
    deque->head = (deque->head - static_cast<uint64_t>(steps)) & mask;
  } else {
    for (; steps > 0; --steps) {
      Value& last = deque->at(deque->count - 1);
      Value item = last;
      last = Value();
      deque->head = (deque->head - 1) & mask;
      deque->at(0) = item;
    }
    for (; steps < 0; ++steps) {
      Value& first = deque->at(0);
      Value item = first;
      first = Value();
      deque->head = (deque->head + 1) & mask;
      deque->at(deque->count - 1) = item;
    }
  }
  ++deque->state;
}

void remove_at(Deque* deque, uint64_t index) {
  if (index < deque->count / 2) {
    for (uint64_t i = index; i > 0; --i) deque->at(i) = deque->at(i - 1);
    take_first(deque);
  } else {
    for (uint64_t i = index; i + 1 < deque->count; ++i) deque->at(i) = deque->at(i + 1);
    take_last(deque);
  }
}

Status extend(Deque* deque, Value iterable, Status (*put)(Deque*, Value)) {
  if (iterable == Value(deque)) iterable = TRY(to_list(iterable));
  return for_each(iterable, [deque, put](Value item) { return put(deque, item); });
}

// ---- construction

Result<Value> deque_new(Type* type, const Arguments&) {
  auto* deque = allocate_instance<Deque>(type);
  deque->limit = -1;
  return deque;
}

Status deque_init(Value self, const Arguments& arguments) {
  static const Signature signature("deque", "(iterable=(), maxlen=None)");
  Deque* deque = self_of(self);
  Value bound[2];
  TRY(signature.bind(arguments, bound));
  int64_t limit = -1;
  if (!bound[1].is_null() && !is_none(bound[1])) {
    if (!is_int(bound[1])) return raise(types.TypeError, "an integer is required");
    limit = TRY(to_int64(bound[1]));
    if (limit < 0) return raise(types.ValueError, "maxlen must be non-negative");
  }
  deque->limit = limit;
  if (deque->count > 0) drop_all(deque);
  if (bound[0].is_null()) return {};
  return extend(deque, bound[0], put_last);
}

Value limit_of(Deque* deque) {
  return deque->limit < 0 ? none() : make_int(deque->limit);
}

Result<Value> copy_of(Value self) {
  Deque* deque = self_of(self);
  if (has_root_shape(self, deque_type)) {
    auto* copy = allocate_instance<Deque>(deque_type);
    copy->limit = deque->limit;
    TRY(extend(copy, self, put_last));
    return copy;
  }
  Value copy = deque->limit < 0 ? TRY(call(type_of(self), {self}))
                                : TRY(call(type_of(self), {self, make_int(deque->limit)}));
  if (!is_instance(copy, deque_type))
    return raise(types.TypeError, "{}() must return a deque, not {}", type_name(self), type_name(copy));
  return copy;
}

Result<Value> deque_copy(const Value* args) {
  return copy_of(args[0]);
}

// ---- both ends

Result<Value> deque_append(const Value* args) {
  TRY(put_last(self_of(args[0]), args[1]));
  return none();
}
Result<Value> deque_appendleft(const Value* args) {
  TRY(put_first(self_of(args[0]), args[1]));
  return none();
}
Result<Value> deque_extend(const Value* args) {
  TRY(extend(self_of(args[0]), args[1], put_last));
  return none();
}
Result<Value> deque_extendleft(const Value* args) {
  TRY(extend(self_of(args[0]), args[1], put_first));
  return none();
}
Result<Value> deque_pop(const Value* args) {
  if (self_of(args[0])->count == 0) return raise(types.IndexError, "pop from an empty deque");
  return take_last(self_of(args[0]));
}
Result<Value> deque_popleft(const Value* args) {
  if (self_of(args[0])->count == 0) return raise(types.IndexError, "pop from an empty deque");
  return take_first(self_of(args[0]));
}
Result<Value> deque_clear(const Value* args) {
  drop_all(self_of(args[0]));
  return none();
}
Result<Value> deque_rotate(const Value* args) {
  rotate(self_of(args[0]), args[1].is_null() ? 1 : TRY(to_int64(args[1])));
  return none();
}
Result<Value> deque_reverse(const Value* args) {
  Deque* deque = self_of(args[0]);
  for (uint64_t i = 0; i < deque->count / 2; ++i) std::swap(deque->at(i), deque->at(deque->count - 1 - i));
  return none();
}

// ---- items

Result<int64_t> deque_length(Value self) {
  return length_of(self_of(self));
}

Raised out_of_range() {
  return raise(types.IndexError, "deque index out of range");
}

Result<Value> deque_item(Value self, int64_t index) {
  Deque* deque = self_of(self);
  if (static_cast<uint64_t>(index) >= deque->count) return out_of_range();
  return deque->at(static_cast<uint64_t>(index));
}

Result<int64_t> checked_index(Deque* deque, Value key) {
  if (!is_index_like(key))
    return raise(types.TypeError, "sequence index must be integer, not '{}'", type_name(key));
  int64_t index = TRY(to_int64_index(key));
  if (index < 0) index += length_of(deque);
  if (static_cast<uint64_t>(index) >= deque->count) return out_of_range();
  return index;
}

Result<Value> deque_subscript(Value self, Value key) {
  int64_t index = TRY(checked_index(self_of(self), key));
  return self_of(self)->at(static_cast<uint64_t>(index));
}

Status deque_assign(Value self, Value key, Value value) {
  Deque* deque = self_of(self);
  auto index = static_cast<uint64_t>(TRY(checked_index(deque, key)));
  if (value.is_null()) {
    remove_at(deque, index);
    return {};
  }
  deque->at(index) = value;
  write_barrier(deque->ring);
  return {};
}

// Calls `found` with the index of each equal item until it says stop; `error` when the deque changes.
template <class Found>
Status search(Deque* deque, Value wanted, int64_t low, int64_t high, Type* error, Found&& found) {
  uint64_t state = deque->state;
  for (int64_t i = low; i < high; ++i) {
    Value item = deque->at(static_cast<uint64_t>(i));
    bool same = item == wanted || TRY(keys_equal(item, wanted));
    if (deque->state != state) {
      if (same && error == types.RuntimeError && found(i)) return {};
      return raise(error, "deque mutated during iteration");
    }
    if (same && found(i)) return {};
  }
  return {};
}

Raised not_in_deque(Value value) {
  Result<Str*> shown = repr(value);
  if (!shown.ok()) return Raised{};
  Result<Str*> text = format_text("{} is not in deque", {shown.unwrap()});
  if (!text.ok()) return Raised{};
  return raise_with(types.ValueError, {Value(text.unwrap())});
}

Result<Value> deque_count(const Value* args) {
  Deque* deque = self_of(args[0]);
  int64_t count = 0;
  uint64_t state = deque->state;
  for (uint64_t i = 0, n = deque->count; i < n; ++i) {
    Value item = deque->at(i);
    if (item == args[1] || TRY(keys_equal(item, args[1]))) ++count;
    if (deque->state != state) return raise(types.RuntimeError, "deque mutated during iteration");
  }
  return make_int(count);
}

Result<bool> deque_contains(Value self, Value item) {
  bool present = false;
  TRY(search(self_of(self), item, 0, length_of(self_of(self)), types.RuntimeError,
             [&](int64_t) { return present = true; }));
  return present;
}

Result<Value> deque_index(const Value* args) {
  Deque* deque = self_of(args[0]);
  int64_t low = 0, high = 0, position = -1;
  TRY(index_bounds(args[2], args[3], deque->count, &low, &high));
  high = std::min(high, length_of(deque));
  TRY(search(deque, args[1], low, high, types.RuntimeError, [&](int64_t i) {
    position = i;
    return true;
  }));
  if (position < 0) return not_in_deque(args[1]);
  return make_int(position);
}

Result<Value> deque_remove(const Value* args) {
  Deque* deque = self_of(args[0]);
  int64_t position = -1;
  TRY(search(deque, args[1], 0, length_of(deque), types.IndexError, [&](int64_t i) {
    position = i;
    return true;
  }));
  if (position < 0) return not_in_deque(args[1]);
  remove_at(deque, static_cast<uint64_t>(position));
  return none();
}

Result<Value> deque_insert(const Value* args) {
  Deque* deque = self_of(args[0]);
  int64_t index = TRY(to_int64(args[1]));
  int64_t count = length_of(deque);
  if (deque->limit == count) return raise(types.IndexError, "deque already at its maximum size");
  if (index >= count) {
    TRY(put_last(deque, args[2]));
  } else if (index <= -count || index == 0) {
    TRY(put_first(deque, args[2]));
  } else {
    rotate(deque, -index);
    if (index < 0)
      TRY(put_last(deque, args[2]));
    else
      TRY(put_first(deque, args[2]));
    rotate(deque, index);
  }
  return none();
}

// ---- operators

Result<Value> deque_concat(Value left, Value right) {
  if (!TRY(is_instance_of(right, deque_type)))
    return raise(types.TypeError, "can only concatenate deque (not \"{}\") to deque", type_name(right));
  Value joined = TRY(copy_of(left));
  TRY(extend(self_of(joined), right, put_last));
  return joined;
}

Result<Value> deque_inplace_concat(Value left, Value right) {
  TRY(extend(self_of(left), right, put_last));
  return left;
}

Result<Value> deque_inplace_repeat(Value self, int64_t count) {
  Deque* deque = self_of(self);
  int64_t size = length_of(deque);
  if (size == 0 || count == 1) return self;
  if (count <= 0) {
    drop_all(deque);
    return self;
  }
  size_t total = TRY(repeated_length(deque->count, count));
  // With a limit only the last items count.
  if (deque->limit >= 0 && static_cast<int64_t>(total) > deque->limit)
    count = (deque->limit + size - 1) / size;
  else if (total > 4096 && !can_allocate(total * sizeof(Value)))
    return raise_no_memory();
  List* items = TRY(to_list(self));
  for (int64_t i = 1; i < count; ++i) TRY(extend(deque, items, put_last));
  return self;
}

Result<Value> deque_repeat(Value self, int64_t count) {
  Value copy = TRY(copy_of(self));
  return deque_inplace_repeat(copy, count);
}

Result<Value> deque_compare(Value self, Value other, CompareOp op) {
  if (!is_instance(self, deque_type) || !is_instance(other, deque_type)) return not_implemented();
  Deque *a = self_of(self), *b = self_of(other);
  if (op == CompareOp::Equal || op == CompareOp::NotEqual) {
    if (a == b) return make_bool(op == CompareOp::Equal);
    if (a->count != b->count) return make_bool(op == CompareOp::NotEqual);
  }
  Value left_items = TRY(iterate(self));
  Value right_items = TRY(iterate(other));
  for (;;) {
    Value left = TRY(next(left_items));
    Value right = TRY(next(right_items));
    if (left.is_stop() || right.is_stop())
      return make_bool(compare_values(left.is_stop() ? 0 : 1, right.is_stop() ? 0 : 1, op));
    if (TRY(equal(left, right))) continue;
    if (op == CompareOp::Equal || op == CompareOp::NotEqual) return make_bool(op == CompareOp::NotEqual);
    return make_bool(TRY(is_true(TRY(compare(left, right, op)))));
  }
}

Result<Value> deque_repr(Value self) {
  ReprGuard guard(self.object());
  if (guard.repeated()) return make_str("[...]");
  List* items = TRY(to_list(self));
  Str* shown = TRY(repr(items));
  Str* name = type_of(self)->name;
  int64_t limit = self_of(self)->limit;
  if (limit < 0) return format_text("{}({})", {name, shown});
  return format_text("{}({}, maxlen={})", {name, shown, make_str(std::to_string(limit))});
}

Result<Value> deque_reduce(const Value* args) {
  Value state = TRY(instance_state(args[0]));
  Value iterator = TRY(iterate(args[0]));
  Deque* deque = self_of(args[0]);
  Tuple* arguments = deque->limit < 0 ? empty_tuple() : make_tuple({empty_tuple(), limit_of(deque)});
  return make_tuple({type_of(args[0]), arguments, state, iterator});
}

Result<Value> deque_sizeof(const Value* args) {
  Deque* deque = self_of(args[0]);
  return make_int(
      static_cast<int64_t>(sizeof(Deque) + (deque->ring != nullptr ? cell_size(deque->ring) : 0)));
}

Result<Value> deque_maxlen(Value self) {
  return limit_of(self_of(self));
}

// ---- iterators

Value make_iterator(Deque* deque, Type* type) {
  auto* iterator = allocate_instance<DequeIterator>(type);
  iterator->state = deque->state;
  iterator->remaining = length_of(deque);
  store(iterator, iterator->deque, deque);
  return iterator;
}

Result<Value> deque_iter(Value self) {
  return make_iterator(self_of(self), iterator_type);
}
Result<Value> deque_reversed(const Value* args) {
  return make_iterator(self_of(args[0]), reverse_type);
}

template <bool reverse>
Result<Value> iterator_next(Value value) {
  auto* self = value.as<DequeIterator>();
  if (reverse && self->remaining == 0) return Value::stop();
  if (self->deque->state != self->state) {
    self->remaining = 0;
    return raise(types.RuntimeError, "deque mutated during iteration");
  }
  if (self->remaining == 0) return Value::stop();
  auto left = static_cast<uint64_t>(self->remaining--);
  return self->deque->at(reverse ? left - 1 : self->deque->count - left);
}

template <bool reverse>
Result<Value> iterator_new(Type* type, const Arguments& arguments) {
  static const Signature signature(reverse ? "_deque_reverse_iterator" : "_deque_iterator",
                                   "(deque, index=0, /)");
  Value bound[2];
  TRY(signature.bind(arguments, bound));
  if (!is_instance(bound[0], deque_type))
    return raise(types.TypeError, "argument 1 must be collections.deque, not {}", given_name(bound[0]));
  int64_t index = bound[1].is_null() ? 0 : TRY(to_int64(bound[1]));
  Deque* deque = self_of(bound[0]);
  Value iterator = make_iterator(deque, type);
  auto* self = iterator.as<DequeIterator>();
  self->remaining -= std::clamp<int64_t>(index, 0, self->remaining);
  return iterator;
}

Result<Value> iterator_length_hint(const Value* args) {
  return make_int(args[0].as<DequeIterator>()->remaining);
}

Result<Value> iterator_reduce(const Value* args) {
  auto* self = args[0].as<DequeIterator>();
  return reduce_to_type(args[0], {self->deque, make_int(length_of(self->deque) - self->remaining)});
}

constexpr MethodSpec kIteratorMethods[] = {
    {"__length_hint__", "($self, /)", iterator_length_hint},
    {"__reduce__", "($self, /)", iterator_reduce},
};
constexpr TypeSpec iterator_spec(const char* name, Slots slots) {
  return {
      .name = name,
      .kind = Kind::kIterator,
      .basic_size = sizeof(DequeIterator),
      .trace = trace_members<&DequeIterator::deque>,
      .methods = kIteratorMethods,
      .slots = slots,
  };
}
constexpr TypeSpec kIterator = iterator_spec("_collections._deque_iterator",
                                             iterator_class_slots(iterator_new<false>, iterator_next<false>));
constexpr TypeSpec kReverse = iterator_spec("_collections._deque_reverse_iterator",
                                            iterator_class_slots(iterator_new<true>, iterator_next<true>));

// ---- the type

constexpr MethodSpec kMethods[] = {
    {"append", "($self, object, /)", deque_append, "Add an item at the right end."},
    {"appendleft", "($self, object, /)", deque_appendleft, "Add an item at the left end."},
    {"clear", "($self, /)", deque_clear, "Remove all items."},
    {"__copy__", "($self, /)", deque_copy, "Return a deque of the same items."},
    {"copy", "($self, /)", deque_copy, "Return a deque of the same items."},
    {"count", "($self, value, /)", deque_count, "Return how often a value occurs."},
    {"extend", "($self, iterable, /)", deque_extend, "Add the items of an iterable at the right end."},
    {"extendleft", "($self, iterable, /)", deque_extendleft, "Add the items of an iterable at the left end."},
    {"index", "($self, value, start=0, stop=9223372036854775807, /)", deque_index,
     "Return the first index of a value."},
    {"insert", "($self, index, value, /)", deque_insert, "Put a value before the index."},
    {"pop", "($self, /)", deque_pop, "Remove and return the rightmost item."},
    {"popleft", "($self, /)", deque_popleft, "Remove and return the leftmost item."},
    {"__reduce__", "($self, /)", deque_reduce},
    {"remove", "($self, value, /)", deque_remove, "Remove the first item that equals the value."},
    {"__reversed__", "($self, /)", deque_reversed, "Return an iterator from the right end to the left."},
    {"reverse", "($self, /)", deque_reverse, "Turn the order around, in place."},
    {"rotate", "($self, n=1, /)", deque_rotate, "Move n items from the right end to the left."},
    {"__sizeof__", "($self, /)", deque_sizeof, "Return the size in memory, in bytes."},
    {"__class_getitem__", "($type, object, /)", class_getitem_generic, "See PEP 585", Binding::Class},
};
constexpr GetSetSpec kGetSets[] = {
    {"maxlen", deque_maxlen, nullptr, "The most items that the deque holds, or None."},
};

constexpr Slots deque_slots() {
  Slots slots = {};
  slots.new_ = deque_new;
  slots.init = deque_init;
  slots.repr = deque_repr;
  slots.hash = hash_not_implemented;
  slots.richcompare = deque_compare;
  slots.iter = deque_iter;
  slots.length = deque_length;
  slots.concat = deque_concat;
  slots.inplace_concat = deque_inplace_concat;
  slots.repeat = deque_repeat;
  slots.inplace_repeat = deque_inplace_repeat;
  slots.item = deque_item;
  slots.subscript = deque_subscript;
  slots.assign = deque_assign;
  slots.contains = deque_contains;
  return slots;
}
constexpr TypeSpec kDeque = {
    .name = "collections.deque",
    .kind = Kind::kNative,
    .basic_size = sizeof(Deque),
    .flags = kTypeBase | kTypeSequence | kTypeHasWeakrefs,
    .trace = trace_members<&Deque::ring>,
    .methods = kMethods,
    .getsets = kGetSets,
    .doc = "A sequence with fast access to both ends.",
    .slots = deque_slots(),
};

}  // namespace

Status add_deque(Module* module) {
  TRY(add_type(module, &deque_type, kDeque));
  TRY(add_type(module, &iterator_type, kIterator));
  return add_type(module, &reverse_type, kReverse);
}

}  // namespace ouro::vm::collections
