// The module _stat: what a mode word of the file system says.
#include <sys/stat.h>

#include "vm/modules/native_module.h"

namespace ouro::vm {

namespace {

Result<mode_t> mode_argument(Value value) {
  const uint64_t mode = TRY(to_uint64(TRY(to_index(value))));
  if (mode > UINT32_MAX) return raise(types.OverflowError, "mode out of range");
  return static_cast<mode_t>(mode);
}

template <mode_t type>
Result<Value> is_type(const Value* a) {
  return make_bool((TRY(mode_argument(a[1])) & S_IFMT) == type);
}
Result<Value> never(const Value* a) {
  TRY(mode_argument(a[1]));
  return make_bool(false);
}
Result<Value> permission_part(const Value* a) {
  return make_int(TRY(mode_argument(a[1])) & 07777);
}
Result<Value> type_part(const Value* a) {
  return make_int(TRY(mode_argument(a[1])) & S_IFMT);
}

char type_letter(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return '-';
    case S_IFDIR:
      return 'd';
    case S_IFLNK:
      return 'l';
    case S_IFBLK:
      return 'b';
    case S_IFCHR:
      return 'c';
    case S_IFIFO:
      return 'p';
    case S_IFSOCK:
      return 's';
    default:
      return '?';
  }
}

/// "-rwxr-xr-x".
Result<Value> filemode(const Value* a) {
  const mode_t mode = TRY(mode_argument(a[1]));
  std::string text(1, type_letter(mode));
  auto triple = [&](unsigned shift, bool special, char set) {
    const mode_t bits = mode >> shift;
    text += bits & 4 ? 'r' : '-';
    text += bits & 2 ? 'w' : '-';
    const bool runs = (bits & 1) != 0;
    if (special)
      text += runs ? set : static_cast<char>(set - 'a' + 'A');
    else
      text += runs ? 'x' : '-';
  };
  triple(6, (mode & S_ISUID) != 0, 's');
  triple(3, (mode & S_ISGID) != 0, 's');
  triple(0, (mode & S_ISVTX) != 0, 't');
  return make_str(text);
}

constexpr MethodSpec kFunctions[] = {
    {"S_ISDIR", "($module, mode, /)", is_type<S_IFDIR>, "Return True if mode is from a directory."},
    {"S_ISCHR", "($module, mode, /)", is_type<S_IFCHR>,
     "Return True if mode is from a character special device file."},
    {"S_ISBLK", "($module, mode, /)", is_type<S_IFBLK>,
     "Return True if mode is from a block special device file."},
    {"S_ISREG", "($module, mode, /)", is_type<S_IFREG>, "Return True if mode is from a regular file."},
    {"S_ISFIFO", "($module, mode, /)", is_type<S_IFIFO>, "Return True if mode is from a FIFO (named pipe)."},
    {"S_ISLNK", "($module, mode, /)", is_type<S_IFLNK>, "Return True if mode is from a symbolic link."},
    {"S_ISSOCK", "($module, mode, /)", is_type<S_IFSOCK>, "Return True if mode is from a socket."},
    {"S_ISDOOR", "($module, mode, /)", never, "Return True if mode is from a door."},
    {"S_ISPORT", "($module, mode, /)", never, "Return True if mode is from an event port."},
    {"S_ISWHT", "($module, mode, /)", never, "Return True if mode is from a whiteout."},
    {"S_IMODE", "($module, mode, /)", permission_part,
     "Return the portion of the file's mode that can be set by os.chmod()."},
    {"S_IFMT", "($module, mode, /)", type_part,
     "Return the portion of the file's mode that describes the file type."},
    {"filemode", "($module, mode, /)", filemode,
     "Convert a file's mode to a string of the form '-rwxrwxrwx'"},
};

struct Constant {
  const char* name;
  int64_t value;
};
constexpr Constant kConstants[] = {
    {"S_IFDIR", S_IFDIR},
    {"S_IFCHR", S_IFCHR},
    {"S_IFBLK", S_IFBLK},
    {"S_IFREG", S_IFREG},
    {"S_IFIFO", S_IFIFO},
    {"S_IFLNK", S_IFLNK},
    {"S_IFSOCK", S_IFSOCK},
    {"S_IFDOOR", 0},
    {"S_IFPORT", 0},
    {"S_IFWHT", 0},
    {"S_ISUID", S_ISUID},
    {"S_ISGID", S_ISGID},
    {"S_ISVTX", S_ISVTX},
    {"S_ENFMT", S_ISGID},
    {"S_IREAD", S_IRUSR},
    {"S_IWRITE", S_IWUSR},
    {"S_IEXEC", S_IXUSR},
    {"S_IRWXU", S_IRWXU},
    {"S_IRUSR", S_IRUSR},
    {"S_IWUSR", S_IWUSR},
    {"S_IXUSR", S_IXUSR},
    {"S_IRWXG", S_IRWXG},
    {"S_IRGRP", S_IRGRP},
    {"S_IWGRP", S_IWGRP},
    {"S_IXGRP", S_IXGRP},
    {"S_IRWXO", S_IRWXO},
    {"S_IROTH", S_IROTH},
    {"S_IWOTH", S_IWOTH},
    {"S_IXOTH", S_IXOTH},
    {"UF_NODUMP", 0x1},
    {"UF_IMMUTABLE", 0x2},
    {"UF_APPEND", 0x4},
    {"UF_OPAQUE", 0x8},
    {"UF_NOUNLINK", 0x10},
    {"UF_COMPRESSED", 0x20},
    {"UF_HIDDEN", 0x8000},
    {"SF_ARCHIVED", 0x10000},
    {"SF_IMMUTABLE", 0x20000},
    {"SF_APPEND", 0x40000},
    {"SF_NOUNLINK", 0x100000},
    {"SF_SNAPSHOT", 0x200000},
    {"ST_MODE", 0},
    {"ST_INO", 1},
    {"ST_DEV", 2},
    {"ST_NLINK", 3},
    {"ST_UID", 4},
    {"ST_GID", 5},
    {"ST_SIZE", 6},
    {"ST_ATIME", 7},
    {"ST_MTIME", 8},
    {"ST_CTIME", 9},
};

Status execute(Module* module) {
  for (const Constant& constant : kConstants)
    TRY(module_add(module, constant.name, make_int(constant.value)));
  return {};
}

}  // namespace

extern const ModuleSpec kStatModule{
    .name = "_stat", .doc = "S_IFMT_: file type bits", .functions = kFunctions, .execute = execute};

}  // namespace ouro::vm
