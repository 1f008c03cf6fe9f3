// The unit that is being generated, and how instructions get into it.
#pragma once

#include "compiler/codegen/index_table.h"
#include "compiler/passes.h"

namespace ouro::compiler {

enum class UnitKind : uint8_t { Module, Class, Function, AsyncFunction, Lambda, Comprehension };

/// A region of the source that jumps out of it (return, break, continue) have to clean up after.
enum class FrameBlockKind : uint8_t {
  WhileLoop,
  ForLoop,
  TryBody,
  FinallyBody,
  FinallyHandler,
  With,
  AsyncWith,
  HandlerCleanup,
  Value,  // a value waits on the stack below
  ExceptHandler,
  ExceptStarHandler,
  AsyncComprehension,
};

struct FrameBlock {
  FrameBlockKind kind = FrameBlockKind::WhileLoop;
  Label start = Label::none;
  Label exit = Label::none;
  syntax::Stmts final_body{};          // FinallyBody
  Name bound_name = Name::none;        // HandlerCleanup: the name of `except ... as name`
  const syntax::Stmt* with = nullptr;  // With, AsyncWith
};

/// CPython's limit on nested blocks.
constexpr int kMaxFrameBlocks = 20;

/// A code object in the making. Units are used again when their code object is done, memory and all.
struct Unit {
  explicit Unit(Arena& arena)
      : code(arena),
        const_index(arena),
        name_index(arena),
        local_index(arena),
        cell_index(arena),
        free_index(arena) {}

  /// Makes it the unit of another code object; `enter` sets the rest.
  void clear() {
    code.clear();
    for (IndexTable* table : {&const_index, &name_index, &local_index, &cell_index, &free_index})
      table->clear();
    private_name = Name::none;
    block_count = 0;
    block_returns = false;
  }

  CodeUnit code;
  UnitKind kind = UnitKind::Module;
  uint32_t number = 0;  // of the units begun so far, from 1 on
  Unit* parent = nullptr;
  Name private_name = Name::none;  // the innermost class, for name mangling
  IndexTable const_index;
  IndexTable name_index;
  IndexTable local_index;
  IndexTable cell_index;
  IndexTable free_index;
  FrameBlock blocks[kMaxFrameBlocks];
  int block_count = 0;
  Location where;              // of the instructions that follow
  bool block_returns = false;  // the current basic block ends with a return
};

class Emitter {
 public:
  explicit Emitter(const Target& target) : target_(target) {}

  const Target& target() const { return target_; }

  void emit(Op op, uint32_t operand = 0) {
    unit_->code.sequence.emit(op, operand, unit_->where);
    unit_->block_returns = op == Op::RETURN_VALUE;
  }
  /// An instruction that belongs to no place in the source.
  void emit_nowhere(Op op, uint32_t operand = 0) {
    unit_->code.sequence.emit(op, operand, Location());
    unit_->block_returns = false;
  }
  void jump(Op op, Label to) {
    unit_->code.sequence.emit_jump(op, to, unit_->where);
    unit_->block_returns = false;
  }
  void jump_nowhere(Op op, Label to) {
    unit_->code.sequence.emit_jump(op, to, Location());
    unit_->block_returns = false;
  }
  Label new_label() { return unit_->code.sequence.new_label(); }
  void place(Label label) {
    unit_->code.sequence.place(label);
    unit_->block_returns = false;
  }

 protected:
  const Target& target_;
  Unit* unit_ = nullptr;
};

}  // namespace ouro::compiler
