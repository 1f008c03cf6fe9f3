#include "decompiler/read/shape.h"

#include <limits>

namespace ouro::decompiler {

namespace {

constexpr int32_t kUnknown = std::numeric_limits<int32_t>::min();

// Operands of code that no compiler made may be anything; heights are for comparing only.
int32_t effect(const Instruction& instruction, bool jump) {
  constexpr uint32_t kHighest = 1u << 16;
  const uint32_t argument = instruction.argument < kHighest ? instruction.argument : 0;
  return stack_effect(kPython311, instruction.op, static_cast<int>(argument), jump);
}

}  // namespace

void Shape::build(const Code& code) {
  test_back_.assign(code.size(), kNone);
  jump_back_.assign(code.size(), kNone);
  jump_to_.assign(code.size(), kNone);
  for (uint32_t i = 0; i < code.size(); ++i) {
    const uint32_t target = code[i].target;
    if (target == kNone) continue;
    jump_to_[target] = i;
    if (target > i) continue;
    if (Code::is_conditional_jump(code[i].op)) test_back_[target] = i;
    if (Code::is_unconditional_jump(code[i].op)) jump_back_[target] = i;
  }
  find_depths(code);
  find_segments();
}

// Every instruction that a compiler made is reached from one before it or is a handler's first, but for the
// code behind an asynchronous loop, which follows its handler.
void Shape::find_depths(const Code& code) {
  depth_.assign(code.size(), kUnknown);
  int32_t height = 0;
  auto reach = [&](uint32_t at, int32_t depth) {
    if (depth_[at] == kUnknown) depth_[at] = depth;
  };
  for (uint32_t i = 0; i < code.size(); ++i) {
    const Instruction& instruction = code[i];
    if (depth_[i] == kUnknown) depth_[i] = height;
    if (instruction.handler != kNone)
      reach(instruction.handler,
            static_cast<int32_t>(instruction.handler_depth & 0xFFFF) + (instruction.handler_lasti ? 2 : 1));
    if (instruction.target != kNone) reach(instruction.target, depth_[i] + effect(instruction, true));
    height = depth_[i] + effect(instruction, false);
  }
}

void Shape::find_segments() {
  const auto size = static_cast<uint32_t>(depth_.size());
  segment_end_.assign(size, size);
  std::vector<uint32_t> open;
  for (uint32_t i = 0; i < size; ++i) {
    while (!open.empty() && depth_[i] <= depth_[open.back()]) {
      segment_end_[open.back()] = i;
      open.pop_back();
    }
    open.push_back(i);
  }
}

uint32_t Shape::first_of_segment(uint32_t at) const {
  const int32_t base = depth_[at] - 1;
  while (at > 0 && depth_[at] > base) --at;
  return at;
}

}  // namespace ouro::decompiler
