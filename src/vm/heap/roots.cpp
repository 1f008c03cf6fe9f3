// What is alive by itself: registered words, visitors, static cells, what the finaliser queue holds, the
// machine stacks; in minor collections also the old cells that were stored into.
#include <algorithm>

#include "vm/heap/state.h"

namespace ouro::vm {

namespace heap {

namespace {

constexpr uintptr_t kCard = uintptr_t{1} << kCardShift;

// The words of a card that belong to live cells. Carded cells are larger than a card: it meets two at most.
void mark_card(State& heap, Marker& marker, uintptr_t card) {
  for (uintptr_t at = card; at < card + kCard;) {
    Object* cell = cell_around(heap, at);
    const uintptr_t cell_end = reinterpret_cast<uintptr_t>(cell) + cell_size(cell);
    if (cell_end <= at) return;  // what a large cell leaves of its last block
    const uintptr_t end = std::min(card + kCard, cell_end);
    if (find_cell(heap, at) != nullptr) marker.visit_words(at, end);
    at = end;
  }
}

void mark_remembered(State& heap, Marker& marker) {
  for (Object* holder : heap.remembered) {
    holder->gc &= static_cast<uint8_t>(~kGcRemembered);
    marker.trace(holder);
  }
  heap.remembered.clear();
  for (const uintptr_t card : heap.dirty_cards) {
    heap.space.clear_card(card);
    mark_card(heap, marker, card);
  }
  heap.dirty_cards.clear();
}

}  // namespace

void forget_remembered(State& heap) {
  for (Object* holder : heap.remembered) holder->gc &= static_cast<uint8_t>(~kGcRemembered);
  heap.remembered.clear();
  for (const uintptr_t card : heap.dirty_cards) heap.space.clear_card(card);
  heap.dirty_cards.clear();
}

void mark_roots(State& heap, Marker& marker, bool full) {
  for (Object* object : heap.conservative_roots) marker.visit(object);
  heap.conservative_roots.clear();
  for (const Value* word : heap.root_words) marker.visit(*word);
  for (const auto visit : heap.root_visitors) visit(marker);
  for (Object* object : heap.pending_callbacks) marker.visit(object);
  for (Object* object : heap.pending_finalizers) marker.visit(object);
  if (full)
    for (Object* object : heap.statics) marker.trace(object);
  else
    mark_remembered(heap, marker);
}

Object* cell_around(State& heap, uintptr_t address) {
  const uint32_t index = heap.space.index_of(address);
  const Block& block = heap.space.block(index);
  const uintptr_t start = heap.space.address_of(index);
  if (block.state == BlockState::kSmall) {
    const uint64_t cell = ((address - start) * uint64_t{block.reciprocal}) >> 32;
    return reinterpret_cast<Object*>(start + cell * block.cell_size);
  }
  return reinterpret_cast<Object*>(block.state == BlockState::kLargeTail ? heap.space.address_of(block.head)
                                                                         : start);
}

Object* find_cell(State& heap, uintptr_t address) {
  if (!heap.space.contains(address)) return nullptr;
  const uint32_t index = heap.space.index_of(address);
  const Block& block = heap.space.block(index);
  const uintptr_t start = heap.space.address_of(index);
  switch (block.state) {
    case BlockState::kSmall: {
      Object* object = cell_around(heap, address);
      const uintptr_t cell = reinterpret_cast<uintptr_t>(object);
      if (cell + block.cell_size > start + kBlockSize) return nullptr;
      if (heap.space.is_marked(cell)) return object;
      return cell - start < block.handed_out && object->shape != nullptr ? object : nullptr;
    }
    case BlockState::kLargeHead:
    case BlockState::kLargeTail: {
      Object* object = cell_around(heap, address);
      return object->shape != nullptr ? object : nullptr;
    }
    default:
      return nullptr;
  }
}

}  // namespace heap

using heap::state;
using heap::State;

void remember(Object* holder) {
  holder->gc |= kGcRemembered;
  state().remembered.push_back(holder);
}

// A long list or dict that is written to all the time would be traced whole by each minor collection. It
// remembers the 512 bytes around the field instead.
void remember_field(Object* holder, const void* field) {
  State& heap = state();
  if ((holder->gc & kGcLarge) == 0) {
    remember(holder);
    return;
  }
  const uintptr_t address = reinterpret_cast<uintptr_t>(field);
  if (heap.space.mark_card(address))
    heap.dirty_cards.push_back(address >> heap::kCardShift << heap::kCardShift);
}

void add_root(Value* word) {
  State& heap = state();
  if (heap.root_index.find(word) != heap::PointerMap::kAbsent) return;
  heap.root_index.set(word, static_cast<uint32_t>(heap.root_words.size()));
  heap.root_words.push_back(word);
}

void add_root(Object** word) {
  add_root(reinterpret_cast<Value*>(word));
}

void remove_root(const void* word) {
  State& heap = state();
  const uint32_t index = heap.root_index.find(word);
  if (index == heap::PointerMap::kAbsent) return;
  heap.root_words[index] = heap.root_words.back();
  heap.root_index.set(heap.root_words[index], index);
  heap.root_index.erase(word);
  heap.root_words.pop_back();
}

void add_root_visitor(void (*visit)(Tracer& tracer)) {
  state().root_visitors.push_back(visit);
}

void add_static(Object* object) {
  State& heap = state();
  object->gc |= kGcStatic | kGcOld;
  heap.statics.push_back(object);
  if ((object->gc & kGcRemembered) == 0) remember(object);
}

}  // namespace ouro::vm
