// One object per distinct constant in a compilation, as CPython's constant cache makes them: (type, value) is
// the key, so 1, 1.0 and True stay apart, and so do 0.0 and -0.0; tuples and frozensets are keyed by their
// items.
//
// The cache lives as long as the compilation and holds more than the constants of the source: the tuples of
// names and constants of each code object and its tables go through it too, so that a tuple of names may turn
// out to be the same object as a tuple in the program.
#pragma once

#include "base/workspace.h"

namespace ouro::compiler {

class ConstantCache {
 public:
  explicit ConstantCache(Workspace& workspace)
      : workspace_(workspace), number_(workspace.constants.new_merge_number()) {}

  /// The first constant given that is equal to this one; of tuples and frozensets, rebuilt from merged items.
  /// Code objects are compared as CPython compares them.
  const Constant* merge(const Constant* constant) {
    return constant->merged_by == number_ && number_ != 0 ? constant : merge_new(constant);
  }

  /// The same, but leaves the items of a new tuple or frozenset as they are.
  const Constant* merge_shallow(const Constant* constant);

  /// Gives the strings of a tuple that look like names their interned objects, in nested tuples and
  /// frozensets too. In place, as CPython does: whoever shares the tuple sees it.
  void intern_name_like(const Constant* tuple);

  /// Gives every string of a tuple of names its interned object, in place.
  void intern_all(const Constant* tuple);

  /// The str object of a code object's name. Identifiers are interned; CPython's own names, such as
  /// "<lambda>", are shared but not interned.
  const Constant* scope_name(Name name);

 private:
  struct Entry {
    const Constant* constant;
    const Constant* merged;  // what stands for it; differs for frozensets, which are rebuilt
  };
  // Small, because most of a table is empty and has to be cleared all the same.
  struct Slot {
    uint32_t hash;
    uint32_t entry;  // its number in entries_ plus one; 0: an empty slot
  };
  struct ScopeName {
    Name name;
    const Constant* object;
  };
  const Constant* merge_new(const Constant* constant);
  Entry* find(const Constant& constant, bool* found);
  void grow();
  const Constant* rebuild_frozen_set(const Constant& set);
  const Constant* intern_frozen_set(const Constant* set);
  bool intern_items(const Constant* const* items, size_t count);

  Workspace& workspace_;
  const uint16_t
      number_;  // marks the constants that stand for themselves, so that they are not looked up again
  std::span<Slot> table_;  // open addressing, a power of two of slots in the arena
  ArenaVector<Entry> entries_{workspace_.arena};
  ArenaVector<ScopeName> scope_names_{workspace_.arena};
};

/// Whether two code objects are equal in Python.
bool same_code(const CodeObject& a, const CodeObject& b);

}  // namespace ouro::compiler
