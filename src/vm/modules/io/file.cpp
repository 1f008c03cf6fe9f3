// _io.FileIO: a file descriptor as a raw stream.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <vector>

#include "vm/modules/io/io.h"
#include "vm/modules/posix/posix.h"
#include "vm/modules/warnings.h"
#include "vm/object/argument_errors.h"

namespace ouro::vm::io {

namespace {

constexpr int64_t kLargestRead = 0x7FFFF000;

FileIO* self_of(const Value* a) {
  return a[0].as<FileIO>();
}

Raised closed() {
  return raise(types.ValueError, "I/O operation on closed file");
}
Raised wrong_mode(const char* action) {
  return raise(io_types.unsupported, "File not open for {}", action);
}

/// A call that says "not now" with EAGAIN: -2.
template <class Call>
Result<int64_t> transfer(Call&& call) {
  for (;;) {
    const auto [result, error] = call_unlocked(call);
    if (result >= 0) return result;
    if (error == EAGAIN) return -2;
    if (error != EINTR) return raise_os_error(error);
    TRY(handle_signals());
  }
}

}  // namespace

int64_t open_writable_files = 0;

namespace {

/// The streams that open_writable_files counts. Not traced: a finaliser takes them out.
std::vector<FileIO*>& open_for_writing() {
  static std::vector<FileIO*> files;
  return files;
}

void note_open(FileIO* file) {
  open_for_writing().push_back(file);
  ++open_writable_files;
}

}  // namespace

void forget_open_file(FileIO* file) {
  open_writable_files -= static_cast<int64_t>(std::erase(open_for_writing(), file));
}

Result<int64_t> read_descriptor(int descriptor, char* to, int64_t size) {
  const auto count = static_cast<size_t>(std::min(size, kLargestRead));
  return transfer([&] { return read(descriptor, to, count); });
}

Result<int64_t> write_descriptor(int descriptor, const char* from, int64_t size) {
  const auto count = static_cast<size_t>(std::min(size, kLargestRead));
  return transfer([&] { return write(descriptor, from, count); });
}

namespace {

Status close_descriptor(FileIO* self) {
  if (self->descriptor < 0) return {};
  const int descriptor = std::exchange(self->descriptor, -1);
  if (self->writable) forget_open_file(self);
  int result, error;
  {
    ReleaseLock released;
    result = close(descriptor);
    error = errno;
  }
  if (result < 0) return raise_os_error(error);
  return {};
}

/// What the mode string means: our own flags, and those of open(2).
Result<int> parse_mode(FileIO* self, const std::string& mode) {
  constexpr auto kBad = "Must have exactly one of create/read/write/append mode and at most one plus";
  bool one = false, plus = false;
  int flags = 0;
  self->created = self->readable = self->writable = self->appending = false;
  self->seekable = -1;
  for (char c : mode) {
    if (c == 'b') continue;
    if (c == '+') {
      if (plus) return raise(types.ValueError, kBad);
      plus = true;
      continue;
    }
    if (c != 'x' && c != 'r' && c != 'w' && c != 'a')
      return raise(types.ValueError, "invalid mode: {}", mode);
    if (std::exchange(one, true)) return raise(types.ValueError, kBad);
    self->readable = c == 'r';
    self->writable = c != 'r';
    self->created = c == 'x';
    self->appending = c == 'a';
    if (c == 'x') flags = O_EXCL | O_CREAT;
    if (c == 'w') flags = O_CREAT | O_TRUNC;
    if (c == 'a') flags = O_CREAT | O_APPEND;
  }
  if (!one) return raise(types.ValueError, kBad);
  if (plus) self->readable = self->writable = true;
  flags |= self->readable && self->writable ? O_RDWR : self->readable ? O_RDONLY : O_WRONLY;
  return flags | O_CLOEXEC;
}

Result<int> open_by_name(Value name, const std::string& path, int flags, Value opener) {
  if (opener.is_null() || is_none(opener))
    return static_cast<int>(TRY(system_call([&] { return open(path.c_str(), flags, 0666); }, name)));
  Value result = TRY(call(opener, {name, make_int(flags)}));
  if (!is_int(result)) return raise(types.TypeError, "expected integer from opener");
  const int descriptor = TRY(to_c_int(result));
  if (descriptor < 0) return raise(types.ValueError, "opener returned {}", descriptor);
  const int old = fcntl(descriptor, F_GETFD);
  if (old >= 0 && (old & FD_CLOEXEC) == 0) fcntl(descriptor, F_SETFD, old | FD_CLOEXEC);
  return descriptor;
}

Result<int64_t> seek_to(FileIO* self, int64_t position, int whence, bool pipes_are_fine = false) {
  int64_t result;
  int error;
  {
    ReleaseLock released;
    result = lseek(self->descriptor, position, whence);
    error = errno;
  }
  if (self->seekable < 0) self->seekable = result >= 0;
  if (result >= 0) return result;
  if (pipes_are_fine && error == ESPIPE) return 0;
  return raise_os_error(error);
}

/// Looks at what was opened: a directory is refused.
Status inspect(FileIO* self, Value name) {
  struct stat status;
  self->block_size = kDefaultBufferSize;
  if (fstat(self->descriptor, &status) != 0) {
    if (errno == EBADF) return raise_os_error(errno);
    return {};
  }
  if (S_ISDIR(status.st_mode)) return raise_os_error(EISDIR, name);
  if (status.st_blksize > 1) self->block_size = static_cast<uint32_t>(status.st_blksize);
  return {};
}

/// The outermost layer over a raw stream.
Value outermost(FileIO* file) {
  Object* top = file->holder;
  if (top == nullptr) return file;
  Object* above = static_cast<Stream*>(top)->holder;
  return above != nullptr ? above : top;
}

/// A program may drop a file that it wrote and open it again at once, and expects to find everything. The
/// dropped stream is still here then, perhaps with data: what is open for writing on the file to be opened is
/// flushed.
void settle_writers(const std::string& path) {
  struct stat wanted, status;
  if (open_writable_files <= 0 || stat(path.c_str(), &wanted) != 0 || !S_ISREG(wanted.st_mode)) return;
  List* streams = make_list();
  for (FileIO* file : open_for_writing()) {
    if (fstat(file->descriptor, &status) == 0 && status.st_ino == wanted.st_ino &&
        status.st_dev == wanted.st_dev && !list_append(streams, outermost(file)).ok())
      take_exception();
  }
  for (uint64_t i = 0; i < streams->length; ++i)
    if (!call_method(streams->items()[i], names.flush).ok()) take_exception();
}

Status open_stream(FileIO* self, Value name, const std::string& mode, bool closes, Value opener) {
  if (self->descriptor >= 0) {
    if (self->closes) TRY(close_descriptor(self));
    self->descriptor = -1;
  }
  int descriptor = -1;
  std::string path;
  if (is_index_like(name)) {
    if (type_of(name)->slots.index == nullptr && !is_int(name)) return raise_bad_internal_call();
    auto number = to_c_int(name);
    if (number.ok() && number.unwrap() < 0) return raise(types.ValueError, "negative file descriptor");
    if (number.ok()) descriptor = number.unwrap();
  }
  if (descriptor < 0) {
    (void)take_exception();
    path = TRY(encode_file_name(name));
  }
  const int flags = TRY(parse_mode(self, mode));
  TRY(audit("open", {name, make_str(mode), make_int(flags)}));
  const bool own = descriptor < 0;
  if (own) settle_writers(path);
  self->closes = closes;
  if (own) {
    self->closes = true;
    if (!closes) return raise(types.ValueError, "Cannot use closefd=False with file name");
    descriptor = TRY(open_by_name(name, path, flags, opener));
  }
  self->descriptor = descriptor;
  if (self->writable && self->closes) note_open(self);
  auto finish = [&]() -> Status {
    TRY(inspect(self, name));
    TRY(set_attribute(self, names.name, name));
    if (self->appending) TRY(seek_to(self, 0, SEEK_END, true));
    return {};
  };
  Status finished = finish();
  if (finished.ok()) return {};
  if (!own) {
    self->descriptor = -1;
    return finished;
  }
  return and_then(finished, [&] { return close_descriptor(self); });
}

Result<Value> file_new(Type* type, const Arguments&) {
  auto* self = allocate_instance<FileIO>(type);
  self->descriptor = -1;
  self->seekable = -1;
  self->closes = true;
  return self;
}

Status file_init(Value value, const Arguments& arguments) {
  static const Signature signature("FileIO", "(file, mode='r', closefd=True, opener=None)");
  Value a[4];
  TRY(signature.bind(arguments, a));
  std::string mode = "r";
  if (!a[1].is_null()) mode = TRY(c_text_argument(a[1], "FileIO", " 'mode'"));
  const bool closes = a[2].is_null() || TRY(is_true(a[2]));
  return open_stream(value.as<FileIO>(), a[0], mode, closes, a[3]);
}

/// The warning that a file was left open. An exception that it becomes can reach nobody.
void warn_unclosed(FileIO* self, Value source) {
  if (self->descriptor < 0 || !self->closes) return;
  Exception* pending = exception_pending() ? take_exception() : nullptr;
  auto text = repr(source);
  if (!text.ok()) {
    take_exception();
  } else if (!warn_resource(fmt::format("unclosed file {}", to_utf8(text.unwrap())), source).ok()) {
    if (exception_is(types.Warning)) report_unraisable(self);
    if (exception_pending()) take_exception();
  }
  thread()->exception = pending;
}

Result<Value> file_dealloc_warn(const Value* a) {
  warn_unclosed(self_of(a), a[1]);
  return none();
}

Result<Value> file_close(const Value* a) {
  FileIO* self = self_of(a);
  Value base = TRY(get_attribute(io_types.raw_base, names.close));
  auto result = call(base, {a[0]});
  if (!self->closes) {
    self->descriptor = -1;
    return result;
  }
  TRY(and_then(result.ok() ? Status() : Status(Raised{}), [&]() -> Status {
    if (self->finalizing) warn_unclosed(self, self);
    return close_descriptor(self);
  }));
  return result;
}

Result<Value> file_fileno(const Value* a) {
  if (self_of(a)->descriptor < 0) return closed();
  return make_int(self_of(a)->descriptor);
}
Result<Value> file_readable(const Value* a) {
  if (self_of(a)->descriptor < 0) return closed();
  return make_bool(self_of(a)->readable);
}
Result<Value> file_writable(const Value* a) {
  if (self_of(a)->descriptor < 0) return closed();
  return make_bool(self_of(a)->writable);
}
Result<Value> file_seekable(const Value* a) {
  FileIO* self = self_of(a);
  if (self->descriptor < 0) return closed();
  if (self->seekable < 0 && !seek_to(self, 0, SEEK_CUR).ok()) take_exception();
  return make_bool(self->seekable > 0);
}
Result<Value> file_isatty(const Value* a) {
  if (self_of(a)->descriptor < 0) return closed();
  return make_bool(isatty(self_of(a)->descriptor) != 0);
}

Status check_readable_file(FileIO* self) {
  if (self->descriptor < 0) return closed();
  if (!self->readable) return wrong_mode("reading");
  return {};
}

Result<Value> file_readinto(const Value* a) {
  FileIO* self = self_of(a);
  if (!has_buffer(a[1]))
    return raise(types.TypeError, "readinto() argument must be read-write bytes-like object, not {}",
                 given_name(a[1]));
  Buffer buffer;
  if (!buffer.acquire(a[1], kBufferWritable).ok()) {
    take_exception();
    return raise(types.TypeError, "readinto() argument must be read-write bytes-like object, not {}",
                 given_name(a[1]));
  }
  TRY(check_readable_file(self));
  const int64_t got = TRY(read_descriptor(self->descriptor, buffer.data(), buffer.view().length));
  return got == -2 ? none() : make_int(got);
}

/// Room for the rest of the file and one byte more, so that the end shows without growing.
size_t rest_of_file(int descriptor) {
  constexpr size_t kSmallChunk = 8192;
  struct stat status;
  const int64_t position = lseek(descriptor, 0, SEEK_CUR);
  if (fstat(descriptor, &status) != 0 || position < 0 || status.st_size <= 0 || status.st_size < position)
    return kSmallChunk;
  return static_cast<size_t>(status.st_size - position) + 1;
}

Result<Value> read_rest(FileIO* self) {
  if (self->descriptor < 0) return closed();
  size_t room = rest_of_file(self->descriptor), size = 0;
  if (!can_allocate(room)) return raise_no_memory();
  Bytes* data = TRY(allocate_bytes(room));
  for (;;) {
    if (size >= room) {
      room += std::max<size_t>(room > 65536 ? room >> 1 : room + 256, 8192);
      if (!can_allocate(room)) return raise_no_memory();
      Bytes* larger = TRY(allocate_bytes(room));
      std::memcpy(larger->data, data->data, size);
      data = larger;
    }
    const int64_t got = TRY(read_descriptor(self->descriptor, reinterpret_cast<char*>(data->data) + size,
                                            static_cast<int64_t>(room - size)));
    if (got == -2 && size == 0) return none();
    if (got <= 0) break;
    size += static_cast<size_t>(got);
  }
  if (size < 2 || room - size > size / 8) return make_bytes(data->view().substr(0, size));
  data->data[size] = 0;
  data->length = size;  // nobody has seen it yet
  return data;
}

Result<Value> file_readall(const Value* a) {
  return read_rest(self_of(a));
}

Result<Value> file_read(const Value* a) {
  FileIO* self = self_of(a);
  int64_t size = TRY(optional_size(a[1]));
  TRY(check_readable_file(self));
  if (size < 0) return read_rest(self);
  size = std::min(size, kLargestRead);
  if (!can_allocate(static_cast<size_t>(size))) return raise_no_memory();
  Bytes* data = TRY(allocate_bytes(static_cast<size_t>(size)));
  const int64_t got = TRY(read_descriptor(self->descriptor, reinterpret_cast<char*>(data->data), size));
  if (got == -2) return none();
  return got == size && size > 1 ? data : make_bytes(data->view().substr(0, static_cast<size_t>(got)));
}

Result<Value> file_write(const Value* a) {
  FileIO* self = self_of(a);
  Buffer buffer;
  TRY(buffer.acquire(a[1]));
  if (self->descriptor < 0) return closed();
  if (!self->writable) return wrong_mode("writing");
  const int64_t written = TRY(write_descriptor(self->descriptor, buffer.data(), buffer.view().length));
  return written == -2 ? none() : make_int(written);
}

Result<int64_t> as_position(Value value) {
  if (is_float(value)) return raise(types.TypeError, "an integer is required");
  return to_int64(value);
}

Result<Value> file_seek(const Value* a) {
  FileIO* self = self_of(a);
  const int whence = a[2].is_null() ? 0 : TRY(to_c_int(a[2]));
  if (self->descriptor < 0) return closed();
  const int64_t position = TRY(as_position(a[1]));
  return make_int(TRY(seek_to(self, position, whence)));
}

Result<Value> file_tell(const Value* a) {
  if (self_of(a)->descriptor < 0) return closed();
  return make_int(TRY(seek_to(self_of(a), 0, SEEK_CUR)));
}

Result<Value> file_truncate(const Value* a) {
  FileIO* self = self_of(a);
  if (self->descriptor < 0) return closed();
  if (!self->writable) return wrong_mode("writing");
  Value size = a[1];
  if (size.is_null() || is_none(size)) size = make_int(TRY(seek_to(self, 0, SEEK_CUR)));
  const int64_t length = TRY(as_position(size));
  TRY(system_call([&] { return ftruncate(self->descriptor, length); }));
  return size;
}

const char* mode_text(const FileIO* self) {
  if (self->created) return self->readable ? "xb+" : "xb";
  if (self->appending) return self->readable ? "ab+" : "ab";
  if (self->readable) return self->writable ? "rb+" : "rb";
  return "wb";
}

Result<Value> file_repr(Value value) {
  auto* self = value.as<FileIO>();
  if (self->descriptor < 0) return make_str("<_io.FileIO [closed]>");
  Value name = TRY(find_attribute(value, names.name));
  const std::string rest =
      fmt::format("mode='{}' closefd={}>", mode_text(self), self->closes ? "True" : "False");
  if (name.is_null()) return make_str(fmt::format("<_io.FileIO fd={} {}", self->descriptor, rest));
  ReprGuard guard(self);
  if (guard.repeated())
    return raise(types.RuntimeError, "reentrant call inside {}.__repr__", shown_type(value));
  return make_str(fmt::format("<_io.FileIO name={} {}", to_utf8(TRY(repr(name))), rest));
}

Result<Value> get_closed(Value self) {
  return make_bool(self.as<FileIO>()->descriptor < 0);
}
Result<Value> get_closefd(Value self) {
  return make_bool(self.as<FileIO>()->closes);
}
Result<Value> get_mode(Value self) {
  return make_str(mode_text(self.as<FileIO>()));
}
Result<Value> get_block_size(Value self) {
  return make_int(self.as<FileIO>()->block_size);
}
Status set_block_size(Value self, Value value) {
  if (value.is_null()) return raise(types.TypeError, "can't delete numeric/char attribute");
  self.as<FileIO>()->block_size = static_cast<uint32_t>(TRY(to_int64(value)));
  return {};
}
Result<Value> get_finalizing(Value self) {
  return make_bool(self.as<Stream>()->finalizing);
}
Status set_finalizing(Value self, Value value) {
  if (!is_bool(value)) return raise(types.TypeError, "attribute value type must be bool");
  self.as<Stream>()->finalizing = value == make_bool(true);
  return {};
}

constexpr MethodSpec kMethods[] = {
    {"read", "($self, size=-1, /)", file_read, "Read at most size bytes, returned as bytes."},
    {"readall", "($self, /)", file_readall, "Read all data from the file, returned as bytes."},
    {"readinto", "($self, buffer, /)", file_readinto, "Same as RawIOBase.readinto()."},
    {"write", "($self, b, /)", file_write, "Write buffer b to file, return number of bytes written."},
    {"seek", "($self, pos, whence=0, /)", file_seek,
     "Move to new file position and return the file position."},
    {"tell", "($self, /)", file_tell, "Current file position."},
    {"truncate", "($self, size=None, /)", file_truncate,
     "Truncate the file to at most size bytes and return the truncated size."},
    {"close", "($self, /)", file_close, "Close the file."},
    {"seekable", "($self, /)", file_seekable, "True if file supports random-access."},
    {"readable", "($self, /)", file_readable, "True if file was opened in a read mode."},
    {"writable", "($self, /)", file_writable, "True if file was opened in a write mode."},
    {"fileno", "($self, /)", file_fileno, "Return the underlying file descriptor (an integer)."},
    {"isatty", "($self, /)", file_isatty, "True if the file is connected to a TTY device."},
    {"_dealloc_warn", "($self, source, /)", file_dealloc_warn},
};
constexpr GetSetSpec kGetSets[] = {
    {"closed", get_closed, nullptr, "True if the file is closed"},
    {"closefd", get_closefd, nullptr, "True if the file descriptor will be closed by close()."},
    {"mode", get_mode, nullptr, "String giving the file mode"},
    {"_blksize", get_block_size, set_block_size},
    {"_finalizing", get_finalizing, set_finalizing},
};

}  // namespace

Result<Value> make_file(Value file, Value mode, bool closefd, Value opener) {
  return call(io_types.file, {file, mode, make_bool(closefd), opener});
}

Status add_file_type(Module* module) {
  static TypeSpec spec{.name = "_io.FileIO",
                       .kind = Kind::kNative,
                       .basic_size = sizeof(FileIO),
                       .flags = kTypeBase | kTypeHasDict | kTypeHasWeakrefs | kTypeHasFinalizer,
                       .methods = kMethods,
                       .getsets = kGetSets,
                       .doc = "Open a file."};
  spec.signature = "(file, mode='r', closefd=True, opener=None)";
  spec.slots.new_ = file_new;
  spec.slots.init = file_init;
  spec.slots.repr = file_repr;
  spec.slots.finalize = finalize_stream;
  return add_type(module, &io_types.file, spec, io_types.raw_base);
}

}  // namespace ouro::vm::io
