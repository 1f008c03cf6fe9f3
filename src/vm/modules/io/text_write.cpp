// _io.TextIOWrapper: writing. Encoded text collects in `pending` until a chunk is full.
#include "vm/builtins/codecs.h"
#include "vm/modules/io/text.h"
#include "vm/object/argument_errors.h"
#include "vm/object/str_data.h"

namespace ouro::vm::io {

namespace {

Status write_all(Text* self, Blob* data, int64_t size) {
  const std::string_view bytes(data->data, static_cast<size_t>(size));
  for (;;) {
    bool ok;
    if (type_of(self->buffer) == io_types.writer)
      ok = buffered_write(self->buffer.as<Buffered>(), bytes).ok();
    else
      ok = call_method(self->buffer, names.write, {make_bytes(bytes)}).ok();
    if (ok) return {};
    if (!was_interrupted()) return Raised{};
  }
}

}  // namespace

Status flush_pending(Text* self) {
  if (self->pending_size == 0) return {};
  const int64_t size = std::exchange(self->pending_size, 0);
  Blob* data = std::exchange(self->pending, nullptr);
  TRY(write_all(self, data, size));
  if (self->pending == nullptr && data->length <= 65536)
    store(static_cast<Object*>(self), self->pending, data);
  return {};
}

namespace {

Status append(Text* self, std::string_view bytes) {
  const auto size = static_cast<int64_t>(bytes.size());
  if (self->pending_size > 0 && self->pending_size + size > self->chunk_size) TRY(flush_pending(self));
  const int64_t wanted = self->pending_size + size;
  if (self->pending == nullptr || static_cast<int64_t>(self->pending->length) < wanted) {
    const auto room = static_cast<size_t>(std::max(wanted, std::min<int64_t>(self->chunk_size, 1 << 20)));
    if (!can_allocate(room)) return raise_no_memory();
    Blob* larger = make_blob(room);
    if (self->pending_size > 0)
      std::memcpy(larger->data, self->pending->data, static_cast<size_t>(self->pending_size));
    store(static_cast<Object*>(self), self->pending, larger);
  }
  if (size > 0) std::memcpy(self->pending->data + self->pending_size, bytes.data(), bytes.size());
  self->pending_size = wanted;
  return {};
}

Result<Bytes*> encode(Text* self, Str* text) {
  if (self->codec == Codec::Other) {
    Value bytes = TRY(call_method(self->encoder, names.encode, {text}));
    if (!is_bytes(bytes))
      return raise(types.TypeError, "encoder should return a bytes object, not '{}'", type_name(bytes));
    return bytes.as<Bytes>();
  }
  const std::string errors = to_utf8(self->errors);
  if (self->codec == Codec::Utf8) return encode_utf8(text, errors.c_str());
  return encode_limited(text, errors.c_str(), self->codec == Codec::Ascii ? 128 : 256);
}

Result<Str*> with_newlines(Str* text, const Str* newline) {
  StrBuilder out;
  size_t start = 0;
  for (size_t i = 0; i < text->length; ++i) {
    if (text->at(i) != '\n') continue;
    out.append(text, start, i);
    out.append(newline);
    start = i + 1;
  }
  out.append(text, start, text->length);
  return out.finish();
}

}  // namespace

Result<Value> text_write_fast(Value value, Str* text) {
  auto* self = value.as<Text>();
  TRY(check_attached(self));
  TRY(check_open(self));
  if (!self->writes) return unsupported("not writable");
  const auto length = static_cast<int64_t>(text->length);
  bool flushes = false;
  if (self->line_buffering || (self->write_translate && self->write_newline != nullptr)) {
    const bool has_newline = has_character(text, '\n');
    flushes = self->line_buffering && (has_newline || has_character(text, '\r'));
    if (has_newline && self->write_translate && self->write_newline != nullptr)
      text = TRY(with_newlines(text, self->write_newline));
  }
  if (text->is_ascii() && self->codec != Codec::Other)
    TRY(append(self, text->ascii_view()));
  else
    TRY(append(self, TRY(encode(self, text))->view()));
  if (self->pending_size >= self->chunk_size || flushes || self->write_through) TRY(flush_pending(self));
  if (flushes) {
    TRY(call_method(self->buffer, names.flush));
  }
  if (self->decoded != nullptr) set_decoded(self, nullptr);
  drop_snapshot(self);
  if (self->reads) TRY(reset_decoder(self));
  return make_int(length);
}

Result<Value> text_write(const Value* a) {
  if (!is_str(a[1])) return raise(types.TypeError, "write() argument must be str, not {}", given_name(a[1]));
  return text_write_fast(a[0], a[1].as<Str>());
}

Result<Value> text_flush(const Value* a) {
  auto* self = a[0].as<Text>();
  TRY(check_attached(self));
  TRY(check_open(self));
  self->telling = self->seekable;
  TRY(flush_pending(self));
  return call_method(self->buffer, names.flush);
}

}  // namespace ouro::vm::io
