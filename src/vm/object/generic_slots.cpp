#include "vm/object/generic_slots.h"

#include "vm/object/declined.h"
#include "vm/object/native_support.h"
#include "vm/object/special_methods.h"

namespace ouro::vm {

namespace {

Result<Value> call_bound(Value function, const Value* values, size_t count) {
  Type* type = type_of(function);
  if (type->has(kTypeMethodLike)) return call(function, Arguments{values, count, nullptr});
  if (type->slots.descr_get == nullptr) return call(function, Arguments{values + 1, count - 1, nullptr});
  Value bound = TRY(type->slots.descr_get(function, values[0], type_of(values[0])));
  return call(bound, Arguments{values + 1, count - 1, nullptr});
}

/// The reflected method is not simply the one that the left operand's class has too.
Result<bool> overrides_reflected(Value left, Value right, Str* reflected) {
  Value theirs = lookup_special(right, reflected);
  if (theirs.is_null()) return false;
  Value ours = lookup_special(left, reflected);
  if (ours.is_null()) return true;
  if (ours == theirs) return false;
  return !TRY(is_true(TRY(compare(ours, theirs, CompareOp::Equal))));
}

Status ignore(Result<Value> result) {
  TRY(result);
  return {};
}

}  // namespace

Str* comparison_method(CompareOp op) {
  switch (op) {
    case CompareOp::Less:
      return names.dunder_lt;
    case CompareOp::LessEqual:
      return names.dunder_le;
    case CompareOp::Equal:
      return names.dunder_eq;
    case CompareOp::NotEqual:
      return names.dunder_ne;
    case CompareOp::Greater:
      return names.dunder_gt;
    case CompareOp::GreaterEqual:
      break;
  }
  return names.dunder_ge;
}

Result<Value> call_special_values(Str* name, const Value* values, size_t count, bool* found) {
  Value function = lookup_special(values[0], name);
  *found = !function.is_null();
  if (function.is_null()) return Value();
  return call_bound(function, values, count);
}

Result<Value> call_special_or_raise(Str* name, const Value* values, size_t count) {
  bool found = false;
  Value result = TRY(call_special_values(name, values, count, &found));
  if (!found) return raise_with(types.AttributeError, {name});
  return result;
}

Result<Value> call_special_or_decline(Str* name, Value self, Value other) {
  const Value values[] = {self, other};
  bool found = false;
  Value result = TRY(call_special_values(name, values, 2, &found));
  return found ? result : not_implemented();
}

Result<Value> generic_binary_rules(Value left, Value right, bool left_is_generic, bool right_is_generic,
                                   Str* name, Str* reflected) {
  bool ask_right = right_is_generic;
  if (left_is_generic) {
    if (ask_right && is_subtype(type_of(right), type_of(left)) &&
        TRY(overrides_reflected(left, right, reflected))) {
      Value result = TRY(call_special_or_decline(reflected, right, left));
      if (!is_not_implemented(result)) return result;
      ask_right = false;
    }
    Value result = TRY(call_special_or_decline(name, left, right));
    if (!is_not_implemented(result) || type_of(left) == type_of(right)) return result;
  }
  if (ask_right) return call_special_or_decline(reflected, right, left);
  return not_implemented();
}

Result<Value> generic_power(Value base, Value exponent, Value modulus) {
  const bool base_is_generic = type_of(base)->slots.power == generic_power;
  if (modulus.is_null() || is_none(modulus)) {
    Type* left = type_of(base);
    Type* right = type_of(exponent);
    return generic_binary_rules(base, exponent, base_is_generic,
                                left != right && right->slots.power == generic_power, names.dunder_pow,
                                names.dunder_rpow);
  }
  // Three-argument pow is the first operand's affair alone.
  if (!base_is_generic) return not_implemented();
  const Value values[] = {base, exponent, modulus};
  return call_special_or_raise(names.dunder_pow, values, 3);
}

Result<Value> generic_inplace_power(Value base, Value exponent, Value) {
  const Value values[] = {base, exponent};
  return call_special_or_raise(names.dunder_ipow, values, 2);
}

Result<int64_t> generic_hash(Value self) {
  Value function = lookup_special(self, names.dunder_hash);
  if (function.is_null() || is_none(function)) return hash_not_implemented(self);
  Value result = TRY(call_bound(function, &self, 1));
  if (!is_int(result)) return raise(types.TypeError, "__hash__ method should return an integer");
  int64_t number;
  if (!result.is_small_int() && !int_fits(result, &number)) {
    number = int_hash(result);
  } else {
    number = result.is_small_int() ? result.small_int() : number;
  }
  return number == -1 ? -2 : number;
}

Result<Value> generic_call(Value self, const Arguments& arguments) {
  Value function = lookup_special(self, names.dunder_call);
  if (function.is_null()) return raise_with(types.AttributeError, {names.dunder_call});
  Type* type = type_of(function);
  if (type->has(kTypeMethodLike)) return call_prepended(function, self, arguments);
  // An object may be its own class's __call__.
  RecursionScope scope;
  TRY(scope.enter(" while calling a Python object"));
  if (type->slots.descr_get != nullptr) function = TRY(type->slots.descr_get(function, self, type_of(self)));
  return call(function, arguments);
}

Result<Value> generic_getattribute(Value self, Str* name) {
  const Value values[] = {self, name};
  return call_special_or_raise(names.dunder_getattribute, values, 2);
}

Result<Value> generic_getattr_hook(Value self, Str* name) {
  Value hook = lookup_special(self, names.dunder_getattr);
  Value getter = lookup_special(self, names.dunder_getattribute);
  Value found;
  const Value values[] = {self, name};
  if (is_kind(getter, Kind::kSlotWrapper) &&
      getter.as<SlotWrapper>()->function == reinterpret_cast<void*>(&generic_get_attribute)) {
    found = TRY(find_generic_attribute(self, name));
  } else {
    Result<Value> result = call_bound(getter, values, 2);
    if (!result.ok() && !hook.is_null()) {
      if (!clear_if(types.AttributeError)) return Raised{};
    } else {
      found = TRY(result);
    }
  }
  if (!found.is_null()) return found;
  if (hook.is_null()) return raise_attribute_error(self, name);
  return call_bound(hook, values, 2);
}

Status generic_setattr(Value self, Str* name, Value value) {
  const Value values[] = {self, name, value};
  if (value.is_null()) return ignore(call_special_or_raise(names.dunder_delattr, values, 2));
  return ignore(call_special_or_raise(names.dunder_setattr, values, 3));
}

Result<Value> generic_richcompare(Value self, Value other, CompareOp op) {
  Value function = lookup_special(self, comparison_method(op));
  if (function.is_null()) return not_implemented();
  Type* type = type_of(function);
  const Value values[] = {self, other};
  if (type->has(kTypeMethodLike) || type->slots.descr_get == nullptr) return call_bound(function, values, 2);
  // A descriptor that gives nothing counts as no method, whatever it raised.
  Result<Value> bound = type->slots.descr_get(function, self, type_of(self));
  if (bound.ok()) return call(bound.unwrap(), {other});
  take_exception();
  return not_implemented();
}

Result<Value> generic_iter(Value self) {
  Value function = lookup_special(self, names.dunder_iter);
  if (!function.is_null() && is_none(function))
    return raise(types.TypeError, "'{}' object is not iterable", type_name(self));
  if (!function.is_null()) return call_bound(function, &self, 1);
  if (lookup_special(self, names.dunder_getitem).is_null())
    return raise(types.TypeError, "'{}' object is not iterable", type_name(self));
  return make_sequence_iterator(self);
}

Result<Value> generic_iternext(Value self) {
  Result<Value> result = call_special_or_raise(names.dunder_next, &self, 1);
  if (result.ok()) return result;
  return clear_if(types.StopIteration) ? Result<Value>(Value::stop()) : Raised{};
}

/// Unlike other special methods, __get__ is called as it lies in the class, without being bound itself.
Result<Value> generic_descr_get(Value self, Value instance, Value owner) {
  Value function = lookup_in_type(type_of(self), names.dunder_get);
  if (function.is_null()) return self;
  return call(function, {self, instance.is_null() ? none() : instance, owner.is_null() ? none() : owner});
}

Status generic_descr_set(Value self, Value instance, Value value) {
  const Value values[] = {self, instance, value};
  if (value.is_null()) return ignore(call_special_or_raise(names.dunder_delete, values, 2));
  return ignore(call_special_or_raise(names.dunder_set, values, 3));
}

Result<Value> generic_new(Type* type, const Arguments& arguments) {
  Value function = TRY(get_attribute(type, names.dunder_new));
  return call_prepended(function, type, arguments);
}

Status generic_init(Value self, const Arguments& arguments) {
  Value function = lookup_special(self, names.dunder_init);
  if (function.is_null()) return raise_with(types.AttributeError, {names.dunder_init});
  Value result;
  if (type_of(function)->has(kTypeMethodLike)) {
    result = TRY(call_prepended(function, self, arguments));
  } else {
    Type* type = type_of(function);
    if (type->slots.descr_get != nullptr)
      function = TRY(type->slots.descr_get(function, self, type_of(self)));
    result = TRY(call(function, arguments));
  }
  if (!is_none(result))
    return raise(types.TypeError, "__init__() should return None, not '{}'", type_name(result));
  return {};
}

Status generic_del(Value self) {
  bool found = false;
  return ignore(call_special_values(names.dunder_del, &self, 1, &found));
}

Result<bool> generic_bool(Value self) {
  bool found = false;
  Value result = TRY(call_special_values(names.dunder_bool, &self, 1, &found));
  if (found) {
    if (is_bool(result)) return result == make_bool(true);
    return raise(types.TypeError, "__bool__ should return bool, returned {}", type_name(result));
  }
  if (lookup_special(self, names.dunder_len).is_null()) return true;
  return TRY(generic_length(self)) != 0;
}

Result<int64_t> generic_length(Value self) {
  Value result = TRY(call_special_or_raise(names.dunder_len, &self, 1));
  result = TRY(to_index(result));
  if (int_sign(result) < 0) return raise(types.ValueError, "__len__() should return >= 0");
  int64_t number;
  if (!int_fits(result, &number))
    return raise(types.OverflowError, "cannot fit '{}' into an index-sized integer", type_name(result));
  return number;
}

Result<Value> generic_item(Value self, int64_t index) {
  const Value values[] = {self, make_int(index)};
  return call_special_or_raise(names.dunder_getitem, values, 2);
}

Result<Value> generic_getitem(Value self, Value key) {
  const Value values[] = {self, key};
  return call_special_or_raise(names.dunder_getitem, values, 2);
}

Status generic_assign(Value self, Value key, Value value) {
  const Value values[] = {self, key, value};
  if (value.is_null()) return ignore(call_special_or_raise(names.dunder_delitem, values, 2));
  return ignore(call_special_or_raise(names.dunder_setitem, values, 3));
}

Result<bool> generic_contains(Value self, Value item) {
  Value function = lookup_special(self, names.dunder_contains);
  if (!function.is_null() && is_none(function))
    return raise(types.TypeError, "'{}' object is not a container", type_name(self));
  if (function.is_null()) return contains_by_iteration(self, item);
  const Value values[] = {self, item};
  return is_true(TRY(call_bound(function, values, 2)));
}

}  // namespace ouro::vm
