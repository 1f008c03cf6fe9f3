// re.Match.
#include <algorithm>
#include <cstddef>

#include "vm/modules/sre/objects.h"

namespace ouro::vm::sre {

Result<Value> make_match(Pattern* pattern, const Text& text, int64_t pos, int64_t endpos,
                         const Matcher& matcher) {
  const int64_t count = pattern->groups + 1;
  auto* match = static_cast<Match*>(
      allocate_variable_instance(match_type, static_cast<size_t>(count) * 2 * sizeof(int64_t)));
  match->string = text.string;
  match->pattern = pattern;
  match->pos = pos;
  match->endpos = endpos;
  match->last_index = matcher.last_index();
  match->group_count = count;
  match->marks[0] = matcher.found_start();
  match->marks[1] = matcher.found_end();
  for (int64_t i = 1; i < count; ++i) {
    int64_t* marks = match->marks + 2 * i;
    if (!matcher.group(static_cast<uint32_t>(i - 1), &marks[0], &marks[1])) marks[0] = marks[1] = -1;
    if (marks[0] > marks[1])
      return raise(types.SystemError,
                   "The span of capturing group is wrong, please report a bug for the re module.");
  }
  return match;
}

namespace {

void trace_match(Object* object, Tracer& tracer) {
  auto* match = static_cast<Match*>(object);
  tracer.visit(match->string);
  tracer.visit(match->pattern);
  tracer.visit(match->regs);
}

Result<Value> group_at(const Match* match, int64_t index, Value missing) {
  int64_t start = match->marks[2 * index], end = match->marks[2 * index + 1];
  if (start < 0) return missing;
  if (is_str(match->string)) {
    auto* str = match->string.as<Str>();
    const auto length = static_cast<int64_t>(str->length);
    if (start == 0 && end == length) return exact_str(str);
    return substring(str, static_cast<size_t>(start), static_cast<size_t>(end));
  }
  BufferView view;
  const Text text = TRY(text_of(match->string, &view));
  Result<Value> slice = slice_of(text, std::min(start, text.length), std::min(end, text.length));
  if (!view.object.is_null()) release_buffer(&view);
  return slice;
}

/// A group's number from a number or a name.
Result<int64_t> group_number(const Match* match, Value group) {
  int64_t index = -1;
  if (group.is_null()) return 0;
  if (group.is_small_int()) {
    index = group.small_int();
  } else if (is_index_like(group)) {
    index = TRY(to_index_clipped(group));
  } else if (match->pattern->group_index != nullptr) {
    Value number = TRY(dict_get(match->pattern->group_index, group));
    if (!number.is_null() && is_int(number)) index = TRY(to_int64(number));
  }
  if (index < 0 || index >= match->group_count) return raise(types.IndexError, "no such group");
  return index;
}

Result<Value> group(Value self, const Arguments& arguments) {
  if (arguments.keyword_count() > 0)
    return raise(types.TypeError, "Match.group() takes no keyword arguments");
  auto* match = self.as<Match>();
  if (arguments.positional == 0) return group_at(match, 0, none());
  if (arguments.positional == 1) return group_at(match, TRY(group_number(match, arguments[0])), none());
  Tuple* result = TRY(allocate_tuple(arguments.positional));
  for (size_t i = 0; i < arguments.positional; ++i) {
    Value text = TRY(group_at(match, TRY(group_number(match, arguments[i])), none()));
    store(result, result->items[i], text);
  }
  return result;
}

Result<Value> subscript(Value self, Value key) {
  auto* match = self.as<Match>();
  return group_at(match, TRY(group_number(match, key)), none());
}

Result<Value> start(const Value* a) {
  auto* match = a[0].as<Match>();
  return make_int(match->marks[2 * TRY(group_number(match, a[1]))]);
}
Result<Value> end(const Value* a) {
  auto* match = a[0].as<Match>();
  return make_int(match->marks[2 * TRY(group_number(match, a[1])) + 1]);
}
Value span_of(const Match* match, int64_t index) {
  return make_tuple({make_int(match->marks[2 * index]), make_int(match->marks[2 * index + 1])});
}
Result<Value> span(const Value* a) {
  auto* match = a[0].as<Match>();
  return span_of(match, TRY(group_number(match, a[1])));
}

Result<Value> groups(const Value* a) {
  auto* match = a[0].as<Match>();
  Value missing = a[1].is_null() ? none() : a[1];
  Tuple* result = TRY(allocate_tuple(static_cast<size_t>(match->group_count - 1)));
  for (int64_t i = 1; i < match->group_count; ++i) {
    Value text = TRY(group_at(match, i, missing));
    store(result, result->items[i - 1], text);
  }
  return result;
}

Result<Value> groupdict(const Value* a) {
  auto* match = a[0].as<Match>();
  Value missing = a[1].is_null() ? none() : a[1];
  Dict* result = make_dict();
  if (match->pattern->group_index == nullptr) return result;
  Value name, number;
  for (size_t position = 0; dict_next(match->pattern->group_index, &position, &name, &number);) {
    Value text = TRY(group_at(match, TRY(group_number(match, name)), missing));
    TRY(dict_set(result, name, text));
  }
  return result;
}

Result<Value> expand(const Value* a) {
  return call_re("_expand", {a[0].as<Match>()->pattern, a[0], a[1]});
}
Result<Value> copy(const Value* a) {
  return a[0];
}

Result<Value> match_repr(Value self) {
  auto* match = self.as<Match>();
  Str* text = TRY(repr(TRY(group_at(match, 0, none()))));
  StrBuilder result;
  result.append_ascii(
      fmt::format("<re.Match object; span=({}, {}), match=", match->marks[0], match->marks[1]));
  result.append(text, 0, std::min<size_t>(text->length, 50));
  result.append_ascii(">");
  return result.finish();
}

Result<Value> get_pos(Value self) {
  return make_int(self.as<Match>()->pos);
}
Result<Value> get_endpos(Value self) {
  return make_int(self.as<Match>()->endpos);
}
Result<Value> get_last_index(Value self) {
  const int64_t index = self.as<Match>()->last_index;
  return index >= 0 ? make_int(index) : none();
}
Result<Value> get_last_group(Value self) {
  auto* match = self.as<Match>();
  Tuple* names_of = match->pattern->index_group;
  if (names_of == nullptr || match->last_index < 0 ||
      match->last_index >= static_cast<int64_t>(names_of->length))
    return none();
  return names_of->items[match->last_index];
}
Result<Value> get_regs(Value self) {
  auto* match = self.as<Match>();
  if (match->regs != nullptr) return match->regs;
  Tuple* regs = TRY(allocate_tuple(static_cast<size_t>(match->group_count)));
  for (int64_t i = 0; i < match->group_count; ++i) {
    Value pair = span_of(match, i);
    store(regs, regs->items[i], pair);
  }
  store(match, match->regs, regs);
  return regs;
}

constexpr MethodSpec kMethods[] = {
    {"group", nullptr, nullptr,
     "group([group1, ...]) -> str or tuple.\n    Return subgroup(s) of the match by indices or names.\n    "
     "For "
     "0 returns the entire match.",
     Binding::Instance, group},
    {"start", "($self, group=0, /)", start, "Return index of the start of the substring matched by group."},
    {"end", "($self, group=0, /)", end, "Return index of the end of the substring matched by group."},
    {"span", "($self, group=0, /)", span,
     "For match object m, return the 2-tuple (m.start(group), m.end(group))."},
    {"groups", "($self, /, default=None)", groups,
     "Return a tuple containing all the subgroups of the match, from 1."},
    {"groupdict", "($self, /, default=None)", groupdict,
     "Return a dictionary containing all the named subgroups of the match, keyed by the subgroup name."},
    {"expand", "($self, /, template)", expand,
     "Return the string obtained by doing backslash substitution on the string template, as done by the "
     "sub() "
     "method."},
    {"__copy__", "($self, /)", copy},
    {"__deepcopy__", "($self, memo, /)", copy},
    {"__class_getitem__", "($type, object, /)", class_getitem_generic, "See PEP 585", Binding::Class},
};
constexpr GetSetSpec kGetSets[] = {
    {"lastindex", get_last_index, nullptr, "The integer index of the last matched capturing group."},
    {"lastgroup", get_last_group, nullptr, "The name of the last matched capturing group."},
    {"regs", get_regs},
    {"pos", get_pos, nullptr,
     "The index into the string at which the RE engine started looking for a match."},
    {"endpos", get_endpos, nullptr, "The index into the string beyond which the RE engine will not go."},
};
constexpr MemberSpec kMembers[] = {
    {"string", offsetof(Match, string), false, false, "The string passed to match() or search()."},
    {"re", offsetof(Match, pattern), false, false, "The regular expression object."},
};

}  // namespace

void fill_match_spec(TypeSpec* spec) {
  spec->name = "re.Match";
  spec->kind = Kind::kNative;
  spec->basic_size = sizeof(Match);
  spec->flags = kTypeDisallowNew | kTypeImmutable | kTypeVariableSize;
  spec->trace = trace_match;
  spec->methods = kMethods;
  spec->getsets = kGetSets;
  spec->members = kMembers;
  spec->doc = "The result of re.match() and re.search().\nMatch objects always have a boolean value of True.";
  spec->slots.repr = match_repr;
  spec->slots.subscript = subscript;
}

}  // namespace ouro::vm::sre
