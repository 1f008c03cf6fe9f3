// The iterators of iter(): over anything with __getitem__, and over the results of a callable.
#include <algorithm>

#include "vm/builtins/container_util.h"

namespace ouro::vm {

Value make_sequence_iterator(Value sequence) {
  auto* iterator = allocate<SequenceIterator>(types.sequence_iterator->root_shape);
  iterator->sequence = sequence;
  return iterator;
}

Value make_callable_iterator(Value callable, Value sentinel) {
  auto* iterator = allocate<CallableIterator>(types.callable_iterator->root_shape);
  iterator->callable = callable;
  iterator->sentinel = sentinel;
  return iterator;
}

namespace {

Result<Value> sequence_next(Value self) {
  auto* iterator = self.as<SequenceIterator>();
  if (iterator->sequence.is_null()) return Value::stop();
  if (iterator->index == INT64_MAX) return raise(types.OverflowError, "iter index too large");
  Result<Value> item = get_item(iterator->sequence, iterator->index);
  if (item.ok()) {
    ++iterator->index;
    return item;
  }
  if (!clear_if(types.IndexError) && !clear_if(types.StopIteration)) return Raised{};
  iterator->sequence = Value();
  return Value::stop();
}

Result<Value> sequence_length_hint(const Value* args) {
  auto* iterator = args[0].as<SequenceIterator>();
  if (iterator->sequence.is_null()) return make_int(0);
  if (type_of(iterator->sequence)->slots.length == nullptr) return not_implemented();
  int64_t size = TRY(length(iterator->sequence));
  return make_int(std::max<int64_t>(size - iterator->index, 0));
}

Result<Value> sequence_reduce(const Value* args) {
  Value iter = TRY(builtin_named(names.iter));
  auto* iterator = args[0].as<SequenceIterator>();
  if (iterator->sequence.is_null()) return reduce_with(iter, empty_tuple());
  return reduce_with(iter, iterator->sequence, make_int(iterator->index));
}

Result<Value> sequence_setstate(const Value* args) {
  auto* iterator = args[0].as<SequenceIterator>();
  int64_t index = TRY(state_number(args[1]));
  if (!iterator->sequence.is_null()) iterator->index = std::max<int64_t>(index, 0);
  return none();
}

Result<Value> callable_next(Value self) {
  auto* iterator = self.as<CallableIterator>();
  if (iterator->callable.is_null()) return Value::stop();
  Result<Value> result = call(iterator->callable);
  if (!result.ok()) {
    if (!clear_if(types.StopIteration)) return Raised{};
  } else if (!iterator->sentinel.is_null()) {
    if (!TRY(equal(iterator->sentinel, result.unwrap()))) return result;
  }
  iterator->callable = Value();
  iterator->sentinel = Value();
  return Value::stop();
}

Result<Value> callable_reduce(const Value* args) {
  Value iter = TRY(builtin_named(names.iter));
  auto* iterator = args[0].as<CallableIterator>();
  if (iterator->callable.is_null() || iterator->sentinel.is_null()) return reduce_with(iter, empty_tuple());
  return make_tuple({iter, make_tuple({iterator->callable, iterator->sentinel})});
}

constexpr MethodSpec kSequenceMethods[] = {
    {"__length_hint__", "($self, /)", sequence_length_hint},
    {"__reduce__", "($self, /)", sequence_reduce},
    {"__setstate__", "($self, state, /)", sequence_setstate},
};
constexpr MethodSpec kCallableMethods[] = {
    {"__reduce__", "($self, /)", callable_reduce},
};

constexpr Slots iterator_slots(UnaryFn next) {
  Slots slots = {};
  slots.iter = iterate_self;
  slots.iternext = next;
  return slots;
}

constexpr TypeSpec kSequence = {
    .name = "iterator",
    .kind = Kind::kIterator,
    .basic_size = sizeof(SequenceIterator),
    .flags = kTypeDisallowNew,
    .trace = trace_members<&SequenceIterator::sequence>,
    .methods = kSequenceMethods,
    .slots = iterator_slots(sequence_next),
};
constexpr TypeSpec kCallable = {
    .name = "callable_iterator",
    .kind = Kind::kIterator,
    .basic_size = sizeof(CallableIterator),
    .flags = kTypeDisallowNew,
    .trace = trace_members<&CallableIterator::callable, &CallableIterator::sentinel>,
    .methods = kCallableMethods,
    .slots = iterator_slots(callable_next),
};

}  // namespace

void complete_sequence_iterators() {
  complete_native_type(types.sequence_iterator, kSequence);
  complete_native_type(types.callable_iterator, kCallable);
}

}  // namespace ouro::vm
