// The one table of special methods (special_methods.def) that both directions derive from: the dunder of a
// Python class fills a slot with a generic function, and the slot of a native type shows as a dunder.
#pragma once

#include <span>

#include "vm/object/types.h"

namespace ouro::vm {

/// How a slot is called through its wrapper object.
enum class Wrap : uint8_t {
  None,  // has no wrapper
  Unary,
  Hash,
  Length,
  Bool,
  Next,
  Delete,
  BinaryPlain,
  BinaryLeft,
  BinaryRight,
  InplaceBinary,
  PowerLeft,
  PowerRight,
  InplacePower,
  Compare,
  Call,
  Init,
  GetAttribute,
  SetAttribute,
  DeleteAttribute,
  DescriptorGet,
  DescriptorSet,
  DescriptorDelete,
  SetItem,
  DeleteItem,
  SequenceItem,
  Repeat,
  Contains,
};

struct SpecialMethod {
  Str* Names::* name;
  uint16_t slot;  // byte offset in Slots
  Wrap wrap;
  uint8_t detail;
  void* generic;
  const char* signature;
  const char* doc;

  Str* dunder() const { return names.*name; }
};

/// All rows, rows of one slot together.
std::span<const SpecialMethod> special_methods();

inline void*& slot_at(Slots& slots, uint16_t offset) {
  return *reinterpret_cast<void**>(reinterpret_cast<char*>(&slots) + offset);
}

/// All slots of a class written in Python, from the dunders of its MRO.
void compute_slots(Type* type);
/// The slots that depend on one dunder; does nothing for other names.
void compute_slots_of(Type* type, Str* name);
/// A native type takes from its MRO what its table leaves empty.
void inherit_slots(Type* type);
/// Flags that follow from the slots: default attribute access, default hash, finaliser.
void update_slot_flags(Type* type);
/// The wrappers of a native type's own slots, into its namespace.
void add_slot_wrappers(Type* type, const Slots& own);

/// The generic functions that others compare with or call.
Result<Value> generic_iternext(Value self);
Result<Value> generic_getattr_hook(Value self, Str* name);
Result<Value> generic_new(Type* type, const Arguments& arguments);
Status generic_init(Value self, const Arguments& arguments);

/// The call of a wrapper with `self` taken off: int.__add__ with the rest of its arguments.
Result<Value> call_slot(const SpecialMethod* special, void* function, Value self, const Arguments& arguments);

/// `self` in front of the arguments.
Result<Value> call_prepended(Value callable, Value self, const Arguments& arguments);

}  // namespace ouro::vm
