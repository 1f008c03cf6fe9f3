// Where the program and its library are: what sys.executable, sys.prefix and sys.path start from.
#pragma once

#include <string>
#include <vector>

#include "cli/python_options.h"

namespace ouro::cli {

struct ProgramPaths {
  std::string executable;       // as it was called: a symbolic link stays one
  std::string base_executable;  // outside of a virtual environment
  std::string own_file;         // the running file itself
  std::string prefix, exec_prefix;
  std::string library;  // the standard library's directory
  std::vector<std::string> search_path;
  bool isolated = false;    // a ._pth file says all there is to say: no environment, no current directory
  bool import_site = true;  // with one: only if it says "import site"
};

/// `called_as` is argv[0].
ProgramPaths find_paths(const PythonOptions& options, const std::string& called_as);

/// The archive of the standard library's code: beside the program in a build, under lib/ouro when installed.
std::string archive_path(const std::string& own_file);

}  // namespace ouro::cli
