// The stack while stack code is being translated: what each slot holds, symbolically.
#pragma once

#include <cstdint>
#include <vector>

#include "lift/effects.h"

namespace ouro::lift {

/// A slot: a register, or a constant that is in none yet. Slots of other kinds than Value hold no register
/// that may be read, but for pairs, whose halves stand in the two slots' own registers.
struct Slot {
  SlotKind kind = SlotKind::Value;
  bool is_const = false;
  uint32_t value = 0;  // register, or index of the constant
  // The slots that hold the same register are a list, so that a register can be vacated at once.
  uint32_t previous = 0xFFFFFFFF;
  uint32_t next = 0xFFFFFFFF;

  bool in_register() const { return kind == SlotKind::Value && !is_const; }
};

class SymbolicStack {
 public:
  static constexpr uint32_t kNoSlot = 0xFFFFFFFF;

  uint32_t depth() const { return static_cast<uint32_t>(slots_.size()); }
  const Slot& operator[](uint32_t index) const { return slots_[index]; }
  const Slot& top(uint32_t below = 0) const { return slots_[slots_.size() - 1 - below]; }

  void push(const Slot& slot) {
    slots_.push_back(slot);
    link(depth() - 1);
  }
  void push_register(uint32_t reg) { push({.value = reg}); }
  void push_const(uint32_t index) { push({.is_const = true, .value = index}); }
  void push_kind(SlotKind kind) { push({.kind = kind}); }

  void pop(uint32_t count = 1) {
    for (; count > 0; --count) {
      unlink(depth() - 1);
      slots_.pop_back();
    }
    lower_canonical(depth());
  }

  /// The slot now holds another register.
  void set_register(uint32_t index, uint32_t reg) {
    unlink(index);
    slots_[index] = {.value = reg};
    link(index);
    lower_canonical(index);
  }

  void swap(uint32_t left, uint32_t right) {
    if (left == right) return;
    unlink(left);
    unlink(right);
    std::swap(slots_[left], slots_[right]);
    link(left);
    link(right);
    lower_canonical(left < right ? left : right);
  }

  /// A slot that holds the register, or kNoSlot; next_holder() the others.
  uint32_t holder(uint32_t reg) const { return reg < heads_.size() ? heads_[reg] : kNoSlot; }
  uint32_t next_holder(uint32_t index) const { return slots_[index].next; }

  /// The slots [0, canonical()) hold their own registers.
  uint32_t canonical() const { return canonical_; }
  void set_canonical(uint32_t depth) { canonical_ = depth; }

 private:
  void lower_canonical(uint32_t depth) {
    if (depth < canonical_) canonical_ = depth;
  }

  void link(uint32_t index) {
    Slot& slot = slots_[index];
    slot.previous = slot.next = kNoSlot;
    if (!slot.in_register()) return;
    if (slot.value >= heads_.size()) heads_.resize(slot.value + 1, kNoSlot);
    const uint32_t head = heads_[slot.value];
    slot.next = head;
    if (head != kNoSlot) slots_[head].previous = index;
    heads_[slot.value] = index;
  }

  void unlink(uint32_t index) {
    const Slot& slot = slots_[index];
    if (!slot.in_register()) return;
    if (slot.next != kNoSlot) slots_[slot.next].previous = slot.previous;
    if (slot.previous != kNoSlot)
      slots_[slot.previous].next = slot.next;
    else
      heads_[slot.value] = slot.next;
  }

  std::vector<Slot> slots_;
  std::vector<uint32_t> heads_;  // by register
  uint32_t canonical_ = 0;
};

}  // namespace ouro::lift
