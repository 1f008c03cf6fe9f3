// Trace and profile functions.
//
// While a thread has one of them its loop runs with the traced table, and functions that are called get the
// traced form of their code: it has a TraceLine before every instruction. Frames that were running before go
// on with their plain code: they give return events, but no lines.
#include "vm/interp/tracing.h"

#include "bytecode/opcodes.h"
#include "vm/interp/generators.h"
#include "vm/interp/parts.h"
#include "vm/interp/slow.h"
#include "vm/interp/text.h"

namespace ouro::vm {

namespace {

constexpr uint8_t kOpcodeSend = 123, kOpcodeResume = 151;

void choose_table(Thread* T) {
  bool wanted = T->tracing == 0 && (!T->trace_function.is_null() || !T->profile_function.is_null());
  T->dispatch_table = wanted ? traced_table() : plain_handlers;
}

/// One call of a trace or profile function; the frame's locals can be changed by it.
Result<Value> call_with_frame(Thread* T, Value function, Frame* frame, const char* event, Value argument) {
  FrameObject* object = frame_object_of(frame);
  int32_t outer_line = object->line;
  char outer_event = object->event;
  object->line = line_of(frame->code(), frame->offset());
  object->event = event[0];
  ++T->tracing;
  choose_table(T);
  auto outcome = [&]() -> Result<Value> {
    TRY(frame_locals(frame));
    Value result = TRY(call(function, {Value(object), Value(intern(event)), argument}));
    TRY(store_frame_locals(frame));
    return result;
  }();
  --T->tracing;
  object->line = outer_line;
  object->event = outer_event;
  choose_table(T);
  return outcome;
}

/// An event for the trace function: `call` goes to the thread's, the rest to the frame's own.
Status trace_event(Thread* T, Frame* frame, const char* event, Value argument, bool begins) {
  if (T->trace_function.is_null() || T->tracing != 0) return {};
  FrameObject* object = frame_object_of(frame);
  Value function = begins ? T->trace_function : object->trace;
  if (function.is_null()) return {};
  auto outcome = call_with_frame(T, function, frame, event, argument);
  if (!outcome.ok()) {
    set_trace_function(Value());
    object->trace = Value();
    return Raised{};
  }
  if (!is_none(outcome.unwrap())) store(static_cast<Object*>(object), object->trace, outcome.unwrap());
  return {};
}

Status profile_event(Thread* T, Frame* frame, const char* event, Value argument) {
  if (T->profile_function.is_null() || T->tracing != 0) return {};
  if (call_with_frame(T, T->profile_function, frame, event, argument).ok()) return {};
  set_profile_function(Value());
  return Raised{};
}

/// The event while an exception is on its way; the trace function's own replaces it.
template <class Event>
Status protect_exception(Thread* T, Event&& event) {
  Exception* pending = T->exception;
  T->exception = nullptr;
  TRY(event());
  T->exception = pending;
  return {};
}

uint8_t opcode_at(const Code* code, int32_t offset) {
  return static_cast<uint8_t>(code_text(code->code)[static_cast<size_t>(offset)]);
}

/// Instructions before the first RESUME make the frame; they are not traced.
int32_t first_traceable(const Code* code) {
  const std::string_view text = code_text(code->code);
  for (size_t at = 0; at + 1 < text.size(); at += 2) {
    if (static_cast<uint8_t>(text[at]) == kOpcodeResume) return static_cast<int32_t>(at);
  }
  return 0;
}

bool opens_line(Frame* frame, FrameObject* object, int32_t offset) {
  const Code* code = frame->code();
  int line = line_of(frame->code(), offset);
  if (line == -1 || !object->trace_lines) return false;
  int32_t before = object->traced_offset;
  int last = before <= first_traceable(code) ? -1 : line_of(frame->code(), before);
  return line != last || (offset < before && opcode_at(code, offset) != kOpcodeSend);
}

}  // namespace

SLOW_FN(trace_line) {
  constexpr uint32_t kWords = 2;
  Frame* frame = FRAME;
  auto offset = static_cast<int32_t>(low_half(pc + 1));
  if (!is_traced(T)) {
    if (frame->frame_object != nullptr)
      static_cast<FrameObject*>(frame->frame_object)->traced_offset = offset;
    return pc + kWords;
  }
  const Code* code = frame->code();
  if (offset < first_traceable(code) || static_cast<uint64_t>(offset) + 1 >= code_text(code->code).size())
    return pc + kWords;
  FrameObject* object = frame_object_of(frame);
  bool resumes = opcode_at(code, offset) == kOpcodeResume;
  bool line = !resumes && opens_line(frame, object, offset);
  object->traced_offset = offset;
  if (resumes || T->trace_function.is_null()) return pc + kWords;
  if (line && !trace_event(T, frame, "line", none(), false).ok()) return kRaised;
  if (frame->pc != pc) return frame->pc;  // the trace function has moved the frame
  if (object->trace_opcodes && !trace_event(T, frame, "opcode", none(), false).ok()) return kRaised;
  return pc + kWords;
}

SLOW_FN(resume_traced) {
  Frame* frame = FRAME;
  if (attention != 0 && field_a(pc) < 2 && resume(pc, R, T) == kRaised) return kRaised;
  if (!trace_event(T, frame, "call", none(), true).ok()) return kRaised;
  if (!profile_event(T, frame, "call", none()).ok()) return kRaised;
  return pc + 1;
}

Status trace_exit(Thread* T, Frame* frame, Value value) {
  Value shown = value.is_null() ? none() : value;
  return protect_exception(T, [&]() -> Status {
    TRY(trace_event(T, frame, "return", shown, false));
    return profile_event(T, frame, "return", shown);
  });
}

void trace_exception(Thread* T, Frame* frame) {
  if (T->trace_function.is_null() || T->tracing != 0) return;
  Exception* exception = T->exception;
  Value traceback = exception->traceback.is_null() ? none() : exception->traceback;
  (void)protect_exception(T, [&] {
    Value argument = make_tuple({Value(type_of(exception)), Value(exception), traceback});
    return trace_event(T, frame, "exception", argument, false);
  });
}

Status trace_stop(Thread* T, Frame* frame, Value value) {
  if (T->trace_function.is_null() || T->tracing != 0) return {};
  (void)raise_stop_iteration(value);
  trace_exception(T, frame);
  if (!exception_is(types.StopIteration)) return Raised{};
  (void)take_exception();
  return {};
}

Status trace_native(Thread* T, Frame* frame, Value callee, const char* event) {
  if (!is_kind(callee, Kind::kNativeFunction) && !is_kind(callee, Kind::kMethodDescriptor)) return {};
  return protect_exception(T, [&] { return profile_event(T, frame, event, callee); });
}

TracingPause::TracingPause() {
  ++thread()->tracing;
  choose_table(thread());
}
TracingPause::~TracingPause() {
  --thread()->tracing;
  choose_table(thread());
}
TracingAllowed::TracingAllowed() {
  --thread()->tracing;
  choose_table(thread());
}
TracingAllowed::~TracingAllowed() {
  ++thread()->tracing;
  choose_table(thread());
}

void set_trace_function(Value function) {
  Thread* T = thread();
  T->trace_function = function;
  choose_table(T);
}

void set_profile_function(Value function) {
  Thread* T = thread();
  T->profile_function = function;
  choose_table(T);
}

}  // namespace ouro::vm
