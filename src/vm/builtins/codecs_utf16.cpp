// UTF-16 and UTF-32.
#include "vm/builtins/codecs.h"
#include "vm/object/str_data.h"

namespace ouro::vm {

namespace {

uint32_t load(std::string_view bytes, size_t at, int width, bool big) {
  uint32_t value = 0;
  for (int i = 0; i < width; ++i) {
    const auto byte = static_cast<unsigned char>(bytes[at + static_cast<size_t>(big ? i : width - 1 - i)]);
    value = value << 8 | byte;
  }
  return value;
}

void append_unit(std::string& out, uint32_t value, int width, bool big) {
  for (int i = 0; i < width; ++i) out += static_cast<char>(value >> 8 * (big ? width - 1 - i : i));
}

/// Skips a byte order mark, when the order is to be taken from it.
size_t take_mark(std::string_view bytes, int width, int* byte_order) {
  if (*byte_order != 0 || bytes.size() < static_cast<size_t>(width)) return 0;
  if (load(bytes, 0, width, false) == 0xFEFF) {
    *byte_order = -1;
  } else if (load(bytes, 0, width, true) == 0xFEFF) {
    *byte_order = 1;
  } else {
    return 0;
  }
  return static_cast<size_t>(width);
}

constexpr bool is_low(uint32_t unit) {
  return unit >= 0xDC00 && unit < 0xE000;
}

/// What stands at one place: a character, or an error and whether more input could mend it.
struct Step {
  char32_t character = 0;
  size_t size = 0;
  const char* reason = nullptr;
  bool incomplete = false;
};

Step step_utf16(std::string_view bytes, size_t at, bool big) {
  const size_t left = bytes.size() - at;
  if (left < 2) return {0, left, "truncated data", true};
  const uint32_t unit = load(bytes, at, 2, big);
  if (!is_surrogate(unit)) return {unit, 2};
  if (is_low(unit)) return {0, 2, "illegal encoding"};
  if (left < 4) return {0, left, "unexpected end of data", true};
  const uint32_t next = load(bytes, at + 2, 2, big);
  if (!is_low(next)) return {0, 2, "illegal UTF-16 surrogate"};
  return {0x10000 + ((unit - 0xD800) << 10) + (next - 0xDC00), 4};
}

Step step_utf32(std::string_view bytes, size_t at, bool big) {
  const size_t left = bytes.size() - at;
  if (left < 4) return {0, left, "truncated data", true};
  const uint32_t c = load(bytes, at, 4, big);
  if (is_surrogate(c)) return {0, 4, "code point in surrogate code point range"};
  if (c > 0x10FFFF) return {0, 4, "code point not in range(0x110000)"};
  return {c, 4};
}

using StepFn = Step (*)(std::string_view, size_t, bool);

Result<Str*> decode_wide(DecodeInput input, const char* error_name, int width, StepFn step, int* byte_order,
                         size_t* consumed) {
  size_t at = take_mark(input.bytes, width, byte_order);
  const bool big = *byte_order > 0;
  const char* encoding = width == 2 ? (big ? "utf-16-be" : "utf-16-le") : (big ? "utf-32-be" : "utf-32-le");
  DecodeErrors errors(encoding, error_name);
  StrBuilder out;
  while (at < input.bytes.size()) {
    const Step here = step(input.bytes, at, big);
    if (here.reason == nullptr) {
      out.append(here.character);
      at += here.size;
      continue;
    }
    if (here.incomplete && consumed != nullptr) break;
    at = TRY(errors.handle(out, input, at, at + here.size, here.reason));
  }
  if (consumed != nullptr) *consumed = at;
  return out.finish();
}

void append_character(std::string& out, char32_t c, int width, bool big) {
  if (width == 2 && c >= 0x10000) {
    append_unit(out, 0xD800 + ((c - 0x10000) >> 10), 2, big);
    append_unit(out, 0xDC00 + ((c - 0x10000) & 0x3FF), 2, big);
  } else {
    append_unit(out, c, width, big);
  }
}

Result<Bytes*> encode_wide(Str* text, const char* error_name, int width, int byte_order) {
  const char* encoding = width == 2 ? (byte_order < 0   ? "utf-16-le"
                                       : byte_order > 0 ? "utf-16-be"
                                                        : "utf-16")
                                    : (byte_order < 0   ? "utf-32-le"
                                       : byte_order > 0 ? "utf-32-be"
                                                        : "utf-32");
  constexpr std::string_view kReason = "surrogates not allowed";
  const bool big = byte_order > 0;
  EncodeErrors errors(encoding, error_name);
  std::string out;
  out.reserve((text->length + 1) * static_cast<size_t>(width));
  if (byte_order == 0) append_unit(out, 0xFEFF, width, false);
  for (size_t i = 0; i < text->length;) {
    const char32_t c = text->at(i);
    if (!is_surrogate(c)) {
      append_character(out, c, width, big);
      ++i;
      continue;
    }
    Value replacement;
    const size_t next = TRY(errors.handle(text, i, i + 1, kReason, &replacement));
    if (is_bytes(replacement)) {
      const std::string_view with = replacement.as<Bytes>()->view();
      if (with.size() % static_cast<size_t>(width) != 0) return errors.raise_error(text, i, i + 1, kReason);
      out += with;
    } else if (!replacement.is_null()) {
      const Str* with = replacement.as<Str>();
      if (!with->is_ascii()) return errors.raise_error(text, i, i + 1, kReason);
      for (size_t k = 0; k < with->length; ++k) append_unit(out, with->at(k), width, big);
    }
    i = next;
  }
  return make_bytes(out);
}

}  // namespace

Result<Str*> decode_utf16(DecodeInput input, const char* errors, int* byte_order, size_t* consumed) {
  return decode_wide(input, errors, 2, step_utf16, byte_order, consumed);
}
Result<Str*> decode_utf32(DecodeInput input, const char* errors, int* byte_order, size_t* consumed) {
  return decode_wide(input, errors, 4, step_utf32, byte_order, consumed);
}
Result<Bytes*> encode_utf16(Str* text, const char* errors, int byte_order) {
  return encode_wide(text, errors, 2, byte_order);
}
Result<Bytes*> encode_utf32(Str* text, const char* errors, int byte_order) {
  return encode_wide(text, errors, 4, byte_order);
}

}  // namespace ouro::vm
