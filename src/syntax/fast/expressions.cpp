// Operators, conditional expressions, lambda, yield and the comma-separated lists at statement level.
#include "syntax/fast/fast_parser.h"

namespace ouro::syntax::fast {
namespace {

struct OperatorTables {
  uint8_t level[256] = {};
  BinaryOperator binary[256] = {};
  constexpr void set(TokenKind kind, uint8_t l, BinaryOperator op) {
    level[static_cast<uint8_t>(kind)] = l;
    binary[static_cast<uint8_t>(kind)] = op;
  }
  constexpr void compare(TokenKind kind, uint8_t l) { level[static_cast<uint8_t>(kind)] = l; }
};

constexpr OperatorTables make_tables(uint8_t comparison) {
  OperatorTables t;
  t.compare(TokenKind::EqualEqual, comparison);
  t.compare(TokenKind::NotEqual, comparison);
  t.compare(TokenKind::Less, comparison);
  t.compare(TokenKind::Greater, comparison);
  t.compare(TokenKind::LessEqual, comparison);
  t.compare(TokenKind::GreaterEqual, comparison);
  const uint8_t bit_or = comparison + 1;
  t.set(TokenKind::Bar, bit_or, BinaryOperator::BitOr);
  t.set(TokenKind::Circumflex, bit_or + 1, BinaryOperator::BitXor);
  t.set(TokenKind::Ampersand, bit_or + 2, BinaryOperator::BitAnd);
  t.set(TokenKind::LeftShift, bit_or + 3, BinaryOperator::LShift);
  t.set(TokenKind::RightShift, bit_or + 3, BinaryOperator::RShift);
  t.set(TokenKind::Plus, bit_or + 4, BinaryOperator::Add);
  t.set(TokenKind::Minus, bit_or + 4, BinaryOperator::Sub);
  t.set(TokenKind::Star, bit_or + 5, BinaryOperator::Mult);
  t.set(TokenKind::Slash, bit_or + 5, BinaryOperator::Div);
  t.set(TokenKind::DoubleSlash, bit_or + 5, BinaryOperator::FloorDiv);
  t.set(TokenKind::Percent, bit_or + 5, BinaryOperator::Mod);
  t.set(TokenKind::At, bit_or + 5, BinaryOperator::MatMult);
  return t;
}

constexpr OperatorTables kOperators = make_tables(4);

}  // namespace

// expressions: expression (',' expression)* [',']
Expr* FastParser::expressions() {
  const Position start = here();
  Expr* first = expression();
  if (!at(TokenKind::Comma)) return first;
  ExprList items(main_);
  items.push(first);
  while (accept(TokenKind::Comma)) {
    if (at(TokenKind::Newline) || at(TokenKind::EndMarker)) break;
    items.push(expression());
  }
  auto* tuple = node<TupleExpr>(start);
  tuple->elts = items.copy_to(arena_);
  may_fold(all_constant(tuple->elts));
  return tuple;
}

// star_expressions: star_expression (',' star_expression)* [',']
Expr* FastParser::star_expressions() {
  const Position start = here();
  Expr* first = star_expression();
  if (!at(TokenKind::Comma)) return first;
  return rest_of_tuple(first, start);
}

Expr* FastParser::rest_of_tuple(Expr* first, Position start) {
  ExprList items(main_);
  items.push(first);
  while (accept(TokenKind::Comma)) {
    // What may follow a star_expressions: a trailing comma stands before one of these.
    switch (stream_.kind()) {
      case TokenKind::Newline:
      case TokenKind::Semicolon:
      case TokenKind::Equal:
      case TokenKind::Colon:
      case TokenKind::RightParen:
      case TokenKind::EndMarker:
        break;
      default:
        items.push(star_expression());
        continue;
    }
    break;
  }
  auto* tuple = node<TupleExpr>(start);
  tuple->elts = items.copy_to(arena_);
  may_fold(all_constant(tuple->elts));
  return tuple;
}

Expr* FastParser::star_expression() {
  if (!at(TokenKind::Star)) return expression();
  const Position start = here();
  stream_.advance();
  Expr* value = bitwise_or();
  auto* out = node<StarredExpr>(start);
  out->value = value;
  return out;
}

Expr* FastParser::star_named_expression() {
  return at(TokenKind::Star) ? star_expression() : named_expression();
}

// named_expression: NAME ':=' expression | expression !':='
// The "not followed by" needs no code: a ':=' fits nowhere else.
Expr* FastParser::named_expression() {
  if (!at_identifier() || stream_.peek().kind != TokenKind::ColonEqual) return expression();
  const Position start = here();
  const Name name = stream_.current().name;
  stream_.advance();
  auto* target = node<NameExpr>(start);
  target->id = name;
  target->ctx = ExprContext::Store;
  stream_.advance();
  Expr* value = expression();
  auto* out = node<NamedExprExpr>(start);
  out->target = target;
  out->value = value;
  return out;
}

namespace {

/// The tokens that nothing goes on with after an operand, whatever stood before it.
struct TerminatorTable {
  constexpr TerminatorTable() {
    using enum TokenKind;
    for (const TokenKind kind :
         {Comma, RightParen, RightBracket, RightBrace, Newline, Colon, Equal, Semicolon})
      ends[static_cast<uint8_t>(kind)] = true;
  }
  bool ends[256] = {};
};
constexpr TerminatorTable kTerminators;

constexpr bool is_value(Name keyword) {
  return keyword == Name::k_None || keyword == Name::k_True || keyword == Name::k_False;
}

}  // namespace

/// Whether an expression is a name or number and no more, as most are: then nothing has to be asked at each
/// level of the grammar.
bool FastParser::at_lone_atom() {
  const TokenKind kind = stream_.kind();
  if (kind == TokenKind::Name) {
    const Name name = stream_.current().name;
    if (is_keyword(name) && !is_value(name)) return false;
  } else if (kind != TokenKind::Number) {
    return false;
  }
  return kTerminators.ends[static_cast<uint8_t>(stream_.peek().kind)];
}

// expression: disjunction ['if' disjunction 'else' expression] | lambda
Expr* FastParser::expression() {
  if (at_lone_atom()) return atom();
  if (at_keyword(Name::k_lambda)) return lambda();
  const Position start = here();
  Expr* body = disjunction();
  if (!at_keyword(Name::k_if_)) return body;
  stream_.advance();
  Expr* test = disjunction();
  expect_keyword(Name::k_else_);
  enter(kOperandDepth);
  Expr* orelse = expression();
  leave(kOperandDepth);
  auto* out = node<IfExpExpr>(start);
  out->test = test;
  out->body = body;
  out->orelse = orelse;
  return out;
}

Expr* FastParser::lambda() {
  const Position start = here();
  stream_.advance();
  enter(kLambdaDepth);
  Arguments* args = parameters(TokenKind::Colon);
  expect(TokenKind::Colon);
  Expr* body = expression();
  leave(kLambdaDepth);
  auto* out = node<LambdaExpr>(start);
  out->args = args;
  out->body = body;
  return out;
}

Expr* FastParser::yield_expression() {
  const Position start = here();
  stream_.advance();
  if (accept_keyword(Name::k_from)) {
    Expr* value = expression();
    auto* out = node<YieldFromExpr>(start);
    out->value = value;
    return out;
  }
  const bool bare = at_statement_end() || at(TokenKind::RightParen) || at(TokenKind::Equal);
  Expr* value = bare ? nullptr : star_expressions();
  auto* out = node<YieldExpr>(start);
  out->value = value;
  return out;
}

FastParser::Level FastParser::level_of_current() {
  const Token& token = stream_.current();
  if (token.kind != TokenKind::Name)
    return static_cast<Level>(kOperators.level[static_cast<uint8_t>(token.kind)]);
  switch (token.name) {
    case Name::k_or_:
      return kOr;
    case Name::k_and_:
      return kAnd;
    case Name::k_in:
    case Name::k_is:
      return kComparison;
    case Name::k_not_: {
      const Token& next = stream_.peek();
      return next.kind == TokenKind::Name && next.name == Name::k_in ? kComparison : kNone;
    }
    default:
      return kNone;
  }
}

Expr* FastParser::operators(Level minimum) {
  const Position start = here();
  if (!at_keyword(Name::k_not_)) return operator_chain(factor(), start, minimum);
  if (minimum > kNot) return fail();
  stream_.advance();
  enter(1);
  Expr* operand = operators(kNot);
  leave(1);
  may_fold(is_constant(operand) || operand->kind == ExprKind::Compare);
  auto* out = node<UnaryOpExpr>(start);
  out->op = UnaryOperator::Not;
  out->operand = operand;
  return operator_chain(out, start, minimum);
}

Expr* FastParser::operator_chain(Expr* left, Position start, Level minimum) {
  for (;;) {
    const Level level = level_of_current();
    if (level < minimum || level == kNone) return left;
    if (level <= kAnd) {
      left = bool_operation(left, start, level);
    } else if (level == kComparison) {
      left = comparison(left, start);
    } else {
      const BinaryOperator op = kOperators.binary[static_cast<uint8_t>(stream_.kind())];
      stream_.advance();
      Expr* right = level == kTerm ? factor() : operators(static_cast<Level>(level + 1));
      may_fold(is_constant(left));
      auto* out = node<BinOpExpr>(start);
      out->left = left;
      out->op = op;
      out->right = right;
      left = out;
    }
  }
}

Expr* FastParser::bool_operation(Expr* first, Position start, Level level) {
  const Name keyword = level == kOr ? Name::k_or_ : Name::k_and_;
  ExprList values(main_);
  values.push(first);
  while (accept_keyword(keyword)) values.push(operators(static_cast<Level>(level + 1)));
  auto* out = node<BoolOpExpr>(start);
  out->op = level == kOr ? BoolOperator::Or : BoolOperator::And;
  out->values = values.copy_to(arena_);
  return out;
}

Expr* FastParser::comparison(Expr* left, Position start) {
  std::vector<CompareOperator>& operators = scratch_.compare_operators;
  const size_t base = operators.size();
  ExprList comparators(main_);
  while (level_of_current() == kComparison) {
    operators.push_back(compare_operator());
    comparators.push(bitwise_or());
  }
  auto* out = node<CompareExpr>(start);
  out->left = left;
  out->ops = arena_.copy(std::span<const CompareOperator>(operators).subspan(base));
  out->comparators = comparators.copy_to(arena_);
  const bool search = out->ops.back() == CompareOperator::In || out->ops.back() == CompareOperator::NotIn;
  may_fold(search && is_display(out->comparators.back()));
  operators.resize(base);
  return out;
}

/// Passes the operator.
CompareOperator FastParser::compare_operator() {
  const TokenKind kind = stream_.kind();
  if (kind == TokenKind::Name) {
    const Name name = stream_.current().name;
    stream_.advance();
    if (name == Name::k_in) return CompareOperator::In;
    if (name == Name::k_is)
      return accept_keyword(Name::k_not_) ? CompareOperator::IsNot : CompareOperator::Is;
    stream_.advance();
    return CompareOperator::NotIn;
  }
  // `<>` is the same token; without the future flag, which no file can set, it is not accepted.
  if (kind == TokenKind::NotEqual && source_.text[stream_.current().start] != '!') fail();
  stream_.advance();
  switch (kind) {
    case TokenKind::EqualEqual:
      return CompareOperator::Eq;
    case TokenKind::NotEqual:
      return CompareOperator::NotEq;
    case TokenKind::Less:
      return CompareOperator::Lt;
    case TokenKind::Greater:
      return CompareOperator::Gt;
    case TokenKind::LessEqual:
      return CompareOperator::LtE;
    default:
      return CompareOperator::GtE;
  }
}

// factor: ('+' | '-' | '~') factor | await_primary ['**' factor]
Expr* FastParser::factor() {
  const Position start = here();
  UnaryOperator op;
  switch (stream_.kind()) {
    case TokenKind::Minus:
      op = UnaryOperator::USub;
      break;
    case TokenKind::Plus:
      op = UnaryOperator::UAdd;
      break;
    case TokenKind::Tilde:
      op = UnaryOperator::Invert;
      break;
    default: {
      Expr* base = primary();
      if (!at(TokenKind::DoubleStar)) return base;
      stream_.advance();
      enter(kOperandDepth);
      Expr* exponent = factor();
      leave(kOperandDepth);
      may_fold(is_constant(base));
      auto* out = node<BinOpExpr>(start);
      out->left = base;
      out->op = BinaryOperator::Pow;
      out->right = exponent;
      return out;
    }
  }
  stream_.advance();
  enter(1);
  Expr* operand = factor();
  leave(1);
  may_fold(is_constant(operand));
  auto* out = node<UnaryOpExpr>(start);
  out->op = op;
  out->operand = operand;
  return out;
}

// ['await'] atom ('.' NAME | call | subscript)*
Expr* FastParser::primary() {
  const Position await_start = here();
  const bool awaited = accept_keyword(Name::k_await);
  const Position start = awaited ? here() : await_start;
  Expr* value = atom();
  for (;;) {
    if (at(TokenKind::Dot)) {
      stream_.advance();
      const Name attr = expect_identifier();
      auto* out = node<AttributeExpr>(start);
      out->value = value;
      out->attr = attr;
      value = out;
    } else if (at(TokenKind::LeftParen)) {
      value = call(value, start);
    } else if (at(TokenKind::LeftBracket)) {
      value = subscript(value, start);
    } else {
      break;
    }
  }
  if (!awaited) return value;
  auto* out = node<AwaitExpr>(await_start);
  out->value = value;
  return out;
}

}  // namespace ouro::syntax::fast
