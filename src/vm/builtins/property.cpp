// property.
#include "vm/object/descriptors.h"
#include "vm/object/protocol.h"
#include "vm/object/trace_members.h"

namespace ouro::vm {

namespace {

Property* self_of(Value self) {
  return self.as<Property>();
}

Value null_for_none(Value value) {
  return value.is_null() || is_none(value) ? Value() : value;
}

Result<Value> property_new(Type* type, const Arguments&) {
  return allocate_instance(type);
}

/// Without a doc of its own a property has its getter's. A subclass keeps it as an attribute: `doc` is
/// property's own field.
Status take_doc_from_getter(Value self) {
  Property* property = self_of(self);
  if (property->getter.is_null() || !property->doc.is_null()) return {};
  Value doc = TRY(find_attribute(property->getter, names.dunder_doc));
  if (doc.is_null()) return {};
  property->doc_from_getter = true;
  if (is_exactly(self, types.property)) {
    store(property, property->doc, doc);
    return {};
  }
  return set_attribute(self, names.dunder_doc, doc);
}

Status property_init(Value self, const Arguments& arguments) {
  static const Signature signature("property", "(fget=None, fset=None, fdel=None, doc=None)");
  Value given[4];
  TRY(signature.bind(arguments, given));
  Property* property = self_of(self);
  property->getter = null_for_none(given[0]);
  property->setter = null_for_none(given[1]);
  property->deleter = null_for_none(given[2]);
  property->doc = null_for_none(given[3]);
  property->name = Value();
  property->doc_from_getter = false;
  write_barrier(property);
  return take_doc_from_getter(self);
}

Raised lacks(Value self, Value instance, const char* what) {
  Property* property = self_of(self);
  std::string owner = repr_text(type_of(instance)->qualified_name);
  if (property->name.is_null())
    return raise(types.AttributeError, "property of {} object has no {}", owner, what);
  return raise(types.AttributeError, "property {} of {} object has no {}", repr_text(property->name), owner,
               what);
}

Result<Value> property_get(Value self, Value instance, Value) {
  if (instance.is_null() || is_none(instance)) return self;
  Value getter = self_of(self)->getter;
  if (getter.is_null()) return lacks(self, instance, "getter");
  return call(getter, {instance});
}

Status property_set(Value self, Value instance, Value value) {
  Property* property = self_of(self);
  if (value.is_null()) {
    if (property->deleter.is_null()) return lacks(self, instance, "deleter");
    TRY(call(property->deleter, {instance}));
    return {};
  }
  if (property->setter.is_null()) return lacks(self, instance, "setter");
  TRY(call(property->setter, {instance, value}));
  return {};
}

Value or_none(Value value) {
  return value.is_null() ? none() : value;
}

/// type(self)(...) with one of the three functions replaced; null: as it is.
Result<Value> copy_with(Value self, Value getter, Value setter, Value deleter) {
  Property* old = self_of(self);
  Value doc = old->doc_from_getter && !null_for_none(getter).is_null() ? none() : or_none(old->doc);
  if (getter.is_null() || is_none(getter)) getter = or_none(old->getter);
  if (setter.is_null() || is_none(setter)) setter = or_none(old->setter);
  if (deleter.is_null() || is_none(deleter)) deleter = or_none(old->deleter);
  if (old->doc_from_getter && !is_none(getter)) doc = none();
  Value made = TRY(call(type_of(self), {getter, setter, deleter, doc}));
  if (is_kind(made, Kind::kProperty)) store(made.object(), self_of(made)->name, old->name);
  return made;
}

Result<Value> property_getter(const Value* a) {
  return copy_with(a[0], a[1], Value(), Value());
}
Result<Value> property_setter(const Value* a) {
  return copy_with(a[0], Value(), a[1], Value());
}
Result<Value> property_deleter(const Value* a) {
  return copy_with(a[0], Value(), Value(), a[1]);
}

Result<Value> property_set_name(Value self, const Arguments& arguments) {
  if (arguments.positional != 2) {
    return raise(types.TypeError, "__set_name__() takes 2 positional arguments but {} were given",
                 arguments.positional);
  }
  store(self.object(), self_of(self)->name, arguments[1]);
  return none();
}

Result<Value> property_is_abstract(Value self) {
  const Property* property = self_of(self);
  for (Value function : {property->getter, property->setter, property->deleter}) {
    if (TRY(is_abstract(function))) return make_bool(true);
  }
  return make_bool(false);
}

constexpr MethodSpec kMethods[] = {
    {"getter", "($self, getter, /)", property_getter,
     "Descriptor to obtain a copy of the property with a different getter."},
    {"setter", "($self, setter, /)", property_setter,
     "Descriptor to obtain a copy of the property with a different setter."},
    {"deleter", "($self, deleter, /)", property_deleter,
     "Descriptor to obtain a copy of the property with a different deleter."},
    {"__set_name__", nullptr, nullptr, "Method to set name of a property.", Binding::Instance,
     property_set_name},
};
constexpr GetSetSpec kGetSets[] = {
    {"__isabstractmethod__", property_is_abstract},
};
constexpr MemberSpec kMembers[] = {
    {"fget", offsetof(Property, getter)},
    {"fset", offsetof(Property, setter)},
    {"fdel", offsetof(Property, deleter)},
    {"__doc__", offsetof(Property, doc), true},
};

}  // namespace

void complete_property_type() {
  static TypeSpec spec = {
      .name = "property",
      .kind = Kind::kProperty,
      .basic_size = sizeof(Property),
      .flags = kTypeBase,
      .trace = trace_members<&Property::getter, &Property::setter, &Property::deleter, &Property::doc,
                             &Property::name>,
      .methods = kMethods,
      .getsets = kGetSets,
      .members = kMembers,
      .doc =
          "Property attribute.\n\n  fget\n    function to be used for getting an attribute "
          "value\n  fset\n    function to be used for setting an attribute value\n  fdel\n "
          "   function to be used for del'ing an attribute\n  doc\n    docstring\n\nTypical "
          "use is to define a managed attribute x:\n\nclass C(object):\n    def getx(self): "
          "return self._x\n    def setx(self, value): self._x = value\n    def delx(self): "
          "del self._x\n    x = property(getx, setx, delx, \"I'm the 'x' "
          "property.\")\n\nDecorators make defining new properties or modifying existing ones "
          "easy:\n\nclass C(object):\n    @property\n    def x(self):\n        \"I am the 'x' "
          "property.\"\n        return self._x\n    @x.setter\n    def x(self, value):\n      "
          "  self._x = value\n    @x.deleter\n    def x(self):\n        del self._x",
      .signature = "(fget=None, fset=None, fdel=None, doc=None)"};
  spec.slots.new_ = property_new;
  spec.slots.init = property_init;
  spec.slots.descr_get = property_get;
  spec.slots.descr_set = property_set;
  complete_native_type(types.property, spec);
}

}  // namespace ouro::vm
