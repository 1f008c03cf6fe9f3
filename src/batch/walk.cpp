#include "batch/walk.h"

#include <algorithm>

#include "base/files.h"
#include "batch/paths.h"

namespace ouro::batch {

namespace {

// One directory that is being gone through. An explicit stack: the depth of a tree is the user's.
struct Level {
  std::string path;
  std::vector<DirectoryEntry> entries;
  size_t next = 0;
};

Level open_level(std::string path, std::vector<WalkEvent>& events) {
  Level level;
  level.path = std::move(path);
  events.push_back({WalkEvent::Kind::Listing, level.path});
  if (const int error = list_directory(level.path, &level.entries); error != 0) {
    events.push_back({WalkEvent::Kind::CannotList, level.path, error});
    level.entries.clear();
  }
  // Python sorts decoded names by code point, which is the order of UTF-8's bytes; undecodable bytes sort as
  // U+DC80 and up, after the ASCII and most of the rest, as their byte value does.
  std::ranges::sort(level.entries, {}, &DirectoryEntry::name);
  return level;
}

// Whether the directory itself says that an entry is no directory and no link to one: looking at each file
// would be most of a walk's time.
bool is_plain_file(const DirectoryEntry& entry) {
  return entry.type && *entry.type != FileType::Directory && *entry.type != FileType::Symlink;
}

}  // namespace

void walk_directory(const std::string& directory, const WalkOptions& options,
                    std::vector<WalkEvent>& events) {
  std::vector<Level> stack;
  stack.push_back(open_level(directory, events));
  while (!stack.empty()) {
    Level& level = stack.back();
    if (level.next == level.entries.size()) {
      stack.pop_back();
      continue;
    }
    const DirectoryEntry& entry = level.entries[level.next++];
    if (entry.name == "__pycache__") continue;
    std::string path = join_path(level.path, entry.name);
    if (is_plain_file(entry)) {
      events.push_back({WalkEvent::Kind::File, std::move(path)});
      continue;
    }
    FileInfo info;
    const bool known = stat_file(path, &info, false) == 0;
    const bool link = known && info.type == FileType::Symlink;
    const bool directory_itself = known && info.type == FileType::Directory;
    if (directory_itself) {
      if (static_cast<int>(stack.size()) <= options.max_levels)
        stack.push_back(open_level(std::move(path), events));
      continue;
    }
    if (link && stat_file(path, &info) == 0 && info.type == FileType::Directory) continue;
    events.push_back({WalkEvent::Kind::File, std::move(path)});
  }
}

}  // namespace ouro::batch
