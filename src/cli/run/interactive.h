// The interactive session: prompt, statement, value.
#pragma once

#include "cli/python_options.h"
#include "cli/run/main_program.h"

namespace ouro::cli {

/// The line that a session begins with: version and platform.
void show_banner(bool with_help);
/// The file that PYTHONSTARTUP names is run in `__main__`.
vm::Status run_startup_file(const PythonOptions& options);
/// sys.__interactivehook__(), which site sets: completion and history.
void run_interactive_hook();
/// Reads and runs statements from standard input until it ends. A SystemExit ends it: pending then.
vm::Status run_session();

}  // namespace ouro::cli
