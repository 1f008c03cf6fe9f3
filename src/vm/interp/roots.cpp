// What the collector sees of running code: the frames of all threads, by liveness; and the threads' register
// stacks.
#include <sys/mman.h>

#include "vm/interp/generators.h"
#include "vm/interp/slow.h"
#include "vm/interp/tracing.h"

namespace ouro::vm {

namespace {

/// Address space of a thread's registers; pages come as they are touched.
constexpr size_t kRegisterStackBytes = size_t{256} << 20;
/// So that a frame of the largest size still fits below the guard page.
constexpr size_t kRegisterReserve = 0x10000 * 8 + sizeof(Frame);

/// Temporaries that are needed while the instruction at the frame's pc runs.
void visit_temporaries(Frame* frame, Tracer& tracer) {
  Executable* executable = frame->executable;
  if (executable->register_count == executable->temp_base) return;
  const std::vector<bool>& live = executable->live().live_temps(frame->word_index());
  const Value* temporaries = frame->registers() + executable->temp_base;
  for (size_t i = 0; i < live.size(); ++i) {
    if (live[i]) tracer.visit(temporaries[i]);
  }
}

void visit_frames(Thread* T, Tracer& tracer) {
  for (Frame* frame = T->frame; frame != nullptr; frame = frame->previous) {
    visit_frame(frame, tracer, true);
    if ((frame->flags & kFrameGenerator) != 0) tracer.visit(generator_of(frame));
  }
}

void visit_all_frames(Tracer& tracer) {
  for (Thread* T = first_thread(); T != nullptr; T = T->next) visit_frames(T, tracer);
}

}  // namespace

void visit_frame(Frame* frame, Tracer& tracer, bool with_registers) {
  tracer.visit(frame->executable);
  tracer.visit(frame->function);
  tracer.visit(frame->locals);
  tracer.visit(frame->frame_object);
  if ((frame->flags & kFrameConstructor) != 0) tracer.visit(frame->constructed);
  if (!with_registers) return;
  tracer.visit(frame->registers(), frame->executable->local_count);
  visit_temporaries(frame, tracer);
}

void start_roots() {
  add_root_visitor(visit_all_frames);
}

void prepare_thread(Thread* T) {
  void* memory = mmap(nullptr, kRegisterStackBytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) {
    std::fputs("no memory for a thread's registers\n", stderr);
    std::abort();
  }
  T->stack_base = static_cast<Value*>(memory);
  T->stack_top = T->stack_base;
  T->stack_limit = T->stack_base + (kRegisterStackBytes - kRegisterReserve) / sizeof(Value);
  T->dispatch_table = plain_handlers;
  if (T->handled == nullptr) T->handled = &T->handled_base;
}

void release_thread(Thread* T) {
  if (T->stack_base != nullptr) munmap(T->stack_base, kRegisterStackBytes);
  T->stack_base = T->stack_top = T->stack_limit = nullptr;
}

}  // namespace ouro::vm
