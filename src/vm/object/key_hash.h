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
  if (is_exact_tuple(key) && (key.object()->flags & kTupleHashKnown) != 0)
    return key.as<Tuple>()->known_hash();
  return hash(key);
}

/// The texts of two exact str of the same hash.
inline bool same_text(const Str* a, const Str* b) {
  return a == b || (!(a->is_interned() && b->is_interned()) && equals(a, b));
}

/// Whether two exact tuples are equal as far as that shows without calling anything: 1 or 0, or -1 when it
/// does not.
inline int quick_equal_tuples(const Tuple* a, const Tuple* b) {
  if (a->length != b->length) return -1;
  for (size_t i = 0, length = a->length; i < length; ++i) {
    const Value x = a->items[i], y = b->items[i];
    if (x == y) continue;
    if (Value::both_small_int(x, y)) return 0;
    if (is_exact_str(x) && is_exact_str(y)) {
      if (!same_text(x.as<Str>(), y.as<Str>())) return 0;
    } else if (has_root_shape(x, types.bytes) && has_root_shape(y, types.bytes)) {
      if (x.as<Bytes>()->view() != y.as<Bytes>()->view()) return 0;
    } else {
      return -1;
    }
  }
  return 1;
}

/// Whether a stored key, which is not identical, equals one that is looked for.
inline Result<bool> keys_equal(Value stored, Value key) {
  if (Value::both_small_int(stored, key)) return false;
  if (is_exact_str(stored) && is_exact_str(key)) return same_text(stored.as<Str>(), key.as<Str>());
  if (has_root_shape(stored, types.bytes) && has_root_shape(key, types.bytes))
    return stored.as<Bytes>()->view() == key.as<Bytes>()->view();
  if (is_exact_tuple(stored) && is_exact_tuple(key)) {
    const int same = quick_equal_tuples(stored.as<Tuple>(), key.as<Tuple>());
    if (same >= 0) return same == 1;
  }
  return equal(stored, key);
}

}  // namespace ouro::vm
