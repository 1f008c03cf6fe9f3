// Subscripts.
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

/// list[a:b] with plain bounds; null: other rules.
Value quick_slice(List* list, Slice* slice) {
  auto bound = [&](Value given, int64_t absent, int64_t* place) {
    if (is_none(given)) {
      *place = absent;
      return true;
    }
    if (!given.is_small_int()) return false;
    int64_t index = given.small_int();
    auto length = static_cast<int64_t>(list->length);
    if (index < 0) index += length;
    *place = std::clamp<int64_t>(index, 0, length);
    return true;
  };
  int64_t start, stop;
  if (!is_none(slice->step) || !bound(slice->start, 0, &start) ||
      !bound(slice->stop, static_cast<int64_t>(list->length), &stop))
    return Value();
  if (stop <= start) return make_list();
  return make_list(std::span<const Value>(list->items() + start, static_cast<size_t>(stop - start)));
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
    } else if (shape == hot.list && is_kind(key, Kind::kSlice)) {
      Value part = quick_slice(object.as<List>(), key.as<Slice>());
      if (!part.is_null()) {
        RA = part;
        return pc + 2;
      }
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
  ENTER_SPECIAL(enter_store(pc, R, T, names.dunder_setitem, object, RB, RC));
  if (!set_item(object, RB, RC).ok()) return kRaised;
  return pc + 2;
}

SLOW_FN(store_subscript_dict) {
  if (!dict_set(RA.as<Dict>(), RB, RC).ok()) return kRaised;
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
  RA = make_slice(RB, RC, step == kAbsent ? none() : R[step]);
  return pc + 2;
}

}  // namespace ouro::vm
