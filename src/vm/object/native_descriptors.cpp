// The types of native functions and descriptors: builtin_function_or_method, method_descriptor,
// classmethod_descriptor, wrapper_descriptor, method-wrapper, getset_descriptor, member_descriptor.
#include <fmt/format.h>

#include "vm/object/class_support.h"
#include "vm/object/native_call.h"
#include "vm/object/native_support.h"
#include "vm/object/protocol.h"
#include "vm/object/runtime_start.h"
#include "vm/object/special_methods.h"
#include "vm/object/trace_members.h"

namespace ouro::vm {

namespace {

Value text_or_none(const char* text) {
  return text != nullptr && *text != 0 ? Value(make_str(text)) : none();
}

int64_t pointer_hash(const void* pointer) {
  const auto bits = reinterpret_cast<uintptr_t>(pointer);
  return static_cast<int64_t>(bits >> 4 | bits << 60);
}

/// `getattr(owner, name)` as pickle wants it.
Result<Value> reduce_to_getattr(Value owner, Value name) {
  Value getattr = TRY(builtin_function("getattr"));
  return make_tuple({getattr, make_tuple({owner, name})});
}

// ---- builtin_function_or_method

NativeFunction* function_of(Value self) {
  return self.as<NativeFunction>();
}

Result<Value> function_call(Value self, const Arguments& arguments) {
  return call_native_function(function_of(self), arguments);
}

bool is_module_function(const NativeFunction* function) {
  return function->self.is_null() || is_kind(function->self, Kind::kModule);
}

std::string function_qualified_name(const NativeFunction* function) {
  if (is_module_function(function)) return function->spec->name;
  const Type* owner =
      is_kind(function->self, Kind::kType) ? function->self.as<Type>() : type_of(function->self);
  return to_utf8(owner->qualified_name) + "." + function->spec->name;
}

Result<Value> function_repr(Value self) {
  const NativeFunction* function = function_of(self);
  if (is_module_function(function))
    return make_str(fmt::format("<built-in function {}>", function->spec->name));
  return make_str(fmt::format("<built-in method {} of {} object at {:#x}>", function->spec->name,
                              type_name(function->self), function->self.bits()));
}

Result<int64_t> function_hash(Value self) {
  const NativeFunction* function = function_of(self);
  const int64_t hash =
      pointer_hash(reinterpret_cast<void*>(function->self.bits())) ^ pointer_hash(function->spec);
  return hash == -1 ? -2 : hash;
}

Result<Value> function_compare(Value self, Value other, CompareOp op) {
  if ((op != CompareOp::Equal && op != CompareOp::NotEqual) || !is_kind(other, Kind::kNativeFunction))
    return not_implemented();
  const bool same = function_of(self)->self == function_of(other)->self &&
                    function_of(self)->spec == function_of(other)->spec;
  return make_bool(same == (op == CompareOp::Equal));
}

Result<Value> function_reduce(const Value* arguments) {
  const NativeFunction* function = function_of(arguments[0]);
  Value name = make_str(function->spec->name);
  if (is_module_function(function)) return name;
  return reduce_to_getattr(function->self, name);
}

constexpr MethodSpec kFunctionMethods[] = {
    {"__reduce__", "($self, /)", function_reduce},
};
constexpr GetSetSpec kFunctionGetSets[] = {
    {"__name__", [](Value self) -> Result<Value> { return make_str(function_of(self)->spec->name); }},
    {"__qualname__",
     [](Value self) -> Result<Value> { return make_str(function_qualified_name(function_of(self))); }},
    {"__doc__", [](Value self) -> Result<Value> { return text_or_none(function_of(self)->spec->doc); }},
    {"__text_signature__",
     [](Value self) -> Result<Value> { return text_or_none(function_of(self)->spec->signature); }},
    {"__self__",
     [](Value self) -> Result<Value> {
       Value bound = function_of(self)->self;
       return bound.is_null() ? none() : bound;
     }},
};
constexpr MemberSpec kFunctionMembers[] = {
    {"__module__", offsetof(NativeFunction, module), true},
};

// ---- what all descriptors share

struct Described {
  Type* owner;
  std::string name;
};
Described described(Value self) {
  switch (self.object()->kind) {
    case Kind::kMethodDescriptor:
      return {self.as<MethodDescriptor>()->owner, self.as<MethodDescriptor>()->spec->name};
    case Kind::kSlotWrapper:
      return {self.as<SlotWrapper>()->owner, to_utf8(self.as<SlotWrapper>()->special->dunder())};
    case Kind::kGetSet:
      return {self.as<GetSet>()->owner, to_utf8(self.as<GetSet>()->name)};
    default:
      return {self.as<Member>()->owner, to_utf8(self.as<Member>()->name)};
  }
}

Result<Value> descriptor_name(Value self) {
  return intern(described(self).name);
}
Result<Value> descriptor_qualified_name(Value self) {
  const Described what = described(self);
  Value qualified = TRY(get_attribute(what.owner, names.dunder_qualname));
  if (!is_str(qualified))
    return raise(types.TypeError, "<descriptor>.__objclass__.__qualname__ is not a unicode object");
  return make_str(to_utf8(qualified.as<Str>()) + "." + what.name);
}
Result<Value> descriptor_owner(Value self) {
  return described(self).owner;
}
Result<Value> descriptor_repr(Value self, std::string_view what) {
  const Described descriptor = described(self);
  return make_str(
      fmt::format("<{} '{}' of '{}' objects>", what, descriptor.name, type_name(descriptor.owner)));
}
Result<Value> descriptor_reduce(const Value* arguments) {
  const Described what = described(arguments[0]);
  return reduce_to_getattr(what.owner, make_str(what.name));
}

Raised wrong_object(Value self, Value instance) {
  const Described what = described(self);
  return raise(types.TypeError, "descriptor '{}' for '{}' objects doesn't apply to a '{}' object", what.name,
               type_name(what.owner), type_name(instance));
}

constexpr GetSetSpec kNameGetSet = {"__name__", descriptor_name};
constexpr GetSetSpec kQualifiedNameGetSet = {"__qualname__", descriptor_qualified_name};
constexpr GetSetSpec kOwnerGetSet = {"__objclass__", descriptor_owner};
constexpr MethodSpec kDescriptorMethods[] = {
    {"__reduce__", "($self, /)", descriptor_reduce},
};

// ---- method_descriptor, classmethod_descriptor

Result<Value> method_call(Value self, const Arguments& arguments) {
  return call_method_descriptor(self.as<MethodDescriptor>(), arguments);
}

Value bind_method(MethodDescriptor* method, Value self) {
  auto* function = allocate<NativeFunction>(types.native_function->root_shape);
  function->spec = method->spec;
  function->signature = method->signature;
  function->self = self;
  return function;
}

Result<Value> method_get(Value self, Value instance, Value) {
  if (instance.is_null()) return self;
  auto* method = self.as<MethodDescriptor>();
  if (!is_instance(instance, method->owner)) return wrong_object(self, instance);
  if (method->signature == nullptr) method->signature = signature_of(method->spec, method->owner, Value());
  return bind_method(method, instance);
}

Result<Value> classmethod_get(Value self, Value instance, Value owner) {
  auto* method = self.as<MethodDescriptor>();
  if (owner.is_null()) {
    if (instance.is_null()) {
      return raise(types.TypeError, "descriptor '{}' for type '{}' needs either an object or a type",
                   method->spec->name, type_name(method->owner));
    }
    owner = type_of(instance);
  }
  if (!is_kind(owner, Kind::kType)) {
    return raise(types.TypeError, "descriptor '{}' for type '{}' needs a type, not a '{}' as arg 2",
                 method->spec->name, type_name(method->owner), type_name(owner));
  }
  if (!is_subtype(owner.as<Type>(), method->owner)) {
    return raise(types.TypeError, "descriptor '{}' requires a subtype of '{}' but received '{}'",
                 method->spec->name, type_name(method->owner), type_name(owner.as<Type>()));
  }
  if (method->signature == nullptr) method->signature = signature_of(method->spec, method->owner, Value());
  return bind_method(method, owner);
}

Result<Value> classmethod_call(Value self, const Arguments& arguments) {
  if (arguments.positional == 0) {
    auto* method = self.as<MethodDescriptor>();
    return raise(types.TypeError, "descriptor '{}' of '{}' object needs an argument", method->spec->name,
                 type_name(method->owner));
  }
  Value bound = TRY(classmethod_get(self, Value(), arguments[0]));
  return call(bound, Arguments{arguments.values + 1, arguments.positional - 1, arguments.keywords});
}

constexpr GetSetSpec kMethodGetSets[] = {
    kNameGetSet,
    kQualifiedNameGetSet,
    kOwnerGetSet,
    {"__doc__",
     [](Value self) -> Result<Value> { return text_or_none(self.as<MethodDescriptor>()->spec->doc); }},
    {"__text_signature__",
     [](Value self) -> Result<Value> { return text_or_none(self.as<MethodDescriptor>()->spec->signature); }},
};

// ---- wrapper_descriptor, method-wrapper

Result<Value> wrapper_call(Value self, const Arguments& arguments) {
  auto* wrapper = self.as<SlotWrapper>();
  if (arguments.positional == 0) {
    return raise(types.TypeError, "descriptor '{}' of '{}' object needs an argument", described(self).name,
                 type_name(wrapper->owner));
  }
  if (!is_instance(arguments[0], wrapper->owner)) {
    return raise(types.TypeError, "descriptor '{}' requires a '{}' object but received a '{}'",
                 described(self).name, type_name(wrapper->owner), type_name(arguments[0]));
  }
  TRY(check_recursion(" while calling a Python object"));
  return call_slot(wrapper->special, wrapper->function, arguments[0],
                   Arguments{arguments.values + 1, arguments.positional - 1, arguments.keywords});
}

Result<Value> wrapper_get(Value self, Value instance, Value) {
  if (instance.is_null()) return self;
  if (!is_instance(instance, self.as<SlotWrapper>()->owner)) return wrong_object(self, instance);
  auto* method = allocate<MethodWrapper>(types.method_wrapper->root_shape);
  method->descriptor = self.as<SlotWrapper>();
  method->self = instance;
  return method;
}

const SpecialMethod* special_of(Value self) {
  return is_kind(self, Kind::kSlotWrapper) ? self.as<SlotWrapper>()->special
                                           : self.as<MethodWrapper>()->descriptor->special;
}
Result<Value> special_doc(Value self) {
  return text_or_none(special_of(self)->doc);
}
Result<Value> special_signature(Value self) {
  return text_or_none(special_of(self)->signature);
}

constexpr GetSetSpec kWrapperGetSets[] = {
    kNameGetSet,
    kQualifiedNameGetSet,
    kOwnerGetSet,
    {"__doc__", special_doc},
    {"__text_signature__", special_signature},
};

MethodWrapper* method_of(Value self) {
  return self.as<MethodWrapper>();
}

Result<Value> method_wrapper_call(Value self, const Arguments& arguments) {
  TRY(check_recursion(" while calling a Python object"));
  MethodWrapper* method = method_of(self);
  return call_slot(method->descriptor->special, method->descriptor->function, method->self, arguments);
}

Result<Value> method_wrapper_repr(Value self) {
  MethodWrapper* method = method_of(self);
  return make_str(fmt::format("<method-wrapper '{}' of {} object at {:#x}>",
                              described(method->descriptor).name, type_name(method->self),
                              method->self.bits()));
}

Result<Value> method_wrapper_compare(Value self, Value other, CompareOp op) {
  if ((op != CompareOp::Equal && op != CompareOp::NotEqual) || !is_kind(other, Kind::kMethodWrapper))
    return not_implemented();
  const bool same = method_of(self)->descriptor == method_of(other)->descriptor &&
                    method_of(self)->self == method_of(other)->self;
  return make_bool(same == (op == CompareOp::Equal));
}

Result<int64_t> method_wrapper_hash(Value self) {
  const int64_t hash = pointer_hash(reinterpret_cast<void*>(method_of(self)->self.bits())) ^
                       pointer_hash(method_of(self)->descriptor);
  return hash == -1 ? -2 : hash;
}

Result<Value> method_wrapper_reduce(const Value* arguments) {
  MethodWrapper* method = method_of(arguments[0]);
  return reduce_to_getattr(method->self, make_str(described(method->descriptor).name));
}

constexpr MethodSpec kMethodWrapperMethods[] = {
    {"__reduce__", "($self, /)", method_wrapper_reduce},
};
constexpr GetSetSpec kMethodWrapperGetSets[] = {
    {"__name__", [](Value self) -> Result<Value> { return descriptor_name(method_of(self)->descriptor); }},
    {"__qualname__",
     [](Value self) -> Result<Value> { return descriptor_qualified_name(method_of(self)->descriptor); }},
    {"__objclass__", [](Value self) -> Result<Value> { return method_of(self)->descriptor->owner; }},
    {"__doc__", special_doc},
    {"__text_signature__", special_signature},
};
constexpr MemberSpec kMethodWrapperMembers[] = {
    {"__self__", offsetof(MethodWrapper, self)},
};

// ---- getset_descriptor, member_descriptor

Result<Value> getset_get(Value self, Value instance, Value) {
  if (instance.is_null()) return self;
  auto* getset = self.as<GetSet>();
  if (!is_instance(instance, getset->owner)) return wrong_object(self, instance);
  return getset->spec->get(instance);
}

Raised wrong_object_for_set(Value self, Value instance) {
  return wrong_object(self, instance);
}

Status getset_set(Value self, Value instance, Value value) {
  auto* getset = self.as<GetSet>();
  if (!is_instance(instance, getset->owner)) return wrong_object_for_set(self, instance);
  if (getset->spec->set == nullptr) {
    return raise(types.AttributeError, "attribute '{}' of '{}' objects is not writable", getset->spec->name,
                 type_name(getset->owner));
  }
  return getset->spec->set(instance, value);
}

Value& member_word(const Member* member, Value instance) {
  return *reinterpret_cast<Value*>(reinterpret_cast<char*>(instance.object()) + member->offset);
}

Result<Value> member_get(Value self, Value instance, Value) {
  if (instance.is_null()) return self;
  auto* member = self.as<Member>();
  if (!is_instance(instance, member->owner)) return wrong_object(self, instance);
  if (member->spec != nullptr && member->spec->is_double)
    return make_float(
        *reinterpret_cast<double*>(reinterpret_cast<char*>(instance.object()) + member->offset));
  Value value = member_word(member, instance);
  if (!value.is_null()) return value;
  if (member->spec == nullptr || member->spec->null_is_error) {
    return raise_attribute_error(instance, member->name);
  }
  return none();
}

Status member_set(Value self, Value instance, Value value) {
  auto* member = self.as<Member>();
  if (!is_instance(instance, member->owner)) return wrong_object_for_set(self, instance);
  if (member->spec != nullptr && !member->spec->writable)
    return raise(types.AttributeError, "readonly attribute");
  Value& word = member_word(member, instance);
  if (value.is_null() && word.is_null() && (member->spec == nullptr || member->spec->null_is_error))
    return raise_with_attribute(instance, member->name, to_utf8(member->name));
  store(instance.object(), word, value);
  return {};
}

constexpr GetSetSpec kGetSetGetSets[] = {
    kNameGetSet,
    kQualifiedNameGetSet,
    kOwnerGetSet,
    {"__doc__", [](Value self) -> Result<Value> { return text_or_none(self.as<GetSet>()->spec->doc); }},
};
constexpr GetSetSpec kMemberGetSets[] = {
    kNameGetSet,
    kQualifiedNameGetSet,
    kOwnerGetSet,
    {"__doc__",
     [](Value self) -> Result<Value> {
       const MemberSpec* spec = self.as<Member>()->spec;
       return spec != nullptr ? text_or_none(spec->doc) : none();
     }},
};

void complete_function_type() {
  static TypeSpec spec = {.name = "builtin_function_or_method",
                          .kind = Kind::kNativeFunction,
                          .basic_size = sizeof(NativeFunction),
                          .flags = kTypeHasWeakrefs | kTypeDisallowNew,
                          .trace = trace_members<&NativeFunction::self, &NativeFunction::module>,
                          .methods = kFunctionMethods,
                          .getsets = kFunctionGetSets,
                          .members = kFunctionMembers};
  spec.slots.repr = function_repr;
  spec.slots.hash = function_hash;
  spec.slots.call = function_call;
  spec.slots.richcompare = function_compare;
  complete_native_type(types.native_function, spec);
}

void complete_method_types() {
  static TypeSpec method = {.name = "method_descriptor",
                            .kind = Kind::kMethodDescriptor,
                            .basic_size = sizeof(MethodDescriptor),
                            .flags = kTypeMethodLike | kTypeDisallowNew,
                            .trace = trace_members<&MethodDescriptor::owner>,
                            .methods = kDescriptorMethods,
                            .getsets = kMethodGetSets};
  static TypeSpec class_method = method;
  method.slots.repr = [](Value self) { return descriptor_repr(self, "method"); };
  method.slots.call = method_call;
  method.slots.descr_get = method_get;
  complete_native_type(types.method_descriptor, method);
  class_method.name = "classmethod_descriptor";
  class_method.flags = kTypeDisallowNew;
  class_method.methods = {};
  class_method.slots.repr = [](Value self) { return descriptor_repr(self, "method"); };
  class_method.slots.call = classmethod_call;
  class_method.slots.descr_get = classmethod_get;
  complete_native_type(types.classmethod_descriptor, class_method);
}

void complete_wrapper_types() {
  static TypeSpec wrapper = {.name = "wrapper_descriptor",
                             .kind = Kind::kSlotWrapper,
                             .basic_size = sizeof(SlotWrapper),
                             .flags = kTypeMethodLike | kTypeDisallowNew,
                             .trace = trace_members<&SlotWrapper::owner>,
                             .methods = kDescriptorMethods,
                             .getsets = kWrapperGetSets};
  wrapper.slots.repr = [](Value self) { return descriptor_repr(self, "slot wrapper"); };
  wrapper.slots.call = wrapper_call;
  wrapper.slots.descr_get = wrapper_get;
  complete_native_type(types.slot_wrapper, wrapper);
  static TypeSpec method = {.name = "method-wrapper",
                            .kind = Kind::kMethodWrapper,
                            .basic_size = sizeof(MethodWrapper),
                            .flags = kTypeDisallowNew,
                            .trace = trace_members<&MethodWrapper::descriptor, &MethodWrapper::self>,
                            .methods = kMethodWrapperMethods,
                            .getsets = kMethodWrapperGetSets,
                            .members = kMethodWrapperMembers};
  method.slots.repr = method_wrapper_repr;
  method.slots.hash = method_wrapper_hash;
  method.slots.call = method_wrapper_call;
  method.slots.richcompare = method_wrapper_compare;
  complete_native_type(types.method_wrapper, method);
}

void trace_named(Object* object, Tracer& tracer) {  // GetSet and Member begin alike
  auto* getset = static_cast<GetSet*>(object);
  tracer.visit(getset->owner);
  tracer.visit(reinterpret_cast<Object*>(getset->name));
}

void complete_field_types() {
  static TypeSpec getset = {.name = "getset_descriptor",
                            .kind = Kind::kGetSet,
                            .basic_size = sizeof(GetSet),
                            .flags = kTypeDisallowNew,
                            .trace = trace_named,
                            .getsets = kGetSetGetSets};
  getset.slots.repr = [](Value self) { return descriptor_repr(self, "attribute"); };
  getset.slots.descr_get = getset_get;
  getset.slots.descr_set = getset_set;
  complete_native_type(types.getset, getset);
  static TypeSpec member = {.name = "member_descriptor",
                            .kind = Kind::kMember,
                            .basic_size = sizeof(Member),
                            .flags = kTypeDisallowNew,
                            .trace = trace_named,
                            .methods = kDescriptorMethods,
                            .getsets = kMemberGetSets};
  member.slots.repr = [](Value self) { return descriptor_repr(self, "member"); };
  member.slots.descr_get = member_get;
  member.slots.descr_set = member_set;
  complete_native_type(types.member, member);
}

// ---- __new__ of native types

Result<Value> new_raw(Value self, const Arguments& arguments) {
  auto* owner = self.as<Type>();
  if (arguments.positional == 0)
    return raise(types.TypeError, "{}.__new__(): not enough arguments", type_name(owner));
  if (!is_kind(arguments[0], Kind::kType)) {
    return raise(types.TypeError, "{}.__new__(X): X is not a type object ({})", type_name(owner),
                 type_name(arguments[0]));
  }
  auto* type = arguments[0].as<Type>();
  if (!is_subtype(type, owner)) {
    return raise(types.TypeError, "{}.__new__({}): {} is not a subtype of {}", type_name(owner),
                 type_name(type), type_name(type), type_name(owner));
  }
  const Type* native = type;
  while (native != nullptr && native->slots.new_ == generic_new) native = native->base;
  if (native != nullptr && native->slots.new_ != owner->slots.new_) {
    return raise(types.TypeError, "{}.__new__({}) is not safe, use {}.__new__()", type_name(owner),
                 type_name(type), type_name(native));
  }
  return owner->slots.new_(type,
                           Arguments{arguments.values + 1, arguments.positional - 1, arguments.keywords});
}

constexpr MethodSpec kNewSpec = {
    "__new__",      "($type, *args, **kwargs)",
    nullptr,        "Create and return a new object.  See help(type) for accurate signature.",
    Binding::Class, new_raw};

}  // namespace

Value make_new_function(Type* type) {
  return make_native_function(kNewSpec, type, nullptr);
}

bool is_new_function(Value value) {
  return is_kind(value, Kind::kNativeFunction) && value.as<NativeFunction>()->spec == &kNewSpec;
}

Value make_getset(const GetSetSpec& spec, Type* owner) {
  auto* getset = allocate<GetSet>(types.getset->root_shape);
  getset->spec = &spec;
  getset->owner = owner;
  getset->name = intern(spec.name);
  write_barrier(getset);
  return getset;
}

static Member* make_member_cell(Str* name, Type* owner, uint32_t offset) {
  auto* member = allocate<Member>(types.member->root_shape);
  member->owner = owner;
  member->name = name;
  member->offset = offset;
  write_barrier(member);
  return member;
}

Value make_member(const MemberSpec& spec, Type* owner) {
  Member* member = make_member_cell(intern(spec.name), owner, spec.offset);
  member->spec = &spec;
  return member;
}

Value make_slot_member(Str* name, Type* owner, uint32_t offset) {
  return make_member_cell(name, owner, offset);
}

Value make_slot_wrapper(const SpecialMethod* special, void* function, Type* owner) {
  auto* wrapper = allocate<SlotWrapper>(types.slot_wrapper->root_shape);
  wrapper->special = special;
  wrapper->function = function;
  store(wrapper, wrapper->owner, owner);
  return wrapper;
}

void complete_descriptor_types() {
  complete_function_type();
  complete_method_types();
  complete_wrapper_types();
  complete_field_types();
}

}  // namespace ouro::vm
