#include <fmt/format.h>

#include <cstring>

#include "lift/emitter.h"
#include "lift/lift.h"

namespace ouro::lift {

namespace {

class Dumper {
 public:
  explicit Dumper(const RegisterCode& code) : code_(code) {}

  std::string run() {
    fmt::format_to(std::back_inserter(out_), "registers: {} locals, {} constants, {} temporaries\n",
                   code_.local_count, code_.pinned_consts.size(), code_.register_count - code_.temp_base);
    for (size_t i = 0; i < code_.pinned_consts.size(); ++i)
      fmt::format_to(std::back_inserter(out_), "  k{} = const {}\n", i, code_.pinned_consts[i]);
    for (uint32_t word = 0; word < code_.words.size();) word = instruction(word);
    for (const Handler& handler : code_.handlers) {
      fmt::format_to(std::back_inserter(out_), "  {} to {} -> {} [{}", handler.start, handler.end,
                     handler.target, name(handler.exception));
      if (handler.last_index != kNoRegister)
        fmt::format_to(std::back_inserter(out_), ", lasti {}", name(handler.last_index));
      out_ += "]\n";
    }
    return std::move(out_);
  }

 private:
  std::string name(uint32_t reg) const {
    if (reg == kNoRegister) return "-";
    if (reg < code_.local_count) return fmt::format("v{}", reg);
    if (reg < code_.temp_base) return fmt::format("k{}", reg - code_.local_count);
    return fmt::format("t{}", reg - code_.temp_base);
  }

  uint32_t instruction(uint32_t word) {
    Instruction first;
    std::memcpy(&first, &code_.words[word], sizeof first);
    const OperationInfo& info = operation_info(static_cast<Operation>(first.op));
    const uint32_t offset = code_.offset_of(word);
    const std::string at = offset != last_offset_ || word == 0 ? fmt::format("{}", offset) : "";
    last_offset_ = offset;
    fmt::format_to(std::back_inserter(out_), "{:>6} {:>5}  {:<19} ", at, word, info.name);
    separator_ = "";
    field(info.a, first.a);
    field(info.b, first.b);
    field(info.c, first.c);
    wide(static_cast<Operation>(first.op), word);
    uint32_t end = word + 1 + info.words;
    if (info.tail == Tail::List) end = list(end, first.c);
    while (out_.back() == ' ') out_.pop_back();
    out_ += '\n';
    return end;
  }

  void operand(std::string_view text) {
    out_ += separator_;
    out_ += text;
    separator_ = ", ";
  }

  void field(Field kind, uint16_t value) {
    if (kind == Field::None) return;
    operand(kind == Field::Num ? fmt::format("{}", value) : name(value));
  }

  void wide(Operation operation, uint32_t word) {
    const uint64_t value = word + 1 < code_.words.size() ? code_.words[word + 1] : 0;
    const auto low = static_cast<uint32_t>(value);
    switch (wide_operand(operation)) {
      case WideOperand::None:
        return;
      case WideOperand::Target:
        return operand(fmt::format("to {}", int64_t{word} + static_cast<int32_t>(low)));
      case WideOperand::Const:
        return operand(fmt::format("const {}", low));
      case WideOperand::KeywordNames:
        if (low != kNoConst) operand(fmt::format("keywords const {}", low));
        return;
      case WideOperand::Name:
        return operand(fmt::format("name {}", low));
      case WideOperand::Register:
        return operand(name(low & 0xFFFF));
      case WideOperand::RegisterAndCount:
        return operand(fmt::format("{}, {}", name(low & 0xFFFF), low >> 16));
      case WideOperand::TracePoint:
        return operand(fmt::format("{}{}", low, value >> 32 != 0 ? ", line" : ""));
    }
  }

  uint32_t list(uint32_t at, uint32_t count) {
    separator_ = "";
    out_ += " [";
    for (uint32_t i = 0; i < count; ++i) {
      uint16_t quarters[4];
      std::memcpy(quarters, &code_.words[at + i / 4], sizeof quarters);
      operand(name(quarters[i % 4]));
    }
    out_ += ']';
    return at + list_words(count);
  }

  const RegisterCode& code_;
  std::string out_;
  std::string_view separator_;
  uint32_t last_offset_ = 0;
};

}  // namespace

std::string dump(const RegisterCode& code) {
  return Dumper(code).run();
}

}  // namespace ouro::lift
