// CPython reads the file anew for this, and not as the tokenizer does: the line keeps its newline, or the
// want of one, a byte order mark is a character of the first line, and of a line that does not fit its buffer
// it shows the last piece.
#include "syntax/lexer/file_line.h"

#include <algorithm>

#include "base/codecs.h"
#include "syntax/lexer/shown_text.h"

namespace ouro::syntax {

namespace {

constexpr size_t kLongestPiece = 999;

/// Takes the next piece of a line off `bytes`; false at their end.
bool take_piece(std::string_view* bytes, std::string* piece) {
  const std::string_view window = bytes->substr(0, kLongestPiece);
  const size_t end = window.find_first_of("\r\n");
  *piece = window.substr(0, end);
  bytes->remove_prefix(piece->size());
  if (end != std::string_view::npos) {
    *piece += '\n';
    bytes->remove_prefix(bytes->starts_with("\r\n") ? 2 : 1);
  }
  return !piece->empty();
}

/// Whether CPython takes what comes next for more of the same line: its buffer is full to the last byte.
bool goes_on(const std::string& piece) {
  return piece.size() == kLongestPiece && piece.back() != '\n' && piece.back() != '\0';
}

}  // namespace

std::optional<std::string> last_piece_of_line(std::string_view file_bytes, int line) {
  if (line < 1) return std::nullopt;
  std::string piece;
  for (int i = 0; i < line; ++i) {
    do {
      if (!take_piece(&file_bytes, &piece)) return std::nullopt;
    } while (goes_on(piece));
  }
  piece.resize(std::min(piece.size(), piece.find('\0')));
  return piece;
}

std::optional<std::string_view> line_of_file(Workspace& workspace, const SourceText& source, int line) {
  const auto piece = last_piece_of_line(source.file_bytes, line);
  if (!piece) return std::nullopt;
  if (!source.declares_encoding) {
    if (find_utf8_error(*piece)) return std::nullopt;
    return workspace.arena.copy(*piece);
  }
  if (source.encoding == "utf-8") return replace_undecodable(workspace.arena, workspace.arena.copy(*piece));
  const Codec codec = find_codec(source.encoding);
  std::string decoded;
  DecodeError error;
  if (codec.kind != CodecKind::Text || !decode_text(codec, *piece, &decoded, &error)) return std::nullopt;
  return workspace.arena.copy(decoded);
}

}  // namespace ouro::syntax
