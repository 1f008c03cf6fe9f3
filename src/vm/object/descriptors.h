// The layouts of descriptors and of the small wrapper objects around functions, classes and mappings.
#pragma once

#include "vm/object/functions.h"

namespace ouro::vm {

struct SpecialMethod;  // a row of special_methods.def, see special_methods.h

struct ClassMethod : Object {  // also StaticMethod
  Value callable;
};
using StaticMethod = ClassMethod;
Value make_classmethod(Value callable);
Value make_staticmethod(Value callable);

struct Property : Object {
  Value getter, setter, deleter;  // null or a callable
  Value doc;                      // null: none
  Value name;                     // from __set_name__; null: none
  bool doc_from_getter;
};

struct Super : Object {
  Type* this_class;  // null before __init__
  Value self;        // null: unbound
  Type* self_class;
};

/// A slot of a native type seen through its class: int.__add__.
struct SlotWrapper : Object {
  const SpecialMethod* special;
  void* function;  // the slot's
  Type* owner;
};
/// The same bound to an object: (1).__add__.
struct MethodWrapper : Object {
  SlotWrapper* descriptor;
  Value self;
};

struct MappingProxy : Object {
  Value mapping;
};
Value make_mappingproxy(Value mapping);

struct GenericAlias : Object {
  Value origin;
  Tuple* arguments;
  Tuple* parameters;  // null: not computed yet
  bool starred;
};
Value make_generic_alias(Value origin, Value arguments);
/// What native types have as `__class_getitem__`: {"__class_getitem__", "($type, object, /)", ...}.
Result<Value> class_getitem_generic(const Value* arguments);

struct Union : Object {
  Tuple* arguments;
  Tuple* parameters;  // null: not computed yet
};
/// X | Y of classes, None, generic aliases, unions; NotImplemented for anything else.
Result<Value> make_union(Value left, Value right);

/// A new descriptor of a native type's table.
Value make_method_descriptor(const MethodSpec& spec, Type* owner);
Value make_getset(const GetSetSpec& spec, Type* owner);
Value make_member(const MemberSpec& spec, Type* owner);
/// A slot of __slots__ at `offset` in the instance.
Value make_slot_member(Str* name, Type* owner, uint32_t offset);
Value make_slot_wrapper(const SpecialMethod* special, void* function, Type* owner);

/// The signature of a method's spec, parsed at its first use; null for raw functions.
const Signature* signature_of(const MethodSpec* spec, const Type* owner, Value module_or_null);

}  // namespace ouro::vm
