// What is known of the objects that have a finaliser.
#pragma once

#include <functional>

#include "vm/heap/object.h"

namespace ouro::vm {

/// Whether `wanted` holds for any object that is registered as finalisable.
bool any_finalizable(bool (*wanted)(const Object* object));
/// Those that have not been found dead. `visit` must not allocate.
void for_each_finalizable(const std::function<void(Object* object)>& visit);
/// Hands all of these to run_pending_finalizers, dead or not.
void queue_finalizers(bool (*wanted)(const Object* object));

}  // namespace ouro::vm
