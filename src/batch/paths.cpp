#include "batch/paths.h"

#include <algorithm>
#include <filesystem>
#include <vector>

namespace ouro::batch {

namespace fs = std::filesystem;

std::string join_path(std::string_view head, std::string_view tail) {
  if (tail.starts_with('/') || head.empty()) return std::string(tail);
  std::string out(head);
  if (!head.ends_with('/')) out += '/';
  out += tail;
  return out;
}

namespace {

std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> parts;
  for (;;) {
    const size_t slash = path.find('/');
    parts.emplace_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return parts;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace

std::string embedded_name(const std::string& path, const std::optional<std::string>& strip,
                          const std::optional<std::string>& prepend) {
  std::string name;
  if (strip) {
    const std::vector<std::string> parts = split_path(path);
    const std::vector<std::string> stripped = split_path(*strip);
    std::vector<std::string> left = parts;
    for (size_t i = 0; i < std::min(parts.size(), stripped.size()); ++i) {
      if (parts[i] != stripped[i]) continue;
      left.erase(std::find(left.begin(), left.end(), parts[i]));
    }
    for (const std::string& part : left) name = join_path(name, part);
  }
  if (prepend) name = join_path(*prepend, strip ? name : path);
  return name.empty() ? path : name;
}

bool link_leaves(const std::string& path, const std::string& limit) {
  std::error_code ignored;
  if (!fs::is_symlink(path, ignored)) return false;
  const fs::path target = fs::weakly_canonical(path, ignored);
  const fs::path root = fs::weakly_canonical(fs::path(limit), ignored);
  for (fs::path parent = target.parent_path();; parent = parent.parent_path()) {
    if (parent == root) return false;
    if (parent == parent.parent_path()) return true;
  }
}

}  // namespace ouro::batch
