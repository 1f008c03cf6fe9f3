// What sites have found, for those that see many shapes: one table for all of them, asked by the version of a
// receiver's shape and the name. Versions are never given twice, so an entry is right for as long as its
// version is anyone's.
#pragma once

#include "vm/interp/operations.h"
#include "vm/object/str.h"

namespace ouro::vm {

struct Found {
  uint32_t version;
  Op op;
  uint32_t number;
  const Str* name;
  uint64_t found;
  int64_t name_hash;  // the address alone could be a later name's

  bool is_for(uint32_t wanted_version, const Str* wanted) const {
    return version == wanted_version && version != 0 && name == wanted && name_hash == wanted->hash_;
  }
};

/// What is asked of an attribute. Special: the function that a class's special method is; the version is the
/// class's own.
enum class Access : uint8_t { Load, Method, Store, Special };

constexpr size_t kFoundCount = 4096;
extern __attribute__((visibility("hidden"))) Found found_table[kFoundCount];

inline Found& found_entry(uint32_t version, const Str* name, Access access) {
  auto hash = static_cast<uint32_t>(reinterpret_cast<uintptr_t>(name) >> 4) * 31u + version * 7u +
              static_cast<uint32_t>(access);
  return found_table[hash % kFoundCount];
}

}  // namespace ouro::vm
