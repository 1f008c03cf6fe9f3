// itertools: count, cycle, repeat, chain.
#include "vm/modules/itertools.h"
#include "vm/object/argument_errors.h"

namespace ouro::vm::itertools {

Type* chain_type = nullptr;

namespace {

Type *count_type = nullptr, *cycle_type = nullptr, *repeat_type = nullptr;

// ---- count

struct Count : Object {
  Value count, step;
};

bool is_number(Value value) {
  const Slots& slots = type_of(value)->slots;
  return slots.index != nullptr || slots.int_ != nullptr || slots.float_ != nullptr ||
         is_kind(value, Kind::kComplex);
}

Result<Value> count_new(Type* type, const Arguments& arguments) {
  static const Signature signature("count", "(start=0, step=1)");
  Value bound[2];
  TRY(signature.bind(arguments, bound));
  for (Value value : bound) {
    if (!value.is_null() && !is_number(value)) return raise(types.TypeError, "a number is required");
  }
  Value start = bound[0].is_null() ? make_int(0) : bound[0];
  Value step = bound[1].is_null() ? make_int(1) : bound[1];
  int64_t first = 0, stride = 0;
  if (is_int(start) && is_int(step) && int_fits(start, &first) && int_fits(step, &stride) && stride == 1)
    start = make_int(first);
  auto* self = allocate_instance<Count>(type);
  self->count = start;
  self->step = step;
  write_barrier(self);
  return self;
}

bool steps_by_one(Count* self) {
  int64_t step = 0;
  return is_int(self->step) && int_fits(self->step, &step) && step == 1;
}

Result<Value> count_next(Value value) {
  auto* self = value.as<Count>();
  Value count = self->count, step = self->step, after;
  if (Value::both_small_int(count, step))
    after = make_int(count.small_int() + step.small_int());
  else
    after = TRY(binary(BinaryOp::Add, count, step));
  store(self, self->count, after);
  return count;
}

Result<Value> count_repr(Value value) {
  auto* self = value.as<Count>();
  Str* name = type_of(value)->name;
  Str* count = TRY(repr(self->count));
  if (steps_by_one(self)) return format_text("{}({})", {name, count});
  Str* step = TRY(repr(self->step));
  return format_text("{}({}, {})", {name, count, step});
}

Result<Value> count_reduce(const Value* args) {
  auto* self = args[0].as<Count>();
  int64_t count = 0;
  if (steps_by_one(self) && is_int(self->count) && int_fits(self->count, &count) && count != INT64_MAX)
    return reduce_to_type(args[0], {self->count});
  return reduce_to_type(args[0], {self->count, self->step});
}

constexpr MethodSpec kCountMethods[] = {{"__reduce__", "($self, /)", count_reduce}};
constexpr Slots count_slots() {
  Slots slots = iterator_class_slots(count_new, count_next);
  slots.repr = count_repr;
  return slots;
}
constexpr TypeSpec kCount = {
    .name = "itertools.count",
    .kind = Kind::kIterator,
    .basic_size = sizeof(Count),
    .flags = kTypeBase,
    .trace = trace_members<&Count::count, &Count::step>,
    .methods = kCountMethods,
    .doc = "Evenly spaced numbers without an end.",
    .signature = "(start=0, step=1)",
    .slots = count_slots(),
};

// ---- cycle

struct Cycle : Object {
  Value iterator;  // null: exhausted, the saved items are repeated
  List* saved;
  int64_t index;
  bool complete;  // the items were saved in an earlier life: see __setstate__
};

Result<Value> cycle_new(Type* type, const Arguments& arguments) {
  static const Signature signature("cycle", "(iterable, /)");
  Value iterable;
  TRY(bind_base(signature, arguments, replaces_init(type, cycle_type), &iterable));
  Cycle* self = TRY(make_over<Cycle>(type, iterable));
  List* saved = make_list();
  store(self, self->saved, saved);
  return self;
}

Result<Value> cycle_next(Value value) {
  auto* self = value.as<Cycle>();
  if (!self->iterator.is_null()) {
    Value item = TRY(next(self->iterator));
    if (!item.is_stop()) {
      if (!self->complete) TRY(list_append(self->saved, item));
      return item;
    }
    self->iterator = Value();
  }
  List* saved = self->saved;
  if (saved->length == 0) return Value::stop();
  Value item = list_item_or_null(saved, self->index < static_cast<int64_t>(saved->length) ? self->index : 0);
  if (++self->index >= static_cast<int64_t>(saved->length)) self->index = 0;
  return item;
}

Result<Value> cycle_reduce(const Value* args) {
  auto* self = args[0].as<Cycle>();
  if (!self->iterator.is_null())
    return reduce_to_type(args[0], {self->iterator}, make_tuple({self->saved, make_bool(self->complete)}));
  Value iterator = TRY(iterate(self->saved));
  if (self->index != 0) TRY(call_method(iterator, names.dunder_setstate, {make_int(self->index)}));
  return reduce_to_type(args[0], {iterator}, make_tuple({self->saved, make_bool(true)}));
}

Result<Value> cycle_setstate(const Value* args) {
  auto* self = args[0].as<Cycle>();
  Value parts[2];
  TRY(state_parts(args[1], 2, 2, parts));
  if (!is_list(parts[0]))
    return raise(types.TypeError, "argument 1 must be list, not {}", given_name(parts[0]));
  bool complete = TRY(to_c_int(parts[1])) != 0;
  store(self, self->saved, parts[0].as<List>());
  self->complete = complete;
  self->index = 0;
  return none();
}

constexpr MethodSpec kCycleMethods[] = {
    {"__reduce__", "($self, /)", cycle_reduce},
    {"__setstate__", "($self, state, /)", cycle_setstate},
};
constexpr TypeSpec kCycle = {
    .name = "itertools.cycle",
    .kind = Kind::kIterator,
    .basic_size = sizeof(Cycle),
    .flags = kTypeBase,
    .trace = trace_members<&Cycle::iterator, &Cycle::saved>,
    .methods = kCycleMethods,
    .doc = "The items of an iterable, again and again.",
    .signature = "(iterable, /)",
    .slots = iterator_class_slots(cycle_new, cycle_next),
};

// ---- repeat

struct Repeat : Object {
  Value element;
  int64_t count;  // -1: without an end
};

Result<Value> repeat_new(Type* type, const Arguments& arguments) {
  static const Signature signature("repeat", "(object, times=-1)");
  Value bound[2];
  TRY(signature.bind(arguments, bound));
  int64_t count = -1;
  if (!bound[1].is_null()) count = std::max<int64_t>(TRY(to_int64(bound[1])), 0);
  auto* self = allocate_instance<Repeat>(type);
  self->count = count;
  store(self, self->element, bound[0]);
  return self;
}

Result<Value> repeat_next(Value value) {
  auto* self = value.as<Repeat>();
  if (self->count == 0) return Value::stop();
  if (self->count > 0) --self->count;
  return self->element;
}

Result<Value> repeat_repr(Value value) {
  auto* self = value.as<Repeat>();
  Str* name = type_of(value)->name;
  Str* element = TRY(repr(self->element));
  if (self->count == -1) return format_text("{}({})", {name, element});
  return format_text("{}({}, {})", {name, element, make_str(std::to_string(self->count))});
}

Result<Value> repeat_length_hint(const Value* args) {
  auto* self = args[0].as<Repeat>();
  if (self->count == -1) return raise(types.TypeError, "len() of unsized object");
  return make_int(self->count);
}

Result<Value> repeat_reduce(const Value* args) {
  auto* self = args[0].as<Repeat>();
  if (self->count >= 0) return reduce_to_type(args[0], {self->element, make_int(self->count)});
  return reduce_to_type(args[0], {self->element});
}

constexpr MethodSpec kRepeatMethods[] = {
    {"__length_hint__", "($self, /)", repeat_length_hint},
    {"__reduce__", "($self, /)", repeat_reduce},
};
constexpr Slots repeat_slots() {
  Slots slots = iterator_class_slots(repeat_new, repeat_next);
  slots.repr = repeat_repr;
  return slots;
}
constexpr TypeSpec kRepeat = {
    .name = "itertools.repeat",
    .kind = Kind::kIterator,
    .basic_size = sizeof(Repeat),
    .flags = kTypeBase,
    .trace = trace_members<&Repeat::element>,
    .methods = kRepeatMethods,
    .doc = "One object, so many times or without an end.",
    .slots = repeat_slots(),
};

// ---- chain

struct Chain : Object {
  Value source;  // iterator over iterables; null: exhausted
  Value active;  // the iterator that gives items now, or null
};

Value make_chain(Type* type, Value source) {
  auto* self = allocate_instance<Chain>(type);
  store(self, self->source, source);
  return self;
}

Result<Value> chain_new(Type* type, const Arguments& arguments) {
  if (arguments.keyword_count() > 0 && !replaces_init(type, chain_type))
    return raise(types.TypeError, "chain() takes no keyword arguments");
  Value source = TRY(iterate(make_tuple({arguments.values, arguments.positional})));
  return make_chain(type, source);
}

Result<Value> chain_from_iterable(const Value* args) {
  Value source = TRY(iterate(args[1]));
  return make_chain(args[0].as<Type>(), source);
}

Result<Value> chain_next(Value value) {
  auto* self = value.as<Chain>();
  while (!self->source.is_null()) {
    if (self->active.is_null()) {
      Result<Value> iterable = next(self->source);
      if (!iterable.ok() || iterable.unwrap().is_stop()) {
        self->source = Value();
        return iterable;
      }
      Result<Value> iterator = iterate(iterable.unwrap());
      if (!iterator.ok()) {
        self->source = Value();
        return iterator;
      }
      store(self, self->active, iterator.unwrap());
    }
    Value item = TRY(next(self->active));
    if (!item.is_stop()) return item;
    self->active = Value();
  }
  return Value::stop();
}

Result<Value> chain_reduce(const Value* args) {
  auto* self = args[0].as<Chain>();
  if (self->source.is_null()) return reduce_to_type(args[0], {});
  if (self->active.is_null()) return reduce_to_type(args[0], {}, make_tuple({self->source}));
  return reduce_to_type(args[0], {}, make_tuple({self->source, self->active}));
}

bool is_iterator(Value value) {
  return type_of(value)->slots.iternext != nullptr;
}

Result<Value> chain_setstate(const Value* args) {
  auto* self = args[0].as<Chain>();
  Value parts[2];
  TRY(state_parts(args[1], 1, 2, parts));
  if (!is_iterator(parts[0]) || (!parts[1].is_null() && !is_iterator(parts[1])))
    return raise(types.TypeError, "Arguments must be iterators.");
  self->source = parts[0];
  self->active = parts[1];
  write_barrier(self);
  return none();
}

constexpr MethodSpec kChainMethods[] = {
    {"from_iterable", "($type, iterable, /)", chain_from_iterable,
     "The same for one iterable that gives the iterables.", Binding::Class},
    {"__reduce__", "($self, /)", chain_reduce},
    {"__setstate__", "($self, state, /)", chain_setstate},
    {"__class_getitem__", "($type, object, /)", class_getitem_generic, "See PEP 585", Binding::Class},
};
constexpr TypeSpec kChain = {
    .name = "itertools.chain",
    .kind = Kind::kIterator,
    .basic_size = sizeof(Chain),
    .flags = kTypeBase,
    .trace = trace_members<&Chain::source, &Chain::active>,
    .methods = kChainMethods,
    .doc = "The items of one iterable after the other.",
    .slots = iterator_class_slots(chain_new, chain_next),
};

}  // namespace

Status add_sources(Module* module) {
  TRY(add_type(module, &chain_type, kChain));
  TRY(add_type(module, &count_type, kCount));
  TRY(add_type(module, &cycle_type, kCycle));
  return add_type(module, &repeat_type, kRepeat);
}

}  // namespace ouro::vm::itertools
