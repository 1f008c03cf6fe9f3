// Where the values of CPython's stack stand in register code, between two of CPython's instructions: what is
// needed to leave one form of a function's code in the middle and go on in another.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "lift/lift.h"

namespace ouro::lift {

/// What a stack slot holds.
struct SlotPlace {
  enum class Kind : uint8_t {
    Register,  // the value in register `value`
    Constant,  // the constant of that index, which is in no register yet
    Nothing,   // no value: PUSH_NULL's, or one that is only dropped
  };
  Kind kind = Kind::Nothing;
  uint32_t value = 0;
};

/// A word of register code before which all instructions of stack code up to `offset` are done, and none from
/// there on.
struct StackPoint {
  uint32_t word = 0;
  uint32_t offset = 0;  // in co_code, of the instruction with its prefixes
  uint32_t first = 0;   // of its slots, bottom first
  uint32_t depth = 0;
};

class StackMap {
 public:
  /// The point at this word, or null: the word is in the middle of what an instruction became.
  const StackPoint* at(uint32_t word) const;
  std::span<const SlotPlace> slots(const StackPoint& point) const {
    return {slots_.data() + point.first, point.depth};
  }

  // For the translator, which notes points in the order of their words.
  void begin_point(uint32_t word, uint32_t offset);
  void add_slot(SlotPlace place);
  bool has(uint32_t word) const { return !points_.empty() && points_.back().word == word; }
  /// Forgets points from this word on.
  void forget_from(uint32_t word);

 private:
  std::vector<StackPoint> points_;
  std::vector<SlotPlace> slots_;
};

/// The map of what lift() makes with the same options; nothing for what it refuses.
std::optional<StackMap> map_stack(const CodeView& code, const LiftOptions& options = {});

}  // namespace ouro::lift
