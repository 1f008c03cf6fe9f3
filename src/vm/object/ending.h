// Ending code from outside, whatever it does: a time or memory limit is passed. Every safe point, every
// next() of C++ code and every check of the recursion raises MemoryError from then on, and no handler written
// in Python takes it, so that the code unwinds to whoever started it.
#pragma once

#include "vm/object/result.h"

namespace ouro::vm {

/// From any thread, and from signal handlers: of a thread that runs Python code, C++ recursions end as well.
void request_end();
bool end_requested();
/// When the code has ended and other code is to run. The thread that ran it calls this.
void cancel_end();
/// Thread::native_limit as attach_thread sets it: what cancel_end() goes back to.
void set_usual_native_limit(const char* limit);
/// Raises what ends the code, if that was asked for.
Status check_end();

}  // namespace ouro::vm
