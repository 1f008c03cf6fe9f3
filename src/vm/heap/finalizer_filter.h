// What a collection does with the dead that are registered as finalisable.
#pragma once

#include "vm/heap/object.h"

namespace ouro::vm {

/// In Object::gc, beside GcBits: the native finaliser of the object's type has nothing to do for this object
/// as it stands now. Kept by the code of types of whose objects nearly all die that way.
inline constexpr uint8_t kGcNothingToFinalize = 64;
/// The opposite: it has something to tell the program, and is to do so at the program's end, too.
inline constexpr uint8_t kGcSpeaksAtEnd = 128;

enum class Finalizer : uint8_t {
  None,     // has nothing to do: the object is freed like any other
  Release,  // gives native resources back, and may run only when nobody can reach the object any more
  Call,     // may run any code: the object and all it reaches come back for that, and perhaps to stay
};

/// `kind` says what a registered, dead object has. Those with a Release that no object with a Call reaches
/// are passed to `release` during the collection, and freed by it; the others wait until they are found dead
/// again. Neither function may allocate. Without this all finalisers are Calls.
void set_finalizer_filter(Finalizer (*kind)(const Object* object), void (*release)(Object* object));

}  // namespace ouro::vm
