#include "vm/heap/marker.h"

#include <sys/mman.h>

#include <algorithm>

#include "vm/heap/state.h"

namespace ouro::vm {

void trace_array(Object* object, Tracer& tracer) {
  Array* array = static_cast<Array*>(object);
  tracer.visit(array->items, array->length);
}

namespace heap {

namespace {

constexpr size_t kFirstStack = 4096;
constexpr uint64_t kChunk = 512;  // items of an array traced at a time

size_t stack_limit = SIZE_MAX;

}  // namespace

void Marker::set_stack_limit(size_t entries) {
  stack_limit = entries;
}

Marker::Marker(State& heap, bool full) : heap_(heap), full_(full) {
  base_ = heap.space.base();
  extent_ = heap.space.extent();
  marks_ = heap.space.marks();
}

Marker::~Marker() {
  if (bottom_ != nullptr) munmap(bottom_, static_cast<size_t>(limit_ - bottom_) * sizeof(uint64_t));
}

void Marker::visit_outside(Object*) {}

// The stack doubles. When it cannot, the cell stays marked without its referents being visited, and
// recover_from_overflow() finds it again.
void Marker::grow() {
  const size_t size = static_cast<size_t>(limit_ - bottom_);
  const size_t wanted = std::min(size == 0 ? kFirstStack : size * 2, stack_limit);
  void* memory = MAP_FAILED;
  if (wanted > size) {
    if (bottom_ == nullptr)
      memory = mmap(nullptr, wanted * 8, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                    -1, 0);
    else
      memory = mremap(bottom_, size * 8, wanted * 8, MREMAP_MAYMOVE);
  }
  if (memory == MAP_FAILED) {
    overflowed_ = true;
    top_ = std::min(top_, limit_);
    return;
  }
  const size_t used = static_cast<size_t>(top_ - bottom_);
  bottom_ = static_cast<uint64_t*>(memory);
  top_ = bottom_ + used;
  limit_ = bottom_ + wanted;
}

void Marker::visit_interior(const void* pointer) {
  const uintptr_t address = reinterpret_cast<uintptr_t>(pointer);
  if (address - base_ < extent_) visit_object(cell_around(heap_, address));
}

// Twice over at most a card's words: most are marked already or no pointers, and the rest is fetched ahead.
void Marker::visit_words(uintptr_t start, uintptr_t end) {
  constexpr uintptr_t kWords = 64;
  while (start < end) {
    const uintptr_t stop = std::min(end, start + kWords * sizeof(uintptr_t));
    uintptr_t candidates[kWords];
    size_t count = 0;
    for (; start < stop; start += sizeof(uintptr_t)) {
      const uintptr_t word = *reinterpret_cast<const uintptr_t*>(start);
      if (word - base_ >= extent_ || heap_.space.is_marked(word)) continue;
      __builtin_prefetch(reinterpret_cast<const void*>(word), 1);
      candidates[count++] = word;
    }
    for (size_t i = 0; i < count; ++i)
      if (Object* cell = find_cell(heap_, candidates[i])) visit_object(cell);
  }
}

void Marker::trace(Object* object) {
  // What is traced in a minor collection without being young is remembered, and keeps its generation.
  if (full_)
    object->gc = (object->gc | kGcOld) & static_cast<uint8_t>(~kGcMiddle);
  else if ((object->gc & kGcOld) == 0)
    object->gc |= kGcOld | kGcMiddle;
  Shape* shape = object->shape;
  visit_object(shape);
  const TraceFn trace = shape->trace;
  if (trace == nullptr) return;
  if (trace == trace_array)
    trace_array_chunk(object, 0);
  else
    trace(object, *this);
}

// A long array goes through the stack in pieces, so that it does not put all its items there at once.
void Marker::trace_array_chunk(Object* object, uint64_t from) {
  Array* array = static_cast<Array*>(object);
  if (array->length - from > kChunk && limit_ - top_ >= 2) {
    *top_++ = from + kChunk;
    *top_++ = reinterpret_cast<uintptr_t>(object) | 1;
    visit(array->items + from, kChunk);
  } else {
    visit(array->items + from, array->length - from);
  }
}

void Marker::pop_chunk(uintptr_t tagged) {
  const uint64_t from = *--top_;
  trace_array_chunk(reinterpret_cast<Object*>(tagged - 1), from);
}

// Cells pass through a short queue between the stack and their tracing, so that the memory system has fetched
// them by the time they are read.
void Marker::drain() {
  constexpr unsigned kAhead = 8;
  uint64_t queue[kAhead];
  unsigned first = 0, count = 0;
  for (;;) {
    while (count < kAhead && top_ > bottom_) {
      const uintptr_t entry = *--top_;
      if ((entry & 1) != 0) {
        pop_chunk(entry);
        continue;
      }
      __builtin_prefetch(reinterpret_cast<const void*>(entry), 1);
      queue[(first + count++) % kAhead] = entry;
    }
    if (count == 0) {
      if (!overflowed_) return;
      recover_from_overflow();
      continue;
    }
    Object* object = reinterpret_cast<Object*>(queue[first]);
    first = (first + 1) % kAhead;
    --count;
    trace(object);
  }
}

// Visits all marked cells once more, in the order of their addresses. The stack is drained after every cell,
// so it overflows again only behind a single cell that has more unmarked referents than fit.
void Marker::recover_from_overflow() {
  overflowed_ = false;
  Space& space = heap_.space;
  for (uint32_t i = 0; i < space.block_count(); ++i) {
    const BlockState state = space.block(i).state;
    if (state != BlockState::kSmall && state != BlockState::kLargeHead) continue;
    for (size_t w = 0; w < kMarkWordsPerBlock; ++w) {
      for (uint64_t bits = space.marks_of(i)[w]; bits != 0; bits &= bits - 1) {
        const size_t granule = w * 64 + static_cast<size_t>(std::countr_zero(bits));
        trace(reinterpret_cast<Object*>(space.address_of(i) + granule * kGranule));
        while (top_ > bottom_) {
          const uintptr_t entry = *--top_;
          (entry & 1) != 0 ? pop_chunk(entry) : trace(reinterpret_cast<Object*>(entry));
        }
      }
    }
  }
}

}  // namespace heap
}  // namespace ouro::vm
