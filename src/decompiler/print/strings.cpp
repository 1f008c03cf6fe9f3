// String and bytes literals of a wanted width.
//
// A style says how each kind of character is written. The styles that people use are tried one after the
// other until one has the width; where none has, the widest that is not too wide is padded with what means
// nothing: a prefix, an empty piece behind it.
#include <algorithm>
#include <array>

#include "base/unicode.h"
#include "decompiler/print/literals.h"

namespace ouro::decompiler {

namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kUpperHexDigits = "0123456789ABCDEF";

void append_hex(std::string& out, uint32_t value, int digits, bool upper) {
  for (int i = digits - 1; i >= 0; --i) out += (upper ? kUpperHexDigits : kHexDigits)[value >> (4 * i) & 15];
}

void append_escape(std::string& out, char32_t ch, const StringStyle& style) {
  if (ch < 0x100) {
    out += "\\x";
    append_hex(out, ch, 2, style.upper_hex);
  } else if (ch < 0x10000) {
    out += "\\u";
    append_hex(out, ch, 4, style.upper_hex);
  } else {
    out += "\\U";
    append_hex(out, ch, 8, style.upper_hex);
  }
}

/// Whether a backslash before this character, which is written as it is, stays one.
bool keeps_backslash(char next, bool bytes) {
  constexpr std::string_view kEscapes = "\\'\"abfnrtvx01234567";
  if (static_cast<unsigned char>(next) < ' ' || next == 127 || kEscapes.find(next) != std::string_view::npos)
    return false;
  return bytes || (next != 'N' && next != 'u' && next != 'U');
}

class BodyWriter {
 public:
  BodyWriter(std::string_view text, bool bytes, const StringStyle& style, std::string& out)
      : text_(text), bytes_(bytes), style_(style), out_(out) {}

  bool run() {
    if (style_.raw) return raw();
    escaped_newlines_ = style_.escaped_newlines;
    while (at_ < text_.size()) {
      const char ch = text_[at_];
      if ((ch & 0x80) == 0)
        ascii(ch);
      else if (bytes_)
        byte_beyond_ascii();
      else
        beyond_ascii();
    }
    return true;
  }

 private:
  bool raw() {
    for (size_t i = 0; i < text_.size(); ++i) {
      const char ch = text_[i];
      if (ch == '\0' || ch == '\r' || (ch == '\n' && !style_.triple)) return false;
      if (bytes_ && (ch & 0x80) != 0) return false;
      if (ch == '\\') {
        // A backslash keeps a quote from ending the literal, and stays; at the end it would take the quote
        // away.
        if (++i == text_.size()) return false;
        if (text_[i] == '\0' || text_[i] == '\r' || (text_[i] == '\n' && !style_.triple)) return false;
        if (bytes_ && (text_[i] & 0x80) != 0) return false;
        continue;
      }
      if (ch == style_.quote && (!style_.triple || ends_triple(i))) return false;
    }
    if (!bytes_ && find_surrogate(text_)) return false;
    out_ += text_;
    return true;
  }

  bool ends_triple(size_t i) const {
    return i + 1 == text_.size() ||
           (i + 2 < text_.size() && text_[i + 1] == style_.quote && text_[i + 2] == style_.quote);
  }

  void ascii(char ch) {
    ++at_;
    switch (ch) {
      case '\\':
        if (style_.short_backslash && at_ < text_.size() && keeps_backslash(text_[at_], bytes_) &&
            is_written_plainly(at_))
          out_ += '\\';
        else
          out_ += "\\\\";
        return;
      case '\'':
      case '"':
        return quote(ch);
      case '\n':
        if (style_.triple && escaped_newlines_ == 0) {
          out_ += '\n';
          return;
        }
        if (escaped_newlines_ > 0) --escaped_newlines_;
        return control(ch, 'n');
      case '\r':
        out_ += "\\r";
        return;
      case '\t':
        return control(ch, 't');
      case '\f':
        return control(ch, 'f');
      default:
        if (static_cast<unsigned char>(ch) < 32 || ch == 127)
          control(ch, 0);
        else
          out_ += ch;
    }
  }

  /// Of a character beyond ASCII.
  bool is_written_plainly(size_t at) const {
    if ((text_[at] & 0x80) == 0) return true;
    if (bytes_ || style_.escape_unicode) return false;
    const char32_t ch = decode_code_point(text_, &at);
    return is_printable(ch) && (ch < 0xD800 || ch > 0xDFFF);
  }

  void quote(char ch) {
    const bool same = ch == style_.quote;
    const bool escape = same ? !style_.triple || ends_triple(at_ - 1) : style_.escape_quotes;
    if (escape) out_ += '\\';
    out_ += ch;
  }

  void control(char ch, char letter) {
    if (style_.literal_controls && ch != '\n' && ch != '\0') {
      out_ += ch;
      return;
    }
    if (letter != 0 && !style_.octal3 && !style_.octal) {
      out_ += '\\';
      out_ += letter;
      return;
    }
    if (letter != 0 && style_.octal && ch != '\n') {
      out_ += '\\';
      out_ += letter;
      return;
    }
    if (letter == 'n') {
      out_ += "\\n";
      return;
    }
    if (style_.octal || style_.octal3) return octal(static_cast<unsigned char>(ch));
    append_escape(out_, static_cast<unsigned char>(ch), style_);
  }

  void octal(unsigned ch) {
    const bool digit_follows = at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '7';
    out_ += '\\';
    if (style_.octal3 || digit_follows || ch >= 64) out_ += static_cast<char>('0' + (ch >> 6));
    if (style_.octal3 || digit_follows || ch >= 8) out_ += static_cast<char>('0' + (ch >> 3 & 7));
    out_ += static_cast<char>('0' + (ch & 7));
  }

  void byte_beyond_ascii() {
    const auto ch = static_cast<unsigned char>(text_[at_++]);
    if (style_.octal || style_.octal3)
      octal(ch);
    else
      append_escape(out_, ch, style_);
  }

  void beyond_ascii() {
    const size_t start = at_;
    const char32_t ch = decode_code_point(text_, &at_);
    const bool surrogate = ch >= 0xD800 && ch <= 0xDFFF;
    const bool visible = style_.literal_controls || is_printable(ch);
    if (surrogate || style_.escape_unicode || !visible)
      append_escape(out_, ch, style_);
    else
      out_ += text_.substr(start, at_ - start);
  }

  std::string_view text_;
  bool bytes_;
  const StringStyle& style_;
  std::string& out_;
  size_t at_ = 0;
  size_t escaped_newlines_ = 0;
};

char other(char quote) {
  return quote == '\'' ? '"' : '\'';
}

char usual_quote(std::string_view text, char preferred = '\'') {
  const bool escapes = text.find(preferred) != std::string_view::npos;
  return escapes && text.find(other(preferred)) == std::string_view::npos ? other(preferred) : preferred;
}

/// The styles on one line, in the order in which they are tried.
std::vector<StringStyle> one_line_styles(char quote) {
  using Option = bool StringStyle::*;
  constexpr Option kOptions[] = {
      &StringStyle::raw,    &StringStyle::escape_unicode,   &StringStyle::escape_quotes,  &StringStyle::octal,
      &StringStyle::octal3, &StringStyle::literal_controls, &StringStyle::short_backslash};
  std::vector<StringStyle> styles;
  for (const char q : {quote, other(quote)}) {
    StringStyle style;
    style.quote = q;
    styles.push_back(style);
    for (const Option option : kOptions) {
      styles.push_back(style);
      styles.back().*option = true;
    }
    styles.push_back(style);
    for (const Option option :
         {&StringStyle::short_backslash, &StringStyle::literal_controls, &StringStyle::octal})
      styles.back().*option = true;
  }
  return styles;
}

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char ch) { return ch >= ' ' && ch < 127 && ch != '\\' && ch != '\'' && ch != '"'; });
}

/// Puts a literal in three quotes; false where the body would need other escapes then.
bool make_triple(std::string_view text, bool bytes, const StringStyle& from, size_t width, std::string& out) {
  if (text.find('\n') != std::string_view::npos && from.escaped_newlines == 0) return false;
  for (const char quote : {'"', '\''}) {
    StringStyle style = from;
    style.quote = quote;
    style.triple = true;
    out.clear();
    if (write_string(text, bytes, style, out) && out.size() == width) return true;
  }
  return false;
}

void pad(std::string& literal, size_t width, bool bytes) {
  size_t missing = width - literal.size();
  if (missing == 0) return;
  if (missing == 1 || missing == 2) {
    const bool raw_possible = literal.find('\\') == std::string::npos;
    if (missing == 1 && raw_possible && (literal[0] == '\'' || literal[0] == '"' || literal[0] == 'b')) {
      literal.insert(0, 1, 'r');
      return;
    }
    if (missing == 1 && !bytes && (literal[0] == '\'' || literal[0] == '"')) {
      literal.insert(0, 1, 'u');
      return;
    }
    if (missing == 1) {
      if (literal[0] == 'r') return;
      // An escaped quote that needs none.
      for (size_t i = 1; i + 1 < literal.size(); ++i) {
        if (literal[i] == '\\') {
          ++i;
          continue;
        }
        if (literal[i] == '"' && i > 1 && literal[0] != '"') {
          literal.insert(i, 1, '\\');
          return;
        }
      }
      return;
    }
  }
  const std::string_view empty = bytes ? "b\"\"" : "\"\"";
  if (missing < empty.size()) {
    if (literal.find('\\') == std::string::npos) literal.insert(0, 1, 'r');
    return;
  }
  literal.append(missing - empty.size(), ' ');
  literal += empty;
}

/// Each character in one of the ways to write it, so that the whole has the width.
class MixedString {
 public:
  MixedString(std::string_view text, bool bytes, char quote) : text_(text), bytes_(bytes), quote_(quote) {}

  bool run(size_t width, std::string& out) {
    StringStyle style;
    style.quote = quote_;
    std::string natural;
    write_string(text_, bytes_, style, natural);
    need_ = static_cast<int64_t>(width) - static_cast<int64_t>(natural.size());
    out = bytes_ ? "b" : "";
    out += quote_;
    for (size_t at = 0; at < text_.size();) {
      const size_t begin = at;
      if (bytes_)
        ++at;
      else
        decode_code_point(text_, &at);
      out += spelling(begin, at);
    }
    out += quote_;
    return out.size() == width;
  }

 private:
  /// How the character stands in the string, changed towards what is needed.
  std::string spelling(size_t begin, size_t end) {
    StringStyle style;
    style.quote = quote_;
    std::string usual;
    write_body(text_.substr(begin, end - begin), bytes_, style, usual);
    if (need_ == 0) return usual;
    std::string best = usual;
    int64_t best_gain = 0;
    for (const std::string& each : alternatives(begin, end)) {
      const int64_t gain = static_cast<int64_t>(each.size()) - static_cast<int64_t>(usual.size());
      const bool helps = need_ > 0 ? gain > best_gain && gain <= need_ : gain < best_gain && gain >= need_;
      if (!helps) continue;
      best = each;
      best_gain = gain;
    }
    need_ -= best_gain;
    return best;
  }

  std::vector<std::string> alternatives(size_t begin, size_t end) const {
    std::vector<std::string> result;
    const auto ch = static_cast<unsigned char>(text_[begin]);
    if (end - begin > 1 || (ch >= ' ' && ch < 127 && ch != '\'' && ch != '"')) {
      if (end - begin == 1) return result;
      StringStyle style;
      style.escape_unicode = true;
      write_body(text_.substr(begin, end - begin), bytes_, style, result.emplace_back());
      return result;
    }
    if (ch == '\'' || ch == '"') return {std::string("\\") + static_cast<char>(ch)};
    constexpr std::string_view kLetters = "abtnvfr";
    if (ch >= 7 && ch <= 13) result.push_back(std::string("\\") + kLetters[ch - 7u]);
    result.emplace_back("\\x");
    append_hex(result.back(), ch, 2, false);
    const bool digit_follows = end < text_.size() && text_[end] >= '0' && text_[end] <= '7';
    const std::string octal = {static_cast<char>('0' + (ch >> 6)), static_cast<char>('0' + (ch >> 3 & 7)),
                               static_cast<char>('0' + (ch & 7))};
    result.push_back("\\" + octal);
    if (ch < 64 && !digit_follows) result.push_back("\\" + octal.substr(1));
    if (ch < 8 && !digit_follows) result.push_back("\\" + octal.substr(2));
    return result;
  }

  std::string_view text_;
  bool bytes_;
  char quote_;
  int64_t need_ = 0;
};

bool mixed_string(std::string_view text, bool bytes, char quote, size_t width, std::string& out) {
  return MixedString(text, bytes, quote).run(width, out) ||
         MixedString(text, bytes, other(quote)).run(width, out);
}

}  // namespace

bool write_body(std::string_view text, bool bytes, const StringStyle& style, std::string& out) {
  return BodyWriter(text, bytes, style, out).run();
}

bool write_string(std::string_view text, bool bytes, const StringStyle& style, std::string& out) {
  if (style.raw) out += 'r';
  if (bytes) out += 'b';
  out.append(style.triple ? 3 : 1, style.quote);
  if (!write_body(text, bytes, style, out)) return false;
  out.append(style.triple ? 3 : 1, style.quote);
  return true;
}

namespace {

/// Regular expressions are mostly written raw.
bool is_pattern(std::string_view text) {
  constexpr std::string_view kBehind = "dwsbDWSB.()[]{}*+?|^$";
  const size_t backslash = text.find('\\');
  return backslash != std::string_view::npos && backslash + 1 < text.size() &&
         kBehind.find(text[backslash + 1]) != std::string_view::npos;
}

}  // namespace

std::string natural_string(std::string_view text, bool bytes, char preferred) {
  StringStyle style;
  style.quote = usual_quote(text, preferred);
  std::string out;
  out.reserve(text.size() + 4);
  write_string(text, bytes, style, out);
  const size_t backslashes = static_cast<size_t>(std::count(text.begin(), text.end(), '\\'));
  if (backslashes == 0) return out;
  // Patterns and the like.
  std::string raw;
  style.raw = true;
  if (write_string(text, bytes, style, raw) && raw.size() < out.size() + (is_pattern(text) ? 1 : 0))
    return raw;
  return out;
}

std::string shortest_string(std::string_view text, bool bytes) {
  std::string best = natural_string(text, bytes);
  if (is_plain(text)) return best;
  std::string out;
  for (const StringStyle& style : one_line_styles(usual_quote(text))) {
    out.clear();
    if (write_string(text, bytes, style, out) && out.size() < best.size()) best = out;
  }
  return best;
}

bool string_of_width(std::string_view text, bool bytes, size_t width, std::string& out) {
  StringStyle natural;
  natural.quote = usual_quote(text);
  if (is_pattern(text)) {
    StringStyle raw = natural;
    raw.raw = true;
    out.clear();
    if (write_string(text, bytes, raw, out) && out.size() == width) return true;
  }
  out.clear();
  write_string(text, bytes, natural, out);
  if (out.size() == width) return true;
  if (is_plain(text)) {
    if (out.size() > width) return false;
    if (width == out.size() + 4) return make_triple(text, bytes, natural, width, out);
    pad(out, width, bytes);
    return out.size() == width;
  }
  std::string best;
  std::string candidate;
  for (StringStyle style : one_line_styles(natural.quote)) {
    candidate.clear();
    if (write_string(text, bytes, style, candidate)) {
      if (candidate.size() == width) {
        out = candidate;
        return true;
      }
      if (candidate.size() < width && candidate.size() > best.size()) best = candidate;
    }
    if (!style.raw) {
      style.escaped_newlines = text.size();
    }
    if (make_triple(text, bytes, style, width, candidate)) {
      out = candidate;
      return true;
    }
  }
  if (mixed_string(text, bytes, natural.quote, width, out)) return true;
  if (best.empty()) return false;
  pad(best, width, bytes);
  out = best;
  return out.size() == width;
}

namespace {

size_t last_line_width(std::string_view text) {
  const size_t newline = text.rfind('\n');
  return newline == std::string_view::npos ? text.size() : text.size() - newline - 1;
}

bool fits_lines(std::string_view literal, int32_t last_column) {
  return last_column < 0 || last_line_width(literal) == static_cast<size_t>(last_column);
}

}  // namespace

namespace {

/// Simple quotes; each newline is an escape and a backslash at the end of the line.
bool continued_string(std::string_view text, bool bytes, size_t newlines, int32_t last_column,
                      std::string& out) {
  for (const char quote : {usual_quote(text), other(usual_quote(text))}) {
    for (const bool escape_quotes : {false, true}) {
      StringStyle style;
      style.quote = quote;
      style.escape_quotes = escape_quotes;
      out = bytes ? "b" : "";
      out += quote;
      size_t begin = 0;
      size_t lines = 0;
      while (begin < text.size()) {
        const size_t newline = text.find('\n', begin);
        const size_t end = newline == std::string_view::npos ? text.size() : newline + 1;
        write_body(text.substr(begin, end - begin), bytes, style, out);
        begin = end;
        if (newline == std::string_view::npos || lines == newlines) continue;
        out += "\\\n";
        ++lines;
      }
      out += quote;
      if (lines == newlines && fits_lines(out, last_column)) return true;
    }
  }
  return false;
}

}  // namespace

bool string_of_lines(std::string_view text, bool bytes, size_t newlines, int32_t last_column,
                     std::string& out) {
  const auto own = static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
  std::vector<StringStyle> styles;
  for (const char quote : {'"', '\''}) {
    for (StringStyle style : one_line_styles(quote)) {
      if (style.quote != quote) continue;
      style.triple = true;
      if (style.raw && own != newlines) continue;
      style.escaped_newlines = own > newlines ? own - newlines : 0;
      styles.push_back(style);
    }
  }
  for (const StringStyle& style : styles) {
    out.clear();
    if (!write_string(text, bytes, style, out)) continue;
    if (own < newlines) {
      const size_t missing = newlines - own;
      std::string continued;
      for (size_t i = 0; i < missing; ++i) continued += "\\\n";
      const size_t front = out.find(style.quote) + 3;
      std::string behind = out;
      out.insert(front, continued);
      if (fits_lines(out, last_column)) return true;
      behind.insert(behind.size() - 3, continued);
      if (fits_lines(behind, last_column)) {
        out = behind;
        return true;
      }
      continue;
    }
    if (fits_lines(out, last_column)) return true;
  }
  return continued_string(text, bytes, newlines, last_column, out);
}

// --- Repetitions

namespace {

constexpr size_t kMaxPeriod = 80;
constexpr size_t kMaxRepeated = 40000;  // bytes; folding makes no more than 4096 characters of a repetition

bool begins_character(std::string_view text, size_t at, bool bytes) {
  return bytes || at == text.size() || (text[at] & 0xC0) != 0x80;
}

struct Run {
  size_t period = 0;
  size_t times = 0;
};

/// The repetition at `at` that saves most.
Run longest_run(std::string_view text, size_t at, bool bytes) {
  Run best;
  size_t saved = 6;  // what an own literal, an operator and a count cost
  for (size_t period = 1; period <= kMaxPeriod && at + 2 * period <= text.size(); ++period) {
    if (!begins_character(text, at + period, bytes)) continue;
    size_t end = at + period;
    while (end < text.size() && text[end] == text[end - period]) ++end;
    const size_t times = (end - at) / period;
    if (times < 2) continue;
    const size_t width = is_plain(text.substr(at, period))
                             ? period
                             : shortest_string(text.substr(at, period), bytes).size() - 2;
    if ((times - 1) * width <= saved) continue;
    saved = (times - 1) * width;
    best = {period, times};
  }
  return best;
}

}  // namespace

namespace {

/// What is repeated, which may itself hold repetitions.
std::string repeated_part(std::string_view text, bool bytes) {
  std::string best = shortest_string(text, bytes);
  Level level = kAtom;
  size_t gap = 0;
  std::string made = text.size() >= 10 ? repeated_string(text, bytes, &level, &gap) : std::string();
  if (level == kArithmetic) made = "(" + made + ")";
  return !made.empty() && made.size() < best.size() ? made : best;
}

}  // namespace

std::string repeated_string(std::string_view text, bool bytes, Level* level, size_t* gap) {
  if (text.size() < 2 || text.size() > kMaxRepeated) return {};
  // The whole of it first: short texts, too.
  for (size_t period = 1; period * 2 <= text.size(); ++period) {
    if (text.size() % period != 0 || !begins_character(text, period, bytes)) continue;
    if (text.substr(period) != text.substr(0, text.size() - period)) continue;
    *level = kTerm;
    const std::string part = repeated_part(text.substr(0, period), bytes);
    *gap = part.size();
    return part + "*" + std::to_string(text.size() / period);
  }
  std::string out;
  size_t literal = 0;
  size_t at = 0;
  size_t terms = 0;
  auto add = [&](const std::string& term) {
    if (terms++ != 0) out += '+';
    out += term;
  };
  while (at < text.size()) {
    const Run run = begins_character(text, at, bytes) ? longest_run(text, at, bytes) : Run();
    if (run.times == 0) {
      ++at;
      continue;
    }
    if (at > literal) add(natural_string(text.substr(literal, at - literal), bytes));
    add(repeated_part(text.substr(at, run.period), bytes));
    *gap = out.size();
    out += "*" + std::to_string(run.times);
    at += run.period * run.times;
    literal = at;
  }
  if (terms == 0) return {};
  if (literal < text.size()) add(natural_string(text.substr(literal), bytes));
  *level = terms == 1 ? kTerm : kArithmetic;
  return out;
}

}  // namespace ouro::decompiler
