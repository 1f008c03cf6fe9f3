// Types from tables: the namespace that a TypeSpec describes, and what is inherited.
#include <algorithm>
#include <cstring>

#include "vm/object/class_support.h"
#include "vm/object/native_support.h"
#include "vm/object/protocol.h"
#include "vm/object/shapes.h"
#include "vm/object/special_methods.h"

namespace ouro::vm {

namespace {

constexpr uint32_t kInheritedFlags = kTypeHasDict | kTypeHasWeakrefs | kTypeHasFinalizer | kTypeSequence |
                                     kTypeMapping | kTypeSubclassInt | kTypeSubclassStr | kTypeSubclassType |
                                     kTypeSubclassException | kTypeVariableSize | kTypeMatchSelf;

void add_to_namespace(Type* type, const char* name, Value value) {
  Str* key = intern(name);
  if (dict_get(type->dict, key).is_null()) dict_set(type->dict, key, value);
}

void add_method(Type* type, const MethodSpec& spec) {
  if (spec.binding == Binding::Static) {
    Value function = make_native_function(spec, type, nullptr);
    add_to_namespace(type, spec.name, make_staticmethod(function));
    return;
  }
  add_to_namespace(type, spec.name, make_method_descriptor(spec, type));
}

Result<Value> get_instance_dict(Value self) {
  return attribute_dict(self.object());
}

Status set_instance_dict(Value self, Value value) {
  if (value.is_null()) return raise(types.TypeError, "cannot delete __dict__");
  if (!is_dict(value)) {
    return raise(types.TypeError, "__dict__ must be set to a dictionary, not a '{}'", type_name(value));
  }
  return set_attribute_dict(self.object(), value.as<Dict>());
}
/// Of a class with a native base that has a `__dict__` of its own kind (a metaclass, a module type), that
/// base's descriptor; null: none.
Value native_dict_descriptor(Value self) {
  for (Type* type = type_of(self); type != nullptr; type = type->base) {
    Value descriptor = type->has(kTypeNative) ? dict_get(type->dict, names.dunder_dict) : Value();
    if (!descriptor.is_null()) return descriptor;
  }
  return Value();
}

Raised no_dict_here(Value self) {
  return raise(types.TypeError, "this __dict__ descriptor does not support '{}' objects", type_name(self));
}

Result<Value> get_dict_of_instance(Value self) {
  Value native = native_dict_descriptor(self);
  if (!native.is_null()) return type_of(native)->slots.descr_get(native, self, type_of(self));
  if (self.object()->shape->slots_offset == 0) return no_dict_here(self);
  return get_instance_dict(self);
}

Status set_or_drop_instance_dict(Value self, Value value) {
  Value native = native_dict_descriptor(self);
  if (!native.is_null()) return type_of(native)->slots.descr_set(native, self, value);
  if (self.object()->shape->slots_offset == 0) return no_dict_here(self);
  return value.is_null() ? set_attribute_dict(self.object(), make_dict()) : set_instance_dict(self, value);
}
constexpr GetSetSpec kInstanceDictGetSet = {"__dict__", get_dict_of_instance, set_or_drop_instance_dict,
                                            "dictionary for instance variables"};
constexpr GetSetSpec kDictGetSet = {"__dict__", get_instance_dict, set_instance_dict, nullptr};

bool has_variable_size(Kind kind) {
  return kind == Kind::kTuple || kind == Kind::kInt || kind == Kind::kBytes || kind == Kind::kType;
}

void set_layout(Type* type, const TypeSpec& spec, Type* base) {
  const Kind inherited = base != nullptr ? base->instance_kind : Kind::kInstance;
  type->instance_kind = spec.kind != Kind::kInstance ? spec.kind : inherited;
  type->native_size = spec.basic_size;
  type->native_trace = spec.trace;
  type->flags |= spec.flags | kTypeNative;
  if (!type->has(kTypeHeap)) type->flags |= kTypeImmutable;
  if (has_variable_size(type->instance_kind)) type->flags |= kTypeVariableSize;
  if (base != nullptr) {
    type->native_size = std::max(type->native_size, base->native_size);
    if (type->native_trace == nullptr) type->native_trace = base->native_trace;
    type->flags |= base->flags & kInheritedFlags;
  }
  type->basic_size = type->native_size;
}

void set_names(Type* type, const TypeSpec& spec) {
  store(type, type->name, intern(native_base_name(spec.name)));
  store(type, type->qualified_name, type->name);
  if (!type->has(kTypeHeap)) return;
  const char* dot = std::strrchr(spec.name, '.');
  Str* module = dot != nullptr ? intern(std::string_view(spec.name, dot - spec.name)) : names.builtins;
  dict_set(type->dict, names.dunder_module, module);
}

void set_own_bases(Type* type, Type* base, Tuple* bases) {
  type->base = base;
  if (bases == nullptr) bases = base != nullptr ? make_tuple({base}) : empty_tuple();
  store(type, type->bases, bases);
  // Native tables are consistent: linearize cannot fail.
  Result<Tuple*> mro = linearize(type);
  store(type, type->mro, mro.unwrap());
  for (Value each : bases->span()) add_subclass(each.as<Type>(), type);
}

void fill_namespace(Type* type, const TypeSpec& spec, const Type* base) {
  for (const MethodSpec& method : spec.methods) add_method(type, method);
  for (const GetSetSpec& getset : spec.getsets)
    add_to_namespace(type, getset.name, make_getset(getset, type));
  for (const MemberSpec& member : spec.members)
    add_to_namespace(type, member.name, make_member(member, type));
  if (type->has(kTypeHasDict) && (base == nullptr || !base->has(kTypeHasDict)))
    add_to_namespace(type, "__dict__", make_getset(kDictGetSet, type));
  add_slot_wrappers(type, spec.slots);
  if (spec.slots.new_ != nullptr) add_to_namespace(type, "__new__", make_new_function(type));
  if (spec.slots.richcompare != nullptr && spec.slots.hash == nullptr)
    add_to_namespace(type, "__hash__", none());
  add_to_namespace(type, "__doc__", spec.doc != nullptr ? Value(make_str(spec.doc)) : none());
}

}  // namespace

Value instance_dict_getset(Type* owner) {
  return make_getset(kInstanceDictGetSet, owner);
}

void set_native_bases(Type* type, Type* base, Tuple* bases) {
  set_own_bases(type, base, bases);
}

void complete_native_type(Type* type, const TypeSpec& spec, Type* base) {
  if (base == nullptr && type != types.object) base = types.object;
  type->spec = &spec;
  set_layout(type, spec, base);
  if (type->dict == nullptr) store(type, type->dict, make_dict(spec.methods.size()));
  set_names(type, spec);
  if (type->bases == nullptr) set_own_bases(type, base, nullptr);
  type->slots = spec.slots;
  install_root_shape(type);
  fill_namespace(type, spec, base);
  inherit_slots(type);
  type->flags |= kTypeReady;
}

Type* make_native_type(const TypeSpec& spec, Type* base, Tuple* bases, Type* metatype) {
  if (base == nullptr) base = bases != nullptr ? bases->items[0].as<Type>() : types.object;
  auto* type = allocate_instance<Type>(metatype != nullptr ? metatype : types.type);
  add_root(new Value(type));  // lives forever: C++ keeps native types in variables of its own
  store(type, type->dict, make_dict(spec.methods.size()));
  set_own_bases(type, base, bases);
  complete_native_type(type, spec, base);
  return type;
}

}  // namespace ouro::vm
