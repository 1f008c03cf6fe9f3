// The iterators of range: one for machine words, one for ints of any size.
#include <algorithm>

#include "vm/builtins/container_util.h"
#include "vm/builtins/range.h"
#include "vm/heap/heap_inline.h"

namespace ouro::vm {

namespace {

struct LongRangeIterator : Object {
  Value start, step, length, index;
};

bool reaches_within_words(int64_t start, int64_t step, int64_t length) {
  int64_t last = 0;
  return !__builtin_mul_overflow(step, length, &last) && !__builtin_add_overflow(start, last, &last);
}

// ---- machine words

Result<Value> small_next(Value self) {
  return next_of_range(self.as<RangeIterator>());
}

Result<Value> small_length_hint(const Value* args) {
  return make_int_unsigned(args[0].as<RangeIterator>()->remaining);
}

Result<Value> small_reduce(const Value* args) {
  Value iter = TRY(builtin_named(names.iter));
  auto* iterator = args[0].as<RangeIterator>();
  auto length = static_cast<int64_t>(iterator->position + iterator->remaining);
  Value range = TRY(range_from(make_int(iterator->start), make_int(iterator->start + length * iterator->step),
                               make_int(iterator->step)));
  return reduce_with(iter, range, make_int(static_cast<int64_t>(iterator->position)));
}

Result<Value> small_setstate(const Value* args) {
  auto* iterator = args[0].as<RangeIterator>();
  int64_t index = TRY(state_number(args[1]));
  auto length = static_cast<int64_t>(iterator->position + iterator->remaining);
  index = std::clamp<int64_t>(index, 0, length);
  iterator->position = static_cast<uint64_t>(index);
  iterator->remaining = static_cast<uint64_t>(length - index);
  iterator->current = iterator->start + index * iterator->step;
  return none();
}

// ---- ints of any size

Result<Value> long_next(Value self) {
  auto* iterator = self.as<LongRangeIterator>();
  if (int_compare(iterator->index, iterator->length) >= 0) return Value::stop();
  Value number = TRY(int_add(iterator->start, TRY(int_multiply(iterator->index, iterator->step))));
  Value index = TRY(int_add(iterator->index, make_int(1)));
  store(iterator, iterator->index, index);
  return number;
}

Result<Value> long_length_hint(const Value* args) {
  auto* iterator = args[0].as<LongRangeIterator>();
  return int_subtract(iterator->length, iterator->index);
}

Result<Value> long_reduce(const Value* args) {
  Value iter = TRY(builtin_named(names.iter));
  auto* iterator = args[0].as<LongRangeIterator>();
  Value stop = TRY(int_add(iterator->start, TRY(int_multiply(iterator->length, iterator->step))));
  Value range = TRY(range_from(iterator->start, stop, iterator->step));
  return reduce_with(iter, range, iterator->index);
}

Result<Value> long_setstate(const Value* args) {
  auto* iterator = args[0].as<LongRangeIterator>();
  if (!is_int(args[1])) return raise(types.TypeError, "an integer is required");
  Value index = args[1];
  if (int_sign(index) < 0) index = make_int(0);
  if (int_compare(index, iterator->length) > 0) index = iterator->length;
  store(iterator, iterator->index, index);
  return none();
}

constexpr MethodSpec kSmallMethods[] = {
    {"__length_hint__", "($self, /)", small_length_hint},
    {"__reduce__", "($self, /)", small_reduce},
    {"__setstate__", "($self, state, /)", small_setstate},
};
constexpr MethodSpec kLongMethods[] = {
    {"__length_hint__", "($self, /)", long_length_hint},
    {"__reduce__", "($self, /)", long_reduce},
    {"__setstate__", "($self, state, /)", long_setstate},
};

constexpr Slots iterator_slots(UnaryFn next) {
  Slots slots = {};
  slots.iter = iterate_self;
  slots.iternext = next;
  return slots;
}

constexpr TypeSpec kSmall = {
    .name = "range_iterator",
    .kind = Kind::kIterator,
    .basic_size = sizeof(RangeIterator),
    .flags = kTypeDisallowNew,
    .methods = kSmallMethods,
    .slots = iterator_slots(small_next),
};
constexpr TypeSpec kLong = {
    .name = "longrange_iterator",
    .kind = Kind::kIterator,
    .basic_size = sizeof(LongRangeIterator),
    .flags = kTypeDisallowNew,
    .trace = trace_members<&LongRangeIterator::start, &LongRangeIterator::step, &LongRangeIterator::length,
                           &LongRangeIterator::index>,
    .methods = kLongMethods,
    .slots = iterator_slots(long_next),
};

}  // namespace

Result<Value> make_range_iterator(Value start, Value step, Value length) {
  int64_t first = 0, stride = 0, count = 0;
  if (int_fits(start, &first) && int_fits(step, &stride) && int_fits(length, &count) &&
      reaches_within_words(first, stride, count)) {
    auto* iterator = allocate_inline<RangeIterator>(types.range_iterator->root_shape);
    iterator->start = iterator->current = first;
    iterator->step = stride;
    iterator->remaining = static_cast<uint64_t>(count);
    return iterator;
  }
  auto* iterator = allocate<LongRangeIterator>(types.longrange_iterator->root_shape);
  iterator->start = start;
  iterator->step = step;
  iterator->length = length;
  iterator->index = make_int(0);
  return iterator;
}

void complete_range_iterators() {
  complete_native_type(types.range_iterator, kSmall);
  complete_native_type(types.longrange_iterator, kLong);
}

}  // namespace ouro::vm
