#include <fmt/format.h>

#include "lift/lift.h"
#include "lift/operands.h"

namespace ouro::lift {

namespace {

class Dumper {
 public:
  Dumper(const RegisterCode& code, const DumpNames* names) : code_(code), names_(names) {}

  DumpLine line(uint32_t word) {
    const Instruction instruction = instruction_at(code_.words, word);
    const Operation operation = operation_of(instruction);
    const OperationInfo& info = operation_info(operation);
    line_ = {};
    line_.word = word;
    line_.offset = code_.offset_of(word);
    line_.operation = info.name;
    separator_ = "";
    field(info.a, instruction.a);
    field(info.b, instruction.b);
    field(info.c, instruction.c);
    wide(operation, word);
    if (info.tail == Tail::List) list(word + 1 + info.words, instruction.c);
    return std::move(line_);
  }

 private:
  void operand(std::string_view text) {
    line_.operands += separator_;
    line_.operands += text;
    separator_ = ", ";
  }

  void field(Field kind, uint16_t value) {
    if (kind == Field::None) return;
    operand(kind == Field::Num ? fmt::format("{}", value) : register_name(code_, value));
  }

  void constant(std::string_view what, uint32_t index) {
    operand(fmt::format("{} {}", what, index));
    if (names_ != nullptr) line_.remark = names_->constant(index);
  }

  void wide(Operation operation, uint32_t word) {
    const uint64_t value = word + 1 < code_.words.size() ? code_.words[word + 1] : 0;
    const auto low = static_cast<uint32_t>(value);
    switch (wide_operand(operation)) {
      case WideOperand::None:
        return;
      case WideOperand::Target:
        return operand(fmt::format("to {}", jump_target(code_.words, word)));
      case WideOperand::Const:
        return constant("const", low);
      case WideOperand::KeywordNames:
        if (low != kNoConst) constant("keywords const", low);
        return;
      case WideOperand::Name:
        operand(fmt::format("name {}", low));
        if (names_ != nullptr) line_.remark = names_->name(low);
        return;
      case WideOperand::Register:
        operand(register_name(code_, low & 0xFFFF));
        if ((value & kSubscriptFollows) != 0) operand("subscript follows");
        return;
      case WideOperand::RegisterAndCount:
        return operand(fmt::format("{}, {}", register_name(code_, low & 0xFFFF), low >> 16));
      case WideOperand::TracePoint:
        return operand(fmt::format("{}{}", low, value >> 32 != 0 ? ", line" : ""));
    }
  }

  void list(uint32_t at, uint32_t count) {
    separator_ = "";
    line_.operands += line_.operands.empty() ? "[" : " [";
    for (uint32_t i = 0; i < count; ++i) operand(register_name(code_, list_register(code_.words, at, i)));
    line_.operands += ']';
  }

  const RegisterCode& code_;
  const DumpNames* names_;
  DumpLine line_;
  std::string_view separator_;
};

void append_legend(const RegisterCode& code, const DumpNames* names, std::string& out) {
  auto to = std::back_inserter(out);
  fmt::format_to(to, "registers: {} locals, {} constants, {} temporaries\n", code.local_count,
                 code.pinned_consts.size(), code.register_count - code.temp_base);
  if (names != nullptr)
    for (uint32_t i = 0; i < code.local_count; ++i) fmt::format_to(to, "  v{} = {}\n", i, names->local(i));
  for (size_t i = 0; i < code.pinned_consts.size(); ++i) {
    fmt::format_to(to, "  k{} = const {}", i, code.pinned_consts[i]);
    if (names != nullptr) fmt::format_to(to, " ({})", names->constant(code.pinned_consts[i]));
    out += '\n';
  }
}

void append_handlers(const RegisterCode& code, std::string& out) {
  auto to = std::back_inserter(out);
  for (const Handler& handler : code.handlers) {
    fmt::format_to(to, "  {} to {} -> {} [{}", handler.start, handler.end, handler.target,
                   register_name(code, handler.exception));
    if (handler.last_index != kNoRegister)
      fmt::format_to(to, ", lasti {}", register_name(code, handler.last_index));
    out += "]\n";
  }
}

}  // namespace

std::string register_name(const RegisterCode& code, uint32_t reg) {
  if (reg == kNoRegister) return "-";
  if (reg < code.local_count) return fmt::format("v{}", reg);
  if (reg < code.temp_base) return fmt::format("k{}", reg - code.local_count);
  return fmt::format("t{}", reg - code.temp_base);
}

std::vector<DumpLine> dump_lines(const RegisterCode& code, const DumpNames* names) {
  std::vector<DumpLine> lines;
  Dumper dumper(code, names);
  for (uint32_t word = 0; word < code.words.size();) {
    lines.push_back(dumper.line(word));
    word += instruction_words(instruction_at(code.words, word));
  }
  return lines;
}

std::string dump(const RegisterCode& code, const DumpNames* names) {
  std::string out;
  append_legend(code, names, out);
  uint32_t last_offset = 0xFFFFFFFF;
  for (const DumpLine& line : dump_lines(code, names)) {
    const std::string offset = line.offset != last_offset ? fmt::format("{}", line.offset) : "";
    last_offset = line.offset;
    fmt::format_to(std::back_inserter(out), "{:>6} {:>5}  {:<19} {}", offset, line.word, line.operation,
                   line.operands);
    if (!line.remark.empty()) fmt::format_to(std::back_inserter(out), " ({})", line.remark);
    while (out.back() == ' ') out.pop_back();
    out += '\n';
  }
  append_handlers(code, out);
  return out;
}

}  // namespace ouro::lift
