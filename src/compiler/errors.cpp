// The compiler's SyntaxErrors and the source line they quote.
//
// After parsing nobody holds the source any more as CPython sees it, so CPython opens the file again by its
// name and reads the line from there. What that yields is not always what was compiled: a file in another
// encoding than UTF-8 gives no text, a file that has changed gives another line, and of a line longer than
// CPython's buffer only the last piece is quoted. All of that is reproduced here.
#include "compiler/errors.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "base/unicode.h"

namespace ouro::compiler {

namespace {

// CPython reads a line in pieces of at most this many bytes and keeps the last piece.
constexpr size_t kPieceLength = 999;

struct CloseFile {
  void operator()(FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<FILE, CloseFile>;

// Only regular files: opening a FIFO would wait for a writer.
File open_regular(std::string_view name) {
  const std::string path(name);
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return nullptr;
  struct stat info;
  if (::fstat(descriptor, &info) != 0 || !S_ISREG(info.st_mode)) {
    ::close(descriptor);
    return nullptr;
  }
  FILE* file = ::fdopen(descriptor, "r");
  if (file == nullptr) ::close(descriptor);
  return File(file);
}

// One piece of a line into `piece`, with '\n' for every kind of line end; false at the end of the file.
bool read_piece(FILE* file, std::string* piece) {
  piece->clear();
  while (piece->size() < kPieceLength) {
    int c = ::getc_unlocked(file);
    if (c == EOF) break;
    if (c == '\r') {
      c = ::getc_unlocked(file);
      if (c != '\n') std::ungetc(c, file);
      c = '\n';
    }
    piece->push_back(static_cast<char>(c));
    if (c == '\n') break;
  }
  return !piece->empty();
}

std::optional<std::string> line_text(std::string_view filename, int line) {
  if (line <= 0 || filename.empty()) return std::nullopt;
  const File file = open_regular(filename);
  if (file == nullptr) return std::nullopt;
  std::string piece;
  for (int i = 0; i < line; ++i) {
    do {
      if (!read_piece(file.get(), &piece)) return std::nullopt;
    } while (piece.size() == kPieceLength && piece.back() != '\n' && piece.back() != '\0');
  }
  piece.resize(std::min(piece.size(), piece.find('\0')));
  if (find_utf8_error(piece)) return std::nullopt;
  return piece;
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
  if (const std::optional<std::string> text = line_text(compilation.options.filename, place.line)) {
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
