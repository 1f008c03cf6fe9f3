// Exceptions on their way up: tracebacks, handlers, frames that end.
#include "vm/interp/calls.h"
#include "vm/interp/slow.h"
#include "vm/interp/tracing.h"
#include "vm/object/ending.h"
#include "vm/object/exception_support.h"

namespace ouro::vm {

namespace {

/// There must be an exception; a native function that fails without one is at fault.
void require_exception(Thread* T) {
  if (T->exception == nullptr) (void)raise(types.SystemError, "error return without exception set");
}

/// Whether the running instruction raises again what has its entry in the traceback already.
bool raises_again(Thread* T) {
  bool again = T->raising_again;
  T->raising_again = false;
  return again;
}

/// What the frame shows as its last instruction: of a Reraise that remembers its place, that place.
uint32_t shown_word(Frame* frame) {
  if (static_cast<Op>(field_op(frame->pc)) == Op::Reraise && field_b(frame->pc) != 0) {
    Value place = frame->registers()[field_c(frame->pc)];
    const uint64_t* word = nullptr;
    if (place.is_small_int() && static_cast<uint64_t>(place.small_int()) <= UINT32_MAX)
      word = word_of_offset(frame->executable, static_cast<uint32_t>(place.small_int()));
    if (word != nullptr) return static_cast<uint32_t>(word - frame->executable->words);
  }
  return frame->word_index();
}

/// Where the frame goes on with the exception; false: nowhere.
bool enter_handler(Thread* T, Frame* frame) {
  if (end_requested() || !frame->executable->has_handlers) return false;
  uint32_t word = frame->word_index();
  const lift::Handler* handler = frame->executable->register_code().handler_of(word);
  if (handler == nullptr) return false;
  Value* registers = frame->registers();
  if (handler->last_index != lift::kNoRegister)
    registers[handler->last_index] = Value::from_small(frame->executable->offset_of(shown_word(frame)));
  registers[handler->exception] = T->exception;
  T->exception = nullptr;
  frame->pc = frame->executable->words + handler->target;
  return true;
}

/// An AttributeError from a __getattr__ that the frame's instruction runs.
void complete_error_of_hook(Frame* frame) {
  Op op = kBaseOperation[field_op(frame->pc)];
  if (op != Op::LoadAttr && op != Op::LoadMethod) return;
  complete_attribute_error(frame->registers()[field_b(frame->pc)],
                           name_at(frame->registers(), low_half(frame->pc + 1)));
}

/// Whether the exception is what a for loop takes for the end of its iterator.
bool ends_loop(const Frame* frame) {
  return kBaseOperation[field_op(frame->pc)] == Op::ForIter && exception_is(types.StopIteration);
}

}  // namespace

uint64_t* unwind(Thread* T) {
  require_exception(T);
  for (;;) {
    Frame* frame = T->frame;
    if (!raises_again(T)) {
      add_traceback(T->exception, frame);
      if (is_traced(T)) [[unlikely]]
        trace_exception(T, frame);
    }
    if (enter_handler(T, frame)) return kReload;
    frame->pc = frame->executable->words + shown_word(frame);
    if (is_traced(T)) [[unlikely]]
      (void)trace_exit(T, frame, Value());
    uint16_t flags = frame->flags;
    pop_frame(T, frame);
    if ((flags & kFrameGenerator) != 0) {
      Generator* generator = generator_of(frame);
      convert_stop_iteration(generator);
      finish_generator(generator);
    }
    if ((flags & kFrameEntry) != 0) {
      T->outcome = Result<Value>(Raised{}).bits();
      return kLeave;
    }
    if (exception_is(types.AttributeError)) complete_error_of_hook(T->frame);
    if ((flags & kFrameContinued) == 0) continue;
    if (is_traced(T) && ends_loop(T->frame)) [[unlikely]]
      trace_exception(T, T->frame);
    if (finish_loop(T, T->frame)) return kReload;
  }
}

}  // namespace ouro::vm
