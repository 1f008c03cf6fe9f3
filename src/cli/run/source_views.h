// What the modules _symtable and _tokenize show of a source, and what only shows when a file is run, in the
// machine's own terms.
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

/// What CPython says of a file to run with a line that it cannot read, or null: null bytes, or, in a file
/// that declares no encoding, bytes that are no UTF-8.
const Diagnostic* unreadable_line(Workspace& workspace, std::string_view file, std::string_view filename);

}  // namespace ouro::cli
