// zip().
#include "vm/builtins/container_util.h"

namespace ouro::vm {

namespace {

Result<Value> zip_new(Type* type, const Arguments& arguments) {
  static const Signature signature("zip", "(*iterables, strict=False)");
  Value bound[2] = {make_tuple({arguments.values, arguments.positional}), Value()};
  if (arguments.keyword_count() > 1 && arguments.keywords != nullptr && !replaces_init(type, types.zip))
    return raise(types.TypeError, "zip() takes at most 1 keyword argument ({} given)",
                 arguments.keyword_count());
  if (arguments.keywords != nullptr && !replaces_init(type, types.zip)) TRY(signature.bind(arguments, bound));
  bool strict = !bound[1].is_null() && TRY(is_true(bound[1]));
  Tuple* iterables = bound[0].as<Tuple>();
  Tuple* iterators = TRY(allocate_tuple(iterables->length));
  for (size_t i = 0; i < iterables->length; ++i) {
    Value iterator = TRY(iterate(iterables->items[i]));
    store(iterators, iterators->items[i], iterator);
  }
  auto* self = allocate_instance<Zip>(type);
  self->strict = strict;
  store(self, self->iterators, iterators);
  return self;
}

// "1", or "s 1-3": whom an argument is shorter or longer than.
std::string earlier(size_t count) {
  return count == 1 ? " 1" : fmt::format("s 1-{}", count);
}

// Argument `position` (from 0) has ended. With strict=True that is an error unless all end together.
Result<Value> ended(Zip* self, size_t position) {
  if (!self->strict) return Value::stop();
  if (position > 0)
    return raise(types.ValueError, "zip() argument {} is shorter than argument{}", position + 1,
                 earlier(position));
  for (size_t i = 1; i < self->iterators->length; ++i) {
    Value item = TRY(next(self->iterators->items[i]));
    if (!item.is_stop())
      return raise(types.ValueError, "zip() argument {} is longer than argument{}", i + 1, earlier(i));
  }
  return Value::stop();
}

/// next(), lists and tuples first.
Result<Value> next_quick(Value iterator) {
  if (has_root_shape(iterator, types.list_iterator)) return next_of_list(iterator.as<ListIterator>());
  if (has_root_shape(iterator, types.tuple_iterator)) return next_of_tuple(iterator.as<TupleIterator>());
  return next(iterator);
}

Result<Value> zip_next(Value value) {
  auto* self = value.as<Zip>();
  size_t count = self->iterators->length;
  if (count == 0) return Value::stop();
  Tuple* items = TRY(allocate_tuple(count));
  for (size_t i = 0; i < count; ++i) {
    Value item = TRY(next_quick(self->iterators->items[i]));
    if (item.is_stop()) return ended(self, i);
    store(items, items->items[i], item);
  }
  return items;
}

Result<Value> zip_reduce(const Value* args) {
  auto* self = args[0].as<Zip>();
  if (self->strict) return make_tuple({type_of(args[0]), self->iterators, make_bool(true)});
  return make_tuple({type_of(args[0]), self->iterators});
}

Result<Value> zip_setstate(const Value* args) {
  args[0].as<Zip>()->strict = TRY(is_true(args[1]));
  return none();
}

constexpr MethodSpec kMethods[] = {
    {"__reduce__", "($self, /)", zip_reduce},
    {"__setstate__", "($self, state, /)", zip_setstate},
};

constexpr Slots zip_slots() {
  Slots slots = {};
  slots.iter = iterate_self;
  slots.iternext = zip_next;
  slots.new_ = zip_new;
  return slots;
}

constexpr TypeSpec kZip = {
    .name = "zip",
    .kind = Kind::kIterator,
    .basic_size = sizeof(Zip),
    .flags = kTypeBase,
    .trace = trace_members<&Zip::iterators>,
    .methods = kMethods,
    .doc =
        "Tuples of one item from each iterable, until the shortest one ends.\n\n"
        ">>> list(zip('xyz', range(2)))\n[('x', 0), ('y', 1)]\n",
    .slots = zip_slots(),
};

}  // namespace

void complete_zip() {
  complete_native_type(types.zip, kZip);
}

}  // namespace ouro::vm
