// Trace functions made from a list of members: trace_members<&Pair::first, &Pair::second>.
#pragma once

#include "vm/heap/heap.h"

namespace ouro::vm {

namespace detail {
template <class Struct, class Field>
void trace_member(Object* object, Tracer& tracer, Field Struct::* member) {
  tracer.visit(static_cast<Struct*>(object)->*member);
}
}  // namespace detail

template <auto... Members>
void trace_members(Object* object, Tracer& tracer) {
  (detail::trace_member(object, tracer, Members), ...);
}

}  // namespace ouro::vm
