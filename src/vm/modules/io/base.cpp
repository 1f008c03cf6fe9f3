// _io: the base classes, with what they do for subclasses written in Python, and helpers of all streams.
#include <cerrno>
#include <vector>

#include "vm/modules/io/io.h"

namespace ouro::vm::io {

IoTypes io_types;

Str* rooted_name(const char* text) {
  auto* root = new Value(intern(text));
  add_root(root);
  return root->as<Str>();
}

Raised unsupported(const char* message) {
  return raise(io_types.unsupported, "{}", message);
}

Raised closed_file() {
  return raise(types.ValueError, "I/O operation on closed file.");
}

Result<bool> closed_attribute(Value stream) {
  return is_true(TRY(get_attribute(stream, IO_NAME(closed))));
}

Status check_closed(Value stream) {
  Value closed = TRY(find_attribute(stream, IO_NAME(closed)));
  if (!closed.is_null() && TRY(is_true(closed))) return closed_file();
  return {};
}

namespace {

Status check_ability(Value stream, Str* method, const char* message) {
  if (TRY(call_method(stream, method)) != make_bool(true)) return unsupported(message);
  return {};
}

}  // namespace

Status check_seekable(Value stream) {
  return check_ability(stream, IO_NAME(seekable), "File or stream is not seekable.");
}
Status check_readable(Value stream) {
  return check_ability(stream, IO_NAME(readable), "File or stream is not readable.");
}
Status check_writable(Value stream) {
  return check_ability(stream, names.writable, "File or stream is not writable.");
}

bool was_interrupted() {
  if (!exception_is(types.OSError)) return false;
  auto* error = reinterpret_cast<OSErrorObject*>(thread()->exception);
  if (error->number != Value::from_small(EINTR)) return false;
  take_exception();
  return true;
}

Result<int64_t> optional_size(Value value) {
  if (value.is_null() || is_none(value)) return -1;
  if (!is_index_like(value))
    return raise(types.TypeError, "argument should be integer or None, not '{}'", type_name(value));
  return to_int64(value);
}

Result<int64_t> to_offset(Value value, Type* error) {
  Value index = TRY(to_index(value));
  int64_t offset;
  if (int_fits(index, &offset)) return offset;
  return raise(error, "cannot fit '{}' into an offset-sized integer", type_name(value));
}

std::string shown_type(Value value) {
  Type* type = type_of(value);
  return type->has(kTypeHeap) ? std::string(type_name(value)) : std::string(type->spec->name);
}

Result<Value> repr_with_name(Value self, const char* class_name) {
  auto name = find_attribute(self, names.name);
  if (!name.ok() && !clear_if(types.ValueError)) return Raised{};
  Value shown = name.ok() ? name.unwrap() : Value();
  if (shown.is_null()) return make_str(fmt::format("<{}>", class_name));
  ReprGuard guard(self.object());
  if (guard.repeated()) return raise(types.RuntimeError, "reentrant call inside {}.__repr__", class_name);
  return make_str(fmt::format("<{} name={}>", class_name, to_utf8(TRY(repr(shown)))));
}

Result<Value> new_stream(Type* type, const Arguments&) {
  return allocate_instance(type);
}

namespace {

/// close() of a stream that nobody has any more. What goes wrong is dropped, as there is nobody to tell.
void close_dying(Value self) {
  auto closed = find_attribute(self, IO_NAME(closed));
  if (!closed.ok() || closed.unwrap().is_null()) {
    take_exception();
    return;
  }
  auto is_closed = is_true(closed.unwrap());
  if (!is_closed.ok()) {
    take_exception();
    return;
  }
  if (is_closed.unwrap()) return;
  if (!set_attribute(self, IO_NAME(_finalizing), make_bool(true)).ok()) take_exception();
  if (!call_method(self, names.close).ok()) take_exception();
}

bool has_holder_field(const Type* type) {
  return is_subtype(type, io_types.file) || is_subtype(type, io_types.reader) ||
         is_subtype(type, io_types.writer) || is_subtype(type, io_types.random);
}

/// The stream that the program had: what a stream is under, and that is under, and so on.
Object* topmost(Object* stream) {
  while (has_holder_field(type_of(stream)) && static_cast<Stream*>(stream)->holder != nullptr)
    stream = static_cast<Stream*>(stream)->holder;
  return stream;
}

}  // namespace

void finalize_stream(Object* object) {
  if (type_of(object)->slots.del != nullptr && (object->gc & kGcFinalized) == 0) return;
  if (has_holder_field(type_of(object))) {
    auto* stream = static_cast<Stream*>(object);
    if (Object* holder = std::exchange(stream->holder, nullptr); holder != nullptr)
      close_dying(topmost(holder));
    stream->finalizing = true;
  }
  if (type_of(object)->slots.del == nullptr) close_dying(object);
  if (is_subtype(type_of(object), io_types.file)) forget_open_file(static_cast<FileIO*>(object));
  if (!has_holder_field(type_of(object)) || is_subtype(type_of(object), io_types.file)) return;
  const Value raw = static_cast<Buffered*>(object)->raw;
  if (!raw.is_null() && is_native_file(raw) && raw.as<FileIO>()->holder == object)
    raw.as<FileIO>()->holder = nullptr;
}

void set_holder(Stream* below, Object* above) {
  below->holder = above;
  if ((above->gc & kGcFinalized) != 0) register_finalizable(above);
}

void flush_open_files() {
  if (open_writable_files <= 0) return;
  List* streams = make_list();
  std::vector<Object*> texts, buffers;
  for_each_object([&](Object* object) {
    if (object->kind != Kind::kNative || object->shape->type == nullptr) return;
    const Type* type = object->shape->type;
    if (is_subtype(type, io_types.text)) texts.push_back(object);
    if (is_subtype(type, io_types.writer) || is_subtype(type, io_types.random)) buffers.push_back(object);
  });
  set_automatic_collection(false);  // the vectors keep nothing alive
  for (const auto& group : {texts, buffers})
    for (Object* object : group) (void)list_append(streams, object).ok();
  for (uint64_t i = 0; i < streams->length; ++i)
    if (!call_method(streams->items()[i], names.flush).ok()) take_exception();
}

namespace {

Result<Value> base_del(const Value* a) {
  Exception* pending = exception_pending() ? take_exception() : nullptr;
  close_dying(a[0]);
  thread()->exception = pending;
  return none();
}

// ---- _IOBase

Result<bool> is_closed_inside(Value self) {
  return !TRY(find_attribute(self, IO_NAME(__IOBase_closed))).is_null();
}

Result<Value> base_seek(const Value*) {
  return unsupported("seek");
}
Result<Value> base_truncate(const Value*) {
  return unsupported("truncate");
}
Result<Value> base_fileno(const Value*) {
  return unsupported("fileno");
}
Result<Value> base_tell(const Value* a) {
  return call_method(a[0], names.seek, {Value::from_small(0), Value::from_small(1)});
}

Result<Value> base_flush(const Value* a) {
  if (TRY(is_closed_inside(a[0]))) return closed_file();
  return none();
}

Result<Value> get_closed(Value self) {
  return make_bool(TRY(is_closed_inside(self)));
}

Result<Value> base_close(const Value* a) {
  Value self = a[0];
  if (TRY(is_closed_inside(self))) return none();
  auto flushed = call_method(self, names.flush);
  TRY(and_then(flushed.ok() ? Status() : Status(Raised{}),
               [&] { return set_attribute(self, IO_NAME(__IOBase_closed), make_bool(true)); }));
  return none();
}

Result<Value> answer_false(const Value*) {
  return make_bool(false);
}

Result<Value> method_check_closed(const Value* a) {
  TRY(check_closed(a[0]));
  return none();
}
Result<Value> method_check_seekable(const Value* a) {
  TRY(check_seekable(a[0]));
  return make_bool(true);
}
Result<Value> method_check_readable(const Value* a) {
  TRY(check_readable(a[0]));
  return make_bool(true);
}
Result<Value> method_check_writable(const Value* a) {
  TRY(check_writable(a[0]));
  return make_bool(true);
}

Result<Value> base_enter(const Value* a) {
  TRY(check_closed(a[0]));
  return a[0];
}
Result<Value> base_exit(const Value* a) {
  return call_method(a[0], names.close);
}

Result<Value> base_isatty(const Value* a) {
  TRY(check_closed(a[0]));
  return make_bool(false);
}

/// How many bytes readline() may read at once without going behind the line: peek() tells.
Result<int64_t> line_part(Value peek, int64_t limit) {
  for (;;) {
    auto result = call(peek, {Value::from_small(1)});
    if (!result.ok()) {
      if (was_interrupted()) continue;
      return Raised{};
    }
    Value ahead = result.unwrap();
    if (!is_bytes(ahead))
      return raise(types.OSError, "peek() should have returned a bytes object, not '{}'", shown_type(ahead));
    std::string_view bytes = ahead.as<Bytes>()->view();
    if (bytes.empty()) return 1;
    if (limit >= 0) bytes = bytes.substr(0, static_cast<size_t>(limit));
    size_t end = bytes.find('\n');
    return static_cast<int64_t>(end == std::string_view::npos ? bytes.size() : end + 1);
  }
}

Result<Value> base_readline(const Value* a) {
  const int64_t limit = TRY(optional_size(a[1]));
  Value peek = TRY(find_attribute(a[0], IO_NAME(peek)));
  std::string line;
  while (limit < 0 || static_cast<int64_t>(line.size()) < limit) {
    const int64_t wanted = peek.is_null() ? 1 : TRY(line_part(peek, limit));
    auto result = call_method(a[0], names.read, {make_int(wanted)});
    if (!result.ok()) {
      if (was_interrupted()) continue;
      return Raised{};
    }
    Value data = result.unwrap();
    if (!is_bytes(data))
      return raise(types.OSError, "read() should have returned a bytes object, not '{}'", shown_type(data));
    if (data.as<Bytes>()->length == 0) break;
    line += data.as<Bytes>()->view();
    if (line.back() == '\n') break;
  }
  return make_bytes(line);
}

Result<Value> base_iter(Value self) {
  TRY(check_closed(self));
  return self;
}

Result<Value> base_next(Value self) {
  Value line = TRY(call_method(self, names.readline));
  if (TRY(length(line)) <= 0) return Value::stop();
  return line;
}

Result<Value> base_readlines(const Value* a) {
  const int64_t hint = TRY(optional_size(a[1]));
  List* lines = make_list();
  if (hint <= 0) {
    TRY(list_extend(lines, a[0]));
    return lines;
  }
  int64_t total = 0;
  Value iterator = TRY(iterate(a[0]));
  for (;;) {
    Value line = TRY(next(iterator));
    if (line.is_stop()) break;
    TRY(list_append(lines, line));
    const int64_t size = TRY(length(line));
    if (size > hint - total) break;
    total += size;
  }
  return lines;
}

Result<Value> base_writelines(const Value* a) {
  TRY(check_closed(a[0]));
  Value self = a[0];
  TRY(for_each(a[1], [self](Value line) -> Status {
    for (;;) {
      if (call_method(self, names.write, {line}).ok()) return {};
      if (!was_interrupted()) return Raised{};
    }
  }));
  return none();
}

constexpr MethodSpec kBaseMethods[] = {
    {"seek", "($self, *args)", base_seek,
     "Change the stream position to the given byte offset.\n\n  offset\n    The stream position, relative to "
     "'whence'.\n  whence\n    The relative position to seek from."},
    {"tell", "($self, /)", base_tell, "Return current stream position."},
    {"truncate", "($self, *args)", base_truncate, "Truncate file to size bytes."},
    {"flush", "($self, /)", base_flush, "Flush write buffers, if applicable."},
    {"close", "($self, /)", base_close, "Flush and close the IO object."},
    {"seekable", "($self, /)", answer_false, "Return whether object supports random access."},
    {"readable", "($self, /)", answer_false, "Return whether object was opened for reading."},
    {"writable", "($self, /)", answer_false, "Return whether object was opened for writing."},
    {"_checkClosed", "($self, /)", method_check_closed},
    {"_checkSeekable", "($self, /)", method_check_seekable},
    {"_checkReadable", "($self, /)", method_check_readable},
    {"_checkWritable", "($self, /)", method_check_writable},
    {"fileno", "($self, /)", base_fileno, "Returns underlying file descriptor if one exists."},
    {"isatty", "($self, /)", base_isatty, "Return whether this is an 'interactive' stream."},
    {"__del__", "($self, /)", base_del, "Closes the stream."},
    {"__enter__", "($self, /)", base_enter},
    {"__exit__", "($self, *args)", base_exit},
    {"readline", "($self, size=-1, /)", base_readline, "Read and return a line from the stream."},
    {"readlines", "($self, hint=-1, /)", base_readlines, "Return a list of lines from the stream."},
    {"writelines", "($self, lines, /)", base_writelines, "Write a list of lines to stream."},
};
constexpr GetSetSpec kBaseGetSets[] = {{"closed", get_closed}};

// ---- _RawIOBase

Result<Value> raw_read_method(const Value* a) {
  int64_t size = a[1].is_null() ? -1 : TRY(to_int64(a[1]));
  if (size < 0) return call_method(a[0], IO_NAME(readall));
  if (!can_allocate(static_cast<size_t>(size))) return raise_no_memory();
  ByteArray* room = TRY(make_bytearray({}));
  TRY(bytearray_resize(room, static_cast<size_t>(size)));
  Value result = TRY(call_method(a[0], names.readinto, {room}));
  if (is_none(result)) return result;
  const int64_t got = TRY(to_int64(result));
  std::string_view data = view_of(room);
  if (got < 0 || static_cast<uint64_t>(got) > data.size()) {
    if (got < 0) return raise(types.SystemError, "Negative size passed to PyBytes_FromStringAndSize");
    return raise(types.ValueError, "readinto returned {} outside buffer size {}", got, data.size());
  }
  return make_bytes(data.substr(0, static_cast<size_t>(got)));
}

Result<Value> raw_readall(const Value* a) {
  std::string all;
  bool any = false;
  for (;;) {
    auto result = call_method(a[0], names.read, {make_int(kDefaultBufferSize)});
    if (!result.ok()) {
      if (was_interrupted()) continue;
      return Raised{};
    }
    Value data = result.unwrap();
    if (is_none(data)) {
      if (!any) return data;
      break;
    }
    if (!is_bytes(data)) return raise(types.TypeError, "read() should return bytes");
    if (data.as<Bytes>()->length == 0) break;
    any = true;
    all += data.as<Bytes>()->view();
  }
  return make_bytes(all);
}

Result<Value> not_implemented_error(const Value*) {
  return raise_with(types.NotImplementedError, {});
}

constexpr MethodSpec kRawMethods[] = {
    {"read", "($self, size=-1, /)", raw_read_method},
    {"readall", "($self, /)", raw_readall, "Read until EOF, using multiple read() call."},
    {"readinto", "($self, *args)", not_implemented_error},
    {"write", "($self, *args)", not_implemented_error},
};

// ---- _BufferedIOBase

template <const char* const& name>
Result<Value> refuse(const Value*) {
  return unsupported(name);
}
constexpr const char* kDetach = "detach";
constexpr const char* kRead = "read";
constexpr const char* kRead1 = "read1";
constexpr const char* kWrite = "write";
constexpr const char* kReadline = "readline";

Result<Value> read_into(const Value* a, Str* method) {
  Buffer buffer;
  TRY(buffer.acquire(a[1], kBufferWritable));
  Value data = TRY(call_method(a[0], method, {make_int(static_cast<int64_t>(buffer.size()))}));
  if (!is_bytes(data)) return raise(types.TypeError, "read() should return bytes");
  std::string_view bytes = data.as<Bytes>()->view();
  if (bytes.size() > buffer.size())
    return raise(types.ValueError, "read() returned too much data: {} bytes requested, {} returned",
                 buffer.size(), bytes.size());
  if (!bytes.empty()) std::memcpy(buffer.data(), bytes.data(), bytes.size());
  return make_int(static_cast<int64_t>(bytes.size()));
}
Result<Value> base_readinto(const Value* a) {
  return read_into(a, names.read);
}
Result<Value> base_readinto1(const Value* a) {
  return read_into(a, IO_NAME(read1));
}

constexpr MethodSpec kBufferedMethods[] = {
    {"detach", "($self, /)", refuse<kDetach>, "Disconnect this buffer from its underlying raw stream."},
    {"read", "($self, *args)", refuse<kRead>, "Read and return up to n bytes."},
    {"read1", "($self, *args)", refuse<kRead1>,
     "Read and return up to n bytes, with at most one read() call."},
    {"readinto", "($self, buffer, /)", base_readinto},
    {"readinto1", "($self, buffer, /)", base_readinto1},
    {"write", "($self, *args)", refuse<kWrite>, "Write the given buffer to the IO stream."},
};

// ---- _TextIOBase

Result<Value> get_none(Value) {
  return none();
}

constexpr MethodSpec kTextMethods[] = {
    {"detach", "($self, *args)", refuse<kDetach>, "Separate the underlying buffer from the TextIOBase."},
    {"read", "($self, *args)", refuse<kRead>, "Read at most n characters from stream."},
    {"readline", "($self, *args)", refuse<kReadline>, "Read until newline or EOF."},
    {"write", "($self, *args)", refuse<kWrite>, "Write string to stream."},
};
constexpr GetSetSpec kTextGetSets[] = {
    {"encoding", get_none, nullptr, "Encoding of the text stream."},
    {"newlines", get_none, nullptr, "Line endings translated so far."},
    {"errors", get_none, nullptr, "The error setting of the decoder or encoder."},
};

}  // namespace

Status add_base_types(Module* module) {
  constexpr uint32_t kFlags = kTypeBase | kTypeHasDict | kTypeHasWeakrefs | kTypeHasFinalizer;
  static TypeSpec base{.name = "_io._IOBase",
                       .kind = Kind::kNative,
                       .flags = kFlags,
                       .methods = kBaseMethods,
                       .getsets = kBaseGetSets,
                       .doc = "The abstract base class for all I/O classes."};
  base.slots.new_ = new_stream;
  base.slots.iter = base_iter;
  base.slots.iternext = base_next;
  base.slots.finalize = finalize_stream;
  TRY(add_type(module, &io_types.base, base));
  static TypeSpec raw{.name = "_io._RawIOBase",
                      .flags = kFlags,
                      .methods = kRawMethods,
                      .doc = "Base class for raw binary I/O."};
  TRY(add_type(module, &io_types.raw_base, raw, io_types.base));
  static TypeSpec buffered{.name = "_io._BufferedIOBase",
                           .flags = kFlags,
                           .methods = kBufferedMethods,
                           .doc = "Base class for buffered IO objects."};
  TRY(add_type(module, &io_types.buffered_base, buffered, io_types.base));
  static TypeSpec text{.name = "_io._TextIOBase",
                       .flags = kFlags,
                       .methods = kTextMethods,
                       .getsets = kTextGetSets,
                       .doc = "Base class for text I/O."};
  return add_type(module, &io_types.text_base, text, io_types.base);
}

}  // namespace ouro::vm::io
