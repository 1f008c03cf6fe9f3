// Functions and classes, with decorators.
#include "syntax/fast/fast_parser.h"

namespace ouro::syntax::fast {

// ('@' named_expression NEWLINE)+ (class_def | function_def)
// The definition's own position begins behind the decorators.
Stmt* FastParser::decorated() {
  ExprList decorators(main_);
  while (accept(TokenKind::At)) {
    decorators.push(named_expression());
    expect_blank(TokenKind::Newline);
  }
  const Exprs list = decorators.copy_to(arena_);
  const Position start = here();
  if (at_keyword(Name::k_class_)) return class_definition(list);
  const bool is_async = accept_keyword(Name::k_async);
  return function_definition(start, is_async, list);
}

// ['async'] 'def' NAME '(' [params] ')' ['->' expression] ':' block
Stmt* FastParser::function_definition(Position start, bool is_async, Exprs decorators) {
  expect_keyword(Name::k_def);
  const Name name = expect_identifier();
  expect(TokenKind::LeftParen);
  enter(kBracketDepth);
  Arguments* args = parameters(TokenKind::RightParen);
  leave(kBracketDepth);
  expect(TokenKind::RightParen);
  Expr* returns = accept(TokenKind::Arrow) ? expression() : nullptr;
  const Stmts body = block();
  auto fill = [&](auto* out) -> Stmt* {
    out->name = name;
    out->args = args;
    out->body = body;
    out->decorator_list = decorators;
    out->returns = returns;
    return out;
  };
  return is_async ? fill(node<AsyncFunctionDefStmt>(start)) : fill(node<FunctionDefStmt>(start));
}

// 'class' NAME ['(' [arguments] ')'] ':' block
Stmt* FastParser::class_definition(Exprs decorators) {
  const Position start = here();
  stream_.advance();
  const Name name = expect_identifier();
  CallParts parts;
  if (at(TokenKind::LeftParen)) {
    const Position bracket = here();
    stream_.advance();
    enter(kBracketDepth);
    parts = call_arguments(bracket);
    if (parts.closed) fail();  // a bare generator expression is for calls only
    expect(TokenKind::RightParen);
    leave(kBracketDepth);
  }
  const Stmts body = block();
  auto* out = node<ClassDefStmt>(start);
  out->name = name;
  out->bases = parts.args;
  out->keywords = parts.keywords;
  out->body = body;
  out->decorator_list = decorators;
  return out;
}

}  // namespace ouro::syntax::fast
