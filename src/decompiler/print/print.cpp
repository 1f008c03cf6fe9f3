// Tree to text in two steps: the printer walks the tree and lists the tokens, each with its place as far as
// the ranges of the nodes say it; the layout then puts them there.
//
// What the ranges say is enough to bring back parentheses, commas behind the last item and semicolons,
// because a node ends where its last token ends. Names of parameters and keywords, operators, and all other
// tokens that no node's range begins or ends with, have no place of their own; they stand between their
// neighbours.
#include "decompiler/print/print.h"

#include "decompiler/print/layout.h"
#include "decompiler/print/printer.h"

namespace ouro::decompiler {

Result<std::string> Printer::module(const syntax::Module& module) {
  body(module.body, -1, {}, true);
  if (error_ != nullptr) return error_;
  if (options_.comments.contains(nullptr)) regions_.push_back({nullptr, 0, 0, tokens_.size(), 0});
  Text text = options_.clean ? lay_out_clean(tokens_) : lay_out(tokens_, resources());
  if (regions_.empty()) return std::move(text.text);
  return add_comments(text, tokens_, regions_, options_.comments);
}

Result<std::string> print(Workspace& workspace, const syntax::Module& module, const PrintOptions& options) {
  return Printer(workspace, options).module(module);
}

}  // namespace ouro::decompiler
