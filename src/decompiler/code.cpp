#include "decompiler/code.h"

#include <algorithm>
#include <utility>

#include "decompiler/limits.h"
#include "lift/stack_code.h"

namespace ouro::decompiler {

namespace {

bool place_before(int32_t line, int32_t column, int32_t other_line, int32_t other_column) {
  if (line != other_line || column < 0 || other_column < 0) return line < other_line;
  return column < other_column;
}

/// Whether the lines of a code object can't be its own: all instructions stand in one, and no columns tell
/// them apart, yet there are statements that need lines of their own, places that were kept for such, or
/// definitions in other lines.
bool has_false_lines(const std::vector<Instruction>& instructions, const CodeObject& object) {
  const std::string_view name = object.name->text();
  const bool expression = name != "<module>" && name.starts_with('<');
  const int32_t line = instructions.front().position.line;
  bool spread = false;
  for (const Instruction& instruction : instructions) {
    if (instruction.position.column >= 0 || instruction.position.line != line) return false;
    const Op op = instruction.op;
    spread |= op == Op::NOP || op == Op::PUSH_EXC_INFO || op == Op::BEFORE_WITH ||
              op == Op::BEFORE_ASYNC_WITH ||
              (!expression && (op == Op::FOR_ITER || Code::is_conditional_jump(op)));
  }
  for (const Constant* constant : object.consts->elements())
    spread |= constant->is(ConstantKind::Code) && constant->code->first_line != line;
  return spread;
}

}  // namespace

bool contains(const Position& outer, const Position& inner) {
  if (!has_columns(outer) || !has_columns(inner) || outer.end_column < 0 || inner.end_column < 0)
    return false;
  return !place_before(inner.line, inner.column, outer.line, outer.column) &&
         !place_before(outer.end_line, outer.end_column, inner.end_line, inner.end_column);
}

bool starts_before(const Position& a, const Position& b) {
  return place_before(a.line, a.column, b.line, b.column);
}

bool ends_before(const Position& a, const Position& b) {
  return place_before(a.end_line, a.end_column, b.end_line, b.end_column);
}

bool Code::fail(std::string message) {
  error_ = std::move(message);
  return false;
}

bool Code::read(const CodeObject& object, bool ignore_columns) {
  object_ = &object;
  lift::StackCode stack_code;
  if (!stack_code.decode(lift::view_of(object, kPython311.version))) return fail(stack_code.error());
  instructions_.resize(stack_code.instructions.size());
  for (size_t i = 0; i < instructions_.size(); ++i) {
    const lift::StackInstruction& from = stack_code.instructions[i];
    if (!from.valid) return fail("bad instruction at offset " + std::to_string(from.unit * 2));
    Instruction& to = instructions_[i];
    to.op = from.op;
    to.argument = from.argument;
    to.offset = from.unit * 2;
    if (stack_code.info(from).is_jump()) {
      const uint32_t block = stack_code.target_block(from);
      if (block == lift::kNone) return fail("bad jump at offset " + std::to_string(to.offset));
      to.target = stack_code.blocks[block].first;
      ++instructions_[to.target].jumps_here;
    }
    if (from.handler != lift::kNone) {
      const uint32_t block = stack_code.handler_block(from.handler);
      if (block == lift::kNone) return fail("bad handler at offset " + std::to_string(to.offset));
      to.handler = stack_code.blocks[block].first;
      to.handler_depth = stack_code.ranges[from.handler].depth;
      to.handler_lasti = stack_code.ranges[from.handler].lasti;
    }
  }
  read_positions(ignore_columns);
  if (!instructions_.empty() && has_false_lines(instructions_, object))
    for (Instruction& instruction : instructions_) instruction.position = {};
  return true;
}

namespace {

bool is_beyond_all(const Position& position) {
  return std::max({position.line, position.end_line, position.column, position.end_column}) > kMaxPlace;
}

}  // namespace

void Code::read_positions(bool ignore_columns) {
  PositionReader reader(object_->line_table->text(), object_->first_line);
  PositionRange range;
  size_t i = 0;
  while (reader.next(&range)) {
    if (is_beyond_all(range.position)) range.position = Position();
    if (ignore_columns) range.position.column = range.position.end_column = -1;
    while (i < instructions_.size() && instructions_[i].offset / 2 < range.start) ++i;
    for (; i < instructions_.size() && instructions_[i].offset / 2 < range.end; ++i)
      instructions_[i].position = range.position;
  }
}

const Constant* Code::constant(uint32_t index) const {
  return index < object_->consts->size ? object_->consts->items[index] : nullptr;
}

const Constant* Code::name(uint32_t index) const {
  return index < object_->names->size ? object_->names->items[index] : nullptr;
}

const Constant* Code::local(uint32_t index) const {
  return index < object_->locals_plus_names->size ? object_->locals_plus_names->items[index] : nullptr;
}

uint8_t Code::local_kind(uint32_t index) const {
  const std::string_view kinds = object_->locals_plus_kinds->text();
  return index < kinds.size() ? static_cast<uint8_t>(kinds[index]) : 0;
}

bool Code::is_conditional_jump(Op op) {
  switch (op) {
    case Op::POP_JUMP_FORWARD_IF_FALSE:
    case Op::POP_JUMP_FORWARD_IF_TRUE:
    case Op::POP_JUMP_FORWARD_IF_NONE:
    case Op::POP_JUMP_FORWARD_IF_NOT_NONE:
    case Op::POP_JUMP_BACKWARD_IF_FALSE:
    case Op::POP_JUMP_BACKWARD_IF_TRUE:
    case Op::POP_JUMP_BACKWARD_IF_NONE:
    case Op::POP_JUMP_BACKWARD_IF_NOT_NONE:
    case Op::JUMP_IF_FALSE_OR_POP:
    case Op::JUMP_IF_TRUE_OR_POP:
      return true;
    default:
      return false;
  }
}

bool Code::is_unconditional_jump(Op op) {
  return lift::StackCode::is_unconditional_jump(op);
}

bool Code::is_terminator(Op op) {
  return lift::StackCode::is_terminator(op);
}

bool Code::jumps_if_true(Op op) {
  switch (op) {
    case Op::POP_JUMP_FORWARD_IF_TRUE:
    case Op::POP_JUMP_BACKWARD_IF_TRUE:
    case Op::POP_JUMP_FORWARD_IF_NONE:  // `x is None`, which the comparison has become part of
    case Op::POP_JUMP_BACKWARD_IF_NONE:
    case Op::JUMP_IF_TRUE_OR_POP:
      return true;
    default:
      return false;
  }
}

uint32_t Code::destination(uint32_t index) const {
  for (uint32_t steps = 0; index < size() && steps < 64; ++steps) {
    const Op op = instructions_[index].op;
    if (is_unconditional_jump(op))
      index = instructions_[index].target;
    else if (op == Op::NOP)
      ++index;
    else
      break;
  }
  return index;
}

bool Code::inherits_position(uint32_t index) const {
  return index > 0 && instructions_[index].position == instructions_[index - 1].position;
}

}  // namespace ouro::decompiler
