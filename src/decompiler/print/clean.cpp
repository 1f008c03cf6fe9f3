// Conventional formatting: lines of 88 columns, four spaces of indentation, blank lines around definitions.
//
// A statement that is too long for its line is split at its last bracket outside of all others: what stands
// in the bracket goes to a line of its own, deeper by four; if it is too long for that, to one line for each
// item, with a comma behind the last where one may stand, or for each operand of an operator.
#include <algorithm>

#include "decompiler/print/layout.h"

namespace ouro::decompiler {

namespace {

constexpr size_t kWidth = 88;
constexpr int32_t kStep = 4;

class CleanLayout {
 public:
  explicit CleanLayout(Tokens& tokens) : tokens_(tokens), partner_(tokens.size(), 0) { match_brackets(); }

  Text run() {
    for (size_t i = 0; i < tokens_.size();) {
      size_t end = i + 1;
      while (end < tokens_.size() && !(tokens_[end].flags & kStatement)) ++end;
      blank_lines(i);
      statement(i, end);
      i = end;
    }
    return {std::move(out_), std::move(open_lines_)};
  }

 private:
  void match_brackets() {
    std::vector<size_t> open;
    for (size_t i = 0; i < tokens_.size(); ++i) {
      if (tokens_[i].flags & kOpen) open.push_back(i);
      if (tokens_[i].flags & kClose && !open.empty()) {
        partner_[open.back()] = i;
        open.pop_back();
      }
    }
  }

  // --- lines

  void blank_lines(size_t i) {
    const Token& token = tokens_[i];
    if (i == 0) return;
    const bool first = (token.flags & kFirst) != 0;
    const bool definition = (token.flags & kDefinition) != 0;
    const bool after = (token.flags & kEndDefinition) != 0;
    if (first || (!definition && !after)) return;
    if (out_.ends_with(":\n")) return;
    const int count = token.extra == 0 ? 2 : 1;
    for (int n = 0; n < count; ++n) newline();
  }

  void newline() {
    out_ += '\n';
    open_lines_.push_back(true);
    column_ = 0;
    last_ = 0;
  }

  void indent(int32_t width) {
    out_.append(static_cast<size_t>(width), ' ');
    column_ = width;
    last_ = 0;
  }

  /// Tokens [begin, end) of one statement.
  void statement(size_t begin, size_t end) {
    const int32_t width = tokens_[begin].extra;
    for (size_t i = begin; i < end; ++i) {
      if (!(tokens_[i].flags & kOptional)) continue;
      tokens_[i].flags |= kDropped;
      if (tokens_[i].flags & kOpen) tokens_[i + 1].flags |= tokens_[i].flags & kSpace;
    }
    indent(width);
    if (!fits(begin, end)) {
      for (size_t i = begin; i < end; ++i) {
        if (!(tokens_[i].flags & kDropped)) continue;
        tokens_[i].flags &= ~uint32_t{kDropped};
        if (tokens_[i].flags & kOpen) tokens_[i + 1].flags &= ~uint32_t{kSpace};
      }
      keep_useful_parentheses(begin, end);
    }
    split(begin, end, width, 0);
    newline();
  }

  /// Optional parentheses are for what has no brackets to split at.
  void keep_useful_parentheses(size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      const Token& token = tokens_[i];
      if (!(token.flags & kOptional) || !(token.flags & kOpen)) continue;
      const size_t close = partner_[i];
      if (!ends_in_bracket(i + 1, close)) continue;
      tokens_[i].flags |= kDropped;
      tokens_[close].flags |= kDropped;
      tokens_[i + 1].flags |= tokens_[i].flags & kSpace;
    }
  }

  bool ends_in_bracket(size_t begin, size_t end) const {
    if (end <= begin || !(tokens_[end - 1].flags & kClose)) return false;
    // Operators outside of brackets look better between parentheses.
    for (size_t i = begin; i < end; ++i) {
      if (tokens_[i].flags & kOpen && partner_[i] > i) {
        i = partner_[i];
        continue;
      }
      if (tokens_[i].flags & kWord) return false;
    }
    return true;
  }

  size_t separator(const Token& token) const {
    if (last_ == 0) return 0;
    if (token.flags & (kMustSpace | kSpace)) return 1;
    return must_part(last_, token.text.front()) ? 1 : 0;
  }

  void write(size_t i) {
    Token& token = tokens_[i];
    if (token.flags & kDropped) return;
    const size_t space = separator(token);
    out_.append(space, ' ');
    token.place = {static_cast<int32_t>(open_lines_.size()) + 1, column_ + static_cast<int32_t>(space)};
    out_ += token.text;
    column_ += static_cast<int32_t>(space + token.text.size());
    last_ = token.text.back();
    const auto lines = static_cast<size_t>(std::count(token.text.begin(), token.text.end(), '\n'));
    open_lines_.resize(open_lines_.size() + lines, false);
    if (lines != 0) column_ = static_cast<int32_t>(token.text.size() - token.text.rfind('\n') - 1);
  }

  bool fits(size_t begin, size_t end) const {
    size_t width = static_cast<size_t>(column_);
    char last = last_;
    for (size_t i = begin; i < end; ++i) {
      const Token& token = tokens_[i];
      if (token.flags & kDropped) continue;
      if (last != 0 && (token.flags & (kMustSpace | kSpace) || must_part(last, token.text.front()))) ++width;
      width += std::min(token.text.size(), token.text.find('\n'));
      last = token.text.back();
      if (width > kWidth) return false;
    }
    return true;
  }

  // --- splitting

  static constexpr int kMaxNesting = 100;

  /// Writes tokens [begin, end) from here on, with what is split off at `width` + 4.
  void split(size_t begin, size_t end, int32_t width, int nesting) {
    const size_t open = fits(begin, end) || nesting > kMaxNesting ? end : last_bracket(begin, end);
    if (open == end) {
      for (size_t i = begin; i < end; ++i) write(i);
      return;
    }
    const size_t close = partner_[open];
    for (size_t i = begin; i <= open; ++i) write(i);
    inside(open, close, width + kStep, nesting + 1);
    newline();
    indent(width);
    split(close, end, width, nesting + 1);
  }

  /// The last bracket outside of others that holds anything.
  size_t last_bracket(size_t begin, size_t end) const {
    size_t found = end;
    for (size_t i = begin; i < end; ++i) {
      if (!(tokens_[i].flags & kOpen) || partner_[i] <= i || partner_[i] >= end) continue;
      if (!(tokens_[i].flags & kDropped)) {
        if (partner_[i] > i + 1) found = i;
        i = partner_[i];
      }
    }
    return found;
  }

  void inside(size_t open, size_t close, int32_t width, int nesting) {
    newline();
    indent(width);
    if (fits(open + 1, close) && !ends_with_comma(open, close)) {
      for (size_t i = open + 1; i < close; ++i) write(i);
      return;
    }
    if (tokens_[open].flags & kItems)
      items(open, close, width, nesting);
    else
      operands(open, close, width, nesting);
  }

  bool ends_with_comma(size_t open, size_t close) const {
    return close > open + 1 && tokens_[open].flags & kItems && tokens_[close - 1].flags & kComma;
  }

  void items(size_t open, size_t close, int32_t width, int nesting) {
    size_t begin = open + 1;
    for (size_t i = begin; i < close; ++i) {
      if (tokens_[i].flags & kOpen && partner_[i] > i) {
        i = partner_[i];
        continue;
      }
      if (!(tokens_[i].flags & kComma)) continue;
      split(begin, i + 1, width, nesting);
      begin = i + 1;
      if (begin == close) return;
      newline();
      indent(width);
    }
    split(begin, close, width, nesting);
    out_ += ',';
    ++column_;
  }

  /// A line for each operand, operators in front.
  void operands(size_t open, size_t close, int32_t width, int nesting) {
    size_t begin = open + 1;
    for (size_t i = begin; i < close; ++i) {
      if (tokens_[i].flags & kOpen && partner_[i] > i) {
        i = partner_[i];
        continue;
      }
      if (!(tokens_[i].flags & (kWord | kFixedBreak)) || i == begin) continue;
      split(begin, i, width, nesting);
      begin = i;
      newline();
      indent(width);
    }
    split(begin, close, width, nesting);
  }

  Tokens& tokens_;
  std::vector<size_t> partner_;  // of an opening bracket: the closing one
  std::string out_;
  std::vector<bool> open_lines_;
  int32_t column_ = 0;
  char last_ = 0;
};

}  // namespace

Text lay_out_clean(Tokens& tokens) {
  return CleanLayout(tokens).run();
}

}  // namespace ouro::decompiler
