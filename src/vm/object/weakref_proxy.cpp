// weakref.proxy: an object that does whatever its target does, as long as that lives.
#include "vm/object/class_support.h"
#include "vm/object/descriptors.h"
#include "vm/object/protocol.h"
#include "vm/object/runtime_start.h"
#include "vm/object/trace_members.h"
#include "vm/object/weakref.h"

namespace ouro::vm {

namespace {

// The target of a proxy, ReferenceError when it is gone; any other value is itself.
Result<Value> unwrap(Value value) {
  if (!is_weak_proxy(value)) return value;
  Object* target = value.as<WeakReference>()->target;
  if (target == nullptr) return raise(types.ReferenceError, "weakly-referenced object no longer exists");
  return target;
}

template <auto Function>
Result<Value> unary(Value self) {
  return Function(TRY(unwrap(self)));
}

template <BinaryOp Op>
Result<Value> operate(Value left, Value right) {
  Value a = TRY(unwrap(left));
  return binary(Op, a, TRY(unwrap(right)));
}

template <BinaryOp Op>
Result<Value> operate_inplace(Value left, Value right) {
  Value a = TRY(unwrap(left));
  return inplace(Op, a, TRY(unwrap(right)));
}

Result<Value> proxy_divmod(Value left, Value right) {
  Value a = TRY(unwrap(left));
  return divmod(a, TRY(unwrap(right)));
}

Result<Value> proxy_power(Value base, Value exponent, Value modulus) {
  Value a = TRY(unwrap(base));
  Value b = TRY(unwrap(exponent));
  return power(a, b, modulus.is_null() ? Value() : TRY(unwrap(modulus)));
}

Result<Value> proxy_inplace_power(Value base, Value exponent, Value) {
  Value a = TRY(unwrap(base));
  return inplace(BinaryOp::Power, a, TRY(unwrap(exponent)));
}

Result<Value> to_integer(Value value) {
  return call(types.int_, {value});
}
Result<Value> to_float(Value value) {
  return call(types.float_, {value});
}
Result<Value> to_text(Value value) {
  return TRY(to_str(value));
}

Result<bool> proxy_bool(Value self) {
  return is_true(TRY(unwrap(self)));
}

Result<Value> proxy_repr(Value self) {
  Object* target = self.as<WeakReference>()->target;
  Value shown = target != nullptr ? Value(target) : none();
  return make_str(fmt::format("<weakproxy at {:#x} to {} at {:#x}>", self.bits(),
                              native_type_name(type_of(shown)), shown.bits()));
}

Result<Value> proxy_call(Value self, const Arguments& arguments) {
  return call(TRY(unwrap(self)), arguments);
}

Result<Value> proxy_getattro(Value self, Str* name) {
  return get_attribute(TRY(unwrap(self)), name);
}

Status proxy_setattro(Value self, Str* name, Value value) {
  return set_attribute(TRY(unwrap(self)), name, value);
}

Result<Value> proxy_richcompare(Value self, Value other, CompareOp op) {
  Value a = TRY(unwrap(self));
  return compare(a, TRY(unwrap(other)), op);
}

Result<int64_t> proxy_length(Value self) {
  return length(TRY(unwrap(self)));
}

Result<Value> proxy_subscript(Value self, Value key) {
  Value object = TRY(unwrap(self));
  return get_item(object, TRY(unwrap(key)));
}

Status proxy_assign(Value self, Value key, Value value) {
  Value object = TRY(unwrap(self));
  return value.is_null() ? delete_item(object, key) : set_item(object, key, value);
}

Result<bool> proxy_contains(Value self, Value item) {
  return contains(TRY(unwrap(self)), item);
}

Result<Value> proxy_iternext(Value self) {
  Value object = TRY(unwrap(self));
  if (type_of(object)->slots.iternext == nullptr)
    return raise(types.TypeError, "Weakref proxy referenced a non-iterator '{}' object", type_name(object));
  return next(object);
}

Result<Value> proxy_bytes(const Value* a) {
  return call_method(TRY(unwrap(a[0])), names.dunder_bytes);
}
Result<Value> proxy_reversed(const Value* a) {
  return call_method(TRY(unwrap(a[0])), names.dunder_reversed);
}

constexpr MethodSpec kMethods[] = {
    {"__bytes__", "($self, /)", proxy_bytes},
    {"__reversed__", "($self, /)", proxy_reversed},
};

constexpr void add_operators(Slots& slots) {
#define FORWARD(slot, op)             \
  slots.slot = operate<BinaryOp::op>; \
  slots.inplace_##slot = operate_inplace<BinaryOp::op>;
  FORWARD(add, Add)
  FORWARD(subtract, Subtract)
  FORWARD(multiply, Multiply)
  FORWARD(remainder, Remainder)
  FORWARD(floor_divide, FloorDivide)
  FORWARD(true_divide, TrueDivide)
  FORWARD(lshift, LeftShift)
  FORWARD(rshift, RightShift)
  FORWARD(matrix_multiply, MatrixMultiply)
#undef FORWARD
  slots.and_ = operate<BinaryOp::And>;
  slots.xor_ = operate<BinaryOp::Xor>;
  slots.or_ = operate<BinaryOp::Or>;
  slots.inplace_and = operate_inplace<BinaryOp::And>;
  slots.inplace_xor = operate_inplace<BinaryOp::Xor>;
  slots.inplace_or = operate_inplace<BinaryOp::Or>;
  slots.divmod = proxy_divmod;
  slots.power = proxy_power;
  slots.inplace_power = proxy_inplace_power;
  slots.negative = unary<negative>;
  slots.positive = unary<positive>;
  slots.absolute = unary<absolute>;
  slots.invert = unary<invert>;
  slots.int_ = unary<to_integer>;
  slots.float_ = unary<to_float>;
  slots.index = unary<to_index>;
  slots.bool_ = proxy_bool;
}

constexpr Slots proxy_slots(bool callable) {
  Slots slots = {};
  add_operators(slots);
  slots.repr = proxy_repr;
  slots.str = unary<to_text>;
  slots.hash = hash_not_implemented;
  if (callable) slots.call = proxy_call;
  slots.getattro = proxy_getattro;
  slots.setattro = proxy_setattro;
  slots.richcompare = proxy_richcompare;
  slots.iter = unary<iterate>;
  slots.iternext = proxy_iternext;
  slots.length = proxy_length;
  slots.subscript = proxy_subscript;
  slots.assign = proxy_assign;
  slots.contains = proxy_contains;
  return slots;
}

constexpr TypeSpec kProxy = {
    .name = "weakref.ProxyType",
    .kind = Kind::kWeakReference,
    .basic_size = sizeof(WeakReference),
    .flags = kTypeDisallowNew,
    .trace = trace_members<&WeakReference::callback>,
    .methods = kMethods,
    .slots = proxy_slots(false),
};

constexpr TypeSpec kCallableProxy = {
    .name = "weakref.CallableProxyType",
    .kind = Kind::kWeakReference,
    .basic_size = sizeof(WeakReference),
    .flags = kTypeDisallowNew,
    .trace = trace_members<&WeakReference::callback>,
    .methods = kMethods,
    .slots = proxy_slots(true),
};

}  // namespace

void complete_weak_proxies() {
  complete_native_type(types.weakproxy, kProxy);
  complete_native_type(types.weakcallableproxy, kCallableProxy);
}

}  // namespace ouro::vm
