// super: attributes from behind a class in the MRO.
#include "vm/object/descriptors.h"
#include "vm/object/hooks.h"
#include "vm/object/protocol.h"
#include "vm/object/trace_members.h"

namespace ouro::vm {

namespace {

Super* self_of(Value self) {
  return self.as<Super>();
}

/// The class whose MRO is walked: of `self`, or `self` itself when it is a class below `type`.
Result<Type*> class_for(Type* type, Value self) {
  if (is_kind(self, Kind::kType) && is_subtype(self.as<Type>(), type)) return self.as<Type>();
  if (is_instance(self, type)) return type_of(self);
  Value claimed = TRY(find_attribute(self, names.dunder_class));
  if (is_kind(claimed, Kind::kType) && claimed.as<Type>() != type_of(self) &&
      is_subtype(claimed.as<Type>(), type))
    return claimed.as<Type>();
  return raise(types.TypeError, "super(type, obj): obj must be an instance or subtype of type");
}

Status super_init(Value self, const Arguments& arguments) {
  static const Signature signature = [] {
    Signature named("super()", "(type=None, object_or_type=None, /)");
    named.set_full_name("super");
    return named;
  }();
  Value given[2];
  TRY(signature.bind(arguments, given));
  Type* type = nullptr;
  Value object;
  if (given[0].is_null()) {
    if (hooks.super_arguments == nullptr) return raise(types.RuntimeError, "super(): no current frame");
    TRY(hooks.super_arguments(&type, &object));
  } else if (is_kind(given[0], Kind::kType)) {
    type = given[0].as<Type>();
    object = given[1];
  } else {
    return raise(types.TypeError, "super() argument 1 must be a type, not {}", type_name(given[0]));
  }
  if (!object.is_null() && is_none(object)) object = Value();
  Super* made = self_of(self);
  made->self_class = object.is_null() ? nullptr : TRY(class_for(type, object));
  made->this_class = type;
  made->self = object;
  write_barrier(made);
  return {};
}

Result<Value> super_new(Type* type, const Arguments&) {
  return allocate_instance(type);
}

Result<Value> super_getattro(Value self, Str* name) {
  Super* super = self_of(self);
  if (super->self_class != nullptr && name != names.dunder_class) {
    Value found = lookup_after(super->self_class, super->this_class, name);
    if (!found.is_null()) {
      auto get = type_of(found)->slots.descr_get;
      if (get == nullptr) return found;
      const bool through_class = super->self == Value(super->self_class);
      return get(found, through_class ? Value() : super->self, super->self_class);
    }
  }
  return generic_get_attribute(self, name);
}

Result<Value> super_descr_get(Value self, Value instance, Value) {
  Super* super = self_of(self);
  if (instance.is_null() || is_none(instance) || super->self_class != nullptr) return self;
  if (!is_exactly(self, types.super)) return call(type_of(self), {super->this_class, instance});
  Type* self_class = TRY(class_for(super->this_class, instance));
  auto* bound = allocate_instance<Super>(types.super);
  bound->this_class = super->this_class;
  bound->self = instance;
  bound->self_class = self_class;
  return bound;
}

Result<Value> super_repr(Value self) {
  const Super* super = self_of(self);
  std::string type = super->this_class != nullptr ? std::string(type_name(super->this_class)) : "NULL";
  if (super->self_class != nullptr)
    return make_str(fmt::format("<super: <class '{}'>, <{} object>>", type, type_name(super->self_class)));
  return make_str(fmt::format("<super: <class '{}'>, NULL>", type));
}

constexpr MemberSpec kMembers[] = {
    {"__thisclass__", offsetof(Super, this_class), false, false, "the class invoking super()"},
    {"__self__", offsetof(Super, self), false, false, "the instance invoking super(); may be None"},
    {"__self_class__", offsetof(Super, self_class), false, false,
     "the type of the instance invoking super(); may be None"},
};

}  // namespace

void complete_super_type() {
  static TypeSpec spec = {.name = "super",
                          .kind = Kind::kSuper,
                          .basic_size = sizeof(Super),
                          .flags = kTypeBase,
                          .trace = trace_members<&Super::this_class, &Super::self, &Super::self_class>,
                          .members = kMembers,
                          .doc =
                              "super() -> same as super(__class__, <first argument>)\nsuper(type) -> unbound "
                              "super object\nsuper(type, obj) -> bound super object; requires "
                              "isinstance(obj, type)\nsuper(type, type2) -> bound super object; requires "
                              "issubclass(type2, type)\n"};
  spec.slots.repr = super_repr;
  spec.slots.getattro = super_getattro;
  spec.slots.descr_get = super_descr_get;
  spec.slots.init = super_init;
  spec.slots.new_ = super_new;
  complete_native_type(types.super, spec);
}

}  // namespace ouro::vm
