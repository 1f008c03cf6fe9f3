#include "cli/module_search_path.h"

#include <cstdlib>
#include <filesystem>

namespace ouro::cli {

namespace {

namespace fs = std::filesystem;

void add_existing(std::vector<std::string>& path, const std::string& directory) {
  std::error_code ignored;
  if (fs::is_directory(directory, ignored)) path.push_back(directory);
}

}  // namespace

std::vector<std::string> module_search_path(const PythonOptions& options) {
  std::vector<std::string> path;
  std::error_code ignored;
  if (!options.safe_path) path.push_back(fs::current_path(ignored).string());
  if (const auto extra = options.environment("PYTHONPATH")) {
    for (size_t start = 0; start <= extra->size();) {
      const size_t colon = std::min(extra->find(':', start), extra->size());
      const std::string part = extra->substr(start, colon - start);
      path.push_back(part.empty() ? fs::current_path(ignored).string()
                                  : fs::absolute(part, ignored).string());
      start = colon + 1;
    }
  }
  std::string prefix = options.environment("PYTHONHOME").value_or("/usr");
  prefix = prefix.substr(0, prefix.find(':'));
  const std::string library = prefix + "/lib/python3.11";
  path.push_back(prefix + "/lib/python311.zip");
  path.push_back(library);
  path.push_back(library + "/lib-dynload");
  if (options.no_site) return path;
  const char* home = std::getenv("HOME");
  if (!options.no_user_site && home != nullptr) {
    add_existing(path, std::string(home) + "/.local/lib/python3.11/site-packages");
  }
  if (prefix == "/usr") {
    add_existing(path, "/usr/local/lib/python3.11/dist-packages");
    add_existing(path, "/usr/lib/python3/dist-packages");
  } else {
    add_existing(path, library + "/site-packages");
  }
  return path;
}

}  // namespace ouro::cli
