// Source text to code objects, and its errors to exceptions.
#pragma once

#include "vm/import/compile_hook.h"
#include "vm/object/protocol.h"

namespace ouro::vm {

/// compile(source, filename, ...) of text or bytes. Raises SyntaxError and friends; emits warnings through
/// warnings.warn_explicit. `filename` is a str; `optimize` -1: the program's own level.
Result<Code*> compile_source(std::string_view source, bool is_text, Str* filename, CompileMode mode,
                             uint32_t flags, int optimize);

/// The program's -O level.
extern int optimization_level;

}  // namespace ouro::vm
