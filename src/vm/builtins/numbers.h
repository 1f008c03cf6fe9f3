// The number types, one file each.
#pragma once

#include "vm/object/type.h"

namespace ouro::vm {

void complete_int();  // and bool
void complete_float();
void complete_complex();

}  // namespace ouro::vm
