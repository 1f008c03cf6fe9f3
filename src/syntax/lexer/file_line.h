// The line that CPython shows for an error when the source's name is that of a file: it reads the file again.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/workspace.h"
#include "syntax/source.h"

namespace ouro::syntax {

/// Line `line` of a file as CPython's buffer of fixed size holds it in the end: the last piece of a long
/// line, nothing from a NUL on, and '\n' for every kind of line end. Nothing when there is no such line.
std::optional<std::string> last_piece_of_line(std::string_view file_bytes, int line);

/// Nothing when CPython would show its buffer instead: no file, no such line, or bytes it cannot decode.
std::optional<std::string_view> line_of_file(Workspace& workspace, const SourceText& source, int line);

}  // namespace ouro::syntax
