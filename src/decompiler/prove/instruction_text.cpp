#include "decompiler/prove/instruction_text.h"

#include <fmt/format.h>

#include "base/unicode.h"
#include "bytecode/constant_repr.h"

namespace ouro::decompiler {

namespace {

constexpr size_t kLongest = 120;       // of a constant's repr
constexpr uint64_t kCheapSize = 4096;  // of a constant whose repr is made whole

/// Whether a constant, everything in it counted as often as it occurs, is at most `budget` bytes large; takes
/// its size off the budget. Touches no more than that.
bool is_small(const Constant& constant, uint64_t* budget) {
  const uint64_t size = constant.is(ConstantKind::Int) ? uint64_t{constant.size} * 8 : constant.size;
  if (size + 1 > *budget) return false;
  *budget -= size + 1;
  if (!constant.is(ConstantKind::Tuple) && !constant.is(ConstantKind::FrozenSet)) return true;
  for (const Constant* item : constant.elements())
    if (!is_small(*item, budget)) return false;
  return true;
}

std::string_view kind_name(ConstantKind kind) {
  switch (kind) {
    case ConstantKind::Int:
      return "int";
    case ConstantKind::Str:
      return "str";
    case ConstantKind::Bytes:
      return "bytes";
    case ConstantKind::Tuple:
      return "tuple";
    case ConstantKind::FrozenSet:
      return "frozenset";
    default:
      return "object";
  }
}

void cut(std::string& text) {
  if (text.size() <= kLongest) return;
  size_t end = kLongest;
  while ((text[end] & 0xC0) == 0x80) --end;
  text.resize(end);
  text += "...";
}

std::string argument_words(const CodeObject& code, const DecodedInstruction& instruction) {
  const OpInfo& op = info(kPython311, instruction.op);
  const uint32_t argument = instruction.argument;
  if (op.is_jump()) return fmt::format("to {}", jump_target(instruction, kPython311));
  if (op.operand == OperandKind::Compare || op.operand == OperandKind::BinaryOp) {
    const std::string_view symbol =
        op.operand == OperandKind::Compare ? compare_symbol(argument) : binary_op_symbol(argument);
    return symbol.empty() ? std::to_string(argument) : std::string(symbol);
  }
  const Constant* object = argument_constant(code, instruction);
  if (object == nullptr) return std::to_string(argument);
  if (op.operand == OperandKind::Const) return short_repr(*object);
  std::string text;
  if (op.operand == OperandKind::GlobalName && (argument & 1) != 0) text = "NULL + ";
  append_comment_text(object->text(), text);
  cut(text);
  return text;
}

}  // namespace

void append_comment_text(std::string_view text, std::string& out) {
  for (size_t at = 0; at < text.size();) {
    const char32_t ch = decode_code_point(text, &at);
    if (ch < 0x20 || ch == 0x7F)
      out += fmt::format("\\x{:02x}", static_cast<unsigned>(ch));
    else if ((ch >= 0xD800 && ch <= 0xDFFF) || (ch >= 0x80 && ch < 0xA0) || ch == 0xFEFF)
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(ch));
    else
      append_code_point(out, ch);
  }
}

void hide_coding(std::string& comment) {
  constexpr std::string_view kWord = "coding";
  for (size_t at = comment.find(kWord); at != std::string::npos; at = comment.find(kWord, at)) {
    at += kWord.size();
    if (at < comment.size() && (comment[at] == ':' || comment[at] == '=')) comment.insert(at, " ");
  }
}

std::string short_repr(const Constant& constant) {
  if (constant.is(ConstantKind::Code)) {
    std::string text = "<code object ";
    append_comment_text(constant.code->name->text(), text);
    cut(text);
    return text += '>';
  }
  uint64_t budget = kCheapSize;
  if (!is_small(constant, &budget))
    return fmt::format("<{} of size {}>", kind_name(constant.kind), constant.size);
  std::string repr;
  append_repr(constant, repr);
  std::string text;
  append_comment_text(repr, text);
  cut(text);
  return text;
}

const Constant* argument_constant(const CodeObject& code, const DecodedInstruction& instruction) {
  if (!instruction.assigned) return nullptr;
  const auto item = [](const Constant* tuple, uint32_t index) {
    return index < tuple->size ? tuple->items[index] : nullptr;
  };
  switch (info(kPython311, instruction.op).operand) {
    case OperandKind::Const:
      return item(code.consts, instruction.argument);
    case OperandKind::Name:
      return item(code.names, instruction.argument);
    case OperandKind::GlobalName:
      return item(code.names, instruction.argument >> 1);
    case OperandKind::Local:
    case OperandKind::Deref:
      return item(code.locals_plus_names, instruction.argument);
    default:
      return nullptr;
  }
}

std::string instruction_text(const CodeObject& code, const DecodedInstruction& instruction) {
  if (!instruction.assigned) return fmt::format("opcode {}", instruction.opcode);
  std::string text(info(kPython311, instruction.op).name);
  if (!instruction.has_argument) return text;
  return text.append(" ").append(argument_words(code, instruction));
}

}  // namespace ouro::decompiler
