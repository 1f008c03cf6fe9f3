// Which files a tree holds, in CPython's order.
#pragma once

#include <climits>
#include <string>
#include <string_view>
#include <vector>

namespace ouro::batch {

/// What a walk met, in order.
struct WalkEvent {
  enum class Kind : uint8_t {
    Listing,     // a directory is about to be listed
    CannotList,  // its names could not be read; `error` says why
    File,        // anything in it that is not a directory to enter
  };
  Kind kind;
  std::string path;
  int error = 0;  // errno
};

struct WalkOptions {
  int max_levels = INT_MAX;  // 0: the directory itself only
};

/// Lists `directory` and, sorted by name and depth first, what is below it, as compileall does: __pycache__
/// is left out, symbolic links to directories are not followed, and a name that can't be looked at counts as
/// a file.
void walk_directory(const std::string& directory, const WalkOptions& options, std::vector<WalkEvent>& events);

}  // namespace ouro::batch
