// The module _multibytecodec: the classes under the East Asian encodings' codecs, incremental encoders and
// decoders, stream readers and writers.
#include <algorithm>
#include <cstring>
#include <iterator>

#include "vm/modules/multibyte/coding.h"
#include "vm/modules/native_module.h"
#include "vm/object/argument_errors.h"
#include "vm/object/int_cells.h"
#include "vm/object/trace_members.h"

namespace ouro::vm {

namespace {

using multibyte::Codec;
using multibyte::Decoding;
using multibyte::encode_into;
using multibyte::State;

Type *codec_type, *encoder_type, *decoder_type, *reader_type, *writer_type;

constexpr size_t kMostPendingBytes = 8;       // of a decoder
constexpr size_t kMostPendingCharacters = 2;  // of an encoder

struct CodecObject : Object {
  const Codec* codec;
};

/// What the four stateful classes have in common.
struct Context : Object {
  const Codec* codec;
  Str* errors;
  State state;
};
struct EncoderObject : Context {
  Str* pending;  // or null
  Value stream;  // of writers
};
struct DecoderObject : Context {
  Value stream;  // of readers
  uint8_t pending[kMostPendingBytes];
  uint64_t pending_size;

  std::string_view pending_bytes() const { return {reinterpret_cast<const char*>(pending), pending_size}; }
};

// ---- arguments

Result<Str*> error_name(Value given, const char* function, const char* argument, bool none_allowed) {
  if (given.is_null() || (none_allowed && is_none(given))) return make_ascii("strict");
  TRY(c_text_argument(given, function, argument, none_allowed ? "str or None" : "str"));
  return exact_str(given.as<Str>());
}

Result<Str*> text_of(Value value) {
  if (is_str(value)) return value.as<Str>();
  return to_str(value);
}

Result<bool> final_flag(Value value) {
  return !value.is_null() && TRY(to_c_int(value)) != 0;
}

// ---- MultibyteCodec

Result<Value> codec_encode(const Value* a) {
  const Codec& codec = *a[0].as<CodecObject>()->codec;
  Str* errors = TRY(error_name(a[2], "encode", " 'errors'", true));
  Str* text = TRY(text_of(a[1]));
  State state;
  if (codec.start_encoder != nullptr) codec.start_encoder(state);
  std::string out;
  size_t consumed;
  TRY(encode_into(codec, state, text, errors, true, true, &consumed, out));
  return make_tuple({make_bytes(out), make_int(static_cast<int64_t>(text->length))});
}

Result<Value> codec_decode(const Value* a) {
  const Codec& codec = *a[0].as<CodecObject>()->codec;
  Buffer buffer;
  TRY(buffer.acquire(a[1]));
  Str* errors = TRY(error_name(a[2], "decode", " 'errors'", true));
  State state;
  if (codec.start_decoder != nullptr) codec.start_decoder(state);
  StrBuilder out;
  TRY(Decoding(codec, state, errors, buffer.text()).finish(out));
  return make_tuple({TRY(out.finish()), make_int(static_cast<int64_t>(buffer.size()))});
}

constexpr MethodSpec kCodecMethods[] = {
    {"encode", "($self, /, input, errors=None)", codec_encode,
     "The text as bytes, and its length.\n\n"
     "Errors are handled as `errors` says: 'strict' raises UnicodeEncodeError, 'ignore', 'replace', or any "
     "name\n"
     "registered with codecs.register_error."},
    {"decode", "($self, /, input, errors=None)", codec_decode,
     "The bytes as text, and their number.\n\n"
     "Errors are handled as `errors` says: 'strict' raises UnicodeDecodeError, 'ignore', 'replace', or any "
     "name\n"
     "registered with codecs.register_error."},
};

Type* codec_class() {
  if (codec_type == nullptr) {
    static const TypeSpec spec{.name = "_multibytecodec.MultibyteCodec",
                               .basic_size = sizeof(CodecObject),
                               .flags = kTypeImmutable | kTypeDisallowNew,
                               .methods = kCodecMethods};
    add_root(reinterpret_cast<Object**>(&codec_type));
    codec_type = make_native_type(spec);
  }
  return codec_type;
}

// ---- the stateful classes

Result<Value> get_errors(Value self) {
  return self.as<Context>()->errors;
}

Status set_errors(Value self, Value value) {
  if (value.is_null()) return raise(types.AttributeError, "cannot delete attribute");
  if (!is_str(value)) return raise(types.TypeError, "errors must be a string");
  TRY(utf8_or_raise(value.as<Str>()));
  auto* context = self.as<Context>();
  store(context, context->errors, exact_str(value.as<Str>()));
  return {};
}

constexpr GetSetSpec kContextGetSets[] = {{"errors", get_errors, set_errors, "how to treat errors"}};

/// The codec that a subclass names in its attribute `codec`.
Result<const Codec*> codec_of(Type* type) {
  const Value codec = TRY(get_attribute(type, intern("codec")));
  if (!is_exactly(codec, codec_type)) return raise(types.TypeError, "codec is unexpected type");
  return codec.as<CodecObject>()->codec;
}

Status start_context(Context* self, Type* type, Str* errors) {
  self->codec = TRY(codec_of(type));
  store(self, self->errors, errors);
  return {};
}

Status accept_anything(Value, const Arguments&) {
  return {};
}

// ---- encoders

Result<Value> make_encoder(Type* type, Value stream, Str* errors) {
  auto* self = allocate_instance<EncoderObject>(type);
  self->state = State();
  TRY(start_context(self, type, errors));
  store(self, self->stream, stream);
  if (self->codec->start_encoder != nullptr) self->codec->start_encoder(self->state);
  return self;
}

Result<Value> encoder_new(Type* type, const Arguments& arguments) {
  static const Signature signature("IncrementalEncoder", "(errors='strict')");
  Value errors;
  TRY(signature.bind(arguments, &errors));
  return make_encoder(type, Value(), TRY(error_name(errors, "IncrementalEncoder", " 1", false)));
}

/// Encodes what was left before and this; what stays undecided is left for the next time.
Result<Bytes*> encode_piece(EncoderObject* self, Value input, bool final) {
  Str* text = TRY(text_of(input));
  Str* before = self->pending;
  if (before != nullptr) text = TRY(concat(before, text));
  self->pending = nullptr;
  std::string out;
  size_t consumed;
  if (!encode_into(*self->codec, self->state, text, self->errors, final, final, &consumed, out).ok()) {
    store(self, self->pending, before);
    return Raised{};
  }
  if (consumed < text->length) {
    if (text->length - consumed > kMostPendingCharacters)
      return raise(types.UnicodeError, "pending buffer overflow");
    store(self, self->pending, substring(text, consumed, text->length));
  }
  return make_bytes(out);
}

Result<Value> encoder_encode(const Value* a) {
  const bool final = TRY(final_flag(a[2]));
  return encode_piece(a[0].as<EncoderObject>(), a[1], final);
}

Result<Value> encoder_getstate(const Value* a) {
  auto* self = a[0].as<EncoderObject>();
  std::string bytes(1, '\0');
  if (self->pending != nullptr) {
    bytes += TRY(utf8_or_raise(self->pending));
    if (bytes.size() - 1 > kMostPendingCharacters * 4)
      return raise(types.UnicodeError, "pending buffer too large");
    bytes[0] = static_cast<char>(bytes.size() - 1);
  }
  bytes.append(reinterpret_cast<const char*>(self->state.bytes), sizeof self->state.bytes);
  return int_from_bytes(bytes, true, false);
}

/// An int as bytes, little end first.
Status state_bytes(Value number, std::span<uint8_t> out) {
  if (TRY(is_true(TRY(compare(number, Value::from_small(0), CompareOp::Less)))))
    return raise(types.OverflowError, "can't convert negative int to unsigned");
  if (!int_to_bytes(number, true, false, out)) return raise(types.OverflowError, "int too big to convert");
  return {};
}

Result<Value> encoder_setstate(const Value* a) {
  if (!is_int(a[1]))
    return raise(types.TypeError, "setstate() argument must be int, not {}", given_name(a[1]));
  uint8_t bytes[1 + kMostPendingCharacters * 4 + sizeof(State)] = {};
  TRY(state_bytes(a[1], bytes));
  if (bytes[0] > kMostPendingCharacters * 4) return raise(types.UnicodeError, "pending buffer too large");
  const Value pending = make_bytes({reinterpret_cast<const char*>(bytes) + 1, bytes[0]});
  const Value text = TRY(call_method(pending, names.decode));
  auto* self = a[0].as<EncoderObject>();
  store(self, self->pending, text.as<Str>());
  std::memcpy(self->state.bytes, bytes + 1 + bytes[0], sizeof(State));
  return none();
}

Result<Value> encoder_reset(const Value* a) {
  auto* self = a[0].as<EncoderObject>();
  std::string nowhere;
  if (self->codec->reset_encoder != nullptr) self->codec->reset_encoder(self->state, nowhere);
  self->pending = nullptr;
  return none();
}

constexpr MethodSpec kEncoderMethods[] = {
    {"encode", "($self, /, input, final=False)", encoder_encode},
    {"getstate", "($self, /)", encoder_getstate},
    {"setstate", "($self, state, /)", encoder_setstate},
    {"reset", "($self, /)", encoder_reset},
};

// ---- decoders

Result<Value> make_decoder(Type* type, Value stream, Str* errors) {
  auto* self = allocate_instance<DecoderObject>(type);
  self->state = State();
  self->pending_size = 0;
  TRY(start_context(self, type, errors));
  store(self, self->stream, stream);
  if (self->codec->start_decoder != nullptr) self->codec->start_decoder(self->state);
  return self;
}

Result<Value> decoder_new(Type* type, const Arguments& arguments) {
  static const Signature signature("IncrementalDecoder", "(errors='strict')");
  Value errors;
  TRY(signature.bind(arguments, &errors));
  return make_decoder(type, Value(), TRY(error_name(errors, "IncrementalDecoder", " 1", false)));
}

Status keep_pending(DecoderObject* self, std::string_view rest) {
  if (rest.size() + self->pending_size > kMostPendingBytes)
    return raise(types.UnicodeError, "pending buffer overflow");
  rest.copy(reinterpret_cast<char*>(self->pending) + self->pending_size, rest.size());
  self->pending_size += rest.size();
  return {};
}

/// Decodes what was left before and this. `final`: an incomplete end is an error.
Status decode_piece(DecoderObject* self, std::string_view bytes, bool final, StrBuilder& out) {
  std::string joined(self->pending_bytes());
  const size_t before = joined.size();
  if (before > 0) {
    joined += bytes;
    bytes = joined;
    self->pending_size = 0;
  }
  Decoding decoding(*self->codec, self->state, self->errors, bytes);
  TRY(decoding.feed(out));
  if (final && !decoding.rest().empty() && !decoding.finish(out).ok()) {
    self->pending_size = before;
    return Raised{};
  }
  return keep_pending(self, decoding.rest());
}

Result<Value> decoder_decode(const Value* a) {
  Buffer buffer;
  TRY(buffer.acquire(a[1]));
  const bool final = TRY(final_flag(a[2]));
  StrBuilder out;
  TRY(decode_piece(a[0].as<DecoderObject>(), buffer.text(), final, out));
  return TRY(out.finish());
}

Result<Value> decoder_getstate(const Value* a) {
  auto* self = a[0].as<DecoderObject>();
  const Value state = TRY(int_from_bytes(
      {reinterpret_cast<const char*>(self->state.bytes), sizeof self->state.bytes}, true, false));
  return make_tuple({make_bytes(self->pending_bytes()), state});
}

Result<Value> decoder_setstate(const Value* a) {
  if (!is_tuple(a[1]))
    return raise(types.TypeError, "setstate() argument must be tuple, not {}", given_name(a[1]));
  auto* pair = a[1].as<Tuple>();
  if (pair->length != 2 || !is_bytes(pair->items[0]) || !is_int(pair->items[1]))
    return raise(types.TypeError, "setstate(): illegal state argument");
  State state;
  TRY(state_bytes(pair->items[1], state.bytes));
  const std::string_view pending = pair->items[0].as<Bytes>()->view();
  if (pending.size() > kMostPendingBytes) return raise(types.UnicodeError, "pending buffer too large");
  auto* self = a[0].as<DecoderObject>();
  self->pending_size = 0;
  TRY(keep_pending(self, pending));
  self->state = state;
  return none();
}

Result<Value> decoder_reset(const Value* a) {
  auto* self = a[0].as<DecoderObject>();
  if (self->codec->reset_decoder != nullptr) self->codec->reset_decoder(self->state);
  self->pending_size = 0;
  return none();
}

constexpr MethodSpec kDecoderMethods[] = {
    {"decode", "($self, /, input, final=False)", decoder_decode},
    {"getstate", "($self, /)", decoder_getstate},
    {"setstate", "($self, state, /)", decoder_setstate},
    {"reset", "($self, /)", decoder_reset},
};

// ---- stream readers

Result<Value> reader_new(Type* type, const Arguments& arguments) {
  static const Signature signature("StreamReader", "(stream, errors='strict')");
  Value bound[2];
  TRY(signature.bind(arguments, bound));
  return make_decoder(type, bound[0], TRY(error_name(bound[1], "StreamReader", " 2", false)));
}

/// The size argument of the reading methods; -1: all.
Result<int64_t> size_argument(Value value) {
  if (value.is_null() || is_none(value)) return int64_t{-1};
  if (!is_int(value)) return raise(types.TypeError, "arg 1 must be an integer");
  int64_t size;
  if (!int_fits(value, &size))
    return raise(types.OverflowError, "Python int too large to convert to C ssize_t");
  return size;
}

/// Reads with the stream's `method` until there is at least one character, or nothing more.
Result<Str*> read_stream(DecoderObject* self, Str* method, int64_t size) {
  if (size == 0) return empty_str();
  StrBuilder out;
  for (;;) {
    const Value data = size < 0 ? TRY(call_method(self->stream, method))
                                : TRY(call_method(self->stream, method, {make_int(size)}));
    if (!is_bytes(data))
      return raise(types.TypeError, "stream function returned a non-bytes object ({})", type_name(data));
    const std::string_view bytes = data.as<Bytes>()->view();
    const bool nothing = bytes.empty() && self->pending_size == 0;
    TRY(decode_piece(self, bytes, bytes.empty() || size < 0, out));
    if (size < 0 || out.length() != 0 || nothing) return out.finish();
    size = 1;
  }
}

Result<Value> reader_read(const Value* a) {
  return read_stream(a[0].as<DecoderObject>(), names.read, TRY(size_argument(a[1])));
}
Result<Value> reader_readline(const Value* a) {
  return read_stream(a[0].as<DecoderObject>(), names.readline, TRY(size_argument(a[1])));
}
Result<Value> reader_readlines(const Value* a) {
  Str* text = TRY(read_stream(a[0].as<DecoderObject>(), names.read, TRY(size_argument(a[1]))));
  return call_method(text, intern("splitlines"), {make_bool(true)});
}

constexpr MethodSpec kReaderMethods[] = {
    {"read", "($self, sizeobj=None, /)", reader_read},
    {"readline", "($self, sizeobj=None, /)", reader_readline},
    {"readlines", "($self, sizehintobj=None, /)", reader_readlines},
    {"reset", "($self, /)", decoder_reset},
};
constexpr MemberSpec kReaderMembers[] = {{"stream", offsetof(DecoderObject, stream)}};

// ---- stream writers

Result<Value> writer_new(Type* type, const Arguments& arguments) {
  static const Signature signature("StreamWriter", "(stream, errors='strict')");
  Value bound[2];
  TRY(signature.bind(arguments, bound));
  return make_encoder(type, bound[0], TRY(error_name(bound[1], "StreamWriter", " 2", false)));
}

Status write_stream(EncoderObject* self, Value text) {
  Bytes* bytes = TRY(encode_piece(self, text, false));
  TRY(call_method(self->stream, names.write, {bytes}));
  return {};
}

Result<Value> writer_write(const Value* a) {
  TRY(write_stream(a[0].as<EncoderObject>(), a[1]));
  return none();
}

Result<Value> writer_writelines(const Value* a) {
  if (!is_sequence_like(a[1])) return raise(types.TypeError, "arg must be a sequence object");
  // The length may change meanwhile.
  for (int64_t i = 0; i < TRY(length(a[1])); ++i)
    TRY(write_stream(a[0].as<EncoderObject>(), TRY(get_item(a[1], i))));
  return none();
}

Result<Value> writer_reset(const Value* a) {
  auto* self = a[0].as<EncoderObject>();
  Str* pending = self->pending;
  if (pending == nullptr) return none();
  self->pending = nullptr;
  std::string out;
  size_t consumed;
  TRY(encode_into(*self->codec, self->state, pending, self->errors, true, true, &consumed, out));
  if (!out.empty()) TRY(call_method(self->stream, names.write, {make_bytes(out)}));
  return none();
}

constexpr MethodSpec kWriterMethods[] = {
    {"write", "($self, strobj, /)", writer_write},
    {"writelines", "($self, lines, /)", writer_writelines},
    {"reset", "($self, /)", writer_reset},
};
constexpr MemberSpec kWriterMembers[] = {{"stream", offsetof(EncoderObject, stream)}};

// ---- the module

constexpr auto trace_encoder =
    trace_members<&EncoderObject::errors, &EncoderObject::pending, &EncoderObject::stream>;
constexpr auto trace_decoder = trace_members<&DecoderObject::errors, &DecoderObject::stream>;

TypeSpec context_spec(const char* name, uint32_t size, TraceFn trace, std::span<const MethodSpec> methods,
                      Result<Value> (*new_)(Type*, const Arguments&)) {
  TypeSpec spec{.name = name,
                .basic_size = size,
                .flags = kTypeBase | kTypeImmutable,
                .trace = trace,
                .methods = methods,
                .getsets = kContextGetSets};
  spec.slots.new_ = new_;
  spec.slots.init = accept_anything;
  return spec;
}

Status execute(Module* module) {
  codec_class();
  if (encoder_type == nullptr) {
    static TypeSpec encoder =
        context_spec("_multibytecodec.MultibyteIncrementalEncoder", sizeof(EncoderObject), trace_encoder,
                     kEncoderMethods, encoder_new);
    static TypeSpec decoder =
        context_spec("_multibytecodec.MultibyteIncrementalDecoder", sizeof(DecoderObject), trace_decoder,
                     kDecoderMethods, decoder_new);
    static TypeSpec reader = context_spec("_multibytecodec.MultibyteStreamReader", sizeof(DecoderObject),
                                          trace_decoder, kReaderMethods, reader_new);
    static TypeSpec writer = context_spec("_multibytecodec.MultibyteStreamWriter", sizeof(EncoderObject),
                                          trace_encoder, kWriterMethods, writer_new);
    reader.members = kReaderMembers;
    writer.members = kWriterMembers;
    for (Type** type : {&encoder_type, &decoder_type, &reader_type, &writer_type})
      add_root(reinterpret_cast<Object**>(type));
    encoder_type = make_native_type(encoder);
    decoder_type = make_native_type(decoder);
    reader_type = make_native_type(reader);
    writer_type = make_native_type(writer);
  }
  TRY(module_add(module, "MultibyteIncrementalEncoder", encoder_type));
  TRY(module_add(module, "MultibyteIncrementalDecoder", decoder_type));
  TRY(module_add(module, "MultibyteStreamReader", reader_type));
  return module_add(module, "MultibyteStreamWriter", writer_type);
}

Result<Value> create_codec(const Value*) {
  return raise(types.ValueError, "argument type invalid");
}
constexpr MethodSpec kFunctions[] = {{"__create_codec", "($module, arg, /)", create_codec}};

// ---- _codecs_cn and the others

Result<Value> getcodec(std::string_view country, Value encoding) {
  if (!is_str(encoding)) return raise(types.TypeError, "encoding name must be a string.");
  const Codec* codec = multibyte::find_codec(country, TRY(utf8_or_raise(encoding.as<Str>())));
  if (codec == nullptr) return raise(types.LookupError, "no such codec is supported.");
  auto* object = allocate_instance<CodecObject>(codec_class());
  object->codec = codec;
  return object;
}

template <size_t kLength>
struct Country {
  char name[kLength];
  constexpr Country(const char (&text)[kLength]) { std::copy_n(text, kLength, name); }
};

template <Country kCountry>
constexpr MethodSpec kGetCodec[] = {
    {"getcodec", "($module, encoding, /)",
     [](const Value* a) -> Result<Value> { return getcodec(kCountry.name, a[1]); }},
};

}  // namespace

extern const ModuleSpec kMultibytecodecModule{
    .name = "_multibytecodec", .functions = kFunctions, .execute = execute};
extern const ModuleSpec kCodecsCnModule{.name = "_codecs_cn", .functions = kGetCodec<"cn">};
extern const ModuleSpec kCodecsHkModule{.name = "_codecs_hk", .functions = kGetCodec<"hk">};
extern const ModuleSpec kCodecsIso2022Module{.name = "_codecs_iso2022", .functions = kGetCodec<"iso2022">};
extern const ModuleSpec kCodecsJpModule{.name = "_codecs_jp", .functions = kGetCodec<"jp">};
extern const ModuleSpec kCodecsKrModule{.name = "_codecs_kr", .functions = kGetCodec<"kr">};
extern const ModuleSpec kCodecsTwModule{.name = "_codecs_tw", .functions = kGetCodec<"tw">};

}  // namespace ouro::vm
