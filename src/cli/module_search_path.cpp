#include "cli/module_search_path.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "base/files.h"
#include "batch/messages.h"
#include "batch/paths.h"

namespace ouro::cli {

namespace {

namespace fs = std::filesystem;
using batch::join_path;

void add_once(std::vector<std::string>& path, const std::string& directory) {
  if (std::find(path.begin(), path.end(), directory) == path.end()) path.push_back(directory);
}

// The lines of a .pth file that name directories. Those that hold code need an interpreter.
void add_pth(std::vector<std::string>& path, const std::string& site, const std::string& file) {
  FileBuffer buffer;
  if (read_file(join_path(site, file), &buffer, nullptr, {.only_regular = true}) != 0) return;
  std::error_code ignored;
  for (size_t number = 1;; ++number) {
    const auto line = line_of(buffer.bytes(), number);
    if (!line) return;
    const std::string_view text = batch::strip_space(*line);
    if (text.empty() || text.starts_with('#') || text.starts_with("import ") || text.starts_with("import\t"))
      continue;
    const std::string directory = fs::path(join_path(site, text)).lexically_normal().string();
    if (fs::exists(directory, ignored)) add_once(path, directory);
  }
}

// A directory for installed modules, and what its .pth files add.
void add_site(std::vector<std::string>& path, const std::string& site) {
  std::error_code ignored;
  if (!fs::is_directory(site, ignored)) return;
  add_once(path, site);
  std::vector<DirectoryEntry> entries;
  if (list_directory(site, &entries) != 0) return;
  std::ranges::sort(entries, {}, &DirectoryEntry::name);
  for (const DirectoryEntry& entry : entries) {
    if (entry.name.ends_with(".pth")) add_pth(path, site, entry.name);
  }
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
  // The site module leaves each directory in once, spelt without detours.
  std::vector<std::string> all;
  all.swap(path);
  for (const std::string& directory : all) {
    std::string normal = fs::path(directory).lexically_normal().string();
    while (normal.size() > 1 && normal.ends_with('/')) normal.pop_back();
    add_once(path, normal);
  }
  const char* home = std::getenv("HOME");
  if (!options.no_user_site && home != nullptr) {
    add_site(path, std::string(home) + "/.local/lib/python3.11/site-packages");
  }
  if (prefix == "/usr") {
    add_site(path, "/usr/local/lib/python3.11/dist-packages");
    add_site(path, "/usr/lib/python3/dist-packages");
  } else {
    add_site(path, library + "/site-packages");
  }
  return path;
}

}  // namespace ouro::cli
