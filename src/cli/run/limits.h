// -X ouro-max-memory= and -X ouro-max-time=: limits for programs that are not one's own.
#pragma once

#include <string>

#include "cli/python_options.h"

namespace ouro::cli {

/// Sets the limits that were asked for; the runtime has started. Returns what is wrong with them, or "".
std::string start_limits(const PythonOptions& options);

/// Whether a limit has ended the program; says so on standard error.
bool ended_by_limit();

constexpr int kLimitExitCode = 124;

}  // namespace ouro::cli
