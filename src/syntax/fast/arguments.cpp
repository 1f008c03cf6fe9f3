// What follows a primary in brackets: call arguments and subscripts.
#include "syntax/fast/fast_parser.h"

namespace ouro::syntax::fast {

Expr* FastParser::call(Expr* function, Position start) {
  const Position bracket = here();
  stream_.advance();
  enter(kBracketDepth);
  const CallParts parts = call_arguments(bracket);
  if (!parts.closed) expect(TokenKind::RightParen);
  leave(kBracketDepth);
  auto* out = node<CallExpr>(start);
  out->func = function;
  out->args = parts.args;
  out->keywords = parts.keywords;
  return out;
}

// Arguments up to the closing parenthesis, which is left. Three stages: positional and starred arguments;
// after the first keyword, keywords and starred ones; after the first `**`, keywords and `**`.
//
// The one argument of a call may be a generator expression without parentheses of its own: its node has the
// call's, which open at `bracket`, and nothing, not even a comma, may stand beside it. Then the closing
// parenthesis is passed here (`closed`).
FastParser::CallParts FastParser::call_arguments(Position bracket) {
  if (at(TokenKind::RightParen)) return {};
  ExprList args(main_);
  ScratchList<Keyword> keywords(other_);
  bool unpacked = false;
  do {
    if (at(TokenKind::RightParen)) break;
    if (at(TokenKind::Star)) {
      if (unpacked) fail();
      const Position start = here();
      stream_.advance();
      Expr* value = expression();
      auto* starred = node<StarredExpr>(start);
      starred->value = value;
      args.push(starred);
    } else if (at(TokenKind::DoubleStar)) {
      unpacked = true;
      const Position start = here();
      stream_.advance();
      Expr* value = expression();
      keywords.push(arena_.make<Keyword>(stream_.range_from(start), Name::none, value));
    } else if (at_identifier() && stream_.peek().kind == TokenKind::Equal) {
      keywords.push(keyword_argument());
    } else {
      if (!keywords.empty()) fail();
      Expr* value = named_expression();
      if (args.empty() && at_comprehension()) return {generator_argument(value, bracket), {}, true};
      args.push(value);
    }
  } while (accept(TokenKind::Comma));
  return {args.copy_to(arena_), keywords.copy_to(arena_), false};
}

Exprs FastParser::generator_argument(Expr* element, Position bracket) {
  const Comprehensions generators = comprehension_clauses();
  expect(TokenKind::RightParen);
  auto* out = node<GeneratorExpExpr>(bracket);
  out->elt = element;
  out->generators = generators;
  const Exprs args = arena_.make_span<Expr*>(1);
  args[0] = out;
  return args;
}

Keyword* FastParser::keyword_argument() {
  const Position start = here();
  const Name name = expect_identifier();
  stream_.advance();
  Expr* value = expression();
  return arena_.make<Keyword>(stream_.range_from(start), name, value);
}

// slices: slice !',' | (slice | starred_expression) (',' (slice | starred_expression))* [',']
Expr* FastParser::subscript(Expr* value, Position start) {
  stream_.advance();
  enter(kBracketDepth);
  const Position inner = here();
  const bool starred = at(TokenKind::Star);
  Expr* index = slice();
  if (starred || at(TokenKind::Comma)) {
    ExprList items(main_);
    items.push(index);
    while (accept(TokenKind::Comma) && !at(TokenKind::RightBracket)) items.push(slice());
    auto* tuple = node<TupleExpr>(inner);
    tuple->elts = items.copy_to(arena_);
    may_fold(all_constant(tuple->elts));
    index = tuple;
  }
  expect(TokenKind::RightBracket);
  leave(kBracketDepth);
  may_fold(is_constant(value));
  auto* out = node<SubscriptExpr>(start);
  out->value = value;
  out->slice = index;
  return out;
}

// slice: [expression] ':' [expression] [':' [expression]] | named_expression, or '*' expression
Expr* FastParser::slice() {
  const Position start = here();
  if (accept(TokenKind::Star)) {
    Expr* value = expression();
    auto* out = node<StarredExpr>(start);
    out->value = value;
    return out;
  }
  Expr* lower = nullptr;
  if (!at(TokenKind::Colon)) {
    const bool walrus = at_identifier() && stream_.peek().kind == TokenKind::ColonEqual;
    lower = named_expression();
    if (walrus || !at(TokenKind::Colon)) return lower;
  }
  stream_.advance();
  auto bound_follows = [&] {
    return !at(TokenKind::Colon) && !at(TokenKind::Comma) && !at(TokenKind::RightBracket);
  };
  Expr* upper = bound_follows() ? expression() : nullptr;
  Expr* step = nullptr;
  if (accept(TokenKind::Colon) && bound_follows()) step = expression();
  auto* out = node<SliceExpr>(start);
  out->lower = lower;
  out->upper = upper;
  out->step = step;
  return out;
}

}  // namespace ouro::syntax::fast
