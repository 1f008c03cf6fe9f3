// None, NotImplemented, Ellipsis, and the start of the object model's types that live in this folder.
#include "vm/object/protocol.h"
#include "vm/object/runtime_start.h"

namespace ouro::vm {

namespace {

Raised takes_no_arguments(const char* name) {
  return raise(types.TypeError, "{} takes no arguments", name);
}

template <Object& singleton>
Result<Value> singleton_new(Type* type, const Arguments& arguments) {
  if (arguments.positional != 0 || arguments.keyword_count() != 0)
    return takes_no_arguments(type->spec->name);
  return &singleton;
}

Result<Value> none_repr(Value) {
  return intern("None");
}
Result<bool> none_bool(Value) {
  return false;
}

Result<Value> not_implemented_repr(Value) {
  return intern("NotImplemented");
}
Result<bool> not_implemented_bool(Value) {
  TRY(warn(types.DeprecationWarning, "NotImplemented should not be used in a boolean context", 1));
  return true;
}
Result<Value> not_implemented_reduce(const Value*) {
  return intern("NotImplemented");
}

Result<Value> ellipsis_repr(Value) {
  return intern("Ellipsis");
}
Result<Value> ellipsis_reduce(const Value*) {
  return intern("Ellipsis");
}

constexpr MethodSpec kNotImplementedMethods[] = {
    {"__reduce__", "($self, /)", not_implemented_reduce},
};
constexpr MethodSpec kEllipsisMethods[] = {
    {"__reduce__", "($self, /)", ellipsis_reduce},
};

void complete_singleton_types() {
  static TypeSpec none_spec = {.name = "NoneType", .kind = Kind::kNoneType};
  none_spec.slots.repr = none_repr;
  none_spec.slots.bool_ = none_bool;
  none_spec.slots.new_ = singleton_new<none_object>;
  complete_native_type(types.none, none_spec);
  static TypeSpec not_implemented_spec = {
      .name = "NotImplementedType", .kind = Kind::kNotImplementedType, .methods = kNotImplementedMethods};
  not_implemented_spec.slots.repr = not_implemented_repr;
  not_implemented_spec.slots.bool_ = not_implemented_bool;
  not_implemented_spec.slots.new_ = singleton_new<not_implemented_object>;
  complete_native_type(types.not_implemented, not_implemented_spec);
  static TypeSpec ellipsis_spec = {
      .name = "ellipsis", .kind = Kind::kEllipsisType, .methods = kEllipsisMethods};
  ellipsis_spec.slots.repr = ellipsis_repr;
  ellipsis_spec.slots.new_ = singleton_new<ellipsis_object>;
  complete_native_type(types.ellipsis, ellipsis_spec);
}

}  // namespace

void complete_object_builtins() {
  complete_singleton_types();
  complete_super_type();
  complete_property_type();
  complete_classmethod_types();
  complete_module_type();
  complete_mappingproxy_type();
  complete_namespace_type();
  complete_generic_alias_type();
  complete_union_type();
}

}  // namespace ouro::vm
