// _io: reading through a buffer.
#include "vm/builtins/memoryview.h"
#include "vm/modules/io/io.h"
#include "vm/modules/signals.h"
#include "vm/object/argument_errors.h"

namespace ouro::vm::io {

namespace {

Buffered* self_of(const Value* a) {
  return a[0].as<Buffered>();
}

char* here(Buffered* self) {
  return self->buffer->data + self->at;
}

Value take(Buffered* self, int64_t size) {
  Value data = make_bytes({here(self), static_cast<size_t>(size)});
  self->at += size;
  return data;
}

/// readinto() of a raw stream of any class, through a memoryview of a buffer of ours.
Result<int64_t> read_through_method(Buffered* self, char* to, int64_t size) {
  ByteArray* room = TRY(make_bytearray({}));
  TRY(bytearray_resize(room, static_cast<size_t>(size)));
  const Value view = TRY(make_memoryview(room));
  Value result;
  for (;;) {
    auto read = call_method(self->raw, names.readinto, {view});
    if (read.ok()) {
      result = read.unwrap();
      break;
    }
    if (!was_interrupted()) return Raised{};
  }
  if (is_none(result)) return -2;
  auto count = to_int64(result);
  if (!count.ok()) {
    if (clear_if(types.OverflowError))
      raise(types.ValueError, "cannot fit '{}' into an index-sized integer", type_name(result));
    return raise_from_pending(types.OSError, "raw readinto() failed");
  }
  const int64_t got = count.unwrap();
  if (got < 0 || got > size)
    return raise(types.OSError,
                 "raw readinto() returned invalid length {} (should have been between 0 and {})", got, size);
  std::string_view data = view_of(room);
  if (!data.empty()) std::memcpy(to, data.data(), std::min(data.size(), static_cast<size_t>(got)));
  return got;
}

/// Reads into the free end of the buffer.
Result<int64_t> fill(Buffered* self) {
  const int64_t start = self->readable && self->read_end != -1 ? self->read_end : 0;
  const int64_t got = TRY(raw_read(self, self->buffer->data + start, self->buffer_size - start));
  if (got > 0) self->read_end = self->raw_at = start + got;
  return got;
}

void drop_read_data(Buffered* self) {
  self->read_end = -1;
}

}  // namespace

Result<int64_t> raw_read(Buffered* self, char* to, int64_t size) {
  int64_t got;
  if (is_native_file(self->raw) && self->raw.as<FileIO>()->descriptor >= 0 &&
      self->raw.as<FileIO>()->readable)
    got = TRY(read_descriptor(self->raw.as<FileIO>()->descriptor, to, size));
  else
    got = TRY(read_through_method(self, to, size));
  if (got > 0 && self->raw_position != -1) self->raw_position += got;
  return got;
}

Result<Value> buffered_read_all(Buffered* self) {
  const int64_t ahead = readable_now(self);
  Value data = ahead > 0 ? take(self, ahead) : Value();
  if (self->writable) TRY(flush_and_rewind(self));
  drop_read_data(self);
  Value readall = TRY(find_attribute(self->raw, IO_NAME(readall)));
  if (!readall.is_null()) {
    Value rest = TRY(call(readall));
    if (!is_none(rest) && !is_bytes(rest)) return raise(types.TypeError, "readall() should return bytes");
    if (data.is_null()) return rest;
    if (is_none(rest)) return data;
    std::string all(data.as<Bytes>()->view());
    all += rest.as<Bytes>()->view();
    return make_bytes(all);
  }
  std::string all;
  if (!data.is_null()) all = data.as<Bytes>()->view();
  for (;;) {
    Value more = TRY(call_method(self->raw, names.read));
    if (!is_none(more) && !is_bytes(more)) return raise(types.TypeError, "read() should return bytes");
    if (is_none(more) || more.as<Bytes>()->length == 0) return all.empty() ? more : Value(make_bytes(all));
    all += more.as<Bytes>()->view();
    if (self->raw_position != -1) self->raw_position += static_cast<int64_t>(more.as<Bytes>()->length);
  }
}

namespace {

Result<Value> read_some(Buffered* self, int64_t size) {
  const int64_t ahead = readable_now(self);
  if (size <= ahead) return take(self, size);
  if (!can_allocate(static_cast<size_t>(size))) return raise_no_memory();
  Bytes* data = TRY(allocate_bytes(static_cast<size_t>(size)));
  char* out = reinterpret_cast<char*>(data->data);
  if (ahead > 0) std::memcpy(out, here(self), static_cast<size_t>(ahead));
  int64_t done = std::max<int64_t>(ahead, 0);
  self->at += done;
  auto cut = [&]() -> Value { return make_bytes({out, static_cast<size_t>(done)}); };
  if (self->writable) TRY(flush_and_rewind(self));
  drop_read_data(self);
  // Whole blocks go straight into the result, the rest through the buffer.
  while (size - done >= self->buffer_size) {
    const int64_t blocks = (size - done) / self->buffer_size * self->buffer_size;
    const int64_t got = TRY(raw_read(self, out + done, blocks));
    if (got == 0 || (got == -2 && done > 0)) return cut();
    if (got == -2) return none();
    done += got;
  }
  self->at = self->raw_at = self->read_end = 0;
  while (done < size && self->read_end < self->buffer_size) {
    const int64_t got = TRY(fill(self));
    if (got == 0 || (got == -2 && done > 0)) return cut();
    if (got == -2) return none();
    const int64_t part = std::min(got, size - done);
    std::memcpy(out + done, here(self), static_cast<size_t>(part));
    done += part;
    self->at += part;
  }
  return size <= 1 ? cut() : Value(data);
}

Result<Value> read_into(const Value* a, bool once, const char* name) {
  Buffered* self = self_of(a);
  Buffer target;
  if (!has_buffer(a[1]) || !target.acquire(a[1], kBufferWritable).ok()) {
    if (exception_pending()) take_exception();
    return raise(types.TypeError, "{}() argument must be read-write bytes-like object, not {}", name,
                 given_name(a[1]));
  }
  TRY(check_open(self, "readinto of closed file"));
  const auto size = static_cast<int64_t>(target.size());
  int64_t done = 0;
  if (const int64_t ahead = readable_now(self); ahead > 0) {
    done = std::min(ahead, size);
    std::memcpy(target.data(), here(self), static_cast<size_t>(done));
    self->at += done;
    if (done == size) return make_int(done);
  }
  Inside inside;
  TRY(inside.enter(self));
  if (self->writable) TRY(flush_and_rewind(self));
  drop_read_data(self);
  self->at = 0;
  while (done < size) {
    int64_t got = 0;
    bool direct = size - done > self->buffer_size;
    if (direct)
      got = TRY(raw_read(self, target.data() + done, size - done));
    else if (!(once && done > 0))
      got = TRY(fill(self));
    if (got == 0 || (got == -2 && done > 0)) break;
    if (got == -2) return none();
    if (!direct) {
      got = std::min(got, size - done);
      std::memcpy(target.data() + done, here(self), static_cast<size_t>(got));
      self->at += got;
    }
    done += got;
    if (once && direct) break;
  }
  return make_int(done);
}

}  // namespace

Result<Value> buffered_read(const Value* a) {
  Buffered* self = self_of(a);
  const int64_t size = TRY(optional_size(a[1]));
  TRY(check_ready(self));
  if (size < -1) return raise(types.ValueError, "read length must be non-negative or -1");
  TRY(check_open(self, "read of closed file"));
  if (size >= 0 && size <= readable_now(self)) return take(self, size);
  Inside inside;
  TRY(inside.enter(self));
  return size == -1 ? buffered_read_all(self) : read_some(self, size);
}

Result<Value> buffered_read1(Buffered* self, int64_t size) {
  if (size < 0) size = self->buffer_size;
  TRY(check_open(self, "read of closed file"));
  if (size == 0) return empty_bytes();
  if (const int64_t ahead = readable_now(self); ahead > 0) return take(self, std::min(ahead, size));
  if (!can_allocate(static_cast<size_t>(size))) return raise_no_memory();
  Inside inside;
  TRY(inside.enter(self));
  if (self->writable) TRY(flush_and_rewind(self));
  drop_read_data(self);
  if (size <= self->buffer_size) {
    // Read behind the buffer's back: what comes is handed out at once.
    const int64_t got = std::max<int64_t>(0, TRY(raw_read(self, self->buffer->data, size)));
    return make_bytes({self->buffer->data, static_cast<size_t>(got)});
  }
  Bytes* data = TRY(allocate_bytes(static_cast<size_t>(size)));
  const int64_t got = std::max<int64_t>(0, TRY(raw_read(self, reinterpret_cast<char*>(data->data), size)));
  return make_bytes(data->view().substr(0, static_cast<size_t>(got)));
}

Result<Value> buffered_read1_method(const Value* a) {
  const int64_t size = a[1].is_null() ? -1 : TRY(to_int64(a[1]));
  TRY(check_ready(self_of(a)));
  return buffered_read1(self_of(a), size);
}

Result<Value> buffered_readinto(const Value* a) {
  return read_into(a, false, "readinto");
}
Result<Value> buffered_readinto1(const Value* a) {
  return read_into(a, true, "readinto1");
}

Result<Value> buffered_line(Buffered* self, int64_t limit) {
  TRY(check_open(self, "readline of closed file"));
  int64_t size = std::max<int64_t>(readable_now(self), 0);
  if (limit >= 0) size = std::min(size, limit);
  if (size > 0) {
    const char* start = here(self);
    if (const auto* end = static_cast<const char*>(std::memchr(start, '\n', static_cast<size_t>(size))))
      return take(self, end - start + 1);
  }
  if (size == limit) return take(self, size);
  Inside inside;
  TRY(inside.enter(self));
  std::string line;
  if (size > 0) {
    line.assign(here(self), static_cast<size_t>(size));
    self->at += size;
    if (limit >= 0) limit -= size;
  }
  if (self->writable) TRY(flush_and_rewind(self));
  for (;;) {
    drop_read_data(self);
    int64_t got = TRY(fill(self));
    if (got <= 0) break;
    if (limit >= 0) got = std::min(got, limit);
    const char* start = self->buffer->data;
    const auto* end = static_cast<const char*>(std::memchr(start, '\n', static_cast<size_t>(got)));
    const int64_t part = end != nullptr ? end - start + 1 : got;
    line.append(start, static_cast<size_t>(part));
    self->at = part;
    if (end != nullptr || part == limit) break;
    if (limit >= 0) limit -= part;
  }
  return make_bytes(line);
}

Result<Value> buffered_readline(const Value* a) {
  const int64_t limit = TRY(optional_size(a[1]));
  TRY(check_ready(self_of(a)));
  return buffered_line(self_of(a), limit);
}

Result<Value> buffered_peek(const Value* a) {
  Buffered* self = self_of(a);
  if (!a[1].is_null()) TRY(to_int64(a[1]));
  TRY(check_open(self, "peek of closed file"));
  Inside inside;
  TRY(inside.enter(self));
  if (self->writable) TRY(flush_and_rewind(self));
  if (const int64_t ahead = readable_now(self); ahead > 0)
    return make_bytes({here(self), static_cast<size_t>(ahead)});
  drop_read_data(self);
  const int64_t got = std::max<int64_t>(0, TRY(fill(self)));
  self->at = 0;
  return make_bytes({self->buffer->data, static_cast<size_t>(got)});
}

Result<Value> buffered_iternext(Value value) {
  auto* self = value.as<Buffered>();
  TRY(check_ready(self));
  const Type* type = type_of(value);
  Value line;
  if (type == io_types.reader || type == io_types.random) {
    line = TRY(buffered_line(self, -1));
  } else {
    line = TRY(call_method(value, names.readline));
    if (!is_bytes(line))
      return raise(types.OSError, "readline() should have returned a bytes object, not '{}'",
                   shown_type(line));
  }
  return line.as<Bytes>()->length == 0 ? Value::stop() : line;
}

}  // namespace ouro::vm::io
