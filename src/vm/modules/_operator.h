// The parts of the module _operator.
#pragma once

#include "vm/modules/native_module.h"

namespace ouro::vm::operators {

Status add_getters(Module* module);  // itemgetter, attrgetter, methodcaller

}  // namespace ouro::vm::operators
