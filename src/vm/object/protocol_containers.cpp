// Items, lengths, membership and iteration of any object.
#include "vm/object/containers_inline.h"
#include "vm/object/descriptors.h"
#include "vm/object/ending.h"
#include "vm/object/generic_slots.h"
#include "vm/object/hooks.h"
#include "vm/object/protocol.h"
#include "vm/object/set_table.h"
#include "vm/object/thread.h"

namespace ouro::vm {

namespace {

bool is_sequence(Value value) {
  return type_of(value)->slots.item != nullptr && !is_dict(value);
}

Result<Value> item_at(Value sequence, int64_t index) {
  const Slots& slots = type_of(sequence)->slots;
  if (index < 0 && slots.length != nullptr) index += TRY(slots.length(sequence));
  return slots.item(sequence, index);
}

bool is_index(Value value) {
  return is_int(value) || type_of(value)->slots.index != nullptr;
}

/// cls[key].
Result<Value> get_class_item(Type* type, Value key) {
  if (type == types.type) return make_generic_alias(type, key);
  Value method = TRY(find_attribute(type, names.dunder_class_getitem));
  if (!method.is_null() && !is_none(method)) return call(method, {key});
  return raise(types.TypeError, "type '{}' is not subscriptable", type_name(type));
}

/// The iterator behind `in`: the message differs from iter()'s.
Result<Value> iterate_for_search(Value container) {
  const Slots& slots = type_of(container)->slots;
  if (slots.iter == nullptr && !is_sequence(container))
    return raise(types.TypeError, "argument of type '{}' is not iterable", type_name(container));
  Result<Value> iterator = iterate(container);
  if (!iterator.ok() && exception_is(types.TypeError)) {
    take_exception();
    return raise(types.TypeError, "argument of type '{}' is not iterable", type_name(container));
  }
  return iterator;
}

Raised not_an_iterator(Value value) {
  return raise(types.TypeError, "'{}' object is not an iterator", type_name(value));
}

}  // namespace

Result<int64_t> length(Value value) {
  auto function = type_of(value)->slots.length;
  if (function != nullptr) return function(value);
  return raise(types.TypeError, "object of type '{}' has no len()", type_name(value));
}

Result<int64_t> length_hint(Value value, int64_t default_) {
  if (auto function = type_of(value)->slots.length) {
    Result<int64_t> exact = function(value);
    if (exact.ok()) return exact;
    if (!clear_if(types.TypeError)) return Raised{};
  }
  bool found = false;
  Result<Value> asked = call_special_values(names.dunder_length_hint, &value, 1, &found);
  if (!asked.ok()) return clear_if(types.TypeError) ? Result<int64_t>(default_) : Raised{};
  Value hint = asked.unwrap();
  if (!found || is_not_implemented(hint)) return default_;
  if (!is_int(hint))
    return raise(types.TypeError, "__length_hint__ must be an integer, not {}", type_name(hint));
  const int64_t number = TRY(to_int64(hint));
  if (number < 0) return raise(types.ValueError, "__length_hint__() should return >= 0");
  return number;
}

Result<Value> get_item(Value object, Value key) {
  const Slots& slots = type_of(object)->slots;
  if (slots.subscript != nullptr) return slots.subscript(object, key);
  if (slots.item != nullptr) {
    if (is_index(key)) return item_at(object, TRY(to_int64_index(key)));
    return raise(types.TypeError, "sequence index must be integer, not '{}'", type_name(key));
  }
  if (is_kind(object, Kind::kType)) return get_class_item(object.as<Type>(), key);
  return raise(types.TypeError, "'{}' object is not subscriptable", type_name(object));
}

Result<Value> get_item(Value object, int64_t index) {
  const Slots& slots = type_of(object)->slots;
  if (slots.item != nullptr) return item_at(object, index);
  if (slots.subscript != nullptr) return slots.subscript(object, make_int(index));
  return raise(types.TypeError, "'{}' object does not support indexing", type_name(object));
}

Status set_item(Value object, Value key, Value value) {
  auto function = type_of(object)->slots.assign;
  if (function != nullptr) return function(object, key, value);
  return raise(types.TypeError, "'{}' object does not support item assignment", type_name(object));
}

Status delete_item(Value object, Value key) {
  auto function = type_of(object)->slots.assign;
  if (function != nullptr) return function(object, key, Value());
  const Type* type = type_of(object);
  bool indexed = (type->slots.item != nullptr || type->has(kTypeHeap)) &&
                 (is_int(key) || type_of(key)->slots.index != nullptr);
  return raise(types.TypeError, "'{}' object {} support item deletion", type_name(object),
               indexed ? "doesn't" : "does not");
}

Result<bool> contains(Value container, Value item) {
  auto function = type_of(container)->slots.contains;
  if (function != nullptr) return function(container, item);
  return contains_by_iteration(container, item);
}

Result<bool> contains_by_iteration(Value container, Value item) {
  Value iterator = TRY(iterate_for_search(container));
  for (;;) {
    Value candidate = TRY(next(iterator));
    if (candidate.is_stop()) return false;
    if (TRY(equal(candidate, item))) return true;
  }
}

Result<Value> iterate(Value iterable) {
  const Slots& slots = type_of(iterable)->slots;
  if (slots.iter == nullptr) {
    if (is_sequence(iterable)) return make_sequence_iterator(iterable);
    return raise(types.TypeError, "'{}' object is not iterable", type_name(iterable));
  }
  Value iterator = TRY(slots.iter(iterable));
  if (type_of(iterator)->slots.iternext == nullptr)
    return raise(types.TypeError, "iter() returned non-iterator of type '{}'", type_name(iterator));
  return iterator;
}

Result<Value> next(Value iterator) {
  UnaryFn function = type_of(iterator)->slots.iternext;
  if (function == nullptr) [[unlikely]]
    return not_an_iterator(iterator);
  if ((attention & kAttentionLimit) != 0) [[unlikely]]
    TRY(check_end());
  TRY(check_recursion());  // iterators over iterators over ...
  return function(iterator);
}

namespace {

Status end_of_visit(const Visitor& visitor) {
  return visitor.outcome == Visit::Raised ? Status(Raised{}) : Status();
}

/// Items of one of the iterators that answer without running anything.
template <class Next>
Status visit_quick(Next&& next, Visitor& visitor) {
  for (;;) {
    Value item = TRY(next());
    if (item.is_stop()) return {};
    if (visitor(item) != Visit::More) return end_of_visit(visitor);
    if ((attention & kAttentionLimit) != 0) [[unlikely]]
      TRY(check_end());
  }
}

/// A set that has changed its size is its iterator's business.
Result<Value> next_of_any_set(Value iterator) {
  auto* state = iterator.as<SetIterator>();
  if (state->set == nullptr || static_cast<int64_t>(state->set->count) != state->expected)
    return next(iterator);
  return next_of_set(state);
}

Status visit_generator(Value generator, Visitor& visitor) {
  for (;;) {
    if ((attention & kAttentionLimit) != 0) [[unlikely]]
      TRY(check_end());
    Value item = TRY(hooks.visit_generator(generator, visitor));
    if (item.is_stop()) return {};
    if (!item.is_null()) visitor(item);
    if (visitor.outcome != Visit::More) return end_of_visit(visitor);
  }
}

}  // namespace

Status visit_items(Value iterator, Visitor& visitor) {
  if (iterator.is_object()) {
    const Object* object = iterator.object();
    if (has_root_shape(iterator, types.list_iterator))
      return visit_quick([&] { return Result<Value>(next_of_list(iterator.as<ListIterator>())); }, visitor);
    if (has_root_shape(iterator, types.tuple_iterator))
      return visit_quick([&] { return Result<Value>(next_of_tuple(iterator.as<TupleIterator>())); }, visitor);
    if (has_root_shape(iterator, types.range_iterator))
      return visit_quick([&] { return Result<Value>(next_of_range(iterator.as<RangeIterator>())); }, visitor);
    if (has_root_shape(iterator, types.set_iterator))
      return visit_quick([&] { return next_of_any_set(iterator); }, visitor);
    if (object->kind == Kind::kGenerator) return visit_generator(iterator, visitor);
  }
  for (;;) {
    Value item = TRY(next(iterator));
    if (item.is_stop()) return {};
    if (visitor(item) != Visit::More) return end_of_visit(visitor);
  }
}

Result<Value> next_with_result(Value iterator, Value* result) {
  UnaryFn function = type_of(iterator)->slots.iternext;
  *result = none();
  if (function == nullptr) return not_an_iterator(iterator);
  if (function != generic_iternext) {
    thread()->stop_value = Value();
    Result<Value> item = function(iterator);
    if (item.ok() && item.unwrap().is_stop() && !thread()->stop_value.is_null())
      *result = thread()->stop_value;
    return item;
  }
  Result<Value> item = call_special_or_raise(names.dunder_next, &iterator, 1);
  if (item.ok() || !exception_is(types.StopIteration)) return item;
  auto* stop = static_cast<StopIterationError*>(take_exception());
  if (!stop->value.is_null()) *result = stop->value;
  return Value::stop();
}

Result<List*> to_list(Value iterable) {
  List* list = make_list();
  TRY(list_extend(list, iterable));
  return list;
}

Result<Tuple*> to_tuple(Value iterable) {
  if (is_exactly(iterable, types.tuple)) return iterable.as<Tuple>();
  List* list = is_exactly(iterable, types.list) ? iterable.as<List>() : TRY(to_list(iterable));
  if (list->length > kMaxTupleLength) return raise_no_memory();
  return make_tuple(list->span());
}

}  // namespace ouro::vm
