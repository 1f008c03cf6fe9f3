// The decompiler as one call: a code object in, source with a verdict for each code object out.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/workspace.h"
#include "bytecode/code_object.h"

namespace ouro::decompiler {

/// What compiling the source again proved, from best to worst.
enum class Verdict : uint8_t {
  Exact,     // the same bytes, position table included
  Equal,     // the same code, other positions
  Unproven,  // something else, or nothing; the body is annotated disassembly in comments
};

struct CodeVerdict {
  std::string qualified_name;
  int32_t line = 0;
  Verdict verdict = Verdict::Unproven;
  std::string reason;  // empty when Exact
};

struct Decompiled {
  std::string source;
  Verdict verdict = Verdict::Unproven;  // the worst
  std::vector<CodeVerdict> codes;       // the module first, then in order of co_consts, depth first
};

struct DecompileOptions {
  bool clean = false;  // conventional formatting
  int optimize = 0;    // the level that the code was compiled at
};

/// Decompiles a module's code object (3.11). Any code object is safe to give. The workspace holds the code
/// object and what is made on the way; the result is free of it.
Decompiled decompile(Workspace& workspace, const CodeObject& module, const DecompileOptions& options = {});

}  // namespace ouro::decompiler
