// Constants that the optimiser has dropped.
//
// A test that is constant leaves its constant in co_consts, at the place where code generation has come to
// it. So of the constants that are not loaded before (in the order of the source), the first one is that
// constant, unless it is one that was there already.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/workspace.h"
#include "decompiler/code.h"

namespace ouro::decompiler {

/// What stands in a code object's co_consts with nothing to load it. What has been found at a place is taken
/// to be loaded there, and not found at another.
class DroppedConstants {
 public:
  /// `readings`: see rebuild.h.
  DroppedConstants(Workspace& workspace, const Code& code, bool is_function, uint32_t readings)
      : workspace_(workspace), code_(code), is_function_(is_function), readings_(readings) {}

  /// The constant that stood as a test at `position` and has left no instruction.
  const Constant* test(const Position& position, bool truth);
  /// The same, if it was new there; null: there is none. `seen` is one that was there already.
  const Constant* new_test(const Position& position, bool truth, const Constant** seen);
  /// Constants in front of a test's first operand, which begins at `first`; all are true, or all false.
  std::vector<const Constant*> operands(const Position& first);
  /// The constant that was asserted at `position`; null: there is none of that width.
  const Constant* assertion(const Position& position);

  // The same by the order of instructions, where there are no columns.

  /// A constant that code generation has met at `at`, as a test that has left no more than a place; null:
  /// there is none.
  const Constant* test_at(uint32_t at, std::optional<bool> truth);
  /// Whether some constant that code generation has met before the one which the instruction at `at` loads is
  /// loaded for the first time behind it.
  bool comes_later(uint32_t at) const;
  /// Whether the instruction is the first that loads its constant, and code generation has met others after
  /// it.
  bool comes_first(uint32_t at) const;

 private:
  void find_uses();
  void find_first_loads() const;
  bool comes_early(size_t index, const Position& position) const;
  size_t count_before(const Position& start);
  std::span<const Constant* const> constants() const { return code_.object().consts->elements(); }

  Workspace& workspace_;
  const Code& code_;
  const bool is_function_;  // its first constant is the docstring, or None
  const uint32_t readings_;
  bool uses_known_ = false;
  std::vector<Position> uses_;                 // of each constant, the first one in the source
  mutable std::vector<uint32_t> first_loads_;  // of each constant; empty: not known
};

}  // namespace ouro::decompiler
