// Attributes: what an access finds at its first look, how it is specialised, and the forms that stay calls.
//
// A form guards on the version of the receiver's shape, which proves the layout and everything that a lookup
// on the type gives. A site that keeps meeting other shapes is left generic after some attempts.
#include "vm/interp/calls.h"
#include "vm/interp/found.h"
#include "vm/interp/hot.h"
#include "vm/interp/slow.h"
#include "vm/object/descriptors.h"
#include "vm/object/generic_slots.h"
#include "vm/object/shape_access.h"

namespace ouro::vm {

Found found_table[kFoundCount];

namespace {

constexpr uint32_t kMaxAttempts = 6;

/// Counts attempts in the last cache word; false when the site is to stay generic.
bool may_specialise(uint64_t* pc) {
  uint32_t attempts = low_half(pc + 4);
  if (attempts >= kMaxAttempts) return false;
  pc[4] = attempts + 1;
  return true;
}

void apply(uint64_t* pc, const Found& entry) {
  set_halves(pc + 2, entry.version, entry.number);
  pc[3] = entry.found;
  patch_op(pc, entry.op);
}

void specialise(uint64_t* pc, Op op, uint32_t version, uint32_t number, uint64_t found = 0) {
  apply(pc, Found{version, op, number, nullptr, found, 0});
}

/// The same, for all sites of this name.
void specialise_all(uint64_t* pc, const Str* name, Op op, uint32_t version, uint32_t number,
                    uint64_t found = 0) {
  const Op base = kBaseOperation[static_cast<size_t>(op)];
  const Access access = base == Op::LoadMethod  ? Access::Method
                        : base == Op::StoreAttr ? Access::Store
                                                : Access::Load;
  Found& entry = found_entry(version, name, access);
  entry = Found{version, op, number, name, found, name->hash_};
  apply(pc, entry);
}

/// The site has met many shapes: from now on it looks into the table.
void ask_table(uint64_t* pc, Op op, const Str* name) {
  pc[3] = reinterpret_cast<uint64_t>(name);
  patch_op(pc, op);
}

bool is_data_descriptor(Value descriptor) {
  return !descriptor.is_null() && type_of(descriptor)->slots.descr_set != nullptr;
}
bool binds(Value descriptor) {
  return type_of(descriptor)->slots.descr_get != nullptr;
}

uint32_t entry_offset(int64_t entry) {
  return static_cast<uint32_t>(static_cast<size_t>(entry) * sizeof(DictEntry) + offsetof(DictEntry, value));
}

/// Where slot `slot` lies, in the number of the overflow forms; false when it does not fit or is elsewhere.
bool overflow_place(const Shape* shape, uint32_t slot, uint32_t* place) {
  uint32_t index = slot - shape->inline_slots;
  if (shape->slots_offset == kSlotsBehindItems || shape->overflow_offset() > 0xFFFF || index > 0xFFFF)
    return false;
  *place = shape->overflow_offset() | index << 16;
  return true;
}
uint32_t inline_place(const Shape* shape, uint32_t slot) {
  return shape->slots_offset + 8 * slot;
}

void specialise_own(uint64_t* pc, const Str* name, Shape* shape, uint32_t slot, uint32_t version, Op inside,
                    Op overflow) {
  uint32_t place = 0;
  if (slot < shape->inline_slots)
    specialise_all(pc, name, inside, version, inline_place(shape, slot));
  else if (overflow_place(shape, slot, &place))
    specialise_all(pc, name, overflow, version, place);
}

bool has_own_slots(const Shape* shape) {
  return shape->slots_offset != 0 && !shape->is_dictionary;
}

/// A descriptor of a native type: what it gives for an instance is its own affair.
bool is_native_descriptor(Value descriptor) {
  const Type* type = type_of(descriptor);
  return !type->has(kTypeHeap) && type->slots.descr_get != nullptr && !is_exactly(descriptor, types.property);
}

/// __getattr__ comes after object's __getattribute__: what that finds can be remembered.
bool has_plain_hook(Type* type) {
  if (type->slots.getattro != generic_getattr_hook) return false;
  Value getter = lookup_in_type(type, names.dunder_getattribute);
  return is_kind(getter, Kind::kSlotWrapper) &&
         getter == lookup_in_type(types.object, names.dunder_getattribute);
}

/// A field's descriptor fits only the class that it was made for; any class may have it in its namespace.
bool is_slot_of(const Type* type, Value descriptor) {
  if (!is_kind(descriptor, Kind::kMember)) return false;
  auto* member = descriptor.as<Member>();
  return member->spec == nullptr && is_subtype(type, member->owner);
}

bool specialise_data_descriptor(uint64_t* pc, const Str* name, const Type* type, uint32_t version,
                                Value descriptor) {
  Object* object = descriptor.object();
  if (is_slot_of(type, descriptor)) {
    specialise_all(pc, name, Op::LoadAttrMember, version, static_cast<Member*>(object)->offset);
    return true;
  }
  if (object->kind == Kind::kProperty && type_of(descriptor) == types.property) {
    Value getter = static_cast<Property*>(object)->getter;
    if (!is_kind(getter, Kind::kFunction)) return false;
    specialise_all(pc, name, Op::LoadAttrProperty, version, 0, getter.bits());
    return true;
  }
  if (object->kind == Kind::kGetSet && is_subtype(type, static_cast<GetSet*>(object)->owner)) {
    specialise_all(pc, name, Op::LoadAttrGetSet, version, 0, descriptor.bits());
    return true;
  }
  if (is_native_descriptor(descriptor)) {
    specialise_all(pc, name, Op::LoadAttrDescriptor, version, 0, descriptor.bits());
    return true;
  }
  return false;
}

/// An attribute of an instance whose type has object's __getattribute__.
void specialise_instance(uint64_t* pc, Object* object, Str* name) {
  Shape* shape = object->shape;
  uint32_t version = cache_version(shape);
  if (version == 0) return;
  Value descriptor = lookup_in_type(shape->type, name);
  if (is_data_descriptor(descriptor)) {
    // What a getter raises is the hook's affair.
    if (!shape->type->has(kTypeDefaultGetattr)) return;
    if (!specialise_data_descriptor(pc, name, shape->type, version, descriptor)) patch_op(pc, Op::LoadAttr);
    return;
  }
  if (shape->slots_offset != 0 && shape->is_dictionary) {
    specialise_all(pc, name, Op::LoadAttrDict, version, 0);
    return;
  }
  int slot = has_own_slots(shape) ? find_slot(shape, name) : -1;
  if (slot >= 0) {
    specialise_own(pc, name, shape, static_cast<uint32_t>(slot), version, Op::LoadAttrSlot,
                   Op::LoadAttrOverflow);
  } else if (!descriptor.is_null() && !binds(descriptor)) {
    specialise_all(pc, name, Op::LoadAttrValue, version, 0, descriptor.bits());
  } else if (!descriptor.is_null() && is_native_descriptor(descriptor)) {
    specialise_all(pc, name, Op::LoadAttrDescriptor, version, 0, descriptor.bits());
  }
}

bool is_plain_module(Object* object) {
  return object->kind == Kind::kModule && object->shape->type->slots.getattro == types.module->slots.getattro;
}

void specialise_module(uint64_t* pc, Object* object, Str* name, Op op) {
  if (is_data_descriptor(lookup_in_type(object->shape->type, name))) return;
  Dict* dict = static_cast<Module*>(object)->dict;
  int64_t entry = dict != nullptr ? dict_find_entry(dict, name) : -1;
  if (entry < 0 || entry > (int64_t{1} << 26)) return;
  uint32_t version = cache_version(object->shape);
  uint32_t keys = dict_keys_version(dict);
  if (version == 0 || keys == 0) return;
  specialise(pc, op, version, keys, entry_offset(entry));
}

bool is_plain_class(Object* object) {
  return object->kind == Kind::kType && object->shape->type->slots.getattro == types.type->slots.getattro;
}

/// A descriptor that gives itself when it is asked through a class.
bool is_itself_in_class(Value descriptor) {
  return is_kind(descriptor, Kind::kFunction) || is_exactly(descriptor, types.slot_wrapper) ||
         is_exactly(descriptor, types.method_descriptor);
}

/// What an attribute of a class is, without binding: null when binding makes something new each time. Of its
/// metaclass only a data descriptor would come first.
Value unbound_class_attribute(Type* type, Str* name) {
  if (is_data_descriptor(lookup_in_type(type->shape->type, name))) return Value();
  Value found = lookup_in_type(type, name);
  if (found.is_null()) return Value();
  if (is_itself_in_class(found)) return found;
  if (is_exactly(found, types.staticmethod)) return found.as<StaticMethod>()->callable;
  return binds(found) ? Value() : found;
}

void specialise_class(uint64_t* pc, Object* object, Str* name, Op op) {
  auto* type = static_cast<Type*>(object);
  Value found = unbound_class_attribute(type, name);
  if (found.is_null()) return;
  uint32_t version = cache_version(object->shape);
  uint32_t own = type_version(type);
  if (version == 0 || own == 0) return;
  specialise(pc, op, version, own, found.bits());
}

/// A method without making the bound object: callable and self, or callable and null.
uint64_t* answer_method(uint64_t* pc, Value* R, Value callable, Value self) {
  Value* to = &RA;
  to[0] = callable;
  to[1] = self;
  return pc + 5;
}

bool is_method_like(Value descriptor) {
  return !descriptor.is_null() && type_of(descriptor)->has(kTypeMethodLike);
}

void specialise_method(uint64_t* pc, Object* object, Str* name, Value method) {
  Shape* shape = object->shape;
  uint32_t version = cache_version(shape);
  if (version == 0) return;
  if (shape->slots_offset != 0 && shape->is_dictionary) {
    specialise_all(pc, name, Op::LoadMethodDict, version, 0, method.bits());
    return;
  }
  int slot = has_own_slots(shape) ? find_slot(shape, name) : -1;
  if (slot < 0)
    specialise_all(pc, name, Op::LoadMethodCached, version, 0, method.bits());
  else if (static_cast<uint32_t>(slot) < shape->inline_slots)
    specialise_all(pc, name, Op::LoadMethodSlot, version, inline_place(shape, static_cast<uint32_t>(slot)));
}

/// A callable kept in the object itself, no such name in its class.
void specialise_own_callable(uint64_t* pc, Object* object, Str* name) {
  Shape* shape = object->shape;
  int slot = has_own_slots(shape) ? find_slot(shape, name) : -1;
  uint32_t version = cache_version(shape);
  if (slot >= 0 && static_cast<uint32_t>(slot) < shape->inline_slots && version != 0)
    specialise_all(pc, name, Op::LoadMethodSlot, version, inline_place(shape, static_cast<uint32_t>(slot)));
}

}  // namespace

namespace {

Value word_at(Object* object, uint32_t offset) {
  return *reinterpret_cast<Value*>(reinterpret_cast<char*>(object) + offset);
}

/// What the table says of an attribute; null when it does not know, or it takes more than a load.
Value known_attribute(uint64_t* pc, Object* object, const Str* name) {
  uint32_t version = object->shape->version;
  const Found& entry = found_entry(version, name, Access::Load);
  if (!entry.is_for(version, name)) return Value();
  if (may_specialise(pc)) apply(pc, entry);
  switch (entry.op) {
    case Op::LoadAttrSlot:
    case Op::LoadAttrMember:
      return word_at(object, entry.number);
    case Op::LoadAttrOverflow:
      return word_at(object, entry.number & 0xFFFF).as<Array>()->items[entry.number >> 16];
    case Op::LoadAttrValue:
      return Value::from_bits(entry.found);
    default:
      return Value();
  }
}

/// The same of a method: false when it does not know.
bool known_method(uint64_t* pc, Object* object, const Str* name, Value* callable, Value* self) {
  uint32_t version = object->shape->version;
  const Found& entry = found_entry(version, name, Access::Method);
  if (!entry.is_for(version, name)) return false;
  if (may_specialise(pc)) apply(pc, entry);
  *self = object;
  *callable = Value::from_bits(entry.found);
  if (entry.op == Op::LoadMethodCached) return true;
  *self = Value();
  *callable = word_at(object, entry.number);
  return entry.op == Op::LoadMethodSlot;
}

}  // namespace

namespace {

/// A __getattr__ in Python runs in this loop when the attribute is missing; kNoMethod: by the general rules.
uint64_t* enter_hook(uint64_t* pc, Value* R, Thread* T, Value receiver, Str* name) {
  if (type_of(receiver)->slots.getattro != generic_getattr_hook) return kNoMethod;
  Function* hook = python_special(type_of(receiver), names.dunder_getattr);
  if (hook == nullptr) return kNoMethod;
  Value found = UNWRAP(find_generic_attribute(receiver, name));
  if (!found.is_null()) {
    RA = found;
    return pc + 5;
  }
  const Value values[] = {receiver, name};
  return enter_function(T, pc, R, hook, Arguments{values, 2, nullptr}, 5);
}

}  // namespace

SLOW_FN(load_attr) {
  Value receiver = RB;
  Str* name = name_at(R, low_half(pc + 1));
  if (receiver.is_object()) {
    Value known = known_attribute(pc, receiver.object(), name);
    if (!known.is_null()) {
      if (low_half(pc + 4) >= kMaxAttempts) ask_table(pc, Op::LoadAttrMany, name);
      RA = known;
      return pc + 5;
    }
  }
  bool attempt = receiver.is_object() && may_specialise(pc);
  Type* type = type_of(receiver);
  if (receiver.is_object() && (type->has(kTypeDefaultGetattr) || has_plain_hook(type))) {
    specialise_instance(pc, receiver.object(), name);
    if (!attempt) ask_table(pc, Op::LoadAttrMany, name);
    ENTER_SPECIAL(enter_hook(pc, R, T, receiver, name));
  } else if (attempt) {
    Object* object = receiver.object();
    if (is_plain_module(object))
      specialise_module(pc, object, name, Op::LoadAttrModule);
    else if (is_plain_class(object))
      specialise_class(pc, object, name, Op::LoadAttrType);
  } else {
    patch_op(pc, Op::LoadAttr);
  }
  RA = UNWRAP(get_attribute(receiver, name));
  return pc + 5;
}

SLOW_FN(load_attr_property) {
  Value getter = Value::from_bits(pc[3]);
  Value self = RB;
  return enter_function(T, pc, R, getter.as<Function>(), Arguments{&self, 1, nullptr}, 5);
}

SLOW_FN(load_attr_descriptor) {
  Value descriptor = Value::from_bits(pc[3]);
  RA = UNWRAP(type_of(descriptor)->slots.descr_get(descriptor, RB, type_of(RB)));
  return pc + 5;
}

SLOW_FN(load_attr_getset) {
  auto* getset = Value::from_bits(pc[3]).as<GetSet>();
  RA = UNWRAP(getset->spec->get(RB));
  return pc + 5;
}

SLOW_FN(load_attr_dict) {
  Object* object = RB.object();
  Dict* dict = dictionary_of(object, object->shape);
  Str* name = name_at(R, low_half(pc + 1));
  Value found = dict != nullptr ? dict_get_name(dict, name) : Value();
  RA = found.is_null() ? UNWRAP(get_attribute(object, name)) : found;
  return pc + 5;
}

SLOW_FN(load_method) {
  Value receiver = RB;
  Str* name = name_at(R, low_half(pc + 1));
  Value known, bound_to;
  if (receiver.is_object() && known_method(pc, receiver.object(), name, &known, &bound_to)) {
    if (low_half(pc + 4) >= kMaxAttempts) ask_table(pc, Op::LoadMethodMany, name);
    return answer_method(pc, R, known, bound_to);
  }
  Type* type = type_of(receiver);
  bool attempt = receiver.is_object() && may_specialise(pc);
  if (!attempt) patch_op(pc, Op::LoadMethod);
  if (type->has(kTypeDefaultGetattr) || has_plain_hook(type)) {
    Value method = lookup_in_type(type, name);
    if (is_method_like(method)) {
      if (receiver.is_object()) specialise_method(pc, receiver.object(), name, method);
      if (!attempt) ask_table(pc, Op::LoadMethodMany, name);
      Value own = receiver.is_object() ? get_own_attribute(receiver.object(), name) : Value();
      return own.is_null() ? answer_method(pc, R, method, receiver) : answer_method(pc, R, own, Value());
    }
    if (attempt && method.is_null()) specialise_own_callable(pc, receiver.object(), name);
  } else if (attempt) {
    if (is_plain_module(receiver.object()))
      specialise_module(pc, receiver.object(), name, Op::LoadMethodModule);
    else if (is_plain_class(receiver.object()))
      specialise_class(pc, receiver.object(), name, Op::LoadMethodType);
  }
  if (is_exactly(receiver, types.super)) {
    // A method behind the class, without binding it.
    auto* super = receiver.as<Super>();
    if (super->self_class != nullptr && super->self != Value(super->self_class) &&
        name != names.dunder_class) {
      Value method = lookup_after(super->self_class, super->this_class, name);
      if (is_method_like(method)) return answer_method(pc, R, method, super->self);
    }
  }
  Value found = UNWRAP(get_attribute(receiver, name));
  if (is_kind(found, Kind::kBoundMethod))
    return answer_method(pc, R, found.as<BoundMethod>()->function, found.as<BoundMethod>()->self);
  return answer_method(pc, R, found, Value());
}

SLOW_FN(load_method_dict) {
  Object* object = RB.object();
  Dict* dict = dictionary_of(object, object->shape);
  Value found = dict != nullptr ? dict_get_name(dict, name_at(R, low_half(pc + 1))) : Value();
  if (!found.is_null()) return answer_method(pc, R, found, Value());
  return answer_method(pc, R, Value::from_bits(pc[3]), object);
}

namespace {

void specialise_store_own(uint64_t* pc, const Str* name, Shape* shape, uint32_t slot, uint32_t version) {
  uint32_t place = 0;
  if (slot < shape->inline_slots)
    specialise_all(pc, name, Op::StoreAttrSlot, version, inline_place(shape, slot));
  else if (overflow_place(shape, slot, &place))
    specialise(pc, Op::StoreAttrOverflow, version, place);
}

/// After a store by the general way: what the next one at this site can do.
void specialise_store(uint64_t* pc, Object* object, Shape* before, Str* name, uint32_t version) {
  Value descriptor = lookup_in_type(before->type, name);
  if (is_data_descriptor(descriptor)) {
    if (is_slot_of(before->type, descriptor))
      specialise_all(pc, name, Op::StoreAttrSlot, version, descriptor.as<Member>()->offset);
    return;
  }
  if (before->slots_offset == 0) return;
  if (before->is_dictionary) {
    specialise(pc, Op::StoreAttrDict, version, 0);
    return;
  }
  int slot = find_slot(before, name);
  if (slot >= 0) {
    specialise_store_own(pc, name, before, static_cast<uint32_t>(slot), version);
    return;
  }
  Shape* after = object->shape;
  if (after->parent == before && !after->is_dictionary && after->slot_count == before->slot_count + 1 &&
      before->slot_count < before->inline_slots && after->inline_slots == before->inline_slots) {
    specialise_all(pc, name, Op::StoreAttrAdd, version, inline_place(after, before->slot_count),
                   reinterpret_cast<uint64_t>(after));
  }
}

}  // namespace

SLOW_FN(store_attr) {
  Value receiver = RA;
  Str* name = name_at(R, low_half(pc + 1));
  const bool plain = receiver.is_object() && receiver.object()->shape->type->has(kTypeDefaultSetattr);
  const bool attempt = plain && may_specialise(pc);
  if (!plain) {
    patch_op(pc, Op::StoreAttr);
    if (type_of(receiver)->slots.setattro == generic_setattr)
      ENTER_SPECIAL(enter_store(pc, R, T, names.dunder_setattr, receiver, name, RB));
    if (!set_attribute(receiver, name, RB).ok()) return kRaised;
    return pc + 5;
  }
  Shape* before = receiver.object()->shape;
  uint32_t version = cache_version(before);
  if (!set_attribute(receiver, name, RB).ok()) return kRaised;
  if (version != 0 && before->version == version)
    specialise_store(pc, receiver.object(), before, name, version);
  if (!attempt) ask_table(pc, Op::StoreAttrMany, name);
  return pc + 5;
}

SLOW_FN(store_attr_dict) {
  Object* object = RA.object();
  Dict* dict = dictionary_of(object, object->shape);
  Str* name = name_at(R, low_half(pc + 1));
  int64_t entry = dict != nullptr ? dict_find_quick(dict, name) : -1;
  if (entry >= 0) {
    dict_set_entry_value(dict, entry, RB);
  } else if (!set_attribute(object, name, RB).ok()) {
    return kRaised;
  }
  return pc + 5;
}

SLOW_FN(delete_attr) {
  if (!set_attribute(RA, name_at(R, low_half(pc + 1)), Value()).ok()) return kRaised;
  return pc + 2;
}

SLOW_FN(remember_stored) {
  write_barrier(RA.object());
  return pc + 5;
}

SLOW_FN(remember_overflow) {
  uint32_t place = high_half(pc + 2);
  write_barrier(*reinterpret_cast<Object**>(reinterpret_cast<char*>(RA.object()) + (place & 0xFFFF)));
  return pc + 5;
}

}  // namespace ouro::vm
