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

  /// The index of `key`, or kMissing.
  uint32_t find(uint64_t key) const {
    if (capacity_ == 0) return kMissing;
    for (size_t slot = hash(key) & (capacity_ - 1);; slot = (slot + 1) & (capacity_ - 1)) {
      if (slots_[slot].stamp != stamp_) return kMissing;
      if (slots_[slot].key == key) return slots_[slot].index;
    }
  }

  /// The index of `key`, which becomes `index` when it is new.
  uint32_t find_or_add(uint64_t key, uint32_t index) {
    if ((size_ + 1) * 4 > capacity_ * 3) grow();
    Slot& slot = slot_of(key);
    if (slot.stamp == stamp_) return slot.index;
    slot = {key, index, stamp_};
    ++size_;
    return index;
  }

  /// Forgets all keys, without touching the memory: slots count only with the stamp of the day.
  void clear() {
    size_ = 0;
    if (++stamp_ != 0) return;
    capacity_ = 0;
    stamp_ = 1;
  }

  /// Sets the index of `key`.
  void set(uint64_t key, uint32_t index) {
    if ((size_ + 1) * 4 > capacity_ * 3) grow();
    Slot& slot = slot_of(key);
    if (slot.stamp != stamp_) ++size_;
    slot = {key, index, stamp_};
  }

 private:
  struct Slot {
    uint64_t key;
    uint32_t index;
    uint32_t stamp;  // another one than the table's: empty
  };

  static size_t hash(uint64_t key) {
    key *= 0x9E3779B97F4A7C15u;
    return static_cast<size_t>(key >> 32);
  }

  Slot& slot_of(uint64_t key) {
    size_t slot = hash(key) & (capacity_ - 1);
    while (slots_[slot].stamp == stamp_ && slots_[slot].key != key) slot = (slot + 1) & (capacity_ - 1);
    return slots_[slot];
  }

  void grow() {
    const Slot* old = slots_;
    const size_t old_capacity = capacity_;
    capacity_ = old_capacity == 0 ? 16 : old_capacity * 4;
    slots_ = static_cast<Slot*>(arena_->allocate(sizeof(Slot) * capacity_, alignof(Slot)));
    std::memset(static_cast<void*>(slots_), 0, sizeof(Slot) * capacity_);
    for (size_t i = 0; i < old_capacity; ++i)
      if (old[i].stamp == stamp_) slot_of(old[i].key) = old[i];
  }

  Arena* arena_;
  Slot* slots_ = nullptr;
  size_t capacity_ = 0;
  size_t size_ = 0;
  uint32_t stamp_ = 1;
};

}  // namespace ouro::compiler
