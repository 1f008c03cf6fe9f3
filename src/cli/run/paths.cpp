// The search follows CPython's rules ("The initialization of the sys.path module search path" in its
// documentation): PYTHONHOME decides; else the directory of the executable, or the home that a virtual
// environment's pyvenv.cfg names, and each directory above it is looked at for lib/python3.11/os.py; else the
// library that ouro was built for. A file EXECUTABLE._pth takes the place of all that: its lines are
// sys.path.
#include "cli/run/paths.h"

#include <unistd.h>

#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>

namespace ouro::cli {

namespace {

namespace fs = std::filesystem;

constexpr const char* kVersionDirectory = "python3.11";
constexpr const char* kZipName = "python311.zip";

std::string library_folder(const PythonOptions& options) {
  return options.environment("PYTHONPLATLIBDIR").value_or("lib");
}

bool is_file(const fs::path& path) {
  std::error_code failed;
  return fs::is_regular_file(path, failed);
}

std::string without_trailing_slash(std::string text) {
  while (text.size() > 1 && text.ends_with('/')) text.pop_back();
  return text;
}

/// The executable as the shell found it: argv[0] itself when it names a path, else by PATH.
std::string find_executable(const std::string& called_as) {
  std::error_code failed;
  if (called_as.empty()) return {};
  if (called_as.find('/') != std::string::npos) {
    const std::string_view below = std::string_view(called_as).substr(called_as.starts_with("./") ? 2 : 0);
    return called_as.front() == '/' ? called_as : (fs::current_path(failed) / below).string();
  }
  const char* path = std::getenv("PATH");
  std::string_view left = path == nullptr ? "/bin:/usr/bin" : path;
  while (!left.empty()) {
    const size_t colon = std::min(left.find(':'), left.size());
    const fs::path candidate = fs::path(left.substr(0, colon)) / called_as;
    if (access(candidate.c_str(), X_OK) == 0 && is_file(candidate))
      return fs::absolute(candidate, failed).string();
    left.remove_prefix(std::min(colon + 1, left.size()));
  }
  return {};
}

/// `home` in the pyvenv.cfg beside the executable or one directory above it.
std::optional<std::string> environment_home(const fs::path& directory) {
  for (const fs::path& file : {directory / "pyvenv.cfg", directory.parent_path() / "pyvenv.cfg"}) {
    std::ifstream stream(file);
    for (std::string line; std::getline(stream, line);) {
      const size_t equals = line.find('=');
      if (equals == std::string::npos) continue;
      auto trimmed = [](const std::string& text) {
        const size_t first = text.find_first_not_of(" \t\r"), last = text.find_last_not_of(" \t\r");
        return first == std::string::npos ? std::string() : text.substr(first, last - first + 1);
      };
      std::string key = trimmed(line.substr(0, equals));
      for (char& c : key) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      if (key == "home") return trimmed(line.substr(equals + 1));
    }
  }
  return std::nullopt;
}

/// The directory at or above `start` that holds the library; never the root itself.
std::optional<fs::path> prefix_above(fs::path start, const fs::path& landmark) {
  for (; start.has_relative_path(); start = start.parent_path()) {
    if (is_file(start / landmark)) return start;
  }
  return std::nullopt;
}

void append_paths(const std::string& list, std::vector<std::string>* to) {
  std::error_code failed;
  for (size_t start = 0; start <= list.size();) {
    const size_t colon = std::min(list.find(':', start), list.size());
    const std::string entry = list.substr(start, colon - start);
    to->push_back(without_trailing_slash((fs::current_path(failed) / entry).lexically_normal().string()));
    start = colon + 1;
  }
}

/// Sets base_executable, and gives the directory from which the library is looked for.
fs::path starting_directory(ProgramPaths* paths) {
  std::error_code failed;
  const fs::path real = fs::canonical(paths->executable, failed);
  const fs::path directory = fs::path(paths->executable).parent_path();
  paths->base_executable = paths->executable;
  const auto home = environment_home(directory);
  if (!home) return failed ? directory : real.parent_path();
  for (const fs::path& candidate :
       {fs::path(*home) / fs::path(paths->executable).filename(), fs::path(*home) / real.filename()}) {
    if (!is_file(candidate)) continue;
    paths->base_executable = candidate.string();
    break;
  }
  return fs::path(*home);
}

/// sys.path from a ._pth file beside the executable; false when there is none.
bool read_path_file(ProgramPaths* paths) {
  std::ifstream stream(paths->executable + "._pth");
  if (!stream) return false;
  paths->isolated = true;
  paths->import_site = false;
  const fs::path directory = fs::path(paths->executable).parent_path();
  for (std::string line; std::getline(stream, line);) {
    while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back()))) line.pop_back();
    if (line.empty() || line.front() == '#') continue;
    if (line == "import site") paths->import_site = true;
    if (line.starts_with("import ")) continue;
    paths->search_path.push_back(without_trailing_slash((directory / line).lexically_normal().string()));
  }
  return true;
}

}  // namespace

ProgramPaths find_paths(const PythonOptions& options, const std::string& called_as) {
  ProgramPaths paths;
  std::error_code failed;
  paths.own_file = fs::read_symlink("/proc/self/exe", failed).string();
  paths.executable = find_executable(called_as);
  const fs::path start = starting_directory(&paths);
  const bool path_file = read_path_file(&paths);
  const fs::path folder = fs::path(library_folder(options)) / kVersionDirectory;
  if (const auto home = options.environment("PYTHONHOME"); home && !path_file) {
    const size_t colon = home->find(':');
    paths.prefix = home->substr(0, colon);
    paths.exec_prefix = colon == std::string::npos ? paths.prefix : home->substr(colon + 1);
    paths.library = (fs::path(paths.prefix) / folder).string();
  } else if (const auto prefix = prefix_above(start, folder / "os.py")) {
    paths.prefix = paths.exec_prefix = prefix->string();
    paths.library = (*prefix / folder).string();
  } else {
    paths.library = OURO_PYTHON_LIBRARY;
    paths.prefix = paths.exec_prefix = fs::path(paths.library).parent_path().parent_path().string();
  }
  if (path_file) return paths;
  if (const auto extra = options.environment("PYTHONPATH")) append_paths(*extra, &paths.search_path);
  paths.search_path.push_back((fs::path(paths.library).parent_path() / kZipName).string());
  paths.search_path.push_back(paths.library);
  paths.search_path.push_back((fs::path(paths.exec_prefix) / folder / "lib-dynload").string());
  return paths;
}

std::string archive_path(const std::string& own_file) {
  const fs::path directory = fs::path(own_file).parent_path();
  for (const fs::path& path : {directory / "ouro-library.arc", directory / "../lib/ouro/ouro-library.arc"}) {
    if (is_file(path)) return path.string();
  }
  return {};
}

}  // namespace ouro::cli
