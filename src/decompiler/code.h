// A code object's instructions as the reader wants them: jump targets and handlers as indexes, a position for
// each, names and constants at hand. Built on the lifter's decoder, so that both agree on what bytes mean.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bytecode/code_object.h"
#include "bytecode/opcodes.h"
#include "bytecode/positions.h"

namespace ouro::decompiler {

constexpr uint32_t kNone = 0xFFFFFFFF;

struct Instruction {
  Op op = Op::NOP;
  uint32_t argument = 0;
  uint32_t offset = 0;         // of the opcode, in bytes
  uint32_t target = kNone;     // of a jump, or of a FOR_ITER or SEND: the instruction it goes to
  uint32_t jumps_here = 0;     // how many jumps have it as target
  uint32_t handler = kNone;    // the first instruction of the handler that takes its exceptions
  uint32_t handler_depth = 0;  // of the stack that the handler finds
  bool handler_lasti = false;
  Position position;
};

/// Whether an instruction of that range lies inside the other one; false where either has no columns or no
/// end.
bool contains(const Position& outer, const Position& inner);
/// Whether the position says lines and columns.
inline bool has_columns(const Position& position) {
  return position.line > 0 && position.column >= 0;
}
/// Order of the places where they begin; by line alone where one has no column.
bool starts_before(const Position& a, const Position& b);
bool ends_before(const Position& a, const Position& b);

class Code {
 public:
  /// Knows names and constants only, until read() has been called.
  explicit Code(const CodeObject& object) : object_(&object) {}
  /// False when the code makes no sense; error() says why.
  bool read(const CodeObject& object, bool ignore_columns);

  const CodeObject& object() const { return *object_; }
  const std::string& error() const { return error_; }
  uint32_t size() const { return static_cast<uint32_t>(instructions_.size()); }
  const Instruction& operator[](uint32_t index) const { return instructions_[index]; }

  /// By operand; null where the index is too high.
  const Constant* constant(uint32_t index) const;
  const Constant* name(uint32_t index) const;
  const Constant* local(uint32_t index) const;
  uint8_t local_kind(uint32_t index) const;
  uint32_t local_count() const { return object_->locals_plus_names->size; }

  static bool is_conditional_jump(Op op);    // POP_JUMP_*, JUMP_IF_*_OR_POP, forward or backward
  static bool is_unconditional_jump(Op op);  // JUMP_FORWARD, JUMP_BACKWARD*
  static bool is_terminator(Op op);          // control never goes on to the next instruction
  /// Whether a conditional jump is taken when the value is true.
  static bool jumps_if_true(Op op);

  /// Where control arrives that goes to `index`: unconditional jumps and NOPs are followed.
  uint32_t destination(uint32_t index) const;
  /// Whether the instruction has the position of the one before it in the code: so have artificial jumps and
  /// the implicit `return None`.
  bool inherits_position(uint32_t index) const;

 private:
  bool fail(std::string message);
  void read_positions(bool ignore_columns);

  const CodeObject* object_;
  std::vector<Instruction> instructions_;
  std::string error_;
};

}  // namespace ouro::decompiler
