// _io.TextIOWrapper: decoders and encoders, native ones and those of the codecs.
#include "vm/builtins/codecs.h"
#include "vm/modules/io/text.h"
#include "vm/object/str_data.h"

namespace ouro::vm::io {

Codec native_codec(std::string_view encoding) {
  std::string name;
  for (char c : encoding) name += c == '_' || c == ' ' ? '-' : static_cast<char>(std::tolower(c));
  if (name == "utf-8" || name == "utf8") return Codec::Utf8;
  if (name == "ascii" || name == "us-ascii") return Codec::Ascii;
  if (name == "latin-1" || name == "latin1" || name == "iso-8859-1" || name == "iso8859-1")
    return Codec::Latin1;
  return Codec::Other;
}

namespace {

const char* errors_text(const Text* self, std::string* storage) {
  *storage = to_utf8(self->errors);
  return storage->c_str();
}

Result<Value> text_codec_info(Text* self) {
  const std::string encoding = TRY(utf8_or_raise(self->encoding));
  Value info = TRY(lookup_codec(encoding));
  Value is_text = TRY(find_attribute(info, IO_NAME(_is_text_encoding)));
  if (!is_text.is_null() && !TRY(is_true(is_text)))
    return raise(types.LookupError,
                 "'{}' is not a text encoding; use codecs.open() to handle arbitrary codecs", encoding);
  return info;
}

}  // namespace

Status set_up_codec(Text* self) {
  self->codec = native_codec(to_utf8(self->encoding));
  const bool native = self->codec != Codec::Other;
  Value info = native ? Value() : TRY(text_codec_info(self));
  self->decoder = self->encoder = Value();
  self->incomplete_size = 0;
  self->newlines = {};
  self->reads = TRY(is_true(TRY(call_method(self->buffer, IO_NAME(readable)))));
  if (self->reads && !native) {
    Value factory = TRY(get_attribute(info, IO_NAME(incrementaldecoder)));
    Value decoder = TRY(call(factory, {self->errors}));
    if (self->read_universal)
      decoder = TRY(call(io_types.newlines, {decoder, make_bool(self->read_translate)}));
    store(self, self->decoder, decoder);
  }
  self->writes = TRY(is_true(TRY(call_method(self->buffer, names.writable))));
  if (self->writes && !native) {
    Value factory = TRY(get_attribute(info, IO_NAME(incrementalencoder)));
    store(self, self->encoder, TRY(call(factory, {self->errors})));
  }
  return {};
}

namespace {

/// Without newline translation. `bytes` starts with what the last call left over.
Result<Str*> decode_bytes(Text* self, std::string_view bytes, bool final) {
  std::string errors;
  if (self->codec == Codec::Latin1) return make_str_latin1(bytes);
  if (is_ascii_data(bytes.data(), bytes.size())) {
    self->incomplete_size = 0;
    return make_ascii(bytes);
  }
  if (self->codec == Codec::Ascii) return decode_ascii({bytes, Value()}, errors_text(self, &errors));
  size_t consumed = bytes.size();
  Str* text = TRY(decode_utf8({bytes, Value()}, errors_text(self, &errors), final ? nullptr : &consumed));
  const size_t rest = final ? 0 : bytes.size() - consumed;
  self->incomplete_size = static_cast<uint8_t>(std::min(rest, sizeof self->incomplete));
  if (rest > 0) std::memcpy(self->incomplete, bytes.data() + consumed, self->incomplete_size);
  return text;
}

}  // namespace

Result<Str*> decode(Text* self, std::string_view bytes, bool final) {
  if (self->codec == Codec::Other) {
    Value text = TRY(call_method(self->decoder, names.decode, {make_bytes(bytes), make_bool(final)}));
    if (!is_str(text))
      return raise(types.TypeError, "decoder should return a string result, not '{}'", type_name(text));
    return text.as<Str>();
  }
  Str* text;
  if (self->incomplete_size > 0) {
    std::string all(reinterpret_cast<const char*>(self->incomplete), self->incomplete_size);
    all += bytes;
    text = TRY(decode_bytes(self, all, final));
  } else {
    text = TRY(decode_bytes(self, bytes, final));
  }
  return self->read_universal ? translate_newlines(text, self->read_translate, final, &self->newlines)
                              : Result<Str*>(text);
}

Result<DecoderState> decoder_state(Text* self) {
  if (self->codec != Codec::Other) {
    Bytes* input = make_bytes({reinterpret_cast<const char*>(self->incomplete), self->incomplete_size});
    return DecoderState{input, self->newlines.pending_cr ? uint64_t{1} : 0};
  }
  Value state = TRY(call_method(self->decoder, IO_NAME(getstate)));
  if (!is_tuple(state) || state.as<Tuple>()->length != 2)
    return raise(types.TypeError, "illegal decoder state");
  Value* parts = state.as<Tuple>()->items;
  if (!is_bytes(parts[0]))
    return raise(types.TypeError, "illegal decoder state: the first item should be a bytes object, not '{}'",
                 type_name(parts[0]));
  return DecoderState{parts[0].as<Bytes>(), TRY(to_uint64(parts[1]))};
}

Status set_decoder_state(Text* self, DecoderState state) {
  if (!self->reads) return {};
  if (self->codec == Codec::Other) {
    TRY(call_method(self->decoder, IO_NAME(setstate),
                    {make_tuple({state.input, make_int_unsigned(state.flags)})}));
    return {};
  }
  self->incomplete_size =
      static_cast<uint8_t>(std::min<uint64_t>(state.input->length, sizeof self->incomplete));
  std::memcpy(self->incomplete, state.input->data, self->incomplete_size);
  self->newlines.pending_cr = (state.flags & 1) != 0;
  return {};
}

Status reset_decoder(Text* self) {
  if (!self->reads) return {};
  if (self->codec == Codec::Other) {
    TRY(call_method(self->decoder, IO_NAME(reset)));
    return {};
  }
  self->incomplete_size = 0;
  self->newlines = {};
  return {};
}

Status set_encoder_at(Text* self, bool start) {
  self->start_of_stream = start;
  if (self->encoder.is_null()) return {};
  if (start)
    TRY(call_method(self->encoder, IO_NAME(reset)));
  else
    TRY(call_method(self->encoder, IO_NAME(setstate), {Value::from_small(0)}));
  return {};
}

}  // namespace ouro::vm::io
