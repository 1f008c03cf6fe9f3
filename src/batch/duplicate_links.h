// Levels that come out the same as one file: compileall's --hardlink-dupes.
#pragma once

#include <string>
#include <string_view>

namespace ouro::batch {

/// Is told of one source's .pyc files, level by level.
class DuplicateLinks {
 public:
  /// `bytes` were just written to `output`: makes it a hard link to the file of the level before when that
  /// one holds the same, in one step. Returns 0 or an errno value.
  int written(const std::string& output, std::string_view bytes);
  /// `output` was fresh and left as it is.
  void kept(const std::string& output);

 private:
  std::string previous_;  // the file of the level before; empty: there is none
  std::string bytes_;     // what it holds
};

}  // namespace ouro::batch
