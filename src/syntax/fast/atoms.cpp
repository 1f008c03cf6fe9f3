// Atoms: names, literals, and the displays and comprehensions in brackets.
#include "syntax/fast/fast_parser.h"

namespace ouro::syntax::fast {

Expr* FastParser::atom() {
  const Position start = here();
  switch (stream_.kind()) {
    case TokenKind::Name: {
      const Name name = stream_.current().name;
      if (is_keyword(name)) return keyword_atom(name);
      stream_.advance();
      may_fold(name == Name::k_debug);
      auto* out = node<NameExpr>(start);
      out->id = name;
      return out;
    }
    case TokenKind::Number:
      return number();
    case TokenKind::String:
      return strings();
    case TokenKind::Ellipsis:
      stream_.advance();
      return constant(workspace_.constants.ellipsis(), start);
    case TokenKind::LeftParen:
      return parenthesised();
    case TokenKind::LeftBracket:
      return list_display();
    case TokenKind::LeftBrace:
      return brace_display();
    default:
      return fail();
  }
}

Expr* FastParser::keyword_atom(Name keyword) {
  const Position start = here();
  const Constant* value = nullptr;
  switch (keyword) {
    case Name::k_None:
      value = workspace_.constants.none();
      break;
    case Name::k_True:
      value = workspace_.constants.boolean(true);
      break;
    case Name::k_False:
      value = workspace_.constants.boolean(false);
      break;
    default:
      return fail();
  }
  stream_.advance();
  return constant(value, start);
}

Expr* FastParser::number() {
  const Token& token = stream_.current();
  const Position start = here();
  Result<const Constant*> value =
      parse_number(workspace_, source_.text.substr(token.start, token.end - token.start));
  if (!value.ok()) return fail();
  stream_.advance();
  return constant(value.value(), start);
}

// strings: STRING+
Expr* FastParser::strings() {
  const Token first = stream_.current();
  if (log_ != nullptr && !nested_) log_->begin_string(first.start);
  WarningSink* sink = log_ != nullptr ? log_->string_sink() : nullptr;
  stream_.advance();
  ArenaVector<Token> more(arena_);
  std::span<const Token> tokens(&first, 1);
  if (at(TokenKind::String)) {
    more.push_back(first);
    do {
      more.push_back(stream_.current());
      stream_.advance();
    } while (at(TokenKind::String));
    tokens = more.span();
  }
  Result<Expr*> result = concatenate_strings(workspace_, source_, tokens, *this, sink);
  return result.ok() ? result.value() : fail();
}

// '(' ')' | '(' yield_expr ')' | '(' named_expression ')' | tuple | generator expression
Expr* FastParser::parenthesised() {
  const Position start = here();
  stream_.advance();
  enter(kBracketDepth);
  Expr* result = nullptr;
  if (accept(TokenKind::RightParen)) {
    result = node<TupleExpr>(start);
    may_fold(true);
  } else if (at_keyword(Name::k_yield)) {
    result = yield_expression();
    expect(TokenKind::RightParen);
  } else {
    Expr* first = star_named_expression();
    if (at(TokenKind::Comma)) {
      ExprList items(main_);
      items.push(first);
      while (accept(TokenKind::Comma) && !at(TokenKind::RightParen)) items.push(star_named_expression());
      expect(TokenKind::RightParen);
      auto* tuple = node<TupleExpr>(start);
      tuple->elts = items.copy_to(arena_);
      may_fold(all_constant(tuple->elts));
      result = tuple;
    } else if (first->kind == ExprKind::Starred) {
      result = fail();
    } else if (at_comprehension()) {
      const Comprehensions generators = comprehension_clauses();
      expect(TokenKind::RightParen);
      auto* out = node<GeneratorExpExpr>(start);
      out->elt = first;
      out->generators = generators;
      result = out;
    } else {
      expect(TokenKind::RightParen);
      result = first;
    }
  }
  leave(kBracketDepth);
  return result;
}

// '[' [star_named_expressions] ']' | '[' named_expression for_if_clauses ']'
Expr* FastParser::list_display() {
  const Position start = here();
  stream_.advance();
  enter(kBracketDepth);
  Expr* result = nullptr;
  ExprList items(main_);
  if (!at(TokenKind::RightBracket)) items.push(star_named_expression());
  if (at_comprehension()) {
    Expr* element = items.empty() || items[0]->kind == ExprKind::Starred ? fail() : items[0];
    const Comprehensions generators = comprehension_clauses();
    expect(TokenKind::RightBracket);
    auto* out = node<ListCompExpr>(start);
    out->elt = element;
    out->generators = generators;
    result = out;
  } else {
    while (accept(TokenKind::Comma)) {
      if (items.empty()) fail();
      if (at(TokenKind::RightBracket)) break;
      items.push(star_named_expression());
    }
    expect(TokenKind::RightBracket);
    auto* list = node<ListExpr>(start);
    list->elts = items.copy_to(arena_);
    result = list;
  }
  leave(kBracketDepth);
  return result;
}

// Dict and set displays and their comprehensions.
Expr* FastParser::brace_display() {
  const Position start = here();
  stream_.advance();
  enter(kBracketDepth);
  Expr* result = nullptr;
  if (at(TokenKind::RightBrace) || at(TokenKind::DoubleStar)) {
    result = dict_display(start);
  } else {
    // The key of a dict item must be an `expression`: no star, and no ':=' outside parentheses.
    const bool no_key =
        at(TokenKind::Star) || (at_identifier() && stream_.peek().kind == TokenKind::ColonEqual);
    Expr* first = star_named_expression();
    if (at(TokenKind::Colon)) {
      result = no_key ? fail() : first_dict_pair(first, start);
    } else {
      result = set_display(first, start);
    }
  }
  leave(kBracketDepth);
  return result;
}

Expr* FastParser::set_display(Expr* first, Position start) {
  if (at_comprehension()) {
    if (first->kind == ExprKind::Starred) fail();
    const Comprehensions generators = comprehension_clauses();
    expect(TokenKind::RightBrace);
    auto* out = node<SetCompExpr>(start);
    out->elt = first;
    out->generators = generators;
    return out;
  }
  ExprList items(main_);
  items.push(first);
  while (accept(TokenKind::Comma) && !at(TokenKind::RightBrace)) items.push(star_named_expression());
  expect(TokenKind::RightBrace);
  auto* out = node<SetExpr>(start);
  out->elts = items.copy_to(arena_);
  return out;
}

Expr* FastParser::dict_display(Position start) {
  ExprList items(main_);
  if (!at(TokenKind::RightBrace)) dict_item(items);
  return finish_dict(items, start);
}

/// After the first key, at its colon.
Expr* FastParser::first_dict_pair(Expr* key, Position start) {
  stream_.advance();
  Expr* value = expression();
  if (at_comprehension()) {
    const Comprehensions generators = comprehension_clauses();
    expect(TokenKind::RightBrace);
    auto* out = node<DictCompExpr>(start);
    out->key = key;
    out->value = value;
    out->generators = generators;
    return out;
  }
  ExprList items(main_);
  items.push(key);
  items.push(value);
  return finish_dict(items, start);
}

/// Pushes key and value; the key of `**x` is null.
void FastParser::dict_item(ExprList& items) {
  if (accept(TokenKind::DoubleStar)) {
    items.push(nullptr);
    items.push(bitwise_or());
    return;
  }
  items.push(expression());
  expect(TokenKind::Colon);
  items.push(expression());
}

/// The items after the first, and the closing brace.
Expr* FastParser::finish_dict(ExprList& items, Position start) {
  while (!items.empty() && accept(TokenKind::Comma) && !at(TokenKind::RightBrace)) dict_item(items);
  expect(TokenKind::RightBrace);
  auto* out = node<DictExpr>(start);
  const size_t count = items.size() / 2;
  out->keys = arena_.make_span<Expr*>(count);
  out->values = arena_.make_span<Expr*>(count);
  for (size_t i = 0; i < count; ++i) {
    out->keys[i] = items[2 * i];
    out->values[i] = items[2 * i + 1];
  }
  return out;
}

bool FastParser::at_comprehension() {
  return at(TokenKind::Name) &&
         (stream_.current().name == Name::k_for_ || stream_.current().name == Name::k_async);
}

Comprehensions FastParser::comprehension_clauses() {
  ScratchList<Comprehension> clauses(main_);
  while (at_comprehension()) clauses.push(comprehension_clause());
  return clauses.copy_to(arena_);
}

// for_if_clause: ['async'] 'for' star_targets 'in' disjunction ('if' disjunction)*
Comprehension* FastParser::comprehension_clause() {
  auto* out = arena_.make<Comprehension>();
  out->is_async = accept_keyword(Name::k_async);
  expect_keyword(Name::k_for_);
  out->target = star_targets();
  expect_keyword(Name::k_in);
  out->iter = disjunction();
  may_fold(is_display(out->iter));
  ExprList conditions(main_);
  while (accept_keyword(Name::k_if_)) conditions.push(disjunction());
  out->ifs = conditions.copy_to(arena_);
  return out;
}

}  // namespace ouro::syntax::fast
