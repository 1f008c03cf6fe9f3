// Source bytes to text.
//
// Most files are ASCII or UTF-8 with '\n' line ends and a final newline: their text is the caller's buffer,
// and all that happens here is one search for NUL, one for '\r', and a look at the first two lines. Without a
// coding cookie, or with the cookie utf-8, nobody validates the UTF-8: CPython finds bad bytes only where an
// identifier or a string literal has them, and so do the lexer and the string parser. Under any other cookie,
// "utf8" without the hyphen among them, the whole file is decoded, and the first bad byte is an error of
// the file as a whole, without a line.
//
// The order of the steps shows in the results: line ends are translated in the bytes, before decoding; the
// cookie is looked for behind the byte order mark; and positions in messages count from the translated text.
#include <algorithm>
#include <cstdio>
#include <cstring>

#include "base/codecs.h"
#include "base/unicode.h"
#include "syntax/source.h"

namespace ouro::syntax {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr size_t kLargestSource = INT32_MAX - 16;

/// An error about the file as a whole: CPython gives it line 0, offset -1 and no text.
const Diagnostic* file_error(Workspace& workspace, std::string_view message) {
  Diagnostic error;
  error.message = workspace.arena.copy(message);
  error.line = 0;
  error.offset = -1;
  return workspace.arena.make<Diagnostic>(error);
}

/// '\n' line ends and a final newline; the same buffer when it is so already. Where the bytes end in "\r\n",
/// CPython adds one more empty line, which shows in the line numbers of errors at the end of the file.
std::string_view translate_newlines(Arena& arena, std::string_view bytes) {
  const bool has_return = std::memchr(bytes.data(), '\r', bytes.size()) != nullptr;
  if (!has_return && bytes.back() == '\n') return bytes;

  char* const begin = static_cast<char*>(arena.allocate(bytes.size() + 1, 1));
  char* to = begin;
  bool ends_complete = false;
  for (size_t i = 0; i < bytes.size();) {
    const size_t stop = has_return ? std::min(bytes.find('\r', i), bytes.size()) : bytes.size();
    std::memcpy(to, bytes.data() + i, stop - i);
    to += stop - i;
    i = stop;
    ends_complete = to != begin && to[-1] == '\n';
    if (i == bytes.size()) break;
    *to++ = '\n';
    ++i;
    ends_complete = true;
    if (i < bytes.size() && bytes[i] == '\n') ends_complete = ++i != bytes.size();
  }
  if (!ends_complete) *to++ = '\n';
  return {begin, static_cast<size_t>(to - begin)};
}

/// The spellings of UTF-8 and Latin-1 that CPython itself knows, under one name each.
std::string_view normal_name(std::string_view name, char (&buffer)[12]) {
  const size_t size = std::min(name.size(), sizeof buffer);
  for (size_t i = 0; i < size; ++i) {
    const char c = name[i];
    buffer[i] = c == '_' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  const std::string_view normal(buffer, size);
  if (normal == "utf-8" || normal.starts_with("utf-8-")) return "utf-8";
  for (const std::string_view latin : {"latin-1", "iso-8859-1", "iso-latin-1"}) {
    if (!normal.starts_with(latin)) continue;
    if (normal.size() == latin.size() || normal[latin.size()] == '-') return "iso-8859-1";
  }
  return name;
}

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\f';
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.';
}

/// The encoding named by the comment that is all of `line` (with its newline), as written; empty without one.
std::string_view cookie_of(std::string_view line) {
  size_t at = 0;
  while (at < line.size() && is_blank(line[at])) ++at;
  if (at == line.size() || line[at] != '#') return {};
  while ((at = line.find("coding", at)) != std::string_view::npos) {
    at += 6;
    if (at >= line.size() || (line[at] != ':' && line[at] != '=')) continue;
    size_t from = at + 1;
    while (from < line.size() && (line[from] == ' ' || line[from] == '\t')) ++from;
    size_t to = from;
    while (to < line.size() && is_name_character(line[to])) ++to;
    if (to != from) return line.substr(from, to - from);
  }
  return {};
}

/// Whether a cookie may still stand in the line after this one.
bool holds_only_comment(std::string_view line) {
  const auto* at = std::find_if_not(line.begin(), line.end(), is_blank);
  return at == line.end() || *at == '#' || *at == '\n';
}

std::string_view find_cookie(std::string_view text) {
  const std::string_view first = text.substr(0, text.find('\n') + 1);
  std::string_view cookie = cookie_of(first);
  if (!cookie.empty() || !holds_only_comment(first)) return cookie;
  const std::string_view rest = text.substr(first.size());
  return cookie_of(rest.substr(0, rest.find('\n') + 1));
}

/// What a codec let through has to be encodable as UTF-8.
const Diagnostic* find_surrogates(Workspace& workspace, std::string_view text) {
  const auto first = find_surrogate(text);
  if (!first) return nullptr;
  size_t last = *first;
  size_t at = byte_offset_of(text, *first);
  const size_t from = at;
  while (at < text.size() && static_cast<unsigned char>(text[at]) == 0xED &&
         static_cast<unsigned char>(text[at + 1]) >= 0xA0) {
    at += 3;
    ++last;
  }
  const std::string place = std::to_string(*first);
  std::string message = "'utf-8' codec can't encode character";
  if (last - *first == 1) {
    size_t position = from;
    char escape[16];
    std::snprintf(escape, sizeof escape, "'\\u%04x'",
                  static_cast<unsigned>(decode_code_point(text, &position)));
    message += std::string(" ") + escape + " in position " + place;
  } else {
    message += "s in position " + place + "-" + std::to_string(last - 1);
  }
  return file_error(workspace, message + ": surrogates not allowed");
}

Result<std::string_view> decode(Workspace& workspace, std::string_view text, std::string_view encoding) {
  const Codec codec = find_codec(encoding);
  // CPython knows idna and punycode, in which nobody writes programs.
  if (codec.kind == CodecKind::Unknown || codec.kind == CodecKind::Unsupported)
    return file_error(workspace, "unknown encoding: " + std::string(encoding));
  if (codec.kind == CodecKind::NotText)
    return file_error(workspace,
                      "'" + std::string(encoding) +
                          "' is not a text encoding; use codecs.decode() to handle arbitrary codecs");
  std::string decoded;
  DecodeError error;
  if (!decode_text(codec, text, &decoded, &error)) return file_error(workspace, error.message(text));
  if (const Diagnostic* surrogate = find_surrogates(workspace, decoded)) return surrogate;
  // CPython's tokenizer reads a C string: what an encoding hides behind a NUL is not there.
  decoded.resize(std::min(decoded.find('\0'), decoded.size()));
  if (decoded.empty() || decoded.back() != '\n') decoded += '\n';
  return workspace.arena.copy(decoded);
}

const Diagnostic* check_source(Workspace& workspace, std::string_view bytes) {
  if (bytes.size() > kLargestSource)
    return workspace.error(ErrorType::OverflowError,
                           "Parser column offset overflow - source line is too big");
  if (std::memchr(bytes.data(), 0, bytes.size()) != nullptr)
    return workspace.error(ErrorType::SyntaxError, "source code string cannot contain null bytes");
  return nullptr;
}

SourceText translated(Workspace& workspace, std::string_view bytes, std::string_view filename) {
  SourceText source;
  source.newline_added = bytes.empty() || (bytes.back() != '\n' && bytes.back() != '\r');
  source.text = translate_newlines(workspace.arena, bytes.empty() ? "\n" : bytes);
  source.encoding = "utf-8";
  source.filename = filename;
  return source;
}

}  // namespace

Result<SourceText> text_source(Workspace& workspace, std::string_view text, std::string_view filename) {
  if (const Diagnostic* error = check_source(workspace, text)) return error;
  SourceText source = translated(workspace, text, filename);
  source.declares_encoding = true;
  return source;
}

Result<SourceText> decode_source(Workspace& workspace, std::string_view bytes, std::string_view filename) {
  if (const Diagnostic* error = check_source(workspace, bytes)) return error;
  SourceText source = translated(workspace, bytes, filename);
  const bool marked = source.text.starts_with(kByteOrderMark);
  if (marked) source.text.remove_prefix(kByteOrderMark.size());

  const std::string_view cookie = find_cookie(source.text);
  source.declares_encoding = marked || !cookie.empty();
  if (cookie.empty()) return source;
  char buffer[12];
  const std::string_view encoding = normal_name(cookie, buffer);
  if (encoding == "utf-8") return source;
  if (marked) return file_error(workspace, "encoding problem: " + std::string(encoding) + " with BOM");
  source.encoding = workspace.arena.copy(encoding);
  source.text = OURO_TRY(decode(workspace, source.text, encoding));
  return source;
}

}  // namespace ouro::syntax
