// range, of ints of any size. The arithmetic of small ones is done in machine words.
#include "vm/builtins/range.h"

#include <cstddef>

#include "vm/builtins/container_util.h"
#include "vm/heap/heap_inline.h"

namespace ouro::vm {

namespace {

Range* self_of(Value value) {
  return value.as<Range>();
}

// ---- arithmetic

Result<Value> add(Value a, Value b) {
  if (Value::both_small_int(a, b)) return make_int(a.small_int() + b.small_int());
  return int_add(a, b);
}

Result<Value> subtract(Value a, Value b) {
  if (Value::both_small_int(a, b)) return make_int(a.small_int() - b.small_int());
  return int_subtract(a, b);
}

Result<Value> multiply(Value a, Value b) {
  int64_t product = 0;
  if (Value::both_small_int(a, b) && !__builtin_mul_overflow(a.small_int(), b.small_int(), &product))
    return make_int(product);
  return int_multiply(a, b);
}

Result<Value> range_length_of(Value start, Value stop, Value step) {
  bool backwards = int_sign(step) < 0;
  Value low = backwards ? stop : start, high = backwards ? start : stop;
  if (int_compare(low, high) >= 0) return make_int(0);
  if (Value::both_small_int(low, high) && step.is_small_int()) {
    auto distance = static_cast<uint64_t>(high.small_int()) - static_cast<uint64_t>(low.small_int());
    auto stride = static_cast<uint64_t>(backwards ? -step.small_int() : step.small_int());
    return make_int_unsigned((distance - 1) / stride + 1);
  }
  Value stride = backwards ? TRY(int_negate(step)) : step;
  Value distance = TRY(subtract(high, low));
  Value steps = TRY(int_floor_divide(TRY(subtract(distance, make_int(1))), stride));
  return add(steps, make_int(1));
}

Result<Range*> make_range(Value start, Value stop, Value step) {
  Value length = TRY(range_length_of(start, stop, step));
  auto* range = allocate_inline<Range>(types.range->root_shape);
  range->start = start;
  range->stop = stop;
  range->step = step;
  range->length = length;
  return range;
}

// start + index * step
Result<Value> item_at(Range* range, Value index) {
  return add(range->start, TRY(multiply(index, range->step)));
}

// ---- construction

Result<Value> range_new(Type*, const Arguments& arguments) {
  if (arguments.keyword_count() > 0) return raise(types.TypeError, "range() takes no keyword arguments");
  size_t count = arguments.positional;
  if (count == 0) return raise(types.TypeError, "range expected at least 1 argument, got 0");
  if (count > 3) return raise(types.TypeError, "range expected at most 3 arguments, got {}", count);
  if (count == 1) return make_range(make_int(0), TRY(to_index(arguments[0])), make_int(1));
  Value start = TRY(to_index(arguments[0]));
  Value stop = TRY(to_index(arguments[1]));
  Value step = count == 3 ? TRY(to_index(arguments[2])) : make_int(1);
  if (int_sign(step) == 0) return raise(types.ValueError, "range() arg 3 must not be zero");
  return make_range(start, stop, step);
}

// ---- sequence

Result<int64_t> range_length(Value self) {
  return to_int64(self_of(self)->length);
}

Result<bool> range_bool(Value self) {
  return int_sign(self_of(self)->length) != 0;
}

Result<Value> item_of_index(Range* range, Value index) {
  if (int_sign(index) < 0) index = TRY(add(index, range->length));
  if (int_sign(index) < 0 || int_compare(index, range->length) >= 0)
    return raise(types.IndexError, "range object index out of range");
  return item_at(range, index);
}

Result<Value> range_item(Value self, int64_t index) {
  return item_of_index(self_of(self), make_int(index));
}

Result<Value> range_slice(Range* range, Slice* slice) {
  Value indices[3];
  TRY(slice_indices(slice, range->length, indices));
  Value start = TRY(item_at(range, indices[0]));
  Value stop = TRY(item_at(range, indices[1]));
  Value step = TRY(multiply(range->step, indices[2]));
  return make_range(start, stop, step);
}

Result<Value> range_subscript(Value self, Value key) {
  if (is_index_like(key)) return item_of_index(self_of(self), TRY(to_index(key)));
  if (is_kind(key, Kind::kSlice)) return range_slice(self_of(self), key.as<Slice>());
  return raise(types.TypeError, "range indices must be integers or slices, not {}", type_name(key));
}

bool is_plain_int(Value value) {
  return is_exactly(value, types.int_) || is_bool(value);
}

// Numbers are found by arithmetic.
Result<bool> contains_int(Range* range, Value number) {
  bool forwards = int_sign(range->step) > 0;
  if (forwards ? int_compare(number, range->start) < 0 || int_compare(number, range->stop) >= 0
               : int_compare(number, range->start) > 0 || int_compare(number, range->stop) <= 0)
    return false;
  Value distance = TRY(subtract(number, range->start));
  return int_sign(TRY(int_remainder(distance, range->step))) == 0;
}

// Anything else is compared with each item: calls `found` with the position of equal ones until it says stop.
template <class Found>
Status search(Value self, Value wanted, Found&& found) {
  Value iterator = TRY(iterate(self));
  for (int64_t i = 0;; ++i) {
    Value item = TRY(next(iterator));
    if (item.is_stop()) return {};
    if (TRY(equal(item, wanted)) && found(i)) return {};
  }
}

Result<bool> range_contains(Value self, Value item) {
  if (is_plain_int(item)) return contains_int(self_of(self), item);
  bool present = false;
  TRY(search(self, item, [&](int64_t) { return present = true; }));
  return present;
}

Result<Value> range_count(const Value* args) {
  if (is_plain_int(args[1])) return make_int(TRY(contains_int(self_of(args[0]), args[1])) ? 1 : 0);
  int64_t count = 0;
  TRY(search(args[0], args[1], [&](int64_t) {
    ++count;
    return false;
  }));
  return make_int(count);
}

Result<Value> range_index(const Value* args) {
  Range* range = self_of(args[0]);
  if (!is_plain_int(args[1])) {
    int64_t position = -1;
    TRY(search(args[0], args[1], [&](int64_t i) {
      position = i;
      return true;
    }));
    if (position >= 0) return make_int(position);
    return raise(types.ValueError, "sequence.index(x): x not in sequence");
  }
  if (TRY(contains_int(range, args[1])))
    return int_floor_divide(TRY(subtract(args[1], range->start)), range->step);
  Str* shown = TRY(repr(args[1]));
  return raise_with(types.ValueError, {Value(TRY(format_text("{} is not in range", {shown})))});
}

// ---- comparison, hash, text

Value key_of(Range* range) {
  bool empty = int_sign(range->length) == 0;
  bool single = range->length == make_int(1);
  return make_tuple({range->length, empty ? none() : range->start, empty || single ? none() : range->step});
}

Result<int64_t> range_hash(Value self) {
  return hash(key_of(self_of(self)));
}

bool same_items(Range* a, Range* b) {
  if (a == b) return true;
  if (!int_equal(a->length, b->length)) return false;
  if (int_sign(a->length) == 0) return true;
  if (!int_equal(a->start, b->start)) return false;
  return a->length == make_int(1) || int_equal(a->step, b->step);
}

Result<Value> range_compare(Value self, Value other, CompareOp op) {
  if (!is_kind(other, Kind::kRange) || (op != CompareOp::Equal && op != CompareOp::NotEqual))
    return not_implemented();
  return make_bool(same_items(self_of(self), self_of(other)) == (op == CompareOp::Equal));
}

Result<Value> range_repr(Value self) {
  Range* range = self_of(self);
  Str* start = TRY(repr(range->start));
  Str* stop = TRY(repr(range->stop));
  if (range->step == make_int(1)) return format_text("range({}, {})", {start, stop});
  Str* step = TRY(repr(range->step));
  return format_text("range({}, {}, {})", {start, stop, step});
}

Result<Value> range_reduce(const Value* args) {
  Range* range = self_of(args[0]);
  return reduce_to_type(args[0], {range->start, range->stop, range->step});
}

// ---- iteration

Result<Value> range_iter(Value self) {
  Range* range = self_of(self);
  return make_range_iterator(range->start, range->step, range->length);
}

Result<Value> range_reversed(const Value* args) {
  Range* range = self_of(args[0]);
  Value last = TRY(item_at(range, TRY(subtract(range->length, make_int(1)))));
  Value step = TRY(subtract(make_int(0), range->step));
  return make_range_iterator(last, step, range->length);
}

constexpr MethodSpec kMethods[] = {
    {"__reversed__", "($self, /)", range_reversed, "Return an iterator from the last number to the first."},
    {"__reduce__", "($self, /)", range_reduce},
    {"count", "($self, value, /)", range_count, "Return how often a value occurs."},
    {"index", "($self, value, /)", range_index,
     "Return the index of a value; ValueError when it is not there."},
};
constexpr MemberSpec kMembers[] = {
    {"start", offsetof(Range, start)},
    {"stop", offsetof(Range, stop)},
    {"step", offsetof(Range, step)},
};

constexpr Slots range_slots() {
  Slots slots = {};
  slots.repr = range_repr;
  slots.hash = range_hash;
  slots.richcompare = range_compare;
  slots.iter = range_iter;
  slots.new_ = range_new;
  slots.bool_ = range_bool;
  slots.length = range_length;
  slots.item = range_item;
  slots.subscript = range_subscript;
  slots.contains = range_contains;
  return slots;
}

constexpr TypeSpec kRange = {
    .name = "range",
    .kind = Kind::kRange,
    .basic_size = sizeof(Range),
    .flags = kTypeSequence,
    .trace = trace_members<&Range::start, &Range::stop, &Range::step, &Range::length>,
    .methods = kMethods,
    .members = kMembers,
    .doc = "The numbers from start to stop, stop not included, in steps.",
    .slots = range_slots(),
};

}  // namespace

Result<Value> range_from(Value start, Value stop, Value step) {
  return make_range(start, stop, step);
}

void complete_range() {
  complete_native_type(types.range, kRange);
}

}  // namespace ouro::vm
