// The generic slot functions: what stands in a slot when the special method is written in Python. They look
// the method up at each use, by CPython's rules.
#pragma once

#include "vm/object/protocol.h"

namespace ouro::vm {

/// Calls the special method `name` of values[0] with the other values as arguments. Functions are called
/// unbound; `found` says whether there is such a method.
Result<Value> call_special_values(Str* name, const Value* values, size_t count, bool* found);
/// AttributeError when there is none.
Result<Value> call_special_or_raise(Str* name, const Value* values, size_t count);
/// NotImplemented when there is none.
Result<Value> call_special_or_decline(Str* name, Value self, Value other);

template <Str* Names::* name>
Result<Value> generic_unary(Value self) {
  return call_special_or_raise(names.*name, &self, 1);
}

template <Str* Names::* name>
Result<Value> generic_inplace(Value self, Value other) {
  const Value values[] = {self, other};
  return call_special_or_raise(names.*name, values, 2);
}

/// Left and right operand's methods in the right order: a subclass that overrides the reflected method goes
/// first.
Result<Value> generic_binary_rules(Value left, Value right, bool left_is_generic, bool right_is_generic,
                                   Str* name, Str* reflected);

template <BinaryFn Slots::* slot, Str* Names::* name, Str* Names::* reflected>
Result<Value> generic_binary(Value left, Value right) {
  const BinaryFn self = generic_binary<slot, name, reflected>;
  Type* left_type = type_of(left);
  Type* right_type = type_of(right);
  return generic_binary_rules(left, right, left_type->slots.*slot == self,
                              left_type != right_type && right_type->slots.*slot == self, names.*name,
                              names.*reflected);
}

Result<Value> generic_power(Value base, Value exponent, Value modulus);
Result<Value> generic_inplace_power(Value base, Value exponent, Value modulus);
Result<int64_t> generic_hash(Value self);
Result<Value> generic_call(Value self, const Arguments& arguments);
Result<Value> generic_getattribute(Value self, Str* name);
Result<Value> generic_getattr_hook(Value self, Str* name);
Status generic_setattr(Value self, Str* name, Value value);
Result<Value> generic_richcompare(Value self, Value other, CompareOp op);
Result<Value> generic_iter(Value self);
Result<Value> generic_iternext(Value self);
Result<Value> generic_descr_get(Value self, Value instance, Value owner);
Status generic_descr_set(Value self, Value instance, Value value);
Result<Value> generic_new(Type* type, const Arguments& arguments);
Status generic_init(Value self, const Arguments& arguments);
Status generic_del(Value self);
Result<bool> generic_bool(Value self);
Result<int64_t> generic_length(Value self);
Result<Value> generic_item(Value self, int64_t index);
Result<Value> generic_getitem(Value self, Value key);
Status generic_assign(Value self, Value key, Value value);
Result<bool> generic_contains(Value self, Value item);

}  // namespace ouro::vm
