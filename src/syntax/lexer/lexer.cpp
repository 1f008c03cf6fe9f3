// The lexer proper: lines, indentation, names, brackets and operators.
//
// The text always ends in a newline (decode_source sees to that, the constructor to the rest), so every loop
// over a token's bytes stops at a newline at the latest, and the end of the text is looked for at the start
// of a line and nowhere else. A token is scanned once, by table; a name is interned from the text itself.
//
// Lines count when their first byte is about to be read, not when the newline before it is: at the end of the
// file the lexer still stands in the last line, and the places of the closing Dedent and EndMarker tokens,
// and of errors there, follow from that. `line_start_` is where the columns of the current line count from.
// `shown_start_` lags behind it where a token reaches over several lines: CPython keeps such a token in its
// buffer and shows the whole of it as the text of an error.
//
// Indentation is measured twice, with tab stops of eight and of one; the two must agree on what is deeper.
// Within brackets it means nothing. Blank lines and lines with only a comment give no token at all.
//
// Strings stand in strings.cpp, numbers in numbers.cpp, names beyond ASCII in wide_names.cpp, and what
// becomes of a failure in errors.cpp.
#include "syntax/lexer.h"

#include <cstring>
#include <utility>

#include "syntax/lexer/characters.h"
#include "syntax/lexer/identifier.h"

namespace ouro::syntax {

Lexer::Lexer(Workspace& workspace, const SourceText& source, WarningSink* warnings)
    : workspace_(workspace), source_(source), warnings_(warnings) {
  start(source);
}

Lexer::Lexer(Workspace& workspace, const SourceText& source, WarningSink* warnings, FStringOrigin origin)
    : workspace_(workspace), source_(source), warnings_(warnings), is_fstring_(true), origin_(origin) {
  start(source);
  line_ = origin.line - 1;
}

void Lexer::start(const SourceText& source) {
  std::string_view text = source.text;
  if (text.empty() || text.back() != '\n') {
    auto copy = workspace_.arena.make_span<char>(text.size() + 1);
    if (!text.empty()) std::memcpy(copy.data(), text.data(), text.size());
    copy.back() = '\n';
    text = {copy.data(), copy.size()};
  }
  begin_ = cursor_ = line_start_ = shown_start_ = text.data();
  end_ = begin_ + text.size();
  if (source.ends_open && text.size() == 1) end_ = begin_;  // no line at all
  indents_[0] = alternate_indents_[0] = 0;
}

Token Lexer::next() {
  if (failure_ != LexerFailure::None) [[unlikely]]
    return place_less(TokenKind::Error);
  if (at_line_start_ && !start_logical_line()) [[unlikely]]
    return place_less(TokenKind::Error);
  if (pending_indents_ != 0) return pending_indent();
  return scan();
}

Token Lexer::make(TokenKind kind, const char* from, const char* to) {
  cursor_ = to;
  Token token;
  token.kind = kind;
  token.start = static_cast<uint32_t>(from - begin_);
  token.end = static_cast<uint32_t>(to - begin_);
  token.range = {line_, column_shift_ + static_cast<int32_t>(from - line_start_), line_,
                 column_shift_ + static_cast<int32_t>(to - line_start_)};
  return token;
}

Token Lexer::place_less(TokenKind kind) const {
  Token token;
  token.kind = kind;
  token.start = token.end = offset();
  token.range = {line_, column_shift_ - 1, line_, column_shift_ - 1};
  return token;
}

Token Lexer::pending_indent() {
  const bool dedent = pending_indents_ < 0;
  pending_indents_ += dedent ? 1 : -1;
  return place_less(dedent ? TokenKind::Dedent : TokenKind::Indent);
}

Token Lexer::end_of_input() {
  reached_end_ = true;
  if (bracket_depth_ != 0) return fail(LexerFailure::EndOfFile);
  return place_less(TokenKind::EndMarker);
}

/// The end of a text that ends within a line: blocks are closed behind it.
Token Lexer::open_end() {
  cursor_ = end_;
  at_line_start_ = true;
  return end_of_input();
}

// ---------------------------------------------------------------------------------------------- lines

/// Steps into the line at the cursor; false at the end of the text.
bool Lexer::begin_line(bool within_token) {
  if (cursor_ == end_) {
    reached_end_ = true;
    return false;
  }
  ++line_;
  line_start_ = cursor_;
  if (!within_token) shown_start_ = cursor_;
  if (is_fstring_) [[unlikely]]
    column_shift_ = line_ == origin_.line ? origin_.column : 0;
  return true;
}

/// From the start of a line to the first line that has a token, and to that token. False: an error.
bool Lexer::start_logical_line() {
  at_line_start_ = false;
  for (;;) {
    int column = 0;
    int alternate = 0;
    if (begin_line(false)) {
      const char* at = cursor_;
      while (*at == ' ') ++at;
      column = alternate = static_cast<int>(at - cursor_);
      cursor_ = at;
      if (*at == '\t' || *at == '\f' || *at == '\\') [[unlikely]] {
        if (!measure_indent(&column, &alternate)) return false;
      }
      if (type_comments_ && at_type_comment()) [[unlikely]] {
        blank_line_ = true;
        return true;
      }
      if (*cursor_ == '#') cursor_ = static_cast<const char*>(std::memchr(cursor_, '\n', end_ - cursor_));
      if (*cursor_ == '\n') {
        ++cursor_;
        continue;
      }
    }
    return bracket_depth_ != 0 || change_indent(column, alternate);
  }
}

/// The general case of the white space before a line's first token: tabs, form feeds, continued lines. The
/// spaces up to the cursor are counted already. A line continued within its indentation keeps the indentation
/// before the first backslash.
bool Lexer::measure_indent(int* column, int* alternate) {
  constexpr int kTabSize = 8;
  int continued_column = 0;
  for (;;) {
    switch (*cursor_) {
      case ' ':
        ++*column;
        ++*alternate;
        break;
      case '\t':
        *column = (*column / kTabSize + 1) * kTabSize;
        ++*alternate;
        break;
      case '\f':
        *column = *alternate = 0;
        break;
      case '\\':
        if (continued_column == 0) continued_column = *column;
        if (!continue_line(false)) return false;
        continue;
      default:
        if (continued_column != 0) *column = *alternate = continued_column;
        return true;
    }
    ++cursor_;
  }
}

bool Lexer::change_indent(int column, int alternate) {
  if (column > indents_[indent_depth_]) {
    if (indent_depth_ + 1 >= kMaxIndents) {
      cursor_ = line_end();
      fail(LexerFailure::TooDeep);
      return false;
    }
    if (alternate > alternate_indents_[indent_depth_]) {
      ++pending_indents_;
      ++indent_depth_;
      indents_[indent_depth_] = column;
      alternate_indents_[indent_depth_] = alternate;
      return true;
    }
  } else {
    while (indent_depth_ > 0 && column < indents_[indent_depth_]) {
      --pending_indents_;
      --indent_depth_;
    }
    if (column != indents_[indent_depth_]) {
      cursor_ = line_end();
      fail(LexerFailure::Dedent);
      return false;
    }
    if (alternate == alternate_indents_[indent_depth_]) return true;
  }
  cursor_ = line_end();
  fail(LexerFailure::Tabs);
  return false;
}

/// Over a backslash at the cursor and the newline that must follow it, into the next line.
bool Lexer::continue_line(bool within_token) {
  const bool at_end = source_.ends_open && cursor_ + 2 == end_;
  if (cursor_[1] != '\n' || at_end) {
    cursor_ += at_end ? 1 : 2;
    fail(LexerFailure::LineContinuation);
    return false;
  }
  cursor_ += 2;
  if (begin_line(within_token)) return true;
  fail(LexerFailure::EndOfFile);
  return false;
}

// ---------------------------------------------------------------------------------------------- tokens

Token Lexer::scan() {
  for (;;) {
    if (cursor_ == end_) [[unlikely]]
      return end_of_input();
    const char* at = cursor_;
    while (*at == ' ' || *at == '\t' || *at == '\f') ++at;
    switch (character_class(*at)) {
      case CharacterClass::Identifier:
        return name_token(at);
      case CharacterClass::OpeningBracket:
        return open_bracket(at, operator_kinds(*at).plain);
      case CharacterClass::ClosingBracket:
        return close_bracket(at, operator_kinds(*at).plain);
      case CharacterClass::Single:
        return make(operator_kinds(*at).plain, at, at + 1);
      case CharacterClass::Equal:
        return maybe_equal(at);
      case CharacterClass::Operator:
        return operator_token(at);
      case CharacterClass::Quote:
        return string_token(at, at);
      case CharacterClass::Digit:
        return number_token(at);
      case CharacterClass::Dot:
        if (is_digit(at[1])) return number_token(at);
        if (at[1] == '.' && at[2] == '.') return make(TokenKind::Ellipsis, at, at + 3);
        return make(TokenKind::Dot, at, at + 1);
      case CharacterClass::Hash:
      case CharacterClass::Newline: {
        if (type_comments_) [[unlikely]] {
          cursor_ = at;
          if (at_type_comment()) return type_comment(at);
        }
        // A comment belongs to the Newline token behind it.
        const auto* newline = static_cast<const char*>(std::memchr(at, '\n', end_ - at));
        if (bracket_depth_ == 0) {
          if (source_.ends_open && newline + 1 == end_) [[unlikely]]
            return open_end();
          const Token token = make(TokenKind::Newline, at, newline);
          cursor_ = newline + 1;
          at_line_start_ = true;
          return token;
        }
        cursor_ = newline + 1;
        if (!start_logical_line()) return place_less(TokenKind::Error);
        continue;
      }
      case CharacterClass::Backslash:
        cursor_ = at;
        if (!continue_line(true)) return place_less(TokenKind::Error);
        continue;
      case CharacterClass::Wide:
        return wide_name_token(at);
      case CharacterClass::Other:
        return unknown_character(at);
    }
  }
}

// ---------------------------------------------------------------------------------------------- type
// comments

namespace {

/// Behind the `# type: ` at `at`; null where there is none. Blanks are optional, and tabs count as such.
const char* behind_type_prefix(const char* at) {
  const auto skip_blanks = [&at] {
    while (*at == ' ' || *at == '\t') ++at;
  };
  if (*at++ != '#') return nullptr;
  skip_blanks();
  for (const char c : std::string_view("type:"))
    if (*at++ != c) return nullptr;
  skip_blanks();
  return at;
}

bool is_ignore(std::string_view comment) {
  constexpr std::string_view kIgnore = "ignore";
  if (!comment.starts_with(kIgnore)) return false;
  return comment.size() == kIgnore.size() ||
         !(is_wide(comment[kIgnore.size()]) ||
           (is_identifier_part(comment[kIgnore.size()]) && comment[kIgnore.size()] != '_'));
}

}  // namespace

bool Lexer::at_type_comment() const {
  return behind_type_prefix(cursor_) != nullptr;
}

/// The comment from here to the end of the line. An `ignore` that has a line to itself takes the line end,
/// too.
Token Lexer::type_comment(const char* from) {
  constexpr size_t kIgnoreLength = 6;
  const bool alone = std::exchange(blank_line_, false);
  const char* text = behind_type_prefix(from);
  const auto* newline = static_cast<const char*>(std::memchr(from, '\n', end_ - from));
  if (!is_ignore({text, static_cast<size_t>(newline - text)}))
    return make(TokenKind::TypeComment, text, newline);
  const Token token = make(TokenKind::TypeIgnore, text + kIgnoreLength, newline);
  if (alone) {
    cursor_ = newline + 1;
    at_line_start_ = true;
  }
  return token;
}

namespace {

/// Whether a name of one or two letters before a quote is the prefix of a string literal.
bool is_string_prefix(const char* from, size_t size) {
  const char first = static_cast<char>(from[0] | 32);
  if (size == 1) return first == 'r' || first == 'b' || first == 'f' || first == 'u';
  const char second = static_cast<char>(from[1] | 32);
  return size == 2 && ((first == 'r' && (second == 'b' || second == 'f')) ||
                       (second == 'r' && (first == 'b' || first == 'f')));
}

}  // namespace

Token Lexer::name_token(const char* from) {
#ifdef __SSE2__
  if (end_ - from >= kIdentifierBlock) [[likely]] {
    PaddedText words;
    const int size = scan_identifier(from, &words);
    if (size < kIdentifierBlock) {
      const char* const at = from + size;
      if (!is_wide(*at) && *at != '"' && *at != '\'') [[likely]] {
        Token token = make(TokenKind::Name, from, at);
        token.name = workspace_.names.intern({from, static_cast<size_t>(size)}, words);
        return token;
      }
    }
  }
#endif
  return any_name_token(from);
}

/// The general case: names that are long or at the end of the text, and what only begins like a name.
Token Lexer::any_name_token(const char* from) {
  const char* at = from + 1;
  while (is_identifier_part(*at)) ++at;
  const auto size = static_cast<size_t>(at - from);
  if (size <= 2 && (*at == '"' || *at == '\'') && is_string_prefix(from, size)) return string_token(from, at);
  if (is_wide(*at)) [[unlikely]]
    return wide_name_token(from);
  Token token = make(TokenKind::Name, from, at);
  token.name = workspace_.names.intern({from, size});
  return token;
}

Token Lexer::open_bracket(const char* from, TokenKind kind) {
  if (bracket_depth_ >= kMaxBrackets) {
    cursor_ = from + 1;
    return raise("too many nested parentheses");
  }
  brackets_[bracket_depth_++] = {*from, line_, static_cast<int>(from - line_start_)};
  return make(kind, from, from + 1);
}

Token Lexer::close_bracket(const char* from, TokenKind kind) {
  cursor_ = from + 1;
  if (bracket_depth_ == 0) return raise(std::string("unmatched '") + *from + "'");
  const Bracket opening = brackets_[--bracket_depth_];
  const char wanted = opening.character == '(' ? ')' : opening.character == '[' ? ']' : '}';
  if (*from == wanted) return make(kind, from, from + 1);
  return mismatched_bracket(*from, opening);
}

Token Lexer::mismatched_bracket(char closing, const Bracket& opening) {
  std::string message = std::string("closing parenthesis '") + closing;
  message += std::string("' does not match opening parenthesis '") + opening.character + "'";
  if (opening.line != line_) message += " on line " + std::to_string(opening.line);
  return raise(message);
}

/// An operator of one character, or the longer one when '=' follows: which of the two is data, not a branch.
Token Lexer::maybe_equal(const char* from) {
  const OperatorKinds& kinds = operator_kinds(*from);
  const bool equal = from[1] == '=';
  return make(equal ? kinds.equal : kinds.plain, from, from + 1 + equal);
}

Token Lexer::operator_token(const char* from) {
  using enum TokenKind;
  // An operator that may be doubled, each with '=' behind it or not.
  auto doubled = [&](TokenKind twice, TokenKind twice_equal) {
    if (from[1] != *from) return maybe_equal(from);
    return from[2] == '=' ? make(twice_equal, from, from + 3) : make(twice, from, from + 2);
  };
  switch (*from) {
    case '-':
      return from[1] == '>' ? make(Arrow, from, from + 2) : maybe_equal(from);
    case '*':
      return doubled(DoubleStar, DoubleStarEqual);
    case '/':
      return doubled(DoubleSlash, DoubleSlashEqual);
    case '<':
      // `<>`: the parser, which knows the future imports, says what is wrong with it.
      return from[1] == '>' ? make(NotEqual, from, from + 2) : doubled(LeftShift, LeftShiftEqual);
    default:
      return doubled(RightShift, RightShiftEqual);  // '>'
  }
}

}  // namespace ouro::syntax
