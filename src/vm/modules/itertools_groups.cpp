// itertools: groupby, pairwise, accumulate, zip_longest.
#include "vm/modules/itertools.h"
#include "vm/object/argument_errors.h"

namespace ouro::vm::itertools {

namespace {

Type *groupby_type = nullptr, *grouper_type = nullptr, *pairwise_type = nullptr, *accumulate_type = nullptr,
     *zip_longest_type = nullptr;

// ---- groupby

struct Grouper;
struct GroupBy : Object {
  Value iterator, key_function;
  Value target_key, current_key, current_value;  // null: none
  Grouper* current;                              // the group that may still give items
};
struct Grouper : Object {
  GroupBy* parent;
  Value target_key;
};

Result<Value> groupby_new(Type* type, const Arguments& arguments) {
  static const Signature signature("groupby", "(iterable, key=None)");
  Value bound[2];
  TRY(signature.bind(arguments, bound));
  GroupBy* self = TRY(make_over<GroupBy>(type, bound[0]));
  store(self, self->key_function, bound[1].is_null() ? none() : bound[1]);
  return self;
}

// The next item and its key; false at the end.
Result<bool> groupby_step(GroupBy* self) {
  Value item = TRY(next(self->iterator));
  if (item.is_stop()) return false;
  Value key = is_none(self->key_function) ? item : TRY(call(self->key_function, {item}));
  self->current_value = item;
  self->current_key = key;
  write_barrier(self);
  return true;
}

Value make_grouper(GroupBy* parent, Value target_key) {
  auto* grouper = allocate_instance<Grouper>(grouper_type);
  grouper->parent = parent;
  grouper->target_key = target_key;
  write_barrier(grouper);
  store(parent, parent->current, grouper);
  return grouper;
}

Result<Value> groupby_next(Value value) {
  auto* self = value.as<GroupBy>();
  self->current = nullptr;
  for (;;) {
    if (!self->current_key.is_null()) {
      if (self->target_key.is_null()) break;
      if (!TRY(equal(self->target_key, self->current_key))) break;
    }
    if (!TRY(groupby_step(self))) return Value::stop();
  }
  store(self, self->target_key, self->current_key);
  Value key = self->current_key;
  Value grouper = make_grouper(self, key);
  return make_tuple({key, grouper});
}

Result<Value> groupby_reduce(const Value* args) {
  auto* self = args[0].as<GroupBy>();
  if (self->target_key.is_null() || self->current_key.is_null() || self->current_value.is_null())
    return reduce_to_type(args[0], {self->iterator, self->key_function});
  return reduce_to_type(args[0], {self->iterator, self->key_function},
                        make_tuple({self->current_key, self->current_value, self->target_key}));
}

Result<Value> groupby_setstate(const Value* args) {
  auto* self = args[0].as<GroupBy>();
  Value parts[3];
  TRY(state_parts(args[1], 3, 3, parts));
  self->current_key = parts[0];
  self->current_value = parts[1];
  self->target_key = parts[2];
  write_barrier(self);
  return none();
}

Result<Value> grouper_new(Type*, const Arguments& arguments) {
  static const Signature signature("_grouper", "(parent, tgtkey, /)");
  Value bound[2];
  TRY(signature.bind(arguments, bound));
  if (!is_instance(bound[0], groupby_type))
    return raise(types.TypeError, "_grouper() argument 1 must be itertools.groupby, not {}",
                 given_name(bound[0]));
  return make_grouper(bound[0].as<GroupBy>(), bound[1]);
}

Result<Value> grouper_next(Value value) {
  auto* self = value.as<Grouper>();
  GroupBy* parent = self->parent;
  if (parent->current != self) return Value::stop();
  if (parent->current_value.is_null() && !TRY(groupby_step(parent))) return Value::stop();
  if (!TRY(equal(self->target_key, parent->current_key))) return Value::stop();
  Value item = parent->current_value;
  parent->current_value = Value();
  parent->current_key = Value();
  return item.is_null() ? Value::stop() : item;
}

Result<Value> grouper_reduce(const Value* args) {
  auto* self = args[0].as<Grouper>();
  if (self->parent->current == self) return reduce_to_type(args[0], {self->parent, self->target_key});
  Value iter = TRY(builtin_named(names.iter));
  return reduce_with(iter, empty_tuple());
}

constexpr MethodSpec kGroupByMethods[] = {
    {"__reduce__", "($self, /)", groupby_reduce},
    {"__setstate__", "($self, state, /)", groupby_setstate},
};
constexpr TypeSpec kGroupBy = {
    .name = "itertools.groupby",
    .kind = Kind::kIterator,
    .basic_size = sizeof(GroupBy),
    .flags = kTypeBase,
    .trace = trace_members<&GroupBy::iterator, &GroupBy::key_function, &GroupBy::target_key,
                           &GroupBy::current_key, &GroupBy::current_value, &GroupBy::current>,
    .methods = kGroupByMethods,
    .doc = "Runs of items with equal keys: (key, iterator over the run).",
    .signature = "(iterable, key=None)",
    .slots = iterator_class_slots(groupby_new, groupby_next),
};
constexpr MethodSpec kGrouperMethods[] = {{"__reduce__", "($self, /)", grouper_reduce}};
constexpr TypeSpec kGrouper = {
    .name = "itertools._grouper",
    .kind = Kind::kIterator,
    .basic_size = sizeof(Grouper),
    .trace = trace_members<&Grouper::parent, &Grouper::target_key>,
    .methods = kGrouperMethods,
    .slots = iterator_class_slots(grouper_new, grouper_next),
};

// ---- pairwise

struct Pairwise : Object {
  Value iterator;  // null: exhausted
  Value previous;
};

Result<Value> pairwise_new(Type* type, const Arguments& arguments) {
  static const Signature signature("pairwise", "(iterable, /)");
  Value iterable;
  TRY(bind_base(signature, arguments, replaces_init(type, pairwise_type), &iterable));
  return TRY(make_over<Pairwise>(type, iterable));
}

Value pairwise_finished(Pairwise* self) {
  self->iterator = Value();
  self->previous = Value();
  return Value::stop();
}

Result<Value> pairwise_next(Value value) {
  auto* self = value.as<Pairwise>();
  Value iterator = self->iterator;
  if (iterator.is_null()) return Value::stop();
  Value previous = self->previous;
  if (previous.is_null()) {
    Result<Value> first = next(iterator);
    if (!first.ok() || first.unwrap().is_stop()) {
      self->iterator = Value();
      return first;
    }
    previous = first.unwrap();
    store(self, self->previous, previous);
    // The step may have come back here and finished.
    iterator = self->iterator;
    if (iterator.is_null()) return pairwise_finished(self);
  }
  Result<Value> item = next(iterator);
  if (!item.ok() || item.unwrap().is_stop()) {
    pairwise_finished(self);
    return item;
  }
  Tuple* pair = make_tuple({previous, item.unwrap()});
  store(self, self->previous, item.unwrap());
  return pair;
}

constexpr TypeSpec kPairwise = {
    .name = "itertools.pairwise",
    .kind = Kind::kIterator,
    .basic_size = sizeof(Pairwise),
    .flags = kTypeBase,
    .trace = trace_members<&Pairwise::iterator, &Pairwise::previous>,
    .doc = "Overlapping pairs of neighbours.",
    .signature = "(iterable, /)",
    .slots = iterator_class_slots(pairwise_new, pairwise_next),
};

// ---- accumulate

struct Accumulate : Object {
  Value total;  // null: none yet
  Value iterator;
  Value function;  // null: addition
  Value initial;   // null: none, or given out
};

Result<Value> accumulate_new(Type* type, const Arguments& arguments) {
  static const Signature signature("accumulate", "(iterable, func=None, *, initial=None)");
  Value bound[3];
  TRY(signature.bind(arguments, bound));
  Accumulate* self = TRY(make_over<Accumulate>(type, bound[0]));
  if (!bound[1].is_null() && !is_none(bound[1])) self->function = bound[1];
  if (!bound[2].is_null() && !is_none(bound[2])) self->initial = bound[2];
  write_barrier(self);
  return self;
}

Result<Value> accumulate_next(Value value) {
  auto* self = value.as<Accumulate>();
  if (!self->initial.is_null()) {
    store(self, self->total, self->initial);
    self->initial = Value();
    return self->total;
  }
  Value item = TRY(next(self->iterator));
  if (item.is_stop()) return item;
  if (!self->total.is_null())
    item = self->function.is_null() ? TRY(binary(BinaryOp::Add, self->total, item))
                                    : TRY(call(self->function, {self->total, item}));
  store(self, self->total, item);
  return item;
}

// chain((first,), iterator)
Result<Value> put_before(Value first, Value iterator) {
  return call(chain_type, {make_tuple({first}), iterator});
}

Result<Value> accumulate_reduce(const Value* args) {
  auto* self = args[0].as<Accumulate>();
  Value function = self->function.is_null() ? none() : self->function;
  if (!self->initial.is_null()) {
    Value iterator = TRY(put_before(self->initial, self->iterator));
    return reduce_to_type(args[0], {iterator, function}, none());
  }
  if (!self->total.is_null() && is_none(self->total)) {
    // A state of None would mean "none yet": the total goes in front, and is skipped.
    Value iterator = TRY(put_before(self->total, self->iterator));
    Value copy = TRY(call(type_of(args[0]), {iterator, function}));
    return make_tuple({islice_type, make_tuple({copy, make_int(1), none()})});
  }
  return reduce_to_type(args[0], {self->iterator, function}, self->total.is_null() ? none() : self->total);
}

Result<Value> accumulate_setstate(const Value* args) {
  auto* self = args[0].as<Accumulate>();
  store(self, self->total, args[1]);
  return none();
}

constexpr MethodSpec kAccumulateMethods[] = {
    {"__reduce__", "($self, /)", accumulate_reduce},
    {"__setstate__", "($self, state, /)", accumulate_setstate},
};
constexpr TypeSpec kAccumulate = {
    .name = "itertools.accumulate",
    .kind = Kind::kIterator,
    .basic_size = sizeof(Accumulate),
    .flags = kTypeBase,
    .trace =
        trace_members<&Accumulate::total, &Accumulate::iterator, &Accumulate::function, &Accumulate::initial>,
    .methods = kAccumulateMethods,
    .doc = "Running sums, or running results of a function of two arguments.",
    .signature = "(iterable, func=None, *, initial=None)",
    .slots = iterator_class_slots(accumulate_new, accumulate_next),
};

// ---- zip_longest

struct ZipLongest : Object {
  Tuple* iterators;  // null entries: exhausted
  Value fill;
  int64_t active;
};

Result<Value> zip_longest_new(Type* type, const Arguments& arguments) {
  Value fill = none();
  for (size_t i = 0; i < arguments.keyword_count(); ++i) {
    if (!equals(arguments.keywords->items[i].as<Str>(), "fillvalue"))
      return raise(types.TypeError, "zip_longest() got an unexpected keyword argument");
    fill = arguments[arguments.positional + i];
  }
  Tuple* iterators = TRY(allocate_tuple(arguments.positional));
  for (size_t i = 0; i < arguments.positional; ++i) {
    Value iterator = TRY(iterate(arguments[i]));
    store(iterators, iterators->items[i], iterator);
  }
  auto* self = allocate_instance<ZipLongest>(type);
  self->iterators = iterators;
  self->fill = fill;
  self->active = static_cast<int64_t>(iterators->length);
  write_barrier(self);
  return self;
}

Result<Value> zip_longest_next(Value value) {
  auto* self = value.as<ZipLongest>();
  Tuple* iterators = self->iterators;
  if (self->active == 0) return Value::stop();
  Tuple* items = TRY(allocate_tuple(iterators->length));
  for (size_t i = 0; i < iterators->length; ++i) {
    Value item = self->fill;
    if (Value iterator = iterators->items[i]; !iterator.is_null()) {
      Result<Value> given = next(iterator);
      if (!given.ok()) {
        self->active = 0;
        return given;
      }
      if (!given.unwrap().is_stop()) {
        item = given.unwrap();
      } else {
        iterators->items[i] = Value();
        if (--self->active <= 0) {
          self->active = 0;
          return Value::stop();
        }
      }
    }
    store(items, items->items[i], item);
  }
  return items;
}

Result<Value> zip_longest_reduce(const Value* args) {
  auto* self = args[0].as<ZipLongest>();
  Tuple* iterators = make_tuple(self->iterators->span());
  for (size_t i = 0; i < iterators->length; ++i) {
    if (self->iterators->items[i].is_null()) iterators->items[i] = empty_tuple();
  }
  write_barrier(iterators);
  return make_tuple({type_of(args[0]), iterators, self->fill});
}

Result<Value> zip_longest_setstate(const Value* args) {
  auto* self = args[0].as<ZipLongest>();
  store(self, self->fill, args[1]);
  return none();
}

constexpr MethodSpec kZipLongestMethods[] = {
    {"__reduce__", "($self, /)", zip_longest_reduce},
    {"__setstate__", "($self, state, /)", zip_longest_setstate},
};
constexpr TypeSpec kZipLongest = {
    .name = "itertools.zip_longest",
    .kind = Kind::kIterator,
    .basic_size = sizeof(ZipLongest),
    .flags = kTypeBase,
    .trace = trace_members<&ZipLongest::iterators, &ZipLongest::fill>,
    .methods = kZipLongestMethods,
    .doc = "Tuples of one item from each iterable, until the longest one ends.",
    .slots = iterator_class_slots(zip_longest_new, zip_longest_next),
};

}  // namespace

Status add_groups(Module* module) {
  TRY(add_type(module, &groupby_type, kGroupBy));
  TRY(add_type(module, &grouper_type, kGrouper));
  TRY(add_type(module, &pairwise_type, kPairwise));
  TRY(add_type(module, &accumulate_type, kAccumulate));
  return add_type(module, &zip_longest_type, kZipLongest);
}

}  // namespace ouro::vm::itertools
