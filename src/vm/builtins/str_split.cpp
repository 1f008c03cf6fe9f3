// str: splitting, joining, stripping.
#include "vm/builtins/str_methods.h"
#include "vm/builtins/text_types.h"
#include "vm/object/text_search.h"
#include "vm/object/unicode_data.h"

namespace ouro::vm {

namespace {

/// Pieces between runs of white space.
Status split_space(Str* text, List* pieces, size_t limit) {
  const size_t length = text->length;
  size_t at = 0;
  while (true) {
    while (at < length && is_space(text->at(at))) ++at;
    if (at == length) return {};
    const size_t start = at;
    if (limit == 0) return list_append(pieces, substring(text, start, length));
    --limit;
    while (at < length && !is_space(text->at(at))) ++at;
    TRY(list_append(pieces, substring(text, start, at)));
  }
}

/// The commonest case of split_space: ASCII text, no limit.
Status split_ascii_space(Str* text, List* pieces) {
  const auto is_blank = [](uint8_t c) {
    return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1C && c <= 0x1F);
  };
  const uint8_t* chars = text->latin1();
  const size_t length = text->length;
  for (size_t at = 0;;) {
    while (at < length && is_blank(chars[at])) ++at;
    if (at == length) return {};
    const size_t start = at;
    while (at < length && !is_blank(chars[at])) ++at;
    TRY(list_append(pieces, substring(text, start, at)));
  }
}

Status split_at(Str* text, Str* separator, List* pieces, size_t limit) {
  const uint8_t width = text->width();
  const Widened needle(separator, width);
  size_t at = 0;
  while (needle.fits() && limit-- != 0) {
    const int64_t found =
        find_text(char_address(text, at), text->length - at, needle.data(), separator->length, width);
    if (found < 0) break;
    TRY(list_append(pieces, substring(text, at, at + static_cast<size_t>(found))));
    at += static_cast<size_t>(found) + separator->length;
  }
  return list_append(pieces, substring(text, at, text->length));
}

void reverse(List* pieces) {
  std::span<Value> items = pieces->span();
  for (size_t i = 0; i < items.size() / 2; ++i) std::swap(items[i], items[items.size() - 1 - i]);
  if (pieces->storage != nullptr) write_barrier(pieces->storage);
}

Status rsplit_space(Str* text, List* pieces, size_t limit) {
  size_t end = text->length;
  while (true) {
    while (end > 0 && is_space(text->at(end - 1))) --end;
    if (end == 0) break;
    size_t start = limit == 0 ? 0 : end;
    while (start > 0 && !is_space(text->at(start - 1))) --start;
    TRY(list_append(pieces, substring(text, start, end)));
    if (limit-- == 0) break;
    end = start;
  }
  reverse(pieces);
  return {};
}

Status rsplit_at(Str* text, Str* separator, List* pieces, size_t limit) {
  const uint8_t width = text->width();
  const Widened needle(separator, width);
  size_t end = text->length;
  while (needle.fits() && limit-- != 0) {
    const int64_t found = rfind_text(text->data_, end, needle.data(), separator->length, width);
    if (found < 0) break;
    TRY(list_append(pieces, substring(text, static_cast<size_t>(found) + separator->length, end)));
    end = static_cast<size_t>(found);
  }
  TRY(list_append(pieces, substring(text, 0, end)));
  reverse(pieces);
  return {};
}

/// sep and maxsplit of split and rsplit. A null separator: white space.
Status split_arguments(const Value* a, Str** separator, size_t* limit) {
  *limit = static_cast<size_t>(a[2].is_null() ? -1 : TRY(to_int64(a[2])));
  if (static_cast<int64_t>(*limit) < 0) *limit = SIZE_MAX;
  *separator = nullptr;
  if (a[1].is_null() || is_none(a[1])) return {};
  if (!is_str(a[1])) return raise(types.TypeError, "must be str or None, not {}", type_name(a[1]));
  *separator = a[1].as<Str>();
  if ((*separator)->length == 0) return raise(types.ValueError, "empty separator");
  return {};
}

bool in_set(const Str* set, char32_t c) {
  return visit_chars(set, [c](auto chars) {
    for (const char32_t member : chars)
      if (member == c) return true;
    return false;
  });
}

enum Sides { kLeft = 1, kRight = 2 };

template <class Match>
Str* strip_if(Str* text, int sides, Match matches) {
  size_t start = 0, end = text->length;
  if ((sides & kLeft) != 0)
    while (start < end && matches(text->at(start))) ++start;
  if ((sides & kRight) != 0)
    while (end > start && matches(text->at(end - 1))) --end;
  return substring(text, start, end);
}

Result<Value> strip(const char* name, const Value* a, int sides) {
  Str* text = a[0].as<Str>();
  if (a[1].is_null() || is_none(a[1])) return strip_if(text, sides, is_space);
  if (!is_str(a[1])) return raise(types.TypeError, "{} arg must be None or str", name);
  const Str* set = a[1].as<Str>();
  return strip_if(text, sides, [set](char32_t c) { return in_set(set, c); });
}

/// The items of a list or tuple as they lie, or of a new list.
Result<std::span<Value>> items_of(Value iterable, Value* keep) {
  *keep = iterable;
  if (is_exactly(iterable, types.list)) return iterable.as<List>()->span();
  if (is_exactly(iterable, types.tuple)) return iterable.as<Tuple>()->span();
  *keep = TRY(list_to_join(iterable));
  return keep->as<List>()->span();
}

}  // namespace

Result<List*> list_to_join(Value iterable) {
  const Slots& slots = type_of(iterable)->slots;
  const bool iterates = slots.iter != nullptr || slots.item != nullptr || slots.subscript != nullptr;
  if (!iterates) return raise(types.TypeError, "can only join an iterable");
  if (!type_of(iterable)->has(kTypeHeap)) return to_list(iterable);
  auto iterator = iterate(iterable);
  if (!iterator.ok()) {
    if (!clear_if(types.TypeError)) return Raised{};
    return raise(types.TypeError, "can only join an iterable");
  }
  List* list = make_list();
  for (;;) {
    const Value item = TRY(next(iterator.unwrap()));
    if (item.is_stop()) return list;
    TRY(list_append(list, item));
  }
}

Result<Value> str_split(const Value* a) {
  Str* separator;
  size_t limit;
  TRY(split_arguments(a, &separator, &limit));
  Str* text = a[0].as<Str>();
  List* pieces = make_list();
  if (separator != nullptr) {
    TRY(split_at(text, separator, pieces, limit));
  } else if (text->is_ascii() && limit == SIZE_MAX) {
    TRY(split_ascii_space(text, pieces));
  } else {
    TRY(split_space(text, pieces, limit));
  }
  return pieces;
}

Result<Value> str_rsplit(const Value* a) {
  Str* separator;
  size_t limit;
  TRY(split_arguments(a, &separator, &limit));
  List* pieces = make_list();
  if (separator != nullptr) {
    TRY(rsplit_at(a[0].as<Str>(), separator, pieces, limit));
  } else {
    TRY(rsplit_space(a[0].as<Str>(), pieces, limit));
  }
  return pieces;
}

Result<Value> str_splitlines(const Value* a) {
  const bool keep_ends = !a[1].is_null() && TRY(to_c_int(a[1])) != 0;
  Str* text = a[0].as<Str>();
  List* lines = make_list();
  const size_t length = text->length;
  for (size_t at = 0; at < length;) {
    const size_t start = at;
    while (at < length && !is_line_break(text->at(at))) ++at;
    const size_t end = at;
    if (at < length) at += text->at(at) == '\r' && at + 1 < length && text->at(at + 1) == '\n' ? 2 : 1;
    TRY(list_append(lines, substring(text, start, keep_ends ? at : end)));
  }
  return lines;
}

Result<Value> str_join(const Value* a) {
  Str* separator = a[0].as<Str>();
  Value keep;
  const std::span<Value> items = TRY(items_of(a[1], &keep));
  if (items.empty()) return empty_str();
  if (items.size() == 1 && is_exactly(items[0], types.str)) return items[0];
  size_t length = 0;
  char32_t bound = items.size() > 1 ? max_char_bound(separator) : 0x7F;
  for (size_t i = 0; i < items.size(); ++i) {
    if (!is_str(items[i]))
      return raise(types.TypeError, "sequence item {}: expected str instance, {} found", i,
                   type_name(items[i]));
    const Str* item = items[i].as<Str>();
    if (__builtin_add_overflow(length, item->length, &length))
      return raise(types.OverflowError, "join() result is too long for a Python string");
    if (!item->is_ascii()) bound = std::max(bound, max_char_bound(item));
  }
  size_t between;
  if (__builtin_mul_overflow(separator->length, items.size() - 1, &between) ||
      __builtin_add_overflow(length, between, &length) || length > INT64_MAX)
    return raise(types.OverflowError, "join() result is too long for a Python string");
  Str* result = TRY(allocate_str(length, bound));
  if (length == 0) return result;
  const uint8_t width = result->width();
  auto* out = static_cast<char*>(writable_data(result));
  for (size_t i = 0; i < items.size(); ++i) {
    if (i != 0 && separator->length != 0) {
      copy_chars(out, width, separator->data_, separator->width(), separator->length);
      out += separator->length * width;
    }
    const Str* item = items[i].as<Str>();
    copy_chars(out, width, item->data_, item->width(), item->length);
    out += item->length * width;
  }
  return length == 1 ? make_char(result->at(0)) : result;
}

Result<Value> str_strip(const Value* a) {
  return strip("strip", a, kLeft | kRight);
}
Result<Value> str_lstrip(const Value* a) {
  return strip("lstrip", a, kLeft);
}
Result<Value> str_rstrip(const Value* a) {
  return strip("rstrip", a, kRight);
}

}  // namespace ouro::vm
