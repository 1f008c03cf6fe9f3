#include "decompiler/prove/listing.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_set>

#include "bytecode/disassemble.h"
#include "bytecode/exceptions.h"
#include "bytecode/positions.h"
#include "decompiler/prove/instruction_text.h"

namespace ouro::decompiler {

namespace {

constexpr std::string_view kBetween = " \xC2\xB7 ";  // a middle dot

class Listing {
 public:
  explicit Listing(const std::unordered_set<const CodeObject*>& except) : except_(except) {}

  void add(const CodeObject& code, bool inner) {
    if ((inner && except_.contains(&code)) || !seen_.insert(&code).second) return;
    add_instructions(code, inner);
    add_handlers(code, inner);
    for (const Constant* constant : code.consts->elements())
      if (constant->is(ConstantKind::Code)) add(*constant->code, true);
  }

  std::vector<Comment> comments(std::string_view reason) {
    // No lines but those that the code has: others would move what follows.
    std::vector<Comment> result;
    result.reserve(lines_.size());
    for (auto& [line, text] : lines_) result.push_back({line, std::move(text)});
    if (result.empty()) result.emplace_back();
    std::string head = " unproven: ";
    append_comment_text(reason, head);
    Comment& first = result.front();
    first.text = first.text.empty() ? head : head.append(kBetween).append(first.text, 1);
    for (const std::string& text : handlers_) result.back().text.append(kBetween).append(text, 1);
    for (Comment& comment : result) hide_coding(comment.text);
    return result;
  }

 private:
  void add_instructions(const CodeObject& code, bool inner) {
    PositionReader reader(code.line_table->text(), code.first_line);
    PositionRange range;
    std::string* text = nullptr;  // the comment of the line before
    int32_t line_before = 0;
    for (const DecodedInstruction& instruction : decode_instructions(code.code->text(), kPython311)) {
      if (instruction.assigned && instruction.op == Op::EXTENDED_ARG) continue;
      while (range.end <= instruction.offset / 2 && reader.next(&range)) {
      }
      const bool known = instruction.offset / 2 < range.end && range.position.line > 0;
      const int32_t line = known ? range.position.line : line_before;
      if (text == nullptr || line != line_before) {
        text = &lines_[line];
        *text += text->empty() ? " " : kBetween;
        if (inner) append_comment_text(code.qualified_name->text(), *text);
        if (inner) *text += ": ";
      } else {
        *text += kBetween;
      }
      line_before = line;
      *text += fmt::format("{} ", instruction.offset);
      *text += instruction_text(code, instruction);
    }
  }

  void add_handlers(const CodeObject& code, bool inner) {
    ExceptionTableReader reader(code.exception_table->text());
    ExceptionRange range;
    std::string text;
    while (reader.next(&range))
      text += fmt::format("{} {} to {}: {} [{}]{}", text.empty() ? "" : ",", range.start * uint64_t{2},
                          range.end * uint64_t{2}, range.target * uint64_t{2}, range.depth,
                          range.lasti ? " lasti" : "");
    if (text.empty()) return;
    std::string head = " handlers";
    if (inner) append_comment_text(code.qualified_name->text(), head += " of ");
    handlers_.push_back(head + ":" + text);
  }

  const std::unordered_set<const CodeObject*>& except_;
  std::unordered_set<const CodeObject*> seen_;
  std::map<int32_t, std::string> lines_;
  std::vector<std::string> handlers_;
};

}  // namespace

std::vector<Comment> annotated_listing(const CodeObject& code, std::string_view reason,
                                       const std::unordered_set<const CodeObject*>& except) {
  Listing listing(except);
  listing.add(code, false);
  return listing.comments(reason);
}

std::string listing_as_source(const std::vector<Comment>& comments) {
  std::string source;
  for (const Comment& comment : comments) source.append("#").append(comment.text).append("\n");
  return source;
}

}  // namespace ouro::decompiler
