// itertools: product, permutations, combinations, combinations_with_replacement.
//
// Each keeps the indices of the last result in a Blob, and the last result itself: the next one is its copy
// with the changed places filled anew.
#include <algorithm>

#include "vm/modules/itertools.h"
#include "vm/object/argument_errors.h"

namespace ouro::vm::itertools {

namespace {

Type *product_type = nullptr, *permutations_type = nullptr, *combinations_type = nullptr,
     *replacement_type = nullptr;

// The common layout. `pool` is the tuple of items; for product, the tuple of pools.
struct Selection : Object {
  Tuple* pool;
  Tuple* result;  // the last one; null: none yet
  Blob* indices;
  Blob* cycles;   // permutations only
  int64_t picks;  // r
  bool stopped;
};

int64_t* numbers(Blob* blob) {
  return reinterpret_cast<int64_t*>(blob->data);
}

Result<Blob*> make_numbers(size_t count) {
  size_t bytes = 0;
  if (__builtin_mul_overflow(count, sizeof(int64_t), &bytes) || bytes > (size_t{1} << 60) ||
      (bytes > 4096 && !can_allocate(bytes)))
    return raise_no_memory();
  auto* blob = allocate<Blob>(shapes.blob, sizeof(Blob) + bytes);
  blob->length = bytes;
  return blob;
}

Result<Selection*> make_selection(Type* type, Tuple* pool, int64_t picks, size_t index_count) {
  Blob* indices = TRY(make_numbers(index_count));
  auto* self = allocate_instance<Selection>(type);
  self->pool = pool;
  self->indices = indices;
  self->picks = picks;
  write_barrier(self);
  return self;
}

int64_t pool_size(Selection* self) {
  return static_cast<int64_t>(self->pool->length);
}

// The items of the pool at the indices.
Result<Tuple*> picked(Selection* self) {
  Tuple* result = TRY(allocate_tuple(static_cast<size_t>(self->picks)));
  for (int64_t i = 0; i < self->picks; ++i) result->items[i] = self->pool->items[numbers(self->indices)[i]];
  return result;
}

Value finished(Selection* self) {
  self->stopped = true;
  return Value::stop();
}

Value give(Selection* self, Tuple* result) {
  store(self, self->result, result);
  return result;
}

Tuple* as_tuple(Blob* blob, int64_t count) {
  Tuple* tuple = allocate_tuple(static_cast<size_t>(count)).unwrap();
  for (int64_t i = 0; i < count; ++i) tuple->items[i] = make_int(numbers(blob)[i]);
  return tuple;
}

// Fills `out` from a tuple of ints, each clipped to what limit(i) allows.
template <class Limits>
Status read_indices(Tuple* state, Blob* out, Limits&& limits) {
  for (size_t i = 0; i < state->length; ++i) {
    int64_t index = TRY(state_number(state->items[i]));
    auto [low, high] = limits(static_cast<int64_t>(i));
    numbers(out)[i] = std::max(std::min(index, high), low);
  }
  return {};
}

Raised bad_state() {
  return raise(types.ValueError, "invalid arguments");
}

struct Limits {
  int64_t low, high;
};

// ---- product

Result<Value> product_new(Type* type, const Arguments& arguments) {
  static const Signature signature("product", "(*iterables, repeat=1)");
  Value bound[2] = {make_tuple({arguments.values, arguments.positional}), Value()};
  if (arguments.keyword_count() > 1 && arguments.keywords != nullptr)
    return raise(types.TypeError, "product() takes at most 1 keyword argument ({} given)",
                 arguments.keyword_count());
  if (arguments.keywords != nullptr) TRY(signature.bind(arguments, bound));
  int64_t repeat = bound[1].is_null() ? 1 : TRY(to_int64(bound[1]));
  if (repeat < 0) return raise(types.ValueError, "repeat argument cannot be negative");
  Tuple* iterables = bound[0].as<Tuple>();
  size_t given = repeat == 0 ? 0 : iterables->length;
  size_t count = 0;
  if (__builtin_mul_overflow(given, static_cast<size_t>(repeat), &count) || count > (size_t{1} << 60) - 1)
    return raise(types.OverflowError, "repeat argument too large");
  Tuple* pools = TRY(allocate_tuple(count));
  for (size_t i = 0; i < given; ++i) {
    Tuple* pool = TRY(to_tuple(iterables->items[i]));
    store(pools, pools->items[i], Value(pool));
  }
  for (size_t i = given; i < count; ++i) pools->items[i] = pools->items[i - given];
  write_barrier(pools);
  Selection* self = TRY(make_selection(type, pools, static_cast<int64_t>(count), count));
  return self;
}

Tuple* pool_of(Selection* self, int64_t i) {
  return self->pool->items[i].as<Tuple>();
}

Result<Value> first_product(Selection* self) {
  Tuple* result = TRY(allocate_tuple(self->pool->length));
  for (int64_t i = 0; i < pool_size(self); ++i) {
    if (pool_of(self, i)->length == 0) return finished(self);
    result->items[i] = pool_of(self, i)->items[0];
  }
  return give(self, result);
}

Result<Value> product_next(Value value) {
  auto* self = value.as<Selection>();
  if (self->stopped) return Value::stop();
  if (self->result == nullptr) return first_product(self);
  int64_t* indices = numbers(self->indices);
  Tuple* result = make_tuple(self->result->span());
  int64_t i = pool_size(self) - 1;
  for (; i >= 0; --i) {
    Tuple* pool = pool_of(self, i);
    if (++indices[i] < static_cast<int64_t>(pool->length)) {
      result->items[i] = pool->items[indices[i]];
      break;
    }
    indices[i] = 0;
    result->items[i] = pool->items[0];
  }
  if (i < 0) return finished(self);
  return give(self, result);
}

Result<Value> product_reduce(const Value* args) {
  auto* self = args[0].as<Selection>();
  if (self->stopped) return reduce_to_type(args[0], {empty_tuple()});
  if (self->result == nullptr) return make_tuple({type_of(args[0]), self->pool});
  return make_tuple({type_of(args[0]), self->pool, as_tuple(self->indices, pool_size(self))});
}

Result<Value> product_setstate(const Value* args) {
  auto* self = args[0].as<Selection>();
  if (!is_tuple(args[1]) || args[1].as<Tuple>()->length != self->pool->length) return bad_state();
  for (int64_t i = 0; i < pool_size(self); ++i) {
    if (pool_of(self, i)->length > 0) continue;
    self->stopped = true;
    return none();
  }
  TRY(read_indices(args[1].as<Tuple>(), self->indices, [self](int64_t i) {
    return Limits{0, static_cast<int64_t>(pool_of(self, i)->length) - 1};
  }));
  Tuple* result = TRY(allocate_tuple(self->pool->length));
  for (int64_t i = 0; i < pool_size(self); ++i)
    result->items[i] = pool_of(self, i)->items[numbers(self->indices)[i]];
  store(self, self->result, result);
  return none();
}

// ---- combinations, without and with replacement

Result<Selection*> new_combinations(const Signature& signature, Type* type, const Arguments& arguments) {
  Value bound[2];
  TRY(signature.bind(arguments, bound));
  Tuple* pool = TRY(to_tuple(bound[0]));
  int64_t picks = TRY(to_int64(bound[1]));
  if (picks < 0) return raise(types.ValueError, "r must be non-negative");
  return make_selection(type, pool, picks, static_cast<size_t>(picks));
}

Result<Value> combinations_new(Type* type, const Arguments& arguments) {
  static const Signature signature("combinations", "(iterable, r)");
  Selection* self = TRY(new_combinations(signature, type, arguments));
  for (int64_t i = 0; i < self->picks; ++i) numbers(self->indices)[i] = i;
  self->stopped = self->picks > pool_size(self);
  return self;
}

Result<Value> combinations_next(Value value) {
  auto* self = value.as<Selection>();
  if (self->stopped) return Value::stop();
  if (self->result == nullptr) return give(self, TRY(picked(self)));
  int64_t* indices = numbers(self->indices);
  int64_t size = pool_size(self), picks = self->picks, i = picks - 1;
  // The rightmost index that is not at its highest.
  while (i >= 0 && indices[i] == i + size - picks) --i;
  if (i < 0) return finished(self);
  Tuple* result = make_tuple(self->result->span());
  ++indices[i];
  for (int64_t j = i + 1; j < picks; ++j) indices[j] = indices[j - 1] + 1;
  for (int64_t j = i; j < picks; ++j) result->items[j] = self->pool->items[indices[j]];
  return give(self, result);
}

Result<Value> replacement_new(Type* type, const Arguments& arguments) {
  static const Signature signature("combinations_with_replacement", "(iterable, r)");
  Selection* self = TRY(new_combinations(signature, type, arguments));
  self->stopped = pool_size(self) == 0 && self->picks > 0;
  return self;
}

Result<Value> replacement_next(Value value) {
  auto* self = value.as<Selection>();
  if (self->stopped) return Value::stop();
  if (self->result == nullptr) return give(self, TRY(picked(self)));
  int64_t* indices = numbers(self->indices);
  int64_t picks = self->picks, i = picks - 1;
  while (i >= 0 && indices[i] == pool_size(self) - 1) --i;
  if (i < 0) return finished(self);
  Tuple* result = make_tuple(self->result->span());
  int64_t index = indices[i] + 1;
  for (; i < picks; ++i) {
    indices[i] = index;
    result->items[i] = self->pool->items[index];
  }
  return give(self, result);
}

Result<Value> combinations_reduce(const Value* args) {
  auto* self = args[0].as<Selection>();
  Value picks = make_int(self->picks);
  if (self->result == nullptr) return reduce_to_type(args[0], {self->pool, picks});
  if (self->stopped) return reduce_to_type(args[0], {empty_tuple(), picks});
  return reduce_to_type(args[0], {self->pool, picks}, as_tuple(self->indices, self->picks));
}

template <bool with_replacement>
Result<Value> combinations_setstate(const Value* args) {
  auto* self = args[0].as<Selection>();
  if (!is_tuple(args[1]) || static_cast<int64_t>(args[1].as<Tuple>()->length) != self->picks)
    return bad_state();
  int64_t size = pool_size(self);
  if (self->stopped && self->picks > 0) return bad_state();
  TRY(read_indices(args[1].as<Tuple>(), self->indices, [self, size](int64_t i) {
    return Limits{0, with_replacement ? size - 1 : i + size - self->picks};
  }));
  Tuple* result = TRY(picked(self));
  store(self, self->result, result);
  return none();
}

// ---- permutations

Result<Value> permutations_new(Type* type, const Arguments& arguments) {
  static const Signature signature("permutations", "(iterable, r=None)");
  Value bound[2];
  TRY(signature.bind(arguments, bound));
  Tuple* pool = TRY(to_tuple(bound[0]));
  auto size = static_cast<int64_t>(pool->length);
  int64_t picks = size;
  if (!bound[1].is_null() && !is_none(bound[1])) {
    if (!is_int(bound[1])) return raise(types.TypeError, "Expected int as r");
    picks = TRY(to_int64(bound[1]));
  }
  if (picks < 0) return raise(types.ValueError, "r must be non-negative");
  Blob* cycles = TRY(make_numbers(static_cast<size_t>(picks)));
  for (int64_t i = 0; i < picks; ++i) numbers(cycles)[i] = size - i;
  Selection* self = TRY(make_selection(type, pool, picks, pool->length));
  store(self, self->cycles, cycles);
  for (int64_t i = 0; i < size; ++i) numbers(self->indices)[i] = i;
  self->stopped = picks > size;
  return self;
}

Result<Value> permutations_next(Value value) {
  auto* self = value.as<Selection>();
  if (self->stopped) return Value::stop();
  if (self->result == nullptr) return give(self, TRY(picked(self)));
  int64_t *indices = numbers(self->indices), *cycles = numbers(self->cycles);
  int64_t size = pool_size(self), picks = self->picks;
  if (size == 0) return finished(self);
  Tuple* result = make_tuple(self->result->span());
  for (int64_t i = picks - 1; i >= 0; --i) {
    if (--cycles[i] == 0) {
      // This place has had every item: the one it had goes to the end.
      std::rotate(indices + i, indices + i + 1, indices + size);
      cycles[i] = size - i;
      continue;
    }
    std::swap(indices[i], indices[size - cycles[i]]);
    for (int64_t j = i; j < picks; ++j) result->items[j] = self->pool->items[indices[j]];
    return give(self, result);
  }
  return finished(self);
}

Result<Value> permutations_reduce(const Value* args) {
  auto* self = args[0].as<Selection>();
  Value picks = make_int(self->picks);
  if (self->result == nullptr) return reduce_to_type(args[0], {self->pool, picks});
  if (self->stopped) return reduce_to_type(args[0], {empty_tuple(), picks});
  Tuple* indices = as_tuple(self->indices, pool_size(self));
  Tuple* cycles = as_tuple(self->cycles, self->picks);
  return reduce_to_type(args[0], {self->pool, picks}, make_tuple({indices, cycles}));
}

Result<Value> permutations_setstate(const Value* args) {
  auto* self = args[0].as<Selection>();
  Value parts[2];
  TRY(state_parts(args[1], 2, 2, parts));
  for (int i = 0; i < 2; ++i) {
    if (!is_tuple(parts[i]))
      return raise(types.TypeError, "argument {} must be tuple, not {}", i + 1, given_name(parts[i]));
  }
  Tuple *indices = parts[0].as<Tuple>(), *cycles = parts[1].as<Tuple>();
  int64_t size = pool_size(self);
  if (static_cast<int64_t>(indices->length) != size || static_cast<int64_t>(cycles->length) != self->picks ||
      self->picks > size)
    return bad_state();
  TRY(read_indices(indices, self->indices, [size](int64_t) { return Limits{0, size - 1}; }));
  TRY(read_indices(cycles, self->cycles, [size](int64_t i) { return Limits{1, size - i}; }));
  Tuple* result = TRY(picked(self));
  store(self, self->result, result);
  return none();
}

// ---- the types

constexpr MethodSpec kProductMethods[] = {
    {"__reduce__", "($self, /)", product_reduce},
    {"__setstate__", "($self, state, /)", product_setstate},
};
constexpr MethodSpec kCombinationsMethods[] = {
    {"__reduce__", "($self, /)", combinations_reduce},
    {"__setstate__", "($self, state, /)", combinations_setstate<false>},
};
constexpr MethodSpec kReplacementMethods[] = {
    {"__reduce__", "($self, /)", combinations_reduce},
    {"__setstate__", "($self, state, /)", combinations_setstate<true>},
};
constexpr MethodSpec kPermutationsMethods[] = {
    {"__reduce__", "($self, /)", permutations_reduce},
    {"__setstate__", "($self, state, /)", permutations_setstate},
};

constexpr TypeSpec selection_spec(const char* name, const char* signature, const char* doc,
                                  std::span<const MethodSpec> methods, Slots slots) {
  return {
      .name = name,
      .kind = Kind::kIterator,
      .basic_size = sizeof(Selection),
      .flags = kTypeBase,
      .trace = trace_members<&Selection::pool, &Selection::result, &Selection::indices, &Selection::cycles>,
      .methods = methods,
      .doc = doc,
      .signature = signature,
      .slots = slots,
  };
}

constexpr TypeSpec kProduct =
    selection_spec("itertools.product", nullptr, "The Cartesian product of the iterables.", kProductMethods,
                   iterator_class_slots(product_new, product_next));
constexpr TypeSpec kCombinations =
    selection_spec("itertools.combinations", "(iterable, r)", "All ways to pick r items, in order.",
                   kCombinationsMethods, iterator_class_slots(combinations_new, combinations_next));
constexpr TypeSpec kReplacement =
    selection_spec("itertools.combinations_with_replacement", "(iterable, r)",
                   "All ways to pick r items, each as often as wanted.", kReplacementMethods,
                   iterator_class_slots(replacement_new, replacement_next));
constexpr TypeSpec kPermutations =
    selection_spec("itertools.permutations", "(iterable, r=None)", "All arrangements of r of the items.",
                   kPermutationsMethods, iterator_class_slots(permutations_new, permutations_next));

}  // namespace

Status add_combinatorics(Module* module) {
  TRY(add_type(module, &product_type, kProduct));
  TRY(add_type(module, &combinations_type, kCombinations));
  TRY(add_type(module, &replacement_type, kReplacement));
  return add_type(module, &permutations_type, kPermutations);
}

}  // namespace ouro::vm::itertools
