// Hashing, equality and set order of constants, as CPython 3.11 has them with PYTHONHASHSEED=0.
#pragma once

#include <cstdint>
#include <span>

#include "base/arena.h"
#include "base/constant.h"

namespace ouro {

/// Python's hash(constant) for PYTHONHASHSEED=0. Where CPython hashes an address (None, Ellipsis, NaN, code
/// objects), a fixed value stands for it, so that our output never depends on where things lie in memory.
int64_t python_hash(const Constant& constant);

/// Identity or Python's `==` (1 == 1.0 == True; a NaN equals only itself), as sets and dicts compare keys.
bool python_equal(const Constant& a, const Constant& b);

/// Whether the compiler may put one in place of the other: same type and value, recursively. 0.0 and -0.0
/// differ, also inside complex numbers; a NaN is the same only as itself; code objects go by address.
bool same_constant(const Constant& a, const Constant& b);

/// A fast hash for tables keyed by same_constant. Ours, not Python's. Computed once per object: making one
/// part of a constant another, equal object keeps it.
uint32_t constant_hash(const Constant& constant);

/// The distinct elements (the first of equal ones stays) in the iteration order of a CPython set to which
/// `items` were added one by one. The result lives in the arena.
std::span<const Constant* const> frozenset_order(Arena& arena, std::span<const Constant* const> items);

}  // namespace ouro
