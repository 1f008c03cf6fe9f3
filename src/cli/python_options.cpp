#include "cli/python_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>

namespace ouro::cli {

std::optional<std::string> PythonOptions::environment(const char* name) const {
  if (ignore_environment) return std::nullopt;
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

std::optional<std::string> PythonOptions::x_option(std::string_view name) const {
  std::optional<std::string> found;
  for (const std::string& option : x_options) {
    if (!option.starts_with(name)) continue;
    if (option.size() == name.size()) found = "";
    if (option.size() > name.size() && option[name.size()] == '=') found = option.substr(name.size() + 1);
  }
  return found;
}

namespace {

constexpr std::string_view kFlags = "bBdEhiIOPqRsStuvVx?";  // options without a value
constexpr std::string_view kUsage =
    "usage: ouro [option] ... [-c cmd | -m mod | file | -] [arg] ...\nTry `ouro -h' for more information.\n";

std::string bad_option(std::string_view text) {
  return fmt::format("{}\n{}", text, kUsage);
}

void apply_flag(char flag, PythonOptions* options) {
  switch (flag) {
    case 'O':
      ++options->optimize;
      break;
    case 'B':
      options->write_bytecode = false;
      break;
    case 'E':
      options->ignore_environment = true;
      break;
    case 'I':
      options->isolated = true;
      break;
    case 'P':
      options->safe_path = true;
      break;
    case 's':
      options->no_user_site = true;
      break;
    case 'S':
      options->no_site = true;
      break;
    case 'h':
    case '?':
      options->mode = PythonOptions::Mode::Help;
      break;
    case 'V':
      ++options->show_version;
      break;
    case 'i':
      ++options->inspect;
      ++options->interactive;
      break;
    case 'v':
      ++options->verbose;
      break;
    case 'q':
      ++options->quiet;
      break;
    case 'd':
      ++options->debug;
      break;
    case 'b':
      ++options->bytes_warning;
      break;
    case 'u':
      options->unbuffered = true;
      break;
    case 'x':
      options->skip_first_line = true;
      break;
    case 'R':
      options->random_hashing = true;
      break;
    default:
      break;  // -t: accepted for python's sake
  }
}

// What of the command line takes effect only after all of it is known.
struct Pending {
  bool development = false;
  std::vector<std::string> warnings;
  std::optional<std::string> pycache_prefix;
};

void apply_x_option(std::string_view value, Pending* pending) {
  constexpr std::string_view kPrefix = "pycache_prefix";
  pending->development = pending->development || value == "dev";
  if (!value.starts_with(kPrefix)) return;
  value.remove_prefix(kPrefix.size());
  if (value.empty()) pending->pycache_prefix = "";
  if (value.starts_with('=')) pending->pycache_prefix = value.substr(1);
}

void add_warning(const std::string& option, PythonOptions* options) {
  options->warning_options.push_back(option);
  const std::string error = options->warnings.add(option);
  if (!error.empty()) options->bad_warning_options.push_back(error);
}

// A variable that counts flags: a number, or 1 for any other text.
int environment_level(const PythonOptions& options, const char* name) {
  const auto value = options.environment(name);
  if (!value) return 0;
  int level = 0;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), level);
  return error == std::errc() && end == value->data() + value->size() && level >= 0 ? level : 1;
}

void apply_environment(const Pending& pending, PythonOptions* options) {
  if (options->isolated) {
    options->ignore_environment = true;
    options->no_user_site = true;
    options->safe_path = true;
  }
  options->optimize = std::max(options->optimize, environment_level(*options, "PYTHONOPTIMIZE"));
  if (options->environment("PYTHONDONTWRITEBYTECODE")) options->write_bytecode = false;
  if (options->environment("PYTHONNOUSERSITE")) options->no_user_site = true;
  if (options->environment("PYTHONSAFEPATH")) options->safe_path = true;
  options->pycache_prefix = pending.pycache_prefix ? *pending.pycache_prefix
                                                   : options->environment("PYTHONPYCACHEPREFIX").value_or("");
  options->inspect = std::max(options->inspect, environment_level(*options, "PYTHONINSPECT"));
  options->verbose = std::max(options->verbose, environment_level(*options, "PYTHONVERBOSE"));
  options->debug = std::max(options->debug, environment_level(*options, "PYTHONDEBUG"));
  if (options->environment("PYTHONUNBUFFERED")) options->unbuffered = true;
  options->development = pending.development || options->environment("PYTHONDEVMODE");
  if (options->development) add_warning("default", options);
  if (const auto filters = options->environment("PYTHONWARNINGS")) {
    for (size_t start = 0; start <= filters->size();) {
      const size_t comma = std::min(filters->find(',', start), filters->size());
      if (comma > start) add_warning(filters->substr(start, comma - start), options);
      start = comma + 1;
    }
  }
  for (const std::string& filter : pending.warnings) add_warning(filter, options);
  if (options->bytes_warning > 0)
    add_warning(options->bytes_warning > 1 ? "error::BytesWarning" : "default::BytesWarning", options);
  options->warn_default_encoding =
      options->x_option("warn_default_encoding") || options->environment("PYTHONWARNDEFAULTENCODING");
  options->import_times = options->x_option("importtime") || options->environment("PYTHONPROFILEIMPORTTIME");
}

/// The long options that print something; nothing for others.
std::optional<PythonOptions::Mode> long_option(std::string_view option) {
  using Mode = PythonOptions::Mode;
  if (option == "--help") return Mode::Help;
  if (option == "--help-env") return Mode::EnvironmentHelp;
  if (option == "--help-xoptions") return Mode::XHelp;
  if (option == "--help-all") return Mode::AllHelp;
  return std::nullopt;
}

}  // namespace

std::optional<std::string> parse_python_options(const std::vector<std::string>& arguments,
                                                PythonOptions* options) {
  using Mode = PythonOptions::Mode;
  Pending pending;
  size_t i = 0;
  bool done = false;
  auto rest_from = [&](size_t from) {
    options->arguments.assign(arguments.begin() + static_cast<ptrdiff_t>(from), arguments.end());
  };
  for (; i < arguments.size() && !done; ++i) {
    const std::string& argument = arguments[i];
    if (const auto shown = long_option(argument)) {
      options->mode = *shown;
      return std::nullopt;
    }
    if (argument == "--version") {
      ++options->show_version;
      continue;
    }
    if (argument == "--check-hash-based-pycs") {
      if (++i == arguments.size())
        return bad_option("Argument expected for the --check-hash-based-pycs option");
      const std::string& value = arguments[i];
      if (value != "always" && value != "never" && value != "default") {
        return "--check-hash-based-pycs must be one of 'default', 'always', or 'never'\n" +
               std::string(kUsage);
      }
      options->check_hash_based_pycs = value;
      continue;
    }
    if (argument == "-" || !argument.starts_with('-')) {
      options->mode = argument == "-" ? Mode::Stdin : Mode::Script;
      options->target = argument;
      rest_from(i + 1);
      break;
    }
    if (argument == "--") {
      if (i + 1 < arguments.size()) {
        options->mode = Mode::Script;
        options->target = arguments[i + 1];
        rest_from(i + 2);
      }
      break;
    }
    if (argument.starts_with("--")) return bad_option(fmt::format("unknown option {}", argument));
    for (size_t at = 1; at < argument.size(); ++at) {
      const char letter = argument[at];
      if (letter == 'c' || letter == 'm' || letter == 'W' || letter == 'X') {
        std::string value = argument.substr(at + 1);
        if (value.empty()) {
          if (++i == arguments.size())
            return bad_option(fmt::format("Argument expected for the -{} option", letter));
          value = arguments[i];
        }
        if (letter == 'W') pending.warnings.push_back(value);
        if (letter == 'X') {
          apply_x_option(value, &pending);
          options->x_options.push_back(value);
        }
        if (letter == 'c' || letter == 'm') {
          options->mode = letter == 'c' ? Mode::Command : Mode::Module;
          options->target = value;
          rest_from(i + 1);
          done = true;
        }
        break;
      }
      if (kFlags.find(letter) == std::string_view::npos)
        return bad_option(fmt::format("Unknown option: -{}", letter));
      apply_flag(letter, options);
    }
    if (options->mode == Mode::Help) return std::nullopt;
  }
  if (options->show_version > 0) {
    options->mode = Mode::Version;
    return std::nullopt;
  }
  apply_environment(pending, options);
  return std::nullopt;
}

}  // namespace ouro::cli
