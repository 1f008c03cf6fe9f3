// Running Python programs: python's own command lines.
#pragma once

#include <string>

#include "cli/python_options.h"

namespace ouro::cli {

/// Runs what the options name (-c, -m, a file, standard input) on the virtual machine and returns the exit
/// code. `program` is argv[0].
int run_python_program(const PythonOptions& options, const std::vector<std::string>& command_line);

}  // namespace ouro::cli
