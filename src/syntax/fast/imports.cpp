// Import statements.
#include "syntax/fast/fast_parser.h"

namespace ouro::syntax::fast {

// dotted_name: NAME ('.' NAME)*
Name FastParser::dotted_name() {
  const Name first = expect_identifier();
  if (!at(TokenKind::Dot)) return first;
  std::string& path = scratch_.path;
  path = workspace_.names.text(first);
  while (accept(TokenKind::Dot)) {
    const Name part = expect_identifier();
    path += '.';
    path += workspace_.names.text(part);
  }
  return workspace_.names.intern(path);
}

Alias* FastParser::dotted_alias() {
  const Position start = here();
  const Name name = dotted_name();
  const Name as = accept_keyword(Name::k_as) ? expect_identifier() : Name::none;
  return arena_.make<Alias>(stream_.range_from(start), name, as);
}

Alias* FastParser::plain_alias() {
  const Position start = here();
  const Name name = expect_identifier();
  const Name as = accept_keyword(Name::k_as) ? expect_identifier() : Name::none;
  return arena_.make<Alias>(stream_.range_from(start), name, as);
}

Stmt* FastParser::import_statement() {
  const Position start = here();
  stream_.advance();
  ScratchList<Alias> names(main_);
  do {
    names.push(dotted_alias());
  } while (accept(TokenKind::Comma));
  auto* out = node<ImportStmt>(start);
  out->names = names.copy_to(arena_);
  return out;
}

// 'from' dots [dotted_name] 'import' ('*' | '(' names [','] ')' | names)
Stmt* FastParser::import_from_statement() {
  const Position start = here();
  stream_.advance();
  int32_t level = 0;
  while (at(TokenKind::Dot) || at(TokenKind::Ellipsis)) {
    level += at(TokenKind::Dot) ? 1 : 3;
    stream_.advance();
  }
  const bool relative_only = level > 0 && at_keyword(Name::k_import);
  const Name module = relative_only ? Name::none : dotted_name();
  expect_keyword(Name::k_import);
  ScratchList<Alias> names(main_);
  if (at(TokenKind::Star)) {
    const Position star = here();
    stream_.advance();
    names.push(arena_.make<Alias>(stream_.range_from(star), Name::k_star, Name::none));
  } else if (accept(TokenKind::LeftParen)) {
    do {
      names.push(plain_alias());
    } while (accept(TokenKind::Comma) && !at(TokenKind::RightParen));
    expect(TokenKind::RightParen);
  } else {
    do {
      names.push(plain_alias());
    } while (accept(TokenKind::Comma));
  }
  auto* out = node<ImportFromStmt>(start);
  out->module = module;
  out->names = names.copy_to(arena_);
  out->level = level;
  return out;
}

}  // namespace ouro::syntax::fast
