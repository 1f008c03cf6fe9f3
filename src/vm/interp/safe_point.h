// Where C++ code that waits lets the interpreter do what is due.
#pragma once

#include "vm/object/result.h"

namespace ouro::vm {

/// Serves what asked for attention: signals, other threads, finalisers, limits. Raises what a handler raises.
Status safe_point();

}  // namespace ouro::vm
