// Register code for `ouro dis --lifted`.
#pragma once

#include <string>

#include "base/json.h"
#include "bytecode/code_object.h"
#include "bytecode/opcodes.h"

namespace ouro::cli {

/// The register code of a code object as text, to stand below its disassembly; or why there is none, and
/// *refused is set.
std::string lifted_text(const CodeObject& code, const VersionTable& version, bool* refused);

/// Writes an array with the register code of a code object and of all among its constants, outer ones first.
void lifted_json(const CodeObject& code, const VersionTable& version, JsonWriter& json, bool* refused);

}  // namespace ouro::cli
