// re.Pattern.
#include <algorithm>
#include <cstddef>

#include "vm/builtins/functions.h"
#include "vm/modules/sre/objects.h"

namespace ouro::vm::sre {

namespace {

void trace_pattern(Object* object, Tracer& tracer) {
  auto* pattern = static_cast<Pattern*>(object);
  tracer.visit(pattern->pattern);
  tracer.visit(pattern->group_index);
  tracer.visit(pattern->index_group);
  tracer.visit(pattern->program);
}

const Program* program_of(const Pattern* pattern) {
  return program_in(pattern->program);
}

Result<int64_t> position(Value given, int64_t missing) {
  if (given.is_null()) return missing;
  return to_int64(given);
}

enum class Way : uint8_t { Match, FullMatch, Search };

Result<Value> match_once(const Value* a, Way way) {
  auto* pattern = a[0].as<Pattern>();
  Subject subject;
  TRY(subject.open(pattern, a[1], TRY(position(a[2], 0)), TRY(position(a[3], INT64_MAX))));
  subject.range.whole = way == Way::FullMatch;
  Matcher matcher(program_of(pattern));
  if (!TRY(way == Way::Search ? matcher.search(subject.range) : matcher.match(subject.range))) return none();
  return make_match(pattern, subject.text, subject.pos, subject.endpos, matcher);
}

Result<Value> pattern_match(const Value* a) {
  return match_once(a, Way::Match);
}
Result<Value> pattern_fullmatch(const Value* a) {
  return match_once(a, Way::FullMatch);
}
Result<Value> pattern_search(const Value* a) {
  return match_once(a, Way::Search);
}

/// What findall() gives for a match: the one group, or all groups, or the whole match.
Result<Value> found_item(const Pattern* pattern, const Text& text, const Matcher& matcher, Value empty) {
  if (pattern->groups == 0) return group_text(text, matcher, 0, empty);
  if (pattern->groups == 1) return group_text(text, matcher, 1, empty);
  Tuple* item = TRY(allocate_tuple(static_cast<size_t>(pattern->groups)));
  for (int64_t i = 0; i < pattern->groups; ++i) {
    Value group = TRY(group_text(text, matcher, i + 1, empty));
    store(item, item->items[i], group);
  }
  return item;
}

Result<Value> findall(const Value* a) {
  auto* pattern = a[0].as<Pattern>();
  Subject subject;
  TRY(subject.open(pattern, a[1], TRY(position(a[2], 0)), TRY(position(a[3], INT64_MAX))));
  Value empty = subject.text.is_bytes ? Value(empty_bytes()) : Value(empty_str());
  Matcher matcher(program_of(pattern));
  List* list = make_list();
  while (TRY(matcher.search(subject.range))) {
    Value item = TRY(found_item(pattern, subject.text, matcher, empty));
    TRY(list_append(list, item));
    advance(&subject.range, matcher);
  }
  return list;
}

Result<Value> split(const Value* a) {
  auto* pattern = a[0].as<Pattern>();
  const int64_t most = TRY(position(a[2], 0));
  Subject subject;
  TRY(subject.open(pattern, a[1]));
  Matcher matcher(program_of(pattern));
  List* list = make_list();
  int64_t done = 0;
  for (int64_t count = 0; most == 0 || count < most; ++count) {
    if (!TRY(matcher.search(subject.range))) break;
    Value piece = TRY(slice_of(subject.text, done, matcher.found_start()));
    TRY(list_append(list, piece));
    for (int64_t i = 1; i <= pattern->groups; ++i) {
      Value group = TRY(group_text(subject.text, matcher, i, none()));
      TRY(list_append(list, group));
    }
    done = matcher.found_end();
    advance(&subject.range, matcher);
  }
  Value rest = TRY(slice_of(subject.text, done, subject.endpos));
  TRY(list_append(list, rest));
  return list;
}

Result<Value> scanner(const Value* a) {
  return make_scanner(a[0].as<Pattern>(), a[1], TRY(position(a[2], 0)), TRY(position(a[3], INT64_MAX)));
}

Result<Value> finditer(const Value* a) {
  Value source = TRY(scanner(a));
  return make_callable_iterator(TRY(get_attribute(source, intern("search"))), none());
}

Result<Value> copy(const Value* a) {
  return a[0];
}

// ---- repr, comparison

struct FlagName {
  uint32_t flag;
  const char* name;
};
constexpr FlagName kFlagNames[] = {
    {kFlagTemplate, "re.TEMPLATE"},   {kFlagIgnoreCase, "re.IGNORECASE"}, {kFlagLocale, "re.LOCALE"},
    {kFlagMultiline, "re.MULTILINE"}, {kFlagDotAll, "re.DOTALL"},         {kFlagUnicode, "re.UNICODE"},
    {kFlagVerbose, "re.VERBOSE"},     {kFlagDebug, "re.DEBUG"},           {kFlagAscii, "re.ASCII"},
};

Result<Value> pattern_repr(Value self) {
  auto* pattern = self.as<Pattern>();
  uint32_t flags = pattern->pattern_flags;
  // re.UNICODE goes without saying for text.
  if (pattern->is_bytes == 0 && (flags & (kFlagLocale | kFlagUnicode | kFlagAscii)) == kFlagUnicode)
    flags &= ~kFlagUnicode;
  Str* source = TRY(repr(pattern->pattern));
  StrBuilder text;
  text.append_ascii("re.compile(");
  text.append(source, 0, std::min<size_t>(source->length, 200));
  const char* separator = ", ";
  for (const FlagName& known : kFlagNames) {
    if ((flags & known.flag) == 0) continue;
    text.append_ascii(separator);
    text.append_ascii(known.name);
    separator = "|";
    flags &= ~known.flag;
  }
  if (flags != 0) {
    text.append_ascii(separator);
    text.append_ascii(fmt::format("0x{:x}", flags));
  }
  text.append_ascii(")");
  return text.finish();
}

std::span<const uint32_t> words_of(const Pattern* pattern) {
  const Program* program = program_of(pattern);
  return {program->words(), program->word_count};
}

Result<int64_t> pattern_hash(Value self) {
  auto* pattern = self.as<Pattern>();
  const auto words = words_of(pattern);
  int64_t result = TRY(hash(pattern->pattern));
  result ^= hash_data(words.data(), words.size_bytes());
  result ^= pattern->pattern_flags;
  result ^= pattern->is_bytes;
  result ^= static_cast<int64_t>(words.size());
  return result == -1 ? -2 : result;
}

Result<Value> pattern_compare(Value self, Value other, CompareOp op) {
  if (op != CompareOp::Equal && op != CompareOp::NotEqual) return not_implemented();
  if (type_of(other) != pattern_type) return not_implemented();
  auto *a = self.as<Pattern>(), *b = other.as<Pattern>();
  bool same = a == b;
  if (!same && a->pattern_flags == b->pattern_flags && a->is_bytes == b->is_bytes) {
    const auto left = words_of(a), right = words_of(b);
    same = std::equal(left.begin(), left.end(), right.begin(), right.end()) &&
           TRY(equal(a->pattern, b->pattern));
  }
  return make_bool(same == (op == CompareOp::Equal));
}

Result<Value> get_flags(Value self) {
  return make_int(static_cast<int32_t>(self.as<Pattern>()->pattern_flags));
}
Result<Value> get_groups(Value self) {
  return make_int(self.as<Pattern>()->groups);
}
Result<Value> get_group_index(Value self) {
  Dict* known = self.as<Pattern>()->group_index;
  if (known == nullptr) return make_dict();
  return make_mappingproxy(known);
}

constexpr const char* kStringRange = "($self, /, string, pos=0, endpos=sys.maxsize)";
constexpr MethodSpec kMethods[] = {
    {"match", kStringRange, pattern_match, "Matches zero or more characters at the beginning of the string."},
    {"fullmatch", kStringRange, pattern_fullmatch, "Matches against all of the string."},
    {"search", kStringRange, pattern_search,
     "Scan through string looking for a match, and return a corresponding match object instance.\n\nReturn "
     "None if no position in the string matches."},
    {"sub", "($self, /, repl, string, count=0)", pattern_sub,
     "Return the string obtained by replacing the leftmost non-overlapping occurrences of pattern in string "
     "by "
     "the replacement repl."},
    {"subn", "($self, /, repl, string, count=0)", pattern_subn,
     "Return the tuple (new_string, number_of_subs_made) found by replacing the leftmost non-overlapping "
     "occurrences of pattern with the replacement repl."},
    {"findall", kStringRange, findall, "Return a list of all non-overlapping matches of pattern in string."},
    {"split", "($self, /, string, maxsplit=0)", split, "Split string by the occurrences of pattern."},
    {"finditer", kStringRange, finditer,
     "Return an iterator over all non-overlapping matches for the RE pattern in string.\n\nFor each match, "
     "the "
     "iterator returns a match object."},
    {"scanner", kStringRange, scanner},
    {"__copy__", "($self, /)", copy},
    {"__deepcopy__", "($self, memo, /)", copy},
    {"__class_getitem__", "($type, object, /)", class_getitem_generic, "See PEP 585", Binding::Class},
};
constexpr GetSetSpec kGetSets[] = {
    {"groupindex", get_group_index, nullptr, "A dictionary mapping group names to group numbers."},
    {"flags", get_flags, nullptr, "The regex matching flags."},
    {"groups", get_groups, nullptr, "The number of capturing groups in the pattern."},
};
constexpr MemberSpec kMembers[] = {
    {"pattern", offsetof(Pattern, pattern), false, false,
     "The pattern string from which the RE object was compiled."},
};

}  // namespace

void fill_pattern_spec(TypeSpec* spec) {
  spec->name = "re.Pattern";
  spec->kind = Kind::kNative;
  spec->basic_size = sizeof(Pattern);
  spec->flags = kTypeDisallowNew | kTypeImmutable | kTypeHasWeakrefs;
  spec->trace = trace_pattern;
  spec->methods = kMethods;
  spec->getsets = kGetSets;
  spec->members = kMembers;
  spec->doc = "Compiled regular expression object.";
  spec->slots.repr = pattern_repr;
  spec->slots.hash = pattern_hash;
  spec->slots.richcompare = pattern_compare;
}

}  // namespace ouro::vm::sre
