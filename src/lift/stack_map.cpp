#include "lift/stack_map.h"

#include <algorithm>

namespace ouro::lift {

const StackPoint* StackMap::at(uint32_t word) const {
  const auto found =
      std::lower_bound(points_.begin(), points_.end(), word,
                       [](const StackPoint& point, uint32_t wanted) { return point.word < wanted; });
  return found != points_.end() && found->word == word ? &*found : nullptr;
}

void StackMap::begin_point(uint32_t word, uint32_t offset) {
  points_.push_back({word, offset, static_cast<uint32_t>(slots_.size()), 0});
}

void StackMap::add_slot(SlotPlace place) {
  slots_.push_back(place);
  ++points_.back().depth;
}

void StackMap::forget_from(uint32_t word) {
  while (!points_.empty() && points_.back().word >= word) {
    slots_.resize(points_.back().first);
    points_.pop_back();
  }
}

}  // namespace ouro::lift
