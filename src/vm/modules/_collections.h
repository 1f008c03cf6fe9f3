// The parts of the module _collections.
#pragma once

#include "vm/modules/native_module.h"

namespace ouro::vm::collections {

Status add_deque(Module* module);
Status add_ordered_dict(Module* module);

}  // namespace ouro::vm::collections
