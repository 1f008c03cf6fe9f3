#include <algorithm>

#include "vm/import/import.h"
#include "vm/modules/sre/objects.h"

namespace ouro::vm::sre {

Result<Text> text_of(Value string, BufferView* view) {
  Text text;
  text.string = string;
  if (is_str(string)) {
    auto* str = string.as<Str>();
    text.data = static_cast<const char*>(str->data_);
    text.length = static_cast<int64_t>(str->length);
    text.width = str->width();
    return text;
  }
  text.is_bytes = true;
  if (is_exactly(string, types.bytes)) {
    text.data = reinterpret_cast<const char*>(string.as<Bytes>()->data);
    text.length = static_cast<int64_t>(string.as<Bytes>()->length);
    return text;
  }
  if (!get_buffer(string, view).ok()) {
    take_exception();
    return raise(types.TypeError, "expected string or bytes-like object, got '{}'", type_name(string));
  }
  text.data = static_cast<const char*>(view->data);
  if (text.data == nullptr) text.data = "";
  text.length = view->length;
  return text;
}

Result<Value> slice_of(const Text& text, int64_t start, int64_t end) {
  if (!text.is_bytes) {
    auto* str = text.string.as<Str>();
    if (start == 0 && end == text.length) return exact_str(str);
    return substring(str, static_cast<size_t>(start), static_cast<size_t>(end));
  }
  if (start == 0 && end == text.length && is_exactly(text.string, types.bytes)) return text.string;
  return make_bytes({text.data + start, static_cast<size_t>(end - start)});
}

Status open_text(const Pattern* pattern, Value string, int64_t pos, int64_t endpos, Text* text, Range* range,
                 BufferView* view) {
  *text = TRY(text_of(string, view));
  if (text->is_bytes && pattern->is_bytes == 0)
    return raise(types.TypeError, "cannot use a string pattern on a bytes-like object");
  if (!text->is_bytes && pattern->is_bytes > 0)
    return raise(types.TypeError, "cannot use a bytes pattern on a string-like object");
  range->data = text->data;
  range->width = text->width;
  range->start = std::clamp<int64_t>(pos, 0, text->length);
  range->end = std::clamp<int64_t>(endpos, 0, text->length);
  return {};
}

Status Subject::open(const Pattern* pattern, Value string, int64_t from, int64_t to) {
  TRY(open_text(pattern, string, from, to, &text, &range, &view_));
  pos = range.start;
  endpos = range.end;
  return {};
}

Result<Value> group_text(const Text& text, const Matcher& matcher, int64_t index, Value missing) {
  if (index == 0) return slice_of(text, matcher.found_start(), matcher.found_end());
  int64_t start, end;
  if (!matcher.group(static_cast<uint32_t>(index - 1), &start, &end)) return missing;
  if (start > end)
    return raise(types.SystemError,
                 "The span of capturing group is wrong, please report a bug for the re module.");
  return slice_of(text, start, end);
}

Result<Value> call_re(std::string_view function, std::initializer_list<Value> arguments) {
  Value module = TRY(import_module("re"));
  return call(TRY(get_attribute(module, intern(function))), arguments);
}

}  // namespace ouro::vm::sre
