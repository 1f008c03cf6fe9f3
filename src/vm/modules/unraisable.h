// sys.unraisablehook's arguments, and the way to it.
#pragma once

#include "vm/object/functions.h"

namespace ouro::vm {

/// From here on report_unraisable() calls sys.unraisablehook.
Status start_unraisable_hook(Module* sys);

}  // namespace ouro::vm
