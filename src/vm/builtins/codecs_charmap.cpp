// Character maps: codecs of one byte a character, described by a text or a dict.
#include "vm/builtins/codecs.h"
#include "vm/object/str_data.h"

namespace ouro::vm {

namespace {

constexpr char32_t kUndefined = 0xFFFE;
constexpr std::string_view kReason = "character maps to <undefined>";

/// Appends what a byte means; false: nothing.
Result<bool> append_mapped(StrBuilder& out, Value mapping, unsigned char byte) {
  if (is_exactly(mapping, types.str)) {
    const Str* table = mapping.as<Str>();
    if (byte >= table->length || table->at(byte) == kUndefined) return false;
    out.append(table->at(byte));
    return true;
  }
  Result<Value> looked_up = get_item(mapping, make_int(byte));
  if (!looked_up.ok()) {
    if (!clear_if(types.LookupError)) return Raised{};
    return false;
  }
  const Value mapped = looked_up.unwrap();
  if (is_none(mapped)) return false;
  if (is_int(mapped)) {
    int64_t number;
    if (!int_fits(mapped, &number) || number < 0 || number > 0x10FFFF)
      return raise(types.TypeError, "character mapping must be in range(0x110000)");
    if (static_cast<char32_t>(number) == kUndefined) return false;
    out.append(static_cast<char32_t>(number));
    return true;
  }
  if (!is_str(mapped)) return raise(types.TypeError, "character mapping must return integer, None or str");
  const Str* text = mapped.as<Str>();
  if (text->length == 1 && text->at(0) == kUndefined) return false;
  out.append(text);
  return true;
}

/// Appends a character's bytes; false: it has none.
Result<bool> append_encoded(std::string& out, Value mapping, char32_t c) {
  Result<Value> looked_up = get_item(mapping, make_int(c));
  if (!looked_up.ok()) {
    if (!clear_if(types.LookupError)) return Raised{};
    return false;
  }
  const Value mapped = looked_up.unwrap();
  if (is_none(mapped)) return false;
  if (is_int(mapped)) {
    int64_t number;
    if (!int_fits(mapped, &number) || number < 0 || number > 255)
      return raise(types.TypeError, "character mapping must be in range(256)");
    out += static_cast<char>(number);
    return true;
  }
  if (is_bytes(mapped)) {
    out += mapped.as<Bytes>()->view();
    return true;
  }
  return raise(types.TypeError, "character mapping must return integer, bytes or None, not {}",
               type_name(mapped));
}

}  // namespace

Result<Str*> decode_charmap(DecodeInput input, const char* error_name, Value mapping) {
  if (mapping.is_null() || is_none(mapping)) return make_str_latin1(input.bytes);
  DecodeErrors errors("charmap", error_name);
  StrBuilder out;
  for (size_t at = 0; at < input.bytes.size();) {
    if (TRY(append_mapped(out, mapping, static_cast<unsigned char>(input.bytes[at])))) {
      ++at;
    } else {
      at = TRY(errors.handle(out, input, at, at + 1, kReason));
    }
  }
  return out.finish();
}

Result<Bytes*> encode_charmap(Str* text, const char* error_name, Value mapping) {
  if (mapping.is_null() || is_none(mapping)) return encode_limited(text, error_name, 256);
  EncodeErrors errors("charmap", error_name);
  std::string out;
  for (size_t i = 0; i < text->length;) {
    if (TRY(append_encoded(out, mapping, text->at(i)))) {
      ++i;
      continue;
    }
    size_t end = i + 1;
    std::string ignored;
    while (end < text->length && !TRY(append_encoded(ignored, mapping, text->at(end)))) ++end;
    Value replacement;
    const size_t next = TRY(errors.handle(text, i, end, kReason, &replacement));
    if (is_bytes(replacement)) {
      out += replacement.as<Bytes>()->view();
    } else if (!replacement.is_null()) {
      const Str* with = replacement.as<Str>();
      for (size_t k = 0; k < with->length; ++k)
        if (!TRY(append_encoded(out, mapping, with->at(k)))) return errors.raise_error(text, i, end, kReason);
    }
    i = next;
  }
  return make_bytes(out);
}

Result<Value> charmap_build(Str* decoding_table) {
  Dict* mapping = make_dict(decoding_table->length);
  for (size_t i = 0; i < decoding_table->length && i < 256; ++i) {
    if (decoding_table->at(i) == kUndefined) continue;
    TRY(dict_set(mapping, make_int(decoding_table->at(i)), make_int(static_cast<int64_t>(i))));
  }
  return mapping;
}

}  // namespace ouro::vm
