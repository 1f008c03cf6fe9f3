// CPython 3.11.
#pragma once

#include "compiler/target/target.h"

namespace ouro::compiler {

extern const Target kTarget311;

}  // namespace ouro::compiler
