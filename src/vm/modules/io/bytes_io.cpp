// _io.BytesIO: a binary stream in memory, and the exporter behind its getbuffer().
#include "vm/builtins/memoryview.h"
#include "vm/modules/io/io.h"
#include "vm/object/argument_errors.h"

namespace ouro::vm::io {

namespace {

struct BytesIO : Object {
  Blob* storage;  // null: closed, or nothing yet
  int64_t size;   // of the contents
  int64_t at;
  int64_t exports;
  bool closed;

  std::string_view view() const {
    return size == 0 ? std::string_view() : std::string_view(storage->data, static_cast<size_t>(size));
  }
};

/// What getbuffer()'s memoryview is a view of.
struct BytesBuffer : Object {
  BytesIO* source;
};

BytesIO* self_of(const Value* a) {
  return a[0].as<BytesIO>();
}

void trace_bytes_io(Object* object, Tracer& tracer) {
  tracer.visit(static_cast<BytesIO*>(object)->storage);
}
void trace_bytes_buffer(Object* object, Tracer& tracer) {
  tracer.visit(static_cast<BytesBuffer*>(object)->source);
}

Status check_live(const BytesIO* self) {
  if (self->closed) return closed_file();
  return {};
}
Status check_exports(const BytesIO* self) {
  if (self->exports > 0)
    return raise(types.BufferError, "Existing exports of data: object cannot be re-sized");
  return {};
}

/// Room for `size` bytes; what is new is zero.
Status reserve(BytesIO* self, int64_t size) {
  const auto wanted = static_cast<uint64_t>(size);
  const uint64_t room = self->storage != nullptr ? self->storage->length : 0;
  if (wanted <= room) return {};
  if (wanted > uint64_t{1} << 62) return raise(types.OverflowError, "new buffer size too large");
  const uint64_t larger = std::max<uint64_t>(wanted + wanted / 8 + 16, room * 2);
  if (!can_allocate(larger)) return raise_no_memory();
  if (grow_blob(self->storage, larger)) return {};
  Blob* storage = make_blob(larger);
  if (self->size > 0) std::memcpy(storage->data, self->storage->data, static_cast<size_t>(self->size));
  store(static_cast<Object*>(self), self->storage, storage);
  return {};
}

/// The object that holds the data is the caller's affair.
Result<int64_t> write_bytes(BytesIO* self, std::string_view data) {
  TRY(check_live(self));
  const auto size = static_cast<int64_t>(data.size());
  if (size == 0) return 0;
  if (self->at > INT64_MAX - size) return raise(types.OverflowError, "new position too large");
  const int64_t end = self->at + size;
  TRY(reserve(self, end));
  if (self->at > self->size)
    std::memset(self->storage->data + self->size, 0, static_cast<size_t>(self->at - self->size));
  std::memcpy(self->storage->data + self->at, data.data(), data.size());
  self->at = end;
  self->size = std::max(self->size, end);
  return size;
}

Result<int64_t> write_data(BytesIO* self, Value value) {
  TRY(check_live(self));
  TRY(check_exports(self));
  if (is_exactly(value, types.bytes)) return write_bytes(self, value.as<Bytes>()->view());
  Buffer data;
  TRY(data.acquire(value, kBufferAnyContiguous));
  return write_bytes(self, data.text());
}

Value take(BytesIO* self, int64_t size) {
  const int64_t there = std::max<int64_t>(0, self->size - self->at);
  if (size < 0 || size > there) size = there;
  if (size == 0) return empty_bytes();
  Value data = make_bytes({self->storage->data + self->at, static_cast<size_t>(size)});
  self->at += size;
  return data;
}

/// The length of the line at the position, at most `limit`.
int64_t line_length(const BytesIO* self, int64_t limit) {
  int64_t there = std::max<int64_t>(0, self->size - self->at);
  if (limit >= 0) there = std::min(there, limit);
  if (there == 0) return 0;
  const char* start = self->storage->data + self->at;
  const auto* end = static_cast<const char*>(std::memchr(start, '\n', static_cast<size_t>(there)));
  return end != nullptr ? end - start + 1 : there;
}

Result<Value> new_bytes_io(Type* type, const Arguments&) {
  return allocate_instance<BytesIO>(type);
}

Status init_bytes_io(Value value, const Arguments& arguments) {
  static const Signature signature("BytesIO", "(initial_bytes=b'')");
  Value initial;
  TRY(signature.bind(arguments, &initial));
  auto* self = value.as<BytesIO>();
  if (self->exports > 0) TRY(check_exports(self));
  self->size = self->at = 0;
  self->closed = false;
  if (initial.is_null() || is_none(initial)) return {};
  TRY(write_data(self, initial));
  self->at = 0;
  return {};
}

Result<Value> read(const Value* a) {
  const int64_t size = TRY(optional_size(a[1]));
  TRY(check_live(self_of(a)));
  return take(self_of(a), size);
}

Result<Value> readline(const Value* a) {
  const int64_t limit = TRY(optional_size(a[1]));
  TRY(check_live(self_of(a)));
  return take(self_of(a), line_length(self_of(a), limit));
}

Result<Value> readlines(const Value* a) {
  BytesIO* self = self_of(a);
  TRY(check_live(self));
  int64_t most = 0;
  if (!a[1].is_null() && !is_none(a[1])) {
    if (!is_index_like(a[1]))
      return raise(types.TypeError, "integer argument expected, got '{}'", shown_type(a[1]));
    most = TRY(to_int64(a[1]));
  }
  List* lines = make_list();
  int64_t total = 0;
  while (int64_t size = line_length(self, -1)) {
    TRY(list_append(lines, take(self, size)));
    total += size;
    if (most > 0 && total >= most) break;
  }
  return lines;
}

Result<Value> readinto(const Value* a) {
  BytesIO* self = self_of(a);
  Buffer target;
  if (!has_buffer(a[1]) || !target.acquire(a[1], kBufferWritable).ok()) {
    if (exception_pending()) take_exception();
    return raise(types.TypeError, "readinto() argument must be read-write bytes-like object, not {}",
                 given_name(a[1]));
  }
  TRY(check_live(self));
  const int64_t size =
      std::min(static_cast<int64_t>(target.size()), std::max<int64_t>(0, self->size - self->at));
  if (size > 0) std::memcpy(target.data(), self->storage->data + self->at, static_cast<size_t>(size));
  self->at += size;
  return make_int(size);
}

Result<Value> iternext(Value value) {
  auto* self = value.as<BytesIO>();
  TRY(check_live(self));
  const int64_t size = line_length(self, -1);
  return size == 0 ? Value::stop() : take(self, size);
}

Result<Value> write(const Value* a) {
  return make_int(TRY(write_data(self_of(a), a[1])));
}

Result<Value> writelines(const Value* a) {
  TRY(check_live(self_of(a)));
  TRY(for_each(a[1], [&](Value line) -> Status {
    TRY(write_data(self_of(a), line));
    return {};
  }));
  return none();
}

Result<Value> truncate(const Value* a) {
  BytesIO* self = self_of(a);
  TRY(check_live(self));
  TRY(check_exports(self));
  int64_t size = self->at;
  if (!a[1].is_null() && !is_none(a[1])) {
    size = TRY(optional_size(a[1]));
    if (size < 0) return raise(types.ValueError, "negative size value {}", size);
  }
  self->size = std::min(self->size, size);
  return make_int(size);
}

Result<Value> seek(const Value* a) {
  BytesIO* self = self_of(a);
  if (is_float(a[1])) return raise(types.TypeError, "'float' object cannot be interpreted as an integer");
  int64_t position = TRY(to_int64(a[1]));
  const int whence = a[2].is_null() ? 0 : TRY(to_c_int(a[2]));
  TRY(check_live(self));
  if (position < 0 && whence == 0) return raise(types.ValueError, "negative seek value {}", position);
  if (whence < 0 || whence > 2)
    return raise(types.ValueError, "invalid whence ({}, should be 0, 1 or 2)", whence);
  const int64_t base = whence == 0 ? 0 : whence == 1 ? self->at : self->size;
  if (position > INT64_MAX - base) return raise(types.OverflowError, "new position too large");
  self->at = std::max<int64_t>(0, position + base);
  return make_int(self->at);
}

Result<Value> tell(const Value* a) {
  TRY(check_live(self_of(a)));
  return make_int(self_of(a)->at);
}

Result<Value> getvalue(const Value* a) {
  TRY(check_live(self_of(a)));
  return make_bytes(self_of(a)->view());
}

Result<Value> getbuffer(const Value* a) {
  TRY(check_live(self_of(a)));
  auto* exporter = allocate_instance<BytesBuffer>(io_types.bytes_buffer);
  store(static_cast<Object*>(exporter), exporter->source, self_of(a));
  return make_memoryview(exporter);
}

Result<Value> close(const Value* a) {
  BytesIO* self = self_of(a);
  TRY(check_exports(self));
  self->closed = true;
  self->storage = nullptr;
  self->size = 0;
  return none();
}

Result<Value> answer_true(const Value* a) {
  TRY(check_live(self_of(a)));
  return make_bool(true);
}
Result<Value> isatty(const Value* a) {
  TRY(check_live(self_of(a)));
  return make_bool(false);
}
Result<Value> flush(const Value* a) {
  TRY(check_live(self_of(a)));
  return none();
}

Result<Value> getstate(const Value* a) {
  TRY(check_live(self_of(a)));
  Dict* attributes = attribute_dict(self_of(a));
  return make_tuple({make_bytes(self_of(a)->view()), make_int(self_of(a)->at),
                     attributes == nullptr ? none() : Value(dict_copy(attributes))});
}

Result<Value> setstate(const Value* a) {
  BytesIO* self = self_of(a);
  if (!is_tuple(a[1]) || a[1].as<Tuple>()->length < 3)
    return raise(types.TypeError, "{}.__setstate__ argument should be 3-tuple, got {}", shown_type(a[0]),
                 type_name(a[1]));
  Value* parts = a[1].as<Tuple>()->items;
  TRY(check_exports(self));
  self->size = self->at = 0;
  TRY(write_data(self, parts[0]));
  if (!is_int(parts[1]))
    return raise(types.TypeError, "second item of state must be an integer, got {}", type_name(parts[1]));
  const int64_t at = TRY(to_int64(parts[1]));
  if (at < 0) return raise(types.ValueError, "position value cannot be negative");
  self->at = at;
  if (is_none(parts[2])) return none();
  if (!is_dict(parts[2]))
    return raise(types.TypeError, "third item of state should be a dict, got a {}", type_name(parts[2]));
  if (Dict* attributes = attribute_dict(self)) TRY(dict_update(attributes, parts[2]));
  return none();
}

Result<Value> size_of(const Value* a) {
  const Blob* storage = self_of(a)->storage;
  return make_int(static_cast<int64_t>(sizeof(BytesIO) + (storage != nullptr ? storage->length : 0)));
}

Result<Value> get_closed(Value self) {
  return make_bool(self.as<BytesIO>()->closed);
}

constexpr MethodSpec kMethods[] = {
    {"readable", "($self, /)", answer_true, "Returns True if the IO object can be read."},
    {"seekable", "($self, /)", answer_true, "Returns True if the IO object can be seeked."},
    {"writable", "($self, /)", answer_true, "Returns True if the IO object can be written."},
    {"close", "($self, /)", close, "Disable all I/O operations."},
    {"flush", "($self, /)", flush, "Does nothing."},
    {"isatty", "($self, /)", isatty, "Always returns False."},
    {"tell", "($self, /)", tell, "Current file position, an integer."},
    {"write", "($self, b, /)", write, "Write bytes to file."},
    {"writelines", "($self, lines, /)", writelines, "Write lines to the file."},
    {"read1", "($self, size=-1, /)", read, "Read at most size bytes, returned as a bytes object."},
    {"readinto", "($self, buffer, /)", readinto, "Read bytes into buffer."},
    {"readline", "($self, size=-1, /)", readline, "Next line from the file, as a bytes object."},
    {"readlines", "($self, size=None, /)", readlines, "List of bytes objects, each a line from the file."},
    {"read", "($self, size=-1, /)", read, "Read at most size bytes, returned as a bytes object."},
    {"getbuffer", "($self, /)", getbuffer, "Get a read-write view over the contents of the BytesIO object."},
    {"getvalue", "($self, /)", getvalue, "Retrieve the entire contents of the BytesIO object."},
    {"seek", "($self, pos, whence=0, /)", seek, "Change stream position."},
    {"truncate", "($self, size=None, /)", truncate, "Truncate the file to at most size bytes."},
    {"__getstate__", "($self, /)", getstate},
    {"__setstate__", "($self, state, /)", setstate},
    {"__sizeof__", "($self, /)", size_of},
};
constexpr GetSetSpec kGetSets[] = {{"closed", get_closed, nullptr, "True if the file is closed."}};

Status get_bytes_buffer(Value self, BufferView* view, int flags) {
  BytesIO* source = self.as<BytesBuffer>()->source;
  static char nothing[1];
  char* data = source->storage != nullptr ? source->storage->data : nothing;
  TRY(fill_buffer(view, self, data, static_cast<size_t>(source->size), false, flags));
  ++source->exports;
  return {};
}
void release_bytes_buffer(Value self, BufferView*) {
  --self.as<BytesBuffer>()->source->exports;
}

}  // namespace

Status add_bytes_io_type(Module* module) {
  static TypeSpec spec{.name = "_io.BytesIO",
                       .kind = Kind::kNative,
                       .basic_size = sizeof(BytesIO),
                       .flags = kTypeBase | kTypeHasDict | kTypeHasWeakrefs,
                       .trace = trace_bytes_io,
                       .methods = kMethods,
                       .getsets = kGetSets,
                       .doc = "Buffered I/O implementation using an in-memory bytes buffer."};
  spec.signature = "(initial_bytes=b'')";
  spec.slots.new_ = new_bytes_io;
  spec.slots.init = init_bytes_io;
  spec.slots.iternext = iternext;
  TRY(add_type(module, &io_types.bytes_io, spec, io_types.buffered_base));
  static TypeSpec buffer{.name = "_io._BytesIOBuffer",
                         .kind = Kind::kNative,
                         .basic_size = sizeof(BytesBuffer),
                         .flags = kTypeDisallowNew,
                         .trace = trace_bytes_buffer};
  buffer.slots.get_buffer = get_bytes_buffer;
  buffer.slots.release_buffer = release_bytes_buffer;
  return add_type(module, &io_types.bytes_buffer, buffer);
}

}  // namespace ouro::vm::io
