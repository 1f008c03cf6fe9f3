// filter().
#include "vm/builtins/container_util.h"

namespace ouro::vm {

namespace {

struct Filter : Object {
  Value function;
  Value iterator;
};

Result<Value> filter_new(Type* type, const Arguments& arguments) {
  if (arguments.keyword_count() > 0 && !replaces_init(type, types.filter))
    return raise(types.TypeError, "filter() takes no keyword arguments");
  if (arguments.positional != 2)
    return raise(types.TypeError, "filter expected 2 arguments, got {}", arguments.positional);
  Value iterator = TRY(iterate(arguments[1]));
  auto* self = allocate_instance<Filter>(type);
  self->function = arguments[0];
  self->iterator = iterator;
  write_barrier(self);
  return self;
}

Result<Value> filter_next(Value value) {
  auto* self = value.as<Filter>();
  bool by_truth = is_none(self->function) || self->function == Value(types.bool_);
  for (;;) {
    Value item = TRY(next(self->iterator));
    if (item.is_stop()) return item;
    Value verdict = by_truth ? item : TRY(call(self->function, {item}));
    if (TRY(is_true(verdict))) return item;
  }
}

Result<Value> filter_reduce(const Value* args) {
  auto* self = args[0].as<Filter>();
  return reduce_to_type(args[0], {self->function, self->iterator});
}

constexpr MethodSpec kMethods[] = {
    {"__reduce__", "($self, /)", filter_reduce},
};

constexpr Slots filter_slots() {
  Slots slots = {};
  slots.iter = iterate_self;
  slots.iternext = filter_next;
  slots.new_ = filter_new;
  return slots;
}

constexpr TypeSpec kFilter = {
    .name = "filter",
    .kind = Kind::kIterator,
    .basic_size = sizeof(Filter),
    .flags = kTypeBase,
    .trace = trace_members<&Filter::function, &Filter::iterator>,
    .methods = kMethods,
    .doc = "The items of an iterable for which a function is true.",
    .slots = filter_slots(),
};

}  // namespace

void complete_filter() {
  complete_native_type(types.filter, kFilter);
}

}  // namespace ouro::vm
