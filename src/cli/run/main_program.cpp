#include "cli/run/main_program.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "base/files.h"
#include "cli/console.h"
#include "cli/run/interactive.h"
#include "vm/import/compile.h"
#include "vm/import/import.h"
#include "vm/import/marshal.h"
#include "vm/import/startup.h"
#include "vm/interp/interpreter.h"
#include "vm/modules/sys.h"
#include "vm/object/protocol.h"

namespace ouro::cli {

namespace {

namespace fs = std::filesystem;
using vm::Result;
using vm::Status;
using vm::Value;
using Mode = PythonOptions::Mode;

/// The bytes of this Python's .pyc magic number that tell one from a source file.
constexpr std::string_view kMagic = "\xa7\x0d\x0d\x0a";
constexpr size_t kHeaderSize = 16;

Status insert_path(Value entry) {
  Value path = TRY(vm::get_attribute(vm::sys_module(), vm::names.path));
  TRY(vm::call_method(path, vm::names.insert, {Value::from_small(0), entry}));
  return {};
}

Result<vm::Module*> main_module() {
  Value modules = TRY(vm::modules_dict());
  Value main = vm::dict_get(modules.as<vm::Dict>(), vm::intern("__main__"));
  if (!vm::is_kind(main, vm::Kind::kModule)) return vm::raise(vm::types.ImportError, "no __main__ module");
  return main.as<vm::Module>();
}

Status set_main(const char* name, Value value) {
  return vm::module_add(TRY(main_module()), name, value);
}

/// Runs source in `__main__`.
Status run_text(std::string_view source, bool is_text, const std::string& name) {
  vm::Str* filename = TRY(vm::decode_file_name(name));
  vm::Code* code = is_text ? TRY(vm::compile_source(source, true, filename, vm::CompileMode::Exec, 0, -1))
                           : TRY(vm::compile_file(source, filename));
  vm::Module* main = TRY(main_module());
  TRY(vm::run_code(code, main->dict, main->dict));
  return {};
}

/// `__loader__` of a main program that was read from a file.
Status set_loader(const char* loader, const std::string& file) {
  Value external = TRY(vm::import_module("_frozen_importlib_external"));
  Value type = TRY(vm::get_attribute(external, vm::intern(loader)));
  return set_main("__loader__",
                  TRY(vm::call(type, {vm::intern("__main__"), TRY(vm::decode_file_name(file))})));
}

/// Sets `__file__` and `__cached__`, and takes them away when the program has ended.
class FileNames {
 public:
  Status set(const std::string& file) {
    TRY(set_main("__file__", TRY(vm::decode_file_name(file))));
    TRY(set_main("__cached__", vm::none()));
    set_ = true;
    return {};
  }
  FileNames() = default;
  ~FileNames() {
    if (!set_) return;
    vm::Exception* pending = vm::thread()->exception;
    vm::thread()->exception = nullptr;
    if (auto main = main_module(); main.ok()) {
      for (const char* name : {"__file__", "__cached__"})
        (void)vm::dict_delete(main.unwrap()->dict, vm::intern(name));
    }
    vm::thread()->exception = pending;
  }
  FileNames(const FileNames&) = delete;
  FileNames& operator=(const FileNames&) = delete;

 private:
  bool set_ = false;
};

/// Whether a regular file may be a zip archive: its end says so. Saves asking an importer about each script.
bool may_be_archive(const std::string& file, off_t size) {
  constexpr std::string_view kMark = "PK\5\6";
  constexpr off_t kLongestEnd = 22 + 65535;
  const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  std::string end(static_cast<size_t>(std::min(size, kLongestEnd)), '\0');
  const ssize_t got = pread(descriptor, end.data(), end.size(), size - static_cast<off_t>(end.size()));
  close(descriptor);
  return got > 0 && std::string_view(end).find(kMark) != std::string_view::npos;
}

/// The importer that sys.path_hooks have for a path; None when there is none.
Result<Value> importer_for(Value path) {
  Value hooks = TRY(vm::get_attribute(vm::sys_module(), vm::intern("path_hooks")));
  Value cache = TRY(vm::get_attribute(vm::sys_module(), vm::intern("path_importer_cache")));
  Value importer = vm::none();
  vm::Tuple* all = TRY(vm::to_tuple(hooks));
  for (Value hook : all->span()) {
    auto made = vm::call(hook, {path});
    if (made.ok()) {
      importer = made.unwrap();
      break;
    }
    if (!vm::clear_if(vm::types.ImportError)) return vm::Raised{};
  }
  TRY(vm::set_item(cache, path, importer));
  return importer;
}

}  // namespace

Status make_main_module() {
  vm::Module* module = vm::make_module(vm::intern("__main__"));
  vm::dict_set(TRY(vm::modules_dict()).as<vm::Dict>(), vm::intern("__main__"), module);
  TRY(vm::module_add(module, "__builtins__", vm::builtins_module()));
  TRY(vm::module_add(module, "__annotations__", vm::make_dict()));
  Value importlib = TRY(vm::import_module("_frozen_importlib"));
  return vm::module_add(module, "__loader__",
                        TRY(vm::get_attribute(importlib, vm::intern("BuiltinImporter"))));
}

bool MainProgram::has_program() const {
  return options_.mode != Mode::Stdin;
}

bool MainProgram::stdin_is_interactive() const {
  return isatty(STDIN_FILENO) != 0 || options_.interactive > 0;
}

/// What is put before sys.path: nothing with -P; the current directory for -m; the script's directory.
Status MainProgram::prepare_path() {
  if (options_.safe_path || path_entry_) return {};
  std::error_code failed;
  std::string directory;
  if (options_.mode == Mode::Module) {
    directory = fs::current_path(failed).string();
    if (failed) return {};
  } else if (options_.mode == Mode::Script) {
    const fs::path target = fs::canonical(options_.target, failed);
    directory = (failed ? fs::path(options_.target) : target).parent_path().string();
  }
  return insert_path(TRY(vm::decode_file_name(directory)));
}

Status MainProgram::run_command() {
  Value command = TRY(vm::decode_file_name(options_.target));
  TRY(vm::audit("cpython.run_command", {command}));
  auto utf8 = vm::utf8_or_raise(command.as<vm::Str>());
  if (!utf8.ok()) {
    write_err("Unable to decode the command from the command line:\n");
    return vm::Raised{};
  }
  return run_text(utf8.unwrap() + "\n", true, "<string>");
}

Status MainProgram::run_module(const std::string& name, bool set_argument) {
  Value text = TRY(vm::decode_file_name(name));
  TRY(vm::audit("cpython.run_module", {text}));
  Value runpy = TRY(vm::import_module("runpy"));
  Value run = TRY(vm::get_attribute(runpy, vm::intern("_run_module_as_main")));
  TRY(vm::call(run, {text, vm::make_bool(set_argument)}));
  return {};
}

/// A directory, a zip archive, or anything else that an importer takes goes to the front of sys.path; its
/// `__main__` is run.
Result<bool> MainProgram::add_path_entry() {
  struct stat info;
  if (stat(file_.c_str(), &info) != 0) return false;
  if (S_ISREG(info.st_mode) && !may_be_archive(file_, info.st_size)) return false;
  Value path = TRY(vm::decode_file_name(file_));
  if (vm::is_none(TRY(importer_for(path)))) return false;
  TRY(insert_path(path));
  return true;
}

Status MainProgram::run_pyc(std::string_view bytes) {
  TRY(set_loader("SourcelessFileLoader", file_));
  if (!bytes.starts_with(kMagic)) return vm::raise(vm::types.RuntimeError, "Bad magic number in .pyc file");
  if (bytes.size() < kHeaderSize) return vm::raise(vm::types.EOFError, "EOF read where not expected");
  auto object = vm::unmarshal(bytes.substr(kHeaderSize));
  if (!object.ok()) vm::take_exception();
  const Value code = object.ok() ? object.unwrap() : vm::none();
  if (!vm::is_kind(code, vm::Kind::kCode))
    return vm::raise(vm::types.RuntimeError, "Bad code object in .pyc file");
  vm::Module* main = TRY(main_module());
  TRY(vm::run_code(code.as<vm::Code>(), main->dict, main->dict));
  return {};
}

Result<Ending> MainProgram::run_script() {
  Value name = TRY(vm::decode_file_name(file_));
  TRY(vm::audit("cpython.run_file", {name}));
  FileBuffer buffer;
  FileInfo info;
  if (const int error = read_file(file_, &buffer, &info); error == EISDIR) {
    write_err(
        fmt::format("{}: {} is a directory, cannot continue\n", paths_.executable, vm::repr_text(name)));
    return Ending{.code = 1};
  } else if (error != 0) {
    write_err(fmt::format("{}: can't open file {}: [Errno {}] {}\n", paths_.executable, vm::repr_text(name),
                          error, strerror(error)));
    return Ending{.code = 2};
  }
  std::string_view bytes = buffer.bytes();
  FileNames names;
  TRY(names.set(file_));
  if (file_.ends_with(".pyc") || (bytes.starts_with(kMagic.substr(0, 2)) && !options_.skip_first_line)) {
    TRY(run_pyc(bytes));
    return Ending{};
  }
  TRY(set_loader("SourceFileLoader", file_));
  if (options_.skip_first_line) bytes.remove_prefix(std::min(bytes.find('\n'), bytes.size()));
  TRY(run_text(bytes, false, file_));
  return Ending{};
}

Result<Ending> MainProgram::run_stdin() {
  if (stdin_is_interactive()) {
    inspecting_ = false;
    TRY(run_startup_file(options_));
    run_interactive_hook();
    TRY(vm::audit("cpython.run_stdin", {}));
    TRY(run_session());
    return Ending{};
  }
  TRY(vm::audit("cpython.run_stdin", {}));
  FileBuffer buffer;
  if (const int error = read_descriptor(STDIN_FILENO, &buffer, uint64_t{2} << 30);
      error != 0 && error != EBADF)
    return vm::raise_os_error(error);
  FileNames names;
  TRY(names.set("<stdin>"));
  TRY(run_text(buffer.bytes(), false, "<stdin>"));
  return Ending{};
}

Result<Ending> MainProgram::run_selected() {
  if (options_.mode == Mode::Script) {
    std::error_code failed;
    const std::string_view target = options_.target;
    const fs::path below(target == "." ? "" : target.substr(target.starts_with("./") ? 2 : 0));
    const fs::path here = fs::current_path(failed);
    file_ = target.starts_with('/') ? options_.target
            : below.empty()         ? here.string()
                                    : (here / below).string();
    path_entry_ = TRY(add_path_entry());
  }
  const bool interactive = !has_program() || options_.inspect > 0;
  if (interactive && options_.isolated == 0 && stdin_is_interactive()) {
    for (const char* module : {"readline", "rlcompleter"}) {
      if (!vm::import_module(module).ok()) vm::take_exception();
    }
  }
  TRY(prepare_path());
  if (options_.quiet == 0 && (options_.verbose > 0 || (!has_program() && stdin_is_interactive())))
    show_banner(!options_.no_site);
  switch (options_.mode) {
    case Mode::Command:
      TRY(run_command());
      return Ending{};
    case Mode::Module:
      TRY(run_module(options_.target, true));
      return Ending{};
    case Mode::Script:
      if (!path_entry_) return run_script();
      TRY(run_module("__main__", false));
      return Ending{};
    default:
      return run_stdin();
  }
}

Ending MainProgram::run() {
  inspecting_ = options_.inspect > 0;
  auto result = run_selected();
  const Ending ending = result.ok() ? result.unwrap() : end_by_exception();
  return inspect(ending);
}

/// -i, and PYTHONINSPECT, which the program itself may set: a session after the program.
Ending MainProgram::inspect(Ending ending) {
  const bool wanted = options_.inspect > 0 || options_.environment("PYTHONINSPECT");
  if (!wanted || !has_program() || !stdin_is_interactive()) return ending;
  inspecting_ = false;
  run_interactive_hook();
  return run_session().ok() ? Ending{} : end_by_exception();
}

Ending MainProgram::end_by_exception() {
  if (vm::exception_is(vm::types.SystemExit) && !inspecting_) return {.code = vm::handle_system_exit()};
  const bool interrupted = vm::exception_is(vm::types.KeyboardInterrupt);
  if (vm::show_pending_exception()) return {.code = vm::handle_system_exit()};
  return {.code = 1, .interrupted = interrupted};
}

}  // namespace ouro::cli
