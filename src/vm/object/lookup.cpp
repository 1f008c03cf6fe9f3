// Finding attributes in classes: the MRO, the global cache in front of it, and the versions that keep the
// cache and everybody's inline caches honest.
//
// A type's version stands for all that lookups on it can answer. It is given when somebody first wants to
// remember something, bases first; a change to a class drops it there and in all subclasses. A class without
// a version has no subclass with one, so dropping stops early.
#include <cstddef>
#include <cstring>

#include "vm/object/class_support.h"
#include "vm/object/containers.h"
#include "vm/object/shapes.h"
#include "vm/object/special_methods.h"
#include "vm/object/str.h"
#include "vm/object/types.h"

namespace ouro::vm {

namespace {

struct CacheEntry {
  uint32_t version;
  const Str* name;
  Value value;
};
constexpr size_t kCacheSize = 4096;
/// Zero at first, which is no entry: no page of it is touched before it is used.
alignas(CacheEntry) constinit std::byte cache_memory[kCacheSize * sizeof(CacheEntry)] = {};
CacheEntry* const lookup_cache = reinterpret_cast<CacheEntry*>(cache_memory);

CacheEntry& cache_entry(uint32_t version, const Str* name) {
  const uintptr_t hash =
      (reinterpret_cast<uintptr_t>(name) >> 4) * 3 ^ (uintptr_t{version} * 0x9E3779B1u >> 7);
  return lookup_cache[hash % kCacheSize];
}

Value lookup_in_mro(const Type* type, Str* name) {
  const Tuple* mro = type->mro;
  if (mro == nullptr) return Value();
  for (uint64_t i = 0; i < mro->length; ++i) {
    Dict* dict = mro->items[i].as<Type>()->dict;
    if (dict == nullptr) continue;
    Value found = dict_get(dict, name);
    if (!found.is_null()) return found;
  }
  return Value();
}

/// Names may die; an entry must not survive as another name's.
void forget_lookups(Tracer&) {
  std::memset(cache_memory, 0, sizeof cache_memory);
}

bool overrides(const Type* type, Str* name) {
  return name != nullptr && !dict_get(type->dict, name).is_null();
}

void update_after_change(Type* type, Str* name) {
  if (name == nullptr) {
    compute_slots(type);
  } else {
    compute_slots_of(type, name);
  }
  for_each_subclass(type, [&](Type* subclass) {
    if (!overrides(subclass, name)) update_after_change(subclass, name);
  });
}

void drop_versions(Type* type) {
  if (type->version == 0) return;
  type->version = 0;
  drop_shape_versions(type);
  for_each_subclass(type, drop_versions);
}

}  // namespace

void start_lookup_cache() {
  add_root_visitor(forget_lookups);
}

bool is_subtype_slow(const Type* type, const Type* base) {
  const Tuple* mro = type->mro;
  if (mro != nullptr) [[likely]] {
    for (uint64_t i = 0; i < mro->length; ++i) {
      if (mro->items[i].object() == base) return true;
    }
    return false;
  }
  for (; type != nullptr; type = type->base) {
    if (type == base) return true;
  }
  return base == types.object;
}

uint32_t fresh_type_version(Type* type) {
  const Tuple* mro = type->mro;
  if (mro == nullptr || !type->has(kTypeReady) || type->has(kTypeCustomMro)) return 0;
  for (uint64_t i = 1; i < mro->length; ++i) {
    if (type_version(mro->items[i].as<Type>()) == 0) return 0;
  }
  return type->version = next_version();
}

Value lookup_in_type(Type* type, Str* name) {
  const uint32_t version = type->version;
  if (version != 0) [[likely]] {
    const CacheEntry& entry = cache_entry(version, name);
    if (entry.version == version && entry.name == name) return entry.value;
  }
  Value found = lookup_in_mro(type, name);
  if (name->is_interned()) {
    const uint32_t fresh = type_version(type);
    if (fresh != 0) cache_entry(fresh, name) = {fresh, name, found};
  }
  return found;
}

void descriptors_changed() {
  drop_versions(types.object);
}

void type_modified(Type* type, Str* name_or_null) {
  const auto get = type->slots.descr_get;
  const auto set = type->slots.descr_set;
  drop_versions(type);
  if (name_or_null == nullptr || is_special_name(name_or_null)) update_after_change(type, name_or_null);
  if (get != type->slots.descr_get || set != type->slots.descr_set) descriptors_changed();
}

}  // namespace ouro::vm
