// What the jumps of a code object say about its structure, found in one pass over it: how high the stack is
// at each instruction, where an expression that begins somewhere is consumed, where loops jump back.
#pragma once

#include <cstdint>
#include <vector>

#include "decompiler/code.h"

namespace ouro::decompiler {

class Shape {
 public:
  void build(const Code& code);

  /// Of the stack in front of the instruction, counted from any height: for comparing.
  int32_t depth(uint32_t at) const { return depth_[at]; }
  /// The last instruction of the segment that begins at `at`: the one after which the stack is no higher than
  /// before `at`, as the jump of a test or the store of an assignment. The code's last one where there is
  /// none.
  uint32_t last_of_segment(uint32_t at) const { return segment_end_[at] - 1; }
  /// The first instruction of the expression that the instruction at `at` takes off the stack.
  uint32_t first_of_segment(uint32_t at) const;
  /// The last conditional jump back to `at`, as a while loop's test at its bottom; kNone: none.
  uint32_t test_back_to(uint32_t at) const { return test_back_[at]; }
  /// The last unconditional jump back to `at`.
  uint32_t jump_back_to(uint32_t at) const { return jump_back_[at]; }
  /// One of the jumps that go to `at`.
  uint32_t jump_to(uint32_t at) const { return jump_to_[at]; }

 private:
  void find_depths(const Code& code);
  void find_segments();

  std::vector<int32_t> depth_;
  std::vector<uint32_t> segment_end_;
  std::vector<uint32_t> test_back_;
  std::vector<uint32_t> jump_back_;
  std::vector<uint32_t> jump_to_;
};

}  // namespace ouro::decompiler
