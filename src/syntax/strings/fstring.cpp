// f-strings as CPython 3.11 reads them: the literal is one token, its text is scanned by hand for the ends of
// expressions, and each expression is then parsed as a source of its own between parentheses. So quotes of
// the literal, backslashes and comments cannot stand in an expression, and errors inside are found only then.
#include <algorithm>
#include <array>

#include "syntax/strings/literal.h"

namespace ouro::syntax::strings {
namespace {

constexpr size_t kMaxBrackets = 200;
constexpr int kMaxNesting = 2;  // an expression in the specification of an expression

bool is_expression_blank(char ch) {
  return ch == ' ' || ch == '\t' || ch == '\n' || ch == '\f';
}

bool is_space(char ch) {
  return is_expression_blank(ch) || ch == '\r' || ch == '\v';
}

/// Finds the end of an expression: brackets are counted and strings skipped, nothing more is understood.
class ExpressionScanner {
 public:
  ExpressionScanner(const LiteralContext& context, std::string_view text, size_t position, size_t end)
      : context_(context), text_(text), position_(position), end_(end) {}

  /// The position of the character that ends the expression, or the end of the text.
  Result<size_t> run() {
    for (; position_ < end_; ++position_) {
      const char ch = text_[position_];
      if (ch == '\\') return context_.error("f-string expression part cannot include a backslash");
      if (quote_ != 0) {
        inside_string(ch);
      } else if (ch == '\'' || ch == '"') {
        begin_string(ch);
      } else if (ch == '#') {
        return context_.error("f-string expression part cannot include '#'");
      } else if (ch == '[' || ch == '{' || ch == '(') {
        if (depth_ >= kMaxBrackets) return context_.error("f-string: too many nested parenthesis");
        open_[depth_++] = ch;
      } else if (depth_ == 0 && is_end(ch)) {
        break;
      } else if (ch == ']' || ch == '}' || ch == ')') {
        OURO_TRY_STATUS(close(ch));
      }
    }
    if (quote_ != 0) return context_.error("f-string: unterminated string");
    if (depth_ != 0) return unmatched(open_[depth_ - 1]);
    return position_;
  }

 private:
  bool triple_at(char quote) const {
    return position_ + 2 < end_ && text_[position_ + 1] == quote && text_[position_ + 2] == quote;
  }

  void begin_string(char quote) {
    triple_ = triple_at(quote);
    if (triple_) position_ += 2;
    quote_ = quote;
  }

  void inside_string(char ch) {
    if (ch != quote_) return;
    if (triple_) {
      if (!triple_at(ch)) return;
      position_ += 2;
    }
    quote_ = 0;
  }

  /// Whether `ch`, outside of brackets, ends the expression. Comparison operators do not; the second
  /// character of one is skipped.
  bool is_end(char ch) {
    if (ch != '!' && ch != ':' && ch != '}' && ch != '=' && ch != '<' && ch != '>') return false;
    const bool compares = ch == '!' || ch == '=' || ch == '<' || ch == '>';
    if (compares && position_ + 1 < end_ && text_[position_ + 1] == '=') {
      ++position_;
      return false;
    }
    return ch != '<' && ch != '>';
  }

  Status close(char ch) {
    if (depth_ == 0) return unmatched(ch);
    const char open = open_[--depth_];
    const char wanted = open == '(' ? ')' : open == '[' ? ']' : '}';
    if (ch == wanted) return {};
    return context_.error(std::string("f-string: closing parenthesis '") + ch +
                          "' does not match opening parenthesis '" + open + "'");
  }

  const Diagnostic* unmatched(char bracket) const {
    return context_.error(std::string("f-string: unmatched '") + bracket + "'");
  }

  const LiteralContext& context_;
  std::string_view text_;
  size_t position_;
  size_t end_;
  char quote_ = 0;
  bool triple_ = false;
  size_t depth_ = 0;
  std::array<char, kMaxBrackets> open_;
};

/// Reads the text of one f-string token.
class FStringReader {
 public:
  FStringReader(const LiteralContext& context, const LiteralParts& literal, const Token& token)
      : context_(context),
        token_(token),
        text_(context.text(token)),
        raw_(literal.raw),
        position_(literal.begin),
        end_(literal.end) {}

  /// Up to the end of the token, or of the format specification when `nesting` is not zero.
  Status read(JoinedParts& parts, int nesting) {
    parts.format = true;
    for (;;) {
      bool doubled_brace = false;
      OURO_TRY_STATUS(read_text(parts, nesting, &doubled_brace));
      if (doubled_brace) continue;
      if (position_ >= end_ || text_[position_] == '}') break;
      Expr* value = OURO_TRY(read_field(parts, nesting));
      if (!parts.pending.empty()) {
        parts.values.push_back(context_.str_node(parts.pending, context_.first, context_.last));
        parts.pending.clear();
      }
      parts.values.push_back(value);
    }
    if (nesting != 0 && text_[position_] != '}') return expecting_brace();
    return {};
  }

 private:
  const Diagnostic* expecting_brace() const { return context_.error("f-string: expecting '}'"); }

  /// Literal text up to a brace or the end. A doubled brace ends it too, behind the first of the two.
  Status read_text(JoinedParts& parts, int nesting, bool* doubled_brace) {
    const size_t begin = position_;
    size_t i = begin;
    size_t resume = 0;
    while (i < end_) {
      char ch = text_[i++];
      if (!raw_ && ch == '\\' && i < end_) {
        ch = text_[i++];
        if (ch == 'N') {
          // The braces of \N{...} are not ours; a malformed one is found when the text is decoded.
          if (i < end_ && text_[i] == '{') {
            while (i < end_ && text_[i] != '}') ++i;
          }
          if (i < end_) ++i;
          continue;
        }
        if (ch == '{') OURO_TRY_STATUS(context_.warn_invalid_escape(text_.substr(i - 1), token_));
      }
      if (ch != '{' && ch != '}') continue;
      if (nesting == 0) {
        if (i < end_ && text_[i] == ch) {
          *doubled_brace = true;
          resume = i + 1;
          break;
        }
        if (ch == '}') return context_.error("f-string: single '}' is not allowed");
      }
      --i;
      break;
    }
    position_ = *doubled_brace ? resume : i;
    const std::string_view body = text_.substr(begin, i - begin);
    if (!raw_) return decode_str(context_, body, token_, parts.pending);
    OURO_TRY_STATUS(check_utf8(context_, body));
    parts.pending += body;
    return {};
  }

  /// From '{' to behind the '}'. The text of `{x=}` goes to `parts`.
  Result<Expr*> read_field(JoinedParts& parts, int nesting) {
    if (nesting >= kMaxNesting) return context_.error("f-string: expressions nested too deeply");
    const size_t begin = ++position_;
    position_ = OURO_TRY(ExpressionScanner(context_, text_, position_, end_).run());
    if (position_ >= end_) return expecting_brace();
    Expr* value = OURO_TRY(parse_expression(begin, position_));

    bool debug = false;
    if (text_[position_] == '=') {
      if (context_.expressions.feature_version() < 8)
        return context_.error(
            "f-string: self documenting expressions are only supported in Python 3.8 and greater");
      debug = true;
      ++position_;
      while (is_space(text_[position_])) ++position_;
      if (position_ >= end_) return expecting_brace();
      OURO_TRY_STATUS(check_utf8(context_, text_.substr(begin, position_ - begin)));
    }
    const std::string_view debug_text = debug ? text_.substr(begin, position_ - begin) : std::string_view();
    int conversion = -1;
    if (text_[position_] == '!') {
      if (++position_ >= end_) return expecting_brace();
      conversion = static_cast<unsigned char>(text_[position_++]);
      if (conversion != 's' && conversion != 'r' && conversion != 'a')
        return context_.error("f-string: invalid conversion character: expected 's', 'r', or 'a'");
    }
    if (position_ >= end_) return expecting_brace();
    Expr* specification = nullptr;
    if (text_[position_] == ':') {
      if (++position_ >= end_) return expecting_brace();
      JoinedParts inner(context_.workspace.arena);
      OURO_TRY_STATUS(read(inner, nesting + 1));
      specification = finish_joined(context_, inner, token_, token_);
    }
    if (position_ >= end_ || text_[position_] != '}') return expecting_brace();
    ++position_;
    parts.pending += debug_text;
    if (debug && specification == nullptr && conversion == -1) conversion = 'r';
    return formatted_value(value, conversion, specification);
  }

  Expr* formatted_value(Expr* value, int conversion, Expr* specification) {
    const SourceRange& from = context_.first.range;
    const SourceRange& to = context_.last.range;
    auto* node = new_node<FormattedValueExpr>(
        context_.workspace.arena, SourceRange{from.line, from.column, to.end_line, to.end_column});
    node->value = value;
    node->conversion = conversion;
    node->format_spec = specification;
    return node;
  }

  Result<Expr*> parse_expression(size_t begin, size_t end) {
    const std::string_view expression = text_.substr(begin, end - begin);
    if (std::all_of(expression.begin(), expression.end(), is_expression_blank)) {
      const char ch = text_[end];
      if (ch == '}') return context_.error("f-string: empty expression not allowed");
      return context_.error(std::string("f-string: expression required before '") + ch + "'");
    }
    const size_t size = expression.size() + 3;
    auto* buffer = static_cast<char*>(context_.workspace.arena.allocate(size, 1));
    buffer[0] = '(';
    std::copy(expression.begin(), expression.end(), buffer + 1);
    buffer[size - 2] = ')';
    buffer[size - 1] = '\n';
    const size_t brace = begin - 1;
    const auto lines = static_cast<int>(std::count(text_.begin(), text_.begin() + brace, '\n'));
    const int columns = column_of(brace);
    return context_.expressions.parse_expression(std::string_view(buffer, size),
                                                 token_.range.line + lines - 1,
                                                 lines != 0 ? columns : token_.range.column + columns);
  }

  /// How far the opening brace is from the start of its line in the token, which is where the parenthesis
  /// that replaces it goes; zero when the line ends right behind the brace.
  int column_of(size_t brace) const {
    for (size_t i = brace + 1; text_[i] != '}'; ++i) {
      if (text_[i] == '\n') return 0;
      if (text_[i] != ' ' && text_[i] != '\t' && text_[i] != '\f') break;
    }
    const size_t newline = text_.substr(0, brace).rfind('\n');
    return static_cast<int>(newline == std::string_view::npos ? brace : brace - newline - 1);
  }

  const LiteralContext& context_;
  const Token& token_;
  std::string_view text_;
  bool raw_;
  size_t position_;
  size_t end_;
};

}  // namespace

Status read_fstring(const LiteralContext& context, const LiteralParts& literal, const Token& token,
                    JoinedParts& parts) {
  return FStringReader(context, literal, token).read(parts, 0);
}

}  // namespace ouro::syntax::strings
