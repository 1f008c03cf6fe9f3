// python's own options: what stands before -m, -c or the script, and the environment variables that go with
// them. See "Command line and environment" in Python's documentation.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "batch/warning_filters.h"

namespace ouro::cli {

struct PythonOptions {
  int optimize = 0;                              // -O, -OO, PYTHONOPTIMIZE; above 2 it only changes names
  bool write_bytecode = true;                    // -B, PYTHONDONTWRITEBYTECODE
  bool isolated = false;                         // -I
  bool ignore_environment = false;               // -E, and -I
  bool no_site = false;                          // -S
  bool no_user_site = false;                     // -s, PYTHONNOUSERSITE, and -I
  bool safe_path = false;                        // -P, PYTHONSAFEPATH, and -I
  int interactive = 0;                           // -i
  int inspect = 0;                               // -i, PYTHONINSPECT
  int verbose = 0;                               // -v, PYTHONVERBOSE
  int quiet = 0;                                 // -q
  int debug = 0;                                 // -d, PYTHONDEBUG
  int bytes_warning = 0;                         // -b
  bool unbuffered = false;                       // -u, PYTHONUNBUFFERED
  bool development = false;                      // -X dev, PYTHONDEVMODE
  bool skip_first_line = false;                  // -x
  bool random_hashing = false;                   // -R: whatever PYTHONHASHSEED says
  bool warn_default_encoding = false;            // -X warn_default_encoding, PYTHONWARNDEFAULTENCODING
  bool import_times = false;                     // -X importtime, PYTHONPROFILEIMPORTTIME
  int show_version = 0;                          // -V
  std::vector<std::string> x_options;            // -X, as given
  std::vector<std::string> warning_options;      // PYTHONWARNINGS, then -W, as given; then what -b means
  std::vector<std::string> bad_warning_options;  // why some of them mean nothing
  std::string check_hash_based_pycs = "default";
  std::string pycache_prefix;      // -X pycache_prefix=, PYTHONPYCACHEPREFIX; empty: none
  batch::WarningFilters warnings;  // PYTHONWARNINGS, then -W

  enum class Mode : uint8_t {
    Module,
    Command,
    Script,
    Stdin,
    Help,
    EnvironmentHelp,
    XHelp,
    AllHelp,
    Version
  };
  Mode mode = Mode::Stdin;
  std::string target;                  // the module, command or script
  std::vector<std::string> arguments;  // what follows it

  /// The value of an environment variable unless -E or -I; empty values count as unset.
  std::optional<std::string> environment(const char* name) const;
  /// What stands behind "NAME=" in the last -X option of this name; "" for one without "="; nothing when it
  /// was not given.
  std::optional<std::string> x_option(std::string_view name) const;
};

/// Reads a command line (without the program's name). On a bad call returns python's message for standard
/// error; the exit code is then 2.
std::optional<std::string> parse_python_options(const std::vector<std::string>& arguments,
                                                PythonOptions* options);

}  // namespace ouro::cli
