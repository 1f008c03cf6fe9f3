// Where the CPython 3.11 is that the unit tests ask; differential/oracles.py is its like for the scripts.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

namespace ouro::test {

/// $OURO_PYTHON311, or the newest 3.11 of pyenv's, or the system's; nothing when there is none.
inline std::optional<std::string> find_python() {
  namespace fs = std::filesystem;
  if (const char* given = std::getenv("OURO_PYTHON311")) return given;
  const char* root = std::getenv("PYENV_ROOT");
  const char* home = std::getenv("HOME");
  const fs::path pyenv = root != nullptr ? fs::path(root) : fs::path(home != nullptr ? home : "/") / ".pyenv";
  for (int patch = 20; patch >= 0; --patch) {
    const fs::path path = pyenv / "versions" / ("3.11." + std::to_string(patch)) / "bin/python3.11";
    if (fs::exists(path)) return path.string();
  }
  for (const char* path : {"/usr/local/bin/python3.11", "/usr/bin/python3.11"})
    if (fs::exists(path)) return path;
  return std::nullopt;
}

}  // namespace ouro::test
