#include "lift/stack_code.h"

#include <fmt/format.h>

#include <string_view>

namespace ouro::lift {

namespace {

constexpr size_t kMaxCodeSize = size_t{1} << 27;
constexpr uint64_t kMaxArgument = 0x7FFFFFFF;

}  // namespace

bool StackCode::fail(std::string message) {
  error_ = std::move(message);
  return false;
}

bool StackCode::is_unconditional_jump(Op op) {
  return op == Op::JUMP_FORWARD || op == Op::JUMP_BACKWARD || op == Op::JUMP_BACKWARD_NO_INTERRUPT;
}

bool StackCode::is_terminator(Op op) {
  return op == Op::RETURN_VALUE || op == Op::RAISE_VARARGS || op == Op::RERAISE || is_unconditional_jump(op);
}

bool StackCode::decode(const CodeView& view) {
  if (view.version != kPython311.version)
    return fail(fmt::format("bytecode of Python {}.{}", view.version >> 8, view.version & 0xFF));
  table_ = &kPython311;
  if (view.code.empty() || view.code.size() % 2 != 0)
    return fail("the code is empty or ends in half an instruction");
  if (view.code.size() > kMaxCodeSize) return fail("the code is too long");
  if (!read_ranges(view)) return false;
  read_instructions(view);
  cut_blocks();
  return true;
}

bool StackCode::read_ranges(const CodeView& view) {
  ExceptionTableReader reader(
      {reinterpret_cast<const char*>(view.exception_table.data()), view.exception_table.size()});
  ExceptionRange range;
  uint32_t last_end = 0;
  while (reader.next(&range)) {
    if (range.start < last_end || range.end > view.code.size() / 2)
      return fail("an exception table entry is out of order or out of the code");
    last_end = range.end;
    if (range.start < range.end) ranges.push_back(range);
  }
  return !reader.malformed() || fail("the exception table is malformed");
}

void StackCode::read_instructions(const CodeView& view) {
  const auto units = static_cast<uint32_t>(view.code.size() / 2);
  at_unit_.assign(units, kNone);
  instructions.reserve(units / 2 + 8);
  uint32_t range = 0;
  for (uint32_t unit = 0; unit < units;) {
    StackInstruction instruction;
    instruction.start = unit;
    uint64_t argument = 0;
    uint8_t number = view.code[size_t{unit} * 2];
    instruction.valid = true;
    for (;;) {
      argument = argument << 8 | view.code[size_t{unit} * 2 + 1];
      if (argument > kMaxArgument) {
        instruction.valid = false;
        argument &= kMaxArgument;
      }
      if (!table_->assigned[number] || table_->by_number[number] != Op::EXTENDED_ARG || unit + 1 == units)
        break;
      number = view.code[size_t{++unit} * 2];
    }
    instruction.op = table_->assigned[number] ? table_->by_number[number] : Op::CACHE;
    instruction.argument = static_cast<uint32_t>(argument);
    instruction.unit = unit;
    instruction.next = unit + 1 + info(instruction).caches;
    if (instruction.op == Op::CACHE || instruction.op == Op::EXTENDED_ARG || instruction.next > units)
      instruction.valid = false;
    while (range < ranges.size() && ranges[range].end <= instruction.unit) ++range;
    if (range < ranges.size() && ranges[range].start <= instruction.unit) instruction.handler = range;
    at_unit_[instruction.start] = static_cast<uint32_t>(instructions.size());
    instructions.push_back(instruction);
    unit = instruction.next;
  }
}

int64_t StackCode::target_unit(const StackInstruction& jump) const {
  const int64_t distance = jump.argument;
  return int64_t{jump.next} + (info(jump).operand == OperandKind::JumpBack ? -distance : distance);
}

void StackCode::mark_leader(int64_t unit, std::vector<bool>& leaders) const {
  if (unit < 0 || unit >= static_cast<int64_t>(at_unit_.size())) return;
  const uint32_t index = at_unit_[static_cast<size_t>(unit)];
  if (index != kNone) leaders[index] = true;
}

void StackCode::cut_blocks() {
  std::vector<bool> leaders(instructions.size() + 1);
  leaders[0] = true;
  for (size_t i = 0; i < instructions.size(); ++i) {
    const StackInstruction& instruction = instructions[i];
    const bool jumps = info(instruction).is_jump();
    if (jumps) mark_leader(target_unit(instruction), leaders);
    if (jumps || is_terminator(instruction.op) || !instruction.valid) leaders[i + 1] = true;
  }
  for (const ExceptionRange& range : ranges) mark_leader(range.target, leaders);
  block_of_.assign(instructions.size(), kNone);
  for (uint32_t i = 0; i < instructions.size(); ++i) {
    if (leaders[i]) {
      block_of_[i] = static_cast<uint32_t>(blocks.size());
      blocks.push_back({.first = i});
    }
    blocks.back().end = i + 1;
  }
}

uint32_t StackCode::block_at_unit(int64_t unit) const {
  if (unit < 0 || unit >= static_cast<int64_t>(at_unit_.size())) return kNone;
  const uint32_t index = at_unit_[static_cast<size_t>(unit)];
  return index == kNone ? kNone : block_of_[index];
}

uint32_t StackCode::target_block(const StackInstruction& jump) const {
  return block_at_unit(target_unit(jump));
}

}  // namespace ouro::lift
