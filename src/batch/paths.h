// Names of files: what goes into code objects, what leads where.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ouro::batch {

/// os.path.join for two parts.
std::string join_path(std::string_view head, std::string_view tail);

/// The file name that a code object gets: compileall's -s takes away each leading part that agrees (the first
/// part of that spelling, which for repeated names need not be the leading one), -p puts a directory in
/// front.
std::string embedded_name(const std::string& path, const std::optional<std::string>& strip,
                          const std::optional<std::string>& prepend);

/// Whether `path` is a symbolic link to something outside the directory `limit` (compileall's -e).
bool link_leaves(const std::string& path, const std::string& limit);

}  // namespace ouro::batch
