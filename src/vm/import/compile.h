// Source text to code objects, and its errors to exceptions.
#pragma once

#include <optional>

#include "vm/import/compile_hook.h"
#include "vm/object/protocol.h"

namespace ouro::vm {

/// compile(source, filename, ...) of text or bytes. Raises SyntaxError and friends; emits warnings through
/// warnings.warn_explicit. `filename` is a str; `optimize` -1: the program's own level.
Result<Code*> compile_source(std::string_view source, bool is_text, Str* filename, CompileMode mode,
                             uint32_t flags, int optimize);

/// The source text that `function` was given as its first argument: `*storage` gets it. True: it is text, not
/// the bytes of a file. TypeError for anything that is not `what`.
Result<bool> source_text(Value source, const char* function, const char* what, std::string* storage);

/// The `filename` of compile() and its like: a str, bytes, a path, or (with a warning) a buffer.
Result<Str*> source_name(Value name);

/// The code of a file that is run by its name: its bytes are read line by line, so null bytes and bytes that
/// are no UTF-8 have errors of their own.
Result<Code*> compile_file(std::string_view bytes, Str* filename);

/// What compile() is asked besides source and name.
struct CompileSettings {
  CompileMode mode = CompileMode::Exec;
  uint32_t flags = 0;
  int optimize = -1;
  int feature_version = kNewestFeatureVersion;
};

/// compile(tree, filename, ...): a code object.
Result<Value> compile_tree(Value tree, Str* filename, const CompileSettings& settings);

/// The syntax tree of a source, as nodes of the module ast.
Result<Value> parse_tree(std::string_view source, bool is_text, Str* filename,
                         const CompileSettings& settings);

/// The symbol table of a source.
Result<SymbolScope> symbols_of_source(std::string_view source, bool is_text, Str* filename, CompileMode mode);

/// The tokens of a text up to its end or to the first error, which *failure then describes.
std::vector<SourceToken> tokens_of_source(std::string_view text, std::optional<CompileFailure>* failure);
Raised raise_failure(const CompileFailure& failure, Str* filename);

/// Whether a value is a node; null before the module _ast exists.
extern bool (*is_tree_hook)(Value value);

/// The program's -O level.
extern int optimization_level;

}  // namespace ouro::vm
