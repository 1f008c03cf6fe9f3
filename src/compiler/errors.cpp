// The compiler's SyntaxErrors and the source line they quote.
//
// After parsing nobody holds the source any more as CPython sees it, so CPython opens the file again by its
// name and reads the line from there. What that yields is not always what was compiled: a file in another
// encoding than UTF-8 gives no text, a file that has changed gives another line, and of a line longer than
// CPython's buffer only the last piece is quoted. All of that is reproduced here.
#include "compiler/errors.h"

#include <optional>
#include <string>

#include "base/files.h"
#include "base/unicode.h"
#include "syntax/lexer/file_line.h"

namespace ouro::compiler {

namespace {

std::optional<std::string> line_text(const CompileOptions& options, int line) {
  FileBuffer buffer;
  std::string_view bytes = options.file_bytes;
  if (bytes.empty() && !options.filename.empty() &&
      read_file(std::string(options.filename), &buffer, nullptr, {.only_regular = true}) == 0) {
    bytes = buffer.bytes();
  }
  auto text = syntax::last_piece_of_line(bytes, line);
  if (text && find_utf8_error(*text)) return std::nullopt;
  return text;
}

}  // namespace

const Diagnostic* syntax_error_at(Compilation& compilation, const ErrorPlace& place,
                                  std::string_view message) {
  Arena& arena = compilation.workspace.arena;
  auto* diagnostic = arena.make<Diagnostic>();
  diagnostic->message = arena.copy(message);
  diagnostic->line = place.line;
  diagnostic->offset = place.offset;
  diagnostic->end_line = place.end_line;
  diagnostic->end_offset = place.end_offset;
  if (const std::optional<std::string> text = line_text(compilation.options, place.line)) {
    diagnostic->has_text = true;
    diagnostic->text = arena.copy(*text);
  }
  return diagnostic;
}

const Diagnostic* syntax_error(Compilation& compilation, const Location& where, std::string_view message) {
  return syntax_error_at(compilation, {where.line, where.column + 1, where.end_line, where.end_column + 1},
                         message);
}

}  // namespace ouro::compiler
