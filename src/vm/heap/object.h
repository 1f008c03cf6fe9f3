// What every heap cell starts with, and the shape that says what it is.
//
// A cell is 16-byte aligned and begins with 16 bytes: its shape (type, attribute layout, how to trace it),
// the heap's own bits, its `kind` (the C++ struct behind it; a subclass of a builtin type has the kind of
// that type), and room for the kind's own flags. Element arrays and tables are cells too, with a shape of no
// type.
#pragma once

#include <cstddef>
#include <cstdint>

#include "vm/heap/value.h"

namespace ouro::vm {

struct Shape;
struct Type;
struct Str;
class Tracer;

// The C++ struct of a cell. `kInstance` is a plain instance: attributes only.
enum class Kind : uint8_t {
#define KIND(name) k##name,
#include "vm/heap/kinds.def"
};

enum GcBits : uint8_t {
  kGcOld = 1,         // survived a collection: stores of young objects into it are remembered
  kGcRemembered = 2,  // is in the remembered set already
  kGcStatic = 4,      // lies outside the heap; never freed
  kGcFinalized = 8,   // its finaliser has run (PEP 442: once)
  kGcMiddle = 16,     // is old since a minor collection after the last full one: gc's generation 1
  kGcLarge = 32,      // remembers single fields, see remember_field
};

// Cells of the heap are 16-byte aligned; the struct is not declared so, lest sizeof round up what follows it.
struct Object {
  Shape* shape;
  uint8_t gc;  // GcBits, the heap's
  Kind kind;
  uint8_t flags;  // of the kind
  uint8_t extra;  // of the kind
  uint32_t aux;   // of the kind
};
static_assert(sizeof(Object) == 16);

/// How to visit every Value and Object* that a cell holds. May be null: the cell holds none.
using TraceFn = void (*)(Object* object, Tracer& tracer);

/// An array of values: list items, attribute overflow, dict entries' storage and the like. `length` words,
/// all traced.
struct Array : Object {
  uint64_t length;
  Value items[];
};

/// Bytes that nobody traces: bytearray storage, text buffers.
struct Blob : Object {
  uint64_t length;
  char data[];
};

inline bool is_kind(Value value, Kind kind) {
  return value.is_object() && value.object()->kind == kind;
}

}  // namespace ouro::vm
