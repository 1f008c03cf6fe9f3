// What code generation hands to the control-flow graph: a flat sequence of instructions with labels.
#pragma once

#include <cstdint>

#include "base/arena.h"
#include "base/constant.h"
#include "base/interner.h"
#include "bytecode/opcodes.h"
#include "syntax/ast.h"

namespace ouro::compiler {

/// Where an instruction comes from. line < 0: nowhere (no line).
struct Location {
  int32_t line = -1;
  int32_t column = -1;
  int32_t end_line = -1;
  int32_t end_column = -1;
  Location() = default;
  Location(const syntax::SourceRange& r)  // NOLINT: implicit on purpose, a node's range is a location
      : line(r.line), column(r.column), end_line(r.end_line), end_column(r.end_column) {}
};

/// A place in the sequence that can be jumped to. 0 is "none".
enum class Label : uint32_t { none = 0 };

/// A basic block; until the graph is built, the label that it begins at.
using BlockId = uint32_t;
constexpr BlockId kNoBlock = UINT32_MAX;
constexpr BlockId kEntryBlock = 0;

struct FlowInstruction {
  Op op = Op::NOP;
  uint32_t operand = 0;
  BlockId target = kNoBlock;   // jumps and SETUP_* pseudo instructions
  BlockId handler = kNoBlock;  // where an exception goes; see label_handlers
  Location where;
};

/// Instructions of one code object in source order. Placing a label always begins a new basic block there,
/// whether or not anything jumps to it; so does the instruction after a jump, return or raise, with a label
/// made on the spot. The order in which labels are made counts: it is the order in which some passes visit
/// the blocks, and so decides the order of the exits that they copy. Label 0 is the entry.
///
/// The instructions have the form that the graph needs, and its blocks are parts of this sequence: nothing is
/// copied on the way.
class InstructionSequence {
 public:
  explicit InstructionSequence(Arena& arena) : instructions_(arena), label_at_(arena), placed_(arena) {
    label_at_.push_back(kUnplaced);
    instructions_.reserve(kUsualSize);
  }

  Label new_label() {
    label_at_.push_back(kUnplaced);
    return static_cast<Label>(label_at_.size() - 1);
  }
  /// The next instruction will be the first of a new block, at `label`. At most once per label.
  void place(Label label) {
    label_at_[static_cast<uint32_t>(label)] = static_cast<uint32_t>(instructions_.size());
    placed_.push_back(label);
    block_ended_ = false;
  }

  void emit(Op op, uint32_t operand, const Location& where) {
    if (block_ended_) [[unlikely]]
      begin_block();
    block_ended_ = op == Op::RETURN_VALUE || op == Op::RAISE_VARARGS || op == Op::RERAISE;
    instructions_.push_back({op, operand, kNoBlock, kNoBlock, where});
  }
  void emit_jump(Op op, Label target, const Location& where) {
    if (block_ended_) [[unlikely]]
      begin_block();
    const bool is_push = op == Op::SETUP_FINALLY || op == Op::SETUP_CLEANUP || op == Op::SETUP_WITH;
    has_handlers_ |= is_push;
    block_ended_ = !is_push;
    instructions_.push_back({op, 0, static_cast<BlockId>(target), kNoBlock, where});
  }

  /// Back to an empty sequence, in the same memory.
  void clear() {
    instructions_.clear();
    label_at_.clear();
    label_at_.push_back(kUnplaced);
    placed_.clear();
    block_ended_ = false;
    has_handlers_ = false;
  }

  static constexpr uint32_t kUnplaced = UINT32_MAX;
  static constexpr size_t kUsualSize = 128;  // growing to it step by step would copy as much again
  ArenaVector<FlowInstruction>& instructions() { return instructions_; }
  /// By label number: index of the first instruction after it, or kUnplaced.
  const ArenaVector<uint32_t>& label_positions() const { return label_at_; }
  /// Whether there are SETUP_* pseudo instructions.
  bool has_handlers() const { return has_handlers_; }
  /// The labels in the order of the code. Of those at one place, the last one's block has the instructions.
  const ArenaVector<Label>& placed() const { return placed_; }

 private:
  [[gnu::noinline]] void begin_block() { place(new_label()); }

  ArenaVector<FlowInstruction> instructions_;
  ArenaVector<uint32_t> label_at_;
  ArenaVector<Label> placed_;
  bool block_ended_ = false;
  bool has_handlers_ = false;
};

struct Scope;  // symbols.h

/// One code object between code generation and assembly.
struct CodeUnit {
  CodeUnit(Arena& arena)
      : sequence(arena), consts(arena), names(arena), locals(arena), cells(arena), frees(arena) {}

  /// Makes the unit of one code object that of another, in the same memory.
  void clear() {
    sequence.clear();
    consts.clear();
    for (ArenaVector<Name>* list : {&names, &locals, &cells, &frees}) list->clear();
    qualified_name_object = nullptr;
    arg_count = positional_only_count = keyword_only_count = 0;
    flags = 0;
  }

  const Scope* scope = nullptr;
  Name name = Name::none;
  Name qualified_name = Name::none;
  /// The str object that becomes co_qualname: not interned, and the same object as the `__qualname__`
  /// constant in a class body where that constant is new. Null: ConstantCache::scope_name(qualified_name).
  const Constant* qualified_name_object = nullptr;
  int32_t arg_count = 0;  // positional parameters without positional-only ones, as AST counts them
  int32_t positional_only_count = 0;
  int32_t keyword_only_count = 0;
  int32_t first_line = 0;
  uint32_t flags = 0;  // co_flags, complete
  InstructionSequence sequence;
  ArenaVector<const Constant*> consts;  // merged (see constants.h), in order of first use
  ArenaVector<Name> names;              // co_names in order of first use
  ArenaVector<Name> locals;             // parameters first, then in order of first use; u_varnames
  ArenaVector<Name> cells;              // sorted
  ArenaVector<Name> frees;              // sorted
};

}  // namespace ouro::compiler
