// Attributes: the general look, object's and type's own ways, and the messages when there is none.
#include "vm/object/class_support.h"
#include "vm/object/descriptors.h"
#include "vm/object/exception_support.h"
#include "vm/object/generic_slots.h"
#include "vm/object/hooks.h"
#include "vm/object/protocol.h"
#include "vm/object/special_methods.h"

namespace ouro::vm {

namespace {

/// Names of attributes are interned and exactly str before anybody compares them.
Str* attribute_name(Str* name) {
  return name->is_interned() ? name : intern(name);
}

bool is_data_descriptor(Value value) {
  return type_of(value)->slots.descr_set != nullptr;
}

Result<Value> bind(Value descriptor, Value instance, Type* owner) {
  auto get = type_of(descriptor)->slots.descr_get;
  return get != nullptr ? get(descriptor, instance, owner) : Result<Value>(descriptor);
}

/// The look that object.__getattribute__ is; null without an exception: there is no such attribute.
Result<Value> look(Value object, Str* name) {
  Type* type = type_of(object);
  Value descriptor = lookup_in_type(type, name);
  decltype(Slots::descr_get) get = nullptr;
  if (!descriptor.is_null()) {
    get = type_of(descriptor)->slots.descr_get;
    if (get != nullptr && is_data_descriptor(descriptor)) return get(descriptor, object, type);
  }
  if (object.is_object()) {
    Value own = get_own_attribute(object.object(), name);
    if (!own.is_null()) return own;
  }
  return get != nullptr ? get(descriptor, object, type) : Result<Value>(descriptor);
}

/// The look that type.__getattribute__ is.
Result<Value> look_in_class(Type* type, Str* name) {
  Type* metatype = type_of(type);
  Value meta = lookup_in_type(metatype, name);
  if (!meta.is_null() && is_data_descriptor(meta) && type_of(meta)->slots.descr_get != nullptr)
    return bind(meta, type, metatype);
  Value found = lookup_in_type(type, name);
  if (!found.is_null()) {
    auto get = type_of(found)->slots.descr_get;
    return get != nullptr ? get(found, Value(), type) : Result<Value>(found);
  }
  return meta.is_null() ? Result<Value>(Value()) : bind(meta, type, metatype);
}

Raised no_attribute_of_class(Type* type, Str* name) {
  return raise_with_attribute(
      type, name, fmt::format("type object '{}' has no attribute '{}'", type_name(type), to_utf8(name)));
}

/// A store that found neither descriptor nor room.
Raised cannot_store(Value object, Str* name, bool class_has_it) {
  Type* type = type_of(object);
  if (class_has_it) {
    return raise_with_attribute(
        object, name, fmt::format("'{}' object attribute '{}' is read-only", type_name(type), to_utf8(name)));
  }
  return raise_attribute_error(object, name);
}

}  // namespace

Result<Value> get_attribute(Value object, Str* name) {
  name = attribute_name(name);
  auto found = type_of(object)->slots.getattro(object, name);
  if (!found.ok()) [[unlikely]]
    complete_attribute_error(object, name);
  return found;
}

Result<Value> find_attribute(Value object, Str* name) {
  name = attribute_name(name);
  auto get = type_of(object)->slots.getattro;
  if (get == generic_get_attribute) return find_generic_attribute(object, name);
  Result<Value> result = Value();
  if (get == type_get_attribute) {
    result = look_in_class(object.as<Type>(), name);
  } else {
    result = get(object, name);
  }
  if (result.ok()) return result;
  return clear_if(types.AttributeError) ? Result<Value>(Value()) : Raised{};
}

Status set_attribute(Value object, Str* name, Value value) {
  name = attribute_name(name);
  auto set = type_of(object)->slots.setattro;
  if (set == nullptr) return cannot_store(object, name, false);
  return set(object, name, value);
}

Result<Value> generic_get_attribute(Value object, Str* name) {
  name = attribute_name(name);
  Value found = TRY(look(object, name));
  if (!found.is_null()) [[likely]]
    return found;
  return raise_attribute_error(object, name);
}

Result<Value> find_generic_attribute(Value object, Str* name) {
  name = attribute_name(name);
  Result<Value> result = look(object, name);
  if (result.ok()) [[likely]]
    return result;
  return clear_if(types.AttributeError) ? Result<Value>(Value()) : Raised{};
}

Status generic_set_attribute(Value object, Str* name, Value value) {
  name = attribute_name(name);
  Value descriptor = lookup_in_type(type_of(object), name);
  if (!descriptor.is_null()) {
    auto set = type_of(descriptor)->slots.descr_set;
    if (set != nullptr) return set(descriptor, object, value);
  }
  if (!object.is_object() || object.object()->shape->slots_offset == 0)
    return cannot_store(object, name, !descriptor.is_null());
  if (!value.is_null()) return set_own_attribute(object.object(), name, value);
  if (TRY(delete_own_attribute(object.object(), name))) return {};
  return raise_attribute_error(object, name);
}

Result<Value> type_get_attribute(Value type, Str* name) {
  name = attribute_name(name);
  Value found = TRY(look_in_class(type.as<Type>(), name));
  if (!found.is_null()) [[likely]]
    return found;
  return no_attribute_of_class(type.as<Type>(), name);
}

Status type_set_attribute(Value self, Str* name, Value value) {
  name = attribute_name(name);
  auto* type = self.as<Type>();
  if (type->has(kTypeImmutable)) {
    return raise(types.TypeError, "cannot set {} attribute of immutable type '{}'", repr_text(name),
                 type_name(type));
  }
  Value descriptor = lookup_in_type(type_of(type), name);
  if (!descriptor.is_null() && is_data_descriptor(descriptor))
    return type_of(descriptor)->slots.descr_set(descriptor, type, value);
  if (!value.is_null()) {
    dict_set(type->dict, name, value);
  } else if (!dict_delete(type->dict, name)) {
    return no_attribute_of_class(type, name);
  }
  type_modified(type, name);
  return {};
}

Value lookup_after(Type* type, Type* after, Str* name) {
  const Tuple* mro = type->mro;
  if (mro == nullptr) return Value();
  uint64_t i = 0;
  while (i < mro->length && mro->items[i].object() != after) ++i;
  for (++i; i < mro->length; ++i) {
    Value found = dict_get(mro->items[i].as<Type>()->dict, name);
    if (!found.is_null()) return found;
  }
  return Value();
}

}  // namespace ouro::vm
