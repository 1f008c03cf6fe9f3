// sys.unraisablehook's arguments, and the way to it.
#pragma once

#include "vm/object/exceptions.h"
#include "vm/object/functions.h"

namespace ouro::vm {

/// From here on report_unraisable() calls sys.unraisablehook.
Status start_unraisable_hook(Module* sys);

/// Calls sys.unraisablehook with an exception that was caught; `message` stands in front of it, or is None.
void report_unraisable_as(Exception* exception, Value message, Value where);

/// Whether the value is what the hook is called with.
bool is_unraisable_arguments(Value value);

}  // namespace ouro::vm
