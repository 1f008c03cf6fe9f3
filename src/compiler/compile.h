// The compiler as one call: source bytes in, code object out.
#pragma once

#include "compiler/passes.h"

namespace ouro::compiler {

/// Compiles source bytes as `compile(bytes, filename, mode, dont_inherit=True, optimize=N)` does.
/// `embedded_name` becomes co_filename. The code object lives in the workspace.
Result<const CodeObject*> compile_source(Workspace& workspace, std::string_view bytes,
                                         std::string_view embedded_name, const CompileOptions& options);

/// What the parser is to know of these options.
syntax::ParseOptions parse_options(const CompileOptions& options);

/// The same from a tree, which folding changes in place.
Result<const CodeObject*> compile_module(Workspace& workspace, syntax::Module& module,
                                         std::string_view embedded_name, const CompileOptions& options);

/// Where the names of a module belong: what the compiler knows before it generates code.
Result<const SymbolTable*> symbols_of_module(Workspace& workspace, const syntax::Module& module,
                                             const CompileOptions& options);

}  // namespace ouro::compiler
