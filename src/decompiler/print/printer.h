// The walk over the tree: nodes to tokens. Methods stand in the files of this folder by topic.
#pragma once

#include <string>

#include "decompiler/print/comments.h"
#include "decompiler/print/print.h"
#include "decompiler/print/tokens.h"

namespace ouro::decompiler {

/// What may stand at a place without parentheses: a level of precedence and, in the bits above, the kinds of
/// expressions that only some places allow.
enum Level : uint32_t {
  kTest,  // if-else, lambda
  kOr,
  kAnd,
  kNot,
  kComparison,
  kBitOr,
  kBitXor,
  kBitAnd,
  kShift,
  kArithmetic,
  kTerm,
  kFactor,
  kPower,
  kAwait,
  kAtom,
  kLevelMask = 0xFF,
  kNamedOk = 0x100,
  kTupleOk = 0x200,
  kYieldOk = 0x400,
  kBare = 0x1000,   // parentheses would mean something else
  kListOk = 0x800,  // a constant tuple may be written as a list
  kAnything = kTest | kNamedOk | kTupleOk | kYieldOk,
};

constexpr Level above(Level level) {
  return static_cast<Level>(level + 1);
}
constexpr Level operator|(Level a, Level b) {
  return static_cast<Level>(static_cast<uint32_t>(a) | static_cast<uint32_t>(b));
}
constexpr Level base(Level level) {
  return static_cast<Level>(level & kLevelMask);
}

/// A constant's text.
struct Spelling {
  std::string_view text;
  std::string_view less;  // shorter, where the width is not known; may be empty
  Level level = kAtom;
};

class Printer {
 public:
  Printer(Workspace& workspace, const PrintOptions& options)
      : workspace_(workspace), options_(options), filling_(options.filling) {}

  Result<std::string> module(const syntax::Module& module);

 private:
  using Expr = syntax::Expr;
  using Stmt = syntax::Stmt;
  using Pattern = syntax::Pattern;
  friend class FStringWriter;

  // --- tokens.cpp: the list of tokens
  void put(std::string_view text, uint32_t flags = 0);
  void put_name(Name name, uint32_t flags = 0) { put(workspace_.names.text(name), flags); }
  /// The last token's end, if its place is not known yet.
  void end_at(const Place& end);
  std::string_view keep(std::string_view text) { return texts_.copy(text); }
  void separate(bool* first);
  bool too_deep();

  // --- expressions.cpp
  void expression(const Expr* e, Level level, Place end = {});
  void expression_spaced(const Expr* e, Level level, const Place& end = {});
  void inner(const Expr* e, Level level, const Place& end);
  void named(const syntax::NamedExprExpr* e, const Place& end);
  void bool_op(const syntax::BoolOpExpr* e, const Place& end);
  void bin_op(const syntax::BinOpExpr* e, const Place& end);
  void unary_op(const syntax::UnaryOpExpr* e, const Place& end);
  void compare(const syntax::CompareExpr* e, const Place& end);
  void conditional(const syntax::IfExpExpr* e, const Place& end);
  void lambda(const syntax::LambdaExpr* e, const Place& end);
  void yield(const syntax::YieldExpr* e, const Place& end);
  void call(const syntax::CallExpr* e, const Place& end);
  void call_arguments(syntax::Exprs args, syntax::Keywords keywords);
  static bool later_all_starred(syntax::Exprs args, const Expr* from);
  void attribute(const syntax::AttributeExpr* e, const Place& end);
  void subscript(const syntax::SubscriptExpr* e, const Place& end);
  void slice(const syntax::SliceExpr* e, const Place& end);
  static bool ends_with_colon(const syntax::SliceExpr* e, const Place& start, const Place& end);
  void starred(const Expr* e, Level level, const Place& end);
  /// A value at depth 0: parentheses around it save backslashes.
  void value(const Expr* e, Level level, const Place& end = {});

  // --- displays.cpp
  void items(syntax::Exprs list, Level level);
  void tuple(const syntax::TupleExpr* e, Level level, const Place& end);
  void dict(const syntax::DictExpr* e, const Place& end);
  void clauses(syntax::Comprehensions generators);
  void display(std::string_view open, syntax::Exprs elements, std::string_view close, const Place& end);
  template <class Node>
  void comprehension(std::string_view open, const Node& node, std::string_view close, const Place& end) {
    put(open, kOpen);
    expression(node.elt, kTest | kNamedOk);
    clauses(node.generators);
    put(close, kClose);
    end_at(end);
  }
  void dict_comprehension(const syntax::DictCompExpr* e, const Place& end);

  // --- constants.cpp
  void constant(const syntax::ConstantExpr* e, Level level, Place end);
  void sequence_constant(const Constant& value, const syntax::SourceRange& range, Level level,
                         const Place& end);
  void constant_token(const Constant& value, uint32_t flags);
  bool repeated_sequence(const Constant& value, Level level, const Place& end);
  std::vector<const Constant*> insertion_order(const Constant& set);
  bool tuple_sum(const Constant& value, Level level, const Place& end);
  Spelling spell_in_fstring(const Constant& value, int64_t width);
  std::string shortest_item(const Constant& value);
  std::string shortest_sequence(const Constant& value);
  Spelling spell(const Constant& value, const syntax::SourceRange& range, Level level = kTest);
  size_t least_width(const Constant& value);
  void string_lines(const Constant& value, const syntax::SourceRange& range, const Place& end);
  void string_pieces(std::string_view text, bool bytes, const syntax::SourceRange& range, const Place& end);

  // --- fstrings.cpp
  void joined_string(const Expr* e, Level level, const Place& end);
  void percent_format(const syntax::JoinedStrExpr* e, const Place& end);
  std::string inline_text(const Expr* e, const Place& at, char quote, bool triple);
  std::string quoted_for_fstring(std::string_view text, bool bytes);

  // --- statements.cpp
  void suite(syntax::Stmts list, int32_t parent_indent, const Place& end);
  void body(syntax::Stmts list, int32_t parent_indent, const Place& end, bool may_be_docstring);
  void statement(const Stmt* s, const Place& end);
  void simple_statement(const Stmt* s, const Place& end);
  void begin(std::string_view keyword, const Place& start, uint32_t flags = 0);
  /// Marks the tokens from `first` on as a statement: its line is that of the first token that knows one.
  void mark_statement(size_t first);
  int32_t last_line(size_t end) const;
  Place line_of_header() const;
  void expect_start(const Place& first_expression);
  int32_t suite_indent(syntax::Stmts list, int32_t parent_indent) const;
  void clause(std::string_view keyword, syntax::Stmts list, int32_t indent, const Place& end);
  static int32_t count_newlines(const Token& token);
  void expression_statement(const syntax::ExprStmt* s, const Place& end);
  void docstring(const syntax::ConstantExpr* e, const Place& end);
  void put_dotted(Name name, uint32_t flags);
  void assign(const syntax::AssignStmt* s, const Place& end);
  void augmented_assign(const syntax::AugAssignStmt* s, const Place& end);
  void annotated_assign(const syntax::AnnAssignStmt* s, const Place& end);
  void return_statement(const syntax::ReturnStmt* s, const Place& end);
  void delete_statement(const syntax::DeleteStmt* s, const Place& end);
  void raise(const syntax::RaiseStmt* s, const Place& end);
  void assertion(const syntax::AssertStmt* s, const Place& end);
  void import(const syntax::ImportStmt* s, const Place& end);
  void import_from(const syntax::ImportFromStmt* s, const Place& end);
  void names(std::string_view keyword, syntax::Names list, const Stmt* s, const Place& end);

  // --- compound.cpp
  void compound_statement(const Stmt* s, const Place& end);
  void if_statement(const syntax::IfStmt* s, const Place& end, bool elif);
  void while_loop(const syntax::WhileStmt* s, const Place& end);
  template <class Loop>
  void for_loop(const Loop* s, std::string_view keyword, const Place& end);
  template <class With>
  void with(const With* s, std::string_view keyword, const Place& end);
  void with_items(syntax::WithItems list);
  template <class Try>
  void try_statement(const Try* s, std::string_view except, const Place& end);
  template <class Function>
  void function(const Function* s, std::string_view keyword, const Place& end);
  void definition_body(const Stmt* s, syntax::Stmts list, size_t first, const Place& end);
  void class_definition(const syntax::ClassDefStmt* s, const Place& end);
  void decorators(syntax::Exprs list);
  void parameters(const syntax::Arguments* args);
  void parameter(const syntax::Arg* arg, bool is_star);

  // --- patterns.cpp
  void match(const syntax::MatchStmt* s, const Place& end);
  void match_case(const syntax::MatchCase* c, int32_t indent, const Place& end);
  void pattern(const Pattern* p, int level, const Place& end);
  void pattern_inner(const Pattern* p, int level, const Place& end);
  void pattern_list(syntax::Patterns list);
  void sequence_pattern(const syntax::MatchSequencePattern* p, int level, const Place& end);
  void mapping_pattern(const syntax::MatchMappingPattern* p, const Place& end);
  void class_pattern(const syntax::MatchClassPattern* p, const Place& end);

  /// Whether so many bytes may be spent on filling a place.
  bool afford(int64_t bytes);
  LayoutResources resources();
  bool plausible(const syntax::SourceRange& range, size_t size);

  Workspace& workspace_;
  const PrintOptions& options_;
  int searches_ = 2000;  // that may be made for short spellings
  int64_t filling_;      // bytes that places may cost
  Arena texts_;
  Tokens tokens_;
  std::vector<CommentRegion> regions_;
  Place pending_;              // where the next token must begin
  bool space_ = false;         // the next token wants a space before it
  int brackets_ = 0;           // that are open
  int depth_ = 0;              // of the recursion
  size_t bare_at_ = SIZE_MAX;  // no parenthesis may be this token unless precedence asks for it
  bool literal_only_ = false;  // in a pattern: no expressions for constants
  bool squeeze_ = false;       // in a constant tuple: the least text
  char forbidden_quote_ = 0;   // in the expression of an f-string: its quote
  // Of the statement that is being printed.
  int32_t indent_ = 0;
  uint32_t statement_flags_ = 0;
  size_t suite_size_ = 0;
  bool docstring_ = false;                // the next statement is a function's or class's docstring
  const Stmt* next_statement_ = nullptr;  // behind the docstring
  const Diagnostic* error_ = nullptr;
};

/// Where the first token of an expression stands, as far as its nodes know.
Place first_place(const syntax::Expr* e);
/// The first line that a statement is known to be on, and its column where the statement's own range says it.
Place statement_place(const syntax::Stmt* s, bool* reliable);

/// Whether folding made an f-string of `'...' % (...)`, by its ranges.
bool is_percent_format(const syntax::JoinedStrExpr* e);
/// Whether a suite of these statements may stand on its header's line.
bool may_be_inline(syntax::Stmts list);

}  // namespace ouro::decompiler
