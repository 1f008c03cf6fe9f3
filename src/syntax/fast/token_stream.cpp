#include "syntax/fast/token_stream.h"

#include <algorithm>
#include <new>

namespace ouro::syntax::fast {
namespace {

/// An identifier that becomes a soft keyword only by normalisation, which CPython takes for a mere name. (The
/// lexer gives those that become keywords other numbers.)
bool is_disguised_soft_keyword(const Token& token) {
  constexpr auto kFirst = static_cast<uint32_t>(Name::k_match);
  constexpr uint32_t kLengths[] = {5, 4, 1};
  static_assert(static_cast<uint32_t>(Name::k_case_) == kFirst + 1);
  static_assert(static_cast<uint32_t>(Name::k_underscore) == kFirst + 2);
  const uint32_t index = static_cast<uint32_t>(token.name) - kFirst;
  return index < 3 && token.kind == TokenKind::Name && token.end - token.start != kLengths[index];
}

}  // namespace

TokenStream::TokenStream(Arena& arena, Lexer& lexer)
    : arena_(arena), lexer_(lexer), batch_(lexer.fstring_origin() != nullptr ? kNestedBatch : kBatch) {
  errors_[0].kind = errors_[1].kind = TokenKind::Error;
  buffer_ = arena.make_span<Token>(batch_ * 2);
  current_ = end_ = buffer_.data();
}

void TokenStream::lex_batch() {
  if (fill_ + batch_ > buffer_.size()) grow();
  Token* to = buffer_.data() + fill_;
  Token* const stop = to + batch_;
  do {
    Token* const from = to;
    to = lexer_.scan_plain(to, stop);
    if (to != from) lexed_end_ = to[-1].end;
    if (to == stop) break;
    // Made in its place: a copy would wait for the lexer's small stores before its wide loads.
    Token& token = *new (to++) Token(lexer_.next());
    lexed_end_ = token.end;  // the lexer's next warning is placed behind it
    if (is_disguised_soft_keyword(token)) token.kind = TokenKind::Error;
    if (token.kind == TokenKind::EndMarker || token.kind == TokenKind::Error) break;
  } while (to != stop);
  fill_ = static_cast<size_t>(to - buffer_.data());
  end_ = to;
}

void TokenStream::grow() {
  const size_t index = static_cast<size_t>(current_ - buffer_.data());
  std::span<Token> bigger = arena_.make_span<Token>(buffer_.size() * 2);
  std::copy_n(buffer_.data(), fill_, bigger.data());
  buffer_ = bigger;
  current_ = buffer_.data() + index;
}

void TokenStream::refill() {
  if (poisoned_) {
    current_ = errors_;
    return;
  }
  if (holds_ == 0) {
    fill_ = 0;
    current_ = buffer_.data();
  }
  lex_batch();
}

void TokenStream::look_ahead() {
  if (poisoned_) {
    current_ = errors_;
    return;
  }
  if (holds_ == 0) {
    buffer_[0] = *current_;
    fill_ = 1;
    current_ = buffer_.data();
  }
  lex_batch();
}

TokenStream::Mark TokenStream::hold() {
  ++holds_;
  return {static_cast<size_t>(current_ - buffer_.data()), end_line_, end_column_};
}

void TokenStream::rewind(const Mark& mark) {
  poisoned_ = false;
  current_ = buffer_.data() + mark.index;
  end_ = buffer_.data() + fill_;
  end_line_ = mark.end_line;
  end_column_ = mark.end_column;
}

void TokenStream::poison() {
  poisoned_ = true;
  current_ = errors_;
  end_ = errors_ + 2;
}

}  // namespace ouro::syntax::fast
