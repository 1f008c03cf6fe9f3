#include "decompiler/print/printer.h"

namespace ouro::decompiler {

using syntax::SourceRange;

void Printer::put(std::string_view text, uint32_t flags) {
  Token& token = tokens_.emplace_back();
  token.text = text.empty() ? "_" : text;  // names of hand-made code can be empty; nothing else takes them
  token.place = pending_;
  token.flags = flags | (space_ ? kSpace : 0u);
  pending_ = {};
  space_ = false;
  if (flags & kOptional) return;
  if (flags & kOpen) ++brackets_;
  if (flags & kClose) --brackets_;
}

void Printer::end_at(const Place& end) {
  Token& token = tokens_.back();
  if (!end.exact() || token.place.exact() || token.flags & kMultiline) return;
  const auto width = static_cast<int32_t>(token.text.size());
  if (end.column >= width) token.place = {end.line, end.column - width};
}

bool Printer::afford(int64_t bytes) {
  constexpr int64_t kFree = 100;
  if (bytes <= kFree) return true;
  filling_ -= bytes;
  return filling_ >= 0;
}

LayoutResources Printer::resources() {
  return {filling_, [this](const Constant& constant) { return keep(shortest_item(constant)); }};
}

/// Whether a literal of `size` bytes may take up this range.
bool Printer::plausible(const SourceRange& range, size_t size) {
  constexpr int64_t kSlack = 4096;
  const auto natural = static_cast<int64_t>(size);
  if (range.line <= 0 || range.end_line < range.line) return true;
  const int64_t lines = int64_t{range.end_line} - range.line;
  const int64_t width = lines == 0 ? int64_t{range.end_column} - range.column : range.end_column;
  if (lines > natural + kSlack || width > natural * 12 + kSlack) return false;
  return afford(lines * 2 + width - natural);
}

void Printer::separate(bool* first) {
  if (!*first) {
    put(",", kComma | kTight);
    space_ = true;
  }
  *first = false;
}

}  // namespace ouro::decompiler
