// What stands between the tree and the text: a list of tokens, each with the place where it should begin.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "decompiler/limits.h"
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

/// Flags of a token.
constexpr uint32_t kSpace = 1;       // a space before it, where there is room
constexpr uint32_t kMustSpace = 2;   // a space before it in any case
constexpr uint32_t kGlue = 4;        // belongs to what follows: goes with it to the next line
constexpr uint32_t kOpen = 8;        // an opening bracket
constexpr uint32_t kClose = 16;      // a closing one
constexpr uint32_t kOptional = 32;   // a parenthesis that may be left out; `extra` is its partner's index
constexpr uint32_t kStatement = 64;  // begins a statement or clause; `extra` is the indentation
constexpr uint32_t kJoinable = 128;  // kStatement: a ';' may stand between the statement before and this one
constexpr uint32_t kFirst = 256;     // kStatement: the first of its suite
constexpr uint32_t kInlineSuite = 512;     // kFirst: the suite may stand on its header's line
constexpr uint32_t kLate = 1024;           // kStatement: stands near what follows if its line is unknown
constexpr uint32_t kDropped = 2048;        // an optional parenthesis that is left out
constexpr uint32_t kMultiline = 4096;      // the text, or what is in an optional parenthesis, holds newlines
constexpr uint32_t kComma = 8192;          // a separator after which lines may be broken
constexpr uint32_t kFixedBreak = 16384;    // a string piece: begins a line of its own where there are lines
constexpr uint32_t kDefinition = 1 << 15;  // kStatement: def or class, or the first decorator
constexpr uint32_t kEndDefinition = 1 << 16;  // kStatement: the first statement behind a definition
constexpr uint32_t kItems = 1 << 19;          // an opening bracket around items that a comma may stand behind
constexpr uint32_t kTight = 1 << 17;          // never a line break before it (clean style)
constexpr uint32_t kWord = 1 << 18;  // a keyword operator or binary operator, at which clean style may break

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
