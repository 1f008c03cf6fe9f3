// The objects of the module _sre: patterns, matches, scanners.
#pragma once

#include "vm/modules/native_module.h"
#include "vm/modules/sre/matcher.h"

namespace ouro::vm::sre {

extern Type* pattern_type;
extern Type* match_type;
extern Type* scanner_type;

struct Pattern : Object {
  Value pattern;       // the source: str, bytes-like or None
  Dict* group_index;   // names to numbers; null: no names
  Tuple* index_group;  // numbers to names; null: no names
  Blob* program;
  int64_t groups;
  uint32_t pattern_flags;
  int8_t is_bytes;  // -1: not known, there is no source
};

/// `marks` are two positions per group, the whole match first; -1: the group took no part.
struct Match : Object {
  Value string;
  Pattern* pattern;
  Tuple* regs;  // null: not asked for yet
  int64_t pos, endpos;
  int64_t last_index;
  int64_t group_count;  // with the whole match
  int64_t marks[];
};

/// A text that a pattern looks at: str, or anything with a buffer.
struct Text {
  Value string;
  const char* data = nullptr;
  int64_t length = 0;
  uint8_t width = 1;
  bool is_bytes = false;
};
/// `view` is acquired for objects with a buffer other than bytes. TypeError for what is neither.
Result<Text> text_of(Value string, BufferView* view);
/// Characters [start, end) as str or bytes.
Result<Value> slice_of(const Text& text, int64_t start, int64_t end);

/// A text that is being matched, from its next position on.
class Subject {
 public:
  Subject() = default;
  ~Subject() {
    if (!view_.object.is_null()) release_buffer(&view_);
  }
  Subject(const Subject&) = delete;
  Subject& operator=(const Subject&) = delete;

  Status open(const Pattern* pattern, Value string, int64_t pos = 0, int64_t endpos = INT64_MAX);

  Text text;
  Range range;
  int64_t pos = 0, endpos = 0;

 private:
  BufferView view_;
};
/// What `open` does, with the view in any place.
Status open_text(const Pattern* pattern, Value string, int64_t pos, int64_t endpos, Text* text, Range* range,
                 BufferView* view);
/// Moves the range behind the match just found.
inline void advance(Range* range, const Matcher& matcher) {
  range->must_advance = matcher.found_end() == matcher.found_start();
  range->start = matcher.found_end();
}

/// A Match of what the matcher has just found.
Result<Value> make_match(Pattern* pattern, const Text& text, int64_t pos, int64_t endpos,
                         const Matcher& matcher);
/// A group's text, or `missing`; `index` from 0, the whole match.
Result<Value> group_text(const Text& text, const Matcher& matcher, int64_t index, Value missing);
/// An object of Python's re package called with the arguments.
Result<Value> call_re(std::string_view function, std::initializer_list<Value> arguments);

Result<Value> pattern_sub(const Value* arguments);
Result<Value> pattern_subn(const Value* arguments);
Result<Value> make_scanner(Pattern* pattern, Value string, int64_t pos, int64_t endpos);

// The types' tables.
void fill_pattern_spec(TypeSpec* spec);
void fill_match_spec(TypeSpec* spec);
void fill_scanner_spec(TypeSpec* spec);

}  // namespace ouro::vm::sre
