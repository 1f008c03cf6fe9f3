// sys.settrace and sys.setprofile: events from the traced table's slow paths.
#pragma once

#include "vm/interp/calls.h"

namespace ouro::vm {

const void* const* plain_table();
const void* const* traced_table();

/// The `return` event, also of a yield; null value: by an exception.
Status trace_exit(Thread* T, Frame* frame, Value value);
/// The `exception` event, for the exception in T->exception.
void trace_exception(Thread* T, Frame* frame);
/// c_call, c_return, c_exception of the profile function.
Status trace_native(Thread* T, Frame* frame, Value callee, const char* event);

}  // namespace ouro::vm
