// The fast parser: one token of lookahead, a switch per decision, no message.
//
// It is a recursive descent over CPython 3.11's grammar that has been made deterministic by hand:
//
//   - what may be an assignment target is parsed as an expression first and turned into a target when the
//   `=`,
//     `:` or operator behind it is seen (targets.cpp); the shapes allowed are exactly those of the grammar's
//     target rules;
//   - operators are parsed by precedence climbing in one loop (expressions.cpp), so an atom costs two or
//   three
//     calls, not the grammar's twenty;
//   - two places need more than a token of lookahead and are tried and taken back: a `match` that may be a
//     name (matching.cpp), and the parentheses after `with` (compound.cpp).
//
// Giving up is a state, not a return value: fail() poisons the token stream, so that every later token is an
// Error that fits nowhere, and returns a dummy node. All loops end at once and nobody has to look at results;
// the caller of the whole asks failed().
//
// Depth: CPython's parser gives up at 6000 nested rules, and so must this one, but the rules are not its own.
// enter() adds an upper bound of the rules that CPython needs for a nesting; where the bound reaches the
// limit, this parser gives up and the reference parser, which counts exactly, decides. The bound also keeps
// the C++ stack small. F-string expressions go on counting where the literal stands.
//
// Folding: most statements hold nothing that could be folded, and walking them to find that out costs as much
// as many another pass. The parser sees each place as it makes it, so it counts them, and a statement around
// none is marked as such. Only constants as written have to be counted as operands: what folding makes of an
// operand was counted with that operand.
//
// Positions: a node begins at its first token, parentheses included, and ends at the last token passed, so
// the start is taken before the operand is parsed and the end is kept by the token stream.
#pragma once

#include <vector>

#include "base/workspace.h"
#include "syntax/ast.h"
#include "syntax/fast/scratch.h"
#include "syntax/fast/token_stream.h"
#include "syntax/fast/warnings.h"
#include "syntax/lexer.h"
#include "syntax/parser.h"
#include "syntax/strings.h"

namespace ouro::syntax::fast {

/// What a parser shares with the parsers of its f-strings' expressions.
struct Scratch {
  ScratchStack main;   // expressions, statements, and other single lists
  ScratchStack other;  // the second list of constructs that build two at a time
  std::vector<CompareOperator> compare_operators;
  std::string path;  // dotted names
};

class FastParser final : public FStringExpressionParser {
 public:
  /// `log` is null when nobody wants warnings.
  FastParser(Workspace& workspace, Scratch& scratch, const SourceText& source, WarningLog* log);

  /// null when the source is not accepted.
  Module* parse_module(ModuleKind kind);
  /// The expression of an f-string's replacement field; null when it is not accepted.
  Expr* parse_fstring_expression();

  Result<Expr*> parse_expression(std::string_view parenthesised, int line_offset, int column_offset) override;

 private:
  /// For an f-string's expression; `depth` is what the surrounding parsers have used.
  FastParser(Workspace& workspace, Scratch& scratch, const SourceText& source, WarningLog* log,
             const FStringOrigin& origin, int depth);
  void start();

  using ExprList = ScratchList<Expr>;
  using StmtList = ScratchList<Stmt>;

  // Upper bounds of CPython's nested grammar rules.
  static constexpr int kMaxDepth = 5900;
  static constexpr int kStatementDepth = 30;
  static constexpr int kBlockDepth = 14;
  static constexpr int kBracketDepth = 45;
  static constexpr int kOperandDepth = 3;
  static constexpr int kLambdaDepth = 15;

  // Operator levels, loosest first. Zero is "no operator".
  enum Level : uint8_t {
    kNone,
    kOr,
    kAnd,
    kNot,
    kComparison,
    kBitOr,
    kBitXor,
    kBitAnd,
    kShift,
    kSum,
    kTerm,
  };

  // --- Tokens (fast_parser.cpp)
  bool at(TokenKind kind) const { return stream_.kind() == kind; }
  bool at_keyword(Name name) const {
    return stream_.kind() == TokenKind::Name && stream_.current().name == name;
  }
  bool at_identifier() const {
    return stream_.kind() == TokenKind::Name && !is_keyword(stream_.current().name);
  }
  bool accept(TokenKind kind) {
    if (!at(kind)) return false;
    stream_.advance();
    return true;
  }
  bool accept_keyword(Name name) {
    if (!at_keyword(name)) return false;
    stream_.advance();
    return true;
  }
  void expect(TokenKind kind) {
    if (!accept(kind)) fail();
  }
  void expect_keyword(Name name) {
    if (!accept_keyword(name)) fail();
  }
  void expect_blank(TokenKind kind) {
    if (at(kind)) {
      stream_.advance_blank();
    } else {
      fail();
    }
  }
  Name expect_identifier();
  bool at_statement_end() const { return at(TokenKind::Newline) || at(TokenKind::Semicolon); }
  Position here() const { return stream_.position(); }

  Expr* fail() {
    stream_.poison();
    return &dummy_expr_;
  }
  Pattern* fail_pattern() {
    stream_.poison();
    return &dummy_pattern_;
  }
  bool failed() const { return stream_.poisoned(); }

  void enter(int rules) {
    depth_ += rules;
    if (depth_ > kMaxDepth) [[unlikely]]
      fail();
  }
  void leave(int rules) { depth_ -= rules; }

  template <class T>
  T* node(Position start) {
    return new_node<T>(arena_, stream_.range_from(start));
  }
  Expr* constant(const Constant* value, Position start);

  // --- What constant folding may find (folding.cpp)
  struct FoldMark {
    uint32_t foldable;
    uint32_t offset;
  };
  FoldMark fold_mark() const { return {foldable_, stream_.current().start}; }
  Stmt* note_folding(Stmt* statement, const FoldMark& mark) const;
  static bool all_constant(std::span<Expr* const> items);
  static bool is_display(const Expr* iterable) {
    return iterable->kind == ExprKind::List || iterable->kind == ExprKind::Set;
  }
  static bool is_constant(const Expr* expr) { return expr->kind == ExprKind::Constant; }
  void may_fold(bool foldable) { foldable_ += foldable; }

  // --- Statements (statements.cpp)
  void statement(StmtList& out);
  void simple_statements(StmtList& out);
  Stmt* simple_statement();
  Stmt* keyword_statement(Name keyword);
  Stmt* expression_statement();
  Stmt* assignment(Expr* first, Position start);
  Stmt* annotated_assignment(Expr* target, bool starts_with_name, Position start);
  Stmt* augmented_assignment(Expr* target, BinaryOperator op, Position start);
  Expr* assigned_value();
  Stmt* return_statement();
  Stmt* raise_statement();
  Stmt* assert_statement();
  Stmt* delete_statement();
  template <class T>
  Stmt* name_list_statement();

  // --- Imports (imports.cpp)
  Stmt* import_statement();
  Stmt* import_from_statement();
  Alias* dotted_alias();
  Alias* plain_alias();
  Name dotted_name();

  // --- Compound statements (compound.cpp, definitions.cpp)
  Stmt* compound_statement(Name keyword);
  Stmts block();
  Stmts else_block();
  Stmt* if_statement();
  Stmt* while_statement();
  Stmt* for_statement(Position start, bool is_async);
  Stmt* with_statement(Position start, bool is_async);
  bool parenthesised_with_items(ScratchList<WithItem>& items);
  WithItem* with_item();
  Stmt* try_statement();
  ExceptHandler* except_handler(bool star);
  Stmt* async_statement();
  Stmt* decorated();
  Stmt* function_definition(Position start, bool is_async, Exprs decorators);
  Stmt* class_definition(Exprs decorators);

  // --- Parameters (parameters.cpp)
  struct ParameterLists;
  Arguments* parameters(TokenKind terminator);
  void positional_parameter(ParameterLists& lists);
  void star_parameters(ParameterLists& lists);
  bool parameter_separator(TokenKind terminator);
  Arg* parameter(bool annotations, bool star_annotation);
  Expr* default_value();

  // --- Expressions (expressions.cpp)
  Expr* expressions();
  Expr* star_expressions();
  Expr* star_expression();
  Expr* star_named_expression();
  Expr* named_expression();
  Expr* expression();
  bool at_lone_atom();
  Expr* disjunction() { return operators(kOr); }
  Expr* bitwise_or() { return operators(kBitOr); }
  Expr* operators(Level minimum);
  Expr* operator_chain(Expr* left, Position start, Level minimum);
  Expr* bool_operation(Expr* first, Position start, Level level);
  Expr* comparison(Expr* left, Position start);
  CompareOperator compare_operator();
  Level level_of_current();
  Expr* factor();
  Expr* primary();
  Expr* lambda();
  Expr* yield_expression();
  Expr* rest_of_tuple(Expr* first, Position start);

  // --- Atoms and what stands in brackets (atoms.cpp, arguments.cpp)
  Expr* atom();
  Expr* keyword_atom(Name keyword);
  Expr* number();
  Expr* strings();
  Expr* parenthesised();
  Expr* list_display();
  Expr* brace_display();
  Expr* set_display(Expr* first, Position start);
  Expr* dict_display(Position start);
  Expr* first_dict_pair(Expr* key, Position start);
  void dict_item(ExprList& items);
  Expr* finish_dict(ExprList& items, Position start);
  Comprehensions comprehension_clauses();
  Comprehension* comprehension_clause();
  bool at_comprehension();
  Expr* subscript(Expr* value, Position start);
  Expr* slice();
  struct CallParts {
    Exprs args;
    Keywords keywords;
    bool closed = false;
  };
  Expr* call(Expr* function, Position start);
  CallParts call_arguments(Position bracket);
  Exprs generator_argument(Expr* element, Position bracket);
  Keyword* keyword_argument();

  // --- Targets (targets.cpp)
  void make_target(Expr* expr, ExprContext context);
  Expr* star_targets();
  Expr* star_target();

  // --- Match statement (matching.cpp, patterns.cpp)
  Stmt* match_statement();
  bool may_start_match();
  Expr* match_subject();
  MatchCase* match_case();
  using PatternList = ScratchList<Pattern>;
  Pattern* open_pattern();
  Pattern* pattern();
  Pattern* or_pattern();
  Pattern* closed_pattern();
  Pattern* maybe_star_pattern();
  Pattern* star_pattern();
  void sequence_items(PatternList& items, TokenKind terminator);
  Pattern* parenthesised_pattern();
  Pattern* bracketed_pattern();
  Pattern* mapping_pattern();
  Pattern* class_pattern(Expr* cls, Position start);
  Pattern* name_pattern();
  Pattern* value_pattern(Expr* value, Position start);
  Name capture_name();
  Expr* literal_number();
  Expr* attribute_path();
  Expr* mapping_key();

  Workspace& workspace_;
  Arena& arena_;
  const SourceText& source_;
  WarningLog* log_;
  Lexer lexer_;
  TokenStream stream_;
  ScratchStack& main_;
  ScratchStack& other_;
  Scratch& scratch_;
  int depth_;
  bool nested_;
  uint32_t foldable_ = 0;  // places met that constant folding may change
  NameExpr dummy_expr_;
  MatchAsPattern dummy_pattern_;
};

}  // namespace ouro::syntax::fast
