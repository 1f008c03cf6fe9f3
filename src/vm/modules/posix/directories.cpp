// posix: names in the file system: directories, links, renaming, the working directory; scandir.
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <vector>

#include "vm/heap/heap.h"
#include "vm/modules/posix/stat_result.h"
#include "vm/object/descriptors.h"

namespace ouro::vm {

namespace {

Result<Value> mkdir_function(const Value* a) {
  Path path = TRY(to_path(a[1], "mkdir"));
  auto mode = static_cast<mode_t>(a[2].is_null() ? 0777 : TRY(to_c_int(a[2])));
  int directory = TRY(to_directory_descriptor(a[3]));
  TRY(audit("os.mkdir", {path.shown, make_int(mode), shown_directory(directory)}));
  TRY(system_call([&] { return mkdirat(directory, path.c_str(), mode); }, path.shown));
  return none();
}

Result<Value> remove_with(const Value* a, const char* function, int flags) {
  Path path = TRY(to_path(a[1], function));
  int directory = TRY(to_directory_descriptor(a[2]));
  TRY(audit(flags != 0 ? "os.rmdir" : "os.remove", {path.shown, shown_directory(directory)}));
  TRY(system_call([&] { return unlinkat(directory, path.c_str(), flags); }, path.shown));
  return none();
}
Result<Value> unlink_function(const Value* a) {
  return remove_with(a, "unlink", 0);
}
Result<Value> remove_function(const Value* a) {
  return remove_with(a, "remove", 0);
}
Result<Value> rmdir_function(const Value* a) {
  return remove_with(a, "rmdir", AT_REMOVEDIR);
}

Result<Value> rename_with(const Value* a, const char* function) {
  Path from = TRY(to_path(a[1], function, false, "src")), to = TRY(to_path(a[2], function, false, "dst"));
  int from_directory = TRY(to_directory_descriptor(a[3])), to_directory = TRY(to_directory_descriptor(a[4]));
  TRY(audit("os.rename",
            {from.shown, to.shown, shown_directory(from_directory), shown_directory(to_directory)}));
  TRY(system_call([&] { return renameat(from_directory, from.c_str(), to_directory, to.c_str()); },
                  from.shown, to.shown));
  return none();
}
Result<Value> rename_function(const Value* a) {
  return rename_with(a, "rename");
}
Result<Value> replace_function(const Value* a) {
  return rename_with(a, "replace");
}

Result<Value> link_function(const Value* a) {
  Path from = TRY(to_path(a[1], "link", false, "src")), to = TRY(to_path(a[2], "link", false, "dst"));
  int from_directory = TRY(to_directory_descriptor(a[3])), to_directory = TRY(to_directory_descriptor(a[4]));
  bool follow = TRY(to_flag(a[5], true));
  TRY(audit("os.link",
            {from.shown, to.shown, shown_directory(from_directory), shown_directory(to_directory)}));
  TRY(system_call(
      [&] {
        return linkat(from_directory, from.c_str(), to_directory, to.c_str(), follow ? AT_SYMLINK_FOLLOW : 0);
      },
      from.shown, to.shown));
  return none();
}

Result<Value> symlink_function(const Value* a) {
  Path from = TRY(to_path(a[1], "symlink", false, "src")), to = TRY(to_path(a[2], "symlink", false, "dst"));
  int directory = TRY(to_directory_descriptor(a[4]));
  TRY(audit("os.symlink", {from.shown, to.shown, shown_directory(directory)}));
  TRY(system_call([&] { return symlinkat(from.c_str(), directory, to.c_str()); }, from.shown, to.shown));
  return none();
}

Result<Value> readlink_function(const Value* a) {
  Path path = TRY(to_path(a[1], "readlink"));
  int directory = TRY(to_directory_descriptor(a[2]));
  std::string target(4096, '\0');
  int64_t size = TRY(system_call(
      [&] { return readlinkat(directory, path.c_str(), target.data(), target.size()); }, path.shown));
  return name_like(path, {target.data(), static_cast<size_t>(size)});
}

Result<Value> access_function(const Value* a) {
  Path path = TRY(to_path(a[1], "access"));
  int mode = TRY(to_c_int(a[2]));
  int directory = TRY(to_directory_descriptor(a[3]));
  int flags =
      (TRY(to_flag(a[4], false)) ? AT_EACCESS : 0) | (TRY(to_flag(a[5], true)) ? 0 : AT_SYMLINK_NOFOLLOW);
  return make_bool(faccessat(directory, path.c_str(), mode, flags) == 0);
}

Result<Value> mkfifo_function(const Value* a) {
  Path path = TRY(to_path(a[1], "mkfifo"));
  auto mode = static_cast<mode_t>(a[2].is_null() ? 0666 : TRY(to_c_int(a[2])));
  int directory = TRY(to_directory_descriptor(a[3]));
  TRY(system_call([&] { return mkfifoat(directory, path.c_str(), mode); }, path.shown));
  return none();
}

// ---- the working directory

Result<std::string> working_directory() {
  std::string buffer(4096, '\0');
  while (getcwd(buffer.data(), buffer.size()) == nullptr) {
    if (errno != ERANGE) return raise_os_error(errno);
    buffer.resize(buffer.size() * 2);
  }
  buffer.resize(buffer.find('\0'));
  return buffer;
}
Result<Value> getcwd_function(const Value*) {
  return text_of(TRY(working_directory()));
}
Result<Value> getcwdb_function(const Value*) {
  return make_bytes(TRY(working_directory()));
}

Result<Value> chdir_function(const Value* a) {
  Path path = TRY(to_path(a[1], "chdir", true));
  TRY(audit("os.chdir", {path.shown}));
  TRY(system_call([&] { return path.is_descriptor() ? fchdir(path.descriptor) : chdir(path.c_str()); },
                  path.shown));
  return none();
}
Result<Value> fchdir_function(const Value* a) {
  int descriptor = TRY(to_file_descriptor(a[1]));
  TRY(system_call([&] { return fchdir(descriptor); }));
  return none();
}

// ---- listing

struct Name {
  std::string name;
  uint64_t inode;
  unsigned char type;
};

Result<std::vector<Name>> list_names(const Path& path) {
  std::vector<Name> result;
  DIR* stream;
  int error = 0;
  {
    ReleaseLock released;
    if (path.is_descriptor()) {
      int copy = fcntl(path.descriptor, F_DUPFD_CLOEXEC, 0);
      stream = copy < 0 ? nullptr : fdopendir(copy);
      if (stream != nullptr) rewinddir(stream);
    } else {
      stream = opendir(path.c_str());
    }
    error = errno;
    if (stream != nullptr) {
      while (dirent* entry = readdir(stream)) {
        std::string_view name = entry->d_name;
        if (name != "." && name != "..") result.push_back({std::string(name), entry->d_ino, entry->d_type});
      }
      closedir(stream);
    }
  }
  if (stream == nullptr) return raise_os_error(error, path.shown);
  return result;
}

Result<Path> directory_path(Value value, const char* function) {
  if (!value.is_null() && !is_none(value)) return to_path(value, function, true);
  Path path;
  path.bytes = ".";
  path.shown = make_str(".");
  return path;
}

Result<Value> listdir_function(const Value* a) {
  Path path = TRY(directory_path(a[1], "listdir"));
  TRY(audit("os.listdir", {path.shown}));
  List* list = make_list();
  for (const Name& entry : TRY(list_names(path))) TRY(list_append(list, TRY(name_like(path, entry.name))));
  return list;
}

// ---- scandir

struct DirEntry : Object {
  Value name, path;
  Value stat, lstat;  // null until asked
  uint64_t inode;
  int directory;  // the descriptor that was scanned, or -1
  uint8_t file_type;
};

struct ScanIterator : Object {
  std::vector<Name>* names;
  size_t next;
  Value path;  // as given: text or bytes
  bool bytes;
  int directory;
};

Type* entry_type = nullptr;
Type* scan_type = nullptr;

void trace_entry(Object* object, Tracer& tracer) {
  auto* entry = static_cast<DirEntry*>(object);
  for (Value field : {entry->name, entry->path, entry->stat, entry->lstat}) tracer.visit(field);
}
void trace_scan(Object* object, Tracer& tracer) {
  tracer.visit(static_cast<ScanIterator*>(object)->path);
}
void free_scan(Object* object) {
  delete std::exchange(static_cast<ScanIterator*>(object)->names, nullptr);
}

Result<Value> scandir_function(const Value* a) {
  Path path = TRY(directory_path(a[1], "scandir"));
  TRY(audit("os.scandir", {path.shown}));
  std::vector<Name> names_found = TRY(list_names(path));
  auto* scan = allocate_instance<ScanIterator>(scan_type);
  scan->names = new std::vector<Name>(std::move(names_found));
  store(scan, scan->path, path.is_descriptor() ? Value() : TRY(name_like(path, path.bytes)));
  scan->bytes = path.was_bytes;
  scan->directory = path.descriptor;
  return scan;
}

Result<Value> make_entry(ScanIterator* scan, const Name& name) {
  Path form;
  form.was_bytes = scan->bytes;
  Value text = TRY(name_like(form, name.name));
  Value full = text;
  if (!scan->path.is_null()) {
    std::string base = TRY(encode_file_name(scan->path));
    if (!base.empty() && base.back() != '/') base += '/';
    full = TRY(name_like(form, base + name.name));
  }
  auto* entry = allocate_instance<DirEntry>(entry_type);
  entry->name = text;
  entry->path = full;
  entry->inode = name.inode;
  entry->directory = scan->directory;
  entry->file_type = name.type;
  write_barrier(entry);
  return entry;
}

Result<Value> scan_next(Value self) {
  auto* scan = self.as<ScanIterator>();
  if (scan->names == nullptr) return Value::stop();
  if (scan->next >= scan->names->size()) {
    free_scan(scan);
    return Value::stop();
  }
  return make_entry(scan, (*scan->names)[scan->next++]);
}
Result<Value> scan_self(Value self) {
  return self;
}
Result<Value> scan_close(const Value* a) {
  free_scan(a[0].object());
  return none();
}
Result<Value> scan_enter(const Value* a) {
  return a[0];
}

Result<Value> entry_stat_of(DirEntry* entry, bool follow) {
  Value& known = follow ? entry->stat : entry->lstat;
  if (!known.is_null()) return known;
  std::string path = TRY(encode_file_name(entry->directory >= 0 ? entry->name : entry->path));
  int directory = entry->directory >= 0 ? entry->directory : AT_FDCWD;
  struct stat info;
  TRY(system_call([&] { return fstatat(directory, path.c_str(), &info, follow ? 0 : AT_SYMLINK_NOFOLLOW); },
                  entry->path));
  store(entry, known, TRY(make_stat_result(info)));
  return known;
}

Result<Value> entry_stat(const Value* a) {
  auto* entry = a[0].as<DirEntry>();
  bool follow = TRY(to_flag(a[1], true));
  return entry_stat_of(entry, follow && (entry->file_type == DT_LNK || entry->file_type == DT_UNKNOWN));
}

/// Whether the entry is of the type, as d_type says or a stat that may follow a link.
Result<Value> entry_is(DirEntry* entry, bool follow, unsigned char type, mode_t mode) {
  bool is_link = entry->file_type == DT_LNK;
  if (entry->file_type != DT_UNKNOWN && !(is_link && follow)) return make_bool(entry->file_type == type);
  auto info = entry_stat_of(entry, follow);
  if (!info.ok()) {
    if (!clear_if(types.FileNotFoundError)) return Raised{};
    return make_bool(false);
  }
  int64_t bits = TRY(to_int64(info.unwrap().as<Tuple>()->items[0]));
  return make_bool((static_cast<mode_t>(bits) & S_IFMT) == mode);
}

Result<Value> entry_is_dir(const Value* a) {
  return entry_is(a[0].as<DirEntry>(), TRY(to_flag(a[1], true)), DT_DIR, S_IFDIR);
}
Result<Value> entry_is_file(const Value* a) {
  return entry_is(a[0].as<DirEntry>(), TRY(to_flag(a[1], true)), DT_REG, S_IFREG);
}
Result<Value> entry_is_symlink(const Value* a) {
  return entry_is(a[0].as<DirEntry>(), false, DT_LNK, S_IFLNK);
}
Result<Value> entry_inode(const Value* a) {
  return make_int_unsigned(a[0].as<DirEntry>()->inode);
}
Result<Value> entry_fspath(const Value* a) {
  return a[0].as<DirEntry>()->path;
}
Result<Value> entry_repr(Value self) {
  return make_str(fmt::format("<DirEntry {}>", repr_text(self.as<DirEntry>()->name)));
}

constexpr MethodSpec kEntryMethods[] = {
    {"stat", "($self, /, *, follow_symlinks=True)", entry_stat,
     "What is known of the entry; kept once asked."},
    {"is_dir", "($self, /, *, follow_symlinks=True)", entry_is_dir, "Whether it is a directory."},
    {"is_file", "($self, /, *, follow_symlinks=True)", entry_is_file, "Whether it is a regular file."},
    {"is_symlink", "($self, /)", entry_is_symlink, "Whether it is a symbolic link."},
    {"inode", "($self, /)", entry_inode, "The inode number."},
    {"__fspath__", "($self, /)", entry_fspath, "The path."},
    {"__class_getitem__", "($type, object, /)", class_getitem_generic, "See PEP 585", Binding::Class},
};
constexpr MemberSpec kEntryMembers[] = {
    {"name", offsetof(DirEntry, name), false, false, "The base name."},
    {"path", offsetof(DirEntry, path), false, false, "The path, as scandir was given it."},
};
constexpr MethodSpec kScanMethods[] = {
    {"__enter__", "($self, /)", scan_enter},
    {"__exit__", "($self, *args)", scan_close},
    {"close", "($self, /)", scan_close, "Ends the iteration."},
};

constexpr MethodSpec kFunctions[] = {
    {"mkdir", "($module, /, path, mode=511, *, dir_fd=None)", mkdir_function, "Makes a directory."},
    {"rmdir", "($module, /, path, *, dir_fd=None)", rmdir_function, "Removes an empty directory."},
    {"unlink", "($module, /, path, *, dir_fd=None)", unlink_function, "Removes a file."},
    {"remove", "($module, /, path, *, dir_fd=None)", remove_function, "Removes a file."},
    {"rename", "($module, /, src, dst, *, src_dir_fd=None, dst_dir_fd=None)", rename_function,
     "Renames a file."},
    {"replace", "($module, /, src, dst, *, src_dir_fd=None, dst_dir_fd=None)", replace_function,
     "Renames a file over another."},
    {"link", "($module, /, src, dst, *, src_dir_fd=None, dst_dir_fd=None, follow_symlinks=True)",
     link_function, "Gives a file another name."},
    {"symlink", "($module, /, src, dst, target_is_directory=False, *, dir_fd=None)", symlink_function,
     "Makes a symbolic link."},
    {"readlink", "($module, /, path, *, dir_fd=None)", readlink_function, "What a symbolic link points to."},
    {"access", "($module, /, path, mode, *, dir_fd=None, effective_ids=False, follow_symlinks=True)",
     access_function, "Whether the file may be used so."},
    {"mkfifo", "($module, /, path, mode=438, *, dir_fd=None)", mkfifo_function, "Makes a named pipe."},
    {"getcwd", "($module, /)", getcwd_function, "The working directory."},
    {"getcwdb", "($module, /)", getcwdb_function, "The working directory, as bytes."},
    {"chdir", "($module, /, path)", chdir_function, "Changes the working directory."},
    {"fchdir", "($module, /, fd)", fchdir_function, "Changes the working directory to an open one."},
    {"listdir", "($module, /, path=None)", listdir_function, "The names in a directory, in no order."},
    {"scandir", "($module, /, path=None)", scandir_function, "An iterator over the entries of a directory."},
};

}  // namespace

std::span<const MethodSpec> posix_directory_functions() {
  return kFunctions;
}

Status add_posix_directory_types(Module* module) {
  static TypeSpec entry_spec{.name = "posix.DirEntry",
                             .kind = Kind::kNative,
                             .basic_size = sizeof(DirEntry),
                             .flags = kTypeDisallowNew,
                             .trace = trace_entry,
                             .methods = kEntryMethods,
                             .members = kEntryMembers,
                             .doc = "An entry of a directory."};
  entry_spec.slots.repr = entry_repr;
  static TypeSpec scan_spec{.name = "posix.ScandirIterator",
                            .kind = Kind::kNative,
                            .basic_size = sizeof(ScanIterator),
                            .flags = kTypeDisallowNew | kTypeHasFinalizer,
                            .trace = trace_scan,
                            .methods = kScanMethods};
  scan_spec.slots.iter = scan_self;
  scan_spec.slots.iternext = scan_next;
  scan_spec.slots.release = free_scan;
  entry_type = make_native_type(entry_spec);
  scan_type = make_native_type(scan_spec);
  add_root(reinterpret_cast<Object**>(&scan_type));
  return module_add(module, "DirEntry", entry_type);
}

}  // namespace ouro::vm
