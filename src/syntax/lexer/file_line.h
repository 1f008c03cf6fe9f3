// The line that CPython shows for an error when the source's name is that of a file: it reads the file again.
#pragma once

#include <optional>
#include <string_view>

#include "base/workspace.h"
#include "syntax/source.h"

namespace ouro::syntax {

/// Nothing when CPython would show its buffer instead: no file, no such line, or bytes it cannot decode.
std::optional<std::string_view> line_of_file(Workspace& workspace, const SourceText& source, int line);

}  // namespace ouro::syntax
