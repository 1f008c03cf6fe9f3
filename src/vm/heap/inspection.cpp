// Looking at the heap from outside: all live cells, and what one refers to.
#include "vm/heap/collection_pause.h"
#include "vm/heap/state.h"

namespace ouro::vm {

namespace heap {

namespace {

// Passes everything that a trace function visits on.
class ReferentVisitor final : public Tracer {
 public:
  explicit ReferentVisitor(const std::function<void(Object*)>& visit) : visit_(visit) {}
  void visit_interior(const void* pointer) override {
    State& heap = state();
    const uintptr_t address = reinterpret_cast<uintptr_t>(pointer);
    if (heap.space.contains(address)) visit_(cell_around(heap, address));
  }

 private:
  void visit_outside(Object* object) override { visit_(object); }
  void grow() override {}

  const std::function<void(Object*)>& visit_;
};

void list_block(State& heap, uint32_t index, std::vector<Object*>& cells) {
  const Block& block = heap.space.block(index);
  const uintptr_t start = heap.space.address_of(index);
  for (uintptr_t cell = start; cell + block.cell_size <= start + kBlockSize; cell += block.cell_size)
    if (find_cell(heap, cell) != nullptr) cells.push_back(reinterpret_cast<Object*>(cell));
}

}  // namespace

}  // namespace heap

using heap::BlockState;
using heap::state;
using heap::State;

void for_each_object(const std::function<void(Object*)>& visit) {
  State& heap = state();
  const CollectionPause pause;
  std::vector<Object*> cells;
  for (uint32_t i = 0; i < heap.space.block_count(); ++i) {
    const BlockState block_state = heap.space.block(i).state;
    if (block_state == BlockState::kSmall)
      heap::list_block(heap, i, cells);
    else if (block_state == BlockState::kLargeHead)
      cells.push_back(reinterpret_cast<Object*>(heap.space.address_of(i)));
  }
  for (Object* object : cells) visit(object);
}

void for_each_referent(Object* object, const std::function<void(Object*)>& visit) {
  if (object->shape == nullptr || object->shape->trace == nullptr) return;
  heap::ReferentVisitor visitor(visit);
  object->shape->trace(object, visitor);
}

}  // namespace ouro::vm
