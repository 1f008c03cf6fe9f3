// The `compileall` module: the library reference's options, CPython's decisions, output and files on disk.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "batch/compile_file.h"
#include "batch/messages.h"
#include "batch/warning_filters.h"
#include "pyc/cache_path.h"

namespace ouro::batch {

struct CompileallOptions {
  const compiler::Target* target = nullptr;
  const WarningFilters* warnings = nullptr;
  pyc::CachePathOptions cache;             // the target's tag, the pycache prefix
  int max_levels = 1000;                   // -l is 0
  std::optional<std::string> destination;  // -d
  std::optional<std::string> strip;        // -s
  std::optional<std::string> prepend;      // -p
  std::optional<std::string> link_limit;   // -e
  bool force = false;
  int quiet = 0;
  bool legacy = false;
  bool hardlink_duplicates = false;
  std::vector<int> levels{-1};  // -1: the interpreter's own level
  int interpreter_level = 0;    // -O, -OO
  InvalidationMode mode = InvalidationMode::Timestamp;
  std::function<bool(const std::string&)> excluded;  // -x; null: nothing is
  unsigned workers = 1;                              // 0: one per processor
  bool of_search_path = false;                       // called for a directory of sys.path
  const std::atomic<bool>* stop = nullptr;
  std::function<void(std::string_view)> out;  // standard output, whole lines
  std::function<void(std::string_view)> err;  // standard error
  ShownOnce* shown_once = nullptr;            // kept from one call to the next; never null
};

/// Byte-compiles a tree. Returns whether every file compiled (false too when stopped).
bool compile_directory(const std::string& directory, const CompileallOptions& options);

/// Byte-compiles one file.
bool compile_single(const std::string& path, const CompileallOptions& options);

}  // namespace ouro::batch
