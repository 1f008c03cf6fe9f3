// The compiler as one call.
//
// The order of the passes is part of the contract, because a file with several errors reports the one that
// CPython meets first: the source's encoding, its syntax, its future statements, too deep nesting (found
// while folding), its names, and at last what only code generation knows.
#include "compiler/compile.h"

#include "syntax/source.h"

namespace ouro::compiler {

syntax::ParseOptions parse_options(const CompileOptions& options) {
  syntax::ParseOptions result;
  result.mode = options.mode;
  result.warnings = options.warnings;
  result.barry_as_flufl = (options.future_flags & kCoFutureBarryAsBdfl) != 0;
  result.dont_imply_dedent = options.dont_imply_dedent;
  result.incomplete_input = options.incomplete_input;
  return result;
}

Result<const CodeObject*> compile_source(Workspace& workspace, std::string_view bytes,
                                         std::string_view embedded_name, const CompileOptions& options) {
  workspace.names.hold(options.target->held_strings());
  syntax::SourceText source =
      OURO_TRY(options.is_text ? syntax::text_source(workspace, bytes, options.filename)
                               : syntax::decode_source(workspace, bytes, options.filename));
  source.file_bytes = options.file_bytes;
  syntax::Module* module = OURO_TRY(syntax::parse(workspace, source, parse_options(options)));
  return compile_module(workspace, *module, embedded_name, options);
}

Result<const SymbolTable*> symbols_of_module(Workspace& workspace, const syntax::Module& module,
                                             const CompileOptions& options) {
  Compilation compilation{workspace, options, workspace.constants.str(options.filename), Features{},
                          ConstantCache(workspace)};
  compilation.features = OURO_TRY(find_features(compilation, module));
  compilation.features.flags |= options.future_flags;
  const SymbolTable* table = OURO_TRY(build_symbols(compilation, module));
  return table;
}

Result<const CodeObject*> compile_module(Workspace& workspace, syntax::Module& module,
                                         std::string_view embedded_name, const CompileOptions& options) {
  workspace.names.hold(options.target->held_strings());
  Compilation compilation{workspace, options, workspace.constants.str(embedded_name), Features{},
                          ConstantCache(workspace)};
  compilation.features = OURO_TRY(find_features(compilation, module));
  compilation.features.flags |= options.future_flags;
  OURO_TRY_STATUS(optimise_tree(compilation, module));
  const SymbolTable* symbols = OURO_TRY(build_symbols(compilation, module));
  return generate(compilation, module, *symbols);
}

}  // namespace ouro::compiler
