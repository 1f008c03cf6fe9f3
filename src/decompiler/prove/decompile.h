// The decompiler as one call: a code object in, source with a verdict for each code object out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/workspace.h"
#include "bytecode/code_object.h"
#include "pyc/byte_buffer.h"

namespace ouro::decompiler {

/// What compiling the source again proved, from best to worst.
enum class Verdict : uint8_t {
  Exact,     // the same bytes, position table included
  Equal,     // the same code, other positions; for clean formatting see compare.h
  Unproven,  // something else, or nothing; the body is annotated disassembly in comments
};

/// "exact", "equal", "unproven".
std::string_view verdict_name(Verdict verdict);

struct CodeVerdict {
  std::string qualified_name;
  int32_t line = 0;
  Verdict verdict = Verdict::Unproven;
  std::string reason;            // empty when Exact
  bool inside_unproven = false;  // its text is gone for the sake of a body around it
};

struct Decompiled {
  std::string source;
  Verdict verdict = Verdict::Unproven;  // the worst
  std::vector<CodeVerdict> codes;       // the module first, then in order of co_consts, depth first
};

struct DecompileOptions {
  bool clean = false;  // conventional formatting
  int optimize = 0;    // the level that the code was compiled at
  /// Leaves bodies that compile to something else in the text, to be looked at; the verdicts stay what they
  /// are.
  bool keep_unproven = false;
  /// The bytes that the code object was read from, without the header: what Exact means for the module.
  /// Empty: those that writing the code object gives.
  std::string_view marshal;
};

/// Decompiles modules on one thread; keeps its memory between them.
class Decompiler {
 public:
  /// Decompiles a module's code object (3.11). Any code object is safe to give. The workspace holds the code
  /// object and what is made on the way; the result is free of it.
  Decompiled decompile(Workspace& workspace, const CodeObject& module, const DecompileOptions& options = {});

 private:
  // What our compiler makes has a workspace of its own: which of two equal strings is whose decides over
  // bytes.
  Workspace compiled_;
  pyc::ByteBuffer ours_;
  pyc::ByteBuffer original_;
};

/// The same for one module.
Decompiled decompile(Workspace& workspace, const CodeObject& module, const DecompileOptions& options = {});

}  // namespace ouro::decompiler
