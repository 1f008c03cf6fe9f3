// What other modules need of contextvars.
#pragma once

#include "vm/heap/value.h"

namespace ouro::vm {

/// contextvars.copy_context().
Value copy_running_context();

}  // namespace ouro::vm
