// Whether two codes do the same, wherever their instructions stand.
#pragma once

#include <optional>
#include <string>

#include "bytecode/code_object.h"

namespace ouro::decompiler {

/// Follows two codes side by side, from the entry along every way that both can go, and says where they first
/// part; nothing when they do the same in the same order. NOPs and unconditional jumps don't count, nor how
/// often a piece of code was copied, nor whether a conditional jump that leads to another one on the same
/// value goes there directly: CPython decides these by line numbers. Handlers of exceptions count. Code
/// objects that are loaded count as the same where they stand at the same place among the constants.
///
/// Takes time linear in the size of the codes.
std::optional<std::string> flow_difference(const CodeObject& a, const CodeObject& b);

}  // namespace ouro::decompiler
