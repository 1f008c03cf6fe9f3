// The compiler as the virtual machine asks for it.
#pragma once

#include "vm/import/compile_hook.h"

namespace ouro::cli {

/// Compiles one source for a running program; see vm/import/compile_hook.h.
vm::CompileOutcome compile_for_machine(const vm::CompileRequest& request);

}  // namespace ouro::cli
