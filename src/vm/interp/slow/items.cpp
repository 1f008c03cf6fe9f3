// Subscripts.
#include <algorithm>

#include "vm/interp/calls.h"
#include "vm/interp/found.h"
#include "vm/interp/hot.h"
#include "vm/interp/slow.h"

namespace ouro::vm {

namespace {

/// A class written in Python whose __getitem__ is a function of two parameters.
Function* python_getitem(Type* type) {
  if (!type->has(kTypeHeap)) return nullptr;
  Value found = lookup_in_type(type, names.dunder_getitem);
  return is_kind(found, Kind::kFunction) ? found.as<Function>() : nullptr;
}

bool is_within(int64_t index, const Str* text) {
  return static_cast<uint64_t>(index) < text->length;
}

/// One bound of a slice of so many items; false: not a plain one.
bool plain_bound(Value given, int64_t absent, int64_t length, int64_t* place) {
  if (is_none(given)) {
    *place = absent;
    return true;
  }
  if (!given.is_small_int()) return false;
  int64_t index = given.small_int();
  if (index < 0) index += length;
  *place = std::clamp<int64_t>(index, 0, length);
  return true;
}

/// object[start:stop] of the commonest sequences with plain bounds; null: other rules.
Value quick_slice(Value object, Value start, Value stop) {
  if (!object.is_object()) return Value();
  const Shape* shape = object.object()->shape;
  uint64_t length;
  if (shape == hot.list)
    length = object.as<List>()->length;
  else if (shape == hot.str)
    length = object.as<Str>()->length;
  else if (shape == hot.tuple)
    length = object.as<Tuple>()->length;
  else if (shape == hot.bytes)
    length = object.as<Bytes>()->length;
  else
    return Value();
  int64_t low, high;
  const auto whole = static_cast<int64_t>(length);
  if (!plain_bound(start, 0, whole, &low) || !plain_bound(stop, whole, whole, &high)) return Value();
  const auto from = static_cast<size_t>(low);
  const auto count = static_cast<size_t>(std::max<int64_t>(high - low, 0));
  if (shape == hot.list) {
    if (count == 0) return make_list();
    return make_list(std::span<const Value>(object.as<List>()->items() + from, count));
  }
  if (count == length) return object;
  if (shape == hot.str) return substring(object.as<Str>(), from, from + count);
  if (shape == hot.tuple) return make_tuple(std::span<const Value>(object.as<Tuple>()->items + from, count));
  return make_bytes(object.as<Bytes>()->view().substr(from, count));
}

/// The key's part of an object, if it is a slice that quick_slice knows.
Value quick_part(Value object, Value key) {
  if (!is_kind(key, Kind::kSlice)) return Value();
  const auto* slice = key.as<Slice>();
  return is_none(slice->step) ? quick_slice(object, slice->start, slice->stop) : Value();
}

}  // namespace

SLOW_FN(subscript) {
  Value object = RB;
  Value key = RC;
  if (object.is_object()) {
    Shape* shape = object.object()->shape;
    if (shape == hot.list && key.is_small_int()) {
      patch_op(pc, Op::SubscriptList);
    } else if (shape == hot.tuple && key.is_small_int()) {
      patch_op(pc, Op::SubscriptTuple);
    } else if (Value part = quick_part(object, key); !part.is_null()) {
      RA = part;
      return pc + 2;
    } else if (shape == hot.dict) {
      patch_op(pc, Op::SubscriptDict);
      return subscript_dict(pc, R, T);
    } else if (shape == hot.str && key.is_small_int() && is_within(key.small_int(), object.as<Str>())) {
      RA = make_char(object.as<Str>()->at(static_cast<size_t>(key.small_int())));
      return pc + 2;
    } else if (Function* function = python_getitem(shape->type)) {
      uint32_t version = type_version(shape->type);
      if (version != 0) {
        found_entry(version, names.dunder_getitem, Access::Special) = Found{version,
                                                                            Op::SubscriptPython,
                                                                            0,
                                                                            names.dunder_getitem,
                                                                            Value(function).bits(),
                                                                            names.dunder_getitem->hash_};
        set_halves(pc + 1, version, 0);
        patch_op(pc, Op::SubscriptPython);
      }
      const Value values[] = {object, key};
      return enter_function(T, pc, R, function, Arguments{values, 2, nullptr}, 2);
    } else if (shape->type->slots.subscript != nullptr && shape != hot.list && shape != hot.tuple &&
               shape != hot.str) {
      pc[1] = reinterpret_cast<uint64_t>(shape);
      patch_op(pc, Op::SubscriptNative);
    }
  }
  RA = UNWRAP(get_item(object, key));
  return pc + 2;
}

SLOW_FN(subscript_dict) {
  Value key = RC;
  auto* dict = RB.as<Dict>();
  Value found;
  if (has_shape(key, hot.str) && key.as<Str>()->is_interned()) {
    int64_t entry = dict_find_quick(dict, key.as<Str>());
    found = entry >= 0 ? dict->table->entries[entry].value : dict_get(dict, key.as<Str>());
  } else {
    found = UNWRAP(dict_get(dict, key));
  }
  if (found.is_null()) {
    (void)raise_key_error(key);
    return kRaised;
  }
  RA = found;
  return pc + 2;
}

SLOW_FN(subscript_native) {
  auto function = RB.object()->shape->type->slots.subscript;
  RA = UNWRAP(function != nullptr ? function(RB, RC) : get_item(RB, RC));
  return pc + 2;
}

SLOW_FN(subscript_python) {
  Function* function = python_getitem(type_of(RB));
  if (function == nullptr) return subscript(pc, R, T);
  const Value values[] = {RB, RC};
  return enter_function(T, pc, R, function, Arguments{values, 2, nullptr}, 2);
}

SLOW_FN(store_subscript) {
  Value object = RA;
  if (has_shape(object, hot.list) && RB.is_small_int())
    patch_op(pc, Op::StoreSubscriptList);
  else if (has_shape(object, hot.dict))
    patch_op(pc, Op::StoreSubscriptDict);
  else if (object.is_object() && python_special(type_of(object), names.dunder_setitem) == nullptr) {
    pc[1] = reinterpret_cast<uint64_t>(object.object()->shape);
    patch_op(pc, Op::StoreSubscriptNative);
  }
  ENTER_SPECIAL(enter_store(pc, R, T, names.dunder_setitem, object, RB, RC));
  if (!set_item(object, RB, RC).ok()) return kRaised;
  return pc + 2;
}

SLOW_FN(store_subscript_dict) {
  if (!dict_set(RA.as<Dict>(), RB, RC).ok()) return kRaised;
  return pc + 2;
}

SLOW_FN(store_subscript_native) {
  if (!set_item(RA, RB, RC).ok()) return kRaised;
  return pc + 2;
}

SLOW_FN(remember_list_item) {
  write_barrier(RA.as<List>()->storage);
  return pc + 2;
}

SLOW_FN(delete_subscript) {
  if (!delete_item(RA, RB).ok()) return kRaised;
  return pc + 1;
}

SLOW_FN(build_slice) {
  uint16_t step = static_cast<uint16_t>(pc[1]);
  if ((pc[1] & lift::kSubscriptFollows) != 0 && step == kAbsent) patch_op(pc, Op::SlicePart);
  RA = make_slice(RB, RC, step == kAbsent ? none() : R[step]);
  return pc + 2;
}

SLOW_FN(slice_part) {
  const uint64_t* next = pc + 2;
  Value part = quick_slice(R[field_b(next)], RB, RC);
  if (part.is_null()) return build_slice(pc, R, T);
  R[field_a(next)] = part;
  return pc + 4;
}

}  // namespace ouro::vm
