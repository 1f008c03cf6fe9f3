// Error handlers of codecs. The standard ones work here without making an exception object; others are called
// as Python's registry has them.
#include "base/unicode.h"
#include "vm/builtins/codecs.h"
#include "vm/builtins/codecs_names.h"
#include "vm/object/str_data.h"
#include "vm/object/unicode_data.h"

namespace ouro::vm {

namespace {

constexpr size_t kMaxEscapedBytes = 4;

void append_backslash(std::string& out, char32_t c) {
  if (c < 0x100) {
    out += fmt::format("\\x{:02x}", static_cast<uint32_t>(c));
  } else if (c < 0x10000) {
    out += fmt::format("\\u{:04x}", static_cast<uint32_t>(c));
  } else {
    out += fmt::format("\\U{:08x}", static_cast<uint32_t>(c));
  }
}

/// The surrogate that stands encoded at `at`, and its size; false when there is none.
bool decode_surrogate(UnicodeForm form, std::string_view bytes, size_t at, char32_t* c, size_t* size) {
  const auto byte = [&](size_t i) -> uint32_t { return static_cast<unsigned char>(bytes[at + i]); };
  const size_t left = bytes.size() - at;
  *size = form == UnicodeForm::Utf8                                      ? 3
          : form == UnicodeForm::Utf16Le || form == UnicodeForm::Utf16Be ? 2
                                                                         : 4;
  if (left < *size) return false;
  switch (form) {
    case UnicodeForm::Utf8:
      if ((byte(0) & 0xF0) != 0xE0 || (byte(1) & 0xC0) != 0x80 || (byte(2) & 0xC0) != 0x80) return false;
      *c = (byte(0) & 15) << 12 | (byte(1) & 63) << 6 | (byte(2) & 63);
      break;
    case UnicodeForm::Utf16Le:
      *c = byte(0) | byte(1) << 8;
      break;
    case UnicodeForm::Utf16Be:
      *c = byte(0) << 8 | byte(1);
      break;
    case UnicodeForm::Utf32Le:
      *c = byte(0) | byte(1) << 8 | byte(2) << 16 | byte(3) << 24;
      break;
    case UnicodeForm::Utf32Be:
      *c = byte(0) << 24 | byte(1) << 16 | byte(2) << 8 | byte(3);
      break;
    default:
      return false;
  }
  return is_surrogate(*c);
}

void encode_surrogate(UnicodeForm form, char32_t c, std::string* out) {
  const char high = static_cast<char>(c >> 8), low = static_cast<char>(c & 0xFF);
  switch (form) {
    case UnicodeForm::Utf8:
      append_code_point(*out, c);
      break;
    case UnicodeForm::Utf16Le:
      out->append({low, high});
      break;
    case UnicodeForm::Utf16Be:
      out->append({high, low});
      break;
    case UnicodeForm::Utf32Le:
      out->append({low, high, 0, 0});
      break;
    default:
      out->append({0, 0, high, low});
      break;
  }
}

/// A handler's answer: (replacement, position).
struct Answer {
  Value replacement;
  int64_t position;
};

Result<Answer> call_error_handler(Value handler, Value exception, bool decoding) {
  const Value result = TRY(call(handler, {exception}));
  const auto bad = [decoding] {
    return raise(types.TypeError, "{} error handler must return ({}, int) tuple",
                 decoding ? "decoding" : "encoding", decoding ? "str" : "str/bytes");
  };
  if (!is_tuple(result) || result.as<Tuple>()->length != 2) return bad();
  const Value replacement = result.as<Tuple>()->items[0], position = result.as<Tuple>()->items[1];
  if (!is_str(replacement) && (decoding || !is_bytes(replacement))) return bad();
  if (!is_int(position) && type_of(position)->slots.index == nullptr) return bad();
  return Answer{replacement, TRY(to_int64(position))};
}

Result<size_t> checked_position(int64_t position, size_t size) {
  const int64_t given = position;
  if (position < 0) position += static_cast<int64_t>(size);
  if (position < 0 || static_cast<uint64_t>(position) > size)
    return raise(types.IndexError, "position {} from error handler out of bounds", given);
  return static_cast<size_t>(position);
}

Result<Value> make_unicode_error(Type* type, const char* encoding, Value object, size_t start, size_t end,
                                 std::string_view reason) {
  return call(type, {make_ascii(encoding), object, make_int(static_cast<int64_t>(start)),
                     make_int(static_cast<int64_t>(end)), make_str(reason)});
}

/// The exception of an earlier call, with the new place, or a new one.
Result<Value> error_for(Value* kept, Type* type, const char* encoding, Value object, size_t start, size_t end,
                        std::string_view reason) {
  if (kept->is_null()) {
    *kept = TRY(make_unicode_error(type, encoding, object, start, end, reason));
    return *kept;
  }
  auto* error = kept->as<UnicodeErrorObject>();
  error->start = static_cast<int64_t>(start);
  error->end = static_cast<int64_t>(end);
  store(error, error->reason, Value(make_str(reason)));
  return *kept;
}

Value bytes_object(const DecodeInput& input) {
  if (is_bytes(input.object) && input.object.as<Bytes>()->view().data() == input.bytes.data() &&
      input.object.as<Bytes>()->length == input.bytes.size())
    return input.object;
  return make_bytes(input.bytes);
}

/// What the standard encode handlers put in place of characters; false for a name that is not theirs.
bool standard_replacement(std::string_view errors, const Str* text, size_t start, size_t end,
                          std::string* out) {
  if (errors == "replace") {
    out->append(end - start, '?');
  } else if (errors == "backslashreplace") {
    for (size_t i = start; i < end; ++i) append_backslash(*out, text->at(i));
  } else if (errors == "xmlcharrefreplace") {
    for (size_t i = start; i < end; ++i) *out += fmt::format("&#{};", static_cast<uint32_t>(text->at(i)));
  } else if (errors == "namereplace") {
    for (size_t i = start; i < end; ++i) {
      const std::string name = character_name(text->at(i));
      if (name.empty()) {
        append_backslash(*out, text->at(i));
      } else {
        *out += "\\N{" + name + "}";
      }
    }
  } else {
    return false;
  }
  return true;
}

}  // namespace

UnicodeForm unicode_form(std::string_view encoding) {
  std::string name;
  for (const char c : encoding) name += c == '_' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  if (name.starts_with("cp-utf8") || name == "cp65001") return UnicodeForm::Utf8;
  if (!name.starts_with("utf")) return UnicodeForm::Other;
  std::string_view rest = std::string_view(name).substr(3);
  if (rest.starts_with('-')) rest.remove_prefix(1);
  if (rest == "8") return UnicodeForm::Utf8;
  const bool wide = rest.starts_with("32");
  if (!wide && !rest.starts_with("16")) return UnicodeForm::Other;
  rest.remove_prefix(2);
  if (rest.starts_with('-')) rest.remove_prefix(1);
  if (rest.empty() || rest == "le") return wide ? UnicodeForm::Utf32Le : UnicodeForm::Utf16Le;
  if (rest == "be") return wide ? UnicodeForm::Utf32Be : UnicodeForm::Utf16Be;
  return UnicodeForm::Other;
}

Result<size_t> DecodeErrors::handle(StrBuilder& out, DecodeInput& input, size_t start, size_t end,
                                    std::string_view reason) {
  if (errors_ == "ignore") return end;
  if (errors_ == "replace") {
    out.append(0xFFFD);
    return end;
  }
  if (errors_ == "backslashreplace") {
    std::string text;
    for (size_t i = start; i < end; ++i) append_backslash(text, static_cast<unsigned char>(input.bytes[i]));
    out.append_ascii(text);
    return end;
  }
  if (errors_ == "surrogateescape") {
    size_t at = start;
    while (at < end && at - start < kMaxEscapedBytes && static_cast<signed char>(input.bytes[at]) < 0)
      out.append(0xDC00u + static_cast<unsigned char>(input.bytes[at++]));
    if (at != start) return at;
  } else if (errors_ == "surrogatepass") {
    char32_t c;
    size_t size;
    if (decode_surrogate(unicode_form(encoding_), input.bytes, start, &c, &size)) {
      out.append(c);
      return start + size;
    }
  } else if (errors_ != "strict") {
    return call_handler(out, input, start, end, reason);
  }
  return raise_value(
      TRY(make_unicode_error(types.UnicodeDecodeError, encoding_, bytes_object(input), start, end, reason)));
}

Result<size_t> DecodeErrors::call_handler(StrBuilder& out, DecodeInput& input, size_t start, size_t end,
                                          std::string_view reason) {
  if (handler_.is_null()) handler_ = TRY(lookup_error_handler(errors_));
  input.object = bytes_object(input);
  const Value error =
      TRY(error_for(&exception_, types.UnicodeDecodeError, encoding_, input.object, start, end, reason));
  const Answer answer = TRY(call_error_handler(handler_, error, true));
  const Value object = error.as<UnicodeErrorObject>()->object;
  if (!is_bytes(object)) return raise(types.TypeError, "object attribute must be bytes");
  input.object = object;
  input.bytes = object.as<Bytes>()->view();
  const size_t position = TRY(checked_position(answer.position, input.bytes.size()));
  out.append(answer.replacement.as<Str>());
  return position;
}

Raised EncodeErrors::raise_error(Str* text, size_t start, size_t end, std::string_view reason) {
  Result<Value> error = make_unicode_error(types.UnicodeEncodeError, encoding_, text, start, end, reason);
  if (!error.ok()) return Raised{};
  return raise_value(error.unwrap());
}

Result<size_t> EncodeErrors::handle(Str* text, size_t start, size_t end, std::string_view reason,
                                    Value* replacement) {
  *replacement = Value();
  if (errors_ == "ignore") return end;
  std::string out;
  if (standard_replacement(errors_, text, start, end, &out)) {
    *replacement = make_ascii(out);
    return end;
  }
  size_t at = start;
  if (errors_ == "surrogateescape") {
    for (; at < end && text->at(at) >= 0xDC80 && text->at(at) <= 0xDCFF; ++at)
      out += static_cast<char>(text->at(at) & 0xFF);
  } else if (errors_ == "surrogatepass") {
    const UnicodeForm form = unicode_form(encoding_);
    for (; form != UnicodeForm::Other && at < end && is_surrogate(text->at(at)); ++at)
      encode_surrogate(form, text->at(at), &out);
  } else if (errors_ != "strict") {
    if (handler_.is_null()) handler_ = TRY(lookup_error_handler(errors_));
    const Value error =
        TRY(error_for(&exception_, types.UnicodeEncodeError, encoding_, text, start, end, reason));
    const Answer answer = TRY(call_error_handler(handler_, error, false));
    *replacement = answer.replacement;
    return checked_position(answer.position, text->length);
  }
  if (at == start) return raise_error(text, start, end, reason);
  *replacement = make_bytes(out);
  return at;
}

// ---- the same handlers as Python functions

namespace {

struct ErrorRange {
  UnicodeErrorObject* error;
  bool encoding, decoding;
  size_t size, start, end;
  Str* text() const { return error->object.as<Str>(); }
  std::string_view bytes() const { return error->object.as<Bytes>()->view(); }
};

Raised wrong_exception(Value exception) {
  return raise(types.TypeError, "don't know how to handle {} in error callback", type_name(exception));
}

Result<ErrorRange> error_range(Value exception) {
  ErrorRange range{};
  range.encoding = is_instance(exception, types.UnicodeEncodeError);
  range.decoding = is_instance(exception, types.UnicodeDecodeError);
  if (!range.encoding && !range.decoding && !is_instance(exception, types.UnicodeTranslateError))
    return wrong_exception(exception);
  range.error = exception.as<UnicodeErrorObject>();
  const Value object = range.error->object;
  if (range.decoding) {
    if (!is_bytes(object)) return raise(types.TypeError, "object attribute must be bytes");
    range.size = object.as<Bytes>()->length;
  } else {
    if (!is_str(object)) return raise(types.TypeError, "object attribute must be unicode");
    range.size = object.as<Str>()->length;
  }
  // The range is brought into the object, as the exceptions' accessors do.
  const auto size = static_cast<int64_t>(range.size);
  int64_t start = std::max<int64_t>(range.error->start, 0);
  if (start >= size) start = std::max<int64_t>(size - 1, 0);
  int64_t end = std::max<int64_t>(range.error->end, 1);
  if (end > size) end = size;
  range.start = static_cast<size_t>(start);
  range.end = static_cast<size_t>(std::max(end, start));
  return range;
}

Value answer(Value replacement, size_t position) {
  return make_tuple({replacement, make_int(static_cast<int64_t>(position))});
}

Result<Value> strict_errors(const Value* a) {
  if (is_instance(a[1], types.BaseException)) return raise_value(a[1]);
  return raise(types.TypeError, "codec must pass exception instance");
}

Result<Value> ignore_errors(const Value* a) {
  const ErrorRange range = TRY(error_range(a[1]));
  return answer(empty_str(), range.end);
}

Result<Value> replace_errors(const Value* a) {
  const ErrorRange range = TRY(error_range(a[1]));
  StrBuilder out;
  out.append_repeated(range.encoding ? U'?' : U'\uFFFD', range.decoding ? 1 : range.end - range.start);
  return answer(TRY(out.finish()), range.end);
}

Result<Value> text_errors(std::string_view name, Value exception) {
  const ErrorRange range = TRY(error_range(exception));
  if (!range.encoding) return wrong_exception(exception);
  std::string out;
  standard_replacement(name, range.text(), range.start, range.end, &out);
  return answer(make_ascii(out), range.end);
}

Result<Value> xmlcharrefreplace_errors(const Value* a) {
  return text_errors("xmlcharrefreplace", a[1]);
}
Result<Value> namereplace_errors(const Value* a) {
  return text_errors("namereplace", a[1]);
}

Result<Value> backslashreplace_errors(const Value* a) {
  const ErrorRange range = TRY(error_range(a[1]));
  std::string out;
  for (size_t i = range.start; i < range.end; ++i)
    append_backslash(out,
                     range.decoding ? static_cast<unsigned char>(range.bytes()[i]) : range.text()->at(i));
  return answer(make_ascii(out), range.end);
}

Result<Value> surrogatepass_errors(const Value* a) {
  const ErrorRange range = TRY(error_range(a[1]));
  if (!range.encoding && !range.decoding) return wrong_exception(a[1]);
  const UnicodeForm form = is_str(range.error->encoding)
                               ? unicode_form(to_utf8(range.error->encoding.as<Str>()))
                               : UnicodeForm::Other;
  if (form == UnicodeForm::Other) return raise_value(a[1]);
  if (range.decoding) {
    char32_t c;
    size_t size;
    if (!decode_surrogate(form, range.bytes(), range.start, &c, &size)) return raise_value(a[1]);
    return answer(make_char(c), range.start + size);
  }
  std::string out;
  for (size_t i = range.start; i < range.end; ++i) {
    if (!is_surrogate(range.text()->at(i))) return raise_value(a[1]);
    encode_surrogate(form, range.text()->at(i), &out);
  }
  return answer(make_bytes(out), range.end);
}

Result<Value> surrogateescape_errors(const Value* a) {
  const ErrorRange range = TRY(error_range(a[1]));
  if (range.encoding) {
    std::string out;
    for (size_t i = range.start; i < range.end; ++i) {
      const char32_t c = range.text()->at(i);
      if (c < 0xDC80 || c > 0xDCFF) return raise_value(a[1]);
      out += static_cast<char>(c & 0xFF);
    }
    return answer(make_bytes(out), range.end);
  }
  if (!range.decoding) return wrong_exception(a[1]);
  StrBuilder out;
  size_t at = range.start;
  while (at < range.end && at - range.start < kMaxEscapedBytes &&
         static_cast<signed char>(range.bytes()[at]) < 0)
    out.append(0xDC00u + static_cast<unsigned char>(range.bytes()[at++]));
  if (at == range.start) return raise_value(a[1]);
  return answer(TRY(out.finish()), at);
}

constexpr MethodSpec kHandlers[] = {
    {"strict_errors", "($module, exception, /)", strict_errors,
     "Implements the 'strict' error handling, which raises a UnicodeError on coding errors."},
    {"ignore_errors", "($module, exception, /)", ignore_errors,
     "Implements the 'ignore' error handling, which ignores malformed data and continues."},
    {"replace_errors", "($module, exception, /)", replace_errors,
     "Implements the 'replace' error handling, which replaces malformed data with a replacement marker."},
    {"xmlcharrefreplace_errors", "($module, exception, /)", xmlcharrefreplace_errors,
     "Implements the 'xmlcharrefreplace' error handling, which replaces an unencodable character with the "
     "appropriate XML character reference."},
    {"backslashreplace_errors", "($module, exception, /)", backslashreplace_errors,
     "Implements the 'backslashreplace' error handling, which replaces malformed data with a backslashed "
     "escape sequence."},
    {"namereplace_errors", "($module, exception, /)", namereplace_errors,
     "Implements the 'namereplace' error handling, which replaces an unencodable character with a \\N{...} "
     "escape sequence."},
    {"surrogatepass", "($module, exception, /)", surrogatepass_errors},
    {"surrogateescape", "($module, exception, /)", surrogateescape_errors},
};
constexpr const char* kHandlerNames[] = {
    "strict",           "ignore",      "replace",       "xmlcharrefreplace",
    "backslashreplace", "namereplace", "surrogatepass", "surrogateescape"};

}  // namespace

void add_standard_error_handlers(Dict* handlers) {
  for (size_t i = 0; i < std::size(kHandlers); ++i)
    dict_set(handlers, intern(kHandlerNames[i]), make_native_function(kHandlers[i], none(), nullptr));
}

}  // namespace ouro::vm
