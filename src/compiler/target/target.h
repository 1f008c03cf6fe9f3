// What differs between the CPython versions we compile for. A target is this table and the functions it
// names; nothing outside compiler/target/ and the opcode tables may ask which version it is compiling for.
#pragma once

#include "bytecode/opcodes.h"

namespace ouro::compiler {

struct Target {
  const VersionTable* bytecode;
};

extern const Target kTarget311;

/// The target for "3.11", or null.
const Target* find_target(std::string_view name);

}  // namespace ouro::compiler
