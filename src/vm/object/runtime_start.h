// The steps of start_runtime that lie in several files of this folder.
#pragma once

#include "vm/object/type.h"

namespace ouro::vm {

/// The main thread's Thread, and the lock held by it.
void start_threads();
/// Cells of all well-known types, empty but usable as shapes' types.
void start_types();
void start_names();
/// The index from names to special methods; needs the names.
void start_special_methods();
/// object and type themselves, then the descriptors' types: everything else is completed through them.
void complete_core_types();
void complete_object_type();
void complete_type_type();
void complete_descriptor_types();
void complete_exceptions();
/// builtins/: the types that live there and belong to the object model.
void complete_object_builtins();
void complete_super_type();
void complete_property_type();
void complete_classmethod_types();
void complete_module_type();
void complete_mappingproxy_type();
void complete_namespace_type();
void complete_generic_alias_type();
void complete_union_type();
/// weakref.ref and the proxies.
void complete_weak_references();
void complete_weak_proxies();
/// Finalisers and weak-reference callbacks run from here on; OURO_GC_STRESS is heeded.
void start_finalization();

}  // namespace ouro::vm
