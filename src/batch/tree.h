// Compiling files and trees with a person in mind: what `ouro compile` and the library's compile_tree() do.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "batch/compile_file.h"
#include "pyc/cache_path.h"

namespace ouro::batch {

struct TreeOptions {
  const compiler::Target* target = nullptr;
  const WarningFilters* warnings = nullptr;
  pyc::CachePathOptions cache;
  std::vector<int> levels{0};  // distinct, ascending, each 0..2
  InvalidationMode mode = InvalidationMode::Timestamp;
  bool force = false;
  bool legacy = false;               // foo.pyc beside foo.py
  bool hardlink_duplicates = false;  // levels that come out the same become one file
  int max_levels = 1000;             // directories below a named one
  std::optional<std::string> strip, prepend;
  std::function<bool(const std::string&)> excluded;  // null: nothing is
  unsigned workers = 1;
  const std::atomic<bool>* stop = nullptr;  // ends the work early; files under way are still finished
};

struct TreeSummary {
  uint64_t files = 0;  // source files looked at
  // Each of these counts .pyc files, one per source and level.
  uint64_t compiled = 0;
  uint64_t fresh = 0;
  uint64_t failed = 0;
  uint64_t skipped = 0;
  uint64_t bytes = 0;  // of the .pyc files written
  double seconds = 0;
  bool interrupted = false;
};

/// Is told of every source file, in order, on the calling thread.
class TreeReporter {
 public:
  virtual ~TreeReporter() = default;
  /// How many source files there are; called once, before the first file.
  virtual void begin(size_t files) = 0;
  virtual void file(const std::string& path, std::span<const FileRecord> levels) = 0;
  /// Called now and then while work goes on.
  virtual void tick() = 0;
};

/// Compiles the named files, and every *.py below the named directories. A .pyc is fresh, and left alone,
/// when its 16-byte header says that it belongs to the source as it is (time and size, or hash) in the mode
/// that was asked for.
TreeSummary compile_tree(const std::vector<std::string>& paths, const TreeOptions& options,
                         TreeReporter& reporter);

}  // namespace ouro::batch
