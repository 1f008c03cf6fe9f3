// Types: what CPython's type object is. The special methods are C++ slots; see Slots.
#pragma once

#include "vm/heap/heap.h"
#include "vm/heap/shape.h"
#include "vm/object/result.h"

namespace ouro::vm {

struct Dict;
struct Str;
struct Tuple;
struct TypeSpec;
struct BufferView;

/// The arguments of a call: `positional` values, then one value for each name of `keywords` (null: none).
struct Arguments {
  const Value* values = nullptr;
  size_t positional = 0;
  Tuple* keywords = nullptr;

  size_t keyword_count() const;
  size_t total() const { return positional + keyword_count(); }
  Value operator[](size_t i) const { return values[i]; }
};

enum class CompareOp : uint8_t { Less, LessEqual, Equal, NotEqual, Greater, GreaterEqual };

using UnaryFn = Result<Value> (*)(Value self);
using BinaryFn = Result<Value> (*)(Value left, Value right);  // NotImplemented: not our operands

/// The special methods of a type. A null entry: the type has none. Types made from C++ fill them in TypeSpec;
/// a class written in Python gets, for each dunder it (or a base) defines, the generic function that looks it
/// up (object/generic_slots.cpp). Inherited along the MRO when the type is made ready, and kept up to date
/// when a dunder is assigned to a class later.
struct Slots {
  UnaryFn repr, str;
  Result<int64_t> (*hash)(Value self);  // hash_not_implemented: unhashable
  Result<Value> (*call)(Value self, const Arguments& arguments);
  Result<Value> (*getattro)(Value self, Str* name);
  Status (*setattro)(Value self, Str* name, Value value);  // null value: delete
  Result<Value> (*richcompare)(Value self, Value other, CompareOp op);
  UnaryFn iter;
  UnaryFn iternext;  // Value::stop() when exhausted, no exception
  Result<Value> (*descr_get)(Value self, Value instance, Value owner);  // null instance: through the class
  Status (*descr_set)(Value self, Value instance, Value value);         // null value: delete
  Result<Value> (*new_)(Type* type, const Arguments& arguments);
  Status (*init)(Value self, const Arguments& arguments);
  void (*finalize)(Object* self);  // native finaliser, no exceptions; the object may be used afterwards
  void (*release)(Object* self);   // gives native resources back, when nobody can reach the object any more;
                                   // inside a collection, so that it must not allocate
  Status (*del)(Value self);       // __del__
  UnaryFn await, aiter, anext;
  // numbers; left/right as CPython's nb_* slots: called for either operand's type with both operands in order
  BinaryFn add, subtract, multiply, remainder, divmod, lshift, rshift, and_, xor_, or_, floor_divide,
      true_divide, matrix_multiply;
  Result<Value> (*power)(Value base, Value exponent, Value modulus);  // null modulus: none
  BinaryFn inplace_add, inplace_subtract, inplace_multiply, inplace_remainder, inplace_lshift, inplace_rshift,
      inplace_and, inplace_xor, inplace_or, inplace_floor_divide, inplace_true_divide,
      inplace_matrix_multiply;
  Result<Value> (*inplace_power)(Value base, Value exponent, Value modulus);
  UnaryFn negative, positive, absolute, invert, int_, float_, index;
  Result<bool> (*bool_)(Value self);
  // sequences and mappings
  Result<int64_t> (*length)(Value self);
  BinaryFn concat, inplace_concat;
  Result<Value> (*repeat)(Value self, int64_t count);
  Result<Value> (*inplace_repeat)(Value self, int64_t count);
  Result<Value> (*item)(Value self, int64_t index);  // sq_item: index is not negative unless length is null
  Result<Value> (*subscript)(Value self, Value key);
  Status (*assign)(Value self, Value key, Value value);  // null value: delete
  Result<bool> (*contains)(Value self, Value item);
  Status (*get_buffer)(Value self, BufferView* view, int flags);
  void (*release_buffer)(Value self, BufferView* view);
};

enum TypeFlags : uint32_t {
  kTypeHeap = 1 << 0,          // made by a class statement or type(): mutable
  kTypeBase = 1 << 1,          // may be subclassed
  kTypeAbstract = 1 << 2,      // has abstract methods
  kTypeHasDict = 1 << 3,       // instances have attributes of their own
  kTypeHasWeakrefs = 1 << 4,   // instances can be weakly referenced
  kTypeHasFinalizer = 1 << 5,  // register_finalizable at allocation
  kTypeSequence = 1 << 6,      // matches sequence patterns
  kTypeMapping = 1 << 7,
  kTypeReady = 1 << 8,
  kTypeImmutable = 1 << 9,     // attributes cannot be set
  kTypeDisallowNew = 1 << 10,  // calling it is a TypeError
  kTypeMethodLike =
      1 << 11,  // Function and friends: LoadMethod may skip the bound method (Py_TPFLAGS_METHOD_DESCRIPTOR)
  kTypeMatchSelf = 1 << 12,    // class patterns: one positional pattern matches the object itself
  kTypeSubclassInt = 1 << 13,  // quick isinstance for the commonest bases
  kTypeSubclassStr = 1 << 14,
  kTypeSubclassType = 1 << 15,
  kTypeSubclassException = 1 << 16,
  kTypeDefaultGetattr = 1 << 17,  // getattro is object's: caches may be used
  kTypeDefaultSetattr = 1 << 18,
  kTypeVariableSize = 1 << 19,  // items of any number follow the struct: no __slots__ in subclasses
  kTypeNative = 1 << 20,        // made from a TypeSpec, not a subclass written in Python
  kTypeDefaultHash = 1 << 21,   // hash and comparison are object's: by identity
  kTypeCustomMro = 1 << 23,     // the metatype's mro() made the MRO: nothing is cached
  kTypeLearnedSlots = 1 << 22,  // inline_slots has been raised after its first instances
};

struct Type : Object {
  Str* name;            // __name__
  Str* qualified_name;  // __qualname__ of heap types
  Type* base;           // the "best" base: decides the layout
  Tuple* bases;
  Tuple* mro;          // of Types; may be null while the type is being made
  Dict* dict;          // the namespace
  Object* subclasses;  // weak list; owned by type.cpp
  Shape* root_shape;   // of new instances
  Shape* dictionary_shape;
  Shape* first_shape;    // all shapes of the type, through next_of_type
  const TypeSpec* spec;  // of the nearest native type; for its static parts
  uint32_t flags;
  uint32_t version;     // 0: changed since anybody cached something
  uint32_t basic_size;  // bytes of an instance without attribute slots
  Kind instance_kind;
  Tuple* slot_names;       // __slots__ of this class, mangled, or null
  Object* module_state;    // for native modules that hang data on a type
  uint32_t instance_size;  // bytes of a new instance: basic_size and the attribute area
  uint16_t inline_slots;   // attribute slots inside new instances
  uint32_t native_size;    // bytes of the C++ struct; slots of __slots__ follow
  TraceFn native_trace;    // of the C++ struct
  Slots slots;

  bool has(uint32_t flag) const { return (flags & flag) != 0; }
};

/// The shapes of immediates, by the two lowest bits of the word.
extern Shape* immediate_shapes[4];
/// The shape of any value (not null, not a mark); immediates have those of int and float.
inline Shape* shape_of(Value value) {
  return (value.bits() & 3) == 0 ? value.object()->shape : immediate_shapes[value.bits() & 3];
}
/// type(value).
inline Type* type_of(Value value) {
  return shape_of(value)->type;
}

bool is_subtype_slow(const Type* type, const Type* base);
inline bool is_subtype(const Type* type, const Type* base) {
  return type == base || is_subtype_slow(type, base);
}
inline bool is_instance(Value value, const Type* type) {
  return is_subtype(type_of(value), type);
}
inline bool is_exactly(Value value, const Type* type) {
  return type_of(value) == type;
}

/// The attribute of the first class in the MRO that has it, or null. Never runs Python code. Cached globally
/// by (type version, name).
Value lookup_in_type(Type* type, Str* name);
/// The same on type_of(value): how special methods are found.
inline Value lookup_special(Value value, Str* name) {
  return lookup_in_type(type_of(value), name);
}

/// A version for caches, unique for the shape and its type's present state; 0 when none can be had.
uint32_t fresh_cache_version(Shape* shape);
inline uint32_t cache_version(Shape* shape) {
  return shape->version != 0 ? shape->version : fresh_cache_version(shape);
}
/// The same for a type as such (what lookup_in_type answers for it): for caches of class attributes.
uint32_t fresh_type_version(Type* type);
inline uint32_t type_version(Type* type) {
  return type->version != 0 ? type->version : fresh_type_version(type);
}
/// To be called after a type's namespace, bases or MRO changed: slots updated, versions of it and all
/// subclasses dropped.
void type_modified(Type* type, Str* name_or_null);

// ---- instance attributes through shapes (object/shapes.cpp)

/// Slot index of an attribute of the shape, or -1.
int find_slot(const Shape* shape, const Str* name);
Value* slot_address(Object* object, const Shape* shape, uint32_t slot);
/// An instance's own attribute, or null; also in dictionary mode.
Value get_own_attribute(Object* object, Str* name);
/// Adds or replaces; moves the object to another shape when needed.
Status set_own_attribute(Object* object, Str* name, Value value);
/// False: there was none.
Result<bool> delete_own_attribute(Object* object, Str* name);
/// The `__dict__`, which moves the object to dictionary mode. Null when the type has none.
Dict* attribute_dict(Object* object);
Status set_attribute_dict(Object* object, Dict* dict);
/// The shape after adding `name` (interned).
Shape* shape_after_adding(Shape* shape, Str* name);

/// A new object of the type: cell of the right size, finaliser registered, attributes empty. What
/// object.__new__ and the allocation half of every native `new_` use.
Object* allocate_instance(Type* type);
template <class T>
T* allocate_instance(Type* type) {
  return static_cast<T*>(allocate_instance(type));
}
/// The same with `extra` bytes behind the struct, for kinds of variable size (Int, Tuple, Bytes: basic_size +
/// extra). Their attribute slots cannot stand at a fixed offset: instances of their subclasses with a
/// __dict__ have one overflow word behind the variable part (Shape::kBehindVariablePart), which caches do not
/// handle.
Object* allocate_variable_instance(Type* type, size_t extra);

/// class statement: type.__new__ for a metaclass without its own. `keywords` go to __init_subclass__.
Result<Type*> make_class(Type* metatype, Str* name, Tuple* bases, Dict* namespace_,
                         const Arguments& keywords);

}  // namespace ouro::vm
