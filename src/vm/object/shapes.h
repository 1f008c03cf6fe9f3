// Making shapes: the parts of object/shapes.cpp that types and the runtime's start need.
#pragma once

#include "vm/object/type.h"

namespace ouro::vm {

/// The internal shapes of the bookkeeping tables. First thing at start.
void start_shapes();
/// Fills in (or makes) the type's root shape from its layout fields: basic_size, flags, inline_slots,
/// instance_kind, native_trace. A root shape that exists stays the same cell.
void install_root_shape(Type* type);
/// A root shape of the type for objects that have room for `inline_slots` slots inside.
Shape* root_shape_with(Type* type, uint16_t inline_slots);
/// New instances get so many slots inside.
void set_inline_slots(Type* type, uint16_t count);
/// The type's shape for objects with a __dict__, made at the first question.
Shape* dictionary_shape_of(Type* type);
/// Moves the attributes into a Dict.
Dict* enter_dictionary_mode(Object* object);
/// After `type` became the class of an object laid out by another type of the same layout.
void move_to_type(Object* object, Type* type);
/// Versions of the type's shapes become 0.
void drop_shape_versions(Type* type);
/// A number no cache has seen; 0 when they ran out.
uint32_t next_version();

}  // namespace ouro::vm
