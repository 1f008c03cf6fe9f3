// Assignments to f_lineno: a debugger's jump.
//
// A jump must find on the stack what the code at its target expects. So the kinds of values on the stack are
// worked out for every code unit: a jump may drop values, but it cannot invent an iterator or an exception.
// Traced code keeps every stack slot in its own register, so dropping a value is nothing but forgetting its
// register; only exceptions that were being handled have to be put back.
#include <optional>

#include "bytecode/code_object.h"
#include "bytecode/exceptions.h"
#include "bytecode/opcodes.h"
#include "bytecode/positions.h"
#include "vm/interp/parts.h"
#include "vm/interp/slow.h"
#include "vm/interp/text.h"
#include "vm/interp/tracing.h"

namespace ouro::vm {

namespace {

using Opcode = ouro::Op;

/// Kinds of values, as letters; a stack is a text, its top last.
constexpr char kIterator = 'I', kException = 'E', kObject = 'O', kNull = 'N', kPlace = 'P';
using Stack = std::string;

class StackModel {
 public:
  explicit StackModel(const Code* code)
      : code_(code), text_(code_text(code->code)), at_(text_.size() / 2 + 1) {
    uint32_t argument = 0;
    for (size_t i = 0; i < units(); ++i) {
      argument = argument << 8 | static_cast<uint8_t>(text_[2 * i + 1]);
      arguments_.push_back(argument);
      if (opcode(i) != Opcode::EXTENDED_ARG) argument = 0;
    }
    bool generator = (code->code_flags & (kCoGenerator | kCoCoroutine | kCoAsyncGenerator)) != 0;
    reach(0, generator ? Stack(1, kObject) : Stack());
    do {
      drain();
    } while (reach_handlers());
  }

  const std::optional<Stack>& at(size_t unit) const { return at_[unit]; }
  size_t units() const { return at_.size() - 1; }

 private:
  Opcode opcode(size_t unit) const { return kPython311.by_number[static_cast<uint8_t>(text_[2 * unit])]; }

  bool reach(size_t unit, const Stack& stack) {
    if (unit >= at_.size() || at_[unit].has_value()) return false;
    at_[unit] = stack;
    work_.push_back(unit);
    return true;
  }
  void drain() {
    while (!work_.empty()) {
      size_t unit = work_.back();
      work_.pop_back();
      if (unit < units()) step(unit, *at_[unit]);
    }
  }
  bool reach_handlers() {
    bool found = false;
    ExceptionTableReader reader(code_text(code_->exception_table));
    ExceptionRange range;
    while (reader.next(&range)) {
      if (range.start >= at_.size() || !at_[range.start].has_value()) continue;
      Stack stack = at_[range.start]->substr(0, range.depth);
      if (range.lasti) stack += kPlace;
      found |= reach(range.target, stack + kException);
    }
    return found;
  }

  static void pop(Stack& stack, size_t count = 1) {
    stack.erase(stack.size() - std::min(stack.size(), count));
  }
  void step(size_t unit, Stack stack);
  bool step_jump(size_t unit, Stack& stack);
  void step_plain(size_t unit, Stack& stack);

  const Code* code_;
  std::string_view text_;
  std::vector<std::optional<Stack>> at_;
  std::vector<uint32_t> arguments_;
  std::vector<size_t> work_;
};

/// Jumps, and what ends a path. False: nothing follows directly.
bool StackModel::step_jump(size_t unit, Stack& stack) {
  const OpInfo& op = info(kPython311, opcode(unit));
  size_t next = unit + 1;
  size_t target = op.operand == OperandKind::JumpBack ? next - arguments_[unit] : next + arguments_[unit];
  switch (op.op) {
    case Opcode::JUMP_FORWARD:
    case Opcode::JUMP_BACKWARD:
    case Opcode::JUMP_BACKWARD_NO_INTERRUPT:
      reach(target, stack);
      return false;
    case Opcode::RETURN_VALUE:
    case Opcode::RAISE_VARARGS:
    case Opcode::RERAISE:
      return false;
    case Opcode::JUMP_IF_FALSE_OR_POP:
    case Opcode::JUMP_IF_TRUE_OR_POP:
      reach(target, stack);
      pop(stack);
      return true;
    case Opcode::SEND: {
      Stack after = stack;
      pop(after);
      reach(target, after);
      return true;
    }
    case Opcode::FOR_ITER: {
      Stack after = stack;
      pop(after);
      reach(target, after);
      stack += kObject;
      return true;
    }
    default:
      pop(stack);
      reach(target, stack);
      return true;
  }
}

void StackModel::step_plain(size_t unit, Stack& stack) {
  uint32_t argument = arguments_[unit];
  Opcode op = opcode(unit);
  switch (op) {
    case Opcode::GET_ITER:
    case Opcode::GET_AITER:
      pop(stack);
      stack += kIterator;
      return;
    case Opcode::END_ASYNC_FOR:
      return pop(stack, 2);
    case Opcode::PUSH_EXC_INFO:
      stack += kException;
      return;
    case Opcode::POP_EXCEPT:
      return pop(stack);
    case Opcode::PUSH_NULL:
      stack += kNull;
      return;
    case Opcode::LOAD_GLOBAL:
      if ((argument & 1) != 0) stack += kNull;
      stack += kObject;
      return;
    case Opcode::LOAD_METHOD:
      pop(stack);
      stack += kNull;
      stack += kObject;
      return;
    case Opcode::SWAP:
      if (argument >= 1 && argument <= stack.size()) std::swap(stack.back(), stack[stack.size() - argument]);
      return;
    case Opcode::COPY:
      if (argument >= 1 && argument <= stack.size()) stack += stack[stack.size() - argument];
      return;
    default:
      break;
  }
  int effect = stack_effect(kPython311, op, static_cast<int>(argument), false);
  if (effect < 0) pop(stack, static_cast<size_t>(-effect));
  if (effect > 0) stack.append(static_cast<size_t>(effect), kObject);
}

void StackModel::step(size_t unit, Stack stack) {
  const OpInfo& op = info(kPython311, opcode(unit));
  bool ends = op.op == Opcode::RETURN_VALUE || op.op == Opcode::RAISE_VARARGS || op.op == Opcode::RERAISE;
  if (op.is_jump() || ends) {
    if (!step_jump(unit, stack)) return;
  } else {
    step_plain(unit, stack);
  }
  size_t next = unit + 1;
  for (uint8_t i = 0; i < op.caches && next < at_.size(); ++i, ++next) at_[next] = stack;
  reach(next, stack);
}

bool fits(char from, char to) {
  if (to == kObject) return from != kNull;
  return to == kNull || from == to;
}

/// Whether code that stands at `from` may go on at `to` after dropping values.
bool compatible(const std::optional<Stack>& from, const std::optional<Stack>& to) {
  if (!from || !to || from->size() < to->size()) return false;
  for (size_t i = 0; i < to->size(); ++i) {
    if (!fits((*from)[i], (*to)[i])) return false;
  }
  return true;
}

const char* why_incompatible(const std::optional<Stack>& to) {
  if (!to) return "can't jump into an exception handler, or code may be unreachable";
  if (to->empty()) return "incompatible stacks";
  switch (to->back()) {
    case kException:
      return "can't jump into an 'except' block as there's no exception";
    case kPlace:
      return "can't jump into a re-raising block as there's no location";
    case kIterator:
      return "can't jump into the body of a for loop";
    default:
      return "incompatible stacks";
  }
}

/// The lines that begin at each code unit; -1: none.
std::vector<int> line_starts(const Code* code) {
  std::vector<int> lines(code_text(code->code).size() / 2, -1);
  PositionReader reader(code_text(code->line_table), code->first_line);
  PositionRange range;
  int last = -1;
  while (reader.next(&range)) {
    int line = range.position.line;
    if (line == last || line == -1 || range.start >= lines.size()) continue;
    lines[range.start] = line;
    last = line;
  }
  return lines;
}

struct Target {
  int unit = -1;
  Stack stack;
  const char* problem = "cannot find bytecode for specified line";
};

Target choose_target(const StackModel& model, const std::vector<int>& lines, int line, size_t from) {
  Target best;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (lines[i] != line) continue;
    const auto& stack = model.at(i);
    if (compatible(model.at(from), stack)) {
      if (best.unit < 0 || stack->size() > best.stack.size()) {
        best.unit = static_cast<int>(i);
        best.stack = *stack;
      }
    } else if (best.unit < 0) {
      best.problem = why_incompatible(stack);
    }
  }
  return best;
}

Status check_event(FrameObject* object) {
  switch (object->event) {
    case 'l':
      break;
    case 'e':
    case 'r':
    case 'o':
      return raise(types.ValueError, "can only jump from a 'line' trace event");
    default:
      return raise(types.ValueError, "can't jump from the 'call' trace event of a new frame");
  }
  if (object->trace.is_null()) return raise(types.ValueError, "f_lineno can only be set by a trace function");
  return {};
}

Result<int> checked_line(const std::vector<int>& lines, const Code* code, Value value) {
  int64_t wanted = 0;
  if (!int_fits(value, &wanted) || wanted > INT32_MAX || wanted < INT32_MIN)
    return raise(types.ValueError, "lineno out of range");
  if (wanted < code->first_line)
    return raise(types.ValueError, "line {} comes before the current code block", wanted);
  int found = -1;
  for (int line : lines) {
    if (line >= wanted && (found < 0 || line < found)) found = line;
  }
  if (found < 0) return raise(types.ValueError, "line {} comes after the current code block", wanted);
  return found;
}

}  // namespace

Status set_frame_line(Value value, Value line) {
  if (line.is_null()) return raise(types.AttributeError, "cannot delete attribute");
  if (!is_exactly(line, types.int_)) return raise(types.ValueError, "lineno must be an integer");
  auto* object = value.as<FrameObject>();
  TRY(check_event(object));
  Frame* frame = object->frame;
  Code* code = frame->code();
  std::vector<int> lines = line_starts(code);
  int wanted = TRY(checked_line(lines, code, line));
  StackModel model(code);
  auto from = static_cast<size_t>(frame->offset()) / 2;
  Target target = choose_target(model, lines, wanted, from);
  if (target.unit < 0) return raise(types.ValueError, "{}", target.problem);
  uint64_t* pc = word_of_offset(frame->executable, static_cast<uint32_t>(target.unit) * 2);
  if (pc == nullptr || !frame->executable->tracing)
    return raise(types.ValueError, "cannot find bytecode for specified line");
  const Stack& stack = *model.at(from);
  const Value* slots = frame->registers() + frame->executable->temp_base;
  for (size_t i = stack.size(); i > target.stack.size(); --i) {
    if (stack[i - 1] != kException) continue;
    Value exception = slots[i - 1];
    thread()->handled->exception = is_none(exception) ? Value() : exception;
  }
  if (static_cast<Op>(field_op(pc)) == Op::TraceLine) pc += instruction_words(pc);
  frame->pc = pc;
  object->line = 0;
  object->traced_offset = target.unit * 2;
  return {};
}

}  // namespace ouro::vm
