// The main program: what is run as `__main__`, and how it ends.
#pragma once

#include <optional>
#include <string>

#include "cli/python_options.h"
#include "cli/run/paths.h"
#include "vm/object/functions.h"

namespace ouro::cli {

struct Ending {
  int code = 0;
  bool interrupted = false;  // by a KeyboardInterrupt that nobody took
};

/// The module `__main__`, in sys.modules.
vm::Status make_main_module();

class MainProgram {
 public:
  MainProgram(const PythonOptions& options, const ProgramPaths& paths) : options_(options), paths_(paths) {}

  /// Runs what the command line names; an interactive session after it where that is wanted.
  Ending run();
  /// Shows the pending exception, or ends as the SystemExit says.
  Ending end_by_exception();

 private:
  vm::Result<Ending> run_selected();
  vm::Status prepare_path();
  vm::Status run_command();
  vm::Status run_module(const std::string& name, bool set_argument);
  vm::Result<bool> add_path_entry();
  vm::Result<Ending> run_script();
  vm::Status run_pyc(std::string_view bytes);
  vm::Result<Ending> run_stdin();
  bool stdin_is_interactive() const;
  bool has_program() const;
  Ending inspect(Ending ending);

  const PythonOptions& options_;
  const ProgramPaths& paths_;
  std::string file_;         // the script, as an absolute path
  bool path_entry_ = false;  // it is a directory or an archive with a __main__ in it
  bool inspecting_ = false;  // SystemExit does not end the program: -i takes over
};

}  // namespace ouro::cli
