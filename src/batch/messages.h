// Errors and warnings in CPython's words and layout.
#pragma once

#include <string>
#include <string_view>

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

/// repr() of a path given as bytes, undecodable ones as surrogate escapes.
std::string path_repr(std::string_view path);

}  // namespace ouro::batch
