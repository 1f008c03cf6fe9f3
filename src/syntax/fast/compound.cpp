// Compound statements, but for definitions and match.
#include "syntax/fast/fast_parser.h"

namespace ouro::syntax::fast {

/// The compound statement that begins with this keyword; null when it begins none.
Stmt* FastParser::compound_statement(Name keyword) {
  switch (keyword) {
    case Name::k_if_:
      return if_statement();
    case Name::k_def:
      return function_definition(here(), false, {});
    case Name::k_class_:
      return class_definition({});
    case Name::k_for_:
      return for_statement(here(), false);
    case Name::k_try_:
      return try_statement();
    case Name::k_with:
      return with_statement(here(), false);
    case Name::k_while_:
      return while_statement();
    case Name::k_async:
      return async_statement();
    default:
      return nullptr;
  }
}

// ':' block, where block: NEWLINE INDENT statements DEDENT | simple_stmts
Stmts FastParser::block() {
  expect(TokenKind::Colon);
  enter(kBlockDepth);
  StmtList body(main_);
  if (at(TokenKind::Newline)) {
    stream_.advance_blank();
    expect_blank(TokenKind::Indent);
    do {
      statement(body);
    } while (!at(TokenKind::Dedent) && !failed());
    expect_blank(TokenKind::Dedent);
  } else {
    simple_statements(body);
  }
  leave(kBlockDepth);
  return body.copy_to(arena_);
}

Stmts FastParser::else_block() {
  if (!accept_keyword(Name::k_else_)) return {};
  return block();
}

// 'if' named_expression ':' block (elif | else)?
// A chain of elifs is a loop here: each is the only statement in the else part of the one before, and all of
// them end where the chain ends.
Stmt* FastParser::if_statement() {
  ScratchList<Stmt> chain(other_);
  Stmts orelse;
  do {
    const Position start = here();
    stream_.advance();
    enter(chain.empty() ? 0 : 1);
    Expr* test = named_expression();
    const Stmts body = block();
    auto* branch = node<IfStmt>(start);
    branch->test = test;
    branch->body = body;
    chain.push(branch);
  } while (at_keyword(Name::k_elif));
  const size_t count = chain.size();
  orelse = else_block();
  leave(static_cast<int>(count) - 1);
  for (size_t i = count; i-- > 0;) {
    auto* branch = chain[i]->as<IfStmt>();
    branch->orelse = orelse;
    branch->range = stream_.range_from({branch->range.line, branch->range.column});
    if (i == 0) break;
    orelse = arena_.make_span<Stmt*>(1);
    orelse[0] = branch;
  }
  return chain[0];
}

Stmt* FastParser::while_statement() {
  const Position start = here();
  stream_.advance();
  Expr* test = named_expression();
  const Stmts body = block();
  const Stmts orelse = else_block();
  auto* out = node<WhileStmt>(start);
  out->test = test;
  out->body = body;
  out->orelse = orelse;
  return out;
}

// 'for' star_targets 'in' star_expressions ':' block [else_block]
Stmt* FastParser::for_statement(Position start, bool is_async) {
  stream_.advance();
  Expr* target = star_targets();
  expect_keyword(Name::k_in);
  Expr* iter = star_expressions();
  may_fold(is_display(iter));
  const Stmts body = block();
  const Stmts orelse = else_block();
  auto fill = [&](auto* out) -> Stmt* {
    out->target = target;
    out->iter = iter;
    out->body = body;
    out->orelse = orelse;
    return out;
  };
  return is_async ? fill(node<AsyncForStmt>(start)) : fill(node<ForStmt>(start));
}

// 'with' '(' with_item (',' with_item)* [','] ')' ':' block | 'with' with_item (',' with_item)* ':' block
Stmt* FastParser::with_statement(Position start, bool is_async) {
  stream_.advance();
  ScratchList<WithItem> items(main_);
  if (!at(TokenKind::LeftParen) || !parenthesised_with_items(items)) {
    do {
      items.push(with_item());
    } while (accept(TokenKind::Comma));
  }
  const Stmts body = block();
  auto fill = [&](auto* out) -> Stmt* {
    out->items = items.copy_to(arena_);
    out->body = body;
    return out;
  };
  return is_async ? fill(node<AsyncWithStmt>(start)) : fill(node<WithStmt>(start));
}

/// Tries the parenthesised form, which CPython prefers; when the text up to the colon does not fit it, goes
/// back to the parenthesis (then it begins an expression) and says false.
bool FastParser::parenthesised_with_items(ScratchList<WithItem>& items) {
  const TokenStream::Mark mark = stream_.hold();
  const size_t warnings = log_ != nullptr ? log_->string_count() : 0;
  const size_t before = main_.size();
  stream_.advance();
  enter(kBracketDepth);
  do {
    items.push(with_item());
  } while (accept(TokenKind::Comma) && !at(TokenKind::RightParen));
  leave(kBracketDepth);
  expect(TokenKind::RightParen);
  const bool fits = at(TokenKind::Colon);
  if (!fits) {
    main_.truncate(before);
    stream_.rewind(mark);
    if (log_ != nullptr) log_->forget_strings_after(warnings);
  }
  stream_.release();
  return fits;
}

// with_item: expression ['as' star_target &(',' | ')' | ':')]
WithItem* FastParser::with_item() {
  auto* out = arena_.make<WithItem>();
  out->context_expr = expression();
  if (accept_keyword(Name::k_as)) out->optional_vars = star_target();
  return out;
}

// 'try' ':' block (finally_block | except_block+ [else_block] [finally_block]), or the same with except*
Stmt* FastParser::try_statement() {
  const Position start = here();
  stream_.advance();
  const Stmts body = block();
  ScratchList<ExceptHandler> handlers(main_);
  bool star = false;
  while (at_keyword(Name::k_except)) {
    const bool this_star = stream_.peek().kind == TokenKind::Star;
    if (!handlers.empty() && star != this_star) fail();
    star = this_star;
    handlers.push(except_handler(star));
  }
  Stmts orelse;
  if (!handlers.empty()) orelse = else_block();
  Stmts finalbody;
  if (accept_keyword(Name::k_finally)) {
    finalbody = block();
  } else if (handlers.empty()) {
    fail();
  }
  auto fill = [&](auto* out) -> Stmt* {
    out->body = body;
    out->handlers = handlers.copy_to(arena_);
    out->orelse = orelse;
    out->finalbody = finalbody;
    return out;
  };
  return star ? fill(node<TryStarStmt>(start)) : fill(node<TryStmt>(start));
}

// 'except' [expression ['as' NAME]] ':' block | 'except' '*' expression ['as' NAME] ':' block
ExceptHandler* FastParser::except_handler(bool star) {
  const Position start = here();
  stream_.advance();
  if (star) stream_.advance();
  auto* out = arena_.make<ExceptHandler>();
  if (star || !at(TokenKind::Colon)) {
    out->type = expression();
    if (accept_keyword(Name::k_as)) out->name = expect_identifier();
  }
  out->body = block();
  out->range = stream_.range_from(start);
  return out;
}

Stmt* FastParser::async_statement() {
  const Position start = here();
  stream_.advance();
  if (at_keyword(Name::k_def)) return function_definition(start, true, {});
  if (at_keyword(Name::k_for_)) return for_statement(start, true);
  if (at_keyword(Name::k_with)) return with_statement(start, true);
  fail();
  return node<PassStmt>(start);
}

}  // namespace ouro::syntax::fast
