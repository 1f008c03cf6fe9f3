// The match statement. `match` is a name unless what follows makes a whole statement head of it.
#include "syntax/fast/fast_parser.h"

namespace ouro::syntax::fast {

/// Whether the token after `match` can begin a subject at all; most uses as a name end here.
bool FastParser::may_start_match() {
  const Token& next = stream_.peek();
  switch (next.kind) {
    case TokenKind::Number:
    case TokenKind::String:
    case TokenKind::LeftParen:
    case TokenKind::LeftBracket:
    case TokenKind::LeftBrace:
    case TokenKind::Minus:
    case TokenKind::Plus:
    case TokenKind::Tilde:
    case TokenKind::Star:
    case TokenKind::Ellipsis:
      return true;
    case TokenKind::Name:
      switch (next.name) {
        case Name::k_True:
        case Name::k_False:
        case Name::k_None:
        case Name::k_not_:
        case Name::k_lambda:
        case Name::k_await:
          return true;
        default:
          return !is_keyword(next.name);
      }
    default:
      return false;
  }
}

// "match" subject_expr ':' NEWLINE INDENT case_block+ DEDENT
// Null when this is no match statement: then the stream is back at the name. No other statement has a colon
// and a line end behind `match SUBJECT`, so from there on there is no way back.
Stmt* FastParser::match_statement() {
  const Position start = here();
  const TokenStream::Mark mark = stream_.hold();
  const size_t warnings = log_ != nullptr ? log_->string_count() : 0;
  stream_.advance();
  Expr* subject = match_subject();
  const bool is_match = at(TokenKind::Colon) && stream_.peek().kind == TokenKind::Newline;
  if (!is_match) {
    stream_.rewind(mark);
    if (log_ != nullptr) log_->forget_strings_after(warnings);
  }
  stream_.release();
  if (!is_match) return nullptr;
  stream_.advance();
  stream_.advance_blank();
  expect_blank(TokenKind::Indent);
  enter(kBlockDepth);
  ScratchList<MatchCase> cases(main_);
  do {
    cases.push(match_case());
  } while (at_keyword(Name::k_case_));
  leave(kBlockDepth);
  expect_blank(TokenKind::Dedent);
  may_fold(true);  // a pattern may be a negative or complex number
  auto* out = node<MatchStmt>(start);
  out->subject = subject;
  out->cases = cases.copy_to(arena_);
  return out;
}

// subject_expr: star_named_expression ',' [star_named_expressions] | named_expression
Expr* FastParser::match_subject() {
  const Position start = here();
  const bool starred = at(TokenKind::Star);
  Expr* first = star_named_expression();
  if (!at(TokenKind::Comma)) return starred ? fail() : first;
  ExprList items(main_);
  items.push(first);
  while (accept(TokenKind::Comma) && !at(TokenKind::Colon)) items.push(star_named_expression());
  auto* tuple = node<TupleExpr>(start);
  tuple->elts = items.copy_to(arena_);
  may_fold(all_constant(tuple->elts));
  return tuple;
}

// "case" patterns ['if' named_expression] ':' block
MatchCase* FastParser::match_case() {
  auto* out = arena_.make<MatchCase>();
  expect_keyword(Name::k_case_);
  out->pattern = open_pattern();
  if (accept_keyword(Name::k_if_)) out->guard = named_expression();
  out->body = block();
  return out;
}

}  // namespace ouro::syntax::fast
