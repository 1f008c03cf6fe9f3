// What the files about classes share.
#pragma once

#include <string>
#include <string_view>

#include "vm/object/containers.h"
#include "vm/object/type.h"

namespace ouro::vm {

void start_lookup_cache();
/// Objects of some class have become, or ceased to be, descriptors: what was cached of attributes holds no
/// more, in any class.
void descriptors_changed();

// ---- subclasses (type_subclasses.cpp)

void add_subclass(Type* base, Type* subclass);
void remove_subclass(Type* base, Type* subclass);
/// Living direct subclasses, oldest first.
List* subclass_list(Type* type);
template <class Visit>
void for_each_subclass(Type* type, Visit&& visit) {
  if (type->subclasses == nullptr) return;
  List* list = subclass_list(type);
  for (uint64_t i = 0; i < list->length; ++i) visit(list->items()[i].template as<Type>());
}

// ---- the MRO (type_mro.cpp)

/// C3; TypeError when there is no consistent order.
Result<Tuple*> linearize(Type* type);
/// The MRO as the metatype's mro() has it, checked.
Result<Tuple*> compute_mro(Type* type);

// ---- layout (type_layout.cpp)

/// The base that decides the layout, or TypeError.
Result<Type*> best_base(Tuple* bases);
/// The nearest class that added fields of its own.
Type* solid_base(Type* type);
/// The most derived metatype of `metatype` and those of the bases, or TypeError.
Result<Type*> best_metatype(Type* metatype, Tuple* bases);
/// Whether an object of `from` may become one of `to`; TypeError with CPython's text otherwise. `attribute`
/// is
/// "__class__" or "__bases__".
Status check_same_layout(Type* from, Type* to, const char* attribute);
/// Attribute slots inside new instances, from the stores to self in __init__.
uint16_t guess_inline_slots(const Type* type);

/// type.__setattr__.
Status type_set_attribute(Value self, Str* name, Value value);

// ---- making (type_make.cpp)

/// The `__dict__` descriptor of a class whose instances are the first to have one.
Value instance_dict_getset(Type* owner);
Value instance_weakref_getset(Type* owner);

/// type.__new__(metatype, name, bases, namespace, **keywords).
Result<Value> type_new(Type* metatype, const Arguments& arguments);
/// Inherits flags, slots and the like from bases; mro stands. For Python classes.
void inherit_from_bases(Type* type);

/// Bases of a native type that has several; before complete_native_type.
void set_native_bases(Type* type, Type* base, Tuple* bases);

/// What dir() of a class collects: the names of the class and its bases, as keys.
Status merge_class_dir(Dict* collected, Value cls);

// ---- names

/// Whether a slot depends on this name, or a type flag does.
bool is_special_name(const Str* name);
/// A native type's name as its table has it, with the module ("collections.deque"); others' __name__. What
/// CPython's messages show as %s of tp_name.
std::string native_type_name(const Type* type);
/// `__module__` of a type: the namespace's, or the table's; null: none.
Value type_module(Type* type);

}  // namespace ouro::vm
