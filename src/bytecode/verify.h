// The structural verifier of code objects.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "bytecode/code_object.h"
#include "bytecode/opcodes.h"

namespace ouro {

/// What is wrong with a code object, and where.
struct VerifyError {
  const CodeObject* code = nullptr;
  int64_t offset = -1;  // in co_code; -1: not about an instruction
  std::string message;

  /// "code object 'f' (line 3), offset 12: jump into the middle of an instruction, to 18".
  std::string text() const;
};

/// Checks a code object and all code objects among its constants: opcodes exist in the version, caches and
/// EXTENDED_ARG are complete, operands are in range, jumps and handlers go to instructions, control does not
/// run off the end, the tables decode and fit the code. What passes can be decoded and shown without another
/// check. The stack is not simulated; that is the lifter's part.
std::optional<VerifyError> verify_code(const CodeObject& code, const VersionTable& version);

}  // namespace ouro
