// Errors and warnings in CPython's words and layout.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "batch/record.h"

namespace ouro::batch {

/// `traceback.format_exception_only`: for a SyntaxError the file line, the source line, the carets and the
/// message; for others "Type: message". Every line ends in a newline.
std::string format_exception(const ErrorRecord& error);

/// str(exception): for a SyntaxError "message (file.py, line 3)".
std::string exception_text(const ErrorRecord& error);

/// The message of py_compile.PyCompileError: format_exception() for exactly SyntaxError, else "Sorry: ...".
std::string compile_error_text(const ErrorRecord& error);

/// `warnings.formatwarning`: "file.py:3: SyntaxWarning: text" and the stripped source line where the file has
/// it.
std::string format_warning(const WarningRecord& warning, const std::string& filename);

/// Bytes of a file name (or text with lone surrogates) as a terminal may see them: what is not UTF-8 is
/// escaped as Python's "backslashreplace" does.
std::string printable_text(std::string_view text);

/// os.fsdecode: bytes that are not UTF-8 become lone surrogates U+DC80..U+DCFF, three bytes each.
std::string path_text(std::string_view path);

/// str.strip() of a line from a list of names.
std::string_view strip_space(std::string_view text);

/// What a filter's "once" has let through already, by text and category.
class ShownOnce {
 public:
  /// Whether a warning is to be shown now.
  bool admit(const WarningRecord& warning);

 private:
  std::set<std::pair<WarningCategory, std::string>> seen_;
};

/// repr() of a path given as bytes, undecodable ones as surrogate escapes.
std::string path_repr(std::string_view path);

}  // namespace ouro::batch
