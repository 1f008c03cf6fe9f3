// A little assembler for stack code, for tests. A line is a directive, a label or an instruction; ';' begins
// a comment:
//
//   .args 1        .locals l l c f     .consts 3      .names 2       .stack 4     .flags 0x23     .tracing
//   .pinned 0      .range FROM TO HANDLER DEPTH [lasti]
//   loop:
//     LOAD_FAST 0
//     POP_JUMP_BACKWARD_IF_TRUE loop
//     RAW 200 7                        any opcode number
#pragma once

#include <cstdint>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "base/arena.h"
#include "bytecode/code_object.h"
#include "bytecode/exceptions.h"
#include "bytecode/opcodes.h"
#include "lift/lift.h"

namespace ouro::lift {

class Assembler {
 public:
  LiftOptions options;

  explicit Assembler(const std::string& text) {
    view_.stack_size = 10;
    view_.const_count = view_.name_count = 10;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) read_line(line.substr(0, line.find(';')));
    resolve();
  }

  /// Valid as long as the assembler lives.
  const CodeView& view() const { return view_; }
  /// What could not be read.
  const std::string& error() const { return error_; }

 private:
  struct Fixup {
    size_t unit;
    std::string label;
    bool backward;
    uint8_t caches;
  };
  struct Range {
    std::string from, to, handler;
    uint32_t depth;
    bool lasti;
  };

  void read_line(const std::string& line) {
    std::istringstream words(line);
    std::string word;
    if (!(words >> word)) return;
    if (word[0] == '.')
      directive(word, words);
    else if (word.back() == ':')
      labels_[word.substr(0, word.size() - 1)] = code_.size() / 2;
    else
      instruction(word, words);
  }

  void directive(const std::string& name, std::istringstream& words) {
    std::string word;
    if (name == ".locals") {
      while (words >> word)
        kinds_.push_back(word == "l"   ? kLocalLocal
                         : word == "c" ? kLocalCell
                         : word == "f" ? kLocalFree
                                       : 0x60);
    } else if (name == ".range") {
      Range range;
      words >> range.from >> range.to >> range.handler >> range.depth;
      range.lasti = static_cast<bool>(words >> word);
      ranges_.push_back(range);
    } else if (name == ".tracing") {
      options.tracing = true;
    } else {
      words >> word;
      const auto value = static_cast<uint32_t>(std::stoul(word, nullptr, 0));
      if (name == ".args") view_.argument_count = value;
      if (name == ".consts") view_.const_count = value;
      if (name == ".names") view_.name_count = value;
      if (name == ".stack") view_.stack_size = value;
      if (name == ".flags") view_.flags = value;
      if (name == ".pinned") options.max_pinned_consts = value;
    }
  }

  void instruction(const std::string& name, std::istringstream& words) {
    std::string argument = "0";
    if (name == "RAW") {
      unsigned number = 0, value = 0;
      words >> number >> value;
      return unit(number, value);
    }
    words >> argument;
    for (const OpInfo& row : kPython311.ops) {
      if (row.name != name || row.number < 0 || row.number > 255) continue;
      const bool is_label = !isdigit(static_cast<unsigned char>(argument[0]));
      uint32_t value = is_label ? 0 : static_cast<uint32_t>(std::stoul(argument));
      if (is_label)
        fixups_.push_back({code_.size() / 2, argument, row.operand == OperandKind::JumpBack, row.caches});
      for (int shift = 24; shift >= 8; shift -= 8)
        if (value >> shift != 0) unit(144, value >> shift & 0xFF);
      unit(static_cast<unsigned>(row.number), value & 0xFF);
      code_.insert(code_.end(), size_t{row.caches} * 2, 0);
      return;
    }
    error_ = "unknown instruction " + name;
  }

  void unit(unsigned number, unsigned argument) {
    code_.push_back(static_cast<uint8_t>(number));
    code_.push_back(static_cast<uint8_t>(argument));
  }

  void resolve() {
    for (const Fixup& fixup : fixups_) {
      const auto target = static_cast<int64_t>(labels_[fixup.label]);
      const int64_t distance = target - static_cast<int64_t>(fixup.unit) - 1 - fixup.caches;
      code_[fixup.unit * 2 + 1] = static_cast<uint8_t>(fixup.backward ? -distance : distance);
    }
    ExceptionTableWriter table(arena_);
    for (const Range& range : ranges_)
      table.add({static_cast<uint32_t>(labels_[range.from]), static_cast<uint32_t>(labels_[range.to]),
                 static_cast<uint32_t>(labels_[range.handler]), range.depth, range.lasti});
    view_.exception_table = {reinterpret_cast<const uint8_t*>(table.bytes().data()), table.bytes().size()};
    view_.local_kinds = kinds_;
    view_.code = code_;
  }

  Arena arena_;
  CodeView view_;
  std::string error_;
  std::vector<uint8_t> code_;
  std::vector<uint8_t> kinds_;
  std::map<std::string, size_t> labels_;
  std::vector<Fixup> fixups_;
  std::vector<Range> ranges_;
};

}  // namespace ouro::lift
