// Leaving nested blocks early: what return, break and continue must undo on their way out.
#include "compiler/codegen/generator.h"

namespace ouro::compiler {

Status Generator::push_block(const FrameBlock& block) {
  if (unit_->block_count >= kMaxFrameBlocks) return error("too many statically nested blocks");
  unit_->blocks[unit_->block_count++] = block;
  return {};
}

void Generator::call_exit_with_nones() {
  load_none();
  load_none();
  load_none();
  select::call(*this, 2);
}

/// Leaves one block. With `keep_top`, the value on top of the stack (what is being returned) stays there.
Status Generator::unwind(const FrameBlock& block, bool keep_top) {
  switch (block.kind) {
    case FrameBlockKind::WhileLoop:
    case FrameBlockKind::ExceptHandler:
    case FrameBlockKind::ExceptStarHandler:
    case FrameBlockKind::AsyncComprehension:
      return {};
    case FrameBlockKind::ForLoop:  // the iterator
    case FrameBlockKind::Value:
      if (keep_top) select::swap(*this);
      emit(Op::POP_TOP);
      return {};
    case FrameBlockKind::TryBody:
      emit(Op::POP_BLOCK);
      return {};
    case FrameBlockKind::FinallyBody:
      return unwind_finally(block, keep_top);
    case FrameBlockKind::FinallyHandler:
      if (keep_top) select::swap(*this);
      emit(Op::POP_TOP);  // the exception
      if (keep_top) select::swap(*this);
      emit(Op::POP_BLOCK);
      emit(Op::POP_EXCEPT);
      return {};
    case FrameBlockKind::With:
    case FrameBlockKind::AsyncWith:
      unwind_with(block, keep_top);
      return {};
    case FrameBlockKind::HandlerCleanup:
      return unwind_handler(block, keep_top);
  }
  return {};
}

Status Generator::unwind_finally(const FrameBlock& block, bool keep_top) {
  emit(Op::POP_BLOCK);
  if (keep_top) OURO_TRY_STATUS(push_block({.kind = FrameBlockKind::Value}));
  OURO_TRY_STATUS(visit_all(block.final_body));
  if (keep_top) pop_block();
  // The finally body ran after the statement that leaves, so what follows has no line of its own.
  unset_location();
  return {};
}

void Generator::unwind_with(const FrameBlock& block, bool keep_top) {
  set_location(block.with->range);
  emit(Op::POP_BLOCK);
  if (keep_top) select::swap(*this);
  call_exit_with_nones();
  if (block.kind == FrameBlockKind::AsyncWith) await_top(select::AwaitableOrigin::AsyncExit);
  emit(Op::POP_TOP);
  unset_location();
}

Status Generator::unwind_handler(const FrameBlock& block, bool keep_top) {
  const bool named = block.bound_name != Name::none;
  if (named) emit(Op::POP_BLOCK);
  if (keep_top) select::swap(*this);
  emit(Op::POP_BLOCK);
  emit(Op::POP_EXCEPT);
  return named ? clear_handler_name(block.bound_name) : Status();
}

/// Leaves all blocks or, when `loop` is given, those inside the innermost loop, which it sets. While a
/// block's cleanup is generated, the block and those inside it are not there.
Status Generator::unwind_all(bool keep_top, FrameBlock** loop) {
  if (unit_->block_count == 0) return {};
  FrameBlock* top = &unit_->blocks[unit_->block_count - 1];
  if (top->kind == FrameBlockKind::ExceptStarHandler)
    return error("'break', 'continue' and 'return' cannot appear in an except* block");
  if (loop != nullptr && (top->kind == FrameBlockKind::WhileLoop || top->kind == FrameBlockKind::ForLoop)) {
    *loop = top;
    return {};
  }
  const FrameBlock copy = *top;
  --unit_->block_count;
  OURO_TRY_STATUS(unwind(copy, keep_top));
  OURO_TRY_STATUS(unwind_all(keep_top, loop));
  unit_->blocks[unit_->block_count++] = copy;
  return {};
}

}  // namespace ouro::compiler
