// The machine that takes a source through the grammar; see machine.cpp.
#pragma once

#include <vector>

#include "base/workspace.h"
#include "syntax/ast.h"
#include "syntax/lexer.h"
#include "syntax/parser.h"
#include "syntax/reference/grammar.h"
#include "syntax/reference/value.h"
#include "syntax/strings.h"

namespace ouro::syntax::reference {

/// Where an error is, as CPython's parser counts before it speaks: lines from 1, columns in bytes from 0. -1
/// is a column that the token does not have; kHere is where the lexer stands.
struct Place {
  static constexpr int kHere = -5;
  int line = 0;
  int column = 0;
  int end_line = 0;
  int end_column = 0;
};

class Machine : private FStringExpressionParser {
 public:
  /// How deep rules may nest; deeper is a MemoryError.
  static constexpr int kMaxLevel = 6000;

  Machine(Workspace& workspace, const SourceText& source, Lexer& lexer, const ParseOptions& options);

  /// Both passes from a start rule. The value, or the error that CPython reports.
  Result<Value> run(uint32_t start_rule);

  // For actions.

  Workspace& workspace() { return workspace_; }
  const ParseOptions& options() const { return options_; }
  /// The `# type: ignore` comments met so far.
  std::span<TypeIgnore> type_ignores();
  /// For nodes and lists. The tree of the second pass is never used, so that pass has its own.
  Arena& arena() { return second_pass_ ? scratch_ : workspace_.arena; }
  /// The first error wins; later ones are dropped. Both return an empty value.
  Value raise(ErrorType type, std::string_view message, const Place& place);
  Value raise_at_last_token(ErrorType type, std::string_view message);
  Value raise_at(std::string_view message, const SourceRange& from, const SourceRange& to);
  Value raise(const Diagnostic* error);
  /// How many brackets are open behind the last token matched.
  int bracket_depth() const { return tokens_[mark_ - 1]->bracket_depth; }
  std::string_view text_of(const Token& token) const {
    return source_.text.substr(token.start, token.end - token.start);
  }
  /// The value of adjacent string tokens.
  Value concatenate(const Sequence& strings);

  Value list(std::span<const Value> items);

 private:
  struct Memo {
    uint32_t rule;
    uint32_t mark;  // behind what the rule matched
    Value value;
    Memo* next;
  };
  struct ParserToken {
    Token token;
    Name keyword = Name::none;
    int bracket_depth = 0;
    Memo* memo = nullptr;
    Expr* node = nullptr;  // of a name or a number, once asked for
  };

  /// A rule under way.
  struct Frame {
    const Rule* rule;
    uint32_t index;
    uint32_t start;       // where the rule began
    uint32_t end;         // behind what repetitions, or rounds of left recursion, have matched so far
    uint32_t item_start;  // where the current item began
    uint32_t alternative = 0;
    uint32_t item = 0;
    size_t base;            // the rule's first place in values_
    bool answered = false;  // the rule that the current item called is done
    bool cut = false;
    bool error_rules = false;  // error_rules_ as it was outside
    Value only;                // the last value that was not captured
    Value result;              // left recursion: the last round's
    Memo* memo = nullptr;      // left recursion: where a round finds it
  };

  Value drive(uint32_t index);
  void enter();
  bool call(uint32_t index, Value* value);
  bool advance(Frame& frame, Value* value, uint32_t* callee);
  bool accept(const Item& item, uint32_t item_start, const Value& value);
  void keep(Frame& frame, const Item& item, const Value& value);
  bool end_of_items(Frame& frame, Value* value);
  bool mismatch(Frame& frame, Value* value);
  bool first_alternative(Frame& frame);
  bool next_alternative(Frame& frame);
  bool finish_rule(Frame& frame, Value* value);
  bool continue_growing(Frame& frame, Value* value);
  bool grow(Frame& frame, Value* value);
  Value take_list(const Frame& frame);
  void forget_statement(Frame& frame);
  Value finish(const Alternative& alternative, uint32_t start, size_t base);
  static Value finish_plain(const Alternative& alternative, Value only);
  Value plain(const Item& item);
  Value forced(const Item& item);

  bool fetch();
  Token next_token();
  Name keyword_of(const Token& token);
  bool is_async_keyword(const Token& token);
  bool supports(const Alternative& alternative);
  ParserToken* token_here() { return mark_ < tokens_.size() || fetch() ? tokens_[mark_] : nullptr; }
  Value expect_token(TokenKind kind);
  Value expect_keyword(Name keyword);
  Value expect_name();
  Value expect_number();
  Value expect_soft_keyword(std::string_view word);
  Value expect_any_soft_keyword();
  Value name_node(ParserToken& token);

  bool recall(uint32_t rule, Value* value);
  void remember(uint32_t start, uint32_t rule, Value value);
  bool node_range(uint32_t start, SourceRange* range) const;

  void start_second_pass();
  void settle_error(const ParserToken* last_token);
  void check_rest_for_errors();
  bool has_more_statements() const;

  Result<Expr*> parse_expression(std::string_view parenthesised, int line_offset, int column_offset) override;
  int feature_version() const override { return options_.feature_version; }

  Workspace& workspace_;
  const SourceText& source_;
  Lexer& lexer_;
  const ParseOptions& options_;
  const Grammar& grammar_;
  Arena memos_;    // emptied after each statement of the file
  Arena scratch_;  // likewise
  std::vector<ParserToken*> tokens_;
  std::vector<Frame> frames_;
  std::vector<Value> values_;  // of the items matched so far, of every rule being tried
  uint32_t mark_ = 0;
  uint32_t memo_end_ = 0;  // behind the last token that something is remembered about
  int level_ = 0;
  bool second_pass_ = false;
  bool error_rules_ = false;  // in the second pass, but for quiet rules
  bool failed_ = false;       // no rule matches any more
  bool interactive_;
  bool line_open_ = false;
  // Before 3.7, `async` and `await` were keywords only in and before `async def`.
  bool in_async_def_ = false;
  bool async_def_line_ended_ = false;
  int async_def_indent_ = 0;
  std::vector<TypeIgnore> type_ignores_;
  const Diagnostic* error_ = nullptr;
};

}  // namespace ouro::syntax::reference
