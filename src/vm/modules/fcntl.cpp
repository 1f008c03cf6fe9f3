// The module fcntl: control of descriptors, and locks on files.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/ioctl.h>

#include <cstring>
#include <string>

#include "vm/modules/native_module.h"
#include "vm/modules/posix/posix.h"

namespace ouro::vm {

namespace {

constexpr size_t kMostData = 1024;

/// What goes to the call as a number; larger ones wrap as C's unsigned int does.
Result<long> plain_argument(Value value) {
  if (value.is_null()) return 0;
  return static_cast<long>(static_cast<int32_t>(static_cast<uint32_t>(TRY(to_int64(value)))));
}

bool is_data(Value value) {
  return !value.is_null() && (is_str(value) || has_buffer(value));
}

/// str as UTF-8, or a buffer's bytes; at most kMostData of them, with a zero behind.
Status copy_data(Value value, const char* function, char* out, size_t* size) {
  std::string bytes;
  if (is_str(value)) {
    bytes = TRY(utf8_or_raise(value.as<Str>()));
  } else {
    Buffer buffer;
    TRY(buffer.acquire(value));
    bytes = buffer.text();
  }
  if (bytes.size() > kMostData) return raise(types.ValueError, "{} argument 3 is too long", function);
  std::memcpy(out, bytes.data(), bytes.size());
  out[bytes.size()] = '\0';
  *size = bytes.size();
  return {};
}

Result<Value> fcntl_function(const Value* a) {
  const int descriptor = TRY(to_file_descriptor(a[1])), command = TRY(to_c_int(a[2]));
  TRY(audit("fcntl.fcntl", {a[1], a[2], a[3].is_null() ? make_int(0) : a[3]}));
  if (is_data(a[3])) {
    char data[kMostData + 1];
    size_t size;
    TRY(copy_data(a[3], "fcntl", data, &size));
    TRY(system_call([&] { return fcntl(descriptor, command, data); }));
    return make_bytes({data, size});
  }
  const long number = TRY(plain_argument(a[3]));
  return make_int(TRY(system_call([&] { return fcntl(descriptor, command, static_cast<int>(number)); })));
}

Result<Value> ioctl_function(const Value* a) {
  const int descriptor = TRY(to_file_descriptor(a[1]));
  const auto request = static_cast<uint32_t>(TRY(to_int64(a[2])));
  TRY(audit("fcntl.ioctl", {a[1], a[2], a[3].is_null() ? make_int(0) : a[3]}));
  if (!is_data(a[3])) {
    const long number = TRY(plain_argument(a[3]));
    return make_int(TRY(system_call([&] { return ioctl(descriptor, request, static_cast<int>(number)); })));
  }
  char data[kMostData + 1];
  const bool wants_change = a[4].is_null() || TRY(is_true(a[4]));
  if (!is_str(a[3]) && wants_change) {
    Buffer buffer;
    if (buffer.acquire(a[3], kBufferWritable).ok()) {
      // Through a copy, which has room for what the system may write too much.
      const bool copied = buffer.size() <= kMostData;
      if (copied) std::memcpy(data, buffer.data(), buffer.size());
      char* target = copied ? data : buffer.data();
      const int64_t result = TRY(system_call([&] { return ioctl(descriptor, request, target); }));
      if (copied) std::memcpy(buffer.data(), data, buffer.size());
      return make_int(result);
    }
    take_exception();
  }
  size_t size;
  TRY(copy_data(a[3], "ioctl", data, &size));
  TRY(system_call([&] { return ioctl(descriptor, request, data); }));
  return make_bytes({data, size});
}

Result<Value> flock_function(const Value* a) {
  const int descriptor = TRY(to_file_descriptor(a[1])), operation = TRY(to_c_int(a[2]));
  TRY(audit("fcntl.flock", {a[1], a[2]}));
  TRY(system_call([&] { return flock(descriptor, operation); }));
  return none();
}

Result<Value> lockf_function(const Value* a) {
  const int descriptor = TRY(to_file_descriptor(a[1])), operation = TRY(to_c_int(a[2]));
  TRY(audit("fcntl.lockf", {a[1], a[2], a[3].is_null() ? make_int(0) : a[3],
                            a[4].is_null() ? make_int(0) : a[4], a[5].is_null() ? make_int(0) : a[5]}));
  struct flock lock = {};
  if (operation == LOCK_UN) {
    lock.l_type = F_UNLCK;
  } else if ((operation & LOCK_SH) != 0) {
    lock.l_type = F_RDLCK;
  } else if ((operation & LOCK_EX) != 0) {
    lock.l_type = F_WRLCK;
  } else {
    return raise(types.ValueError, "unrecognized lockf argument");
  }
  if (!a[3].is_null()) lock.l_len = TRY(to_int64(a[3]));
  if (!a[4].is_null()) lock.l_start = TRY(to_int64(a[4]));
  if (!a[5].is_null()) lock.l_whence = static_cast<short>(TRY(to_c_int(a[5])));
  const int command = (operation & LOCK_NB) != 0 ? F_SETLK : F_SETLKW;
  TRY(system_call([&] { return fcntl(descriptor, command, &lock); }));
  return none();
}

constexpr MethodSpec kFunctions[] = {
    {"fcntl", "($module, fd, cmd, arg=0, /)", fcntl_function,
     "Performs a control operation on a descriptor."},
    {"ioctl", "($module, fd, request, arg=0, mutate_flag=True, /)", ioctl_function,
     "Performs a control operation on a device."},
    {"flock", "($module, fd, operation, /)", flock_function, "Locks or unlocks a file."},
    {"lockf", "($module, fd, cmd, len=0, start=0, whence=0, /)", lockf_function,
     "Locks or unlocks a part of a file."},
};

constexpr std::pair<const char*, int64_t> kConstants[] = {
    {"LOCK_SH", LOCK_SH},
    {"LOCK_EX", LOCK_EX},
    {"LOCK_NB", LOCK_NB},
    {"LOCK_UN", LOCK_UN},
    {"LOCK_MAND", 32},
    {"LOCK_READ", 64},
    {"LOCK_WRITE", 128},
    {"LOCK_RW", 192},
    {"F_DUPFD", F_DUPFD},
    {"F_DUPFD_CLOEXEC", F_DUPFD_CLOEXEC},
    {"F_GETFD", F_GETFD},
    {"F_SETFD", F_SETFD},
    {"F_GETFL", F_GETFL},
    {"F_SETFL", F_SETFL},
    {"F_GETLK", F_GETLK},
    {"F_SETLK", F_SETLK},
    {"F_SETLKW", F_SETLKW},
    {"F_OFD_GETLK", F_OFD_GETLK},
    {"F_OFD_SETLK", F_OFD_SETLK},
    {"F_OFD_SETLKW", F_OFD_SETLKW},
    {"F_GETOWN", F_GETOWN},
    {"F_SETOWN", F_SETOWN},
    {"F_GETSIG", F_GETSIG},
    {"F_SETSIG", F_SETSIG},
    {"F_RDLCK", F_RDLCK},
    {"F_WRLCK", F_WRLCK},
    {"F_UNLCK", F_UNLCK},
    {"F_EXLCK", F_EXLCK},
    {"F_SHLCK", F_SHLCK},
    {"F_GETLK64", F_GETLK},
    {"F_SETLK64", F_SETLK},
    {"F_SETLKW64", F_SETLKW},
    {"FD_CLOEXEC", FD_CLOEXEC},
    {"FASYNC", FASYNC},
    {"F_SETLEASE", F_SETLEASE},
    {"F_GETLEASE", F_GETLEASE},
    {"F_NOTIFY", F_NOTIFY},
    {"F_SETPIPE_SZ", F_SETPIPE_SZ},
    {"F_GETPIPE_SZ", F_GETPIPE_SZ},
    {"DN_ACCESS", DN_ACCESS},
    {"DN_MODIFY", DN_MODIFY},
    {"DN_CREATE", DN_CREATE},
    {"DN_DELETE", DN_DELETE},
    {"DN_RENAME", DN_RENAME},
    {"DN_ATTRIB", DN_ATTRIB},
    {"DN_MULTISHOT", static_cast<int64_t>(DN_MULTISHOT)},
    {"F_ADD_SEALS", F_ADD_SEALS},
    {"F_GET_SEALS", F_GET_SEALS},
    {"F_SEAL_SEAL", F_SEAL_SEAL},
    {"F_SEAL_SHRINK", F_SEAL_SHRINK},
    {"F_SEAL_GROW", F_SEAL_GROW},
    {"F_SEAL_WRITE", F_SEAL_WRITE},
};

Status execute(Module* module) {
  for (const auto& [name, value] : kConstants) TRY(module_add(module, name, make_int(value)));
  return {};
}

}  // namespace

extern const ModuleSpec kFcntlModule;
const ModuleSpec kFcntlModule = {
    .name = "fcntl",
    .doc = "Control of descriptors, and locks on files.",
    .functions = kFunctions,
    .execute = execute,
};

}  // namespace ouro::vm
