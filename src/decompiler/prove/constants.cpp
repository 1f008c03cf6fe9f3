#include "decompiler/prove/constants.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/hash.h"
#include "decompiler/float_bits.h"

namespace ouro::decompiler {

namespace {

Sameness identical_if(bool same) {
  return same ? Sameness::Identical : Sameness::Different;
}

bool same_text(const Constant& a, const Constant& b) {
  return a.size == b.size && (a.size == 0 || std::memcmp(a.data, b.data, a.size) == 0);
}

Sameness compare_in_order(const Constant& a, const Constant& b) {
  if (a.size != b.size) return Sameness::Different;
  Sameness result = Sameness::Identical;
  for (uint32_t i = 0; i < a.size; ++i) {
    result = std::max(result, compare_constants(*a.items[i], *b.items[i]));
    if (result == Sameness::Different) break;
  }
  return result;
}

/// A set's order depends on how it was made, and shows nowhere: marshal has an order of its own.
Sameness compare_sets(const Constant& a, const Constant& b) {
  const Sameness in_order = compare_in_order(a, b);
  if (in_order != Sameness::Different || a.size != b.size) return in_order;
  const auto sorted = [](const Constant& set) {
    std::vector<const Constant*> items(set.items, set.items + set.size);
    std::sort(items.begin(), items.end(),
              [](const Constant* x, const Constant* y) { return constant_hash(*x) < constant_hash(*y); });
    return items;
  };
  const std::vector<const Constant*> x = sorted(a);
  const std::vector<const Constant*> y = sorted(b);
  Sameness result = Sameness::Identical;
  for (uint32_t i = 0; i < a.size && result != Sameness::Different; ++i)
    result = std::max(result, compare_constants(*x[i], *y[i]));
  return result;
}

}  // namespace

Sameness compare_constants(const Constant& a, const Constant& b) {
  if (a.kind != b.kind) return Sameness::Different;
  switch (a.kind) {
    case ConstantKind::None:
    case ConstantKind::False:
    case ConstantKind::True:
    case ConstantKind::Ellipsis:
      return Sameness::Identical;
    case ConstantKind::Code:
      return Sameness::Different;
    case ConstantKind::Int:
      return identical_if(a.negative == b.negative && a.size == b.size &&
                          std::equal(a.limbs, a.limbs + a.size, b.limbs));
    case ConstantKind::Float:
      return identical_if(same_bits(a.real, b.real));
    case ConstantKind::Complex:
      return identical_if(same_bits(a.real, b.real) && same_bits(a.imag, b.imag));
    case ConstantKind::Bytes:
      return identical_if(same_text(a, b));
    case ConstantKind::Str:
      if (!same_text(a, b)) return Sameness::Different;
      return a.interned == b.interned ? Sameness::Identical : Sameness::Value;
    case ConstantKind::Tuple:
      return compare_in_order(a, b);
    case ConstantKind::FrozenSet:
      return compare_sets(a, b);
  }
  return Sameness::Different;
}

}  // namespace ouro::decompiler
