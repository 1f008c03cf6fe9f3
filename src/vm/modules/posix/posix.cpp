// The module posix: what os stands on. Its functions are in the files beside.
#include "vm/modules/posix/posix.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ouro::vm {

Type* posix_terminal_size_type();

Result<Path> to_path(Value value, const char* function, bool allow_descriptor, const char* parameter) {
  Path path;
  path.shown = value;
  if (allow_descriptor && is_int(value)) {
    path.descriptor = TRY(to_descriptor(value));
    return path;
  }
  Value object = value;
  if (!is_str(value) && !is_bytes(value)) {
    if (lookup_special(value, names.dunder_fspath).is_null()) {
      const char* what =
          allow_descriptor ? "string, bytes, os.PathLike or integer" : "string, bytes or os.PathLike";
      if (type_of(value)->slots.get_buffer == nullptr)
        return raise(types.TypeError, "{}: {} should be {}, not {}", function, parameter, what,
                     type_name(value));
      TRY(warn(types.DeprecationWarning,
               fmt::format("{}: {} should be {}, not {}", function, parameter, what, type_name(value))));
      object = TRY(call(types.bytes, {value}));
    } else {
      object = TRY(fs_path(value));
    }
  }
  path.was_bytes = is_bytes(object);
  auto bytes = encode_file_name(object);
  if (!bytes.ok()) {
    if (!path.was_bytes || !exception_is(types.ValueError)) return Raised{};
    take_exception();
    return raise(types.ValueError, "{}: embedded null character in {}", function, parameter);
  }
  path.bytes = bytes.unwrap();
  return path;
}

Result<Value> name_like(const Path& path, std::string_view bytes) {
  if (path.was_bytes) return make_bytes(bytes);
  return TRY(decode_file_name(bytes));
}

Result<int> to_descriptor(Value value) {
  if (!is_int(value) && type_of(value)->slots.index == nullptr)
    return raise(types.TypeError, "'{}' object cannot be interpreted as an integer", type_name(value));
  return to_c_int(value);
}

Result<int> to_file_descriptor(Value value) {
  Value number = value;
  if (!is_int(value)) {
    Value method = TRY(find_attribute(value, intern("fileno")));
    if (method.is_null())
      return raise(types.TypeError, "argument must be an int, or have a fileno() method.");
    number = TRY(call(method));
    if (!is_int(number)) return raise(types.TypeError, "fileno() returned a non-integer");
  }
  int64_t descriptor = 0;
  if (!int_fits(number, &descriptor) || descriptor != static_cast<int>(descriptor))
    return raise(types.OverflowError, "Python int too large to convert to C int");
  if (descriptor < 0)
    return raise(types.ValueError, "file descriptor cannot be a negative integer ({})", descriptor);
  return static_cast<int>(descriptor);
}

Result<int> to_directory_descriptor(Value value) {
  if (value.is_null() || is_none(value)) return AT_FDCWD;
  if (!is_int(value) && type_of(value)->slots.index == nullptr)
    return raise(types.TypeError, "argument should be integer or None, not {}", type_name(value));
  return to_c_int(value);
}

Result<bool> to_flag(Value value, bool absent) {
  return value.is_null() ? Result<bool>(absent) : is_true(value);
}

namespace {

struct Constant {
  const char* name;
  int64_t number;
};
#define C(name) {#name, name}
constexpr Constant kConstants[] = {C(F_OK),
                                   C(R_OK),
                                   C(W_OK),
                                   C(X_OK),
                                   C(O_RDONLY),
                                   C(O_WRONLY),
                                   C(O_RDWR),
                                   C(O_NDELAY),
                                   C(O_NONBLOCK),
                                   C(O_APPEND),
                                   C(O_DSYNC),
                                   C(O_RSYNC),
                                   C(O_SYNC),
                                   C(O_NOCTTY),
                                   C(O_CREAT),
                                   C(O_EXCL),
                                   C(O_TRUNC),
                                   C(O_LARGEFILE),
                                   C(O_PATH),
                                   C(O_TMPFILE),
                                   C(O_ASYNC),
                                   C(O_DIRECT),
                                   C(O_DIRECTORY),
                                   C(O_NOFOLLOW),
                                   C(O_NOATIME),
                                   C(O_CLOEXEC),
                                   C(O_ACCMODE),
                                   C(WNOHANG),
                                   C(WCONTINUED),
                                   C(WUNTRACED),
                                   C(WEXITED),
                                   C(WNOWAIT),
                                   C(WSTOPPED),
                                   C(P_PID),
                                   C(P_PGID),
                                   C(P_ALL),
                                   C(SEEK_DATA),
                                   C(SEEK_HOLE),
                                   C(F_LOCK),
                                   C(F_TLOCK),
                                   C(F_ULOCK),
                                   C(F_TEST),
                                   C(SCHED_OTHER),
                                   C(SCHED_FIFO),
                                   C(SCHED_RR),
                                   C(SCHED_BATCH),
                                   C(SCHED_IDLE),
                                   C(SCHED_RESET_ON_FORK),
                                   {"PRIO_PROCESS", 0},
                                   {"PRIO_PGRP", 1},
                                   {"PRIO_USER", 2},
                                   {"EX_OK", 0},
                                   {"EX_USAGE", 64},
                                   {"EX_DATAERR", 65},
                                   {"EX_NOINPUT", 66},
                                   {"EX_NOUSER", 67},
                                   {"EX_NOHOST", 68},
                                   {"EX_UNAVAILABLE", 69},
                                   {"EX_SOFTWARE", 70},
                                   {"EX_OSERR", 71},
                                   {"EX_OSFILE", 72},
                                   {"EX_CANTCREAT", 73},
                                   {"EX_IOERR", 74},
                                   {"EX_TEMPFAIL", 75},
                                   {"EX_PROTOCOL", 76},
                                   {"EX_NOPERM", 77},
                                   {"EX_CONFIG", 78},
                                   {"NGROUPS_MAX", 65536},
                                   {"TMP_MAX", 238328},
                                   {"ST_RDONLY", 1},
                                   {"ST_NOSUID", 2},
                                   {"CLD_EXITED", 1},
                                   {"CLD_KILLED", 2},
                                   {"CLD_DUMPED", 3},
                                   {"CLD_TRAPPED", 4},
                                   {"CLD_STOPPED", 5},
                                   {"CLD_CONTINUED", 6}};
#undef C

/// What os.supports_dir_fd and its kin are made from.
constexpr const char* kHave[] = {"HAVE_FACCESSAT", "HAVE_FCHDIR",    "HAVE_FCHMOD",    "HAVE_FCHMODAT",
                                 "HAVE_FCHOWN",    "HAVE_FCHOWNAT",  "HAVE_FDOPENDIR", "HAVE_FEXECVE",
                                 "HAVE_FSTATAT",   "HAVE_FSTATVFS",  "HAVE_FTRUNCATE", "HAVE_FUTIMENS",
                                 "HAVE_LINKAT",    "HAVE_LCHOWN",    "HAVE_LSTAT",     "HAVE_MKDIRAT",
                                 "HAVE_MKFIFOAT",  "HAVE_MKNODAT",   "HAVE_OPENAT",    "HAVE_READLINKAT",
                                 "HAVE_RENAMEAT",  "HAVE_SYMLINKAT", "HAVE_UNLINKAT",  "HAVE_UTIMENSAT"};

Status execute(Module* module) {
  for (auto functions : {posix_file_functions(), posix_directory_functions(), posix_stat_functions(),
                         posix_process_functions(), posix_terminal_functions(), posix_identity_functions(),
                         posix_system_functions(), posix_configuration_functions(), posix_waiting_functions(),
                         posix_scheduling_functions(), posix_spawning_functions()}) {
    for (const MethodSpec& spec : functions)
      TRY(module_add(module, spec.name, make_native_function(spec, module, intern("posix"))));
  }
  for (const Constant& constant : kConstants)
    TRY(module_add(module, constant.name, make_int(constant.number)));
  List* have = make_list();
  for (const char* name : kHave) TRY(list_append(have, intern(name)));
  TRY(module_add(module, "_have_functions", have));
  TRY(module_add(module, "terminal_size", posix_terminal_size_type()));
  TRY(module_add(module, "error", types.OSError));
  TRY(add_posix_configuration_names(module));
  TRY(add_posix_waiting_types(module));
  TRY(add_posix_scheduling_types(module));
  TRY(add_posix_spawning_constants(module));
  TRY(add_posix_system_constants(module));
  TRY(add_posix_stat_types(module));
  TRY(add_posix_directory_types(module));
  return add_posix_process_types(module);
}

}  // namespace

extern const ModuleSpec kPosixModule{
    .name = "posix", .doc = "The operating system's functions.", .execute = execute};

}  // namespace ouro::vm
