// What the end of a program asks of the heap.
#pragma once

#include "vm/heap/object.h"

namespace ouro::vm {

/// Whether `wanted` holds for any object that is registered as finalisable.
bool any_finalizable(bool (*wanted)(const Object* object));
/// Hands all of these to run_pending_finalizers, dead or not.
void queue_finalizers(bool (*wanted)(const Object* object));

}  // namespace ouro::vm
