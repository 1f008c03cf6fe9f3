// Parameter lists of functions (up to a closing parenthesis, with annotations) and of lambdas (up to a colon,
// without).
//
//   a, b=1, /, c, d=2, *args, e, f=3, **kwargs
//
// Every parameter, and the slash, is followed by a comma or stands before the terminator. A bare `*` needs at
// least one keyword-only parameter behind it. Before the star, a parameter without a default may not follow
// one with a default.
#include "syntax/fast/fast_parser.h"

namespace ouro::syntax::fast {

struct FastParser::ParameterLists {
  ParameterLists(FastParser& parser, TokenKind end)
      : args(parser.main_), defaults(parser.other_), out(parser.arena_.make<Arguments>()), terminator(end) {}
  ScratchList<Arg> args;  // positional ones, later keyword-only ones
  ExprList defaults;      // of the positional ones; later one for each keyword-only one, or null
  Arguments* out;
  TokenKind terminator;
  bool annotations() const { return terminator == TokenKind::RightParen; }
};

Arguments* FastParser::parameters(TokenKind terminator) {
  Arguments* out = nullptr;
  {
    ParameterLists lists(*this, terminator);
    out = lists.out;
    bool slash = false;
    while (!at(terminator) && !at(TokenKind::Star) && !at(TokenKind::DoubleStar) && !failed()) {
      if (at(TokenKind::Slash)) {
        if (slash || lists.args.empty()) fail();
        slash = true;
        stream_.advance();
        lists.out->posonlyargs = lists.args.copy_to(arena_);
      } else {
        positional_parameter(lists);
      }
      if (!parameter_separator(terminator)) break;
    }
    const Args all = lists.args.copy_to(arena_);
    out->args = all.subspan(out->posonlyargs.size());
    out->defaults = lists.defaults.copy_to(arena_);
  }
  if (at(TokenKind::Star)) {
    ParameterLists lists(*this, terminator);
    star_parameters(lists);
    out->vararg = lists.out->vararg;
    out->kwonlyargs = lists.args.copy_to(arena_);
    out->kw_defaults = lists.defaults.copy_to(arena_);
  }
  if (at(TokenKind::DoubleStar)) {
    stream_.advance();
    out->kwarg = parameter(terminator == TokenKind::RightParen, false);
    parameter_separator(terminator);
  }
  if (!at(terminator)) fail();
  return out;
}

/// Passes the comma behind a parameter. False: there is none, so it must be the last.
bool FastParser::parameter_separator(TokenKind terminator) {
  if (accept(TokenKind::Comma)) return true;
  if (!at(terminator)) fail();
  return false;
}

void FastParser::positional_parameter(ParameterLists& lists) {
  lists.args.push(parameter(lists.annotations(), false));
  if (at(TokenKind::Equal)) {
    lists.defaults.push(default_value());
  } else if (!lists.defaults.empty()) {
    fail();
  }
}

/// From the `*` on, up to `**` or the end.
void FastParser::star_parameters(ParameterLists& lists) {
  stream_.advance();
  bool more = true;
  if (!at(TokenKind::Comma)) {
    lists.out->vararg = parameter(lists.annotations(), true);
    more = parameter_separator(lists.terminator);
  } else {
    stream_.advance();
    if (!at_identifier()) fail();
  }
  while (more && at_identifier()) {
    lists.args.push(parameter(lists.annotations(), false));
    lists.defaults.push(at(TokenKind::Equal) ? default_value() : nullptr);
    more = parameter_separator(lists.terminator);
  }
}

Expr* FastParser::default_value() {
  stream_.advance();
  return expression();
}

// NAME [':' expression], and after `*` NAME [':' star_expression]
Arg* FastParser::parameter(bool annotations, bool star_annotation) {
  const Position start = here();
  auto* out = arena_.make<Arg>();
  out->arg = expect_identifier();
  if (annotations && accept(TokenKind::Colon))
    out->annotation = star_annotation ? star_expression() : expression();
  out->range = stream_.range_from(start);
  return out;
}

}  // namespace ouro::syntax::fast
