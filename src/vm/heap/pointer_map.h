// An open-addressing map from addresses to 32-bit numbers, for the collector's side tables. It holds no cell
// alive.
#pragma once

#include <cstdint>
#include <vector>

namespace ouro::vm::heap {

class PointerMap {
 public:
  static constexpr uint32_t kAbsent = UINT32_MAX;

  uint32_t find(const void* key) const {
    if (count_ == 0) return kAbsent;
    for (size_t i = home(key);; i = (i + 1) & mask()) {
      if (entries_[i].key == key) return entries_[i].value;
      if (entries_[i].key == nullptr) return kAbsent;
    }
  }

  void set(const void* key, uint32_t value) {
    if ((count_ + 1) * 4 > entries_.size() * 3) grow();
    size_t i = home(key);
    while (entries_[i].key != nullptr && entries_[i].key != key) i = (i + 1) & mask();
    if (entries_[i].key == nullptr) ++count_;
    entries_[i] = {key, value};
  }

  /// Closes the gap by moving later entries back, so that no tombstones gather.
  void erase(const void* key) {
    if (count_ == 0) return;
    size_t gap = home(key);
    while (entries_[gap].key != key) {
      if (entries_[gap].key == nullptr) return;
      gap = (gap + 1) & mask();
    }
    for (size_t i = (gap + 1) & mask(); entries_[i].key != nullptr; i = (i + 1) & mask()) {
      const size_t distance_from_home = (i - home(entries_[i].key)) & mask();
      if (distance_from_home < ((i - gap) & mask())) continue;
      entries_[gap] = entries_[i];
      gap = i;
    }
    entries_[gap] = {};
    --count_;
  }

 private:
  struct Entry {
    const void* key = nullptr;
    uint32_t value = 0;
  };

  size_t mask() const { return entries_.size() - 1; }
  size_t home(const void* key) const {
    return ((reinterpret_cast<uintptr_t>(key) * 0x9E3779B97F4A7C15u) >> 32) & mask();
  }
  void grow() {
    std::vector<Entry> old(entries_.empty() ? 64 : entries_.size() * 2);
    old.swap(entries_);
    count_ = 0;
    for (const Entry& entry : old)
      if (entry.key != nullptr) set(entry.key, entry.value);
  }

  std::vector<Entry> entries_;
  size_t count_ = 0;
};

}  // namespace ouro::vm::heap
