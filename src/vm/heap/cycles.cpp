// The count that gc.collect() returns in CPython: of the dead objects, those that reference counts would not
// have freed, because a garbage cycle holds them.
//
// Before the marks are cleared every allocated cell is noted in a second bitmap. What is in it but not marked
// afterwards is dead. Among the dead, references are counted; taking away again and again what nobody refers
// to leaves the cycles and what hangs on them.
#include <cstring>

#include "vm/heap/requested_collection.h"
#include "vm/heap/state.h"

namespace ouro::vm {

namespace heap {

namespace {

// Beyond this many dead cells nobody compares the number with CPython's.
constexpr size_t kMostDead = 4000000;

// Passes every referent on.
class EdgeVisitor final : public Tracer {
 public:
  explicit EdgeVisitor(State& heap) : heap_(heap) {}
  template <class Visit>
  void each(Object* object, Visit visit) {
    targets_.clear();
    visit_outside(object->shape);
    if (object->shape->trace != nullptr) object->shape->trace(object, *this);
    for (Object* target : targets_) visit(target);
  }
  void visit_interior(const void* pointer) override {
    const uintptr_t address = reinterpret_cast<uintptr_t>(pointer);
    if (heap_.space.contains(address)) targets_.push_back(cell_around(heap_, address));
  }

 private:
  void visit_outside(Object* object) override { targets_.push_back(object); }
  void grow() override {}

  State& heap_;
  std::vector<Object*> targets_;
};

}  // namespace

CellSnapshot::CellSnapshot(State& heap) : words_(heap.space.block_count() * kMarkWordsPerBlock) {
  std::memcpy(words_.data(), heap.space.marks(), words_.size() * sizeof(uint64_t));
  for (const uint32_t index : heap.touched) {
    const Block& block = heap.space.block(index);
    const uintptr_t start = heap.space.address_of(index);
    for (uint32_t offset = 0; offset < block.handed_out; offset += block.cell_size)
      if (reinterpret_cast<Object*>(start + offset)->shape != nullptr) add(heap, start + offset);
  }
  for (const uint32_t first : heap.young_large) add(heap, heap.space.address_of(first));
}

void CellSnapshot::add(State& heap, uintptr_t address) {
  const size_t offset = address - heap.space.base();
  words_[offset >> kMarkWordShift] |= uint64_t{1} << ((offset / kGranule) & 63);
}

std::vector<Object*> CellSnapshot::unmarked(const State& heap) const {
  std::vector<Object*> cells;
  for (size_t w = 0; w < words_.size() && cells.size() <= kMostDead; ++w) {
    for (uint64_t bits = words_[w] & ~heap.space.marks()[w]; bits != 0; bits &= bits - 1) {
      const size_t granule = w * 64 + static_cast<size_t>(std::countr_zero(bits));
      cells.push_back(reinterpret_cast<Object*>(heap.space.base() + granule * kGranule));
    }
  }
  return cells;
}

std::vector<Object*> held_by_cycles(State& heap, const std::vector<Object*>& dead) {
  if (dead.size() > kMostDead) return {};
  PointerMap numbers;
  for (uint32_t i = 0; i < dead.size(); ++i) numbers.set(dead[i], i);
  std::vector<uint32_t> references(dead.size());
  EdgeVisitor edges(heap);
  for (Object* object : dead) {
    edges.each(object, [&](Object* target) {
      const uint32_t number = numbers.find(target);
      if (number != PointerMap::kAbsent) ++references[number];
    });
  }
  std::vector<uint32_t> unreferenced;
  for (uint32_t i = 0; i < dead.size(); ++i)
    if (references[i] == 0) unreferenced.push_back(i);
  std::vector<bool> counted_out(dead.size());
  while (!unreferenced.empty()) {
    const uint32_t i = unreferenced.back();
    unreferenced.pop_back();
    counted_out[i] = true;
    edges.each(dead[i], [&](Object* target) {
      const uint32_t number = numbers.find(target);
      if (number != PointerMap::kAbsent && --references[number] == 0) unreferenced.push_back(number);
    });
  }
  std::vector<Object*> held;
  for (uint32_t i = 0; i < dead.size(); ++i)
    if (!counted_out[i]) held.push_back(dead[i]);
  return held;
}

}  // namespace heap

bool survived_collection(const Object* object) {
  return heap::is_live_mark(heap::state(), object);
}

}  // namespace ouro::vm
