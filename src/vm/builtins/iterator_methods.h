// What the iterators of the builtin containers have in common, beyond giving the next item.
//
// A counting iterator walks along a sequence by index: list, tuple, str, bytes, bytearray. It is described by
// a type with
//
//   Iterator                     the cell: it has an `int64_t index`
//   sequence                     the cell's member that points to the sequence; null once exhausted
//   int64_t length(sequence)     how many items there are now
//   Value empty()                what an exhausted one pickles as
//
// A table iterator walks along the entries of a dict or set and refuses to go on once their count has
// changed. Its cell has `expected`, `position` and `remaining`.
#pragma once

#include <algorithm>

#include "vm/builtins/container_util.h"

namespace ouro::vm {

template <class Of>
Result<Value> counting_length_hint(const Value* a) {
  const auto* iterator = a[0].as<typename Of::Iterator>();
  if (iterator->*Of::sequence == nullptr) return make_int(0);
  return make_int(std::max<int64_t>(Of::length(iterator->*Of::sequence) - iterator->index, 0));
}

template <class Of>
Result<Value> counting_reduce(const Value* a) {
  const Value iter = TRY(builtin_named(names.iter));
  const auto* iterator = a[0].as<typename Of::Iterator>();
  if (iterator->*Of::sequence == nullptr) return reduce_with(iter, Of::empty());
  return reduce_with(iter, iterator->*Of::sequence, make_int(iterator->index));
}

template <class Of>
Result<Value> counting_setstate(const Value* a) {
  auto* iterator = a[0].as<typename Of::Iterator>();
  const int64_t index = TRY(state_number(a[1]));
  if (iterator->*Of::sequence != nullptr)
    iterator->index = std::clamp<int64_t>(index, 0, Of::length(iterator->*Of::sequence));
  return none();
}

template <class Of>
constexpr MethodSpec kCountingMethods[] = {
    {"__length_hint__", "($self, /)", counting_length_hint<Of>,
     "Private method returning an estimate of len(list(it))."},
    {"__reduce__", "($self, /)", counting_reduce<Of>, "Return state information for pickling."},
    {"__setstate__", "($self, object, /)", counting_setstate<Of>, "Set state information for unpickling."},
};

/// The type of a counting iterator.
template <class Of>
constexpr TypeSpec counting_iterator_spec(const char* name, UnaryFn next) {
  TypeSpec spec = {
      .name = name,
      .kind = Kind::kIterator,
      .basic_size = sizeof(typename Of::Iterator),
      .flags = kTypeDisallowNew,
      .trace = trace_members<Of::sequence>,
      .methods = kCountingMethods<Of>,
  };
  spec.slots.iter = iterate_self;
  spec.slots.iternext = next;
  return spec;
}

template <class Iterator, auto container>
Result<Value> table_length_hint(const Value* a) {
  const auto* iterator = a[0].as<Iterator>();
  const bool valid = iterator->*container != nullptr &&
                     static_cast<int64_t>((iterator->*container)->count) == iterator->expected;
  return make_int(valid ? iterator->remaining : 0);
}

/// What is left, as a list: the iterator itself stays where it is.
template <class Iterator, auto container>
Result<Value> table_reduce(const Value* a) {
  const auto* iterator = a[0].as<Iterator>();
  auto* copy = allocate<Iterator>(iterator->shape);
  copy->*container = iterator->*container;
  copy->expected = iterator->expected;
  copy->position = iterator->position;
  copy->remaining = iterator->remaining;
  List* rest = TRY(to_list(copy));
  const Value iter = TRY(builtin_named(names.iter));
  return reduce_with(iter, rest);
}

template <class Iterator, auto container>
constexpr MethodSpec kTableMethods[] = {
    {"__length_hint__", "($self, /)", table_length_hint<Iterator, container>,
     "Private method returning an estimate of len(list(it))."},
    {"__reduce__", "($self, /)", table_reduce<Iterator, container>, "Return state information for pickling."},
};

/// The type of a table iterator.
template <class Iterator, auto container>
constexpr TypeSpec table_iterator_spec(const char* name, UnaryFn next) {
  TypeSpec spec = {
      .name = name,
      .kind = Kind::kIterator,
      .basic_size = sizeof(Iterator),
      .flags = kTypeDisallowNew,
      .trace = trace_members<container>,
      .methods = kTableMethods<Iterator, container>,
  };
  spec.slots.iter = iterate_self;
  spec.slots.iternext = next;
  return spec;
}

}  // namespace ouro::vm
