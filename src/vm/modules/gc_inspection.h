// What the module gc tells about objects: which the collector is said to track, and what refers to what.
#pragma once

#include <functional>

#include "vm/object/containers.h"

namespace ouro::vm {

/// gc.is_tracked as CPython answers it: containers, but no dict or tuple of atoms. Allocates nothing.
bool is_tracked(Value value);
/// Whether a program may get hold of a cell: no storage or code of the machine, no tuple that is being
/// filled.
bool is_presentable(Object* object);
/// Every Python object that `value` refers to, looking through the cells that hold items and attributes.
void for_each_direct_referent(Value value, const std::function<void(Value)>& visit);

}  // namespace ouro::vm
