// Comments go to the lines that they ask for, behind the code if there is any, or to the next line that can
// take one: the end of a line inside of a string, or in front of a continuation, cannot. Those that ask for
// no line take the blank lines of their definition, in order, and what is left gets lines of its own behind
// the last of them. Two comments on one line are joined.
#include "decompiler/print/comments.h"

#include <algorithm>

namespace ouro::decompiler {

namespace {

/// What is added to a line.
struct Addition {
  std::string comment;             // behind the code
  std::vector<std::string> after;  // whole lines that follow
  int32_t indent = 0;              // of a comment alone on the line
};

/// Small, since a text can have far more blank lines than others.
struct Line {
  std::string_view code;
  uint32_t addition = 0;  // its number; 0: none
  bool open = true;
};

class Commenter {
 public:
  Commenter(const Text& text, const Tokens& tokens) : text_(text), tokens_(tokens) { split(); }

  void add(const CommentRegion& region, const std::vector<Comment>& comments) {
    begin_ = region.statement == nullptr || tokens_.empty() ? 1 : tokens_[region.header].place.line;
    // Behind the header's last line; for a module, from the start.
    const size_t first = region.statement == nullptr || tokens_.empty() ? 1 : last_line_of(region.body - 1);
    end_ =
        region.end < tokens_.size() ? static_cast<size_t>(tokens_[region.end].place.line) : lines_.size() + 1;
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
    out.reserve(text_.text.size());
    for (const Line& line : lines_) {
      out += line.code;
      if (line.addition == 0) {
        out += '\n';
        continue;
      }
      const Addition& added = additions_[line.addition - 1];
      if (!added.comment.empty()) {
        if (line.code.empty())
          out.append(static_cast<size_t>(added.indent), ' ');
        else
          out += "  ";
        out += added.comment;
      }
      out += '\n';
      for (const std::string& each : added.after) out += each + '\n';
    }
    return out;
  }

 private:
  void split() {
    std::string_view rest = text_.text;
    lines_.reserve(static_cast<size_t>(std::count(rest.begin(), rest.end(), '\n')) + 1);
    while (!rest.empty()) {
      const size_t newline = std::min(rest.find('\n'), rest.size());
      Line& line = lines_.emplace_back();
      line.code = rest.substr(0, newline);
      line.open = lines_.size() > text_.open_lines.size() || text_.open_lines[lines_.size() - 1];
      rest.remove_prefix(std::min(newline + 1, rest.size()));
    }
  }

  size_t last_line_of(size_t token) const {
    const std::string_view text = tokens_[token].text;
    return static_cast<size_t>(tokens_[token].place.line) +
           static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
  }

  Line& at(size_t number) { return lines_[number - 1]; }

  Addition& added_to(Line& line) {
    if (line.addition == 0) {
      additions_.emplace_back();
      line.addition = static_cast<uint32_t>(additions_.size());
    }
    return additions_[line.addition - 1];
  }

  static std::string hashed(const std::string& text) {
    std::string out = text.empty() || text[0] == ' ' || text[0] == '!' ? "#" : "# ";
    for (const char ch : text) out += ch == '\n' || ch == '\r' ? ' ' : ch;
    return out;
  }

  void place(const Comment& comment) {
    size_t number = static_cast<size_t>(comment.line);
    if (number < begin_) number = begin_;
    while (number < end_ && number <= lines_.size() && !at(number).open) ++number;
    if (number >= end_ || number > lines_.size()) {
      // Beyond the definition: behind its last line that can take one.
      number = std::min(end_ - 1, lines_.size());
      while (number > 1 && !at(number).open) --number;
      own_line(number, comment.text);
      return;
    }
    Addition& added = added_to(at(number));
    if (added.comment.empty())
      added.comment = hashed(comment.text);
    else
      added.comment += "  " + hashed(comment.text);
    added.indent = indent_;
  }

  void fill(const std::string& text, size_t& next, size_t& last) {
    for (; next < end_ && next <= lines_.size(); ++next) {
      Line& line = at(next);
      if (!line.open || !line.code.empty()) continue;
      Addition& added = added_to(line);
      if (!added.comment.empty()) continue;
      added.comment = hashed(text);
      added.indent = indent_;
      last = next++;
      return;
    }
    while (last < end_ - 1 && last < lines_.size() && !at(last).open) ++last;
    own_line(last, text);
  }

  void own_line(size_t number, const std::string& text) {
    if (lines_.empty()) lines_.emplace_back();
    added_to(at(std::clamp(number, size_t{1}, lines_.size())))
        .after.push_back(std::string(static_cast<size_t>(indent_), ' ') + hashed(text));
  }

  const Text& text_;
  const Tokens& tokens_;
  std::vector<Line> lines_;
  std::vector<Addition> additions_;
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
