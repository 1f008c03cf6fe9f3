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

/// Takes the next line off `bytes`, without its newline; *terminated says whether it had one.
std::string_view take_line(std::string_view* bytes, bool* terminated) {
  const size_t stop = std::min(bytes->find_first_of("\r\n"), bytes->size());
  const std::string_view line = bytes->substr(0, stop);
  bytes->remove_prefix(stop);
  *terminated = !bytes->empty();
  if (*terminated) bytes->remove_prefix(bytes->starts_with("\r\n") ? 2 : 1);
  return line;
}

/// The last piece of a line as a buffer of fixed size takes it; nothing when the file ends at a full buffer.
std::optional<std::string> last_piece(std::string_view line, bool terminated) {
  const size_t size = line.size() + (terminated ? 1 : 0);
  if (!terminated && size % kLongestPiece == 0) return std::nullopt;
  const size_t start = (size - 1) / kLongestPiece * kLongestPiece;
  std::string piece(line.substr(start));
  if (terminated) piece += '\n';
  return piece;
}

}  // namespace

std::optional<std::string_view> line_of_file(Workspace& workspace, const SourceText& source, int line) {
  std::string_view left = source.file_bytes;
  if (line < 1) return std::nullopt;
  bool terminated = false;
  std::string_view found;
  for (int i = 0; i < line; ++i) {
    if (left.empty()) return std::nullopt;
    found = take_line(&left, &terminated);
  }
  const auto piece = last_piece(found, terminated);
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
