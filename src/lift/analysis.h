// What is known of stack code before register code is made of it: which blocks are reached and how deep the
// stack is there, what its slots hold, which locals are certainly bound, how deep in loops each block lies.
//
// Two passes. The first follows control from the entry, visits each reached block once and verifies all that
// can be verified about single instructions and the stack. The second solves "certainly bound" over the first
// one's list of events. Both are bounded by a budget that real code never comes near.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "lift/effects.h"
#include "lift/stack_code.h"

namespace ouro::lift {

class Analysis {
 public:
  /// `tracing`: every instruction may raise, because a trace function may.
  Analysis(const CodeView& view, StackCode& code, bool tracing)
      : view_(view), code_(code), tracing_(tracing) {}

  /// False when the code is not safe to run; error() says why.
  bool run();

  const std::string& error() const { return error_; }
  /// The slots' kinds at a block's start.
  std::span<const SlotKind> kinds(const Block& block) const {
    return {kind_pool_.data() + block.kinds, static_cast<size_t>(block.depth)};
  }
  /// The highest stack.
  uint32_t max_depth() const { return max_depth_; }
  /// One bit per local at a block's start: certainly bound; of cells and free variables: certainly holds its
  /// cell.
  std::span<const uint64_t> bound(uint32_t block) const {
    return {bound_.data() + size_t{block} * set_words_, set_words_};
  }
  /// Whether an instruction that may raise is reached in a protected range. Of other ranges nothing is known.
  bool raises(uint32_t range) const { return raising_[range]; }
  /// Instructions visited: those that are reached.
  uint64_t reached_instructions() const { return reached_; }

 private:
  bool fail(const StackInstruction& instruction, std::string_view what);
  bool spend(uint64_t work);

  // The first pass.
  bool check_locals();
  void find_prologue();
  bool follow();
  bool visit(uint32_t block);
  bool step(uint32_t index);
  bool leave(uint32_t block);
  bool check_operand(const StackInstruction& instruction);
  bool check_local(const StackInstruction& instruction);
  bool check_generator(uint32_t index);
  bool raise_edge(const StackInstruction& instruction);
  bool jump_edge(const StackInstruction& instruction);
  bool enter(uint32_t block, uint64_t kept, uint64_t values, const StackInstruction& from);
  void add_local_event(const StackInstruction& instruction);

  bool apply(const StackInstruction& instruction);
  bool apply_effect(const StackInstruction& instruction, const Effect& effect);
  bool apply_pop_top(const StackInstruction& instruction);
  bool apply_copy(const StackInstruction& instruction);
  bool apply_swap(const StackInstruction& instruction);
  bool apply_load_method(const StackInstruction& instruction);
  bool apply_call(const StackInstruction& instruction);
  bool apply_call_extended(const StackInstruction& instruction);
  bool need_values(const StackInstruction& instruction, uint64_t count);
  bool need_value_at(const StackInstruction& instruction, uint64_t position);
  bool push(const StackInstruction& instruction, SlotKind kind, uint64_t count = 1);
  void pop(uint64_t count);

  // The second pass.
  bool solve_bound();
  bool flow(uint32_t block);
  void meet(uint32_t block, const std::vector<uint64_t>& state);

  void find_loops();

  const CodeView& view_;
  StackCode& code_;
  const bool tracing_;
  std::string error_;
  uint64_t budget_ = 0;
  uint64_t reached_ = 0;

  std::vector<SlotKind> kind_pool_;
  std::vector<SlotKind> stack_;
  std::vector<uint32_t> work_;
  std::vector<uint32_t> cold_work_;  // taken when `work_` is empty
  bool cold_ = false;                // only exceptions lead to the block at hand
  std::vector<uint32_t> events_;
  std::vector<bool> raising_;      // by range
  uint32_t joined_range_ = kNone;  // the handler knows the stack and the locals as they are
  uint64_t low_water_ = 0;         // what of the stack has not changed since
  uint32_t max_depth_ = 0;
  uint32_t prologue_generator_ = kNone;  // the RETURN_GENERATOR, by instruction
  uint32_t free_count_ = 0;
  bool keyword_names_pending_ = false;

  size_t set_words_ = 0;
  std::vector<uint64_t> bound_;
  std::vector<bool> dirty_;
  std::vector<uint64_t> state_;
};

}  // namespace ouro::lift
