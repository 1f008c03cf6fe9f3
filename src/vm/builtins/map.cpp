// map().
#include <algorithm>

#include "vm/builtins/container_util.h"

namespace ouro::vm {

namespace {

struct Map : Object {
  Value function;
  Tuple* iterators;
};

Result<Value> map_new(Type* type, const Arguments& arguments) {
  if (arguments.keyword_count() > 0 && !replaces_init(type, types.map))
    return raise(types.TypeError, "map() takes no keyword arguments");
  if (arguments.positional < 2) return raise(types.TypeError, "map() must have at least two arguments.");
  Tuple* iterators = TRY(allocate_tuple(arguments.positional - 1));
  for (size_t i = 1; i < arguments.positional; ++i) {
    Value iterator = TRY(iterate(arguments[i]));
    store(iterators, iterators->items[i - 1], iterator);
  }
  auto* self = allocate_instance<Map>(type);
  self->function = arguments[0];
  self->iterators = iterators;
  write_barrier(self);
  return self;
}

Result<Value> map_next(Value value) {
  auto* self = value.as<Map>();
  size_t count = self->iterators->length;
  constexpr size_t kOnStack = 4;
  Value few[kOnStack];
  Tuple* many = count > kOnStack ? TRY(allocate_tuple(count)) : nullptr;
  Value* items = many != nullptr ? many->items : few;
  for (size_t i = 0; i < count; ++i) {
    Value item = TRY(next(self->iterators->items[i]));
    if (item.is_stop()) return item;
    items[i] = item;
    if (many != nullptr) write_barrier(many);
  }
  return call(self->function, Arguments{items, count, nullptr});
}

Result<Value> map_reduce(const Value* args) {
  auto* self = args[0].as<Map>();
  Tuple* parts = TRY(allocate_tuple(self->iterators->length + 1));
  parts->items[0] = self->function;
  std::copy_n(self->iterators->items, self->iterators->length, parts->items + 1);
  return make_tuple({type_of(args[0]), parts});
}

constexpr MethodSpec kMethods[] = {
    {"__reduce__", "($self, /)", map_reduce},
};

constexpr Slots map_slots() {
  Slots slots = {};
  slots.iter = iterate_self;
  slots.iternext = map_next;
  slots.new_ = map_new;
  return slots;
}

constexpr TypeSpec kMap = {
    .name = "map",
    .kind = Kind::kIterator,
    .basic_size = sizeof(Map),
    .flags = kTypeBase,
    .trace = trace_members<&Map::function, &Map::iterators>,
    .methods = kMethods,
    .doc = "The results of a function for the items of one or more iterables.",
    .slots = map_slots(),
};

}  // namespace

void complete_map() {
  complete_native_type(types.map, kMap);
}

}  // namespace ouro::vm
