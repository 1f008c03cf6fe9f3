#include "pyc/cache_path.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <initializer_list>

#include "base/unicode.h"

namespace ouro::pyc {

namespace {

constexpr std::string_view kCacheDirectory = "__pycache__";
constexpr std::string_view kOptimization = "opt-";

struct SplitPath {
  std::string_view head;
  std::string_view tail;
};

// Not os.path.split: the head of "/x" is empty, as it is for importlib.
SplitPath split(std::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return {{}, path};
  return {path.substr(0, slash), path.substr(slash + 1)};
}

std::string_view strip_right(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  return path;
}

std::string_view strip_left(std::string_view path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  return path;
}

std::string join(std::initializer_list<std::string_view> parts) {
  std::string path;
  bool first = true;
  for (const std::string_view part : parts) {
    if (part.empty()) continue;
    if (!first) path += '/';
    first = false;
    path += strip_right(part);
  }
  return path;
}

std::string current_directory() {
  std::string path(256, '\0');
  while (getcwd(path.data(), path.size()) == nullptr) {
    if (errno != ERANGE) return {};
    path.resize(path.size() * 2);
  }
  path.resize(path.find('\0'));
  return path;
}

bool is_alphanumeric(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char ch) {
    return (ch >= '0' && ch <= '9') || (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z');
  });
}

/// Names in messages are shown as repr shows them; bytes that are not UTF-8 as \xNN.
std::string quoted(std::string_view path) {
  return find_utf8_error(path) ? bytes_repr(path).substr(1) : str_repr(path);
}

std::optional<std::string> fail(std::string* error, std::string message) {
  if (error != nullptr) *error = std::move(message);
  return std::nullopt;
}

}  // namespace

std::optional<std::string> cache_path_with_tag(std::string_view source, std::string_view optimization,
                                               const CachePathOptions& options) {
  const SplitPath path = split(source);
  const size_t dot = path.tail.rfind('.');
  std::string name;
  if (dot == std::string_view::npos)
    name = path.tail;
  else
    name = std::string(dot == 0 ? path.tail.substr(1) : path.tail.substr(0, dot)) + ".";
  name += options.tag;
  if (!optimization.empty()) {
    if (!is_alphanumeric(optimization)) return std::nullopt;
    name.append(".").append(kOptimization).append(optimization);
  }
  name += ".pyc";
  if (options.prefix.empty()) return join({path.head, kCacheDirectory, name});
  std::string head(path.head);
  if (!head.starts_with('/')) head = join({current_directory(), head});
  return join({options.prefix, strip_left(head), name});
}

std::string cache_path(std::string_view source, int optimize, const CachePathOptions& options) {
  return *cache_path_with_tag(source, optimize <= 0 ? "" : std::to_string(optimize), options);
}

std::optional<std::string> source_path(std::string_view cache, const CachePathOptions& options,
                                       std::string* error) {
  SplitPath path = split(cache);
  const std::string_view prefix = strip_right(options.prefix);
  if (!options.prefix.empty() && path.head.starts_with(std::string(prefix) + "/")) {
    path.head.remove_prefix(prefix.size());
  } else {
    const SplitPath directory = split(path.head);
    if (directory.tail != kCacheDirectory)
      return fail(error, "__pycache__ not bottom-level directory in " + quoted(cache));
    path.head = directory.head;
  }
  const auto dots = std::count(path.tail.begin(), path.tail.end(), '.');
  if (dots != 2 && dots != 3) return fail(error, "expected only 2 or 3 dots in " + quoted(path.tail));
  if (dots == 3) {
    const size_t last = path.tail.rfind('.');
    const size_t before = path.tail.rfind('.', last - 1);
    const std::string_view optimization = path.tail.substr(before + 1, last - before - 1);
    if (!optimization.starts_with(kOptimization))
      return fail(error, "optimization portion of filename does not start with 'opt-'");
    if (!is_alphanumeric(optimization.substr(kOptimization.size())))
      return fail(error, "optimization level " + quoted(optimization) + " is not an alphanumeric value");
  }
  const std::string name = std::string(path.tail.substr(0, path.tail.find('.'))) + ".py";
  return join({path.head, name});
}

std::string legacy_path(std::string_view source) {
  return std::string(source) + "c";
}

std::optional<std::string> guess_source_path(std::string_view pyc, const CachePathOptions& options) {
  if (auto source = source_path(pyc, options)) return source;
  if (pyc.ends_with(".pyc")) return std::string(pyc.substr(0, pyc.size() - 1));
  return std::nullopt;
}

}  // namespace ouro::pyc
