// Weak references: weakref.ref, weakref.proxy.
#pragma once

#include "vm/object/containers.h"
#include "vm/object/types.h"

namespace ouro::vm {

/// weakref.ref and both proxies, told apart by type.
struct WeakReference : Object {
  Object* target;  // null: dead. The heap clears it; not traced
  Value callback;  // null: none
  int64_t hash_;   // of the target, once asked for
  bool is_hashed;
};

inline bool is_weak_reference(Value value) {
  return is_kind(value, Kind::kWeakReference);
}
inline bool is_weak_proxy(Value value) {
  return is_weak_reference(value) &&
         (type_of(value) == types.weakproxy || type_of(value) == types.weakcallableproxy);
}
inline bool supports_weak_references(Value value) {
  return type_of(value)->has(kTypeHasWeakrefs);
}

/// weakref.ref(target, callback) and weakref.proxy; `callback` may be null or None. The one reference without
/// a callback is shared. TypeError for a target that cannot be referred to.
Result<Value> make_weak_reference(Value target, Value callback = {});
Result<Value> make_weak_proxy(Value target, Value callback = {});
/// The references that Python sees, in CPython's order: the shared ones, then the others, newest first.
List* weak_references(Value target);
uint64_t weak_reference_count(Value target);
/// What is in `__weakref__`: the first of them, or None.
Value first_weak_reference(Value target);

}  // namespace ouro::vm
