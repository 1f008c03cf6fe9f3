// sys.settrace and sys.setprofile: events from the traced table's slow paths.
#pragma once

#include "lift/stack_map.h"
#include "vm/interp/calls.h"

namespace ouro::vm {

const void* const* traced_table();

/// Whether the frame wants line events that its code does not give.
inline bool lines_wanted(const Frame* frame) {
  return (frame->flags & (kFrameObserved | kFrameTraced)) == kFrameObserved &&
         !static_cast<const FrameObject*>(frame->frame_object)->trace.is_null();
}
/// Goes on in the traced form of the frame's code, if that is possible at its pc. The frame is the running
/// one.
bool follow_lines(Thread* T, Frame* frame);
/// Where the stack is in the executable's code.
const lift::StackMap& stack_map_of(Executable* executable);
/// The first word of what the instruction at the byte offset became, or null.
uint64_t* word_of_offset(Executable* executable, uint32_t offset);

/// While one stands, the running thread tells its trace and profile functions nothing.
class TracingPause {
 public:
  TracingPause();
  ~TracingPause();
  TracingPause(const TracingPause&) = delete;
  TracingPause& operator=(const TracingPause&) = delete;
};
/// Takes one pause back for a while.
class TracingAllowed {
 public:
  TracingAllowed();
  ~TracingAllowed();
  TracingAllowed(const TracingAllowed&) = delete;
  TracingAllowed& operator=(const TracingAllowed&) = delete;
};

/// The `return` event, also of a yield; null value: by an exception.
Status trace_exit(Thread* T, Frame* frame, Value value);
/// The `exception` event, for the exception in T->exception.
void trace_exception(Thread* T, Frame* frame);
/// The `exception` event for the StopIteration with which a generator or iterator hands its value to the
/// frame that waits for it.
Status trace_stop(Thread* T, Frame* frame, Value value);
/// c_call, c_return, c_exception of the profile function.
Status trace_native(Thread* T, Frame* frame, Value callee, const char* event);

}  // namespace ouro::vm
