// What the modules _symtable and _tokenize show of a source, in the machine's own terms.
#pragma once

#include <vector>

#include "compiler/symbols.h"
#include "syntax/source.h"
#include "vm/import/compile_hook.h"

namespace ouro::cli {

/// A scope with all scopes in it.
vm::SymbolScope describe_scope(Workspace& workspace, const compiler::Scope& scope);

/// Appends the tokens of a source up to its end. Returns the error that the lexer itself raised, or null:
/// what it leaves to the parser to complain about ends the tokens without one.
const Diagnostic* list_tokens(Workspace& workspace, const syntax::SourceText& source,
                              std::vector<vm::SourceToken>* tokens);

}  // namespace ouro::cli
