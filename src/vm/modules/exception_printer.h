// Exceptions as the interpreter shows them: tracebacks with source lines, chains, groups, notes. Nothing of
// this is Python code, so that it works whatever the program has done to the library.
#pragma once

#include <map>
#include <string>

#include "vm/interp/frame.h"
#include "vm/object/exceptions.h"

namespace ouro::vm {

/// Writes what sys.excepthook writes, to a file that has write() and flush(). An exception without a
/// traceback of its own gets the one given (or None). Fails when the file does.
Status print_exception(Value file, Value exception, Value traceback);

/// Just a traceback, with its head line.
Status print_traceback(Value file, Traceback* traceback);

/// What sys.unraisablehook writes; everything may be None.
struct UnraisableReport {
  Value type, value, traceback, message, object;
};
Status print_unraisable(Value file, const UnraisableReport& report);

/// What stands before each line inside an exception group.
struct Margin {
  size_t indent = 0;
  std::string_view text;

  void write(StrBuilder& out) const {
    out.append_repeated(U' ', indent);
    out.append_ascii(text);
  }
};

/// The lines of source files, kept while one exception with all that belongs to it is shown.
class SourceLines {
 public:
  /// The line with its indentation, as a str; null when it cannot be had.
  Value line(Str* filename, int number);

 private:
  struct File {
    bool found = false;
    std::string encoding, bytes;
  };
  const File& file(Str* filename);

  std::map<std::string, File> files_;
};

/// The entries of a traceback, innermost last: at most `limit`, the last ones.
Status write_traceback(StrBuilder& out, SourceLines& sources, Traceback* traceback, int64_t limit,
                       const Margin& margin);

}  // namespace ouro::vm
