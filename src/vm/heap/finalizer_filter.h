// A collection may leave out dead objects whose finaliser would do nothing.
#pragma once

#include "vm/heap/object.h"

namespace ouro::vm {

/// `needed` says of a registered, dead object whether its finaliser has something to do. It must not
/// allocate. The others are freed like any dead object, without being brought back for the call.
void set_finalizer_filter(bool (*needed)(const Object* object));

}  // namespace ouro::vm
