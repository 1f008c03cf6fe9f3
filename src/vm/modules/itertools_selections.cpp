// itertools: compress, dropwhile, takewhile, filterfalse, islice, starmap.
#include "vm/modules/itertools.h"

namespace ouro::vm::itertools {

Type* islice_type = nullptr;

namespace {

Type *compress_type = nullptr, *dropwhile_type = nullptr, *takewhile_type = nullptr,
     *filterfalse_type = nullptr, *starmap_type = nullptr;

// What dropwhile, takewhile, filterfalse and starmap consist of.
struct WithFunction : Object {
  Value function, iterator;
  bool passed;  // dropwhile: an item was let through; takewhile: one was refused
};

template <Type** own_type>
Result<Value> new_with_function(const Signature& signature, Type* type, const Arguments& arguments) {
  Value bound[2];
  TRY(bind_base(signature, arguments, replaces_init(type, *own_type), bound));
  WithFunction* self = TRY(make_over<WithFunction>(type, bound[1]));
  store(self, self->function, bound[0]);
  return self;
}

Result<Value> reduce_plain(const Value* args) {
  auto* self = args[0].as<WithFunction>();
  return reduce_to_type(args[0], {self->function, self->iterator});
}

Result<Value> reduce_passed(const Value* args) {
  auto* self = args[0].as<WithFunction>();
  return reduce_to_type(args[0], {self->function, self->iterator}, make_int(self->passed ? 1 : 0));
}

Result<Value> setstate_passed(const Value* args) {
  args[0].as<WithFunction>()->passed = TRY(is_true(args[1]));
  return none();
}

constexpr MethodSpec kPlainMethods[] = {{"__reduce__", "($self, /)", reduce_plain}};
constexpr MethodSpec kPassedMethods[] = {
    {"__reduce__", "($self, /)", reduce_passed},
    {"__setstate__", "($self, state, /)", setstate_passed},
};

constexpr TypeSpec with_function_spec(const char* name, const char* signature, const char* doc,
                                      std::span<const MethodSpec> methods, Slots slots) {
  return {
      .name = name,
      .kind = Kind::kIterator,
      .basic_size = sizeof(WithFunction),
      .flags = kTypeBase,
      .trace = trace_members<&WithFunction::function, &WithFunction::iterator>,
      .methods = methods,
      .doc = doc,
      .signature = signature,
      .slots = slots,
  };
}

Result<Value> dropwhile_new(Type* type, const Arguments& arguments) {
  static const Signature signature("dropwhile", "(predicate, iterable, /)");
  return new_with_function<&dropwhile_type>(signature, type, arguments);
}

Result<Value> dropwhile_next(Value value) {
  auto* self = value.as<WithFunction>();
  for (;;) {
    Value item = TRY(next(self->iterator));
    if (item.is_stop() || self->passed) return item;
    Value verdict = TRY(call(self->function, {item}));
    if (TRY(is_true(verdict))) continue;
    self->passed = true;
    return item;
  }
}

Result<Value> takewhile_new(Type* type, const Arguments& arguments) {
  static const Signature signature("takewhile", "(predicate, iterable, /)");
  return new_with_function<&takewhile_type>(signature, type, arguments);
}

Result<Value> takewhile_next(Value value) {
  auto* self = value.as<WithFunction>();
  if (self->passed) return Value::stop();
  Value item = TRY(next(self->iterator));
  if (item.is_stop()) return item;
  Value verdict = TRY(call(self->function, {item}));
  if (TRY(is_true(verdict))) return item;
  self->passed = true;
  return Value::stop();
}

Result<Value> filterfalse_new(Type* type, const Arguments& arguments) {
  static const Signature signature("filterfalse", "(function, iterable, /)");
  return new_with_function<&filterfalse_type>(signature, type, arguments);
}

Result<Value> filterfalse_next(Value value) {
  auto* self = value.as<WithFunction>();
  bool by_truth = is_none(self->function) || self->function == Value(types.bool_);
  for (;;) {
    Value item = TRY(next(self->iterator));
    if (item.is_stop()) return item;
    Value verdict = by_truth ? item : TRY(call(self->function, {item}));
    if (!TRY(is_true(verdict))) return item;
  }
}

Result<Value> starmap_new(Type* type, const Arguments& arguments) {
  static const Signature signature("starmap", "(function, iterable, /)");
  return new_with_function<&starmap_type>(signature, type, arguments);
}

Result<Value> starmap_next(Value value) {
  auto* self = value.as<WithFunction>();
  Value item = TRY(next(self->iterator));
  if (item.is_stop()) return item;
  Tuple* args = is_exact_tuple(item) ? item.as<Tuple>() : TRY(to_tuple(item));
  return call(self->function, Arguments{args->items, args->length, nullptr});
}

constexpr TypeSpec kDropwhile =
    with_function_spec("itertools.dropwhile", "(predicate, iterable, /)",
                       "The items from the first one on for which the predicate is false.", kPassedMethods,
                       iterator_class_slots(dropwhile_new, dropwhile_next));
constexpr TypeSpec kTakewhile =
    with_function_spec("itertools.takewhile", "(predicate, iterable, /)",
                       "The items before the first one for which the predicate is false.", kPassedMethods,
                       iterator_class_slots(takewhile_new, takewhile_next));
constexpr TypeSpec kFilterfalse = with_function_spec(
    "itertools.filterfalse", "(function, iterable, /)", "The items for which the function is false.",
    kPlainMethods, iterator_class_slots(filterfalse_new, filterfalse_next));
constexpr TypeSpec kStarmap = with_function_spec(
    "itertools.starmap", "(function, iterable, /)", "The results of the function for tuples of arguments.",
    kPlainMethods, iterator_class_slots(starmap_new, starmap_next));

// ---- compress

struct Compress : Object {
  Value data, selectors;
};

Result<Value> compress_new(Type* type, const Arguments& arguments) {
  static const Signature signature("compress", "(data, selectors)");
  Value bound[2];
  TRY(signature.bind(arguments, bound));
  Value data = TRY(iterate(bound[0]));
  Value selectors = TRY(iterate(bound[1]));
  auto* self = allocate_instance<Compress>(type);
  self->data = data;
  self->selectors = selectors;
  write_barrier(self);
  return self;
}

Result<Value> compress_next(Value value) {
  auto* self = value.as<Compress>();
  for (;;) {
    Value item = TRY(next(self->data));
    if (item.is_stop()) return item;
    Value selector = TRY(next(self->selectors));
    if (selector.is_stop()) return selector;
    if (TRY(is_true(selector))) return item;
  }
}

Result<Value> compress_reduce(const Value* args) {
  auto* self = args[0].as<Compress>();
  return reduce_to_type(args[0], {self->data, self->selectors});
}

constexpr MethodSpec kCompressMethods[] = {{"__reduce__", "($self, /)", compress_reduce}};
constexpr TypeSpec kCompress = {
    .name = "itertools.compress",
    .kind = Kind::kIterator,
    .basic_size = sizeof(Compress),
    .flags = kTypeBase,
    .trace = trace_members<&Compress::data, &Compress::selectors>,
    .methods = kCompressMethods,
    .doc = "The items of data whose selectors are true.",
    .signature = "(data, selectors)",
    .slots = iterator_class_slots(compress_new, compress_next),
};

// ---- islice

struct Islice : Object {
  Value iterator;                   // null: exhausted
  int64_t next, stop, step, count;  // stop: -1 is none; count: items taken from the iterator
};

// A bound, or `bad` when it is no number of the right size.
int64_t bound_or(Value value, int64_t default_, int64_t bad) {
  if (value.is_null() || is_none(value)) return default_;
  Result<int64_t> number = to_int64(value);
  if (number.ok()) return number.unwrap();
  take_exception();
  return bad;
}

Result<Value> islice_new(Type* type, const Arguments& arguments) {
  if (arguments.keyword_count() > 0 && !replaces_init(type, islice_type))
    return raise(types.TypeError, "islice() takes no keyword arguments");
  size_t count = arguments.positional;
  if (count < 2) return raise(types.TypeError, "islice expected at least 2 arguments, got {}", count);
  if (count > 4) return raise(types.TypeError, "islice expected at most 4 arguments, got {}", count);
  Value stop_value = count == 2 ? arguments[1] : arguments[2];
  int64_t start = count == 2 ? 0 : bound_or(arguments[1], 0, -1);
  int64_t stop = is_none(stop_value) ? -1 : bound_or(stop_value, -1, -1);
  if (stop == -1 && !is_none(stop_value))
    return raise(types.ValueError,
                 "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize.");
  if (start < 0 || stop < -1)
    return raise(types.ValueError, "Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.");
  int64_t step = count == 4 ? bound_or(arguments[3], 1, -1) : 1;
  if (step < 1) return raise(types.ValueError, "Step for islice() must be a positive integer or None.");
  Islice* self = TRY(make_over<Islice>(type, arguments[0]));
  self->next = start;
  self->stop = stop;
  self->step = step;
  return self;
}

Value finished(Islice* self) {
  self->iterator = Value();
  return Value::stop();
}

// Any outcome but an item drops the iterator, an exception too.
Result<Value> islice_next(Value value) {
  auto* self = value.as<Islice>();
  Value iterator = self->iterator;
  if (iterator.is_null()) return Value::stop();
  for (;;) {
    bool wanted = self->count >= self->next;
    if (wanted && self->stop != -1 && self->count >= self->stop) return finished(self);
    Result<Value> item = next(iterator);
    if (!item.ok() || item.unwrap().is_stop()) {
      finished(self);
      return item;
    }
    ++self->count;
    if (!wanted) continue;
    int64_t after = 0;
    if (__builtin_add_overflow(self->next, self->step, &after) || (self->stop != -1 && after > self->stop))
      after = self->stop;
    self->next = after;
    return item;
  }
}

Result<Value> islice_reduce(const Value* args) {
  auto* self = args[0].as<Islice>();
  if (self->iterator.is_null()) {
    Value empty = TRY(iterate(make_list()));
    return reduce_to_type(args[0], {empty, make_int(0)}, make_int(0));
  }
  Value stop = self->stop == -1 ? none() : make_int(self->stop);
  return reduce_to_type(args[0], {self->iterator, make_int(self->next), stop, make_int(self->step)},
                        make_int(self->count));
}

Result<Value> islice_setstate(const Value* args) {
  args[0].as<Islice>()->count = TRY(state_number(args[1]));
  return none();
}

constexpr MethodSpec kIsliceMethods[] = {
    {"__reduce__", "($self, /)", islice_reduce},
    {"__setstate__", "($self, state, /)", islice_setstate},
};
constexpr TypeSpec kIslice = {
    .name = "itertools.islice",
    .kind = Kind::kIterator,
    .basic_size = sizeof(Islice),
    .flags = kTypeBase,
    .trace = trace_members<&Islice::iterator>,
    .methods = kIsliceMethods,
    .doc = "The items of a slice of an iterable.",
    .slots = iterator_class_slots(islice_new, islice_next),
};

}  // namespace

Status add_selections(Module* module) {
  TRY(add_type(module, &compress_type, kCompress));
  TRY(add_type(module, &dropwhile_type, kDropwhile));
  TRY(add_type(module, &takewhile_type, kTakewhile));
  TRY(add_type(module, &filterfalse_type, kFilterfalse));
  TRY(add_type(module, &starmap_type, kStarmap));
  return add_type(module, &islice_type, kIslice);
}

}  // namespace ouro::vm::itertools
