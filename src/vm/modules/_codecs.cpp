// The module _codecs: every native codec as a pair of functions, and the registry.
#include "vm/builtins/bytes_methods.h"
#include "vm/builtins/codecs.h"
#include "vm/modules/native_module.h"
#include "vm/object/argument_errors.h"

namespace ouro::vm {

namespace {

/// The data of a decoder: any buffer, or for the escapes also a str (as UTF-8).
class Data {
 public:
  Status take(Value value, bool text_too = false) {
    if (text_too && is_str(value)) {
      text_ = TRY(utf8_or_raise(value.as<Str>()));
      is_text_ = true;
      return {};
    }
    object_ = value;
    return buffer_.acquire(value);
  }
  DecodeInput input() const {
    if (is_text_) return {text_, Value()};
    return {buffer_.text(), is_exactly(object_, types.bytes) ? object_ : Value()};
  }

 private:
  Buffer buffer_;
  std::string text_;
  bool is_text_ = false;
  Value object_;
};

/// An optional name of an error handler: str or None.
class ErrorName {
 public:
  Status take(const char* function, const char* argument, Value value) {
    if (value.is_null() || is_none(value)) return {};
    text_ = TRY(c_text_argument(value, function, argument, "str or None"));
    given_ = true;
    return {};
  }
  const char* get() const { return given_ ? text_.c_str() : nullptr; }

 private:
  std::string text_;
  bool given_ = false;
};

Value pair(Value result, size_t count) {
  return make_tuple({result, make_int(static_cast<int64_t>(count))});
}

Result<Str*> text_argument(const char* function, Value value) {
  if (is_str(value)) return value.as<Str>();
  return raise(types.TypeError, "{}() argument 1 must be str, not {}", function, given_name(value));
}

Result<bool> flag(Value value, bool otherwise) {
  if (value.is_null()) return otherwise;
  return is_true(value);
}

// ---- decoders: data, errors, final

using Utf8Like = Result<Str*> (*)(DecodeInput, const char*, size_t*);

Result<Value> decode_stateful(const char* name, const Value* a, Utf8Like decode) {
  Data data;
  ErrorName errors;
  TRY(data.take(a[1]));
  TRY(errors.take(name, " 2", a[2]));
  const bool final = TRY(flag(a[3], false));
  size_t consumed = data.input().bytes.size();
  Str* text = TRY(decode(data.input(), errors.get(), final ? nullptr : &consumed));
  return pair(text, consumed);
}

Result<Value> utf_8_decode(const Value* a) {
  return decode_stateful("utf_8_decode", a, decode_utf8);
}
Result<Value> utf_7_decode(const Value* a) {
  return decode_stateful("utf_7_decode", a, decode_utf7);
}

template <int kWidth, int kOrder>
Result<Str*> decode_utf(DecodeInput input, const char* errors, size_t* consumed) {
  int order = kOrder;
  return kWidth == 2 ? decode_utf16(input, errors, &order, consumed)
                     : decode_utf32(input, errors, &order, consumed);
}
Result<Value> utf_16_decode(const Value* a) {
  return decode_stateful("utf_16_decode", a, decode_utf<2, 0>);
}
Result<Value> utf_16_le_decode(const Value* a) {
  return decode_stateful("utf_16_le_decode", a, decode_utf<2, -1>);
}
Result<Value> utf_16_be_decode(const Value* a) {
  return decode_stateful("utf_16_be_decode", a, decode_utf<2, 1>);
}
Result<Value> utf_32_decode(const Value* a) {
  return decode_stateful("utf_32_decode", a, decode_utf<4, 0>);
}
Result<Value> utf_32_le_decode(const Value* a) {
  return decode_stateful("utf_32_le_decode", a, decode_utf<4, -1>);
}
Result<Value> utf_32_be_decode(const Value* a) {
  return decode_stateful("utf_32_be_decode", a, decode_utf<4, 1>);
}

Result<Value> decode_ex(const char* name, const Value* a, int width) {
  Data data;
  ErrorName errors;
  TRY(data.take(a[1]));
  TRY(errors.take(name, " 2", a[2]));
  int order = a[3].is_null() ? 0 : TRY(to_c_int(a[3]));
  const bool final = TRY(flag(a[4], false));
  size_t consumed = data.input().bytes.size();
  size_t* stop = final ? nullptr : &consumed;
  Str* text = TRY(width == 2 ? decode_utf16(data.input(), errors.get(), &order, stop)
                             : decode_utf32(data.input(), errors.get(), &order, stop));
  return make_tuple({text, make_int(static_cast<int64_t>(consumed)), make_int(order)});
}
Result<Value> utf_16_ex_decode(const Value* a) {
  return decode_ex("utf_16_ex_decode", a, 2);
}
Result<Value> utf_32_ex_decode(const Value* a) {
  return decode_ex("utf_32_ex_decode", a, 4);
}

Status warn_invalid_escape(std::string_view data, int position) {
  if (position < 0) return {};
  return warn(types.DeprecationWarning,
              fmt::format("invalid escape sequence '\\{}'", data[static_cast<size_t>(position)]));
}

Result<Value> unicode_escape_decode(const Value* a) {
  Data data;
  ErrorName errors;
  TRY(data.take(a[1], true));
  TRY(errors.take("unicode_escape_decode", " 2", a[2]));
  const bool final = TRY(flag(a[3], true));
  const std::string_view bytes = data.input().bytes;
  size_t consumed = bytes.size();
  int first_invalid = -1;
  Str* text =
      TRY(decode_unicode_escape(data.input(), errors.get(), final ? nullptr : &consumed, &first_invalid));
  TRY(warn_invalid_escape(bytes, first_invalid));
  return pair(text, consumed);
}

Result<Value> raw_unicode_escape_decode(const Value* a) {
  Data data;
  ErrorName errors;
  TRY(data.take(a[1], true));
  TRY(errors.take("raw_unicode_escape_decode", " 2", a[2]));
  const bool final = TRY(flag(a[3], true));
  size_t consumed = data.input().bytes.size();
  Str* text = TRY(decode_raw_unicode_escape(data.input(), errors.get(), final ? nullptr : &consumed));
  return pair(text, consumed);
}

Result<Value> latin_1_decode(const Value* a) {
  Data data;
  ErrorName errors;
  TRY(data.take(a[1]));
  TRY(errors.take("latin_1_decode", " 2", a[2]));
  return pair(make_str_latin1(data.input().bytes), data.input().bytes.size());
}

Result<Value> ascii_decode(const Value* a) {
  Data data;
  ErrorName errors;
  TRY(data.take(a[1]));
  TRY(errors.take("ascii_decode", " 2", a[2]));
  return pair(TRY(decode_ascii(data.input(), errors.get())), data.input().bytes.size());
}

Result<Value> charmap_decode(const Value* a) {
  Data data;
  ErrorName errors;
  TRY(data.take(a[1]));
  TRY(errors.take("charmap_decode", " 2", a[2]));
  return pair(TRY(decode_charmap(data.input(), errors.get(), a[3])), data.input().bytes.size());
}

Result<Value> escape_decode_function(const Value* a) {
  Data data;
  ErrorName errors;
  TRY(data.take(a[1], true));
  TRY(errors.take("escape_decode", " 2", a[2]));
  const std::string_view bytes = data.input().bytes;
  int first_invalid = -1;
  Bytes* decoded = TRY(escape_decode(bytes, errors.get(), &first_invalid));
  TRY(warn_invalid_escape(bytes, first_invalid));
  return pair(decoded, bytes.size());
}

// ---- encoders: str, errors

template <class Encode>
Result<Value> encode_with(const char* name, const Value* a, Encode encode) {
  Str* text = TRY(text_argument(name, a[1]));
  ErrorName errors;
  TRY(errors.take(name, " 2", a[2]));
  return pair(TRY(encode(text, errors.get())), text->length);
}

Result<Value> utf_8_encode(const Value* a) {
  return encode_with("utf_8_encode", a, encode_utf8);
}
Result<Value> utf_7_encode(const Value* a) {
  return encode_with("utf_7_encode", a, [](Str* text, const char*) { return encode_utf7(text); });
}
Result<Value> latin_1_encode(const Value* a) {
  return encode_with("latin_1_encode", a,
                     [](Str* text, const char* errors) { return encode_limited(text, errors, 256); });
}
Result<Value> ascii_encode(const Value* a) {
  return encode_with("ascii_encode", a,
                     [](Str* text, const char* errors) { return encode_limited(text, errors, 128); });
}
Result<Value> unicode_escape_encode(const Value* a) {
  return encode_with("unicode_escape_encode", a,
                     [](Str* text, const char*) { return encode_unicode_escape(text); });
}
Result<Value> raw_unicode_escape_encode(const Value* a) {
  return encode_with("raw_unicode_escape_encode", a,
                     [](Str* text, const char*) { return encode_raw_unicode_escape(text); });
}
Result<Value> charmap_encode(const Value* a) {
  return encode_with("charmap_encode", a,
                     [a](Str* text, const char* errors) { return encode_charmap(text, errors, a[3]); });
}

template <int kWidth>
Result<Value> encode_utf(const char* name, const Value* a, int order) {
  return encode_with(name, a, [order](Str* text, const char* errors) {
    return kWidth == 2 ? encode_utf16(text, errors, order) : encode_utf32(text, errors, order);
  });
}
Result<Value> utf_16_encode(const Value* a) {
  return encode_utf<2>("utf_16_encode", a, a[3].is_null() ? 0 : TRY(to_c_int(a[3])));
}
Result<Value> utf_16_le_encode(const Value* a) {
  return encode_utf<2>("utf_16_le_encode", a, -1);
}
Result<Value> utf_16_be_encode(const Value* a) {
  return encode_utf<2>("utf_16_be_encode", a, 1);
}
Result<Value> utf_32_encode(const Value* a) {
  return encode_utf<4>("utf_32_encode", a, a[3].is_null() ? 0 : TRY(to_c_int(a[3])));
}
Result<Value> utf_32_le_encode(const Value* a) {
  return encode_utf<4>("utf_32_le_encode", a, -1);
}
Result<Value> utf_32_be_encode(const Value* a) {
  return encode_utf<4>("utf_32_be_encode", a, 1);
}

Result<Value> readbuffer_encode(const Value* a) {
  Data data;
  TRY(data.take(a[1], true));
  return pair(make_bytes(data.input().bytes), data.input().bytes.size());
}

Result<Value> escape_encode(const Value* a) {
  if (!is_bytes(a[1]))
    return raise(types.TypeError, "escape_encode() argument 1 must be bytes, not {}", given_name(a[1]));
  std::string out;
  for (const char byte : a[1].as<Bytes>()->view()) {
    const auto c = static_cast<unsigned char>(byte);
    if (c == '\'' || c == '\\') {
      out += '\\';
      out += byte;
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c < ' ' || c >= 0x7F) {
      out += fmt::format("\\x{:02x}", c);
    } else {
      out += byte;
    }
  }
  return pair(make_bytes(out), a[1].as<Bytes>()->length);
}

Result<Value> charmap_build_function(const Value* a) {
  if (!is_str(a[1]))
    return raise(types.TypeError, "charmap_build() argument must be str, not {}", given_name(a[1]));
  return charmap_build(a[1].as<Str>());
}

// ---- the registry

Result<Value> register_function(const Value* a) {
  TRY(register_codec_search(a[1]));
  return none();
}
Result<Value> unregister_function(const Value* a) {
  TRY(unregister_codec_search(a[1]));
  return none();
}

Result<Value> lookup_function(const Value* a) {
  return lookup_codec(TRY(c_text_argument(a[1], "lookup", "")));
}

Result<Value> encode_function(const Value* a) {
  CodecNames codec;
  TRY(codec.take("encode", a[2], a[3]));
  return codec_encode(a[1], codec.encoding == nullptr ? "utf-8" : codec.encoding, codec.errors);
}
Result<Value> decode_function(const Value* a) {
  CodecNames codec;
  TRY(codec.take("decode", a[2], a[3]));
  return codec_decode(a[1], codec.encoding == nullptr ? "utf-8" : codec.encoding, codec.errors);
}

Result<Value> register_error_function(const Value* a) {
  const std::string name = TRY(c_text_argument(a[1], "register_error", " 1"));
  TRY(register_error_handler(make_str(name), a[2]));
  return none();
}
Result<Value> lookup_error_function(const Value* a) {
  return lookup_error_handler(TRY(c_text_argument(a[1], "lookup_error", "")));
}
Result<Value> forget_codec_function(const Value* a) {
  forget_codec(make_str(TRY(c_text_argument(a[1], "_forget_codec", ""))));
  return none();
}

constexpr char kDecode[] = "($module, data, errors=None, final=False, /)";
constexpr char kEscapeDecode[] = "($module, data, errors=None, final=True, /)";
constexpr char kDecodeEx[] = "($module, data, errors=None, byteorder=0, final=False, /)";
constexpr char kEncode[] = "($module, str, errors=None, /)";
constexpr char kEncodeOrder[] = "($module, str, errors=None, byteorder=0, /)";

constexpr MethodSpec kFunctions[] = {
    {"register", "($module, search_function, /)", register_function, "Register a codec search function."},
    {"unregister", "($module, search_function, /)", unregister_function,
     "Unregister a codec search function and clear the registry's cache."},
    {"lookup", "($module, encoding, /)", lookup_function,
     "Looks up a codec tuple in the Python codec registry and returns a CodecInfo object."},
    {"encode", "($module, /, obj, encoding='utf-8', errors='strict')", encode_function,
     "Encodes obj using the codec registered for encoding."},
    {"decode", "($module, /, obj, encoding='utf-8', errors='strict')", decode_function,
     "Decodes obj using the codec registered for encoding."},
    {"escape_encode", "($module, data, errors=None, /)", escape_encode},
    {"escape_decode", "($module, data, errors=None, /)", escape_decode_function},
    {"utf_8_encode", kEncode, utf_8_encode},
    {"utf_8_decode", kDecode, utf_8_decode},
    {"utf_7_encode", kEncode, utf_7_encode},
    {"utf_7_decode", kDecode, utf_7_decode},
    {"utf_16_encode", kEncodeOrder, utf_16_encode},
    {"utf_16_le_encode", kEncode, utf_16_le_encode},
    {"utf_16_be_encode", kEncode, utf_16_be_encode},
    {"utf_16_decode", kDecode, utf_16_decode},
    {"utf_16_le_decode", kDecode, utf_16_le_decode},
    {"utf_16_be_decode", kDecode, utf_16_be_decode},
    {"utf_16_ex_decode", kDecodeEx, utf_16_ex_decode},
    {"utf_32_encode", kEncodeOrder, utf_32_encode},
    {"utf_32_le_encode", kEncode, utf_32_le_encode},
    {"utf_32_be_encode", kEncode, utf_32_be_encode},
    {"utf_32_decode", kDecode, utf_32_decode},
    {"utf_32_le_decode", kDecode, utf_32_le_decode},
    {"utf_32_be_decode", kDecode, utf_32_be_decode},
    {"utf_32_ex_decode", kDecodeEx, utf_32_ex_decode},
    {"unicode_escape_encode", kEncode, unicode_escape_encode},
    {"unicode_escape_decode", kEscapeDecode, unicode_escape_decode},
    {"raw_unicode_escape_encode", kEncode, raw_unicode_escape_encode},
    {"raw_unicode_escape_decode", kEscapeDecode, raw_unicode_escape_decode},
    {"latin_1_encode", kEncode, latin_1_encode},
    {"latin_1_decode", "($module, data, errors=None, /)", latin_1_decode},
    {"ascii_encode", kEncode, ascii_encode},
    {"ascii_decode", "($module, data, errors=None, /)", ascii_decode},
    {"charmap_encode", "($module, str, errors=None, mapping=None, /)", charmap_encode},
    {"charmap_decode", "($module, data, errors=None, mapping=None, /)", charmap_decode},
    {"charmap_build", "($module, map, /)", charmap_build_function},
    {"readbuffer_encode", "($module, data, errors=None, /)", readbuffer_encode},
    {"register_error", "($module, errors, handler, /)", register_error_function,
     "Register the specified error handler under the name errors."},
    {"lookup_error", "($module, name, /)", lookup_error_function,
     "lookup_error(errors) -> handler\n\nReturn the error handler for the specified error handling name or "
     "raise a\nLookupError, if no handler exists under this name."},
    {"_forget_codec", "($module, encoding, /)", forget_codec_function,
     "Purge the named codec from the internal codec lookup cache"},
};

}  // namespace

extern const ModuleSpec kCodecsModule;
const ModuleSpec kCodecsModule = {.name = "_codecs", .functions = kFunctions};

}  // namespace ouro::vm
