#include "decompiler/print/printer.h"

namespace ouro::decompiler {

void Printer::put(std::string_view text, uint32_t flags) {
  Token& token = tokens_.emplace_back();
  token.text = text;
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

void Printer::separate(bool* first) {
  if (!*first) {
    put(",", kComma | kTight);
    space_ = true;
  }
  *first = false;
}

}  // namespace ouro::decompiler
