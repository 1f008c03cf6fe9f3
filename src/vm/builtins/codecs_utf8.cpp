// UTF-8, ASCII and Latin-1.
#include "base/unicode.h"
#include "vm/builtins/codecs.h"
#include "vm/object/str_data.h"

namespace ouro::vm {

namespace {

/// A surrogate of which the last byte is still to come: not yet an error.
bool is_truncated_surrogate(std::string_view rest) {
  return rest.size() == 2 && rest[0] == '\xED' && static_cast<unsigned char>(rest[1]) >= 0xA0 &&
         static_cast<unsigned char>(rest[1]) <= 0xBF;
}

/// The replacement of an encoding error, which must itself be encodable as it is.
Status append_replacement(std::string& out, EncodeErrors& errors, Str* text, size_t start, size_t end,
                          std::string_view reason, Value replacement, unsigned limit) {
  if (replacement.is_null()) return {};
  if (is_bytes(replacement)) {
    out += replacement.as<Bytes>()->view();
    return {};
  }
  const Str* with = replacement.as<Str>();
  for (size_t i = 0; i < with->length; ++i) {
    if (with->at(i) >= limit) return errors.raise_error(text, start, end, reason);
    out += static_cast<char>(with->at(i));
  }
  return {};
}

Result<Bytes*> encode_utf8_with_surrogates(Str* text, const char* error_name) {
  EncodeErrors errors("utf-8", error_name);
  constexpr std::string_view kReason = "surrogates not allowed";
  std::string out;
  for (size_t i = 0; i < text->length;) {
    if (!is_surrogate(text->at(i))) {
      append_code_point(out, text->at(i++));
      continue;
    }
    size_t end = i + 1;
    while (end < text->length && is_surrogate(text->at(end))) ++end;
    Value replacement;
    const size_t next = TRY(errors.handle(text, i, end, kReason, &replacement));
    TRY(append_replacement(out, errors, text, i, end, kReason, replacement, 128));
    i = next;
  }
  return make_bytes(out);
}

bool has_surrogate(const Str* text) {
  if (text->width() == 1) return false;
  return visit_chars(text, [](auto chars) {
    bool found = false;
    for (const char32_t c : chars) found |= is_surrogate(c);
    return found;
  });
}

}  // namespace

Result<Str*> decode_utf8(DecodeInput input, const char* error_name, size_t* consumed) {
  if (consumed != nullptr) *consumed = input.bytes.size();
  if (is_ascii_data(input.bytes.data(), input.bytes.size())) return make_ascii(input.bytes);
  std::optional<Utf8Error> error = find_utf8_error(input.bytes);
  if (!error) return make_str(input.bytes);
  DecodeErrors errors("utf-8", error_name);
  StrBuilder out;
  size_t at = 0;
  while (error) {
    out.append_utf8(input.bytes.substr(at, error->start));
    const size_t start = at + error->start;
    const bool incomplete =
        error->reason == "unexpected end of data" || is_truncated_surrogate(input.bytes.substr(start));
    if (consumed != nullptr && incomplete) {
      *consumed = start;
      return out.finish();
    }
    at = TRY(errors.handle(out, input, start, at + error->end, error->reason));
    error = find_utf8_error(input.bytes.substr(at));
  }
  out.append_utf8(input.bytes.substr(at));
  if (consumed != nullptr) *consumed = input.bytes.size();
  return out.finish();
}

Result<Str*> decode_ascii(DecodeInput input, const char* error_name) {
  if (is_ascii_data(input.bytes.data(), input.bytes.size())) return make_ascii(input.bytes);
  DecodeErrors errors("ascii", error_name);
  StrBuilder out;
  for (size_t at = 0; at < input.bytes.size();) {
    size_t end = at;
    while (end < input.bytes.size() && static_cast<signed char>(input.bytes[end]) >= 0) ++end;
    out.append_ascii(input.bytes.substr(at, end - at));
    if (end == input.bytes.size()) break;
    at = TRY(errors.handle(out, input, end, end + 1, "ordinal not in range(128)"));
  }
  return out.finish();
}

Result<Bytes*> encode_utf8(Str* text, const char* errors) {
  if (text->is_ascii()) return make_bytes(text->ascii_view());
  if (has_surrogate(text)) return encode_utf8_with_surrogates(text, errors);
  return make_bytes(to_utf8(text));
}

Result<Bytes*> encode_limited(Str* text, const char* error_name, unsigned limit) {
  if (text->is_ascii()) return make_bytes(text->ascii_view());
  if (limit == 256 && text->width() == 1)
    return make_bytes(std::string_view(reinterpret_cast<const char*>(text->latin1()), text->length));
  EncodeErrors errors(limit == 128 ? "ascii" : "latin-1", error_name);
  const std::string_view reason = limit == 128 ? "ordinal not in range(128)" : "ordinal not in range(256)";
  std::string out;
  for (size_t i = 0; i < text->length;) {
    if (text->at(i) < limit) {
      out += static_cast<char>(text->at(i++));
      continue;
    }
    size_t end = i + 1;
    while (end < text->length && text->at(end) >= limit) ++end;
    Value replacement;
    const size_t next = TRY(errors.handle(text, i, end, reason, &replacement));
    TRY(append_replacement(out, errors, text, i, end, reason, replacement, limit));
    i = next;
  }
  return make_bytes(out);
}

}  // namespace ouro::vm
