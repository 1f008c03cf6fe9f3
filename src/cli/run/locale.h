// The locale a program starts in, and the text encodings that follow from it (PEP 538, PEP 540).
#pragma once

#include <string>

#include "cli/python_options.h"

namespace ouro::cli {

struct LocaleSettings {
  bool utf8_mode = false;
  std::string file_system_encoding;  // as the C library names it, or "utf-8"
  std::string stream_encoding;       // of standard input and output
  std::string stream_errors;
  std::string error;  // an option that makes no sense; nothing else is valid then
};

/// Sets the C library's locale from the environment, replaces a C locale where that is wanted, and decides.
LocaleSettings start_locale(const PythonOptions& options);

}  // namespace ouro::cli
