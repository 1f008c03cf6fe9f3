// From verified stack code to register code: one pass over the blocks in the order of the code.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lift/analysis.h"
#include "lift/emitter.h"
#include "lift/stack_map.h"
#include "lift/symbolic_stack.h"

namespace ouro::lift {

class Translator {
 public:
  /// `map`, if given, is filled.
  Translator(const CodeView& view, const StackCode& code, const Analysis& analysis,
             const LiftOptions& options, StackMap* map = nullptr);

  /// False when it can't be expressed; error() says why.
  bool run();
  const std::string& error() const { return error_; }
  RegisterCode take() { return std::move(emit_.code()); }

 private:
  /// What the last operation wrote, for a store to a local that follows at once.
  struct LastResult {
    uint32_t instruction = 0;
    uint32_t end = kNone;    // the code's size then; nothing has been emitted since if it is the same
    uint32_t field = 0;      // kListField: see below
    uint32_t reg = 0;        // register written; of a list the one of its last item
    uint32_t count = 0;      // of a list
    uint32_t next_item = 0;  // of a list: items before this one may not be redirected any more
  };
  static constexpr uint32_t kListField = 3;

  /// The stack at a jump's target that nothing else leads to.
  struct Snapshot {
    uint32_t start = kNone;
    uint32_t count = 0;
  };

  /// The way from a SEND that is exhausted to a target that wants the value elsewhere.
  struct Stub {
    uint32_t instruction;
    uint32_t from, to;
    uint32_t target;
    uint32_t offset, range;
  };

  /// Where a jump goes, and how many slots are dropped on the way.
  struct Way {
    uint32_t target;
    uint32_t drop;
  };

  // translate.cpp: the frame of it all
  bool fail(std::string message);
  bool choose_registers();
  void pin_constants();
  void find_line_starts();
  void translate_block(uint32_t block);
  void enter_block(uint32_t block);
  void reset_stack(uint32_t block, uint32_t depth);
  void translate(uint32_t index);
  void note_point(uint32_t index);
  void emit_trace_line(uint32_t index);
  void emit_stubs();
  void finish_handlers();
  uint32_t next_reached(uint32_t block) const;
  /// The block begins with a STORE_FAST that all ways to it can do themselves.
  bool takes_store(uint32_t block) const;
  /// How many of the topmost slots a block begins by dropping.
  uint32_t dead_slots(uint32_t block) const;
  uint32_t exception_register(uint32_t block) const;

  // translate_values.cpp: registers, constants, locals
  uint32_t canonical(uint32_t slot) const { return temp_base_ + slot; }
  void materialise(uint32_t slot);
  void ensure_canonical(uint32_t depth);
  void displace(uint32_t reg, uint32_t limit, uint32_t except = SymbolicStack::kNoSlot);
  uint32_t free_register(uint32_t slot);
  uint32_t claim(uint32_t slot, uint32_t limit);
  void prepare(uint32_t count);
  void prepare_at(uint32_t position);
  uint32_t reg(uint32_t below) const { return stack_.top(below).value; }
  uint32_t begin(uint32_t operands);
  void result(uint32_t instruction, uint32_t out, uint32_t field = 0);
  void load_const(uint32_t reg, uint32_t index);
  void flush_local(uint32_t local);
  bool is_bound(uint32_t local) const { return (bound_[local / 64] >> (local % 64) & 1) != 0; }
  void set_bound(uint32_t local, bool value);
  void load_fast(uint32_t local);
  void store_fast(uint32_t local);
  bool redirect_result(uint32_t local, uint32_t reg);
  void delete_fast(uint32_t local);
  void make_cell(uint32_t local);
  bool need_cell(uint32_t local);

  // translate_control.cpp: jumps, calls of generators, exceptions
  bool can_fuse(uint32_t index) const;
  bool keeps_stack(uint32_t target) const;
  uint32_t sole_jump(uint32_t block, uint32_t* pops) const;
  Way follow(uint32_t target);
  Way way_of(uint32_t index, bool* inverted);
  void before_branch(const Way& way, uint32_t operands);
  void save_stack(uint32_t target, uint32_t drop);
  void branch(uint32_t target, Operation forward, uint32_t a, uint32_t b, uint32_t c);
  void jump(uint32_t index);
  void jump_if(uint32_t index, Operation operation);
  void jump_or_pop(uint32_t index);
  void fused_jump(uint32_t index, Operation operation, bool negated);
  void compare(uint32_t index);
  void identity_or_membership(uint32_t index);
  void unary_not(uint32_t index);
  void for_iter(uint32_t index);
  void send(uint32_t index);
  void push_exc_info();
  void check_group_match();
  bool translate_control(uint32_t index);

  // translate_simple.cpp: one operation for one instruction
  void simple(Operation operation, uint32_t operands);
  void note_sliced(uint32_t key);
  void peek(Operation operation, uint32_t operands);
  void effect(Operation operation, uint32_t operands);
  void named(Operation operation, uint32_t operands, bool has_result, uint32_t name);
  void load_global(uint32_t argument);
  void load_method(uint32_t name);
  void call(uint32_t count);
  void call_extended(uint32_t argument);
  void build(Operation operation, uint32_t count);
  void build_const_key_map(uint32_t count);
  void build_slice(uint32_t count);
  void format_value(uint32_t argument);
  void unpack(Operation operation, uint32_t count, uint32_t before);
  void before_with(Operation operation);
  void add_to(Operation operation, uint32_t argument);
  void map_add(uint32_t argument);
  void dict_merge(uint32_t argument);
  void make_function(uint32_t argument);
  void import_name(uint32_t name);
  void match_class(uint32_t count);
  void raise(uint32_t count);
  void reraise(uint32_t argument);
  void with_except_start();
  void deref(Op op, uint32_t local);
  bool translate_stack(const StackInstruction& instruction);
  bool translate_variable(const StackInstruction& instruction);
  bool translate_construction(const StackInstruction& instruction);
  bool translate_simple(const StackInstruction& instruction);
  bool translate_rest(const StackInstruction& instruction);

  const CodeView& view_;
  const StackCode& code_;
  const Analysis& analysis_;
  const LiftOptions& options_;
  StackMap* map_;
  std::string error_;

  Emitter emit_;
  SymbolicStack stack_;
  std::vector<uint64_t> bound_;  // locals that are certainly bound
  LastResult last_;
  uint32_t last_store_ = 0;          // a Move or LoadConst to a local,
  uint32_t last_store_end_ = kNone;  // and the code's size behind it
  uint32_t local_count_ = 0;
  uint32_t temp_base_ = 0;
  uint32_t scratch_base_ = 0;
  uint32_t scratch_end_ = 0;
  uint32_t keyword_names_ = kNoConst;
  std::vector<uint32_t> pinned_register_;  // by constant, or kNone
  std::vector<uint32_t> list_;

  uint32_t block_ = 0;
  bool open_ = false;          // the block before goes on into this one
  uint32_t consumed_ = 0;      // further instructions that the last translation took
  std::vector<bool> skipped_;  // by block: jumps go through it to where it jumps
  std::vector<uint32_t> block_words_;
  std::vector<Snapshot> snapshots_;
  std::vector<Slot> snapshot_slots_;
  std::vector<Stub> stubs_;
  std::vector<bool> line_starts_;  // by code unit, when tracing
};

}  // namespace ouro::lift
