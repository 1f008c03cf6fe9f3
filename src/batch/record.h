// What became of one file: owned copies that outlive the compiler's arena.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"

namespace ouro::batch {

/// An exception as Python would have it. For the SyntaxError family the fields are those of the exception
/// object; nothing where Python has None.
struct ErrorRecord {
  std::string type;      // "SyntaxError", "PermissionError", ...
  std::string message;   // the exception's `msg`, or str() of one that is no SyntaxError
  std::string filename;  // SyntaxError only
  std::optional<int> line, offset, end_line, end_offset;
  std::optional<std::string> text;

  /// SyntaxError, IndentationError or TabError.
  bool is_syntax_error() const;
  bool is_os_error = false;  // one of the system's, or FileExistsError about an output
};

ErrorRecord make_error_record(const Diagnostic& diagnostic, std::string_view filename);
/// An OSError for `error` (an errno value), about no file, one, or two.
ErrorRecord make_os_error_record(int error);
ErrorRecord make_os_error_record(int error, std::string_view path);
ErrorRecord make_os_error_record(int error, std::string_view path, std::string_view other_path);

/// A warning that is to be shown, or counted.
struct WarningRecord {
  WarningCategory category;
  std::string message;
  int line = 0;
  bool once = false;  // the filters say: only the first with this text and category in the process
};

enum class FileStatus : uint8_t { Compiled, Fresh, Failed, Skipped };
std::string_view status_name(FileStatus status);

/// One source file at one optimisation level.
struct FileRecord {
  FileStatus status = FileStatus::Skipped;
  int optimize = 0;
  std::string output;  // the .pyc's path
  uint64_t bytes = 0;  // its size, when compiled
  std::vector<WarningRecord> warnings;
  std::optional<ErrorRecord> error;
};

}  // namespace ouro::batch
