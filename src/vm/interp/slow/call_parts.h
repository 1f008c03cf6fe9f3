// What the slow paths of calls share: slow/calls.cpp, slow/parameters.cpp.
#pragma once

#include "vm/interp/slow.h"

namespace ouro::vm {

/// The most arguments, self included, of a call that the forms of slow/parameters.cpp take.
constexpr size_t kMostLoose = 12;

inline uint16_t call_words(const uint64_t* pc) {
  return static_cast<uint16_t>(4 + list_words(field_c(pc)));
}
inline bool has_keywords(const uint64_t* pc) {
  return low_half(pc + 1) != lift::kNoConst;
}

/// The __init__ in Python of a class whose instances object.__new__ makes; null otherwise.
Function* python_init(Type* type);

/// Patches a call with keywords of a Python function that has a place for each of them. `self_count`: 1 when
/// the call prepends self.
void specialise_keywords(uint64_t* pc, Thread* T, Function* function, size_t self_count, Op op);
/// The same of whatever is called without self.
void specialise_named(uint64_t* pc, Thread* T, Object* callee, Op function, Op class_);

/// From CallExtended: enters a Python function, or the one behind a bound method or class, with arguments of
/// a tuple and a mapping, which may be null. Null: raised, or by the general rules.
uint64_t* enter_spread(uint64_t* pc, Thread* T, Value callee, const Tuple* arguments, Dict* keywords);

}  // namespace ouro::vm
