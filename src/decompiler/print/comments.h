// Comments put into a text that is laid out already.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "decompiler/print/layout.h"
#include "decompiler/print/print.h"

namespace ouro::decompiler {

/// The tokens of a definition that has comments.
struct CommentRegion {
  const syntax::Stmt* statement = nullptr;  // null: the module
  size_t header = 0;                        // its first token
  size_t body = 0;                          // the body's first token
  size_t end = 0;                           // behind the body's last token
  int32_t indent = 0;                       // of the body
};

using CommentMap = std::unordered_map<const syntax::Stmt*, std::vector<Comment>>;

/// The text with the comments. Lines of code move only where there are more comments than lines to take them.
std::string add_comments(const Text& text, const Tokens& tokens, const std::vector<CommentRegion>& regions,
                         const CommentMap& comments);

}  // namespace ouro::decompiler
