// mappingproxy: a mapping that cannot be changed through it.
#include "vm/object/descriptors.h"
#include "vm/object/protocol.h"
#include "vm/object/trace_members.h"

namespace ouro::vm {

namespace {

Value mapping_of(Value self) {
  return self.as<MappingProxy>()->mapping;
}

Value unwrapped(Value value) {
  return is_kind(value, Kind::kMappingProxy) ? mapping_of(value) : value;
}

Result<Value> proxy_new(Type* type, const Arguments& arguments) {
  static const Signature signature("mappingproxy", "(mapping)");
  Value mapping;
  TRY(signature.bind(arguments, &mapping));
  if (type_of(mapping)->slots.subscript == nullptr || is_list(mapping) || is_tuple(mapping)) {
    return raise(types.TypeError, "mappingproxy() argument must be a mapping, not {}", type_name(mapping));
  }
  auto* proxy = allocate_instance<MappingProxy>(type);
  store(proxy, proxy->mapping, mapping);
  return proxy;
}

Result<Value> proxy_repr(Value self) {
  TRY(check_recursion(" while getting the repr of an object"));
  StrBuilder text;
  text.append_ascii("mappingproxy(");
  text.append(TRY(repr(mapping_of(self))));
  text.append_ascii(")");
  return text.finish();
}

Result<Value> proxy_str(Value self) {
  return to_str(mapping_of(self));
}

Result<Value> proxy_compare(Value self, Value other, CompareOp op) {
  return compare(mapping_of(self), other, op);
}

Result<Value> proxy_or(Value left, Value right) {
  return binary(BinaryOp::Or, unwrapped(left), unwrapped(right));
}

Result<Value> proxy_ior(Value self, Value) {
  return raise(types.TypeError, "'|=' is not supported by {}; use '|' instead", type_name(self));
}

Result<Value> proxy_get(const Value* a) {
  return call_method(mapping_of(a[0]), names.get, {a[1], a[2].is_null() ? none() : a[2]});
}
Result<Value> proxy_keys(const Value* a) {
  return call_method(mapping_of(a[0]), names.keys);
}
Result<Value> proxy_values(const Value* a) {
  return call_method(mapping_of(a[0]), names.values);
}
Result<Value> proxy_items(const Value* a) {
  return call_method(mapping_of(a[0]), names.items);
}
Result<Value> proxy_copy(const Value* a) {
  return call_method(mapping_of(a[0]), names.copy);
}
Result<Value> proxy_reversed(const Value* a) {
  return call_method(mapping_of(a[0]), names.dunder_reversed);
}

constexpr MethodSpec kMethods[] = {
    {"get", "($self, key, default=None, /)", proxy_get,
     "Return the value for key if key is in the mapping, else default."},
    {"keys", "($self, /)", proxy_keys, "D.keys() -> a set-like object providing a view on D's keys"},
    {"values", "($self, /)", proxy_values, "D.values() -> an object providing a view on D's values"},
    {"items", "($self, /)", proxy_items, "D.items() -> a set-like object providing a view on D's items"},
    {"copy", "($self, /)", proxy_copy, "D.copy() -> a shallow copy of D"},
    {"__class_getitem__", "($type, object, /)", class_getitem_generic, "See PEP 585", Binding::Class},
    {"__reversed__", "($self, /)", proxy_reversed, "D.__reversed__() -> reverse iterator"},
};

}  // namespace

Value make_mappingproxy(Value mapping) {
  auto* proxy = allocate_instance<MappingProxy>(types.mappingproxy);
  store(proxy, proxy->mapping, mapping);
  return proxy;
}

void complete_mappingproxy_type() {
  static TypeSpec spec = {.name = "mappingproxy",
                          .kind = Kind::kMappingProxy,
                          .basic_size = sizeof(MappingProxy),
                          .flags = kTypeMapping,
                          .trace = trace_members<&MappingProxy::mapping>,
                          .methods = kMethods};
  spec.slots.new_ = proxy_new;
  spec.slots.repr = proxy_repr;
  spec.slots.str = proxy_str;
  spec.slots.richcompare = proxy_compare;
  spec.slots.or_ = proxy_or;
  spec.slots.inplace_or = proxy_ior;
  spec.slots.length = [](Value self) { return length(mapping_of(self)); };
  spec.slots.subscript = [](Value self, Value key) { return get_item(mapping_of(self), key); };
  spec.slots.contains = [](Value self, Value key) { return contains(mapping_of(self), key); };
  spec.slots.iter = [](Value self) { return iterate(mapping_of(self)); };
  complete_native_type(types.mappingproxy, spec);
}

}  // namespace ouro::vm
