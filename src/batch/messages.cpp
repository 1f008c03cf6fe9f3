#include "batch/messages.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/files.h"
#include "base/unicode.h"

namespace ouro::batch {

namespace {

std::string_view base_name(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

bool is_python_space(char32_t c) {
  return (c >= 9 && c <= 13) || (c >= 0x1C && c <= 0x20) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

std::string_view strip_end(std::string_view text, std::string_view what) {
  const size_t last = text.find_last_not_of(what);
  return last == std::string_view::npos ? std::string_view() : text.substr(0, last + 1);
}

// The source line and the carets under it, as the traceback module lays them out.
std::string format_source_line(const ErrorRecord& error) {
  const std::string_view right = strip_end(*error.text, "\n");
  const size_t first = right.find_first_not_of(" \n\f");
  const std::string_view text = first == std::string_view::npos ? std::string_view() : right.substr(first);
  const auto spaces = static_cast<int>(right.size() - text.size());
  std::string out = fmt::format("    {}\n", text);
  if (!error.offset) return out;
  const int offset = *error.offset;
  int end_offset = error.end_offset.value_or(0) != 0 ? *error.end_offset : offset;
  if (offset == end_offset || end_offset == -1) end_offset = offset + 1;
  const int column = offset - 1 - spaces;
  if (column < 0) return out;
  out += "    ";
  size_t position = 0;
  for (int i = 0; i < column && position < text.size(); ++i) {
    const char32_t c = decode_code_point(text, &position);
    if (is_python_space(c)) {
      append_code_point(out, c);
    } else {
      out += ' ';
    }
  }
  out.append(static_cast<size_t>(std::max(0, end_offset - offset)), '^');
  out += '\n';
  return out;
}

}  // namespace

std::string format_exception(const ErrorRecord& error) {
  if (!error.is_syntax_error()) {
    return error.message.empty() ? error.type + "\n" : fmt::format("{}: {}\n", error.type, error.message);
  }
  std::string out;
  std::string suffix;
  if (error.line) {
    out += fmt::format("  File \"{}\", line {}\n", error.filename, *error.line);
  } else if (!error.filename.empty()) {
    suffix = fmt::format(" ({})", error.filename);
  }
  if (error.text) out += format_source_line(error);
  out += fmt::format("{}: {}{}\n", error.type,
                     error.message.empty() ? "<no detail available>" : error.message, suffix);
  return out;
}

std::string exception_text(const ErrorRecord& error) {
  if (!error.is_syntax_error()) return error.message;
  if (error.line)
    return fmt::format("{} ({}, line {})", error.message, base_name(error.filename), *error.line);
  if (error.filename.empty()) return error.message;
  return fmt::format("{} ({})", error.message, base_name(error.filename));
}

std::string compile_error_text(const ErrorRecord& error) {
  if (error.type == "SyntaxError") return format_exception(error);
  return fmt::format("Sorry: {}: {}", error.type, exception_text(error));
}

std::string format_warning(const WarningRecord& warning, const std::string& filename) {
  std::string out = fmt::format("{}:{}: {}: {}\n", filename, warning.line,
                                warning_category_name(warning.category), warning.message);
  const auto line = read_line_of_file(filename, static_cast<size_t>(std::max(0, warning.line)));
  if (!line) return out;
  const std::string_view text = strip_space(*line);
  if (!text.empty()) out += fmt::format("  {}\n", text);
  return out;
}

std::string printable_text(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto bad = find_utf8_error(text);
    out += bad ? text.substr(0, bad->start) : text;
    if (!bad) break;
    text.remove_prefix(bad->start);
    // A lone surrogate is three bytes of ours; any other byte stands for itself.
    const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
    if (text.size() >= 3 && byte(0) == 0xED && byte(1) >= 0xA0 && (byte(2) & 0xC0) == 0x80) {
      out += fmt::format("\\u{:04x}", 0xD000u | ((byte(1) & 0x3Fu) << 6) | (byte(2) & 0x3Fu));
      text.remove_prefix(3);
    } else {
      out += fmt::format("\\udc{:02x}", byte(0));
      text.remove_prefix(1);
    }
  }
  return out;
}

std::string path_text(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const auto error = find_utf8_error(path);
    if (!error) {
      out += path;
      break;
    }
    out += path.substr(0, error->start);
    append_code_point(out, 0xDC00 + static_cast<unsigned char>(path[error->start]));
    path.remove_prefix(error->start + 1);
  }
  return out;
}

std::string_view strip_space(std::string_view text) {
  size_t start = 0;
  size_t end = 0;
  bool any = false;
  for (size_t at = 0; at < text.size();) {
    const size_t from = at;
    // Bytes that are no UTF-8 are no space.
    const bool ascii = static_cast<unsigned char>(text[at]) < 0x80;
    const bool whole =
        ascii || !find_utf8_error(text.substr(at, 4)) || find_utf8_error(text.substr(at, 4))->start > 0;
    const char32_t c = whole ? decode_code_point(text, &at) : U'x';
    if (!whole) ++at;
    if (is_python_space(c)) continue;
    if (!any) start = from;
    any = true;
    end = at;
  }
  return any ? text.substr(start, end - start) : std::string_view();
}

bool ShownOnce::admit(const WarningRecord& warning) {
  return !warning.once || seen_.emplace(warning.category, warning.message).second;
}

std::string path_repr(std::string_view path) {
  return str_repr(path_text(path));
}

}  // namespace ouro::batch
