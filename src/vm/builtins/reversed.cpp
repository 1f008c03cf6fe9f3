// reversed().
#include <algorithm>

#include "vm/builtins/container_util.h"

namespace ouro::vm {

namespace {

struct Reversed : Object {
  Value sequence;  // null: exhausted
  int64_t index;   // of the next item
};

Result<Value> reversed_new(Type* type, const Arguments& arguments) {
  if (arguments.keyword_count() > 0 && !replaces_init(type, types.reversed))
    return raise(types.TypeError, "reversed() takes no keyword arguments");
  if (arguments.positional != 1)
    return raise(types.TypeError, "reversed expected 1 argument, got {}", arguments.positional);
  Value sequence = arguments[0];
  Value method = lookup_special(sequence, names.dunder_reversed);
  if (!method.is_null() && !is_none(method)) {
    bool found = false;
    return call_special(sequence, names.dunder_reversed, {}, &found);
  }
  if (is_none(method) || !is_sequence_like(sequence))
    return raise(types.TypeError, "'{}' object is not reversible", type_name(sequence));
  int64_t size = TRY(length(sequence));
  auto* self = allocate_instance<Reversed>(type);
  self->index = size - 1;
  store(self, self->sequence, sequence);
  return self;
}

Result<Value> reversed_next(Value value) {
  auto* self = value.as<Reversed>();
  if (self->index >= 0 && !self->sequence.is_null()) {
    Result<Value> item = get_item(self->sequence, self->index);
    if (item.ok()) {
      --self->index;
      return item;
    }
    if (!clear_if(types.IndexError) && !clear_if(types.StopIteration)) return Raised{};
  }
  self->index = -1;
  self->sequence = Value();
  return Value::stop();
}

Result<Value> reversed_length_hint(const Value* args) {
  auto* self = args[0].as<Reversed>();
  if (self->sequence.is_null()) return make_int(0);
  int64_t size = TRY(length(self->sequence));
  int64_t position = self->index + 1;
  return make_int(size < position ? 0 : position);
}

Result<Value> reversed_reduce(const Value* args) {
  auto* self = args[0].as<Reversed>();
  if (self->sequence.is_null()) return reduce_to_type(args[0], {empty_tuple()});
  return reduce_to_type(args[0], {self->sequence}, make_int(self->index));
}

Result<Value> reversed_setstate(const Value* args) {
  auto* self = args[0].as<Reversed>();
  int64_t index = TRY(state_number(args[1]));
  if (self->sequence.is_null()) return none();
  int64_t size = TRY(length(self->sequence));
  self->index = std::clamp<int64_t>(index, -1, std::max<int64_t>(size, 0) - 1);
  return none();
}

constexpr MethodSpec kMethods[] = {
    {"__length_hint__", "($self, /)", reversed_length_hint},
    {"__reduce__", "($self, /)", reversed_reduce},
    {"__setstate__", "($self, state, /)", reversed_setstate},
};

constexpr Slots reversed_slots() {
  Slots slots = {};
  slots.iter = iterate_self;
  slots.iternext = reversed_next;
  slots.new_ = reversed_new;
  return slots;
}

constexpr TypeSpec kReversed = {
    .name = "reversed",
    .kind = Kind::kIterator,
    .basic_size = sizeof(Reversed),
    .flags = kTypeBase,
    .trace = trace_members<&Reversed::sequence>,
    .methods = kMethods,
    .doc = "The items of a sequence from the last to the first.",
    .signature = "(sequence, /)",
    .slots = reversed_slots(),
};

}  // namespace

void complete_reversed() {
  complete_native_type(types.reversed, kReversed);
}

}  // namespace ouro::vm
