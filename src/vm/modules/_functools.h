// The parts of the module _functools.
#pragma once

#include "vm/modules/native_module.h"

namespace ouro::vm::functools {

Status add_partial(Module* module);
Status add_lru_cache(Module* module);

}  // namespace ouro::vm::functools
