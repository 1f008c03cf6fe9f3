// The loop: the machine that runs register code.
//
// One handler per operation, in handlers/*.inc. Each ends by jumping to the handler of the next instruction
// through `table`, so that there is no central switch: clang compiles every handler as a function that ends
// in a tail call, gcc as a label (see dispatch.h).
//
// A call from Python to Python stays in the loop: it pushes a Frame and goes on there; Return pops it. The
// same holds for generators resumed by `for` and `yield from`, and for __init__, properties and the like. C++
// that calls back into Python (sort keys, __hash__, descriptors of native types) enters the loop anew through
// run_frame; the frame it starts carries kFrameEntry, which makes its Return leave the C++ function. An
// exception that such a frame does not handle leaves it the same way.
//
// The collector sees frames through T->frame and each frame's pc, which is saved before any C++ runs that may
// allocate: that is what SLOW does besides calling. Between slow paths the pc lives in a register.
//
// There are two tables. The second one serves threads with a trace or profile function: its calls, returns
// and yields tell that function, and nothing in it is specialised. All of it leads through one handler, which
// sees to frames that were running before. Whether a thread is traced is looked at
// when a slow path returns, for only C++ can change it.
#include <algorithm>

#include "vm/interp/calls.h"
#include "vm/interp/dispatch.h"
#include "vm/interp/parts.h"
#include "vm/interp/tracing.h"

namespace ouro::vm {

HotShapes hot;

thread_local constinit const void* loop_stack __attribute__((tls_model("initial-exec"))) = nullptr;

namespace {

/// An address below the frame of the function that calls this.
[[gnu::noinline]] const void* below_caller() {
  return __builtin_frame_address(0);
}

}  // namespace

#ifdef OURO_TAIL_CALLS

namespace {

const void* traced_handlers[static_cast<size_t>(Op::kCount)];
const void* watched_handlers[static_cast<size_t>(Op::kCount)];

HANDLER_CALL uint64_t switch_frames(STATE) {
  (void)R;
  (void)table;
  uint64_t* next = pc;
  if (next == kRaised) next = unwind(T);
  if (next == kLeave) return T->outcome;
  pc = T->frame->pc;
  R = T->frame->registers();
  table = T->dispatch_table;
  DISPATCH();
}

template <SlowFn slow>
HANDLER_CALL uint64_t through(STATE) {
  FRAME->pc = pc;
  pc = slow(pc, R, T);
  table = T->dispatch_table;
  if (stays(pc)) [[likely]]
    DISPATCH();
  SWITCH_FRAMES();
}

#define OPERATION(name, a, b, c, words, tail) static HANDLER_CALL uint64_t op_##name(STATE);
#include "lift/operations.def"
#define QUICKENED(name, base) static HANDLER_CALL uint64_t op_##name(STATE);
#include "vm/interp/handlers/all.inc"
#include "vm/interp/quickened.def"

const void* const kPlainTable[] = {
#define OPERATION(name, a, b, c, words, tail) reinterpret_cast<const void*>(op_##name),
#include "lift/operations.def"
#define QUICKENED(name, base) reinterpret_cast<const void*>(op_##name),
#include "vm/interp/quickened.def"
};

}  // namespace

void start_loop() {
  for (size_t i = 0; i < static_cast<size_t>(Op::kCount); ++i)
    traced_handlers[i] = kPlainTable[static_cast<size_t>(kBaseOperation[i])];
  auto replace = [](Op op, HandlerFn handler) {
    traced_handlers[static_cast<size_t>(op)] = reinterpret_cast<const void*>(handler);
  };
  replace(Op::LoadConstValue, op_LoadConstValue);
  replace(Op::Return, op_TracedReturn);
  replace(Op::Yield, op_TracedYield);
  replace(Op::Resume, op_TracedResume);
  std::fill(std::begin(watched_handlers), std::end(watched_handlers),
            reinterpret_cast<const void*>(op_Watched));
}

const void* const* plain_handlers = kPlainTable;
const void* const* traced_table() {
  return watched_handlers;
}

uint64_t run_loop(Thread* T) {
  uint64_t* pc = T->frame->pc;
  Value* R = T->frame->registers();
  const void* const* table = T->dispatch_table;
  auto first = reinterpret_cast<HandlerFn>(const_cast<void*>(table[field_op(pc)]));
  const void* outer = loop_stack;
  loop_stack = below_caller();
  uint64_t outcome = first(pc, R, T, table);
  loop_stack = outer;
  return outcome;
}

#endif

#ifndef OURO_TAIL_CALLS

namespace {

const void* traced_handlers[static_cast<size_t>(Op::kCount)];
const void* watched_handlers[static_cast<size_t>(Op::kCount)];

/// The whole loop as one function. Without a thread: tells where the handlers are.
uint64_t run(Thread* T, const void* const** handlers_out, const void** traced_out) {
  static const void* const kHandlers[] = {
#define OPERATION(name, a, b, c, words, tail) &&op_##name,
#include "lift/operations.def"
#define QUICKENED(name, base) &&op_##name,
#include "vm/interp/quickened.def"
  };
  if (T == nullptr) {
    *handlers_out = kHandlers;
    static const void* const kTraced[] = {&&op_TracedReturn, &&op_TracedYield, &&op_TracedResume,
                                          &&op_Watched};
    std::copy(std::begin(kTraced), std::end(kTraced), traced_out);
    return 0;
  }
  uint64_t* pc = T->frame->pc;
  Value* R = T->frame->registers();
  const void* const* table = T->dispatch_table;
  const void* outer = loop_stack;
  loop_stack = below_caller();
  DISPATCH();

after_slow:
  table = T->dispatch_table;
  if (stays(pc)) [[likely]]
    DISPATCH();
  if (pc == kRaised) pc = unwind(T);
  if (pc == kLeave) {
    loop_stack = outer;
    return T->outcome;
  }
  pc = T->frame->pc;
  R = T->frame->registers();
  table = T->dispatch_table;
  DISPATCH();

#include "vm/interp/handlers/all.inc"
}

}  // namespace

const void* const* plain_handlers = nullptr;

void start_loop() {
  const void* traced[4];
  run(nullptr, &plain_handlers, traced);
  for (size_t i = 0; i < static_cast<size_t>(Op::kCount); ++i)
    traced_handlers[i] = plain_handlers[static_cast<size_t>(kBaseOperation[i])];
  auto plain = [](Op op) { return plain_handlers[static_cast<size_t>(op)]; };
  traced_handlers[static_cast<size_t>(Op::LoadConstValue)] = plain(Op::LoadConstValue);
  traced_handlers[static_cast<size_t>(Op::Return)] = traced[0];
  traced_handlers[static_cast<size_t>(Op::Yield)] = traced[1];
  traced_handlers[static_cast<size_t>(Op::Resume)] = traced[2];
  std::fill(std::begin(watched_handlers), std::end(watched_handlers), traced[3]);
}

const void* const* traced_table() {
  return watched_handlers;
}

uint64_t run_loop(Thread* T) {
  return run(T, nullptr, nullptr);
}

#endif

}  // namespace ouro::vm
