// The compiler as the virtual machine sees it: a function that the program injects, so that the machine can
// be built and embedded without one.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace ouro::vm {

enum class CompileMode : uint8_t { Exec, Eval, Single };

/// Flags of compile() besides the `from __future__` bits (ast.PyCF_*).
enum CompileFlags : uint32_t {
  kCompileDontImplyDedent = 0x200,
  kCompileOnlyAst = 0x400,
  kCompileTypeComments = 0x1000,
  kCompileTopLevelAwait = 0x2000,
  kCompileIncompleteInput = 0x4000,
  kCompileFutureMask = 0x1FE0000,
};

struct CompileRequest {
  std::string_view source;  // bytes of a file; or UTF-8 text when is_text
  bool is_text = false;     // a coding cookie means nothing
  std::string filename;     // UTF-8, surrogates as three bytes
  CompileMode mode = CompileMode::Exec;
  int optimize = 0;
  uint32_t flags = 0;
  int call_depth = 1;  // Python frames running, which decides what is too deeply nested
  /// Takes a warning; true when it was turned into an error (the exception is then not pending).
  std::function<bool(bool is_syntax_warning, std::string_view message, int line)> warn;
};

struct CompileFailure {
  static constexpr int kNone = INT32_MIN;
  std::string type;  // "SyntaxError", ...
  std::string message;
  int line = kNone, offset = kNone, end_line = kNone, end_offset = kNone;
  bool has_text = false;
  std::string text;
};

struct CompileOutcome {
  bool ok = false;
  std::string marshalled;  // of the code object
  CompileFailure failure;
};

using CompileHook = CompileOutcome (*)(const CompileRequest& request);
extern CompileHook compile_hook;

}  // namespace ouro::vm
