// CPython 3.11 as a judge: runs a script and hands back what it printed.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../python.h"
#include "base/constant.h"

namespace ouro::test {

/// Runs the script with PYTHONHASHSEED=0 and returns its output; nothing when it failed.
std::optional<std::string> run_python(std::string_view script);

/// The output as lines, each split at blanks.
std::vector<std::vector<std::string>> run_python_table(std::string_view script);

/// Python code that defines enc(value), which writes a constant as words that read_constant understands.
extern const char* const kEncodeConstant;

/// Reads a constant from words, moving *next past it.
const Constant* read_constant(Constants& constants, const std::vector<std::string>& words, size_t* next);

/// The bytes behind hexadecimal digits ("-" for none).
std::string from_hex(std::string_view digits);

#define OURO_NEEDS_PYTHON() \
  if (!::ouro::test::find_python()) GTEST_SKIP() << "python3.11 is not on this machine"

}  // namespace ouro::test
