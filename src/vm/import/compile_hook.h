// The compiler as the virtual machine sees it: a function that the program injects, so that the machine can
// be built and embedded without one.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "vm/heap/value.h"

namespace ouro::vm {

enum class CompileMode : uint8_t { Exec, Eval, Single, FunctionType };

/// Flags of compile() besides the `from __future__` bits (ast.PyCF_*).
enum CompileFlags : uint32_t {
  kCompileDontImplyDedent = 0x200,
  kCompileOnlyAst = 0x400,
  kCompileTypeComments = 0x1000,
  kCompileTopLevelAwait = 0x2000,
  kCompileIncompleteInput = 0x4000,
  kCompileFutureMask = 0x1FE0000,
};

/// The x of the Python 3.x that is compiled.
constexpr int kNewestFeatureVersion = 11;

enum class CompileWant : uint8_t { Code, Tree, Symbols, Tokens };

/// One scope of a program's symbol table.
struct SymbolScope {
  enum Type : int { Function, Class, Module };
  struct Entry {
    std::string name;
    uint32_t flags;  // how it is used, and from bit 11 on where it is bound, as in CPython's symtable.h
  };
  uint64_t id = 0;
  std::string name;
  Type type = Module;
  bool nested = false;
  int line = 0;
  std::vector<Entry> symbols;
  std::vector<std::string> parameters;
  std::vector<SymbolScope> children;
};

/// One token, numbered as in the library's module token. Columns count bytes; -1: none.
struct SourceToken {
  std::string text;
  int type;
  int line, end_line, column, end_column;
  std::string source_lines;
};

struct CompileRequest {
  std::string_view source;  // bytes of a file; or UTF-8 text when is_text
  bool is_text = false;     // a coding cookie means nothing
  bool is_file = false;     // the source is a file being run, read line by line
  std::string filename;     // UTF-8, surrogates as three bytes
  CompileMode mode = CompileMode::Exec;
  int optimize = 0;
  uint32_t flags = 0;
  Value tree;  // a syntax tree to compile instead of `source`; null: none
  CompileWant want = CompileWant::Code;
  int feature_version = kNewestFeatureVersion;
  int64_t max_int_digits = 4300;  // of decimal literals; 0: any number
  int call_depth = 1;             // Python frames running, which decides what is too deeply nested
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
  bool raised = false;     // an exception is pending; `failure` says nothing
  std::string marshalled;  // of the code object
  Value tree;              // when it was wanted, as are the following
  SymbolScope symbols;
  std::vector<SourceToken> tokens;  // up to where it failed, if it did
  CompileFailure failure;
};

using CompileHook = CompileOutcome (*)(const CompileRequest& request);
extern CompileHook compile_hook;

}  // namespace ouro::vm
