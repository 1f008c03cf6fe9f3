// sys.path as python3.11 would have it, for `-m compileall` without arguments.
#pragma once

#include <string>
#include <vector>

#include "cli/python_options.h"

namespace ouro::cli {

/// The directories that python3.11 -m would search: the current one, PYTHONPATH, the standard library, site
/// directories that exist. See the documentation of the `site` module and Debian's python policy.
std::vector<std::string> module_search_path(const PythonOptions& options);

}  // namespace ouro::cli
