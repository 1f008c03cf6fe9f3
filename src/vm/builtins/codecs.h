// Codecs: text to bytes and back.
//
// The codecs that Python programs use all the time are native here and are reached without the registry:
// UTF-8, Latin-1, ASCII, UTF-16, UTF-32. All others are looked up through _codecs.lookup, which asks the
// search functions (the package `encodings`), and those come back here through the functions of module
// _codecs.
#pragma once

#include <string>
#include <string_view>

#include "vm/object/protocol.h"

namespace ouro::vm {

/// str.encode and bytes.decode. Null `encoding`: UTF-8; null `errors`: strict.
Result<Value> encode_text(Str* text, const char* encoding, const char* errors);
Result<Value> decode_text(std::string_view bytes, Value object, const char* encoding, const char* errors);

/// encoding and errors of a constructor or method, as C strings; absent ones stay null.
struct CodecNames {
  const char* encoding = nullptr;
  const char* errors = nullptr;
  Status take(const char* function, Value encoding_value, Value errors_value);

 private:
  /// A name as a C string; short ones need no memory but this.
  struct Text {
    char few[24];
    std::string many;
    Result<void> take(Value value, const char* function, const char* what, const char** text);
  };
  Text encoding_text_, errors_text_;
};

/// With -X dev: encode_text and decode_text refuse unknown names also where nothing is to be coded.
extern bool always_check_codec_names;

// ---- the native codecs

/// The bytes being decoded. A handler of errors may put others in their place. `object` is what exceptions
/// show; null: a bytes copy is made when needed.
struct DecodeInput {
  std::string_view bytes;
  Value object;
};

/// Collects what a decoder needs to handle errors. `encoding` is the name in exceptions.
class DecodeErrors {
 public:
  DecodeErrors(const char* encoding, const char* errors)
      : encoding_(encoding), errors_(errors == nullptr ? "strict" : errors) {}
  /// Bytes [start, end) make no character: appends the replacement to `out` and returns where to go on.
  Result<size_t> handle(StrBuilder& out, DecodeInput& input, size_t start, size_t end,
                        std::string_view reason);

 private:
  Result<size_t> call_handler(StrBuilder& out, DecodeInput& input, size_t start, size_t end,
                              std::string_view reason);
  const char* encoding_;
  std::string_view errors_;
  Value handler_;
  Value exception_;
};

/// The same for encoders. Characters [start, end) cannot be encoded. The replacement is a Str (still to be
/// encoded) or Bytes, in *replacement; null: nothing.
class EncodeErrors {
 public:
  EncodeErrors(const char* encoding, const char* errors)
      : encoding_(encoding), errors_(errors == nullptr ? "strict" : errors) {}
  Result<size_t> handle(Str* text, size_t start, size_t end, std::string_view reason, Value* replacement);
  /// The error that the replacement cannot be encoded either.
  Raised raise_error(Str* text, size_t start, size_t end, std::string_view reason);
  bool is(std::string_view name) const { return errors_ == name; }

 private:
  const char* encoding_;
  std::string_view errors_;
  Value handler_;
  Value exception_;
};

/// `consumed` null: the input is complete. Otherwise decoding stops before an incomplete end.
Result<Str*> decode_utf8(DecodeInput input, const char* errors, size_t* consumed = nullptr);
Result<Str*> decode_utf7(DecodeInput input, const char* errors, size_t* consumed = nullptr);
Result<Str*> decode_ascii(DecodeInput input, const char* errors);
/// -1 little, 1 big, 0 by the mark; becomes what was found. `name`: "utf-16", "utf-16-le", ...
Result<Str*> decode_utf16(DecodeInput input, const char* errors, int* byte_order, size_t* consumed = nullptr);
Result<Str*> decode_utf32(DecodeInput input, const char* errors, int* byte_order, size_t* consumed = nullptr);
Result<Str*> decode_unicode_escape(DecodeInput input, const char* errors, size_t* consumed,
                                   int* first_invalid_escape);
Result<Str*> decode_raw_unicode_escape(DecodeInput input, const char* errors, size_t* consumed = nullptr);
/// `mapping` null: Latin-1.
Result<Str*> decode_charmap(DecodeInput input, const char* errors, Value mapping);

Result<Bytes*> encode_utf8(Str* text, const char* errors);
Result<Bytes*> encode_utf7(Str* text);
/// ASCII and Latin-1: `limit` is 128 or 256.
Result<Bytes*> encode_limited(Str* text, const char* errors, unsigned limit);
Result<Bytes*> encode_utf16(Str* text, const char* errors, int byte_order);
Result<Bytes*> encode_utf32(Str* text, const char* errors, int byte_order);
Result<Bytes*> encode_unicode_escape(Str* text);
Result<Bytes*> encode_raw_unicode_escape(Str* text);
Result<Bytes*> encode_charmap(Str* text, const char* errors, Value mapping);
Result<Value> charmap_build(Str* decoding_table);

/// bytes.__repr__'s escapes without quotes, and back (a null object is raised; `first_invalid` may be null).
Result<Bytes*> escape_decode(std::string_view bytes, const char* errors, int* first_invalid_escape);

// ---- the registry

/// The CodecInfo of an encoding.
Result<Value> lookup_codec(std::string_view encoding);
Status register_codec_search(Value function);
Status unregister_codec_search(Value function);
Result<Value> codec_encode(Value object, const char* encoding, const char* errors);
Result<Value> codec_decode(Value object, const char* encoding, const char* errors);
void forget_codec(Str* encoding);
Status register_error_handler(Str* name, Value handler);
Result<Value> lookup_error_handler(std::string_view name);
void start_codec_registry();

}  // namespace ouro::vm
