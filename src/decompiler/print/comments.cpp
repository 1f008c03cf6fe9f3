// Comments go to the lines that they ask for, behind the code if there is any, or to the next line that can
// take one: the end of a line inside of a string, or in front of a continuation, cannot. Those that ask for
// no line take the blank lines of their definition, in order, and what is left gets lines of its own behind
// the last of them. Two comments on one line are joined.
#include "decompiler/print/comments.h"

#include <algorithm>
#include <cstring>
#include <map>

namespace ouro::decompiler {

namespace {

/// What is added to a line.
struct Addition {
  std::string comment;             // behind the code
  std::vector<std::string> after;  // whole lines that follow
  int32_t indent = 0;              // of a comment alone on the line
};

/// The lines of a text, of which far more can be blank than others: only the others are kept.
class Lines {
 public:
  explicit Lines(const std::string& text) {
    size_t at = 0;
    for (;;) {
      const size_t blank = std::strspn(text.c_str() + at, "\n");
      count_ += blank;
      at += blank;
      if (at >= text.size()) break;
      ++count_;
      const size_t end = std::min(text.find('\n', at), text.size());
      solid_.push_back({count_, end});
      at = std::min(end + 1, text.size());
    }
  }

  size_t count() const { return count_; }
  bool is_blank(size_t number) const {
    const size_t before = solid_up_to(number);
    return before == 0 || solid_[before - 1].number != number;
  }
  /// Where the newline stands that ends the line.
  size_t end(size_t number) const {
    const size_t before = solid_up_to(number);
    if (before == 0) return number - 1;
    return solid_[before - 1].end + (number - solid_[before - 1].number);
  }

 private:
  struct Solid {
    size_t number, end;
  };

  size_t solid_up_to(size_t number) const {
    const auto behind = std::ranges::upper_bound(solid_, number, {}, &Solid::number);
    return static_cast<size_t>(behind - solid_.begin());
  }

  std::vector<Solid> solid_;
  size_t count_ = 0;
};

class Commenter {
 public:
  Commenter(const Text& text, const Tokens& tokens) : text_(text), tokens_(tokens), lines_(text.text) {}

  void add(const CommentRegion& region, const std::vector<Comment>& comments) {
    begin_ = region.statement == nullptr || tokens_.empty() ? 1 : tokens_[region.header].place.line;
    // Behind the header's last line; for a module, from the start.
    const size_t first = region.statement == nullptr || tokens_.empty() ? 1 : last_line_of(region.body - 1);
    end_ = region.end < tokens_.size() ? static_cast<size_t>(tokens_[region.end].place.line)
                                       : lines_.count() + 1;
    if (end_ <= first) end_ = first + 1;
    indent_ = region.indent;
    size_t next = first;
    size_t last = first;  // where lines of their own go
    for (const Comment& comment : comments) {
      if (comment.line > 0)
        place(comment);
      else
        fill(comment.text, next, last);
    }
  }

  std::string result() const {
    std::string out;
    size_t done = 0;
    for (const auto& [number, added] : additions_) {
      const size_t end = std::min(lines_.end(number), text_.text.size());
      out.append(text_.text, done, end - done);
      done = end;
      if (!added.comment.empty()) {
        out.append(lines_.is_blank(number) ? static_cast<size_t>(added.indent) : 2, ' ');
        out += added.comment;
      }
      for (const std::string& each : added.after) out += '\n' + each;
    }
    out.append(text_.text, done);
    if (!out.ends_with('\n')) out += '\n';
    return out;
  }

 private:
  size_t last_line_of(size_t token) const {
    const std::string_view text = tokens_[token].text;
    return static_cast<size_t>(tokens_[token].place.line) +
           static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
  }

  bool is_open(size_t number) const {
    return number > text_.open_lines.size() || text_.open_lines[number - 1];
  }

  static std::string hashed(const std::string& text) {
    std::string out = text.empty() || text[0] == ' ' || text[0] == '!' ? "#" : "# ";
    for (const char ch : text) out += ch == '\n' || ch == '\r' ? ' ' : ch;
    return out;
  }

  void place(const Comment& comment) {
    size_t number = static_cast<size_t>(comment.line);
    if (number < begin_) number = begin_;
    while (number < end_ && number <= lines_.count() && !is_open(number)) ++number;
    if (number >= end_ || number > lines_.count()) {
      // Beyond the definition: behind its last line that can take one.
      number = std::min(end_ - 1, lines_.count());
      while (number > 1 && !is_open(number)) --number;
      own_line(number, comment.text);
      return;
    }
    Addition& added = additions_[number];
    if (added.comment.empty())
      added.comment = hashed(comment.text);
    else
      added.comment += "  " + hashed(comment.text);
    added.indent = indent_;
  }

  void fill(const std::string& text, size_t& next, size_t& last) {
    for (; next < end_ && next <= lines_.count(); ++next) {
      if (!is_open(next) || !lines_.is_blank(next)) continue;
      Addition& added = additions_[next];
      if (!added.comment.empty()) continue;
      added.comment = hashed(text);
      added.indent = indent_;
      last = next++;
      return;
    }
    while (last < end_ - 1 && last < lines_.count() && !is_open(last)) ++last;
    own_line(last, text);
  }

  void own_line(size_t number, const std::string& text) {
    number = std::clamp(number, size_t{1}, std::max(lines_.count(), size_t{1}));
    additions_[number].after.push_back(std::string(static_cast<size_t>(indent_), ' ') + hashed(text));
  }

  const Text& text_;
  const Tokens& tokens_;
  const Lines lines_;
  std::map<size_t, Addition> additions_;  // by line
  size_t begin_ = 1;
  size_t end_ = 1;
  int32_t indent_ = 0;
};

}  // namespace

std::string add_comments(const Text& text, const Tokens& tokens, const std::vector<CommentRegion>& regions,
                         const CommentMap& comments) {
  Commenter commenter(text, tokens);
  for (const CommentRegion& region : regions) {
    const auto found = comments.find(region.statement);
    if (found != comments.end()) commenter.add(region, found->second);
  }
  return commenter.result();
}

}  // namespace ouro::decompiler
