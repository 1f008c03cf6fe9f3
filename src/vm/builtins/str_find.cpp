// str: finding, counting, replacing, partitions, prefixes and suffixes.
#include "vm/builtins/str_methods.h"
#include "vm/object/argument_errors.h"
#include "vm/object/text_search.h"

namespace ouro::vm {

Status slice_limit(Value value, int64_t* limit) {
  if (value.is_null() || is_none(value)) return {};
  if (value.is_small_int()) {
    *limit = value.small_int();
    return {};
  }
  if (type_of(value)->slots.index == nullptr)
    return raise(types.TypeError, "slice indices must be integers or None or have an __index__ method");
  *limit = TRY(to_index_clipped(value));
  return {};
}

void adjust_limits(int64_t length, int64_t* start, int64_t* end) {
  if (*end > length) {
    *end = length;
  } else if (*end < 0) {
    *end = std::max<int64_t>(*end + length, 0);
  }
  if (*start < 0) *start = std::max<int64_t>(*start + length, 0);
}

Status find_arguments(const char* function, const Arguments& arguments, Value* sub, int64_t* start,
                      int64_t* end) {
  if (arguments.keyword_count() != 0)
    return raise(types.TypeError, "{}() takes no keyword arguments", function);
  const size_t count = arguments.positional;
  if (count < 1) return raise(types.TypeError, "{}() takes at least 1 argument (0 given)", function);
  if (count > 3) return raise(types.TypeError, "{}() takes at most 3 arguments ({} given)", function, count);
  *sub = arguments[0];
  *start = 0;
  *end = INT64_MAX;
  if (count > 1) TRY(slice_limit(arguments[1], start));
  if (count > 2) TRY(slice_limit(arguments[2], end));
  return {};
}

Result<Str*> str_argument(Value value, const char* function, int number) {
  if (is_str(value)) return value.as<Str>();
  if (number == 0)
    return raise(types.TypeError, "{}() argument must be str, not {}", function, given_name(value));
  return raise(types.TypeError, "{}() argument {} must be str, not {}", function, number, given_name(value));
}

namespace {

Result<Str*> text_argument(Value value) {
  if (is_str(value)) return value.as<Str>();
  return raise(types.TypeError, "must be str, not {}", type_name(value));
}

/// The keyword-free name in messages: CPython's find() says "str.find() takes no keyword arguments".
Status no_keywords(const char* function, const Arguments& arguments) {
  if (arguments.keyword_count() == 0) return {};
  return raise(types.TypeError, "str.{}() takes no keyword arguments", function);
}

enum class Direction { Forward, Backward };

Result<int64_t> find(const char* name, Value self, const Arguments& arguments, Direction direction) {
  TRY(no_keywords(name, arguments));
  Value sub;
  int64_t start, end;
  TRY(find_arguments(name, arguments, &sub, &start, &end));
  const Str* needle = TRY(text_argument(sub));
  const Str* text = self.as<Str>();
  adjust_limits(static_cast<int64_t>(text->length), &start, &end);
  if (end - start < static_cast<int64_t>(needle->length)) return int64_t{-1};
  const Widened wide(needle, text->width());
  if (!wide.fits()) return int64_t{-1};
  const void* from = char_address(text, static_cast<size_t>(start));
  const auto length = static_cast<size_t>(end - start);
  const int64_t found = direction == Direction::Forward
                            ? find_text(from, length, wide.data(), needle->length, text->width())
                            : rfind_text(from, length, wide.data(), needle->length, text->width());
  return found < 0 ? found : found + start;
}

Result<Value> found_or_raise(int64_t position) {
  if (position < 0) return raise(types.ValueError, "substring not found");
  return make_int(position);
}

bool matches_at(const Str* text, const Str* affix, int64_t start, int64_t end, bool at_end) {
  const auto length = static_cast<int64_t>(affix->length);
  if (end - start < length) return false;
  if (length == 0) return true;
  if (affix->width() > text->width()) return false;
  const auto at = static_cast<size_t>(at_end ? end - length : start);
  const void* data = char_address(text, at);
  if (affix->width() == text->width())
    return std::memcmp(data, affix->data_, affix->length * affix->width()) == 0;
  for (size_t i = 0; i < affix->length; ++i)
    if (text->at(at + i) != affix->at(i)) return false;
  return true;
}

Result<Value> has_affix(const char* name, Value self, const Arguments& arguments, bool at_end) {
  TRY(no_keywords(name, arguments));
  Value affix;
  int64_t start, end;
  TRY(find_arguments(name, arguments, &affix, &start, &end));
  const Str* text = self.as<Str>();
  adjust_limits(static_cast<int64_t>(text->length), &start, &end);
  if (is_str(affix)) return make_bool(matches_at(text, affix.as<Str>(), start, end, at_end));
  if (!is_tuple(affix))
    return raise(types.TypeError, "{} first arg must be str or a tuple of str, not {}", name,
                 type_name(affix));
  for (const Value item : affix.as<Tuple>()->span()) {
    if (!is_str(item))
      return raise(types.TypeError, "tuple for {} must only contain str, not {}", name, type_name(item));
    if (matches_at(text, item.as<Str>(), start, end, at_end)) return make_bool(true);
  }
  return make_bool(false);
}

/// An empty `old` stands before every character and at the end.
Result<Str*> interleave(Str* text, Str* with, size_t limit) {
  StrBuilder out;
  for (size_t i = 0; i < text->length; ++i) {
    if (limit != 0) {
      out.append(with);
      --limit;
    }
    out.append(text->at(i));
  }
  if (limit != 0) out.append(with);
  return out.finish();
}

Result<Str*> replace(Str* text, Str* old, Str* with, size_t limit) {
  if (limit == 0 || old->length > text->length) return exact_str(text);
  if (old->length == 0) {
    if (with->length == 0) return exact_str(text);
    return interleave(text, with, limit);
  }
  const uint8_t width = text->width();
  const Widened needle(old, width);
  if (!needle.fits() || equals(old, with)) return exact_str(text);
  size_t at = 0;
  StrBuilder out;
  while (limit-- != 0) {
    const int64_t found =
        find_text(char_address(text, at), text->length - at, needle.data(), old->length, width);
    if (found < 0) break;
    out.append(text, at, at + static_cast<size_t>(found));
    out.append(with);
    at += static_cast<size_t>(found) + old->length;
  }
  if (at == 0) return exact_str(text);
  out.append(text, at, text->length);
  return out.finish();
}

Result<Value> partition(Value self, Value separator, Direction direction) {
  Str* text = self.as<Str>();
  Str* sep = TRY(text_argument(separator));
  if (sep->length == 0) return raise(types.ValueError, "empty separator");
  const Widened needle(sep, text->width());
  int64_t found = -1;
  if (needle.fits() && sep->length <= text->length)
    found = direction == Direction::Forward
                ? find_text(text->data_, text->length, needle.data(), sep->length, text->width())
                : rfind_text(text->data_, text->length, needle.data(), sep->length, text->width());
  if (found < 0) {
    const Value whole = exact_str(text), empty = empty_str();
    return direction == Direction::Forward ? make_tuple({whole, empty, empty})
                                           : make_tuple({empty, empty, whole});
  }
  const auto at = static_cast<size_t>(found);
  const Value head = substring(text, 0, at);
  return make_tuple({head, sep, substring(text, at + sep->length, text->length)});
}

}  // namespace

Result<Value> str_find(Value self, const Arguments& arguments) {
  return make_int(TRY(find("find", self, arguments, Direction::Forward)));
}
Result<Value> str_rfind(Value self, const Arguments& arguments) {
  return make_int(TRY(find("rfind", self, arguments, Direction::Backward)));
}
Result<Value> str_index(Value self, const Arguments& arguments) {
  return found_or_raise(TRY(find("index", self, arguments, Direction::Forward)));
}
Result<Value> str_rindex(Value self, const Arguments& arguments) {
  return found_or_raise(TRY(find("rindex", self, arguments, Direction::Backward)));
}

Result<Value> str_count(Value self, const Arguments& arguments) {
  TRY(no_keywords("count", arguments));
  Value sub;
  int64_t start, end;
  TRY(find_arguments("count", arguments, &sub, &start, &end));
  const Str* needle = TRY(text_argument(sub));
  const Str* text = self.as<Str>();
  adjust_limits(static_cast<int64_t>(text->length), &start, &end);
  if (end - start < static_cast<int64_t>(needle->length)) return make_int(0);
  const Widened wide(needle, text->width());
  if (!wide.fits()) return make_int(0);
  const size_t count =
      count_text(char_address(text, static_cast<size_t>(start)), static_cast<size_t>(end - start),
                 wide.data(), needle->length, text->width());
  return make_int(static_cast<int64_t>(count));
}

Result<Value> str_startswith(Value self, const Arguments& arguments) {
  return has_affix("startswith", self, arguments, false);
}
Result<Value> str_endswith(Value self, const Arguments& arguments) {
  return has_affix("endswith", self, arguments, true);
}

Result<bool> str_contains(Value self, Value item) {
  if (!is_str(item))
    return raise(types.TypeError, "'in <string>' requires string as left operand, not {}", type_name(item));
  const Str* text = self.as<Str>();
  const Str* needle = item.as<Str>();
  if (needle->length > text->length) return false;
  const Widened wide(needle, text->width());
  return wide.fits() && find_text(text->data_, text->length, wide.data(), needle->length, text->width()) >= 0;
}

Result<Value> str_replace(const Value* a) {
  Str* old = TRY(str_argument(a[1], "replace", 1));
  Str* with = TRY(str_argument(a[2], "replace", 2));
  const int64_t limit = a[3].is_null() ? -1 : TRY(to_int64(a[3]));
  return replace(a[0].as<Str>(), old, with, static_cast<size_t>(limit));
}

Result<Value> str_partition(const Value* a) {
  return partition(a[0], a[1], Direction::Forward);
}
Result<Value> str_rpartition(const Value* a) {
  return partition(a[0], a[1], Direction::Backward);
}

Result<Value> str_removeprefix(const Value* a) {
  Str* text = a[0].as<Str>();
  const Str* prefix = TRY(str_argument(a[1], "removeprefix", 0));
  const auto length = static_cast<int64_t>(text->length);
  return matches_at(text, prefix, 0, length, false) ? substring(text, prefix->length, text->length)
                                                    : exact_str(text);
}

Result<Value> str_removesuffix(const Value* a) {
  Str* text = a[0].as<Str>();
  const Str* suffix = TRY(str_argument(a[1], "removesuffix", 0));
  const auto length = static_cast<int64_t>(text->length);
  return matches_at(text, suffix, 0, length, true) ? substring(text, 0, text->length - suffix->length)
                                                   : exact_str(text);
}

}  // namespace ouro::vm
