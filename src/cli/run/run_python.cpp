// From a command line to a running program: locale and paths are found, the machine is started, sys filled,
// importlib, the standard streams and site brought up, and the main program run as `__main__`.
#include "cli/run/run_python.h"

#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <cstdlib>

#include "cli/console.h"
#include "cli/run/compile_hook.h"
#include "cli/run/interactive.h"
#include "cli/run/limits.h"
#include "cli/run/locale.h"
#include "cli/run/main_program.h"
#include "cli/run/paths.h"
#include "cli/run/startup_pages.h"
#include "vm/builtins/codecs.h"
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

using vm::Result;
using vm::Status;
using vm::Value;

/// What a start that goes wrong before there is a program says, in CPython's words. Returns its exit code.
int fail(const std::string& error, const char* state = "preinitialized", const std::string& threads = "") {
  write_err(fmt::format("Fatal Python error: {}\nPython runtime state: {}\n\n{}", error, state, threads));
  return 1;
}

struct Settings {
  LocaleSettings locale;
  ProgramPaths paths;
  int64_t max_digits = -1;
  bool random_hashing = true;
  uint32_t hash_seed = 0;
  std::string error;
};

template <class Number>
bool read_number(const std::string& text, Number* out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *out);
  return error == std::errc() && end == text.data() + text.size();
}

void read_max_digits(const PythonOptions& o, Settings* settings) {
  constexpr int64_t kLeast = 640;
  constexpr const char* kProblem = "invalid limit; must be >= 640 or 0 for unlimited.";
  auto read = [&](const std::string& text, const char* source) {
    const bool good = read_number(text, &settings->max_digits) && settings->max_digits <= INT32_MAX &&
                      (settings->max_digits == 0 || settings->max_digits >= kLeast);
    if (!good) settings->error = fmt::format("config_init_int_max_str_digits: {}: {}", source, kProblem);
  };
  if (const auto variable = o.environment("PYTHONINTMAXSTRDIGITS")) read(*variable, "PYTHONINTMAXSTRDIGITS");
  if (const auto option = o.x_option("int_max_str_digits"); option && settings->error.empty())
    read(*option, "-X int_max_str_digits");
}

void read_hash_seed(const PythonOptions& o, Settings* settings) {
  const auto seed = o.environment("PYTHONHASHSEED");
  if (!seed || *seed == "random") return;
  settings->random_hashing = false;
  if (!read_number(*seed, &settings->hash_seed))
    settings->error =
        "config_init_hash_seed: PYTHONHASHSEED must be \"random\" or an integer in range [0; 4294967295]";
  if (o.random_hashing) settings->random_hashing = true;
}

void read_import_options(const PythonOptions& o, Settings* settings) {
  vm::import_options.check_hash_based_pycs = o.check_hash_based_pycs;
  vm::import_options.show_times = o.import_times;
  const std::string frozen = o.x_option("frozen_modules").value_or("on");
  vm::import_options.use_frozen_modules = frozen != "off";
  if (frozen != "on" && frozen != "off" && !frozen.empty())
    settings->error = "bad value for option -X frozen_modules (expected \"on\" or \"off\")";
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

vm::SystemOptions system_options(const PythonOptions& o, const Settings& settings,
                                 const std::vector<std::string>& command_line) {
  vm::SystemOptions s;
  s.original_arguments = command_line;
  s.arguments.push_back(first_argument(o));
  s.arguments.insert(s.arguments.end(), o.arguments.begin(), o.arguments.end());
  s.executable = settings.paths.executable;
  s.base_executable = settings.paths.base_executable;
  s.prefix = settings.paths.prefix;
  s.exec_prefix = settings.paths.exec_prefix;
  s.library = settings.paths.library;
  s.search_path = settings.paths.search_path;
  s.warning_options = o.warning_options;
  s.x_options = o.x_options;
  s.pycache_prefix = o.pycache_prefix;
  s.write_bytecode = o.write_bytecode;
  s.debug = o.debug;
  s.inspect = o.inspect;
  s.interactive = o.interactive;
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
  s.utf8_mode = settings.locale.utf8_mode;
  s.warn_default_encoding = o.warn_default_encoding;
  s.max_str_digits = settings.max_digits;
  s.hash_randomization = settings.random_hashing || settings.hash_seed != 0;
  return s;
}

/// faulthandler.enable(), where it was asked for.
Status start_fault_handler(const PythonOptions& o) {
  if (!o.development && !o.x_option("faulthandler") && !o.environment("PYTHONFAULTHANDLER")) return {};
  Value module = TRY(vm::import_module("faulthandler"));
  TRY(vm::call_method(module, vm::intern("enable")));
  return {};
}

Status start(const PythonOptions& o, const Settings& settings, const std::vector<std::string>& command_line) {
  vm::Module* sys = TRY(vm::make_sys_module(system_options(o, settings, command_line)));
  TRY(vm::start_early_stderr(sys));
  TRY(vm::start_imports(sys));
  TRY(vm::start_signals());
  TRY(start_fault_handler(o));
  TRY(vm::start_streams({.encoding = settings.locale.stream_encoding,
                         .errors = settings.locale.stream_errors,
                         .unbuffered = o.unbuffered}));
  TRY(make_main_module());
  if (!o.warning_options.empty() || o.development) TRY(vm::import_module("warnings"));
  if (!o.no_site) TRY(vm::import_module("site"));
  return {};
}

bool stdin_is_a_directory() {
  struct stat info;
  return fstat(STDIN_FILENO, &info) == 0 && S_ISDIR(info.st_mode);
}

/// Ends as SIGINT ends a program that does not handle it.
void end_by_interrupt() {
  std::signal(SIGINT, SIG_DFL);
  kill(getpid(), SIGINT);
}

}  // namespace

int run_python_program(const PythonOptions& given, const std::vector<std::string>& command_line) {
  Settings settings;
  PythonOptions options = given;
  settings.paths = find_paths(options, command_line.empty() ? "" : command_line[0]);
  if (settings.paths.isolated) {
    options.isolated = options.ignore_environment = options.no_user_site = options.safe_path = true;
    options.no_site = options.no_site || !settings.paths.import_site;
  }
  settings.locale = start_locale(options);
  if (!settings.locale.error.empty()) return fail(settings.locale.error, "preinitializing");
  read_hash_seed(options, &settings);
  if (settings.error.empty()) read_max_digits(options, &settings);
  if (settings.error.empty()) read_import_options(options, &settings);
  if (!settings.error.empty()) return fail(settings.error);
  if (stdin_is_a_directory())
    return fail("init_sys_streams: <stdin> is a directory, cannot continue", "core initialized",
                fmt::format("Current thread 0x{:016x} (most recent call first):\n  <no Python frame>\n",
                            static_cast<uintptr_t>(pthread_self())));

  vm::compile_hook = compile_for_machine;
  vm::utf8_mode = settings.locale.utf8_mode;
  vm::set_file_system_encoding(settings.locale.file_system_encoding);
  vm::seed_hashing(settings.random_hashing, settings.hash_seed);
  vm::optimization_level = std::min(options.optimize, 2);
  vm::always_check_codec_names = options.development;
  vm::open_frozen_archive(archive_path(settings.paths.own_file));
  vm::start_runtime();
  if (const std::string error = start_limits(options); !error.empty()) return fail(error);

  MainProgram program(options, settings.paths);
  Ending ending;
  if (start(options, settings, command_line).ok()) {
    drop_startup_pages();
    ending = program.run();
  } else {
    ending = program.end_by_exception();
  }
  const int code = vm::finish_program(ending.code);
  if (ending.interrupted) end_by_interrupt();
  return ended_by_limit() ? kLimitExitCode : code;
}

}  // namespace ouro::cli
