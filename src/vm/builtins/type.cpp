// type: calling classes, making them, and what they can be asked.
#include "vm/builtins/type_attributes.h"
#include "vm/object/class_support.h"
#include "vm/object/descriptors.h"
#include "vm/object/protocol.h"
#include "vm/object/runtime_start.h"

namespace ouro::vm {

namespace {

Type* self_of(Value self) {
  return self.as<Type>();
}

Result<Value> type_call(Value self, const Arguments& arguments) {
  Type* type = self_of(self);
  if (type == types.type) {
    if (arguments.positional == 1 && arguments.keyword_count() == 0) return type_of(arguments[0]);
    if (arguments.positional != 3) return raise(types.TypeError, "type() takes 1 or 3 arguments");
  }
  if (type->slots.new_ == nullptr || type->has(kTypeDisallowNew))
    return raise(types.TypeError, "cannot create '{}' instances", type_name(type));
  Value object = TRY(type->slots.new_(type, arguments));
  Type* made = type_of(object);
  if (made != type && !is_subtype(made, type)) return object;
  if (made->slots.init != nullptr) TRY(made->slots.init(object, arguments));
  return object;
}

Status type_init(Value, const Arguments& arguments) {
  if (arguments.positional == 1 && arguments.keyword_count() != 0)
    return raise(types.TypeError, "type.__init__() takes no keyword arguments");
  if (arguments.positional != 1 && arguments.positional != 3)
    return raise(types.TypeError, "type.__init__() takes 1 or 3 arguments");
  return {};
}

Result<Value> type_repr(Value self) {
  Type* type = self_of(self);
  Value module = type_module(type);
  if (!module.is_null() && is_str(module) && !equals(module.as<Str>(), names.builtins)) {
    return make_str(fmt::format("<class '{}.{}'>", to_utf8(module.as<Str>()), to_utf8(type->qualified_name)));
  }
  return make_str(fmt::format("<class '{}'>", type_name(type)));
}

Result<Value> type_or(Value left, Value right) {
  return make_union(left, right);
}

// ---- methods

Result<Value> type_mro_method(const Value* a) {
  Tuple* mro = TRY(linearize(self_of(a[0])));
  return make_list(mro->span());
}

Result<Value> type_subclasses(const Value* a) {
  return subclass_list(self_of(a[0]));
}

Result<Value> type_prepare(Value, const Arguments&) {
  return make_dict();
}

Result<Value> type_instance_check(const Value* a) {
  return make_bool(TRY(plain_is_instance_of(a[1], a[0])));
}
Result<Value> type_subclass_check(const Value* a) {
  return make_bool(TRY(plain_is_subclass_of(a[1], a[0])));
}

/// The names of a class and its bases, depth first.
Status merge_class_names(Dict* names_, Value cls) {
  TRY(check_recursion());
  Value dict = TRY(find_attribute(cls, names.dunder_dict));
  if (!dict.is_null()) TRY(dict_update(names_, dict));
  Value bases = TRY(find_attribute(cls, names.dunder_bases));
  if (bases.is_null()) return {};
  const int64_t count = TRY(length(bases));
  for (int64_t i = 0; i < count; ++i) TRY(merge_class_names(names_, TRY(get_item(bases, i))));
  return {};
}

Result<Value> type_dir(const Value* a) {
  Dict* collected = make_dict();
  TRY(merge_class_names(collected, a[0]));
  List* list = make_list();
  size_t position = 0;
  Value key, value;
  while (dict_next(collected, &position, &key, &value)) TRY(list_append(list, key));
  return list;
}

Result<Value> type_sizeof(const Value* a) {
  return make_int(self_of(a[0])->has(kTypeHeap) ? sizeof(Type) + 200 : sizeof(Type));
}

constexpr MethodSpec kMethods[] = {
    {"mro", "($self, /)", type_mro_method, "Return a type's method resolution order."},
    {"__subclasses__", "($self, /)", type_subclasses, "Return a list of immediate subclasses."},
    {"__prepare__", nullptr, nullptr,
     "__prepare__() -> dict\nused to create the namespace for the class statement", Binding::Class,
     type_prepare},
    {"__instancecheck__", "($self, instance, /)", type_instance_check, "Check if an object is an instance."},
    {"__subclasscheck__", "($self, subclass, /)", type_subclass_check, "Check if a class is a subclass."},
    {"__dir__", "($self, /)", type_dir, "Specialized __dir__ implementation for types."},
    {"__sizeof__", "($self, /)", type_sizeof, "Return memory consumption of the type object."},
};

}  // namespace

Status merge_class_dir(Dict* collected, Value cls) {
  return merge_class_names(collected, cls);
}

void complete_type_type() {
  static TypeSpec spec = {
      .name = "type",
      .kind = Kind::kType,
      .basic_size = sizeof(Type),
      .flags = kTypeBase | kTypeHasWeakrefs | kTypeSubclassType,
      .methods = kMethods,
      .getsets = type_getsets(),
      .members = type_members(),
      .doc = "type(object) -> the object's type\ntype(name, bases, dict, **kwds) -> a new type",
  };
  spec.trace = types.type->native_trace;
  spec.slots.repr = type_repr;
  spec.slots.call = type_call;
  spec.slots.getattro = type_get_attribute;
  spec.slots.setattro = type_set_attribute;
  spec.slots.new_ = type_new;
  spec.slots.init = type_init;
  spec.slots.or_ = type_or;
  complete_native_type(types.type, spec);
}

}  // namespace ouro::vm
