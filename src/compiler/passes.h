// The compiler's stages, each a function from one structure to the next.
//
//   parse → Module → optimise_tree → Module → build_symbols → SymbolTable → generate → CodeUnit → assemble →
//   CodeObject
//
// generate() calls assemble() for each code object as its scope closes, innermost first, because an inner
// code object is a constant of the outer one.
#pragma once

#include "base/workspace.h"
#include "bytecode/code_object.h"
#include "compiler/constants.h"
#include "compiler/instructions.h"
#include "compiler/recursion.h"
#include "compiler/symbols.h"
#include "compiler/target/target.h"
#include "syntax/parser.h"

namespace ouro::compiler {

struct CompileOptions {
  const Target* target = &default_target();
  int optimize = 0;  // 0, 1 (-O), 2 (-OO)
  syntax::ModuleKind mode = syntax::ModuleKind::Module;
  WarningSink* warnings = nullptr;  // may be null
  uint32_t future_flags = 0;        // co_flags bits of `from __future__` features that are on already
  bool top_level_await = false;     // a module may await; its code is then a coroutine's
  bool is_text = false;             // the source is text: a coding cookie means nothing
  bool dont_imply_dedent = false;   // see syntax::ParseOptions
  bool incomplete_input = false;    // likewise
  /// The file that errors quote their line from.
  std::string_view filename;
  /// What the file of that name holds, where the caller knows. Empty: syntax errors quote the source, and the
  /// compiler's own errors read the file, as CPython does, and have no text where that fails.
  std::string_view file_bytes;
  /// How many calls of Python functions are running where CPython calls compile(); what is too deeply nested
  /// depends on it (see recursion.h).
  int call_depth = kPyCompileCallDepth;
};

/// Everything a stage may need; one per compilation.
struct Compilation {
  Workspace& workspace;
  const CompileOptions& options;
  const Constant* filename;  // the interned-or-not str object of co_filename, one for all code objects
  Features features;
  ConstantCache constants;
};

/// Finds the `from __future__` statements; SyntaxError for unknown or late ones. PEP 236.
Result<Features> find_features(Compilation& compilation, const syntax::Module& module);

/// Folds constants and drops what -O drops, in place.
Status optimise_tree(Compilation& compilation, syntax::Module& module);

/// Builds the symbol table.
Result<SymbolTable*> build_symbols(Compilation& compilation, const syntax::Module& module);

/// Generates code for a module and everything in it.
Result<const CodeObject*> generate(Compilation& compilation, const syntax::Module& module,
                                   const SymbolTable& symbols);

/// Turns one unit's instructions into a code object: control-flow graph, optimiser, exception table,
/// positions.
Result<const CodeObject*> assemble(Compilation& compilation, CodeUnit& unit);

/// A SyntaxError of the compiler at `where`, with the text of the line from the file (see
/// CompileOptions::filename).
const Diagnostic* syntax_error(Compilation& compilation, const Location& where, std::string_view message);

}  // namespace ouro::compiler
