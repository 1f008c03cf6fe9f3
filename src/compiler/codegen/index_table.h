// A map from small integers or addresses to indices, in an arena: the numbering of a unit's constants, names
// and locals.
#pragma once

#include <cstdint>

#include "base/arena.h"

namespace ouro::compiler {

class IndexTable {
 public:
  static constexpr uint32_t kMissing = UINT32_MAX;

  explicit IndexTable(Arena& arena) : arena_(&arena) {}

  /// The index of `key` (not 0), or kMissing.
  uint32_t find(uint64_t key) const {
    if (capacity_ == 0) return kMissing;
    for (size_t slot = hash(key) & (capacity_ - 1);; slot = (slot + 1) & (capacity_ - 1)) {
      if (slots_[slot].key == key) return slots_[slot].index;
      if (slots_[slot].key == 0) return kMissing;
    }
  }

  /// The index of `key` (not 0), which becomes `index` when it is new.
  uint32_t find_or_add(uint64_t key, uint32_t index) {
    if ((size_ + 1) * 4 > capacity_ * 3) grow();
    Slot& slot = slot_of(key);
    if (slot.key == key) return slot.index;
    slot = {key, index};
    ++size_;
    return index;
  }

  /// Forgets all keys. Keeps its memory unless that is so much that clearing it would cost.
  void clear() {
    size_ = 0;
    if (capacity_ > kKept) capacity_ = 0;
    if (capacity_ != 0) std::memset(static_cast<void*>(slots_), 0, sizeof(Slot) * capacity_);
  }

  /// Sets the index of `key` (not 0).
  void set(uint64_t key, uint32_t index) {
    if ((size_ + 1) * 4 > capacity_ * 3) grow();
    Slot& slot = slot_of(key);
    if (slot.key == 0) ++size_;
    slot = {key, index};
  }

 private:
  static constexpr size_t kKept = 64;

  struct Slot {
    uint64_t key;
    uint32_t index;
  };

  static size_t hash(uint64_t key) {
    key *= 0x9E3779B97F4A7C15u;
    return static_cast<size_t>(key >> 32);
  }

  Slot& slot_of(uint64_t key) {
    size_t slot = hash(key) & (capacity_ - 1);
    while (slots_[slot].key != 0 && slots_[slot].key != key) slot = (slot + 1) & (capacity_ - 1);
    return slots_[slot];
  }

  void grow() {
    const Slot* old = slots_;
    const size_t old_capacity = capacity_;
    capacity_ = old_capacity == 0 ? 16 : old_capacity * 4;
    slots_ = static_cast<Slot*>(arena_->allocate(sizeof(Slot) * capacity_, alignof(Slot)));
    std::memset(static_cast<void*>(slots_), 0, sizeof(Slot) * capacity_);
    for (size_t i = 0; i < old_capacity; ++i)
      if (old[i].key != 0) slot_of(old[i].key) = old[i];
  }

  Arena* arena_;
  Slot* slots_ = nullptr;
  size_t capacity_ = 0;
  size_t size_ = 0;
};

}  // namespace ouro::compiler
