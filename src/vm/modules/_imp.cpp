// The module _imp: what importlib's bootstrap asks of the machine.
#include <sys/stat.h>

#include <cerrno>

#include "base/siphash.h"
#include "vm/builtins/functions.h"
#include "vm/import/compile.h"
#include "vm/import/frozen.h"
#include "vm/import/import.h"
#include "vm/import/marshal.h"
#include "vm/interp/interpreter.h"
#include "vm/object/argument_errors.h"
#include "vm/object/native.h"

namespace ouro::vm {

namespace {

// ---- the import lock: recursive, held by one thread

struct ImportLock {
  uint64_t owner = 0;  // thread id + 1; 0: nobody
  int depth = 0;
} import_lock;

Result<Value> lock_held(const Value*) {
  return make_bool(import_lock.owner != 0);
}

Result<Value> acquire_lock(const Value*) {
  uint64_t me = thread()->id + 1;
  while (import_lock.owner != 0 && import_lock.owner != me) {
    ReleaseLock released;  // its holder needs the interpreter to get on
  }
  import_lock.owner = me;
  ++import_lock.depth;
  return none();
}

Result<Value> release_lock(const Value*) {
  if (import_lock.owner != thread()->id + 1) return raise(types.RuntimeError, "not holding the import lock");
  if (--import_lock.depth == 0) import_lock.owner = 0;
  return none();
}

// ---- frozen modules

int frozen_override = 0;  // below zero: none are found, but for the bootstrap's own; above: all are
bool frozen_modules_used() {
  return frozen_override == 0 ? import_options.use_frozen_modules : frozen_override > 0;
}

bool is_essential(std::string_view name) {
  return name == "_frozen_importlib" || name == "_frozen_importlib_external" || name == "zipimport";
}

std::optional<FrozenModule> find_used(Str* name) {
  std::string text = to_utf8(name);
  if (!frozen_modules_used() && !is_essential(text)) return std::nullopt;
  return find_frozen(text);
}

/// ImportError with the module's name.
Raised no_frozen_module(Value name, const char* problem, const char* end = "") {
  Value message = make_str(fmt::format("{} {}{}", problem, repr_text(name), end));
  Value error = TRY(call(types.ImportError, {message}));
  TRY(set_attribute(error, names.name, name));
  return raise_value(error);
}

Result<FrozenModule> frozen_module(Value name, const char* function, const char* argument = "") {
  if (!is_str(name))
    return raise(types.TypeError, "{}() argument{} must be str, not {}", function, argument,
                 given_name(name));
  auto found = find_used(name.as<Str>());
  if (!found) return no_frozen_module(name, "No such frozen object named");
  return *found;
}

Result<Value> find_frozen_info(const Value* a) {
  if (!is_str(a[1]))
    return raise(types.TypeError, "find_frozen() argument 1 must be str, not {}", given_name(a[1]));
  const auto found = find_used(a[1].as<Str>());
  if (!found) return none();
  Value data = none();
  if (!a[2].is_null() && TRY(is_true(a[2]))) {
    data = TRY(call(types.memoryview, {make_bytes(found->code)}));
  }
  Value original = found->original_name.empty() ? none() : Value(make_str(found->original_name));
  return make_tuple({data, make_bool(found->is_package), original});
}

Result<Value> get_frozen_object(const Value* a) {
  if (!a[2].is_null() && !is_none(a[2])) {
    BufferView view;
    TRY(get_buffer(a[2], &view));
    auto code = unmarshal({static_cast<const char*>(view.data), static_cast<size_t>(view.length)});
    release_buffer(&view);
    if (!code.ok()) {
      take_exception();
      return no_frozen_module(a[1], "Frozen object named", " is invalid");
    }
    Value object = code.unwrap();
    if (!is_kind(object, Kind::kCode))
      return raise(types.TypeError, "frozen object {} is not a code object", repr_text(a[1]));
    return object;
  }
  const FrozenModule frozen = TRY(frozen_module(a[1], "get_frozen_object", " 1"));
  return unmarshal_archived(frozen.code, frozen.late);
}

Result<Value> is_frozen(const Value* a) {
  if (!is_str(a[1]))
    return raise(types.TypeError, "is_frozen() argument must be str, not {}", given_name(a[1]));
  return make_bool(find_used(a[1].as<Str>()).has_value());
}

Result<Value> is_frozen_package(const Value* a) {
  return make_bool(TRY(frozen_module(a[1], "is_frozen_package")).is_package);
}

Result<Value> init_frozen(const Value* a) {
  const FrozenModule frozen = TRY(frozen_module(a[1], "init_frozen"));
  Value code = TRY(unmarshal_archived(frozen.code, frozen.late));
  Value modules = TRY(modules_dict());
  Value module = TRY(dict_get(modules.as<Dict>(), a[1]));
  if (module.is_null()) {
    module = make_module(a[1].as<Str>());
    TRY(dict_set(modules.as<Dict>(), a[1], module));
  }
  Dict* dict = module.as<Module>()->dict;
  dict_set(dict, names.dunder_builtins, builtins_module());
  if (frozen.is_package) dict_set(dict, names.dunder_path, make_list());
  TRY(run_code(code.as<Code>(), dict, dict));
  dict_set(dict, intern("__origname__"), make_str(frozen.original_name));
  return module;
}

Result<Value> frozen_module_names(const Value*) {
  List* list = make_list();
  for (std::string_view name : frozen_names()) TRY(list_append(list, make_str(name)));
  return list;
}

Result<Value> override_frozen(const Value* a) {
  frozen_override = TRY(to_c_int(a[1]));
  return none();
}

// ---- the standard library's files in the archive

void fix_file_name(Code* code, Str* from, Str* to) {
  if (!equals(code->filename, from)) return;
  store(code, code->filename, to);
  if (code->late != nullptr) return;  // those inside get their names from this one
  for (Value constant : code->consts->span()) {
    if (is_kind(constant, Kind::kCode)) fix_file_name(constant.as<Code>(), from, to);
  }
}

/// The path below the library's directory; nothing for one elsewhere.
std::optional<std::string> path_in_library(std::string_view path) {
  auto directory = sys_attribute("_stdlib_dir");
  if (!directory.ok() || directory.unwrap().is_null() || !is_str(directory.unwrap())) return std::nullopt;
  const std::string library = to_utf8(directory.unwrap().as<Str>());
  if (path == library) return "";
  if (!path.starts_with(library) || path.size() < library.size() + 2 || path[library.size()] != '/')
    return std::nullopt;
  return std::string(path.substr(library.size() + 1));
}

/// Whether the source still is what was compiled. Where the library's sources are not installed at all, the
/// archive is all there is.
bool is_up_to_date(const LibraryFile& file, const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) == 0) {
    return S_ISREG(info.st_mode) && static_cast<uint32_t>(info.st_mtime) == file.source_time &&
           static_cast<uint32_t>(info.st_size) == file.source_size;
  }
  const std::string library = path.substr(0, path.size() - file.path.size());
  return stat(library.c_str(), &info) != 0 && errno == ENOENT;
}

Result<Value> library_code(const Value* a) {
  const std::string path = TRY(encode_file_name(a[1]));
  const auto inside = path_in_library(path);
  const auto file = inside ? find_library_file(*inside) : std::nullopt;
  if (!file || optimization_level != 0) return none();
  Value code = TRY(unmarshal_archived(file->code, file->late));
  if (!is_kind(code, Kind::kCode)) return none();
  Str* name = TRY(decode_file_name(path));
  if (!equals(code.as<Code>()->filename, name))
    fix_file_name(code.as<Code>(), code.as<Code>()->filename, name);
  return code;
}

Result<Value> find_in_library(const Value* a) {
  if (optimization_level != 0) return none();
  auto encoded = encode_file_name(a[2]);
  if (!encoded.ok()) {  // a name that no file can have
    if (!clear_if(types.ValueError)) return Raised{};
    return none();
  }
  const std::string name = encoded.unwrap();
  const std::string directory = TRY(encode_file_name(a[1]));
  auto below = path_in_library(directory);
  if (!below) return none();
  if (!below->empty()) *below += '/';
  for (const char* ending : {"/__init__.py", ".py"}) {
    const auto file = find_library_file(*below + name + ending);
    if (!file) continue;
    const std::string path = directory + "/" + name + ending;
    if (!is_up_to_date(*file, path)) return none();
    Value locations = none();
    if (ending[0] == '/') {
      const Value folder = TRY(decode_file_name(directory + "/" + name));
      locations = make_list({&folder, 1});
    }
    return make_tuple({TRY(decode_file_name(path)), locations});
  }
  return none();
}

// ---- builtin modules

Result<Value> is_builtin(const Value* a) {
  if (!is_str(a[1]))
    return raise(types.TypeError, "is_builtin() argument must be str, not {}", given_name(a[1]));
  std::string name = to_utf8(a[1].as<Str>());
  if (find_native_module(name) == nullptr) return Value::from_small(0);
  return Value::from_small(name == "sys" || name == "builtins" ? -1 : 1);
}

Result<Value> create_builtin(const Value* a) {
  Value name = TRY(get_attribute(a[1], names.name));
  if (!is_str(name)) return raise(types.TypeError, "name must be string, not {}", type_name(name));
  std::string text = to_utf8(name.as<Str>());
  if (text == "sys") return sys_module();
  if (text == "builtins") return builtins_module();
  const ModuleSpec* spec = find_native_module(text);
  if (spec == nullptr) return none();
  return TRY(make_native_module(*spec));
}

/// The module was executed when it was made.
Result<Value> exec_builtin(const Value*) {
  return Value::from_small(0);
}

Result<Value> no_dynamic(const Value* a) {
  const Value name = TRY(get_attribute(a[1], names.name));
  if (!is_str(name)) return raise(types.TypeError, "spec.name must be a string");
  const Value path = TRY(get_attribute(a[1], intern("origin")));
  if (!is_str(path)) return raise(types.TypeError, "bad argument type for built-in operation");
  (void)raise_with(types.ImportError, {make_str("extension modules of CPython cannot be loaded")});
  auto* exception = static_cast<ImportErrorObject*>(thread()->exception);
  store(exception, exception->name, name);
  // As the path that a dynamic linker would be asked for.
  const bool has_directory = to_utf8(path.as<Str>()).find('/') != std::string::npos;
  store(exception, exception->path,
        has_directory ? path : Value(TRY(concat(make_ascii("./"), path.as<Str>()))));
  return Raised{};
}

Result<Value> extension_suffixes(const Value*) {
  return make_list();
}

// ---- the rest

Result<Value> fix_co_filename(const Value* a) {
  if (!is_kind(a[1], Kind::kCode))
    return raise(types.TypeError, "_fix_co_filename() argument 1 must be code, not {}", given_name(a[1]));
  if (!is_str(a[2]))
    return raise(types.TypeError, "_fix_co_filename() argument 2 must be str, not {}", given_name(a[2]));
  auto* code = a[1].as<Code>();
  if (!equals(code->filename, a[2].as<Str>())) {
    code->marshalled = nullptr;
    fix_file_name(code, code->filename, a[2].as<Str>());
  }
  return none();
}

Result<Value> hash_source(const Value* a) {
  int64_t key = TRY(to_int64(a[1]));
  BufferView view;
  TRY(get_buffer(a[2], &view));
  uint64_t hash = siphash13(static_cast<uint64_t>(key), 0,
                            {static_cast<const char*>(view.data), static_cast<size_t>(view.length)});
  release_buffer(&view);
  return make_bytes({reinterpret_cast<const char*>(&hash), 8});
}

constexpr MethodSpec kFunctions[] = {
    {"lock_held", "($module, /)", lock_held, "Whether some thread holds the import lock."},
    {"acquire_lock", "($module, /)", acquire_lock, "Waits for the import lock and takes it."},
    {"release_lock", "($module, /)", release_lock, "Lets the import lock go."},
    {"find_frozen", "($module, name, /, *, withdata=False)", find_frozen_info,
     "(data, is_package, original name) of a frozen module, or None."},
    {"get_frozen_object", "($module, name, data=None, /)", get_frozen_object, "The code of a frozen module."},
    {"is_frozen", "($module, name, /)", is_frozen, "Whether there is a frozen module of this name."},
    {"is_frozen_package", "($module, name, /)", is_frozen_package, "Whether the frozen module is a package."},
    {"init_frozen", "($module, name, /)", init_frozen, "Runs a frozen module."},
    {"_frozen_module_names", "($module, /)", frozen_module_names, "The names of all frozen modules."},
    {"_override_frozen_modules_for_tests", "($module, override, /)", override_frozen,
     "Below zero: frozen modules are not found; above: they are."},
    {"is_builtin", "($module, name, /)", is_builtin,
     "1 for a native module, -1 for one that is always there, else 0."},
    {"create_builtin", "($module, spec, /)", create_builtin, "A native module."},
    {"exec_builtin", "($module, mod, /)", exec_builtin, "Initialises a native module."},
    {"create_dynamic", "($module, spec, file=<unrepresentable>, /)", no_dynamic,
     "ImportError: there are no extension modules."},
    {"exec_dynamic", "($module, mod, /)", exec_builtin, "Initialises an extension module."},
    {"extension_suffixes", "($module, /)", extension_suffixes, "File name endings of extension modules."},
    {"_library_code", "($module, path, /)", library_code,
     "The code of a file of the standard library from the archive, or None."},
    {"_find_in_library", "($module, directory, name, /)", find_in_library,
     "(path, locations) of a module of the standard library that is in the archive and up to date, or None."},
    {"_fix_co_filename", "($module, code, path, /)", fix_co_filename,
     "Gives a code object another file name."},
    {"source_hash", "($module, key, source)", hash_source, "The hash in hash-based .pyc files (PEP 552)."},
};

Status execute(Module* module) {
  return module_add(module, "check_hash_based_pycs", make_str(import_options.check_hash_based_pycs));
}

}  // namespace

extern const ModuleSpec kImpModule{
    .name = "_imp", .doc = "The machine's half of importlib.", .functions = kFunctions, .execute = execute};

}  // namespace ouro::vm
