// Which statements constant folding has to look at.
#include <algorithm>

#include "syntax/fast/fast_parser.h"

namespace ouro::syntax::fast {

/// Marks a statement, with all in it, that began at `mark`.
Stmt* FastParser::note_folding(Stmt* statement, const FoldMark& mark) const {
  const uint32_t size = stream_.current().start - mark.offset;
  statement->may_fold = foldable_ != mark.foldable || size > kShortStatement;
  return statement;
}

bool FastParser::all_constant(std::span<Expr* const> items) {
  return std::ranges::all_of(items, is_constant);
}

}  // namespace ouro::syntax::fast
