// CPython 3.11 as oracle, where it is installed.
#pragma once

#include <string>
#include <vector>

#include "../python.h"

namespace ouro::pyc {

using test::find_python;

/// Runs a script with `input` on its standard input and returns what it prints.
std::string run_python(const std::string& python, const std::string& script, const std::string& input = "");

/// A source of the standard library, compiled.
struct OracleFile {
  std::string name;  // of the source, and its optimisation level
  std::string pyc;   // the file that py_compile would write
  std::string text;  // its disassembly, addresses as 0x0
};

/// Some files of the standard library; all of them, at all levels, when OURO_FULL_TESTS is set. Empty without
/// an oracle.
const std::vector<OracleFile>& oracle_files();

#define OURO_REQUIRE_PYTHON() \
  if (!::ouro::test::find_python()) GTEST_SKIP() << "python3.11 not found"

}  // namespace ouro::pyc
