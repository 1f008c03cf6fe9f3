// The layout: tokens to text, in one pass.
//
// A token whose place is known is an anchor. The tokens between two anchors form a run, which has the gap
// between them to itself: on one line it gets its usual spaces where they fit, only the necessary ones where
// they do not, and what is left over stands before the anchor. Where the anchor is on a later line, the run
// breaks: what closes or separates stays on the line above, what opens or prefixes goes down with the anchor.
// Outside of brackets a break needs a backslash; a pair of optional parentheses makes it unnecessary where
// the gap has room for them.
//
// Statements begin lines at the indentation of their block. One whose line is unknown takes a free line
// between its neighbours, and shares a line with one of them only where there is none.
//
// An anchor that has been passed already cannot be had; the token then stands as early as possible, and all
// that follows finds its own place again as soon as there is room. Lines win over columns.
#include "decompiler/print/layout.h"

#include <algorithm>

namespace ouro::decompiler {

namespace {

class Layout {
 public:
  Layout(Tokens& tokens, const LayoutResources& resources)
      : tokens_(tokens), resources_(resources), next_(tokens.size() + 1) {
    survey();
  }

  Text run() {
    place_all();
    if (!out_.empty() && out_.back() != '\n') out_ += '\n';
    open_lines_.resize(static_cast<size_t>(line_), true);
    return {std::move(out_), std::move(open_lines_)};
  }

  std::string run_inside(const Place& at) {
    line_ = at.line;
    column_ = at.column;
    depth_ = 1;
    at_line_start_ = false;
    last_ = 0;
    place_all();
    return std::move(out_);
  }

 private:
  void place_all() {
    const size_t count = tokens_.size();
    size_t i = 0;
    while (i < count) {
      if (tokens_[i].flags & kStatement) begin_statement(i);
      size_t j = i;
      while (j < count && tokens_[j].place.line == 0 && (j == i || !(tokens_[j].flags & kStatement))) ++j;
      const bool anchored =
          j < count && tokens_[j].place.line != 0 && (j == i || !(tokens_[j].flags & kStatement));
      place_run(i, j, anchored);
      i = anchored ? j + 1 : j;
    }
  }

  /// For each token the next known line, and how many lines statements without a line need before it.
  struct Ahead {
    int32_t line = 0;
    int32_t floating = 0;
  };

  static int32_t height(const Token& token) {
    return token.flags & kMultiline && !(token.flags & kOptional)
               ? static_cast<int32_t>(std::count(token.text.begin(), token.text.end(), '\n'))
               : 0;
  }

  void survey() {
    Ahead ahead;
    for (size_t i = tokens_.size(); i-- > 0;) {
      const Token& token = tokens_[i];
      if (token.place.line != 0) ahead = {token.place.line, 0};
      ahead.floating += height(token);
      if (token.place.line == 0 && token.flags & kStatement) ++ahead.floating;
      next_[i] = ahead;
    }
  }

  size_t separator(const Token& token, bool pretty) const {
    if (at_line_start_) return 0;
    if (token.flags & kMustSpace) return 1;
    if (pretty && token.flags & kSpace && last_ != 0) return 1;
    return last_ != 0 && must_part(last_, token.text.front()) ? 1 : 0;
  }

  static size_t separator_between(char last, const Token& token, bool pretty) {
    if (token.flags & kMustSpace || (pretty && token.flags & kSpace)) return 1;
    return last != 0 && must_part(last, token.text.front()) ? 1 : 0;
  }

  void write(std::string_view text) {
    out_ += text;
    const size_t newline = text.rfind('\n');
    if (newline == std::string_view::npos) {
      column_ += static_cast<int32_t>(text.size());
    } else {
      line_ += static_cast<int32_t>(std::count(text.begin(), text.end(), '\n'));
      column_ = static_cast<int32_t>(text.size() - newline - 1);
    }
    last_ = text.back();
    at_line_start_ = false;
  }

  void write_token(Token& token, bool less) {
    token.place = {line_, column_};
    const int32_t line = line_;
    write(less && !token.less.empty() ? token.less : token.text);
    if (token.flags & kOpen) ++depth_;
    if (token.flags & kClose && depth_ > 0) --depth_;
    for (int32_t i = line; i < line_; ++i) close_line(i);
  }

  void close_line(int32_t line) {
    if (static_cast<size_t>(line) > open_lines_.size()) open_lines_.resize(static_cast<size_t>(line), true);
    open_lines_[static_cast<size_t>(line) - 1] = false;
  }

  /// What is to be written of so much that only the places ask for.
  int32_t affordable(int32_t count) {
    constexpr int32_t kFree = 100;
    if (count <= kFree) return count;
    resources_.filling -= count;
    return resources_.filling < 0 ? 1 : count;
  }

  void spaces(size_t wanted) {
    const auto count =
        static_cast<size_t>(affordable(static_cast<int32_t>(std::min(wanted, size_t{INT32_MAX}))));
    out_.append(count, ' ');
    column_ += static_cast<int32_t>(count);
    if (count != 0) last_ = ' ';
  }

  void new_lines(int32_t wanted) {
    const int32_t count = affordable(wanted);
    if (depth_ == 0) {
      out_ += must_space_before_backslash() ? " \\\n" : "\\\n";
      for (int32_t i = 1; i < count; ++i) out_ += "\\\n";
      for (int32_t i = 0; i < count; ++i) close_line(line_ + i);
    } else {
      out_.append(static_cast<size_t>(count), '\n');
    }
    line_ += count;
    column_ = 0;
    last_ = 0;
    at_line_start_ = true;
  }

  bool must_space_before_backslash() const {
    return !out_.empty() && out_.back() != ' ' && out_.back() != '\n';
  }

  // --- statements

  void end_line(int32_t target, int32_t indent) {
    if (!out_.empty()) {
      const int32_t count = affordable(std::max(1, target - line_));
      out_.append(static_cast<size_t>(count), '\n');
      line_ += count;
    } else {
      const int32_t count = affordable(std::max(0, target - 1));
      out_.append(static_cast<size_t>(count), '\n');
      line_ = count + 1;
    }
    depth_ = 0;
    out_.append(static_cast<size_t>(indent), ' ');
    column_ = indent;
    last_ = 0;
    at_line_start_ = true;
  }

  void begin_statement(size_t i) {
    Token& token = tokens_[i];
    const int32_t line = token.place.line;
    const Ahead& ahead = next_[i];
    // Lines between this one and the next that is taken.
    const int32_t free = ahead.line == 0 ? INT32_MAX : ahead.line - line_ - 1;
    const bool crowded = line == 0 && ahead.floating > free;
    if (out_.empty()) {
      inline_ = false;
      end_line(line != 0 ? line : first_line(ahead), token.extra);
      return;
    }
    if (token.flags & kFirst) {
      inline_ = token.flags & kInlineSuite && (line != 0 ? line <= line_ : crowded);
      if (inline_) return;
    } else if (token.flags & kJoinable) {
      if (inline_ || (line != 0 ? line == line_ : crowded)) {
        if (last_ != ';') write(";");
        return;
      }
    } else {
      inline_ = false;
    }
    int32_t target = line;
    if (line == 0) target = token.flags & kLate && ahead.line != 0 ? ahead.line - ahead.floating : line_ + 1;
    end_line(target, token.extra);
  }

  static int32_t first_line(const Ahead& ahead) { return 1 + 0 * ahead.line; }

  // --- runs

  /// Whether optional parentheses in the run are wanted and fit; those that are not are dropped.
  void decide_parentheses(size_t begin, size_t end, bool anchored) {
    for (size_t i = begin; i < end; ++i) {
      Token& token = tokens_[i];
      if (!(token.flags & kOptional) || !(token.flags & kOpen)) continue;
      bool wanted = depth_ == 0 && anchored;
      if (wanted) {
        const Place& place = tokens_[end].place;
        const bool below = place.line > line_;
        wanted = below || (token.flags & kMultiline && place.line == line_ && place.column >= 0 &&
                           column_ + static_cast<int32_t>(width(begin, end, true, false)) <= place.column);
      }
      if (wanted) continue;
      token.flags |= kDropped;
      tokens_[static_cast<size_t>(token.extra)].flags |= kDropped;
      tokens_[i + 1].flags |= token.flags & kSpace;
    }
  }

  /// The width of tokens [begin, end) and of the space before token `end` if there is one.
  size_t width(size_t begin, size_t end, bool pretty, bool less) const {
    size_t sum = 0;
    char last = at_line_start_ ? 0 : last_;
    bool first = at_line_start_;
    for (size_t i = begin; i < end; ++i) {
      const Token& token = tokens_[i];
      if (token.flags & kDropped) continue;
      if (!first) sum += separator_between(last, token, pretty);
      first = false;
      const std::string_view text = less && !token.less.empty() ? token.less : token.text;
      sum += text.size();
      last = text.back();
    }
    if (end < tokens_.size() && !first && !(tokens_[end].flags & kStatement))
      sum += separator_between(last, tokens_[end], pretty);
    return sum;
  }

  void write_pretty(size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      Token& token = tokens_[i];
      if (token.flags & kDropped) continue;
      if (!starts_statement(token))
        spaces(separator(token, true));
      else if (!at_line_start_)
        spaces(1);
      write_token(token, false);
    }
  }

  /// The first token of a statement that shares its line with what is before it.
  bool starts_statement(const Token& token) const { return (token.flags & kStatement) != 0; }

  void place_run(size_t begin, size_t end, bool anchored) {
    decide_parentheses(begin, end, anchored);
    if (!anchored) {
      before_statement(begin, end);
      return;
    }
    Token& anchor = tokens_[end];
    if (anchor.flags & kDropped) {
      write_pretty(begin, end);
      return;
    }
    if (anchor.place.line > line_ && !(begin == end && at_line_start_ && anchor.flags & kStatement)) {
      break_run(begin, end);
    } else {
      same_line(begin, end, true);
    }
    write_token(anchor, !anchor.less.empty() && !leaves_room(end));
  }

  /// The rest of a statement, or of a header; what follows may stand on the same line at a known place.
  void before_statement(size_t begin, size_t end) {
    if (end < tokens_.size() && tokens_[end].place.exact() && tokens_[end].place.line == line_ &&
        begin < end) {
      const Token& next = tokens_[end];
      const bool joins = (next.flags & kFirst && next.flags & kInlineSuite) || next.flags & kJoinable;
      const int64_t gap = int64_t{next.place.column} - column_ - (next.flags & kJoinable ? 1 : 0);
      const auto least = static_cast<int64_t>(width(begin, end, false, false));
      if (joins && static_cast<int64_t>(width(begin, end, true, false)) > gap && gap > 0) {
        for (size_t i = begin, budget = static_cast<size_t>(std::max(gap - least, int64_t{0})); i < end;
             ++i) {
          if (tokens_[i].flags & kDropped) continue;
          const size_t must = separator(tokens_[i], false);
          const bool wide = must == 0 && budget != 0 && separator(tokens_[i], true) != 0 &&
                            !(tokens_[i].flags & kStatement);
          if (wide) --budget;
          spaces(wide ? 1 : must);
          write_token(tokens_[i], false);
        }
        return;
      }
    }
    write_pretty(begin, end);
  }

  /// Whether the tokens between this one and the next that has a place fit if it is not shortened.
  bool leaves_room(size_t i) const {
    const Token& token = tokens_[i];
    int64_t column = column_ + static_cast<int64_t>(token.text.size());
    for (size_t j = i + 1; j < tokens_.size() && !(tokens_[j].flags & kStatement); ++j) {
      const Token& next = tokens_[j];
      if (next.flags & kOptional) continue;
      if (next.place.line != 0)
        return next.place.line != line_ || next.place.column < 0 || column <= next.place.column;
      column += static_cast<int64_t>((next.less.empty() ? next.text : next.less).size());
    }
    return true;
  }

  /// Tokens [begin, end), and the space before the anchor.
  void same_line(size_t begin, size_t end, bool anchored_line) {
    const Token& anchor = tokens_[end];
    const int64_t gap =
        anchored_line && anchor.place.column >= 0 ? int64_t{anchor.place.column} - column_ : -1;
    if (anchor.flags & kStatement) {
      // Behind a ';' or ':', or at the start of a line.
      const int64_t wanted = gap >= 0 ? gap : at_line_start_ ? 0 : 1;
      if (!at_line_start_ || anchor.place.column >= 0)
        spaces(static_cast<size_t>(at_line_start_ ? 0 : wanted));
      return;
    }
    if (anchor.place.column < 0) {
      write_pretty(begin, end);
      spaces(separator(anchor, true));
      return;
    }
    const auto pretty = static_cast<int64_t>(width(begin, end, true, false));
    if (pretty <= gap) {
      spread(begin, end, static_cast<size_t>(gap - pretty));
      return;
    }
    bool less = false;
    auto least = static_cast<int64_t>(width(begin, end, false, false));
    if (least > gap) {
      less = true;
      least = static_cast<int64_t>(width(begin, end, false, true));
      if (least > gap) {
        shorten(begin, end);
        least = static_cast<int64_t>(width(begin, end, false, true));
      }
    }
    squeeze(begin, end, gap > least ? static_cast<size_t>(gap - least) : 0, less);
  }

  /// With all usual spaces, and `excess` more where the run begins to belong to the anchor.
  void spread(size_t begin, size_t end, size_t excess) {
    size_t tail = end;
    while (tail > begin && tokens_[tail - 1].flags & (kGlue | kDropped)) --tail;
    for (size_t i = begin; i < end; ++i) {
      Token& token = tokens_[i];
      if (token.flags & kDropped) continue;
      size_t count = starts_statement(token) ? (at_line_start_ ? 0 : 1) : separator(token, true);
      if (excess >= 2 && count == 0 && (token.text == "=" || token.text == "**") && i + 1 == end) {
        // Room for a space on both sides.
        count = 1;
        --excess;
      } else if (i >= tail && excess != 0 && !has_equals(i, end, excess) &&
                 !(i == begin && token.flags & kStatement)) {
        count += excess;
        excess = 0;
      }
      spaces(count);
      write_token(token, false);
    }
    spaces(separator(tokens_[end], true) + excess);
  }

  /// Whether a '=' in front of the anchor is to get the room that is left.
  bool has_equals(size_t begin, size_t end, size_t excess) const {
    return excess == 2 && end > begin + 1 && tokens_[end - 1].text == "=" &&
           !(tokens_[end - 1].flags & kSpace);
  }

  void shorten(size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      Token& token = tokens_[i];
      if (token.constant == nullptr) continue;
      const std::string_view less = resources_.shorten(*token.constant);
      if (less.size() < (token.less.empty() ? token.text : token.less).size()) token.less = less;
    }
  }

  void squeeze(size_t begin, size_t end, size_t budget, bool less) {
    for (size_t i = begin; i <= end; ++i) {
      Token& token = tokens_[i];
      if (token.flags & kDropped) continue;
      size_t count = separator(token, false);
      if (count == 0 && budget != 0 && (i == end || separator(token, true) != 0)) {
        count = i == end ? budget : 1;
        budget -= count;
      } else if (i == end) {
        count += budget;
      }
      spaces(count);
      if (i < end) write_token(token, less);
    }
  }

  /// The anchor is on a later line.
  void break_run(size_t begin, size_t end) {
    const Token& anchor = tokens_[end];
    size_t tail = end;
    while (tail > begin && tokens_[tail - 1].flags & (kGlue | kDropped) &&
           !(tokens_[tail - 1].flags & kStatement))
      --tail;
    const int32_t column = anchor.place.column;
    if (column >= 0) tail = std::max(tail, first_that_fits(tail, end, static_cast<size_t>(column)));
    if (tail < end && only_opens(tail, end)) tail = end;
    write_pretty(begin, tail);
    if (anchor.place.line > line_) new_lines(anchor.place.line - line_);
    const size_t used = tail_width(tail, end);
    if (column >= 0 && static_cast<size_t>(column) > used) spaces(static_cast<size_t>(column) - used);
    if (column < 0) spaces(4);
    at_line_start_ = true;
    last_ = 0;
    for (size_t i = tail; i < end; ++i) {
      if (tokens_[i].flags & kDropped) continue;
      spaces(separator(tokens_[i], true));
      write_token(tokens_[i], false);
    }
    if (tail < end) spaces(separator(anchor, true));
  }

  /// Brackets alone stay on the line above.
  bool only_opens(size_t begin, size_t end) const {
    for (size_t i = begin; i < end; ++i)
      if (!(tokens_[i].flags & kOpen) && !(tokens_[i].flags & kDropped)) return false;
    return true;
  }

  /// The first token from which on all up to token `end` fit in front of a column.
  size_t first_that_fits(size_t begin, size_t end, size_t column) const {
    size_t sum = 0;
    size_t found = end;
    const Token* next = &tokens_[end];
    for (size_t i = end; i-- > begin;) {
      const Token& token = tokens_[i];
      if (token.flags & kDropped) continue;
      sum += token.text.size() + separator_between(token.text.back(), *next, true);
      if (sum > column) break;
      next = &token;
      found = i;
    }
    return found;
  }

  size_t tail_width(size_t begin, size_t end) const {
    size_t sum = 0;
    char last = 0;
    bool first = true;
    for (size_t i = begin; i <= end; ++i) {
      const Token& token = tokens_[i];
      if (token.flags & kDropped) continue;
      if (!first) sum += separator_between(last, token, true);
      first = false;
      if (i < end) sum += token.text.size();
      last = token.text.back();
    }
    return sum;
  }

  Tokens& tokens_;
  const LayoutResources& resources_;
  std::vector<Ahead> next_;
  std::string out_;
  std::vector<bool> open_lines_;
  int32_t line_ = 1;
  int32_t column_ = 0;
  int32_t depth_ = 0;
  char last_ = 0;  // the last character written; 0 at the start of a line
  bool at_line_start_ = true;
  bool inline_ = false;  // in a suite on its header's line
};

}  // namespace

Text lay_out(Tokens& tokens, const LayoutResources& resources) {
  return Layout(tokens, resources).run();
}

std::string lay_out_inside(Tokens& tokens, const Place& at, const LayoutResources& resources) {
  if (!at.exact())
    for (Token& token : tokens) token.place = {};
  return Layout(tokens, resources).run_inside(at);
}

}  // namespace ouro::decompiler
