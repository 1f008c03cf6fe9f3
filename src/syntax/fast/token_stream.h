// The fast parser's view of the lexer: a small buffer that is filled in batches and used again from its
// start, unless somebody holds a place in it to come back to.
#pragma once

#include "base/workspace.h"
#include "syntax/lexer.h"

namespace ouro::syntax::fast {

/// Where a node begins.
struct Position {
  int32_t line;
  int32_t column;
};

class TokenStream {
 public:
  TokenStream(Arena& arena, Lexer& lexer);

  /// Reads the first tokens; before anything else.
  void start() { lex_batch(); }

  const Token& current() const { return *current_; }
  TokenKind kind() const { return current_->kind; }
  Position position() const { return {current_->range.line, current_->range.column}; }

  /// The token after the current one.
  const Token& peek() {
    if (current_ + 1 == end_) [[unlikely]]
      look_ahead();
    return current_[1];
  }

  /// Goes past a token that counts for the end of the node it is in.
  void advance() {
    end_line_ = current_->range.end_line;
    end_column_ = current_->range.end_column;
    advance_blank();
  }
  /// Goes past a line end, an indentation or a dedentation: no node ends there.
  void advance_blank() {
    if (++current_ == end_) [[unlikely]]
      refill();
  }

  /// From `start` to the end of the last token passed that was not blank.
  SourceRange range_from(Position start) const { return {start.line, start.column, end_line_, end_column_}; }

  /// A place to rewind to. While any is held the buffer keeps every token; release() in reverse order.
  struct Mark {
    size_t index;
    int32_t end_line;
    int32_t end_column;
  };
  Mark hold();
  void rewind(const Mark& mark);
  void release() { --holds_; }

  /// Makes every later token an Error, until a rewind.
  void poison();
  bool poisoned() const { return poisoned_; }

  /// The offset in the source of the end of the last token lexed.
  uint32_t lexed_end() const { return lexed_end_; }

 private:
  static constexpr size_t kBatch = 128;
  static constexpr size_t kNestedBatch = 16;

  void refill();
  void look_ahead();
  void lex_batch();
  void grow();

  Arena& arena_;
  Lexer& lexer_;
  const Token* current_;
  const Token* end_;
  int32_t end_line_ = 1;
  int32_t end_column_ = 0;
  std::span<Token> buffer_;
  size_t fill_ = 0;
  size_t batch_;
  int holds_ = 0;
  bool poisoned_ = false;
  uint32_t lexed_end_ = 0;
  Token errors_[2];
};

}  // namespace ouro::syntax::fast
