// _io: writing through a buffer.
#include <cerrno>

#include "vm/builtins/memoryview.h"
#include "vm/modules/io/io.h"
#include "vm/modules/signals.h"

namespace ouro::vm::io {

namespace {

bool has_unwritten(const Buffered* self) {
  return self->writable && self->write_end != -1;
}
bool has_read_data(const Buffered* self) {
  return self->readable && self->read_end != -1;
}

void move_to(Buffered* self, int64_t position) {
  self->at = position;
  if (has_read_data(self) && self->read_end < position) self->read_end = position;
}

void drop_written(Buffered* self) {
  self->write_start = 0;
  self->write_end = -1;
}

Raised would_block(int64_t written) {
  if (exception_pending()) take_exception();
  return raise_with(
      types.BlockingIOError,
      {Value::from_small(EAGAIN), make_str("write could not complete without blocking"), make_int(written)});
}

Result<int64_t> write_through_method(Buffered* self, const char* from, int64_t size) {
  const Value data = make_bytes({from, static_cast<size_t>(size)});
  const Value view = TRY(make_memoryview(data));
  for (;;) {
    auto result = call_method(self->raw, names.write, {view});
    if (!result.ok()) {
      if (was_interrupted()) continue;
      return Raised{};
    }
    if (is_none(result.unwrap())) return -2;
    auto count = to_int64(result.unwrap());
    if (!count.ok()) return Raised{};
    if (count.unwrap() < 0 || count.unwrap() > size)
      return raise(types.OSError,
                   "raw write() returned invalid length {} (should have been between 0 and {})",
                   count.unwrap(), size);
    return count.unwrap();
  }
}

/// One write of the raw stream; -2 when it would block.
Result<int64_t> raw_write(Buffered* self, const char* from, int64_t size) {
  int64_t written;
  if (is_native_file(self->raw) && self->raw.as<FileIO>()->descriptor >= 0 &&
      self->raw.as<FileIO>()->writable)
    written = TRY(write_descriptor(self->raw.as<FileIO>()->descriptor, from, size));
  else
    written = TRY(write_through_method(self, from, size));
  if (written > 0 && self->raw_position != -1) self->raw_position += written;
  return written;
}

}  // namespace

Status flush_inside(Buffered* self) {
  if (has_unwritten(self) && self->write_start < self->write_end) {
    const int64_t back = raw_ahead(self) + (self->at - self->write_start);
    if (back != 0) {
      TRY(raw_seek(self, -back, 1));
      self->raw_at -= back;
    }
  }
  while (has_unwritten(self) && self->write_start < self->write_end) {
    const int64_t written =
        TRY(raw_write(self, self->buffer->data + self->write_start, self->write_end - self->write_start));
    if (written == -2) return would_block(0);
    self->write_start += written;
    self->raw_at = self->write_start;
    TRY(handle_signals());
  }
  drop_written(self);
  return {};
}

Status flush_and_rewind(Buffered* self) {
  TRY(flush_inside(self));
  if (!self->readable) return {};
  auto moved = raw_seek(self, -raw_ahead(self), 1);
  self->read_end = -1;
  TRY(moved);
  return {};
}

namespace {

/// The flush in front of a large write failed since the raw stream is full: as much as fits is kept.
Result<int64_t> keep_what_fits(Buffered* self, std::string_view data) {
  if (!exception_is(types.BlockingIOError)) return Raised{};
  if (self->readable) self->read_end = -1;
  char* buffer = self->buffer->data;
  std::memmove(buffer, buffer + self->write_start, static_cast<size_t>(self->write_end - self->write_start));
  self->write_end -= self->write_start;
  self->raw_at -= self->write_start;
  self->at -= self->write_start;
  self->write_start = 0;
  const int64_t room = self->buffer_size - self->write_end;
  const int64_t part = std::min(room, static_cast<int64_t>(data.size()));
  std::memcpy(buffer + self->write_end, data.data(), static_cast<size_t>(part));
  self->write_end += part;
  self->at += part;
  if (part < static_cast<int64_t>(data.size())) return would_block(part);
  take_exception();
  return part;
}

Result<int64_t> write_large(Buffered* self, std::string_view data) {
  if (!flush_inside(self).ok()) return keep_what_fits(self, data);
  if (const int64_t ahead = raw_ahead(self); ahead != 0) {
    TRY(raw_seek(self, -ahead, 1));
    self->raw_at -= ahead;
  }
  const auto size = static_cast<int64_t>(data.size());
  int64_t done = 0;
  while (size - done > self->buffer_size) {
    const int64_t written = TRY(raw_write(self, data.data() + done, size - done));
    if (written == -2) {
      std::memcpy(self->buffer->data, data.data() + done, static_cast<size_t>(self->buffer_size));
      self->raw_at = 0;
      move_to(self, self->buffer_size);
      self->write_end = self->buffer_size;
      return would_block(done + self->buffer_size);
    }
    done += written;
    TRY(handle_signals());
  }
  if (self->readable) self->read_end = -1;
  const int64_t rest = size - done;
  if (rest > 0) std::memcpy(self->buffer->data, data.data() + done, static_cast<size_t>(rest));
  self->write_start = 0;
  self->write_end = rest;
  move_to(self, rest);
  self->raw_at = 0;
  return size;
}

}  // namespace

Result<int64_t> buffered_write(Buffered* self, std::string_view data) {
  TRY(check_ready(self));
  Inside inside;
  TRY(inside.enter(self));
  if (TRY(is_closed(self))) return raise(types.ValueError, "write to closed file");
  if (!has_read_data(self) && !has_unwritten(self)) self->at = self->raw_at = 0;
  const auto size = static_cast<int64_t>(data.size());
  if (size > self->buffer_size - self->at) return write_large(self, data);
  if (size > 0) std::memcpy(self->buffer->data + self->at, data.data(), data.size());
  if (!has_unwritten(self) || self->write_start > self->at) self->write_start = self->at;
  move_to(self, self->at + size);
  self->write_end = std::max(self->write_end, self->at);
  return size;
}

Result<Value> buffered_write_method(const Value* a) {
  Buffer data;
  TRY(data.acquire(a[1]));
  return make_int(TRY(buffered_write(a[0].as<Buffered>(), data.text())));
}

}  // namespace ouro::vm::io
