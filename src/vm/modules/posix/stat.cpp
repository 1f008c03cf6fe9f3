// posix: what is known of a file, and changing it: stat, permissions, owners, times.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cmath>

#include "vm/builtins/struct_sequence.h"
#include "vm/modules/posix/stat_result.h"
#include "vm/object/int_cells.h"

namespace ouro::vm {

namespace {

Type* stat_result_type = nullptr;
Type* statvfs_result_type = nullptr;

Value seconds(const timespec& time) {
  return make_float(static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec));
}

Result<Value> nanoseconds(const timespec& time) {
  constexpr int64_t kPerSecond = 1000000000;
  int64_t product;
  if (!__builtin_mul_overflow(time.tv_sec, kPerSecond, &product) && product < INT64_MAX - kPerSecond)
    return make_int(product + time.tv_nsec);
  Value whole = TRY(int_multiply(make_int(time.tv_sec), make_int(kPerSecond)));
  return int_add(whole, make_int(time.tv_nsec));
}

Result<Value> do_stat(const char* function, Value path_value, Value directory_value, bool follow) {
  Path path = TRY(to_path(path_value, function, true));
  int directory = TRY(to_directory_descriptor(directory_value));
  struct stat info;
  if (path.is_descriptor() && directory != AT_FDCWD)
    return raise(types.ValueError, "{}: can't specify dir_fd without matching path", function);
  if (path.is_descriptor() && !follow)
    return raise(types.ValueError, "{}: cannot use fd and follow_symlinks together", function);
  TRY(system_call(
      [&] {
        return path.is_descriptor()
                   ? fstat(path.descriptor, &info)
                   : fstatat(directory, path.c_str(), &info, follow ? 0 : AT_SYMLINK_NOFOLLOW);
      },
      path.shown));
  return make_stat_result(info);
}

Result<Value> stat_function(const Value* a) {
  return do_stat("stat", a[1], a[2], TRY(to_flag(a[3], true)));
}
Result<Value> lstat_function(const Value* a) {
  TRY(to_path(a[1], "lstat"));
  return do_stat("lstat", a[1], a[2], false);
}

Result<Value> fstat_function(const Value* a) {
  int descriptor = TRY(to_descriptor(a[1]));
  struct stat info;
  TRY(system_call([&] { return fstat(descriptor, &info); }));
  return make_stat_result(info);
}

Result<Value> chmod_function(const Value* a) {
  Path path = TRY(to_path(a[1], "chmod", true));
  auto mode = static_cast<mode_t>(TRY(to_c_int(a[2])));
  int directory = TRY(to_directory_descriptor(a[3]));
  bool follow = TRY(to_flag(a[4], true));
  TRY(audit("os.chmod", {path.shown, a[2], shown_directory(directory)}));
  TRY(system_call(
      [&] {
        return path.is_descriptor()
                   ? fchmod(path.descriptor, mode)
                   : fchmodat(directory, path.c_str(), mode, follow ? 0 : AT_SYMLINK_NOFOLLOW);
      },
      path.shown));
  return none();
}

Result<Value> fchmod_function(const Value* a) {
  int descriptor = TRY(to_descriptor(a[1]));
  auto mode = static_cast<mode_t>(TRY(to_c_int(a[2])));
  TRY(audit("os.chmod", {make_int(descriptor), a[2], make_int(-1)}));
  TRY(system_call([&] { return fchmod(descriptor, mode); }));
  return none();
}

Result<Value> chown_function(const Value* a) {
  Path path = TRY(to_path(a[1], "chown", true));
  uint32_t user = TRY(to_account_id(a[2], "uid")), group = TRY(to_account_id(a[3], "gid"));
  int directory = TRY(to_directory_descriptor(a[4]));
  bool follow = TRY(to_flag(a[5], true));
  TRY(audit("os.chown", {path.shown, make_int(user), make_int(group), shown_directory(directory)}));
  TRY(system_call(
      [&] {
        return path.is_descriptor()
                   ? fchown(path.descriptor, user, group)
                   : fchownat(directory, path.c_str(), user, group, follow ? 0 : AT_SYMLINK_NOFOLLOW);
      },
      path.shown));
  return none();
}

Result<Value> fchown_function(const Value* a) {
  const int descriptor = TRY(to_descriptor(a[1]));
  const uint32_t user = TRY(to_account_id(a[2], "uid")), group = TRY(to_account_id(a[3], "gid"));
  TRY(audit("os.chown", {make_int(descriptor), make_int(user), make_int(group), make_int(-1)}));
  TRY(system_call([&] { return fchown(descriptor, user, group); }));
  return none();
}

Result<Value> lchown_function(const Value* a) {
  Path path = TRY(to_path(a[1], "lchown"));
  uint32_t user = TRY(to_account_id(a[2], "uid")), group = TRY(to_account_id(a[3], "gid"));
  TRY(audit("os.chown", {path.shown, make_int(user), make_int(group), make_int(-1)}));
  TRY(system_call([&] { return lchown(path.c_str(), user, group); }, path.shown));
  return none();
}

Result<timespec> timespec_of_seconds(Value value) {
  timespec time;
  if (is_int(value)) {
    time.tv_sec = TRY(to_int64(value));
    time.tv_nsec = 0;
    return time;
  }
  double number = TRY(to_double(value));
  if (std::isnan(number)) return raise(types.ValueError, "Invalid value NaN (not a number)");
  double whole = std::floor(number);
  if (whole < -9.2e18 || whole > 9.2e18)
    return raise(types.OverflowError, "timestamp out of range for platform time_t");
  time.tv_sec = static_cast<time_t>(whole);
  time.tv_nsec = static_cast<long>((number - whole) * 1e9);
  return time;
}

Result<timespec> timespec_of_nanoseconds(Value value) {
  Value whole, rest;
  TRY(int_divmod(TRY(to_index(value)), make_int(1000000000), &whole, &rest));
  timespec time;
  time.tv_sec = TRY(to_int64(whole));
  time.tv_nsec = TRY(to_int64(rest));
  return time;
}

/// times= and ns=: a pair each, or neither.
Status two_times(Value times, Value ns, timespec* out) {
  bool has_times = !times.is_null() && !is_none(times), has_ns = !ns.is_null();
  if (has_times && has_ns)
    return raise(types.ValueError, "utime: you may specify either 'times' or 'ns' but not both");
  if (!has_times && !has_ns) {
    out[0] = out[1] = {0, UTIME_NOW};
    return {};
  }
  Value pair = has_times ? times : ns;
  if (!is_tuple(pair) || pair.as<Tuple>()->length != 2) {
    if (has_times) return raise(types.TypeError, "utime: 'times' must be either a tuple of two ints or None");
    return raise(types.TypeError, "utime: 'ns' must be a tuple of two ints");
  }
  for (int i = 0; i < 2; ++i) {
    Value item = pair.as<Tuple>()->items[i];
    out[i] = has_times ? TRY(timespec_of_seconds(item)) : TRY(timespec_of_nanoseconds(item));
  }
  return {};
}

Result<Value> utime_function(const Value* a) {
  Path path = TRY(to_path(a[1], "utime", true));
  timespec both[2];
  TRY(two_times(a[2], a[3], both));
  int directory = TRY(to_directory_descriptor(a[4]));
  bool follow = TRY(to_flag(a[5], true));
  TRY(audit("os.utime", {path.shown, a[2].is_null() ? none() : a[2], a[3].is_null() ? none() : a[3],
                         shown_directory(directory)}));
  TRY(system_call(
      [&] {
        return path.is_descriptor()
                   ? futimens(path.descriptor, both)
                   : utimensat(directory, path.c_str(), both, follow ? 0 : AT_SYMLINK_NOFOLLOW);
      },
      path.shown));
  return none();
}

Result<Value> statvfs_function(const Value* a) {
  Path path = TRY(to_path(a[1], "statvfs", true));
  struct statvfs info;
  TRY(system_call(
      [&] { return path.is_descriptor() ? fstatvfs(path.descriptor, &info) : statvfs(path.c_str(), &info); },
      path.shown));
  auto n = [](uint64_t number) { return make_int_unsigned(number); };
  return make_struct_sequence(statvfs_result_type,
                              {n(info.f_bsize), n(info.f_frsize), n(info.f_blocks), n(info.f_bfree),
                               n(info.f_bavail), n(info.f_files), n(info.f_ffree), n(info.f_favail),
                               n(info.f_flag), n(info.f_namemax), n(info.f_fsid)});
}

constexpr MethodSpec kFunctions[] = {
    {"stat", "($module, /, path, *, dir_fd=None, follow_symlinks=True)", stat_function,
     "What is known of a file."},
    {"lstat", "($module, /, path, *, dir_fd=None)", lstat_function, "The same, of a symbolic link itself."},
    {"fstat", "($module, /, fd)", fstat_function, "The same, of an open file."},
    {"statvfs", "($module, /, path)", statvfs_function, "What is known of a file system."},
    {"fstatvfs", "($module, fd, /)", statvfs_function, "The same, by an open file."},
    {"chmod", "($module, /, path, mode, *, dir_fd=None, follow_symlinks=True)", chmod_function,
     "Sets the permissions."},
    {"fchmod", "($module, /, fd, mode)", fchmod_function, "Sets the permissions of an open file."},
    {"chown", "($module, /, path, uid, gid, *, dir_fd=None, follow_symlinks=True)", chown_function,
     "Sets owner and group."},
    {"lchown", "($module, /, path, uid, gid)", lchown_function,
     "Sets owner and group of a symbolic link itself."},
    {"fchown", "($module, /, fd, uid, gid)", fchown_function, "Sets owner and group of an open file."},
    {"utime", "($module, /, path, times=None, *, ns=<unrepresentable>, dir_fd=None, follow_symlinks=True)",
     utime_function, "Sets the times of access and modification."},
};

constexpr SequenceField kStatFields[] = {{"st_mode"},    {"st_ino"},      {"st_dev"},      {"st_nlink"},
                                         {"st_uid"},     {"st_gid"},      {"st_size"},     {nullptr},
                                         {nullptr},      {nullptr},       {"st_atime"},    {"st_mtime"},
                                         {"st_ctime"},   {"st_atime_ns"}, {"st_mtime_ns"}, {"st_ctime_ns"},
                                         {"st_blksize"}, {"st_blocks"},   {"st_rdev"}};
constexpr SequenceField kStatvfsFields[] = {{"f_bsize"},  {"f_frsize"},  {"f_blocks"}, {"f_bfree"},
                                            {"f_bavail"}, {"f_files"},   {"f_ffree"},  {"f_favail"},
                                            {"f_flag"},   {"f_namemax"}, {"f_fsid"}};

}  // namespace

Result<Value> make_stat_result(const struct stat& info) {
  return make_struct_sequence(
      stat_result_type,
      {make_int(info.st_mode), make_int_unsigned(info.st_ino), make_int_unsigned(info.st_dev),
       make_int_unsigned(info.st_nlink), make_int_unsigned(info.st_uid), make_int_unsigned(info.st_gid),
       make_int(info.st_size), make_int(info.st_atim.tv_sec), make_int(info.st_mtim.tv_sec),
       make_int(info.st_ctim.tv_sec), seconds(info.st_atim), seconds(info.st_mtim), seconds(info.st_ctim),
       TRY(nanoseconds(info.st_atim)), TRY(nanoseconds(info.st_mtim)), TRY(nanoseconds(info.st_ctim)),
       make_int(info.st_blksize), make_int(info.st_blocks), make_int_unsigned(info.st_rdev)});
}

std::span<const MethodSpec> posix_stat_functions() {
  return kFunctions;
}

Status add_posix_stat_types(Module* module) {
  stat_result_type = make_struct_sequence_type("os.stat_result", "What is known of a file.", kStatFields, 10);
  statvfs_result_type =
      make_struct_sequence_type("os.statvfs_result", "What is known of a file system.", kStatvfsFields, 10);
  TRY(module_add(module, "stat_result", stat_result_type));
  return module_add(module, "statvfs_result", statvfs_result_type);
}

}  // namespace ouro::vm
