// posix: open descriptors.
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <unistd.h>

#include "vm/builtins/struct_sequence.h"
#include "vm/heap/heap.h"
#include "vm/modules/posix/posix.h"

namespace ouro::vm {

namespace {

Type* terminal_size_type = nullptr;

Result<Value> open_function(const Value* a) {
  Path path = TRY(to_path(a[1], "open"));
  int flags = TRY(to_c_int(a[2]));
  int mode = a[3].is_null() ? 0777 : TRY(to_c_int(a[3]));
  int directory = TRY(to_directory_descriptor(a[4]));
  TRY(audit("open", {path.shown, none(), make_int(flags)}));
  int64_t descriptor =
      TRY(system_call([&] { return openat(directory, path.c_str(), flags | O_CLOEXEC, mode); }, path.shown));
  return make_int(descriptor);
}

Result<Value> close_function(const Value* a) {
  int descriptor = TRY(to_descriptor(a[1]));
  int result, error;
  {
    ReleaseLock released;
    result = close(descriptor);
    error = errno;
  }
  if (result != 0 && error != EINTR) return raise_os_error(error);
  return none();
}

Result<Value> closerange(const Value* a) {
  int low = TRY(to_c_int(a[1])), high = TRY(to_c_int(a[2]));
  for (int descriptor = std::max(low, 0); descriptor < high && descriptor < 65536; ++descriptor)
    close(descriptor);
  return none();
}

Result<Bytes*> read_bytes(int64_t wanted, auto&& read_some) {
  if (wanted < 0) return raise_os_error(EINVAL);
  if (!can_allocate(static_cast<size_t>(wanted))) return raise_no_memory();
  std::string buffer(static_cast<size_t>(std::min<int64_t>(wanted, 0x7FFFF000)), '\0');
  int64_t got = TRY(system_call([&] { return read_some(buffer.data(), buffer.size()); }));
  return make_bytes({buffer.data(), static_cast<size_t>(got)});
}

Result<Value> read_function(const Value* a) {
  int descriptor = TRY(to_descriptor(a[1]));
  return read_bytes(TRY(to_int64(a[2])), [&](char* to, size_t size) { return read(descriptor, to, size); });
}

Result<Value> pread_function(const Value* a) {
  int descriptor = TRY(to_descriptor(a[1]));
  int64_t offset = TRY(to_int64(a[3]));
  return read_bytes(TRY(to_int64(a[2])),
                    [&](char* to, size_t size) { return pread(descriptor, to, size, offset); });
}

Result<Value> write_function(const Value* a) {
  int descriptor = TRY(to_descriptor(a[1]));
  BufferView view;
  TRY(get_buffer(a[2], &view));
  auto written = system_call([&] { return write(descriptor, view.data, static_cast<size_t>(view.length)); });
  release_buffer(&view);
  return make_int(TRY(written));
}

Result<Value> pwrite_function(const Value* a) {
  int descriptor = TRY(to_descriptor(a[1]));
  int64_t offset = TRY(to_int64(a[3]));
  BufferView view;
  TRY(get_buffer(a[2], &view));
  auto written =
      system_call([&] { return pwrite(descriptor, view.data, static_cast<size_t>(view.length), offset); });
  release_buffer(&view);
  return make_int(TRY(written));
}

Result<Value> lseek_function(const Value* a) {
  int descriptor = TRY(to_descriptor(a[1]));
  int64_t position = TRY(to_int64(a[2]));
  int how = TRY(to_c_int(a[3]));
  return make_int(TRY(system_call([&] { return lseek(descriptor, position, how); })));
}

Result<Value> isatty_function(const Value* a) {
  return make_bool(isatty(TRY(to_c_int(a[1]))) == 1);
}

Result<Value> pipe_of(int flags) {
  int ends[2];
  if (pipe2(ends, flags) != 0) return raise_os_error(errno);
  return make_tuple({make_int(ends[0]), make_int(ends[1])});
}
Result<Value> pipe_function(const Value*) {
  return pipe_of(O_CLOEXEC);
}
Result<Value> pipe2_function(const Value* a) {
  return pipe_of(TRY(to_c_int(a[1])));
}

Result<Value> dup_function(const Value* a) {
  int descriptor = TRY(to_descriptor(a[1]));
  return make_int(TRY(system_call([&] { return fcntl(descriptor, F_DUPFD_CLOEXEC, 0); })));
}

Result<Value> dup2_function(const Value* a) {
  int from = TRY(to_descriptor(a[1])), to = TRY(to_descriptor(a[2]));
  bool inheritable = TRY(to_flag(a[3], true));
  return make_int(TRY(system_call([&] { return inheritable ? dup2(from, to) : dup3(from, to, O_CLOEXEC); })));
}

Result<Value> get_inheritable(const Value* a) {
  int descriptor = TRY(to_descriptor(a[1]));
  int64_t flags = TRY(system_call([&] { return fcntl(descriptor, F_GETFD); }));
  return make_bool((flags & FD_CLOEXEC) == 0);
}

Result<Value> set_inheritable(const Value* a) {
  int descriptor = TRY(to_descriptor(a[1]));
  bool inheritable = TRY(is_true(a[2]));
  int64_t flags = TRY(system_call([&] { return fcntl(descriptor, F_GETFD); }));
  int wanted = static_cast<int>(inheritable ? flags & ~FD_CLOEXEC : flags | FD_CLOEXEC);
  TRY(system_call([&] { return fcntl(descriptor, F_SETFD, wanted); }));
  return none();
}

Result<Value> get_blocking(const Value* a) {
  int descriptor = TRY(to_descriptor(a[1]));
  return make_bool((TRY(system_call([&] { return fcntl(descriptor, F_GETFL); })) & O_NONBLOCK) == 0);
}

Result<Value> set_blocking(const Value* a) {
  int descriptor = TRY(to_descriptor(a[1]));
  bool blocking = TRY(is_true(a[2]));
  int64_t flags = TRY(system_call([&] { return fcntl(descriptor, F_GETFL); }));
  int wanted = static_cast<int>(blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
  TRY(system_call([&] { return fcntl(descriptor, F_SETFL, wanted); }));
  return none();
}

Result<Value> ftruncate_function(const Value* a) {
  int descriptor = TRY(to_descriptor(a[1]));
  int64_t length = TRY(to_int64(a[2]));
  TRY(audit("os.truncate", {make_int(descriptor), make_int(length)}));
  TRY(system_call([&] { return ftruncate(descriptor, length); }));
  return none();
}

Result<Value> truncate_function(const Value* a) {
  Path path = TRY(to_path(a[1], "truncate", true));
  int64_t length = TRY(to_int64(a[2]));
  TRY(audit("os.truncate", {path.shown, make_int(length)}));
  TRY(system_call(
      [&] {
        return path.is_descriptor() ? ftruncate(path.descriptor, length) : truncate(path.c_str(), length);
      },
      path.shown));
  return none();
}

template <int (*call)(int)>
Result<Value> sync_one(const Value* a) {
  int descriptor =
      is_int(a[1]) ? TRY(to_descriptor(a[1])) : TRY(to_descriptor(TRY(call_method(a[1], intern("fileno")))));
  TRY(system_call([&] { return call(descriptor); }));
  return none();
}

Result<Value> sendfile_function(const Value* a) {
  int out = TRY(to_descriptor(a[1])), in = TRY(to_descriptor(a[2]));
  int64_t count = TRY(to_int64(a[4]));
  off_t offset = 0;
  bool has_offset = !is_none(a[3]);
  if (has_offset) offset = TRY(to_int64(a[3]));
  return make_int(TRY(system_call(
      [&] { return sendfile(out, in, has_offset ? &offset : nullptr, static_cast<size_t>(count)); })));
}

Result<Value> get_terminal_size(const Value* a) {
  int descriptor = a[1].is_null() ? 1 : TRY(to_descriptor(a[1]));
  winsize size;
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0) return raise_os_error(errno);
  return make_struct_sequence(terminal_size_type, {make_int(size.ws_col), make_int(size.ws_row)});
}

Result<Value> device_encoding(const Value* a) {
  return isatty(TRY(to_c_int(a[1]))) == 1 ? Value(intern("utf-8")) : none();
}

Result<Value> openpty_like_ttyname(const Value* a) {
  char name[256];
  if (int error = ttyname_r(TRY(to_descriptor(a[1])), name, sizeof name); error != 0)
    return raise_os_error(error);
  return text_of(name);
}

constexpr MethodSpec kFunctions[] = {
    {"open", "($module, /, path, flags, mode=511, *, dir_fd=None)", open_function,
     "Opens a file; returns the descriptor."},
    {"close", "($module, /, fd)", close_function, "Closes a descriptor."},
    {"closerange", "($module, fd_low, fd_high, /)", closerange, "Closes all descriptors in the range."},
    {"read", "($module, fd, length, /)", read_function, "Reads at most that many bytes."},
    {"pread", "($module, fd, length, offset, /)", pread_function, "Reads at an offset."},
    {"write", "($module, fd, data, /)", write_function, "Writes; returns how many bytes."},
    {"pwrite", "($module, fd, buffer, offset, /)", pwrite_function, "Writes at an offset."},
    {"lseek", "($module, fd, position, whence, /)", lseek_function,
     "Moves the position; returns the new one."},
    {"isatty", "($module, fd, /)", isatty_function, "Whether the descriptor is a terminal."},
    {"pipe", "($module, /)", pipe_function, "A new pipe: (read end, write end)."},
    {"pipe2", "($module, flags, /)", pipe2_function, "A new pipe with flags."},
    {"dup", "($module, fd, /)", dup_function, "Another descriptor of the same file."},
    {"dup2", "($module, /, fd, fd2, inheritable=True)", dup2_function,
     "Makes fd2 a descriptor of the same file."},
    {"get_inheritable", "($module, fd, /)", get_inheritable, "Whether child programs get the descriptor."},
    {"set_inheritable", "($module, fd, inheritable, /)", set_inheritable,
     "Sets whether child programs get it."},
    {"get_blocking", "($module, fd, /)", get_blocking, "Whether reading and writing wait."},
    {"set_blocking", "($module, fd, blocking, /)", set_blocking, "Sets whether reading and writing wait."},
    {"ftruncate", "($module, fd, length, /)", ftruncate_function, "Sets the file's size."},
    {"truncate", "($module, /, path, length)", truncate_function, "Sets the file's size."},
    {"fsync", "($module, /, fd)", sync_one<fsync>, "Waits until the file is on the disk."},
    {"fdatasync", "($module, /, fd)", sync_one<fdatasync>, "Waits until the file's data are on the disk."},
    {"sendfile", "($module, /, out_fd, in_fd, offset, count)", sendfile_function,
     "Copies between descriptors."},
    {"get_terminal_size", "($module, fd=<unrepresentable>, /)", get_terminal_size,
     "(columns, lines) of a terminal."},
    {"device_encoding", "($module, /, fd)", device_encoding, "The encoding of a terminal, or None."},
    {"ttyname", "($module, fd, /)", openpty_like_ttyname, "The name of a terminal."},
};

}  // namespace

std::span<const MethodSpec> posix_file_functions() {
  constexpr SequenceField kFields[] = {{"columns", "Width in characters."}, {"lines", "Height in lines."}};
  if (terminal_size_type == nullptr) {
    terminal_size_type = make_struct_sequence_type("os.terminal_size", "The size of a terminal.", kFields, 2);
    add_root(reinterpret_cast<Object**>(&terminal_size_type));
  }
  return kFunctions;
}

Type* posix_terminal_size_type() {
  return terminal_size_type;
}

}  // namespace ouro::vm
