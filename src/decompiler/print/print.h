// From a syntax tree back to text, with each token at the line and column that its node's range says.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/workspace.h"
#include "decompiler/limits.h"
#include "syntax/ast.h"

namespace ouro::decompiler {

/// One comment of a statement: the line where it should stand if that line is free (0: anywhere), and its
/// text without the '#'.
struct Comment {
  int32_t line = 0;
  std::string text;
};

struct PrintOptions {
  /// Conventional formatting instead of the original places.
  bool clean = false;
  /// Bytes that blanks and empty lines may come to which only places ask for; without more, tokens stand
  /// where they come to stand.
  int64_t filling = kMostFilling;
  /// Comments that belong into the body of a function or class, behind its header and in front of what
  /// follows the body; null: of the module.
  std::unordered_map<const syntax::Stmt*, std::vector<Comment>> comments;
};

/// The text of a module as UTF-8, for any tree that the parser or rebuild() makes: ranges may be partly or
/// wholly unknown (see rebuild.h), and may contradict each other. The text parses to the same tree; positions
/// are kept where that is possible, lines before columns. Fails only with ValueError for constants that have
/// no literal.
Result<std::string> print(Workspace& workspace, const syntax::Module& module,
                          const PrintOptions& options = {});

}  // namespace ouro::decompiler
