// enumerate().
#include "vm/builtins/container_util.h"

namespace ouro::vm {

namespace {

Result<Value> enumerate_new(Type* type, const Arguments& arguments) {
  static const Signature signature("enumerate", "(iterable, start=0)");
  if (arguments.total() == 0)
    return raise(types.TypeError, "enumerate() missing required argument 'iterable'");
  Value bound[2];
  TRY(signature.bind(arguments, bound));
  Value count = bound[1].is_null() ? make_int(0) : TRY(to_index(bound[1]));
  Value iterator = TRY(iterate(bound[0]));
  auto* self = allocate_instance<Enumerate>(type);
  self->iterator = iterator;
  self->count = count;
  write_barrier(self);
  return self;
}

Result<Value> enumerate_next(Value value) {
  auto* self = value.as<Enumerate>();
  Value item = TRY(next(self->iterator));
  if (item.is_stop()) return item;
  Value count = self->count;
  Value after = count.is_small_int() ? make_int(count.small_int() + 1) : TRY(int_add(count, make_int(1)));
  store(self, self->count, after);
  return make_tuple({count, item});
}

Result<Value> enumerate_reduce(const Value* args) {
  auto* self = args[0].as<Enumerate>();
  return reduce_to_type(args[0], {self->iterator, self->count});
}

constexpr MethodSpec kMethods[] = {
    {"__reduce__", "($self, /)", enumerate_reduce},
    {"__class_getitem__", "($type, object, /)", class_getitem_generic, "See PEP 585", Binding::Class},
};

constexpr Slots enumerate_slots() {
  Slots slots = {};
  slots.iter = iterate_self;
  slots.iternext = enumerate_next;
  slots.new_ = enumerate_new;
  return slots;
}

constexpr TypeSpec kEnumerate = {
    .name = "enumerate",
    .kind = Kind::kIterator,
    .basic_size = sizeof(Enumerate),
    .flags = kTypeBase,
    .trace = trace_members<&Enumerate::iterator, &Enumerate::count>,
    .methods = kMethods,
    .doc = "Pairs of a count and an item of an iterable.",
    .signature = "(iterable, start=0)",
    .slots = enumerate_slots(),
};

}  // namespace

void complete_enumerate() {
  complete_native_type(types.enumerate, kEnumerate);
}

}  // namespace ouro::vm
