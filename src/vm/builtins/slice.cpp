// slice: what Python sees of it.
#include <cstddef>

#include "vm/builtins/container_util.h"

namespace ouro::vm {

namespace {

Slice* self_of(Value value) {
  return value.as<Slice>();
}

Result<Value> slice_new(Type*, const Arguments& arguments) {
  if (arguments.keyword_count() > 0) return raise(types.TypeError, "slice() takes no keyword arguments");
  size_t count = arguments.positional;
  if (count == 0) return raise(types.TypeError, "slice expected at least 1 argument, got 0");
  if (count > 3) return raise(types.TypeError, "slice expected at most 3 arguments, got {}", count);
  if (count == 1) return make_slice(none(), arguments[0], none());
  return make_slice(arguments[0], arguments[1], count == 3 ? arguments[2] : none());
}

Result<Value> index_of_part(Value part) {
  if (!is_index_like(part))
    return raise(types.TypeError, "slice indices must be integers or None or have an __index__ method");
  return to_index(part);
}

// A start or stop within the length; the default when it is None.
Result<Value> bounded(Value part, Value default_, Value length, Value low, Value high) {
  if (is_none(part)) return default_;
  Value index = TRY(index_of_part(part));
  if (int_sign(index) < 0) {
    index = TRY(int_add(index, length));
    return int_compare(index, low) < 0 ? low : index;
  }
  return int_compare(index, high) > 0 ? high : index;
}

}  // namespace

Status slice_indices(Slice* slice, Value length, Value out[3]) {
  Value step = make_int(1);
  if (!is_none(slice->step)) {
    step = TRY(index_of_part(slice->step));
    if (int_sign(step) == 0) return raise(types.ValueError, "slice step cannot be zero");
  }
  bool backwards = int_sign(step) < 0;
  Value low = make_int(backwards ? -1 : 0);
  Value high = backwards ? TRY(int_add(length, make_int(-1))) : length;
  out[0] = TRY(bounded(slice->start, backwards ? high : low, length, low, high));
  out[1] = TRY(bounded(slice->stop, backwards ? low : high, length, low, high));
  out[2] = step;
  return {};
}

namespace {

Result<Value> slice_indices_method(const Value* args) {
  Value length = TRY(to_index(args[1]));
  if (int_sign(length) < 0) return raise(types.ValueError, "length should not be negative");
  Value indices[3];
  TRY(slice_indices(self_of(args[0]), length, indices));
  return make_tuple({indices[0], indices[1], indices[2]});
}

Result<Value> slice_reduce(const Value* args) {
  Slice* slice = self_of(args[0]);
  return reduce_to_type(args[0], {slice->start, slice->stop, slice->step});
}

Result<Value> slice_repr(Value self) {
  Slice* slice = self_of(self);
  Str* start = TRY(repr(slice->start));
  Str* stop = TRY(repr(slice->stop));
  Str* step = TRY(repr(slice->step));
  return format_text("slice({}, {}, {})", {start, stop, step});
}

Result<Value> slice_compare(Value self, Value other, CompareOp op) {
  if (!is_kind(self, Kind::kSlice) || !is_kind(other, Kind::kSlice)) return not_implemented();
  if (self == other) {
    bool includes_equal =
        op == CompareOp::Equal || op == CompareOp::LessEqual || op == CompareOp::GreaterEqual;
    return make_bool(includes_equal);
  }
  auto parts = [](Value value) {
    Slice* slice = self_of(value);
    return make_tuple({slice->start, slice->stop, slice->step});
  };
  Tuple* a = parts(self);
  Tuple* b = parts(other);
  return compare(a, b, op);
}

constexpr MethodSpec kMethods[] = {
    {"indices", "($self, object, /)", slice_indices_method,
     "Return (start, stop, step) as they are for a sequence of this length."},
    {"__reduce__", "($self, /)", slice_reduce},
};
constexpr MemberSpec kMembers[] = {
    {"start", offsetof(Slice, start)},
    {"stop", offsetof(Slice, stop)},
    {"step", offsetof(Slice, step)},
};

constexpr Slots slice_slots() {
  Slots slots = {};
  slots.repr = slice_repr;
  slots.hash = hash_not_implemented;
  slots.richcompare = slice_compare;
  slots.new_ = slice_new;
  return slots;
}

constexpr TypeSpec kSlice = {
    .name = "slice",
    .kind = Kind::kSlice,
    .basic_size = sizeof(Slice),
    .trace = trace_members<&Slice::start, &Slice::stop, &Slice::step>,
    .methods = kMethods,
    .members = kMembers,
    .doc = "What stands between the brackets of an extended subscript.",
    .slots = slice_slots(),
};

}  // namespace

void complete_slice() {
  complete_native_type(types.slice, kSlice);
}

}  // namespace ouro::vm
