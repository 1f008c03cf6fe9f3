// Signals: noted when they come, handled by the main thread at its next safe point.
#pragma once

#include <csignal>

#include "vm/object/result.h"

namespace ouro::vm {

/// Notes that a signal has come. May be called from signal handlers and from any thread.
void note_signal(int number);
/// Calls the Python handlers of the signals that have come; only in the main thread. Raises what a handler
/// raises.
Status handle_signals();

/// The signals whose numbers an iterable gives.
Result<sigset_t> to_signal_set(Value iterable);

/// At the start of a program: SIGPIPE ignored, SIGINT raises KeyboardInterrupt.
Status start_signals();

}  // namespace ouro::vm
