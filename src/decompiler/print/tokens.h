// What stands between the tree and the text: a list of tokens, each with the place where it should begin.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "syntax/ast.h"

namespace ouro::decompiler {

/// A place in the text; line 0: nothing is known, column -1: the line alone is known.
struct Place {
  int32_t line = 0;
  int32_t column = -1;
  bool exact() const { return line > 0 && column >= 0; }
};

inline bool differ(const Place& a, const Place& b) {
  return a.exact() && b.exact() && (a.line != b.line || a.column != b.column);
}
inline bool before(const Place& a, const Place& b) {
  return a.line != b.line ? a.line < b.line : a.column < b.column;
}

// No file is so large; what says so is taken for unknown, and sums of places cannot overflow.
constexpr int32_t kMaxPlace = 1 << 24;

inline Place place_of(int32_t line, int32_t column) {
  if (line <= 0 || line > kMaxPlace) return {};
  return {line, column < 0 || column > kMaxPlace ? -1 : column};
}
inline Place start_of(const syntax::SourceRange& range) {
  return place_of(range.line, range.column);
}
inline Place end_of(const syntax::SourceRange& range) {
  const Place end = place_of(range.end_line, range.end_column);
  return end.exact() ? end : Place{};
}

enum TokenFlags : uint32_t {
  kSpace = 1,                // a space before it, where there is room
  kMustSpace = 2,            // a space before it in any case
  kGlue = 4,                 // belongs to what follows: goes with it to the next line
  kOpen = 8,                 // an opening bracket
  kClose = 16,               // a closing one
  kOptional = 32,            // a parenthesis that may be left out; `extra` is its partner's index
  kStatement = 64,           // begins a statement or clause; `extra` is the indentation
  kJoinable = 128,           // kStatement: a ';' may stand between the statement before and this one
  kFirst = 256,              // kStatement: the first of its suite
  kInlineSuite = 512,        // kFirst: the suite may stand on its header's line
  kLate = 1024,              // kStatement: stands near what follows if its line is unknown
  kDropped = 2048,           // an optional parenthesis that is left out
  kMultiline = 4096,         // the text holds newlines; or: an optional parenthesis around several lines
  kComma = 8192,             // a separator after which lines may be broken
  kFixedBreak = 16384,       // a string piece: begins a line of its own where there are lines
  kDefinition = 1 << 15,     // kStatement: def or class, or the first decorator
  kEndDefinition = 1 << 16,  // kStatement: the first statement behind a definition
  kItems = 1 << 19,          // an opening bracket around items, after the last of which a comma may stand
  kTight = 1 << 17,          // never a line break before it (clean style)
  kWord = 1 << 18,           // a keyword operator or binary operator, at which clean style may break
};

struct Token {
  std::string_view text;
  std::string_view less;               // a shorter spelling; empty: there is none
  const Constant* constant = nullptr;  // for which a shorter spelling may be looked for
  Place place;
  uint32_t flags = 0;
  int32_t extra = 0;
};

using Tokens = std::vector<Token>;

inline bool is_word_character(char ch) {
  return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') || ch == '_' ||
         (ch & 0x80) != 0;
}

/// Whether two characters that meet would make one token of two.
inline bool must_part(char last, char first) {
  if (last == first && (last == '\'' || last == '"')) return true;
  return is_word_character(last) && is_word_character(first);
}

}  // namespace ouro::decompiler
