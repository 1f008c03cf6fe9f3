// The lexer: decoded source to tokens, with CPython's tokenizer errors.
//
// It works on demand, one token a call, because CPython's does: which error a broken file gets depends on how
// far the parser had asked for tokens. It starts no line's work before the parser needs it.
#pragma once

#include <string>
#include <string_view>

#include "base/workspace.h"
#include "syntax/source.h"
#include "syntax/token.h"

namespace ouro::syntax {

/// Why the lexer stopped. CPython's tokenizer raises some errors itself (Raised) and only notes the others
/// for the parser; the difference shows where a parser that already has an error asks for the remaining
/// tokens.
enum class LexerFailure : uint8_t {
  None,
  Raised,
  EndOfFile,         // within brackets, or after a backslash at the end of the file
  Dedent,            // to a column that no block has
  Tabs,              // inconsistent tabs and spaces
  TooDeep,           // too many levels of indentation
  LineContinuation,  // something behind a backslash
  Undecodable,       // invalid UTF-8 in an identifier
};

/// Where the expression of an f-string stands: the line that its first line counts as, and what is added to
/// the columns of tokens on that line.
struct FStringOrigin {
  int line = 1;
  int column = 0;
};

class Lexer {
 public:
  static constexpr int kMaxIndents = 100;
  static constexpr int kMaxBrackets = 200;

  /// `source` and `workspace` must outlive the lexer. `warnings` may be null (then nothing is warned about).
  Lexer(Workspace& workspace, const SourceText& source, WarningSink* warnings);

  /// For the expression of an f-string: `source` is the parenthesised substring that CPython's f-string
  /// parser makes. Errors that CPython's parser words carry the prefix "f-string: ".
  Lexer(Workspace& workspace, const SourceText& source, WarningSink* warnings, FStringOrigin origin);

  /// From here on, comments `# type: ...` are tokens: TypeIgnore, whose text is what follows the word
  /// "ignore", or TypeComment, whose text is what follows the colon.
  void want_type_comments() { type_comments_ = true; }

  /// The next token. After EndMarker, EndMarker again; after Error, Error again.
  Token next();

  /// Scans tokens into [to, stop) as next() would, as long as they are plain ones; returns the end of what
  /// was written, which may be `to`.
  Token* scan_plain(Token* to, Token* stop);

  /// The error behind a TokenKind::Error token, as it is when the parser meets it while reading its input.
  const Diagnostic* error() const { return error_; }
  LexerFailure failure() const { return failure_; }
  /// The exception that is pending in CPython where a token after the parser's own error is Undecodable: the
  /// bare UnicodeDecodeError, without a place.
  const Diagnostic* bare_decode_error() const { return bare_decode_error_; }

  /// Open brackets at this point, for "'(' was never closed": depth, and of the innermost one its character,
  /// line and column (UTF-8 bytes).
  int bracket_depth() const { return bracket_depth_; }
  char bracket_character() const { return brackets_[bracket_depth_ - 1].character; }
  int bracket_line() const { return brackets_[bracket_depth_ - 1].line; }
  int bracket_column() const { return brackets_[bracket_depth_ - 1].column; }

  /// Whether something has been looked for behind the end of the text.
  bool reached_end() const {
    const bool sound = failure_ == LexerFailure::None || failure_ == LexerFailure::EndOfFile;
    return reached_end_ || (source_.ends_open && sound && cursor_ + 1 >= end_);
  }

  /// How many blocks are open.
  int indent_depth() const { return indent_depth_; }
  /// The line the lexer stands in, and how many bytes of it are read: what CPython's "current position"
  /// means.
  int line() const { return line_; }
  int column() const {
    const bool behind_text = source_.ends_open && cursor_ == end_ && cursor_ != line_start_;
    return static_cast<int>(cursor_ - line_start_) - behind_text;
  }
  /// The lines that the last token stands in, with their newlines.
  std::string_view lines() const;
  /// Byte offset in the text of the first byte not read yet.
  uint32_t offset() const { return static_cast<uint32_t>(cursor_ - begin_); }
  const FStringOrigin* fstring_origin() const { return is_fstring_ ? &origin_ : nullptr; }

  /// An error at a place, as CPython's parser makes it: `column` and `end_column` are UTF-8 bytes, 1-based;
  /// where the source declares its encoding they become characters of the line that is shown (end_column
  /// stays when it is 0 or -1). What line is shown depends on how far the lexer has read. In an f-string the
  /// message gets its prefix.
  const Diagnostic* error_at(ErrorType type, std::string_view message, int line, int column, int end_line,
                             int end_column);
  /// An error at a token, as CPython's parser makes it when it names no place: the last token it has read.
  const Diagnostic* error_at_token(ErrorType type, std::string_view message, const Token& token);
  /// "'(' was never closed", at the innermost open bracket.
  const Diagnostic* unclosed_bracket_error();

 private:
  struct Bracket {
    char character;
    int line;
    int column;
  };

  void start(const SourceText& source);
  bool begin_line(bool within_token);
  bool start_logical_line();
  bool measure_indent(int* column, int* alternate);
  bool change_indent(int column, int alternate);
  bool continue_line(bool within_token);
  bool at_type_comment() const;
  Token type_comment(const char* from);
  Token pending_indent();
  Token scan();
  Token end_of_input();
  Token open_end();

  struct PlainScan {
    const char* at;
    const char* line_start;
    int line;
  };
  bool scan_plain_token(PlainScan& scan, Token* to);
  bool scan_plain_name(const char* from, const char** end, Name* name);
  bool next_plain_line(const char* newline, PlainScan& scan);
  void put_plain(Token* to, TokenKind kind, Name name, const char* from, const char* end,
                 const PlainScan& scan) const;

  Token name_token(const char* from);
  Token any_name_token(const char* from);
  Token wide_name_token(const char* from);
  Token string_token(const char* from, const char* quote);
  const char* short_string_end(const char* at, char quote);
  const char* long_string_end(const char* at, char quote);
  const char* step_over_newline(const char* at);
  Token number_token(const char* from);
  const char* scan_number(const char* from);
  const char* scan_radix(const char* at, int radix);
  const char* scan_zero(const char* from);
  const char* scan_fraction(const char* at);
  const char* scan_exponent_or_end(const char* at);
  const char* scan_exponent(const char* at);
  const char* scan_digits(const char* at);
  bool end_number(const char* at, std::string_view kind);
  const char* number_error(const char* at, std::string_view message);
  Token maybe_equal(const char* from);
  Token operator_token(const char* from);
  Token open_bracket(const char* from, TokenKind kind);
  Token close_bracket(const char* from, TokenKind kind);
  Token mismatched_bracket(char closing, const Bracket& opening);
  Token unknown_character(const char* from);

  Token make(TokenKind kind, const char* from, const char* to);
  Token place_less(TokenKind kind) const;

  Token fail(LexerFailure failure);
  Token raise(std::string_view message) { return raise(message, -1, -1); }
  Token raise(std::string_view message, int offset, int end_offset);
  Token fail_undecodable(std::string_view identifier);
  Token fail_character(char32_t character, const char* behind);
  const Diagnostic* describe(LexerFailure failure, const Token& token);
  std::string_view shown_text(int line);
  const char* line_end() const;
  bool warn(std::string_view message);

  Workspace& workspace_;
  const SourceText& source_;
  WarningSink* warnings_;
  const char* begin_ = nullptr;
  const char* end_ = nullptr;         // behind the last newline
  const char* cursor_ = nullptr;      // the next byte to read
  const char* line_start_ = nullptr;  // of the line that cursor_ stands in
  const char* shown_start_ =
      nullptr;  // of the first line of the token being read: CPython shows text from here
  int line_ = 0;
  int column_shift_ = 0;  // added to columns, on the first line of an f-string's expression
  bool at_line_start_ = true;
  bool is_fstring_ = false;
  bool type_comments_ = false;
  bool blank_line_ = false;  // the type comment ahead stands alone on its line
  bool reached_end_ = false;
  int pending_indents_ = 0;  // negative: dedents
  int indent_depth_ = 0;
  int bracket_depth_ = 0;
  LexerFailure failure_ = LexerFailure::None;
  FStringOrigin origin_;
  const Diagnostic* error_ = nullptr;
  const Diagnostic* bare_decode_error_ = nullptr;
  int indents_[kMaxIndents];
  int alternate_indents_[kMaxIndents];  // with tabs one column wide
  Bracket brackets_[kMaxBrackets];
};

}  // namespace ouro::syntax
