// From a command line to a running program: the machine is started, sys filled, importlib and site brought
// up, and the main program run as `__main__`.
#include "cli/run/run_python.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "base/files.h"
#include "cli/console.h"
#include "cli/run/compile_hook.h"
#include "vm/import/compile.h"
#include "vm/import/frozen.h"
#include "vm/import/import.h"
#include "vm/import/startup.h"
#include "vm/interp/interpreter.h"
#include "vm/modules/signals.h"
#include "vm/modules/sys.h"
#include "vm/object/protocol.h"

namespace ouro::cli {

namespace {

using vm::names;
using vm::Result;
using vm::Status;
using vm::Value;

namespace fs = std::filesystem;

/// The running program's own file.
std::string executable_path() {
  std::error_code failed;
  fs::path path = fs::read_symlink("/proc/self/exe", failed);
  return failed ? std::string() : path.string();
}

/// The archive of frozen modules: beside the program in a build, under lib/ouro when installed.
std::string archive_path(const std::string& executable) {
  const fs::path directory = fs::path(executable).parent_path();
  std::error_code ignored;
  for (const fs::path& path : {directory / "ouro-library.arc", directory / "../lib/ouro/ouro-library.arc"}) {
    if (fs::exists(path, ignored)) return path.string();
  }
  return {};
}

void append_paths(const std::string& list, std::vector<std::string>* to) {
  for (size_t start = 0; start <= list.size();) {
    const size_t colon = std::min(list.find(':', start), list.size());
    to->push_back(list.substr(start, colon - start));
    start = colon + 1;
  }
}

int64_t max_digits(const PythonOptions& o) {
  for (const std::string& option : o.x_options) {
    if (option.starts_with("int_max_str_digits=")) return std::atoll(option.c_str() + 19);
  }
  if (const auto value = o.environment("PYTHONINTMAXSTRDIGITS")) return std::atoll(value->c_str());
  return -1;
}

vm::SystemOptions system_options(const PythonOptions& o, const std::vector<std::string>& command_line) {
  vm::SystemOptions s;
  s.original_arguments = command_line;
  s.executable = executable_path();
  s.library = OURO_PYTHON_LIBRARY;
  if (const auto extra = o.environment("PYTHONPATH")) append_paths(*extra, &s.search_path);
  s.search_path.push_back("/usr/lib/python311.zip");
  s.search_path.push_back(s.library);
  s.search_path.push_back(s.library + "/lib-dynload");
  s.warning_options = o.warning_options;
  s.x_options = o.x_options;
  s.pycache_prefix = o.pycache_prefix;
  s.write_bytecode = o.write_bytecode;
  s.debug = o.debug;
  s.inspect = s.interactive = o.inspect;
  s.optimize = o.optimize;
  s.no_user_site = o.no_user_site;
  s.no_site = o.no_site;
  s.ignore_environment = o.ignore_environment;
  s.verbose = o.verbose;
  s.bytes_warning = o.bytes_warning;
  s.quiet = o.quiet;
  s.isolated = o.isolated;
  s.development = o.development;
  s.safe_path = o.safe_path;
  s.max_str_digits = max_digits(o);
  const auto seed = o.environment("PYTHONHASHSEED");
  s.hash_randomization = seed && *seed == "0" ? 0 : 1;
  return s;
}

std::string first_argument(const PythonOptions& o) {
  switch (o.mode) {
    case PythonOptions::Mode::Command:
      return "-c";
    case PythonOptions::Mode::Module:
      return "-m";
    case PythonOptions::Mode::Stdin:
      return o.target == "-" ? "-" : "";
    default:
      return o.target;
  }
}

/// What is put before sys.path: nothing with -P, the current directory, or the script's.
std::optional<std::string> path_zero(const PythonOptions& o) {
  if (o.safe_path) return std::nullopt;
  std::error_code failed;
  switch (o.mode) {
    case PythonOptions::Mode::Module:
      return fs::current_path(failed).string();
    case PythonOptions::Mode::Script: {
      const fs::path target = fs::canonical(o.target, failed);
      return failed ? fs::path(o.target).parent_path().string() : target.parent_path().string();
    }
    default:
      return "";
  }
}

Status insert_path(const std::string& directory) {
  Value path = TRY(vm::get_attribute(vm::sys_module(), names.path));
  TRY(vm::call_method(path, names.insert, {Value::from_small(0), TRY(vm::decode_file_name(directory))}));
  return {};
}

Result<vm::Module*> main_module() {
  vm::Module* module = vm::make_module(vm::intern("__main__"));
  vm::dict_set(TRY(vm::modules_dict()).as<vm::Dict>(), vm::intern("__main__"), module);
  TRY(vm::module_add(module, "__builtins__", vm::builtins_module()));
  TRY(vm::module_add(module, "__annotations__", vm::make_dict()));
  return module;
}

Status run_text(vm::Module* main, std::string_view source, bool is_text, const std::string& name) {
  vm::Str* filename = TRY(vm::decode_file_name(name));
  vm::Code* code = TRY(vm::compile_source(source, is_text, filename, vm::CompileMode::Exec, 0, -1));
  TRY(vm::run_code(code, main->dict, main->dict));
  return {};
}

Status run_command(vm::Module* main, const std::string& command) {
  return run_text(main, command + "\n", true, "<string>");
}

Status run_module(const std::string& name) {
  Value runpy = TRY(vm::import_module("runpy"));
  Value run = TRY(vm::get_attribute(runpy, vm::intern("_run_module_as_main")));
  TRY(vm::call(run, {vm::make_str(name), vm::make_bool(true)}));
  return {};
}

/// A directory, a zip file, or anything else that an importer takes: its __main__ is run.
Result<bool> run_path_entry(const PythonOptions& o) {
  struct stat info;
  const bool exists = stat(o.target.c_str(), &info) == 0;
  if (!exists) return false;
  if (!S_ISDIR(info.st_mode) && !o.target.ends_with(".zip") && !o.target.ends_with(".pyz")) return false;
  std::error_code ignored;
  const std::string entry = fs::absolute(o.target, ignored).string();
  Value path = TRY(vm::get_attribute(vm::sys_module(), names.path));
  if (!o.safe_path) {
    TRY(vm::set_item(path, Value::from_small(0), TRY(vm::decode_file_name(entry))));
  } else {
    TRY(insert_path(entry));
  }
  Value runpy = TRY(vm::import_module("runpy"));
  Value run = TRY(vm::get_attribute(runpy, vm::intern("_run_module_as_main")));
  TRY(vm::call(run, {vm::make_str("__main__"), vm::make_bool(false)}));
  return true;
}

/// `__loader__` of a main program that was read from a file.
Status set_loader(vm::Module* main, const char* loader, const std::string& file) {
  Value external = TRY(vm::import_module("_frozen_importlib_external"));
  Value type = TRY(vm::get_attribute(external, vm::intern(loader)));
  Value object = TRY(vm::call(type, {vm::intern("__main__"), TRY(vm::decode_file_name(file))}));
  return vm::module_add(main, "__loader__", object);
}

Status run_file(vm::Module* main, const PythonOptions& o) {
  FileBuffer buffer;
  if (const int error = read_file(o.target, &buffer, nullptr); error != 0) {
    write_err(fmt::format("{}: can't open file '{}': [Errno {}] {}\n", executable_path(),
                          fs::absolute(o.target).string(), error, strerror(error)));
    _exit(2);
  }
  TRY(vm::module_add(main, "__file__", TRY(vm::decode_file_name(o.target))));
  TRY(vm::module_add(main, "__cached__", vm::none()));
  std::string_view bytes = buffer.bytes();
  if (o.target.ends_with(".pyc")) {
    TRY(set_loader(main, "SourcelessFileLoader", o.target));
    Value run = TRY(vm::get_attribute(TRY(vm::import_module("runpy")), vm::intern("_get_code_from_file")));
    Value pair = TRY(vm::call(run, {vm::intern("__main__"), TRY(vm::decode_file_name(o.target))}));
    Value code = TRY(vm::get_item(pair, 0));
    TRY(vm::run_code(code.as<vm::Code>(), main->dict, main->dict));
    return {};
  }
  TRY(set_loader(main, "SourceFileLoader", o.target));
  if (o.skip_first_line) bytes.remove_prefix(std::min(bytes.find('\n'), bytes.size()));
  return run_text(main, bytes, false, o.target);
}

Status run_stdin(vm::Module* main) {
  FileBuffer buffer;
  if (const int error = read_descriptor(STDIN_FILENO, &buffer, uint64_t{2} << 30); error != 0)
    return vm::raise_os_error(error);
  return run_text(main, buffer.bytes(), false, "<stdin>");
}

Status start(const PythonOptions& o, const std::vector<std::string>& command_line) {
  vm::SystemOptions system = system_options(o, command_line);
  system.arguments.push_back(first_argument(o));
  system.arguments.insert(system.arguments.end(), o.arguments.begin(), o.arguments.end());
  vm::optimization_level = std::min(o.optimize, 2);
  vm::open_frozen_archive(archive_path(system.executable));
  vm::Module* sys = TRY(vm::make_sys_module(system));
  TRY(vm::start_imports(sys));
  TRY(vm::start_signals());
  TRY(vm::start_streams(o.unbuffered));
  if (!o.warning_options.empty() || o.development) TRY(vm::import_module("warnings"));
  if (!o.no_site) TRY(vm::import_module("site"));
  return {};
}

Status run_main(const PythonOptions& o) {
  vm::Module* main = TRY(main_module());
  if (const auto first = path_zero(o)) TRY(insert_path(*first));
  switch (o.mode) {
    case PythonOptions::Mode::Command:
      return run_command(main, o.target);
    case PythonOptions::Mode::Module:
      return run_module(o.target);
    case PythonOptions::Mode::Script:
      if (TRY(run_path_entry(o))) return {};
      return run_file(main, o);
    default:
      return run_stdin(main);
  }
}

/// The exit code for the pending exception, which is shown.
int exit_code_of_error() {
  if (vm::exception_is(vm::types.SystemExit)) return vm::handle_system_exit();
  const bool interrupted = vm::exception_is(vm::types.KeyboardInterrupt);
  vm::show_pending_exception();
  return interrupted ? 130 : 1;
}

}  // namespace

int run_python_program(const PythonOptions& options, const std::vector<std::string>& command_line) {
  vm::compile_hook = compile_for_machine;
  vm::start_runtime();
  int code = 0;
  if (!start(options, command_line).ok() || !run_main(options).ok()) code = exit_code_of_error();
  return vm::finish_program(code);
}

}  // namespace ouro::cli
