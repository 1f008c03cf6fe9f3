// The shape of a cell: its type, where its attributes lie, how to trace it. Plain data; object/shapes.cpp has
// the rules.
//
// An object's attributes are slots. Slot i lies inside the object at `slots_offset + 8 * i` while i <
// inline_slots, and otherwise in the overflow Array at word `overflow_offset`, at index i - inline_slots.
// Adding attribute `name` moves the object to the child shape for that name; all instances that got the same
// names in the same order share a shape. Deleting, or asking for `__dict__`, moves the object to its type's
// dictionary shape, where the word at `overflow_offset` holds a Dict instead.
//
// `version` is what inline caches compare: unique for a shape and the state of its type, so that one
// comparison proves both the layout and everything looked up on the type. It is 0 while no cache may rely on
// the shape; a change of the type (or of a type above it) sets it to 0, and the next look through
// type_version() gives a new one.
#pragma once

#include "vm/heap/object.h"

namespace ouro::vm {

struct Shape : Object {
  /// slots_offset of subclasses of variable-size kinds: inline_slots is 0, and the overflow word is the last
  /// word of the instance, at an offset that depends on its length (object/shapes.cpp: attribute_word).
  static constexpr uint32_t kBehindVariablePart = 0xFFFFFFFF;

  uint32_t version;       // see above
  uint32_t slot_count;    // attributes of this shape
  uint32_t slots_offset;  // bytes; 0: instances have no attributes of their own
  uint16_t inline_slots;  // how many of the slots lie inside the object
  Kind instance_kind;     // what `kind` of a new cell becomes
  bool is_dictionary;     // attributes are in a Dict
  TraceFn trace;          // of cells with this shape; null: nothing to trace
  Type* type;             // null for cells that are no Python objects
  Shape* parent;          // the shape with one slot fewer
  Str* name;              // of the last slot; interned
  Object* children;       // transitions: null, one Shape, or a Table owned by object/shapes
  Object* index;          // name -> slot, made lazily for long shapes; owned by object/shapes
  Shape* next_of_type;    // the type's shapes, so that a change of the type finds them

  uint32_t overflow_offset() const { return slots_offset - 8; }
};

}  // namespace ouro::vm
