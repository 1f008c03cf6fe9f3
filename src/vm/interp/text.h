// Small things that the types of this folder share.
#pragma once

#include "bytecode/positions.h"
#include "vm/interp/interpreter.h"

namespace ouro::vm {

/// "0x7f..." of an object, as %p prints it.
inline std::string address_text(Value value) {
  return fmt::format("0x{:x}", value.bits());
}

/// Where the instruction at a byte offset comes from; all -1 when the table does not say.
Position position_of(const Code* code, int32_t offset);

}  // namespace ouro::vm
