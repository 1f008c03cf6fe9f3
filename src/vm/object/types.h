// The well-known objects: types, singletons, names.
#pragma once

#include "vm/object/type.h"

namespace ouro::vm {

struct Types {
#define WELL_KNOWN_TYPE(name) Type* name = nullptr;
#include "vm/object/types.def"
};
extern Types types;

extern Object none_object, not_implemented_object, ellipsis_object;
inline Value none() {
  return &none_object;
}
inline Value not_implemented() {
  return &not_implemented_object;
}
inline Value ellipsis() {
  return &ellipsis_object;
}
inline bool is_none(Value value) {
  return value == none();
}
inline bool is_not_implemented(Value value) {
  return value == not_implemented();
}

/// Interned names: names.dunder_init is "__init__", names.append is "append".
struct Names {
#define NAME(id, text) Str* id = nullptr;
#include "vm/object/names.def"
};
extern Names names;

/// Shapes of cells that are no Python objects, and of immediates' types.
struct Shapes {
  Shape* shape = nullptr;
  Shape* array = nullptr;
  Shape* blob = nullptr;
  Shape* table = nullptr;  // untyped, untraced bookkeeping cells with their own layout use their own shapes
};
extern Shapes shapes;
/// A shape for internal cells; it lives forever.
Shape* make_internal_shape(Kind kind, TraceFn trace);

Array* make_array(size_t length);

/// Builds everything, in order: heap, shapes, types, names, singletons, native types. Once per process.
void start_runtime();

}  // namespace ouro::vm
