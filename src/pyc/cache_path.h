// Where the .pyc of a source file lies: __pycache__ (PEP 3147), optimization tags (PEP 488), the prefix
// directory of -X pycache_prefix. Paths are bytes, '/' separates.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ouro::pyc {

struct CachePathOptions {
  std::string tag = "cpython-311";
  std::string prefix;  // sys.pycache_prefix; empty: none
};

/// importlib.util.cache_from_source(source, optimization=...) for optimisation level 0 (no tag), 1 or 2. With
/// a prefix a relative path is taken from the current directory.
std::string cache_path(std::string_view source, int optimize, const CachePathOptions& options = {});

/// The same for any optimization tag; nothing when it is not alphanumeric. Empty is level 0.
std::optional<std::string> cache_path_with_tag(std::string_view source, std::string_view optimization,
                                               const CachePathOptions& options = {});

/// importlib.util.source_from_cache(path). On failure nothing, and *error (may be null) is CPython's message.
std::optional<std::string> source_path(std::string_view cache, const CachePathOptions& options = {},
                                       std::string* error = nullptr);

/// Legacy placement, compileall -b: foo.py → foo.pyc in the same directory.
std::string legacy_path(std::string_view source);

/// The source a .pyc was probably made from, wherever it lies: in a cache directory, or beside its source.
/// Nothing when the name says nothing.
std::optional<std::string> guess_source_path(std::string_view pyc, const CachePathOptions& options = {});

}  // namespace ouro::pyc
