// Hashing and comparing keys, the commonest kinds without a call.
#pragma once

#include "vm/object/containers_inline.h"
#include "vm/object/protocol.h"

namespace ouro::vm {

inline int64_t small_int_hash(int64_t number) {
  constexpr int64_t kModulus = (int64_t{1} << 61) - 1;
  if (number >= kModulus || number <= -kModulus) number %= kModulus;
  return number == -1 ? -2 : number;
}

inline Result<int64_t> key_hash(Value key) {
  if (key.is_small_int()) return small_int_hash(key.small_int());
  if (is_exact_str(key)) {
    Str* text = key.as<Str>();
    return text->hash_ != 0 ? text->hash_ : str_hash(text);
  }
  return hash(key);
}

/// The texts of two exact str of the same hash.
inline bool same_text(const Str* a, const Str* b) {
  return a == b || (!(a->is_interned() && b->is_interned()) && equals(a, b));
}

/// Whether a stored key, which is not identical, equals one that is looked for.
inline Result<bool> keys_equal(Value stored, Value key) {
  if (Value::both_small_int(stored, key)) return false;
  if (is_exact_str(stored) && is_exact_str(key)) return same_text(stored.as<Str>(), key.as<Str>());
  return equal(stored, key);
}

}  // namespace ouro::vm
