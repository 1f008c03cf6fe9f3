// The disassembler: one decoder, two printers.
//
// decode_instructions() is the only place that walks code units; the verifier and both printers stand on it.
// EXTENDED_ARG is kept as an instruction, because dis shows it and because jumps go to the first one of a
// group. CodeView adds what an instruction does not say itself: the line that starts there, its position in
// the source, whether a jump or an exception handler goes there.
//
// The text is that of Python's dis module of the same version, to the letter, but for the addresses in the
// repr of code objects, which are different in each run of CPython and always kCodeAddress here. Its columns:
// line (three wide, more when a line has four digits or more; none when there are no lines), a gap where dis
// marks the current instruction, ">>" at jump targets, offset (four wide, more beyond 10000), name, argument,
// explanation. An empty line comes before each new source line but the first.
//
// All of it expects code that verify_code accepted, so that indices need no second check here.
#include "bytecode/disassemble.h"

#include <fmt/format.h>

#include <algorithm>

#include "bytecode/constant_repr.h"

namespace ouro {

namespace {

constexpr size_t kFlushSize = 64 * 1024;
constexpr uint64_t kTextBudget = uint64_t{256} << 20;
constexpr size_t kLongText = 200;

constexpr std::string_view kConversions[] = {"", "str", "repr", "ascii"};
constexpr std::string_view kFunctionParts[] = {"defaults", "kwdefaults", "annotations", "closure"};

std::string format_value_text(uint32_t argument) {
  std::string text(kConversions[argument & 3]);
  if ((argument & 4) == 0) return text;
  return text + (text.empty() ? "with format" : ", with format");
}

std::string make_function_text(uint32_t argument) {
  std::string text;
  for (unsigned bit = 0; bit < std::size(kFunctionParts); ++bit) {
    if ((argument >> bit & 1) == 0) continue;
    if (!text.empty()) text += ", ";
    text += kFunctionParts[bit];
  }
  return text;
}

class TextPrinter {
 public:
  TextPrinter(const VersionTable& version, const TextSink& sink, const CodeRemark& remark)
      : version_(version), sink_(sink), remark_(remark) {}

  void print(const CodeObject& code) {
    print_one(code);
    if (remark_) out_ += remark_(code);
    for (const Constant* constant : code.consts->elements()) {
      if (!constant->is(ConstantKind::Code)) continue;
      out_ += "\nDisassembly of ";
      append_code_repr(*constant->code, out_);
      out_ += ":\n";
      print(*constant->code);
    }
  }

  void flush() {
    if (!out_.empty()) sink_(out_);
    out_.clear();
  }

 private:
  void print_one(const CodeObject& code) {
    const CodeView view(code, version_);
    const int line_width = view.last_line() ? std::max<int>(3, digits(*view.last_line())) : 0;
    const uint32_t last_offset = code.code->size - 2;
    const int offset_width = last_offset >= 10000 ? digits(last_offset) : 4;
    for (const InstructionView& line : view.instructions()) {
      if (line.starts_line && line.instruction.offset > 0) out_ += '\n';
      print_instruction(view, line, line_width, offset_width);
      if (out_.size() >= kFlushSize) flush();
    }
    print_exceptions(view);
  }

  static int digits(int64_t number) { return static_cast<int>(std::to_string(number).size()); }

  void print_instruction(const CodeView& view, const InstructionView& line, int line_width,
                         int offset_width) {
    const DecodedInstruction& instruction = line.instruction;
    const size_t start = out_.size();
    if (line.starts_line)
      out_ += fmt::format("{:{}} ", *line.starts_line, line_width);
    else if (line_width > 0)
      out_ += fmt::format("{:{}} ", "", line_width);
    out_ += fmt::format("    {} {:>{}} {:<20}", line.is_jump_target ? ">>" : "  ", instruction.offset,
                        offset_width, info(version_, instruction.op).name);
    if (instruction.has_argument) {
      out_ += fmt::format(" {:>5}", instruction.argument);
      const std::string text = argument_text(view, version_, instruction, texts_);
      if (!text.empty()) out_.append(" (").append(text).append(")");
    }
    while (out_.size() > start && out_.back() == ' ') out_.pop_back();
    out_ += '\n';
  }

  void print_exceptions(const CodeView& view) {
    if (view.exceptions().empty()) return;
    out_ += "ExceptionTable:\n";
    for (const ExceptionRange& range : view.exceptions())
      out_ += fmt::format("  {} to {} -> {} [{}]{}\n", range.start * 2, int64_t{range.end} * 2 - 2,
                          range.target * 2, range.depth, range.lasti ? " lasti" : "");
  }

  const VersionTable& version_;
  const TextSink& sink_;
  const CodeRemark& remark_;
  ArgumentTexts texts_{kTextBudget};
  std::string out_;
};

}  // namespace

std::vector<DecodedInstruction> decode_instructions(std::string_view code, const VersionTable& version) {
  std::vector<DecodedInstruction> instructions;
  instructions.reserve(code.size() / 4 + 1);
  uint32_t extended = 0;
  uint32_t first = 0;
  bool in_group = false;
  for (size_t at = 0; at + 1 < code.size(); at += 2) {
    DecodedInstruction instruction;
    instruction.offset = static_cast<uint32_t>(at);
    instruction.opcode = static_cast<uint8_t>(code[at]);
    instruction.op = version.by_number[instruction.opcode];
    instruction.assigned = version.assigned[instruction.opcode];
    const OpInfo& op = info(version, instruction.op);
    const auto index = static_cast<uint32_t>(instructions.size());
    instruction.first = in_group ? first : index;
    if (instruction.assigned && op.has_argument()) {
      instruction.has_argument = true;
      instruction.argument = extended | static_cast<uint8_t>(code[at + 1]);
    }
    in_group = instruction.assigned && instruction.op == Op::EXTENDED_ARG;
    first = instruction.first;
    extended = in_group ? instruction.argument << 8 : 0;
    if (instruction.assigned) {
      instruction.caches = op.caches;
      at += size_t{op.caches} * 2;
    }
    instructions.push_back(instruction);
  }
  return instructions;
}

int64_t jump_target(const DecodedInstruction& instruction, const VersionTable& version) {
  const int64_t next = int64_t{instruction.offset} + 2 + 2 * int64_t{instruction.caches};
  const int64_t distance = int64_t{instruction.argument} * 2;
  return info(version, instruction.op).operand == OperandKind::JumpBack ? next - distance : next + distance;
}

CodeView::CodeView(const CodeObject& code, const VersionTable& version) : code_(code), version_(version) {
  const std::string_view bytes = code.code->text();
  at_unit_.resize(bytes.size() / 2 + 1, 0);
  for (const DecodedInstruction& instruction : decode_instructions(bytes, version)) {
    instructions_.push_back({instruction, {}, false, {}});
    at_unit_[instruction.offset / 2] = static_cast<uint32_t>(instructions_.size());
  }
  add_positions();
  add_jump_targets();
}

void CodeView::add_positions() {
  PositionReader reader(code_.line_table->text(), code_.first_line);
  PositionRange range;
  std::optional<int32_t> line;
  size_t next = 0;
  while (reader.next(&range)) {
    const bool has_line = range.position.line >= 0;
    if (has_line && line != range.position.line) {
      line = range.position.line;
      last_line_ = std::max(last_line_.value_or(0), *line);
      if (range.start < at_unit_.size() && at_unit_[range.start] != 0)
        instructions_[at_unit_[range.start] - 1].starts_line = line;
    }
    while (next < instructions_.size() && instructions_[next].instruction.offset / 2 < range.end)
      instructions_[next++].position = range.position;
  }
}

void CodeView::add_jump_targets() {
  auto mark = [this](int64_t offset) {
    const auto unit = static_cast<size_t>(offset / 2);
    if (offset >= 0 && unit < at_unit_.size() && at_unit_[unit] != 0)
      instructions_[at_unit_[unit] - 1].is_jump_target = true;
  };
  for (const InstructionView& view : instructions_)
    if (info(version_, view.instruction.op).is_jump()) mark(jump_target(view.instruction, version_));
  ExceptionTableReader reader(code_.exception_table->text());
  ExceptionRange range;
  while (reader.next(&range)) {
    exceptions_.push_back(range);
    if (range.start < range.end) mark(int64_t{range.target} * 2);
  }
}

const Constant* CodeView::argument_object(const DecodedInstruction& instruction) const {
  const uint32_t argument = instruction.argument;
  switch (info(version_, instruction.op).operand) {
    case OperandKind::Const:
      return code_.consts->elements()[argument];
    case OperandKind::Name:
      return code_.names->elements()[argument];
    case OperandKind::GlobalName:
      return code_.names->elements()[argument >> 1];
    case OperandKind::Local:
    case OperandKind::Deref:
      return code_.locals_plus_names->elements()[argument];
    default:
      return nullptr;
  }
}

template <class Make>
std::string ArgumentTexts::text(const Constant& constant,
                                std::unordered_map<const Constant*, std::string>& cut, Make make) {
  if (budget_ == 0) {
    if (const auto found = cut.find(&constant); found != cut.end()) return found->second;
  }
  std::string text = make();
  if (text.size() <= kLongText) return text;
  if (budget_ >= text.size()) {
    budget_ -= text.size();
    return text;
  }
  budget_ = 0;
  size_t end = kLongText;
  while ((text[end] & 0xC0) == 0x80) --end;
  text.resize(end);
  text += "...";
  return cut[&constant] = std::move(text);
}

std::string ArgumentTexts::repr(const Constant& constant) {
  return text(constant, cut_reprs_, [&] {
    std::string out;
    append_repr(constant, out);
    return out;
  });
}

std::string ArgumentTexts::name(const Constant& name) {
  return text(name, cut_names_, [&] {
    std::string out;
    append_printable(name.text(), out);
    return out;
  });
}

std::string argument_text(const CodeView& view, const VersionTable& version,
                          const DecodedInstruction& instruction, ArgumentTexts& texts) {
  const uint32_t argument = instruction.argument;
  switch (info(version, instruction.op).operand) {
    case OperandKind::Const:
      return instruction.op == Op::LOAD_CONST ? texts.repr(*view.argument_object(instruction)) : "";
    case OperandKind::Name:
    case OperandKind::Local:
    case OperandKind::Deref:
      return texts.name(*view.argument_object(instruction));
    case OperandKind::GlobalName: {
      const std::string name = texts.name(*view.argument_object(instruction));
      return (argument & 1) != 0 && !name.empty() ? "NULL + " + name : name;
    }
    case OperandKind::Jump:
    case OperandKind::JumpBack:
      return fmt::format("to {}", jump_target(instruction, version));
    case OperandKind::Compare:
      return std::string(compare_symbol(argument));
    case OperandKind::BinaryOp:
      return std::string(binary_op_symbol(argument));
    case OperandKind::Plain:
      if (instruction.op == Op::FORMAT_VALUE) return format_value_text(argument);
      if (instruction.op == Op::MAKE_FUNCTION) return make_function_text(argument);
      return {};
    default:
      return {};
  }
}

void disassemble(const CodeObject& code, const VersionTable& version, const TextSink& sink,
                 const CodeRemark& remark) {
  TextPrinter printer(version, sink, remark);
  printer.print(code);
  printer.flush();
}

}  // namespace ouro
