// Long chains of `+` between constants, in linear time and memory.
#pragma once

#include "base/arena.h"
#include "base/constant.h"

namespace ouro::compiler {

/// `a + b + c + ...` is folded from the left, so each step has the step before as its left operand. The last
/// result's memory has room behind it, and the next step writes its right operand there: the shorter constant
/// stays what it was, a prefix.
class Concatenation {
 public:
  explicit Concatenation(Arena& arena) : arena_(arena) {}

  /// Whether join() is for these: two str, bytes or tuples whose sum is long.
  static bool applies(const Constant& left, const Constant& right);
  /// left + right, or null when that is too long for a constant.
  const Constant* join(const Constant& left, const Constant& right);
  /// Bytes taken from the arena by the last join().
  size_t taken() const { return taken_; }

 private:
  Arena& arena_;
  const Constant* last_ = nullptr;
  char* memory_ = nullptr;
  size_t capacity_ = 0;
  size_t taken_ = 0;
};

}  // namespace ouro::compiler
