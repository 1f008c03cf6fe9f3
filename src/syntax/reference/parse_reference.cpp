#include "syntax/parser.h"
#include "syntax/reference/machine.h"

namespace ouro::syntax {

Result<Module*> parse_reference(Workspace& workspace, const SourceText& decoded,
                                const ParseOptions& options) {
  SourceText source = decoded;
  source.ends_open = source.newline_added && options.mode != ModuleKind::Module;
  const reference::Grammar& grammar = reference::python_grammar();
  Lexer lexer(workspace, source, options.warnings);
  reference::Machine machine(workspace, source, lexer, options);
  uint32_t start_rule = grammar.file;
  if (options.mode == ModuleKind::Expression) start_rule = grammar.eval;
  if (options.mode == ModuleKind::Interactive) start_rule = grammar.interactive;
  if (options.mode == ModuleKind::FunctionType) start_rule = grammar.function_type;
  Result<reference::Value> result = machine.run(start_rule);
  if (!result.ok()) return result.error();
  return result.value().as<Module>();
}

}  // namespace ouro::syntax
