// _io.TextIOWrapper: reading. The file is read in chunks; `decoded` is the last chunk's text, of which `used`
// characters were handed out.
#include "vm/modules/io/text.h"
#include "vm/object/str_data.h"

namespace ouro::vm::io {

void set_decoded(Text* self, Str* text) {
  store(static_cast<Object*>(self), self->decoded, text);
  self->used = 0;
}

void drop_snapshot(Text* self) {
  self->has_snapshot = false;
  self->snapshot_input = nullptr;
}

namespace {

Str* take_decoded(Text* self, int64_t most) {
  if (self->decoded == nullptr) return empty_str();
  const int64_t there = static_cast<int64_t>(self->decoded->length) - self->used;
  const int64_t size = most < 0 ? there : std::min(most, there);
  if (size == 0) return empty_str();
  Str* text = self->decoded;
  if (self->used > 0 || size < there)
    text = substring(text, static_cast<size_t>(self->used), static_cast<size_t>(self->used + size));
  self->used += size;
  return text;
}

Result<Value> read_bytes(Text* self, int64_t size) {
  if (type_of(self->buffer) == io_types.reader || type_of(self->buffer) == io_types.random) {
    TRY(check_ready(self->buffer.as<Buffered>()));
    return buffered_read1(self->buffer.as<Buffered>(), size);
  }
  Str* method = self->has_read1 ? IO_NAME(read1) : names.read;
  return call_method(self->buffer, method, {make_int(size)});
}

Status note_snapshot(Text* self, const DecoderState& before, std::string_view chunk) {
  Bytes* input;
  if (before.input->length == 0) {
    input = make_bytes(chunk);
  } else {
    std::string all(before.input->view());
    all += chunk;
    input = make_bytes(all);
  }
  store(static_cast<Object*>(self), self->snapshot_input, input);
  self->snapshot_flags = before.flags;
  self->has_snapshot = true;
  return {};
}

}  // namespace

/// Reads and decodes the next chunk; false at the end of the file.
Result<bool> read_chunk(Text* self, int64_t size_hint) {
  if (!self->reads) return unsupported("not readable");
  DecoderState before{};
  if (self->telling) before = TRY(decoder_state(self));
  int64_t size = self->chunk_size;
  if (size_hint > 0) {
    const double bytes = std::max(self->bytes_per_char, 1.0) * static_cast<double>(size_hint);
    size = std::max(size, bytes < 4e18 ? static_cast<int64_t>(bytes) : INT64_MAX);
  }
  Value chunk = TRY(read_bytes(self, size));
  Buffer data;
  std::string_view bytes;
  if (is_bytes(chunk)) {
    bytes = chunk.as<Bytes>()->view();
  } else {
    if (!has_buffer(chunk) || !data.acquire(chunk).ok()) {
      if (exception_pending()) take_exception();
      return raise(types.TypeError, "underlying {}() should have returned a bytes-like object, not '{}'",
                   self->has_read1 ? "read1" : "read", type_name(chunk));
    }
    bytes = data.text();
  }
  const bool at_end = bytes.empty();
  Str* text = TRY(decode(self, bytes, at_end));
  set_decoded(self, text);
  self->bytes_per_char =
      text->length > 0 ? static_cast<double>(bytes.size()) / static_cast<double>(text->length) : 0;
  if (self->telling) {
    // The bytes themselves are the snapshot when nothing was left over from before.
    if (is_exactly(chunk, types.bytes) && before.input->length == 0) {
      store(static_cast<Object*>(self), self->snapshot_input, chunk.as<Bytes>());
      self->snapshot_flags = before.flags;
      self->has_snapshot = true;
    } else {
      TRY(note_snapshot(self, before, bytes));
    }
  }
  return !at_end || text->length > 0;
}

namespace {

Result<Value> read_everything(Text* self) {
  Value bytes = TRY(call_method(self->buffer, names.read));
  Buffer data;
  std::string_view view;
  if (is_bytes(bytes)) {
    view = bytes.as<Bytes>()->view();
  } else if (self->codec != Codec::Other || (!is_none(bytes) && has_buffer(bytes))) {
    TRY(data.acquire(bytes));
    view = data.text();
  }
  Str* rest;
  if (self->codec == Codec::Other && !data.held() && !is_bytes(bytes)) {
    Value text = TRY(call_method(self->decoder, names.decode, {bytes, make_bool(true)}));
    if (!is_str(text))
      return raise(types.TypeError, "decoder should return a string result, not '{}'", type_name(text));
    rest = text.as<Str>();
  } else {
    rest = TRY(decode(self, view, true));
  }
  Str* first = take_decoded(self, -1);
  if (self->decoded != nullptr) set_decoded(self, nullptr);
  drop_snapshot(self);
  return first->length == 0 ? rest : TRY(concat(first, rest));
}

}  // namespace

Result<Value> text_read(const Value* a) {
  auto* self = a[0].as<Text>();
  const int64_t size = TRY(optional_size(a[1]));
  TRY(check_attached(self));
  TRY(check_open(self));
  if (!self->reads) return unsupported("not readable");
  TRY(flush_pending(self));
  if (size < 0) return read_everything(self);
  Str* text = take_decoded(self, size);
  int64_t remaining = size - static_cast<int64_t>(text->length);
  if (remaining == 0) return text;
  StrBuilder all;
  all.append(text);
  while (remaining > 0) {
    auto more = read_chunk(self, remaining);
    if (!more.ok()) {
      if (was_interrupted()) continue;
      return Raised{};
    }
    if (!more.unwrap()) break;
    text = take_decoded(self, remaining);
    all.append(text);
    remaining -= static_cast<int64_t>(text->length);
  }
  return TRY(all.finish());
}

namespace {

LineEnds line_ends(const Text* self) {
  LineEnds ends;
  ends.universal = self->read_universal;
  if (self->read_translate || self->read_newline == nullptr) return ends;
  ends.newline = self->read_newline->ascii_view();
  ends.only_lf = !ends.universal && ends.newline == "\n";
  return ends;
}

/// The line goes over the end of the chunk.
Result<Value> long_line(Text* self, int64_t limit, const LineEnds& ends) {
  StrBuilder line;
  bool holds_cr = false;  // the last character may be the first half of the newline
  for (;;) {
    if (self->decoded == nullptr || self->used >= static_cast<int64_t>(self->decoded->length)) {
      auto more = read_chunk(self, 0);
      if (!more.ok()) {
        if (was_interrupted()) continue;
        return Raised{};
      }
      if (!more.unwrap()) {
        set_decoded(self, nullptr);
        drop_snapshot(self);
        break;
      }
      if (self->decoded->length == 0) continue;
    }
    Str* text = self->decoded;
    const auto start = static_cast<size_t>(self->used);
    const auto missing = limit < 0 ? text->length - start : static_cast<size_t>(limit) - line.length();
    const size_t most = std::min<size_t>(text->length, start + missing);
    if (holds_cr && most > start && text->at(start) == '\n') {
      line.append('\n');
      ++self->used;
      break;
    }
    const int64_t end = find_line_end(text->data_, text->width(), start, most, ends);
    const size_t stop = end >= 0 ? static_cast<size_t>(end) : most;
    line.append(text, start, stop);
    self->used = static_cast<int64_t>(stop);
    if (end >= 0 || (limit >= 0 && line.length() >= static_cast<size_t>(limit))) break;
    holds_cr = ends.newline.size() == 2 && stop > start && text->at(stop - 1) == '\r';
  }
  return TRY(line.finish());
}

}  // namespace

Result<Value> text_line(Text* self, int64_t limit) {
  TRY(check_open(self));
  if (self->pending_size > 0) TRY(flush_pending(self));
  const LineEnds ends = line_ends(self);
  if (Str* text = self->decoded; text != nullptr) {
    const auto start = static_cast<size_t>(self->used);
    size_t most = text->length;
    if (limit >= 0) most = std::min<size_t>(most, start + static_cast<size_t>(limit));
    int64_t end = find_line_end(text->data_, text->width(), start, most, ends);
    if (end < 0 && limit >= 0 && most - start == static_cast<size_t>(limit)) end = static_cast<int64_t>(most);
    if (end >= 0) {
      self->used = end;
      return substring(text, start, static_cast<size_t>(end));
    }
  }
  if (limit == 0) return empty_str();
  return long_line(self, limit, ends);
}

Result<Value> text_readline(const Value* a) {
  auto* self = a[0].as<Text>();
  const int64_t limit = a[1].is_null() ? -1 : TRY(to_int64(a[1]));
  TRY(check_attached(self));
  return text_line(self, limit);
}

Result<Value> text_iternext(Value value) {
  auto* self = value.as<Text>();
  TRY(check_attached(self));
  self->telling = false;
  Value line;
  if (type_of(value) == io_types.text) {
    line = TRY(text_line(self, -1));
  } else {
    line = TRY(call_method(value, names.readline));
    if (!is_str(line))
      return raise(types.OSError, "readline() should have returned a str object, not '{}'", type_name(line));
  }
  if (line.as<Str>()->length > 0) return line;
  drop_snapshot(self);
  self->telling = self->seekable;
  return Value::stop();
}

}  // namespace ouro::vm::io
