// What the program tells the module sys.
#pragma once

#include <string>
#include <vector>

#include "vm/object/functions.h"

namespace ouro::vm {

/// The command line and the environment, decided. Texts are bytes as the system gives them.
struct SystemOptions {
  std::vector<std::string> arguments;           // sys.argv
  std::vector<std::string> original_arguments;  // sys.orig_argv
  std::vector<std::string> search_path;         // sys.path
  std::vector<std::string> warning_options;
  std::vector<std::string> x_options;  // "name" or "name=value"
  std::string executable, base_executable;
  std::string prefix = "/usr", exec_prefix = "/usr";
  std::string library;  // directory of the standard library
  std::string pycache_prefix;
  bool write_bytecode = true;
  int debug = 0, inspect = 0, interactive = 0, optimize = 0, no_user_site = 0, no_site = 0,
      ignore_environment = 0;
  int verbose = 0, bytes_warning = 0, quiet = 0, isolated = 0, development = 0, utf8_mode = 0, safe_path = 0;
  int hash_randomization = 1;
  int64_t max_str_digits = -1;  // -1: the default
  bool warn_default_encoding = false;
};

/// The module sys, complete but for what importlib and site add.
Result<Module*> make_sys_module(const SystemOptions& options);

/// What sys.exit asked for, from a pending SystemExit: the exit code, the message printed. The exception is
/// taken.
int handle_system_exit();
/// Shows the pending exception as the program does at its end: through sys.excepthook. True when the hook
/// wants the program to end: a SystemExit is pending then.
bool show_pending_exception();
/// sys.is_finalizing() from now on.
void set_finalizing();

}  // namespace ouro::vm
