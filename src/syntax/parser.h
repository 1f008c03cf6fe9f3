// From text to tree. Two parsers share the tokens and the tree:
//
//   the fast one (fast/) is a deterministic recursive descent that accepts exactly Python and says nothing
//   about what it rejects; the reference one (reference/) is a packrat machine over the PEG grammar that
//   takes CPython's own way through a file, so it finds CPython's error, at CPython's place and recursion
//   limit.
//
// parse() runs the first and, only when that gives up, the second. Each checks the other in the tests: on
// valid files their trees are equal.
#pragma once

#include "base/workspace.h"
#include "syntax/ast.h"
#include "syntax/source.h"

namespace ouro::syntax {

struct ParseOptions {
  ModuleKind mode = ModuleKind::Module;
  WarningSink* warnings = nullptr;  // may be null
  /// What `compile()` can ask for besides. Only the reference parser knows of these.
  bool type_comments = false;             // put type comments and `# type: ignore` into the tree
  bool barry_as_flufl = false;            // `<>` instead of `!=`
  bool dont_imply_dedent = false;         // interactive: the end of the text closes no block
  bool incomplete_input = false;          // what ends too early is "incomplete input"
  int feature_version = kFeatureVersion;  // refuse what is newer than this 3.x
};

/// The tree of `source`, or CPython's error.
Result<Module*> parse(Workspace& workspace, const SourceText& source, const ParseOptions& options);

/// The fast parser alone: null when it does not accept the file. Warns only about files it accepts.
Module* parse_fast(Workspace& workspace, const SourceText& source, const ParseOptions& options);

/// The reference parser alone.
Result<Module*> parse_reference(Workspace& workspace, const SourceText& source, const ParseOptions& options);

}  // namespace ouro::syntax
