#include "batch/record.h"

#include "base/files.h"
#include "batch/messages.h"

namespace ouro::batch {

bool ErrorRecord::is_syntax_error() const {
  return type == "SyntaxError" || type == "IndentationError" || type == "TabError";
}

namespace {

std::optional<int> optional_field(int value) {
  return value == Diagnostic::kNone ? std::nullopt : std::optional<int>(value);
}

}  // namespace

ErrorRecord make_error_record(const Diagnostic& diagnostic, std::string_view filename) {
  ErrorRecord record;
  record.type = error_type_name(diagnostic.type);
  record.message = diagnostic.message;
  // CPython's errors about a source as a whole name no place, and no file either.
  if (record.is_syntax_error() && diagnostic.line != Diagnostic::kNone) record.filename = filename;
  record.line = optional_field(diagnostic.line);
  record.offset = optional_field(diagnostic.offset);
  record.end_line = optional_field(diagnostic.end_line);
  record.end_offset = optional_field(diagnostic.end_offset);
  if (diagnostic.has_text) record.text = std::string(diagnostic.text);
  return record;
}

namespace {

ErrorRecord os_error_record(int error, std::string message) {
  ErrorRecord record;
  record.type = os_error_type(error);
  record.message = std::move(message);
  record.is_os_error = true;
  return record;
}

}  // namespace

ErrorRecord make_os_error_record(int error) {
  return os_error_record(error, os_error_text(error));
}

ErrorRecord make_os_error_record(int error, std::string_view path) {
  return os_error_record(error, os_error_text(error, path));
}

ErrorRecord make_os_error_record(int error, std::string_view path, std::string_view other_path) {
  return os_error_record(error, os_error_text(error, path) + " -> " + path_repr(other_path));
}

std::string_view status_name(FileStatus status) {
  switch (status) {
    case FileStatus::Compiled:
      return "compiled";
    case FileStatus::Fresh:
      return "fresh";
    case FileStatus::Failed:
      return "failed";
    case FileStatus::Skipped:
      return "skipped";
  }
  return "skipped";
}

}  // namespace ouro::batch
