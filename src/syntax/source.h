// From bytes to the text that the lexer reads: byte order mark, PEP 263 coding cookie, decoding, universal
// newlines.
#pragma once

#include <string_view>

#include "base/workspace.h"

namespace ouro::syntax {

/// The language is that of Python 3.11.
constexpr int kFeatureVersion = 11;

/// Decoded source: UTF-8, '\n' line ends only, a final newline added where the file had none. Lives in the
/// arena, or is the caller's own buffer when that needed no change.
struct SourceText {
  std::string_view text;
  std::string_view encoding;  // the cookie's normalised name as CPython stores it; "utf-8" by default
  std::string_view filename;  // for error text, as given
  /// Whether there is a cookie or a byte order mark: CPython 3.11.7 counts the columns of its parser's errors
  /// in characters only then, else in bytes.
  bool declares_encoding = false;
  /// The text's last newline is not the source's own.
  bool newline_added = false;
  /// For the parser to set: that newline does not count. CPython adds one to a whole module, but not to an
  /// expression or to interactive input, whose text then ends within a line.
  bool ends_open = false;
  /// For the caller to set when `filename` names a file that CPython could open: that file's bytes. CPython
  /// then takes the text of its parser's errors from the file, which differs from its buffer in newlines.
  std::string_view file_bytes;
};

/// Decodes a source file's bytes as `compile(bytes, filename, 'exec')` does. Errors: SyntaxError for an
/// unknown or conflicting encoding, undecodable bytes and NUL bytes, with CPython's fields. Follows the
/// language reference, section 2.1.4 and PEP 263.
Result<SourceText> decode_source(Workspace& workspace, std::string_view bytes, std::string_view filename);

/// The same for what is text already, UTF-8: a coding cookie or a byte order mark means nothing in it.
Result<SourceText> text_source(Workspace& workspace, std::string_view text, std::string_view filename);

}  // namespace ouro::syntax
