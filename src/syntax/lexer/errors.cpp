// From a failure to CPython's words for it, and to the line and columns that it would show.
//
// CPython has two ways to place an error. The tokenizer's own errors count characters up to where it has
// read, in the current line. Those that its parser words (also about failures of the tokenizer) count bytes
// of a line and turn them into characters of the text that is shown; and what is shown depends on how far the
// tokenizer has read: its buffer (the current line with its newline, or all lines of the current token) when
// the error is there, else the line alone; or, when the source is a file, that file's line. Undecodable bytes
// are shown as U+FFFD.
#include <cstring>

#include "base/unicode.h"
#include "syntax/lexer.h"
#include "syntax/lexer/file_line.h"
#include "syntax/lexer/shown_text.h"

namespace ouro::syntax {

/// The end of the line that the lexer stands in, behind its newline.
const char* Lexer::line_end() const {
  if (line_start_ == end_) return end_;
  return static_cast<const char*>(std::memchr(line_start_, '\n', end_ - line_start_)) + 1;
}

std::string_view Lexer::lines() const {
  return {shown_start_, static_cast<size_t>(line_end() - shown_start_)};
}

Token Lexer::fail(LexerFailure failure) {
  const Token token = place_less(TokenKind::Error);
  error_ = describe(failure, token);
  failure_ = failure;
  return token;
}

Token Lexer::raise(std::string_view message, int offset, int end_offset) {
  const std::string_view read(line_start_, static_cast<size_t>(cursor_ - line_start_));
  const char* newline = static_cast<const char*>(std::memchr(line_start_, '\n', end_ - line_start_));
  const std::string_view line(line_start_, static_cast<size_t>(newline - line_start_));

  Diagnostic error;
  error.message = workspace_.arena.copy(message);
  error.line = error.end_line = line_;
  error.offset = offset >= 0 ? offset : count_shown_characters(read);
  error.end_offset = end_offset >= 0 ? end_offset : error.offset;
  error.has_text = true;
  error.text = replace_undecodable(workspace_.arena, line);
  error_ = workspace_.arena.make<Diagnostic>(error);
  failure_ = LexerFailure::Raised;
  return place_less(TokenKind::Error);
}

Token Lexer::fail_undecodable(std::string_view identifier) {
  const Utf8Error where = *find_utf8_error(identifier);
  const std::string message = utf8_error_message(identifier, where);
  bare_decode_error_ = workspace_.error(ErrorType::UnicodeDecodeError, message);
  return fail(LexerFailure::Undecodable);
}

const Diagnostic* Lexer::describe(LexerFailure failure, const Token& token) {
  switch (failure) {
    case LexerFailure::EndOfFile:
      if (bracket_depth_ != 0) return unclosed_bracket_error();
      return error_at_token(ErrorType::SyntaxError, "unexpected EOF while parsing", token);
    case LexerFailure::Dedent:
      return error_at_token(ErrorType::IndentationError,
                            "unindent does not match any outer indentation level", token);
    case LexerFailure::Tabs:
      return error_at(ErrorType::TabError, "inconsistent use of tabs and spaces in indentation", line_, 1,
                      line_, 0);
    case LexerFailure::TooDeep:
      return error_at(ErrorType::IndentationError, "too many levels of indentation", line_, 1, line_, 0);
    case LexerFailure::LineContinuation:
      return error_at(ErrorType::SyntaxError, "unexpected character after line continuation character", line_,
                      static_cast<int>(cursor_ - shown_start_), line_, 0);
    case LexerFailure::Undecodable:
      return error_at_token(ErrorType::SyntaxError,
                            "(unicode error) " + std::string(bare_decode_error_->message), token);
    case LexerFailure::None:
    case LexerFailure::Raised:
      break;
  }
  return error_;
}

const Diagnostic* Lexer::unclosed_bracket_error() {
  std::string message = "'";
  message += bracket_character();
  message += "' was never closed";
  return error_at(ErrorType::SyntaxError, message, bracket_line(), bracket_column() + 1, bracket_line(), 0);
}

const Diagnostic* Lexer::error_at_token(ErrorType type, std::string_view message, const Token& token) {
  int column = token.range.column + 1;
  if (token.range.column == -1) column = cursor_ == shown_start_ ? 0 : this->column();
  const int end_column = token.range.end_column == -1 ? -1 : token.range.end_column + 1;
  return error_at(type, message, token.range.line, column, token.range.end_line, end_column);
}

const Diagnostic* Lexer::error_at(ErrorType type, std::string_view message, int line, int column,
                                  int end_line, int end_column) {
  Diagnostic error;
  error.type = type;
  error.has_text = true;
  error.text = shown_text(line);
  if (is_fstring_) {
    column -= origin_.column;
    end_column -= origin_.column;
  }
  error.message = is_fstring_ ? workspace_.arena.copy("f-string: " + std::string(message))
                              : workspace_.arena.copy(message);
  error.line = line;
  error.end_line = end_line;
  error.offset = column;
  error.end_offset = end_column;
  if (source_.declares_encoding) {
    error.offset = characters_of_bytes(error.text, column);
    if (end_column > 0) error.end_offset = characters_of_bytes(error.text, end_column);
  }
  return workspace_.arena.make<Diagnostic>(error);
}

/// The text that CPython shows for an error in this line.
std::string_view Lexer::shown_text(int line) {
  if (!is_fstring_) {
    if (const auto text = line_of_file(workspace_, source_, line)) return *text;
  }
  const char* read_end = line_ == 0 ? begin_ : line_end();
  if (source_.ends_open && read_end == end_ && read_end != begin_) --read_end;
  if (line_ <= line && read_end > shown_start_)
    return replace_undecodable(workspace_.arena,
                               {shown_start_, static_cast<size_t>(read_end - shown_start_)});
  const char* at = begin_;
  for (int left = is_fstring_ ? line - origin_.line : line - 1; left > 0; --left) {
    const auto* newline = static_cast<const char*>(std::memchr(at, '\n', end_ - at));
    if (newline == nullptr || newline + 1 > read_end) break;
    at = newline + 1;
  }
  const auto* newline = at == end_ ? end_ : static_cast<const char*>(std::memchr(at, '\n', end_ - at));
  return replace_undecodable(workspace_.arena, {at, static_cast<size_t>(newline - at)});
}

}  // namespace ouro::syntax
