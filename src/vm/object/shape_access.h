// What inline caches need of shapes: the place of an attribute, without a call.
//
// Three layouts exist. Attributes of most objects lie at shape->slots_offset, first `inline_slots` words
// inside the object, the rest in an overflow Array. Kinds of variable size (a subclass of int, tuple, bytes)
// have kSlotsBehindItems: their one overflow word lies behind the items, see overflow_word(). A shape with
// `is_dictionary` keeps a Dict in the overflow word.
#pragma once

#include "vm/object/containers.h"

namespace ouro::vm {

/// Shape::slots_offset of kinds whose size varies.
constexpr uint32_t kSlotsBehindItems = 4;

/// The word that holds the overflow Array or the Dict, for kinds of variable size.
Object** overflow_word_behind_items(Object* object);

/// The word that holds the overflow Array or the Dict of an object that has attributes.
inline Object** overflow_word(Object* object, const Shape* shape) {
  if (shape->slots_offset == kSlotsBehindItems) [[unlikely]]
    return overflow_word_behind_items(object);
  return reinterpret_cast<Object**>(reinterpret_cast<char*>(object) + shape->overflow_offset());
}

/// The word of slot `slot` when it lies inside the object: slot < shape->inline_slots.
inline Value* inline_slot_address(Object* object, const Shape* shape, uint32_t slot) {
  return reinterpret_cast<Value*>(reinterpret_cast<char*>(object) + shape->slots_offset) + slot;
}

/// The Dict of an object in dictionary mode; null: it has no attributes yet.
inline Dict* dictionary_of(Object* object, const Shape* shape) {
  return static_cast<Dict*>(*overflow_word(object, shape));
}

/// Makes room for the slot that `after` (from shape_after_adding) adds, stores the value, and moves the
/// object to `after`. What a cached attribute-adding store does.
void add_slot(Object* object, Shape* after, Value value);

/// The Array or Dict to tell the collector about when a slot was stored: the holder of the word.
inline Object* slot_holder(Object* object, const Shape* shape, uint32_t slot) {
  return slot < shape->inline_slots ? object : *overflow_word(object, shape);
}

}  // namespace ouro::vm
