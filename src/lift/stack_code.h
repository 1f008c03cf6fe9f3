// CPython's stack code, decoded: instructions with their EXTENDED_ARGs folded in, protected ranges, basic
// blocks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bytecode/exceptions.h"
#include "bytecode/opcodes.h"
#include "lift/lift.h"

namespace ouro::lift {

constexpr uint32_t kNone = 0xFFFFFFFF;

/// One instruction with its prefixes. Positions are in code units of two bytes.
struct StackInstruction {
  Op op = Op::CACHE;
  bool valid = false;  // else it must not be reached
  uint32_t argument = 0;
  uint32_t start = 0;        // the first EXTENDED_ARG, or the opcode itself
  uint32_t unit = 0;         // the opcode: what f_lasti and the exception table speak of
  uint32_t next = 0;         // behind the inline cache
  uint32_t handler = kNone;  // index into StackCode::ranges
};

/// Instructions [first, end) that only the first one is jumped to.
struct Block {
  uint32_t first = 0;
  uint32_t end = 0;
  int64_t depth = -1;         // of the stack at its start; -1: nothing goes there
  uint32_t kinds = 0;         // index of the slots' kinds in the analysis' pool
  uint32_t predecessors = 0;  // edges into it; the code's entry is one
  uint32_t first_event = 0;
  uint32_t end_event = 0;
  uint8_t loop_depth = 0;
  bool handler = false;      // an exception may arrive here
  bool jumped = false;       // something else may
  bool conditional = false;  // one of the edges may raise or not be taken: it is no plain jump forward
  bool cold = false;         // only exceptions lead here
};

/// A code object's code, cut up. Nothing is verified but what cutting needs; what can't be decoded is an
/// instruction that is not valid.
class StackCode {
 public:
  /// False when the code as a whole makes no sense; error() says why.
  bool decode(const CodeView& view);

  const std::string& error() const { return error_; }
  const OpInfo& info(const StackInstruction& instruction) const {
    return ouro::info(*table_, instruction.op);
  }
  const VersionTable& table() const { return *table_; }

  /// Whether control never goes on to the next instruction.
  static bool is_terminator(Op op);
  static bool is_unconditional_jump(Op op);
  /// The block that a jump, or the handler of a range, goes to; kNone when that is no instruction.
  uint32_t target_block(const StackInstruction& jump) const;
  uint32_t handler_block(uint32_t range) const { return block_at_unit(ranges[range].target); }

  std::vector<StackInstruction> instructions;
  std::vector<Block> blocks;
  std::vector<ExceptionRange> ranges;

 private:
  bool fail(std::string message);
  bool read_ranges(const CodeView& view);
  void read_instructions(const CodeView& view);
  void cut_blocks();
  int64_t target_unit(const StackInstruction& jump) const;
  void mark_leader(int64_t unit, std::vector<bool>& leaders) const;
  uint32_t block_at_unit(int64_t unit) const;

  const VersionTable* table_ = nullptr;
  std::vector<uint32_t> at_unit_;   // instruction that starts at a unit, or kNone
  std::vector<uint32_t> block_of_;  // by instruction, if it is a block's first, else kNone
  std::string error_;
};

}  // namespace ouro::lift
