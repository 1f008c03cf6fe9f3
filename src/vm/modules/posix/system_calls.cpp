// posix: system calls that only some programs need. Vectors of buffers, extended attributes, event counters.
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/limits.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "vm/modules/posix/buffers.h"
#include "vm/modules/posix/posix.h"

namespace ouro::vm {

namespace {

// ---- several buffers at once

Status acquire_sequence(Buffers* buffers, Value sequence, const char* function, int flags) {
  if (!is_list(sequence) && !is_tuple(sequence))
    return raise(types.TypeError, "{}() arg 2 must be a sequence", function);
  return buffers->acquire(sequence, flags);
}

template <bool writes>
Result<Value> vector_call(const Value* a) {
  const int descriptor = TRY(to_c_int(a[1]));
  Buffers buffers;
  TRY(acquire_sequence(&buffers, a[2], writes ? "writev" : "readv",
                       writes ? kBufferSimple : kBufferWritable));
  return make_int(TRY(system_call([&] {
    return writes ? writev(descriptor, buffers.data(), buffers.count())
                  : readv(descriptor, buffers.data(), buffers.count());
  })));
}
template <bool writes>
Result<Value> positioned_vector_call(const Value* a) {
  const int descriptor = TRY(to_c_int(a[1])), flags = a[4].is_null() ? 0 : TRY(to_c_int(a[4]));
  const int64_t offset = TRY(to_int64(a[3]));
  Buffers buffers;
  TRY(acquire_sequence(&buffers, a[2], writes ? "pwritev" : "preadv",
                       writes ? kBufferSimple : kBufferWritable));
  return make_int(TRY(system_call([&] {
    return writes ? pwritev2(descriptor, buffers.data(), buffers.count(), offset, flags)
                  : preadv2(descriptor, buffers.data(), buffers.count(), offset, flags);
  })));
}

/// An offset that may be None; the call gets a pointer.
struct Offset {
  loff_t value = 0;
  bool given = false;
  loff_t* pointer() { return given ? &value : nullptr; }
};
Result<Offset> to_offset(Value value) {
  Offset offset;
  if (value.is_null() || is_none(value)) return offset;
  offset.value = TRY(to_int64(value));
  offset.given = true;
  return offset;
}

Result<Value> copy_file_range_function(const Value* a) {
  const int from = TRY(to_c_int(a[1])), to = TRY(to_c_int(a[2]));
  const int64_t count = TRY(to_int64(a[3]));
  if (count < 0) return raise(types.ValueError, "negative value for 'count' not allowed");
  Offset source = TRY(to_offset(a[4])), target = TRY(to_offset(a[5]));
  return make_int(TRY(system_call([&] {
    return copy_file_range(from, source.pointer(), to, target.pointer(), static_cast<size_t>(count), 0);
  })));
}
Result<Value> splice_function(const Value* a) {
  const int from = TRY(to_c_int(a[1])), to = TRY(to_c_int(a[2]));
  const int64_t count = TRY(to_int64(a[3]));
  if (count < 0) return raise(types.ValueError, "negative value for 'count' not allowed");
  Offset source = TRY(to_offset(a[4])), target = TRY(to_offset(a[5]));
  const int flags = a[6].is_null() ? 0 : TRY(to_c_int(a[6]));
  return make_int(TRY(system_call([&] {
    return splice(from, source.pointer(), to, target.pointer(), static_cast<size_t>(count),
                  static_cast<unsigned>(flags));
  })));
}

// ---- files

/// posix_ functions return the error.
Raised fail(int error) {
  return raise_os_error(error);
}
Result<Value> fadvise_function(const Value* a) {
  const int descriptor = TRY(to_c_int(a[1])), advice = TRY(to_c_int(a[4]));
  const int64_t offset = TRY(to_int64(a[2])), length = TRY(to_int64(a[3]));
  if (const int error = posix_fadvise(descriptor, offset, length, advice); error != 0) return fail(error);
  return none();
}
Result<Value> fallocate_function(const Value* a) {
  const int descriptor = TRY(to_c_int(a[1]));
  const int64_t offset = TRY(to_int64(a[2])), length = TRY(to_int64(a[3]));
  if (const int error = posix_fallocate(descriptor, offset, length); error != 0) return fail(error);
  return none();
}
Result<Value> lockf_function(const Value* a) {
  const int descriptor = TRY(to_c_int(a[1])), command = TRY(to_c_int(a[2]));
  const int64_t length = TRY(to_int64(a[3]));
  TRY(audit("os.lockf", {a[1], a[2], a[3]}));
  TRY(system_call([&] { return lockf(descriptor, command, length); }));
  return none();
}
Result<Value> sync_function(const Value*) {
  const ReleaseLock released;
  ::sync();
  return none();
}
Result<Value> chroot_function(const Value* a) {
  const Path path = TRY(to_path(a[1], "chroot"));
  TRY(system_call([&] { return chroot(path.c_str()); }, path.shown));
  return none();
}
Result<Value> mknod_function(const Value* a) {
  const Path path = TRY(to_path(a[1], "mknod"));
  const int mode = a[2].is_null() ? 0600 : TRY(to_c_int(a[2]));
  const int64_t device = a[3].is_null() ? 0 : TRY(to_int64(a[3]));
  const int directory = TRY(to_directory_descriptor(a[4]));
  TRY(system_call(
      [&] { return mknodat(directory, path.c_str(), static_cast<mode_t>(mode), static_cast<dev_t>(device)); },
      path.shown));
  return none();
}
Result<Value> major_function(const Value* a) {
  return make_int(major(TRY(to_uint64(a[1]))));
}
Result<Value> minor_function(const Value* a) {
  return make_int(minor(TRY(to_uint64(a[1]))));
}
Result<Value> makedev_function(const Value* a) {
  const int high = TRY(to_c_int(a[1])), low = TRY(to_c_int(a[2]));
  return make_int_unsigned(makedev(static_cast<unsigned>(high), static_cast<unsigned>(low)));
}
Result<Value> memfd_create_function(const Value* a) {
  const std::string name = TRY(encode_file_name(a[1]));
  const unsigned flags = a[2].is_null() ? MFD_CLOEXEC : static_cast<unsigned>(TRY(to_int64(a[2])));
  return make_int(TRY(system_call([&] { return memfd_create(name.c_str(), flags); })));
}

// ---- extended attributes

/// Of a path or a descriptor; the call for links where they are not to be followed.
template <class ByPath, class ByLink, class ByDescriptor>
Result<int64_t> attribute_call(const Path& path, bool follows, ByPath&& by_path, ByLink&& by_link,
                               ByDescriptor&& by_descriptor) {
  return system_call(
      [&]() -> int64_t {
        if (path.is_descriptor()) return by_descriptor(path.descriptor);
        return follows ? by_path(path.c_str()) : by_link(path.c_str());
      },
      path.shown);
}
Status check_links(const Path& path, bool follows, const char* function) {
  if (path.is_descriptor() && !follows)
    return raise(types.ValueError, "{}: cannot use fd and follow_symlinks together", function);
  return {};
}

Result<Value> getxattr_function(const Value* a) {
  const Path path = TRY(to_path(a[1], "getxattr", true));
  const Path name = TRY(to_path(a[2], "getxattr", false, "attribute"));
  const bool follows = TRY(to_flag(a[3], true));
  TRY(check_links(path, follows, "getxattr"));
  TRY(audit("os.getxattr", {path.shown, name.shown}));
  std::string value(XATTR_SIZE_MAX, '\0');
  const int64_t size = TRY(attribute_call(
      path, follows, [&](auto p) { return getxattr(p, name.c_str(), value.data(), value.size()); },
      [&](auto p) { return lgetxattr(p, name.c_str(), value.data(), value.size()); },
      [&](int fd) { return fgetxattr(fd, name.c_str(), value.data(), value.size()); }));
  return make_bytes({value.data(), static_cast<size_t>(size)});
}
Result<Value> setxattr_function(const Value* a) {
  const Path path = TRY(to_path(a[1], "setxattr", true));
  const Path name = TRY(to_path(a[2], "setxattr", false, "attribute"));
  Buffer value;
  TRY(value.acquire(a[3]));
  const int flags = a[4].is_null() ? 0 : TRY(to_c_int(a[4]));
  const bool follows = TRY(to_flag(a[5], true));
  TRY(check_links(path, follows, "setxattr"));
  TRY(audit("os.setxattr",
            {path.shown, name.shown, make_bytes({value.data(), value.size()}), make_int(flags)}));
  TRY(attribute_call(
      path, follows, [&](auto p) { return setxattr(p, name.c_str(), value.data(), value.size(), flags); },
      [&](auto p) { return lsetxattr(p, name.c_str(), value.data(), value.size(), flags); },
      [&](int fd) { return fsetxattr(fd, name.c_str(), value.data(), value.size(), flags); }));
  return none();
}
Result<Value> removexattr_function(const Value* a) {
  const Path path = TRY(to_path(a[1], "removexattr", true));
  const Path name = TRY(to_path(a[2], "removexattr", false, "attribute"));
  const bool follows = TRY(to_flag(a[3], true));
  TRY(check_links(path, follows, "removexattr"));
  TRY(audit("os.removexattr", {path.shown, name.shown}));
  TRY(attribute_call(
      path, follows, [&](auto p) { return removexattr(p, name.c_str()); },
      [&](auto p) { return lremovexattr(p, name.c_str()); },
      [&](int fd) { return fremovexattr(fd, name.c_str()); }));
  return none();
}
Result<Value> listxattr_function(const Value* a) {
  const Path path = a[1].is_null() || is_none(a[1]) ? TRY(to_path(make_str("."), "listxattr"))
                                                    : TRY(to_path(a[1], "listxattr", true));
  const bool follows = TRY(to_flag(a[2], true));
  TRY(check_links(path, follows, "listxattr"));
  TRY(audit("os.listxattr", {a[1].is_null() ? none() : path.shown}));
  std::string all(XATTR_LIST_MAX, '\0');
  const int64_t size = TRY(attribute_call(
      path, follows, [&](auto p) { return listxattr(p, all.data(), all.size()); },
      [&](auto p) { return llistxattr(p, all.data(), all.size()); },
      [&](int fd) { return flistxattr(fd, all.data(), all.size()); }));
  List* list = make_list();
  for (std::string_view rest(all.data(), static_cast<size_t>(size)); !rest.empty();) {
    const size_t end = rest.find('\0');
    TRY(list_append(list, text_of(rest.substr(0, end))));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return list;
}

// ---- the rest

Result<Value> getrandom_function(const Value* a) {
  const int64_t size = TRY(to_int64(a[1]));
  if (size < 0) return raise_os_error(EINVAL);
  const auto flags = a[2].is_null() ? 0U : static_cast<unsigned>(TRY(to_c_int(a[2])));
  Bytes* bytes = TRY(allocate_bytes(static_cast<size_t>(size)));
  const int64_t got = TRY(system_call([&] { return getrandom(bytes->data, bytes->length, flags); }));
  return got == size ? Value(bytes) : Value(make_bytes(bytes->view().substr(0, static_cast<size_t>(got))));
}

Result<Value> eventfd_function(const Value* a) {
  const auto value = static_cast<unsigned>(TRY(to_int64(a[1])));
  const int flags = a[2].is_null() ? EFD_CLOEXEC : TRY(to_c_int(a[2]));
  return make_int(TRY(system_call([&] { return eventfd(value, flags); })));
}
Result<Value> eventfd_read_function(const Value* a) {
  const int descriptor = TRY(to_file_descriptor(a[1]));
  eventfd_t value;
  TRY(system_call([&] { return eventfd_read(descriptor, &value); }));
  return make_int_unsigned(value);
}
Result<Value> eventfd_write_function(const Value* a) {
  const int descriptor = TRY(to_file_descriptor(a[1]));
  const uint64_t value = TRY(to_uint64(a[2]));
  TRY(system_call([&] { return eventfd_write(descriptor, value); }));
  return none();
}

struct Constant {
  const char* name;
  int64_t value;
};
#define C(name) {#name, name}
constexpr Constant kConstants[] = {
    C(EFD_CLOEXEC),
    C(EFD_NONBLOCK),
    C(EFD_SEMAPHORE),
    C(GRND_NONBLOCK),
    C(GRND_RANDOM),
    C(MFD_ALLOW_SEALING),
    C(MFD_CLOEXEC),
    C(MFD_HUGETLB),
    C(O_FSYNC),
    C(POSIX_FADV_DONTNEED),
    C(POSIX_FADV_NOREUSE),
    C(POSIX_FADV_NORMAL),
    C(POSIX_FADV_RANDOM),
    C(POSIX_FADV_SEQUENTIAL),
    C(POSIX_FADV_WILLNEED),
    C(RTLD_DEEPBIND),
    C(RTLD_GLOBAL),
    C(RTLD_LAZY),
    C(RTLD_LOCAL),
    C(RTLD_NODELETE),
    C(RTLD_NOLOAD),
    C(RTLD_NOW),
    C(RWF_APPEND),
    C(RWF_DSYNC),
    C(RWF_HIPRI),
    C(RWF_NOWAIT),
    C(RWF_SYNC),
    C(SPLICE_F_MORE),
    C(SPLICE_F_MOVE),
    C(SPLICE_F_NONBLOCK),
    C(XATTR_CREATE),
    C(XATTR_REPLACE),
    C(XATTR_SIZE_MAX),
};
#undef C

constexpr MethodSpec kFunctions[] = {
    {"readv", "($module, fd, buffers, /)", vector_call<false>, "Reads into several buffers."},
    {"writev", "($module, fd, buffers, /)", vector_call<true>, "Writes several buffers."},
    {"preadv", "($module, fd, buffers, offset, flags=0, /)", positioned_vector_call<false>,
     "Reads into several buffers, from a position."},
    {"pwritev", "($module, fd, buffers, offset, flags=0, /)", positioned_vector_call<true>,
     "Writes several buffers, to a position."},
    {"copy_file_range", "($module, /, src, dst, count, offset_src=None, offset_dst=None)",
     copy_file_range_function, "Copies between files."},
    {"splice", "($module, /, src, dst, count, offset_src=None, offset_dst=None, flags=0)", splice_function,
     "Moves between a file and a pipe."},
    {"posix_fadvise", "($module, fd, offset, length, advice, /)", fadvise_function,
     "Says how a file will be used."},
    {"posix_fallocate", "($module, fd, offset, length, /)", fallocate_function, "Makes room in a file."},
    {"lockf", "($module, fd, command, length, /)", lockf_function, "Locks a part of a file."},
    {"sync", "($module, /)", sync_function, "Writes everything to disk."},
    {"chroot", "($module, /, path)", chroot_function, "Changes the root directory."},
    {"mknod", "($module, /, path, mode=384, device=0, *, dir_fd=None)", mknod_function,
     "Makes a node in the file system."},
    {"major", "($module, device, /)", major_function, "The major number of a device."},
    {"minor", "($module, device, /)", minor_function, "The minor number of a device."},
    {"makedev", "($module, major, minor, /)", makedev_function, "A device's number."},
    {"memfd_create", "($module, /, name, flags=MFD_CLOEXEC)", memfd_create_function, "A file in memory."},
    {"getxattr", "($module, /, path, attribute, *, follow_symlinks=True)", getxattr_function,
     "The value of an extended attribute."},
    {"setxattr", "($module, /, path, attribute, value, flags=0, *, follow_symlinks=True)", setxattr_function,
     "Sets an extended attribute."},
    {"removexattr", "($module, /, path, attribute, *, follow_symlinks=True)", removexattr_function,
     "Removes an extended attribute."},
    {"listxattr", "($module, /, path=None, *, follow_symlinks=True)", listxattr_function,
     "The names of the extended attributes."},
    {"getrandom", "($module, /, size, flags=0)", getrandom_function, "Random bytes from the system."},
    {"eventfd", "($module, /, initval, flags=EFD_CLOEXEC)", eventfd_function, "A counter to wait for."},
    {"eventfd_read", "($module, /, fd)", eventfd_read_function, "Takes the counter's value."},
    {"eventfd_write", "($module, /, fd, value)", eventfd_write_function, "Adds to the counter."},
};

}  // namespace

std::span<const MethodSpec> posix_system_functions() {
  return kFunctions;
}

Status add_posix_system_constants(Module* module) {
  for (const auto& [name, value] : kConstants) TRY(module_add(module, name, make_int(value)));
  return {};
}

}  // namespace ouro::vm
