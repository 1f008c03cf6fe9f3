// The registry of codecs: search functions, the cache of what they found, error handlers; and the ways from
// str.encode and bytes.decode to a codec.
#include "vm/builtins/codecs.h"
#include "vm/builtins/codecs_names.h"
#include "vm/object/argument_errors.h"
#include "vm/object/hooks.h"
#include "vm/object/str_data.h"

namespace ouro::vm {

namespace {

struct Registry {
  List* search_functions = nullptr;
  Dict* found = nullptr;
  Dict* error_handlers = nullptr;
  bool encodings_imported = false;
};
Registry registry;

/// Lower case; runs of anything but letters, digits and '.' become one '_'.
std::string normalized(std::string_view encoding) {
  std::string name;
  bool gap = false;
  for (const char c : encoding) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter || (c >= '0' && c <= '9') || c == '.') {
      if (gap && !name.empty()) name += '_';
      gap = false;
      name += letter ? static_cast<char>(c | 0x20) : c;
    } else {
      gap = true;
    }
  }
  return name;
}

enum class Native : uint8_t { None, Utf8, Utf16, Utf32, Ascii, Latin1 };

Native native_codec(const char* encoding) {
  if (encoding == nullptr || std::strcmp(encoding, "utf-8") == 0) return Native::Utf8;
  const std::string name = normalized(encoding);
  if (name == "utf_8" || name == "utf8") return Native::Utf8;
  if (name == "utf_16" || name == "utf16") return Native::Utf16;
  if (name == "utf_32" || name == "utf32") return Native::Utf32;
  if (name == "ascii" || name == "us_ascii") return Native::Ascii;
  if (name == "latin1" || name == "latin_1" || name == "iso_8859_1" || name == "iso8859_1")
    return Native::Latin1;
  return Native::None;
}

Status ensure_encodings() {
  if (registry.encodings_imported || hooks.import_module == nullptr) return {};
  registry.encodings_imported = true;
  TRY(hooks.import_module("encodings"));
  return {};
}

/// "encoding with 'X' codec failed (Type: text)", where the exception can be made again from one text.
Raised explain_failure(const char* operation, const char* encoding) {
  Exception* error = take_exception();
  Type* type = type_of(error);
  const Slots& base = types.BaseException->slots;
  const bool plain = type->slots.new_ == base.new_ && type->slots.init == base.init &&
                     (type->basic_size == types.BaseException->basic_size);
  const Tuple* args = error->args;
  const bool wrappable =
      plain && (args->length == 0 || (args->length == 1 && is_exactly(args->items[0], types.str)));
  if (!wrappable) return raise_again(error);
  Dict* attributes = attribute_dict(error);
  if (attributes != nullptr && attributes->count != 0) return raise_again(error);
  Result<Str*> text = to_str(error);
  if (!text.ok()) return Raised{};
  const std::string message = fmt::format("{} with '{}' codec failed ({}: {})", operation, encoding,
                                          type_name(type), to_utf8(text.unwrap()));
  Result<Value> made = call(type, {make_str(message)});
  if (!made.ok()) return Raised{};
  auto* explained = made.unwrap().as<Exception>();
  store(explained, explained->cause, Value(error));
  store(explained, explained->context, Value(error));
  explained->suppress_context = true;
  return raise_value(explained);
}

/// Entry `index` of a CodecInfo, called as codec(object, errors).
Result<Value> run_codec(Value codec, Value object, const char* encoding, const char* errors, bool encode) {
  const Value function = codec.as<Tuple>()->items[encode ? 0 : 1];
  Value arguments[2] = {object, Value()};
  size_t count = 1;
  if (errors != nullptr) arguments[count++] = make_str(errors);
  Result<Value> result = call(function, Arguments{arguments, count, nullptr});
  if (!result.ok()) return explain_failure(encode ? "encoding" : "decoding", encoding);
  const Value pair = result.unwrap();
  if (!is_tuple(pair) || pair.as<Tuple>()->length != 2)
    return raise(types.TypeError, "{}",
                 encode ? "encoder must return a tuple (object, integer)"
                        : "decoder must return a tuple (object,integer)");
  return pair.as<Tuple>()->items[0];
}

/// The codec, which must be one for text.
Result<Value> text_codec(const char* encoding, const char* alternative) {
  const Value codec = TRY(lookup_codec(encoding));
  if (is_exactly(codec, types.tuple)) return codec;
  static Str* const name = intern("_is_text_encoding");
  const Value attribute = TRY(find_attribute(codec, name));
  if (!attribute.is_null() && !TRY(is_true(attribute)))
    return raise(types.LookupError, "'{}' is not a text encoding; use {} to handle arbitrary codecs",
                 encoding, alternative);
  return codec;
}

Status check_codec_names(const char* encoding, const char* errors) {
  if (encoding != nullptr && native_codec(encoding) == Native::None) TRY(lookup_codec(encoding));
  if (errors != nullptr && std::strcmp(errors, "strict") != 0) TRY(lookup_error_handler(errors));
  return {};
}

}  // namespace

bool always_check_codec_names = false;

void start_codec_registry() {
  registry.search_functions = make_list();
  add_root(reinterpret_cast<Object**>(&registry.search_functions));
  registry.found = make_dict();
  add_root(reinterpret_cast<Object**>(&registry.found));
  registry.error_handlers = make_dict();
  add_root(reinterpret_cast<Object**>(&registry.error_handlers));
}

Status register_codec_search(Value function) {
  if (!is_callable(function)) return raise(types.TypeError, "argument must be callable");
  return list_append(registry.search_functions, function);
}

Status unregister_codec_search(Value function) {
  List* functions = registry.search_functions;
  for (size_t i = 0; i < functions->length; ++i) {
    if (functions->items()[i] != function) continue;
    List* kept = make_list();
    for (size_t k = 0; k < functions->length; ++k)
      if (k != i) TRY(list_append(kept, functions->items()[k]));
    registry.search_functions = kept;
    dict_clear(registry.found);
    return {};
  }
  return {};
}

Result<Value> lookup_codec(std::string_view encoding) {
  TRY(ensure_encodings());
  Str* name = intern(normalized(encoding));
  if (const Value cached = dict_get(registry.found, name); !cached.is_null()) return cached;
  if (registry.search_functions->length == 0)
    return raise(types.LookupError, "no codec search functions registered: can't find encoding");
  for (size_t i = 0; i < registry.search_functions->length; ++i) {
    const Value result = TRY(call(registry.search_functions->items()[i], {name}));
    if (is_none(result)) continue;
    if (!is_tuple(result) || result.as<Tuple>()->length != 4)
      return raise(types.TypeError, "codec search functions must return 4-tuples");
    dict_set(registry.found, name, result);
    return result;
  }
  return raise(types.LookupError, "unknown encoding: {}", encoding);
}

void forget_codec(Str* encoding) {
  dict_delete(registry.found, intern(encoding));
}

Result<Value> codec_encode(Value object, const char* encoding, const char* errors) {
  return run_codec(TRY(lookup_codec(encoding)), object, encoding, errors, true);
}
Result<Value> codec_decode(Value object, const char* encoding, const char* errors) {
  return run_codec(TRY(lookup_codec(encoding)), object, encoding, errors, false);
}

Status register_error_handler(Str* name, Value handler) {
  if (!is_callable(handler)) return raise(types.TypeError, "handler must be callable");
  TRY(lookup_error_handler("strict"));
  dict_set(registry.error_handlers, intern(name), handler);
  return {};
}

Result<Value> lookup_error_handler(std::string_view name) {
  if (registry.error_handlers->count == 0) add_standard_error_handlers(registry.error_handlers);
  const Value handler = dict_get(registry.error_handlers, intern(name));
  if (handler.is_null()) return raise(types.LookupError, "unknown error handler name '{}'", name);
  return handler;
}

Result<Value> encode_text(Str* text, const char* encoding, const char* errors) {
  if (always_check_codec_names) TRY(check_codec_names(encoding, errors));
  switch (native_codec(encoding)) {
    case Native::Utf8:
      return encode_utf8(text, errors);
    case Native::Utf16:
      return encode_utf16(text, errors, 0);
    case Native::Utf32:
      return encode_utf32(text, errors, 0);
    case Native::Ascii:
      return encode_limited(text, errors, 128);
    case Native::Latin1:
      return encode_limited(text, errors, 256);
    case Native::None:
      break;
  }
  const Value codec = TRY(text_codec(encoding, "codecs.encode()"));
  const Value encoded = TRY(run_codec(codec, text, encoding, errors, true));
  if (is_bytes(encoded)) return encoded;
  if (is_bytearray(encoded)) {
    TRY(warn(types.RuntimeWarning, fmt::format("encoder {} returned bytearray instead of bytes; use "
                                               "codecs.encode() to encode to arbitrary types",
                                               encoding)));
    return make_bytes(view_of(encoded.as<ByteArray>()));
  }
  return raise(
      types.TypeError,
      "'{}' encoder returned '{}' instead of 'bytes'; use codecs.encode() to encode to arbitrary types",
      encoding, type_name(encoded));
}

Result<Value> decode_text(std::string_view bytes, Value object, const char* encoding, const char* errors) {
  if (always_check_codec_names) TRY(check_codec_names(encoding, errors));
  // As CPython has it: nothing is nothing in every encoding, also in one that does not exist.
  if (bytes.empty()) return empty_str();
  const DecodeInput input{bytes, object};
  int byte_order = 0;
  switch (native_codec(encoding)) {
    case Native::Utf8:
      return decode_utf8(input, errors);
    case Native::Utf16:
      return decode_utf16(input, errors, &byte_order);
    case Native::Utf32:
      return decode_utf32(input, errors, &byte_order);
    case Native::Ascii:
      return decode_ascii(input, errors);
    case Native::Latin1:
      return make_str_latin1(bytes);
    case Native::None:
      break;
  }
  const Value codec = TRY(text_codec(encoding, "codecs.decode()"));
  const Value source = is_bytes(object) ? object : Value(make_bytes(bytes));
  const Value decoded = TRY(run_codec(codec, source, encoding, errors, false));
  if (is_str(decoded)) return decoded;
  return raise(
      types.TypeError,
      "'{}' decoder returned '{}' instead of 'str'; use codecs.decode() to decode to arbitrary types",
      encoding, type_name(decoded));
}

Status CodecNames::Text::take(Value value, const char* function, const char* what, const char** text) {
  if (is_str(value)) {
    const Str* str = value.as<Str>();
    if (str->is_ascii() && str->length < sizeof few && std::memchr(str->data_, 0, str->length) == nullptr) {
      std::memcpy(few, str->data_, str->length);
      few[str->length] = 0;
      *text = few;
      return {};
    }
  }
  many = TRY(c_text_argument(value, function, what));
  *text = many.c_str();
  return {};
}

Status CodecNames::take(const char* function, Value encoding_value, Value errors_value) {
  if (!encoding_value.is_null()) TRY(encoding_text_.take(encoding_value, function, " 'encoding'", &encoding));
  if (!errors_value.is_null()) TRY(errors_text_.take(errors_value, function, " 'errors'", &errors));
  return {};
}

}  // namespace ouro::vm
