// f-strings.
//
// The parser gives the expressions in an f-string their real places, and its text none. So the text between
// two expressions has exactly the room that their places leave, and what it does not need becomes spaces
// inside of the braces, where they mean nothing. An f-string over several lines is one literal in three
// quotes if the newlines in its text are those between its expressions, else a chain of literals.
//
// Several ways are tried, and the first one is taken that puts everything at its place.
//
// Constant folding makes f-strings out of `'...' % (a, b)`, too. There each value has the range of the
// argument, not of the whole; these are written with % again.
#include <algorithm>

#include "decompiler/print/layout.h"
#include "decompiler/print/literals.h"

namespace ouro::decompiler {

using namespace syntax;

namespace {

bool holds_backslash_or(std::string_view text, char quote) {
  return text.find('\\') != std::string_view::npos || text.find(quote) != std::string_view::npos ||
         text.find('\n') != std::string_view::npos;
}

std::string double_braces(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char ch : text) {
    out += ch;
    if (ch == '{' || ch == '}') out += ch;
  }
  return out;
}

std::string without_blanks(std::string_view text) {
  std::string out;
  for (const char ch : text)
    if (ch != ' ' && ch != '\t' && ch != '\n') out += ch;
  return out;
}

/// Whether a character outside of brackets and strings would end the expression in the braces.
bool ends_early(std::string_view text) {
  int depth = 0;
  char quote = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char ch = text[i];
    if (quote != 0) {
      if (ch == quote) quote = 0;
    } else if (ch == '\'' || ch == '"') {
      quote = ch;
    } else if (ch == '(' || ch == '[' || ch == '{') {
      ++depth;
    } else if (ch == ')' || ch == ']' || ch == '}') {
      --depth;
    } else if (depth == 0 && (ch == ':' || (ch == '!' && text.substr(i, 2) != "!="))) {
      return true;
    }
  }
  return false;
}

}  // namespace

namespace {

bool may_be_percent_format(const JoinedStrExpr* e);

}  // namespace

class FStringWriter {
 public:
  FStringWriter(Printer& printer, const Place& start, const Place& end)
      : printer_(printer), start_(start.exact() ? start : Place()), end_(start.exact() ? end : Place()) {}

  struct Way {
    StringStyle style;
    bool pieces = false;  // a chain of literals, one per line
  };

  /// True when everything stands at its place.
  bool write(Exprs values, const Way& way) {
    way_ = way;
    out_.clear();
    exact_ = true;
    valid_ = true;
    padded_ = false;
    plain_next_ = false;
    line_ = start_.line;
    column_ = std::max(0, start_.column);
    open(true);
    std::string text;
    for (const Expr* value : values) {
      if (value->kind == ExprKind::Constant) {
        text += value->as<ConstantExpr>()->value->text();
      } else if (value->kind == ExprKind::FormattedValue) {
        field(value->as<FormattedValueExpr>(), text, false);
        text.clear();
      }
    }
    finish(text);
    return exact_;
  }

  std::string& text() { return out_; }
  /// Whether it can be read again.
  bool valid() const { return valid_; }
  /// Whether an empty literal was put behind it to fill the width.
  bool padded() const { return padded_; }

 private:
  void append(std::string_view text) {
    out_ += text;
    const size_t newline = text.rfind('\n');
    if (newline == std::string_view::npos) {
      column_ += static_cast<int32_t>(text.size());
      return;
    }
    line_ += static_cast<int32_t>(std::count(text.begin(), text.end(), '\n'));
    column_ = static_cast<int32_t>(text.size() - newline - 1);
  }

  void open(bool format) {
    format_ = format;
    std::string prefix;
    if (way_.style.raw) prefix += 'r';
    if (format) prefix += 'f';
    prefix.append(way_.style.triple ? 3 : 1, way_.style.quote);
    append(prefix);
  }

  void close() { append(std::string(way_.style.triple ? 3 : 1, way_.style.quote)); }

  /// Text as it stands in the literal; what follows it is never a quote of ours by accident, because a quote
  /// at its end is escaped.
  bool body(std::string_view text, bool in_spec, std::string& out, const StringStyle& style) const {
    out.clear();
    if (!write_body(text, false, style, out)) return false;
    if (format_ && !in_spec) out = double_braces(out);
    return true;
  }

  /// Text in front of something that stands at `next`.
  void write_text(std::string_view text, const Place& next, bool in_spec) {
    if (next.line > line_ && next.line <= end_.line) return text_over_lines(text, next, in_spec);
    std::string out;
    StringStyle style = way_.style;
    if (style.triple) style.escaped_newlines = text.size();
    if (!body(text, in_spec, out, style)) {
      exact_ = false;
      style.raw = false;
      body(text, in_spec, out, style);
    }
    if (next.exact() && next.line == line_ && column_ + static_cast<int32_t>(out.size()) > next.column) {
      shorten(text, in_spec, static_cast<size_t>(std::max(0, next.column - column_)), out);
      exact_ = exact_ && column_ + static_cast<int32_t>(out.size()) <= next.column;
    }
    append(out);
  }

  void shorten(std::string_view text, bool in_spec, size_t room, std::string& out) const {
    if (way_.style.raw) return;
    for (int i = 0; i < 3 && out.size() > room; ++i) {
      StringStyle style = way_.style;
      if (style.triple) style.escaped_newlines = text.size();
      style.short_backslash = i != 1;
      style.octal = i != 0;
      style.literal_controls = i == 2;
      std::string candidate;
      if (body(text, in_spec, candidate, style) && candidate.size() < out.size()) out = candidate;
    }
  }

  void text_over_lines(std::string_view text, const Place& next, bool in_spec) {
    const auto lines = static_cast<size_t>(next.line - line_);
    if (!way_.pieces || in_spec) {
      StringStyle style = way_.style;
      const auto own = static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
      style.escaped_newlines = own > lines ? own - lines : 0;
      std::string out;
      if (style.triple && !style.raw && own < lines && next.exact())
        return continued_lines(text, next, lines - own);
      if (!style.triple || own != lines || !body(text, in_spec, out, style)) exact_ = false;
      if (out.empty()) {
        style.triple = way_.style.triple;
        style.raw = false;
        if (!style.triple) style.escaped_newlines = own;
        body(text, in_spec, out, style);
      }
      append(out);
      if (next.exact() && column_ > next.column) exact_ = false;
      return;
    }
    // A part on this line, and one before what is next; lines between get parts, too.
    const int32_t quotes = way_.style.raw ? 3 : 2;
    const int32_t prefix = quotes - (plain_next_ ? 1 : 0);
    int32_t base = start_.column;
    if (next.exact() && next.column - base < prefix + 1)
      base = std::min(printer_.indent_ + 4, next.column - prefix);
    const size_t last = next.exact() ? suffix(text, int64_t{next.column} - base - prefix) : 0;
    size_t begin = 0;
    const size_t limit = text.size() - last;
    for (size_t i = 0; i < lines; ++i) {
      size_t cut = limit;
      if (i + 1 < lines) {
        cut = text.find('\n', begin);
        cut = cut == std::string_view::npos || cut + 1 > limit ? begin + (limit - begin) / (lines - i)
                                                               : cut + 1;
        while (cut < limit && (text[cut] & 0xC0) == 0x80) ++cut;
      }
      piece(text.substr(begin, cut - begin));
      begin = cut;
      close();
      new_line(i + 1 == lines && next.exact() ? next.column - prefix - width_of(text.substr(limit)) : base);
      open(!(plain_next_ && i + 1 == lines));
    }
    write_text(text.substr(begin), next.exact() ? next : Place{line_, -1}, in_spec);
  }

  void piece(std::string_view text) {
    std::string out;
    if (!body(text, false, out, way_.style)) {
      exact_ = false;
      StringStyle style = way_.style;
      style.raw = false;
      body(text, false, out, style);
    }
    append(out);
  }

  void new_line(int32_t column) {
    append(printer_.brackets_ == 0 ? " \\\n" : "\n");
    append(std::string(static_cast<size_t>(std::max(0, column)), ' '));
  }

  int32_t width_of(std::string_view text) const {
    std::string out;
    return body(text, false, out, way_.style) ? static_cast<int32_t>(out.size()) : 0;
  }

  /// Text with fewer newlines than there are lines: a backslash ends a line that has none.
  void continued_lines(std::string_view text, const Place& next, size_t missing) {
    const size_t last = suffix(text, next.column);
    std::string front;
    std::string back;
    body(text.substr(0, text.size() - last), false, front, way_.style);
    body(text.substr(text.size() - last), false, back, way_.style);
    append(front);
    for (size_t i = 0; i < missing; ++i) append("\\\n");
    append(back);
    if (line_ != next.line || column_ > next.column) exact_ = false;
  }

  /// How many bytes at the end of the text are `width` wide in the literal.
  size_t suffix(std::string_view text, int64_t width) const {
    if (width <= 0) return 0;
    const size_t most = std::min({text.size(), static_cast<size_t>(width), size_t{400}});
    std::string out;
    for (size_t taken = most; taken > 0; --taken) {
      const size_t at = text.size() - taken;
      if ((text[at] & 0xC0) == 0x80) continue;
      if (body(text.substr(at), false, out, way_.style) && static_cast<int64_t>(out.size()) <= width)
        return taken;
    }
    return 0;
  }

  /// Text and the replacement field behind it.
  void field(const FormattedValueExpr* e, std::string_view text, bool in_spec) {
    Place first = first_place(e->value);
    if (first.exact()) --first.column;
    if (debug_field(e, text, first, in_spec)) return;
    const bool bare = is_bare(e->value, text, in_spec);
    if (bare) ++first.column;
    write_text(text, first, in_spec);
    if (!bare) append("{");
    std::string expression =
        printer_.inline_text(e->value, {line_, column_}, way_.style.quote, way_.style.triple);
    if (bare) {
      // Its own parentheses become the braces.
      append("{");
      const bool enough = expression.size() > 2 && expression[0] == '(' && expression[1] != '{';
      if (enough) expression = expression.substr(1, expression.size() - 2);
      exact_ &= enough;
    }
    if (!expression.empty() && expression[0] == '{') expression.insert(0, 1, ' ');
    check(expression);
    append(expression);
    conversion(e, e->conversion);
    append("}");
  }

  /// A tuple or generator without parentheses has the braces' range: they stand for parentheses when it is
  /// read.
  bool is_bare(const Expr* e, std::string_view text, bool in_spec) const {
    if (e->kind != ExprKind::Tuple && e->kind != ExprKind::GeneratorExp) return false;
    const Place start = start_of(e->range);
    if (!start.exact() || start.line != line_) return false;
    std::string out;
    return body(text, in_spec, out, way_.style) && column_ + static_cast<int32_t>(out.size()) == start.column;
  }

  void check(std::string_view expression) {
    if (expression.find('\\') != std::string_view::npos) valid_ = false;
    if (!way_.style.triple && expression.find(way_.style.quote) != std::string_view::npos) valid_ = false;
    if (!way_.style.triple && expression.find('\n') != std::string_view::npos) valid_ = false;
    exact_ &= valid_;
  }

  void conversion(const FormattedValueExpr* e, int conversion) {
    if (conversion > 0) {
      append("!");
      append(std::string(1, static_cast<char>(conversion)));
    }
    if (e->format_spec == nullptr) return;
    append(":");
    if (e->format_spec->kind == ExprKind::Constant)
      return write_text(e->format_spec->as<ConstantExpr>()->value->text(), {}, true);
    std::string text;
    for (const Expr* value : e->format_spec->as<JoinedStrExpr>()->values) {
      if (value->kind == ExprKind::Constant) {
        text += value->as<ConstantExpr>()->value->text();
      } else {
        field(value->as<FormattedValueExpr>(), text, true);
        text.clear();
      }
    }
    if (!text.empty()) write_text(text, {}, true);
  }

  /// `{x=}`: the text ends with the source of the expression.
  bool debug_field(const FormattedValueExpr* e, std::string_view text, const Place& brace, bool in_spec) {
    const bool lines = brace.line > line_;
    if (!brace.exact() || in_spec || brace.line > std::max(end_.line, line_) || (lines && !way_.pieces))
      return false;
    if (e->conversion != 'r' && e->format_spec == nullptr) return false;
    if (lines && fits_aligned(text, brace)) return false;
    const size_t equals = text.find_last_not_of(" \t\n");
    if (equals == std::string_view::npos || text[equals] != '=') return false;
    std::string out;
    if (!body(text, false, out, way_.style) ||
        (!lines && column_ + static_cast<int32_t>(out.size()) <= brace.column))
      return false;
    const std::string expression =
        without_blanks(printer_.inline_text(e->value, {}, way_.style.quote, way_.style.triple));
    // The source of the expression is as long as it is wide; spaces may surround it.
    size_t at = equals;
    size_t left = expression.size();
    while (at > 0 && left > 0) {
      const char ch = text[at - 1];
      if (ch != ' ' && ch != '\t' && ch != '\n') {
        const char wanted = expression[left - 1];
        const bool quotes = (ch == '"' || ch == '\'') && (wanted == '"' || wanted == '\'');
        if (ch != wanted && !quotes) return false;
        --left;
      }
      --at;
    }
    if (left != 0) return false;
    while (!lines && at > 0 && (text[at - 1] == ' ') && brace_column(text.substr(0, at)) > brace.column) --at;
    const std::string_view front = text.substr(0, at);
    std::string front_text;
    if (!body(front, false, front_text, way_.style)) return false;
    if (lines)
      write_text(front, brace, in_spec);
    else
      append(front_text);
    append("{");
    append(text.substr(at));
    conversion(e, e->conversion == 'r' && e->format_spec == nullptr ? -1 : e->conversion);
    append("}");
    return true;
  }

  /// Whether the text breaks at a blank so that a literal with the last part of it begins below the first
  /// one.
  bool fits_aligned(std::string_view text, const Place& next) const {
    const int32_t width = next.column - start_.column - (way_.style.raw ? 3 : 2);
    const size_t last = suffix(text, width);
    const size_t at = text.size() - last;
    return last != 0 && width_of(text.substr(at)) == width &&
           (at == 0 || text[at - 1] == ' ' || text[at - 1] == '\n');
  }

  int32_t brace_column(std::string_view front) const {
    std::string out;
    body(front, false, out, way_.style);
    return column_ + static_cast<int32_t>(out.size());
  }

  void finish(std::string_view text) {
    Place quote = end_;
    const int32_t quotes = way_.style.triple ? 3 : 1;
    if (quote.exact()) quote.column -= quotes;
    plain_next_ = true;
    write_text(text, quote, false);
    close();
    if (!end_.exact() || start_.line == 0) return;
    if (line_ == end_.line && column_ < end_.column) {
      const auto missing = static_cast<size_t>(end_.column - column_);
      padded_ = true;
      if (missing == 1) {
        exact_ = false;
        return;
      }
      append(std::string(missing - 2, ' '));
      append("\"\"");
    }
    if (line_ != end_.line || column_ != end_.column) exact_ = false;
  }

  Printer& printer_;
  Place start_;
  Place end_;
  Way way_;
  std::string out_;
  int32_t line_ = 0;
  int32_t column_ = 0;
  bool exact_ = true;
  bool valid_ = true;
  bool format_ = true;       // the open literal has the prefix
  bool plain_next_ = false;  // no expression follows
  bool padded_ = false;
};

std::string Printer::inline_text(const Expr* e, const Place& at, char quote, bool triple) {
  Tokens saved;
  std::swap(saved, tokens_);
  const Place pending = pending_;
  const char forbidden = forbidden_quote_;
  const bool space = space_;
  const int brackets = brackets_;
  pending_ = {};
  space_ = false;
  forbidden_quote_ = quote;
  (void)triple;
  brackets_ = 1;
  expression(e, kTest | kTupleOk | kYieldOk);
  std::string text = lay_out_inside(tokens_, at, resources());
  if (ends_early(text)) {
    tokens_.clear();
    pending_ = {};
    brackets_ = 1;
    expression(e, kAtom);
    text = lay_out_inside(tokens_, at, resources());
  }
  brackets_ = brackets;
  forbidden_quote_ = forbidden;
  pending_ = pending;
  space_ = space;
  std::swap(saved, tokens_);
  return text;
}

namespace {

/// The ways to write an f-string, the likeliest first.
std::vector<FStringWriter::Way> ways_to_write(bool lines, char preferred, char forbidden) {
  std::vector<FStringWriter::Way> ways;
  for (const char quote : {'\'', '"'}) {
    if (quote == forbidden) continue;
    for (int kind = 0; kind < 4; ++kind) {
      FStringWriter::Way way;
      way.style.quote = quote;
      way.style.raw = (kind & 1) != 0;
      way.style.triple = (kind & 2) != 0;
      way.pieces = lines && !way.style.triple;
      ways.push_back(way);
    }
  }
  std::ranges::sort(ways, {}, [lines, preferred](const FStringWriter::Way& way) {
    return (way.style.triple != lines ? 4 : 0) + (way.style.raw ? 2 : 0) +
           (way.style.quote == preferred ? 0 : 1);
  });
  return ways;
}

struct Candidate {
  std::string text;
  bool valid = false;  // it can be read again
};

/// What stands at its place, with an empty literal behind it only where nothing does without; else what can
/// be read again, rather in pieces.
Candidate best_of(FStringWriter& writer, Exprs values, const std::vector<FStringWriter::Way>& ways) {
  Candidate best;
  std::string padded;
  bool best_in_pieces = false;
  for (const auto& way : ways) {
    const bool exact = writer.write(values, way);
    if (exact && !writer.padded()) return {writer.text(), true};
    if (exact && padded.empty()) padded = writer.text();
    const bool better = best.text.empty() || (way.pieces && !best_in_pieces) || !best.valid;
    if (writer.valid() ? better : best.text.empty()) best.text = writer.text();
    best_in_pieces |= way.pieces;
    best.valid |= writer.valid();
  }
  if (!padded.empty()) best.text = padded;
  return best;
}

/// The first that can be read again, or the last.
std::string first_valid(FStringWriter& writer, Exprs values, const std::vector<FStringWriter::Way>& ways) {
  for (const auto& way : ways) {
    writer.write(values, way);
    if (writer.valid()) break;
  }
  return writer.text();
}

}  // namespace

void Printer::joined_string(const Expr* expression, Level level, const Place& end) {
  Expr* single = const_cast<Expr*>(expression);
  Exprs values;
  if (expression->kind == ExprKind::FormattedValue) {
    values = Exprs(&single, 1);
  } else {
    const auto* e = expression->as<JoinedStrExpr>();
    values = e->values;
    if (is_percent_format(e)) return percent_format(e, end);
  }
  constexpr int32_t kMaxColumn = 4096;  // of a literal over several lines
  Place start = options_.clean ? Place() : pending_;
  Place stop = options_.clean ? Place() : end;
  if (start.exact() && stop.exact() &&
      (!plausible({start.line, start.column, stop.line, stop.column}, values.size() * 100) ||
       (start.line != stop.line && start.column > kMaxColumn)))
    start = stop = {};
  const bool lines = start.exact() && stop.exact() && stop.line > start.line;
  const auto ways = ways_to_write(lines, options_.clean ? '"' : '\'', forbidden_quote_);
  FStringWriter writer(*this, start, stop);
  Candidate best = best_of(writer, values, ways);
  if (!best.valid && expression->kind == ExprKind::JoinedStr &&
      may_be_percent_format(expression->as<JoinedStrExpr>())) {
    const bool wrap = base(level) > kTerm;
    if (wrap) put("(", kOpen | kGlue);
    pending_ = wrap ? Place() : start;
    percent_format(expression->as<JoinedStrExpr>(), wrap ? Place() : end);
    if (wrap) put(")", kClose);
    return;
  }
  if (!best.valid) {
    // Places that cannot be had, on several lines perhaps.
    FStringWriter anywhere(*this, {}, {});
    best.text = first_valid(anywhere, values, ways);
  }
  put(keep(best.text), best.text.find('\n') != std::string::npos ? kMultiline : 0u);
  end_at(end);
}

// --- '...' % (...)

namespace {

/// Whether '%' can do what the f-string does.
bool may_be_percent_format(const JoinedStrExpr* e) {
  bool constants = true;  // a tuple of constants would be one, and % be left to run time
  for (const Expr* value : e->values) {
    if (value->kind != ExprKind::FormattedValue) continue;
    const auto* field = value->as<FormattedValueExpr>();
    if (field->conversion <= 0) return false;
    constants &= field->value->kind == ExprKind::Constant;
    if (field->format_spec != nullptr && field->format_spec->kind != ExprKind::Constant) return false;
  }
  return !constants;
}

}  // namespace

bool is_percent_format(const JoinedStrExpr* e) {
  if (!may_be_percent_format(e)) return false;
  for (const Expr* value : e->values) {
    if (value->kind != ExprKind::FormattedValue) continue;
    const SourceRange& range = value->range;
    if (range.line > 0 && e->range.line > 0 &&
        (range.line != e->range.line || range.end_line != e->range.end_line))
      return true;
    const SourceRange& argument = value->as<FormattedValueExpr>()->value->range;
    const Expr* spec = value->as<FormattedValueExpr>()->format_spec;
    if (range.column < 0 && spec != nullptr && spec->kind == ExprKind::Constant) return true;
    if (range.line > 0 && range.column >= 0 && argument.line > 0)
      return range.line == argument.line && range.column == argument.column &&
             range.end_line == argument.end_line && range.end_column == argument.end_column;
  }
  return false;
}

void Printer::percent_format(const JoinedStrExpr* e, const Place& end) {
  std::string format;
  auto add_text = [&format](std::string_view text) {
    for (const char ch : text) {
      format += ch;
      if (ch == '%') format += '%';
    }
  };
  size_t count = 0;
  for (const Expr* value : e->values) {
    if (value->kind == ExprKind::Constant) {
      add_text(value->as<ConstantExpr>()->value->text());
      continue;
    }
    const auto* field = value->as<FormattedValueExpr>();
    ++count;
    format += '%';
    if (field->format_spec != nullptr && field->format_spec->kind == ExprKind::Constant) {
      const std::string_view spec = field->format_spec->as<ConstantExpr>()->value->text();
      if (!spec.empty() && spec[0] == '>')
        format += spec.substr(1);
      else if (!spec.empty() && spec[0] != '.')
        format += "-" + std::string(spec);
      else
        format += spec;
    }
    format += field->conversion > 0 ? static_cast<char>(field->conversion) : 's';
  }
  const std::string literal = forbidden_quote_ != 0
                                  ? quoted_for_fstring(format, false)
                                  : natural_string(format, false, options_.clean ? '"' : '\'');
  put(keep(literal));
  const std::string less = shortest_string(format, false);
  if (less.size() < literal.size() && forbidden_quote_ == 0) tokens_.back().less = keep(less);
  put("%", kSpace);
  space_ = true;
  put("(", kOpen);
  bool first = true;
  for (const Expr* value : e->values) {
    if (value->kind != ExprKind::FormattedValue) continue;
    separate(&first);
    expression(value->as<FormattedValueExpr>()->value, kTest | kNamedOk);
  }
  if (count == 1) put(",", kTight);
  space_ = false;
  put(")", kClose);
  end_at(end);
}

/// A literal without backslashes and without the quote of the f-string around it, if there is one.
std::string Printer::quoted_for_fstring(std::string_view text, bool bytes) {
  const char quote = forbidden_quote_ == '\'' ? '"' : '\'';
  for (int kind = 0; kind < 4; ++kind) {
    StringStyle style;
    style.quote = quote;
    style.raw = (kind & 1) != 0;
    style.triple = (kind & 2) != 0;
    std::string out;
    if (write_string(text, bytes, style, out) && !holds_backslash_or(out, forbidden_quote_)) return out;
  }
  StringStyle style;
  style.quote = quote;
  std::string out;
  write_string(text, bytes, style, out);
  return out;
}

}  // namespace ouro::decompiler
