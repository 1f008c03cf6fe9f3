// Where values are: registers for slots, constants, locals.
//
// A slot's own ("canonical") register is temp_base + slot. A slot may hold another register: a local's or a
// constant's, because it was loaded from there, or another slot's, after SWAP and COPY. Before a register is
// written, whatever else holds it is moved away (displace); before a local changes, slots that name it take a
// copy (flush_local).
#include <fmt/format.h>

#include "lift/translator.h"

namespace ouro::lift {

namespace {

constexpr uint32_t kMaxScratch = 256;

}  // namespace

/// A register without holders for a slot that has to leave another one's.
uint32_t Translator::free_register(uint32_t slot) {
  if (stack_.holder(canonical(slot)) == SymbolicStack::kNoSlot) return canonical(slot);
  for (uint32_t r = scratch_base_; r < scratch_end_; ++r)
    if (stack_.holder(r) == SymbolicStack::kNoSlot) return r;
  if (scratch_end_ - scratch_base_ >= kMaxScratch) fail("too many exchanges on the stack");
  return scratch_end_++;
}

/// Moves what slots below `limit` (but for `except`) hold in a register elsewhere.
void Translator::displace(uint32_t reg, uint32_t limit, uint32_t except) {
  uint32_t to = kNone;
  uint32_t next;
  for (uint32_t slot = stack_.holder(reg); slot != SymbolicStack::kNoSlot; slot = next) {
    next = stack_.next_holder(slot);
    if (slot >= limit || slot == except) continue;
    if (to == kNone) {
      to = free_register(slot);
      emit_.emit(Operation::Move, to, reg);
    }
    stack_.set_register(slot, to);
  }
}

void Translator::load_const(uint32_t reg, uint32_t index) {
  const uint32_t at = emit_.emit(Operation::LoadConst, reg);
  emit_.set_word(at, 1, index);
}

/// Brings what a slot holds into the slot's own register.
void Translator::materialise(uint32_t index) {
  const Slot slot = stack_[index];
  const uint32_t own = canonical(index);
  if (slot.kind != SlotKind::Value || (!slot.is_const && slot.value == own)) return;
  displace(own, stack_.depth(), index);
  if (slot.is_const)
    load_const(own, slot.value);
  else
    emit_.emit(Operation::Move, own, slot.value);
  stack_.set_register(index, own);
}

void Translator::ensure_canonical(uint32_t depth) {
  for (uint32_t slot = stack_.canonical(); slot < depth; ++slot) materialise(slot);
  if (depth > stack_.canonical()) stack_.set_canonical(depth);
}

/// A slot's own register, to be written by an operation whose operands are the slots from `limit` on.
uint32_t Translator::claim(uint32_t slot, uint32_t limit) {
  displace(canonical(slot), limit);
  return canonical(slot);
}

/// Sees to it that the topmost slots are in registers.
void Translator::prepare(uint32_t count) {
  for (uint32_t i = stack_.depth() - count; i < stack_.depth(); ++i)
    if (stack_[i].is_const) materialise(i);
}

void Translator::prepare_at(uint32_t position) {
  const uint32_t index = stack_.depth() - position;
  if (stack_[index].is_const) materialise(index);
}

/// The register for the result of an operation with that many operands, all of which are in registers then.
uint32_t Translator::begin(uint32_t operands) {
  prepare(operands);
  const uint32_t slot = stack_.depth() - operands;
  return claim(slot, slot);
}

/// Pushes what the instruction just emitted has written.
void Translator::result(uint32_t instruction, uint32_t out, uint32_t field) {
  stack_.push_register(out);
  last_ = {instruction, emit_.size(), field, out};
}

void Translator::flush_local(uint32_t local) {
  for (uint32_t slot; (slot = stack_.holder(local)) != SymbolicStack::kNoSlot;) materialise(slot);
}

void Translator::set_bound(uint32_t local, bool value) {
  const uint64_t bit = uint64_t{1} << (local % 64);
  bound_[local / 64] = value ? bound_[local / 64] | bit : bound_[local / 64] & ~bit;
}

void Translator::load_fast(uint32_t local) {
  // A trace function may jump over what bound it.
  if (options_.tracing || !is_bound(local)) {
    if (emit_.range() != kNone) ensure_canonical(code_.ranges[emit_.range()].depth);
    emit_.emit(Operation::CheckLocal, local);
    set_bound(local, true);
  }
  stack_.push_register(local);
}

/// Makes the last operation write a local instead of the temporary that is stored there now.
bool Translator::redirect_result(uint32_t local, uint32_t reg) {
  if (options_.tracing || last_.end != emit_.size() || stack_.holder(local) != SymbolicStack::kNoSlot)
    return false;
  if (last_.field == kListField) {
    const uint32_t item = last_.reg - reg;
    if (reg > last_.reg || item >= last_.count || item < last_.next_item) return false;
    emit_.patch_list(last_.instruction + 1, item, local);
    last_.next_item = item + 1;
  } else {
    if (last_.reg != reg) return false;
    emit_.patch_field(last_.instruction, last_.field, local);
    last_.reg = kNone;
  }
  for (uint32_t slot; (slot = stack_.holder(reg)) != SymbolicStack::kNoSlot;)
    stack_.set_register(slot, local);
  if (map_ != nullptr) map_->forget_from(emit_.size());  // the value is not where the stack had it
  return true;
}

void Translator::store_fast(uint32_t local) {
  set_bound(local, true);
  const Slot top = stack_.top();
  if (!top.is_const && top.value == local) return stack_.pop();
  if (!top.is_const && top.value >= temp_base_) {
    const uint32_t reg = top.value;
    stack_.pop();
    if (redirect_result(local, reg)) return;
    stack_.push_register(reg);
  }
  flush_local(local);
  const uint32_t at = emit_.size();
  const Slot& source = stack_.top();
  if (source.is_const)
    load_const(local, source.value);
  else
    emit_.emit(Operation::Move, local, source.value);
  stack_.pop();
  last_store_ = at;
  last_store_end_ = emit_.size();
}

void Translator::delete_fast(uint32_t local) {
  flush_local(local);
  if (is_bound(local)) {
    // A value that is stored only to be deleted, as at the end of an except clause with a name.
    if (last_store_end_ == emit_.size() && !options_.tracing) {
      Instruction store;
      __builtin_memcpy(&store, &emit_.code().words[last_store_], sizeof store);
      if (store.a == local) emit_.drop_last(last_store_);
    }
    emit_.emit(Operation::LoadNull, local);
  } else {
    emit_.emit(Operation::DeleteLocal, local);
  }
  set_bound(local, false);
}

void Translator::make_cell(uint32_t local) {
  flush_local(local);
  emit_.emit(Operation::MakeCell, local);
  set_bound(local, true);
}

/// Whether a local certainly holds a cell.
bool Translator::need_cell(uint32_t local) {
  return is_bound(local) ||
         fail(fmt::format("a cell is used before it is made at offset {}", emit_.offset()));
}

}  // namespace ouro::lift
