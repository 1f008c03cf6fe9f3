// Patterns of case blocks.
#include "syntax/fast/fast_parser.h"

namespace ouro::syntax::fast {

// patterns: open_sequence_pattern | pattern
Pattern* FastParser::open_pattern() {
  const Position start = here();
  const bool starred = at(TokenKind::Star);
  Pattern* first = maybe_star_pattern();
  if (!at(TokenKind::Comma)) return starred ? fail_pattern() : first;
  PatternList items(main_);
  items.push(first);
  while (accept(TokenKind::Comma) && !at(TokenKind::Colon) && !at_keyword(Name::k_if_))
    items.push(maybe_star_pattern());
  auto* out = node<MatchSequencePattern>(start);
  out->patterns = items.copy_to(arena_);
  return out;
}

// pattern: or_pattern ['as' capture_target]
Pattern* FastParser::pattern() {
  const Position start = here();
  Pattern* inner = or_pattern();
  if (!accept_keyword(Name::k_as)) return inner;
  const Name name = capture_name();
  auto* out = node<MatchAsPattern>(start);
  out->pattern = inner;
  out->name = name;
  return out;
}

// or_pattern: closed_pattern ('|' closed_pattern)*
Pattern* FastParser::or_pattern() {
  const Position start = here();
  Pattern* first = closed_pattern();
  if (!at(TokenKind::Bar)) return first;
  PatternList items(main_);
  items.push(first);
  while (accept(TokenKind::Bar)) items.push(closed_pattern());
  auto* out = node<MatchOrPattern>(start);
  out->patterns = items.copy_to(arena_);
  return out;
}

/// A name to bind: not `_`, and not the beginning of something longer.
Name FastParser::capture_name() {
  const Name name = expect_identifier();
  if (name == Name::k_underscore || at(TokenKind::Dot) || at(TokenKind::LeftParen) || at(TokenKind::Equal))
    fail();
  return name;
}

Pattern* FastParser::closed_pattern() {
  const Position start = here();
  switch (stream_.kind()) {
    case TokenKind::Number:
    case TokenKind::Minus:
      return value_pattern(literal_number(), start);
    case TokenKind::String:
      return value_pattern(strings(), start);
    case TokenKind::Name:
      return name_pattern();
    case TokenKind::LeftParen:
      return parenthesised_pattern();
    case TokenKind::LeftBracket:
      return bracketed_pattern();
    case TokenKind::LeftBrace:
      return mapping_pattern();
    default:
      return fail_pattern();
  }
}

Pattern* FastParser::value_pattern(Expr* value, Position start) {
  auto* out = node<MatchValuePattern>(start);
  out->value = value;
  return out;
}

// ['-'] NUMBER, or a complex number: ['-'] real ('+' | '-') imaginary
Expr* FastParser::literal_number() {
  const Position start = here();
  auto parse_number_token = [&] { return at(TokenKind::Number) ? number() : fail(); };
  auto is_complex = [](Expr* e) {
    return e->kind == ExprKind::Constant && e->as<ConstantExpr>()->value->is(ConstantKind::Complex);
  };
  const bool negative = accept(TokenKind::Minus);
  Expr* value = parse_number_token();
  const bool complex = is_complex(value);
  if (negative) {
    auto* minus = node<UnaryOpExpr>(start);
    minus->op = UnaryOperator::USub;
    minus->operand = value;
    value = minus;
  }
  if (!at(TokenKind::Plus) && !at(TokenKind::Minus)) return value;
  const BinaryOperator op = at(TokenKind::Plus) ? BinaryOperator::Add : BinaryOperator::Sub;
  stream_.advance();
  Expr* imaginary = parse_number_token();
  if (complex || !is_complex(imaginary)) return fail();
  auto* out = node<BinOpExpr>(start);
  out->left = value;
  out->op = op;
  out->right = imaginary;
  return out;
}

// What begins with a name: None, True, False, `_`, a capture, a value (a.b.c), a class pattern.
Pattern* FastParser::name_pattern() {
  const Position start = here();
  const Name name = stream_.current().name;
  if (is_keyword(name)) {
    Expr* singleton = keyword_atom(name);
    auto* out = node<MatchSingletonPattern>(start);
    out->value = singleton->kind == ExprKind::Constant ? singleton->as<ConstantExpr>()->value
                                                       : workspace_.constants.none();
    return out;
  }
  const TokenKind next = stream_.peek().kind;
  if (name == Name::k_underscore || (next != TokenKind::Dot && next != TokenKind::LeftParen)) {
    stream_.advance();
    // `_` is taken for the wildcard whatever follows; `name=` belongs to class patterns only.
    if (name != Name::k_underscore && next == TokenKind::Equal) return fail_pattern();
    auto* out = node<MatchAsPattern>(start);
    if (name != Name::k_underscore) out->name = name;
    return out;
  }
  Expr* path = attribute_path();
  if (at(TokenKind::LeftParen)) return class_pattern(path, start);
  if (at(TokenKind::Equal)) return fail_pattern();
  return value_pattern(path, start);
}

// NAME ('.' NAME)*
Expr* FastParser::attribute_path() {
  const Position start = here();
  const Name first = expect_identifier();
  auto* name = node<NameExpr>(start);
  name->id = first;
  Expr* path = name;
  while (accept(TokenKind::Dot)) {
    const Name attr = expect_identifier();
    auto* out = node<AttributeExpr>(start);
    out->value = path;
    out->attr = attr;
    path = out;
  }
  return path;
}

Pattern* FastParser::maybe_star_pattern() {
  return at(TokenKind::Star) ? star_pattern() : pattern();
}

// '*' capture_target | '*' '_'
Pattern* FastParser::star_pattern() {
  const Position start = here();
  stream_.advance();
  Name name = Name::none;
  if (!accept_keyword(Name::k_underscore)) name = capture_name();
  auto* out = node<MatchStarPattern>(start);
  out->name = name;
  return out;
}

/// After the first item and at its comma, or at the terminator.
void FastParser::sequence_items(PatternList& items, TokenKind terminator) {
  while (accept(TokenKind::Comma) && !at(terminator)) items.push(maybe_star_pattern());
  expect(terminator);
}

// group_pattern: '(' pattern ')'; sequence_pattern: '(' [open_sequence_pattern] ')'
Pattern* FastParser::parenthesised_pattern() {
  const Position start = here();
  stream_.advance();
  enter(kBracketDepth);
  PatternList items(main_);
  if (!at(TokenKind::RightParen)) {
    const bool starred = at(TokenKind::Star);
    Pattern* first = maybe_star_pattern();
    if (!at(TokenKind::Comma)) {
      expect(TokenKind::RightParen);
      leave(kBracketDepth);
      return starred ? fail_pattern() : first;
    }
    items.push(first);
  }
  sequence_items(items, TokenKind::RightParen);
  leave(kBracketDepth);
  auto* out = node<MatchSequencePattern>(start);
  out->patterns = items.copy_to(arena_);
  return out;
}

Pattern* FastParser::bracketed_pattern() {
  const Position start = here();
  stream_.advance();
  enter(kBracketDepth);
  PatternList items(main_);
  if (!at(TokenKind::RightBracket)) {
    items.push(maybe_star_pattern());
    sequence_items(items, TokenKind::RightBracket);
  } else {
    stream_.advance();
  }
  leave(kBracketDepth);
  auto* out = node<MatchSequencePattern>(start);
  out->patterns = items.copy_to(arena_);
  return out;
}

// '{' [key ':' pattern (',' key ':' pattern)*] [','] ['**' capture_target [',']] '}'
Pattern* FastParser::mapping_pattern() {
  const Position start = here();
  stream_.advance();
  enter(kBracketDepth);
  ExprList keys(other_);
  PatternList items(main_);
  Name rest = Name::none;
  if (!at(TokenKind::RightBrace)) {
    do {
      if (at(TokenKind::RightBrace)) break;
      if (accept(TokenKind::DoubleStar)) {
        rest = capture_name();
        accept(TokenKind::Comma);
        break;
      }
      keys.push(mapping_key());
      expect(TokenKind::Colon);
      items.push(pattern());
    } while (accept(TokenKind::Comma));
  }
  expect(TokenKind::RightBrace);
  leave(kBracketDepth);
  auto* out = node<MatchMappingPattern>(start);
  out->keys = keys.copy_to(arena_);
  out->patterns = items.copy_to(arena_);
  out->rest = rest;
  return out;
}

// literal_expr | attr
Expr* FastParser::mapping_key() {
  switch (stream_.kind()) {
    case TokenKind::Number:
    case TokenKind::Minus:
      return literal_number();
    case TokenKind::String:
      return strings();
    case TokenKind::Name: {
      const Name name = stream_.current().name;
      if (is_keyword(name)) return keyword_atom(name);
      Expr* path = attribute_path();
      return path->kind == ExprKind::Attribute ? path : fail();
    }
    default:
      return fail();
  }
}

// name_or_attr '(' [pattern (',' pattern)*] [NAME '=' pattern (',' NAME '=' pattern)*] [','] ')'
Pattern* FastParser::class_pattern(Expr* cls, Position start) {
  stream_.advance();
  enter(kBracketDepth);
  PatternList positional(main_);
  PatternList keyword(other_);
  ArenaVector<Name> names(arena_);
  if (!at(TokenKind::RightParen)) {
    do {
      if (at(TokenKind::RightParen)) break;
      if (at_identifier() && stream_.peek().kind == TokenKind::Equal) {
        // Behind a positional pattern CPython takes `_` for one more of them before it sees the '='.
        if (at_keyword(Name::k_underscore) && names.empty() && !positional.empty()) fail();
        names.push_back(expect_identifier());
        stream_.advance();
        keyword.push(pattern());
      } else {
        if (!names.empty()) fail();
        positional.push(pattern());
      }
    } while (accept(TokenKind::Comma));
  }
  expect(TokenKind::RightParen);
  leave(kBracketDepth);
  auto* out = node<MatchClassPattern>(start);
  out->cls = cls;
  out->patterns = positional.copy_to(arena_);
  out->kwd_attrs = names.span();
  out->kwd_patterns = keyword.copy_to(arena_);
  return out;
}

}  // namespace ouro::syntax::fast
