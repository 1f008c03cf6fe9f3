// Simple statements.
#include "syntax/fast/fast_parser.h"

namespace ouro::syntax::fast {
namespace {

/// The operator of an augmented assignment.
bool augmented_operator(TokenKind kind, BinaryOperator* op) {
  switch (kind) {
#define AUGMENTED(token, name)  \
  case TokenKind::token:        \
    *op = BinaryOperator::name; \
    return true;
    AUGMENTED(PlusEqual, Add)
    AUGMENTED(MinusEqual, Sub)
    AUGMENTED(StarEqual, Mult)
    AUGMENTED(SlashEqual, Div)
    AUGMENTED(PercentEqual, Mod)
    AUGMENTED(AmpersandEqual, BitAnd)
    AUGMENTED(BarEqual, BitOr)
    AUGMENTED(CircumflexEqual, BitXor)
    AUGMENTED(LeftShiftEqual, LShift)
    AUGMENTED(RightShiftEqual, RShift)
    AUGMENTED(DoubleStarEqual, Pow)
    AUGMENTED(DoubleSlashEqual, FloorDiv)
    AUGMENTED(AtEqual, MatMult)
#undef AUGMENTED
    default:
      return false;
  }
}

}  // namespace

// statement: compound_stmt | simple_stmts
void FastParser::statement(StmtList& out) {
  const FoldMark mark = fold_mark();
  if (at(TokenKind::Name)) {
    const Name name = stream_.current().name;
    if (is_keyword(name)) {
      if (Stmt* compound = compound_statement(name); compound != nullptr) {
        out.push(note_folding(compound, mark));
        return;
      }
    } else if (name == Name::k_match && may_start_match()) {
      if (Stmt* match = match_statement(); match != nullptr) {
        out.push(note_folding(match, mark));
        return;
      }
    }
  } else if (at(TokenKind::At)) {
    out.push(note_folding(decorated(), mark));
    return;
  }
  simple_statements(out);
}

// simple_stmts: simple_stmt (';' simple_stmt)* [';'] NEWLINE
void FastParser::simple_statements(StmtList& out) {
  do {
    const FoldMark mark = fold_mark();
    out.push(note_folding(simple_statement(), mark));
  } while (accept(TokenKind::Semicolon) && !at(TokenKind::Newline));
  expect_blank(TokenKind::Newline);
}

Stmt* FastParser::simple_statement() {
  if (at(TokenKind::Name) && is_keyword(stream_.current().name))
    return keyword_statement(stream_.current().name);
  return expression_statement();
}

Stmt* FastParser::keyword_statement(Name keyword) {
  const Position start = here();
  switch (keyword) {
    case Name::k_pass:
      stream_.advance();
      return node<PassStmt>(start);
    case Name::k_break_:
      stream_.advance();
      return node<BreakStmt>(start);
    case Name::k_continue_:
      stream_.advance();
      return node<ContinueStmt>(start);
    case Name::k_return_:
      return return_statement();
    case Name::k_raise:
      return raise_statement();
    case Name::k_assert_:
      return assert_statement();
    case Name::k_del:
      return delete_statement();
    case Name::k_import:
      return import_statement();
    case Name::k_from:
      return import_from_statement();
    case Name::k_global:
      return name_list_statement<GlobalStmt>();
    case Name::k_nonlocal:
      return name_list_statement<NonlocalStmt>();
    case Name::k_yield: {
      Expr* value = yield_expression();
      auto* out = node<ExprStmt>(start);
      out->value = value;
      return out;
    }
    default:
      return expression_statement();
  }
}

// assignment | star_expressions
Stmt* FastParser::expression_statement() {
  const Position start = here();
  const bool starts_with_name = at(TokenKind::Name);
  Expr* value = star_expressions();
  BinaryOperator op;
  if (at(TokenKind::Equal)) return assignment(value, start);
  if (at(TokenKind::Colon)) return annotated_assignment(value, starts_with_name, start);
  if (augmented_operator(stream_.kind(), &op)) return augmented_assignment(value, op, start);
  auto* out = node<ExprStmt>(start);
  out->value = value;
  return out;
}

Expr* FastParser::assigned_value() {
  return at_keyword(Name::k_yield) ? yield_expression() : star_expressions();
}

// (star_targets '=')+ (yield_expr | star_expressions) !'='
Stmt* FastParser::assignment(Expr* first, Position start) {
  ExprList targets(main_);
  Expr* value = first;
  bool yielded = false;
  while (accept(TokenKind::Equal)) {
    if (yielded) fail();
    make_target(value, ExprContext::Store);
    targets.push(value);
    yielded = at_keyword(Name::k_yield);
    value = assigned_value();
  }
  auto* out = node<AssignStmt>(start);
  out->targets = targets.copy_to(arena_);
  out->value = value;
  return out;
}

// `(x).y: int`: CPython commits itself to `'(' single_target ')'` when it has seen one, and then wants the
// colon. `(f()).y: int` is fine.
static bool continues_parenthesised_target(const Expr* target, Position start) {
  const Expr* leftmost = target;
  auto is_inside = [&] {
    return leftmost->range.line != start.line || leftmost->range.column != start.column;
  };
  while (!is_inside()) {
    switch (leftmost->kind) {
      case ExprKind::Attribute:
        leftmost = leftmost->as<AttributeExpr>()->value;
        break;
      case ExprKind::Subscript:
        leftmost = leftmost->as<SubscriptExpr>()->value;
        break;
      case ExprKind::Call:
        leftmost = leftmost->as<CallExpr>()->func;
        break;
      default:
        return false;
    }
  }
  return leftmost != target && (leftmost->kind == ExprKind::Name || leftmost->kind == ExprKind::Attribute ||
                                leftmost->kind == ExprKind::Subscript);
}

// NAME ':' expression ['=' annotated_rhs], and the same for a parenthesised or dotted or subscripted target,
// which is not "simple".
Stmt* FastParser::annotated_assignment(Expr* target, bool starts_with_name, Position start) {
  if (continues_parenthesised_target(target, start)) fail();
  switch (target->kind) {
    case ExprKind::Name:
    case ExprKind::Attribute:
    case ExprKind::Subscript:
      make_target(target, ExprContext::Store);
      break;
    default:
      fail();
  }
  stream_.advance();
  Expr* annotation = expression();
  Expr* value = accept(TokenKind::Equal) ? assigned_value() : nullptr;
  auto* out = node<AnnAssignStmt>(start);
  out->target = target;
  out->annotation = annotation;
  out->value = value;
  out->simple = starts_with_name && target->kind == ExprKind::Name;
  return out;
}

// single_target augassign (yield_expr | star_expressions)
Stmt* FastParser::augmented_assignment(Expr* target, BinaryOperator op, Position start) {
  switch (target->kind) {
    case ExprKind::Name:
    case ExprKind::Attribute:
    case ExprKind::Subscript:
      make_target(target, ExprContext::Store);
      break;
    default:
      fail();
  }
  stream_.advance();
  Expr* value = assigned_value();
  auto* out = node<AugAssignStmt>(start);
  out->target = target;
  out->op = op;
  out->value = value;
  return out;
}

Stmt* FastParser::return_statement() {
  const Position start = here();
  stream_.advance();
  Expr* value = at_statement_end() ? nullptr : star_expressions();
  auto* out = node<ReturnStmt>(start);
  out->value = value;
  return out;
}

Stmt* FastParser::raise_statement() {
  const Position start = here();
  stream_.advance();
  Expr* exception = nullptr;
  Expr* cause = nullptr;
  if (!at_statement_end()) {
    exception = expression();
    if (accept_keyword(Name::k_from)) cause = expression();
  }
  auto* out = node<RaiseStmt>(start);
  out->exc = exception;
  out->cause = cause;
  return out;
}

Stmt* FastParser::assert_statement() {
  const Position start = here();
  stream_.advance();
  Expr* test = expression();
  Expr* message = accept(TokenKind::Comma) ? expression() : nullptr;
  auto* out = node<AssertStmt>(start);
  out->test = test;
  out->msg = message;
  return out;
}

// 'del' del_target (',' del_target)* [','] &(';' | NEWLINE)
Stmt* FastParser::delete_statement() {
  const Position start = here();
  stream_.advance();
  ExprList targets(main_);
  do {
    Expr* target = primary();
    make_target(target, ExprContext::Del);
    targets.push(target);
  } while (accept(TokenKind::Comma) && !at_statement_end());
  auto* out = node<DeleteStmt>(start);
  out->targets = targets.copy_to(arena_);
  return out;
}

template <class T>
Stmt* FastParser::name_list_statement() {
  const Position start = here();
  stream_.advance();
  ArenaVector<Name> names(arena_);
  do {
    names.push_back(expect_identifier());
  } while (accept(TokenKind::Comma));
  auto* out = node<T>(start);
  out->names = names.span();
  return out;
}

}  // namespace ouro::syntax::fast
