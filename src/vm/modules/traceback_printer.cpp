// Tracebacks: an entry for each frame, the source line, and marks below what the frame was doing.
#include <algorithm>

#include "base/files.h"
#include "bytecode/positions.h"
#include "vm/builtins/codecs.h"
#include "vm/builtins/functions.h"
#include "vm/import/compile_hook.h"
#include "vm/import/import.h"
#include "vm/interp/text.h"
#include "vm/modules/exception_printer.h"
#include "vm/object/protocol.h"

namespace ouro::vm {

namespace {

constexpr int kRepeatsShown = 3;
constexpr size_t kIndentation = 4;  // of source lines
constexpr std::string_view kBlanks = " \t\f";

/// The encoding that a source's first two lines declare, or "utf-8".
std::string declared_encoding(std::string_view bytes) {
  constexpr std::string_view kWord = "coding";
  for (size_t number = 1; number <= 2; ++number) {
    const auto line = ouro::line_of(bytes, number);
    if (!line) break;
    const size_t start = line->find_first_not_of(kBlanks);
    if (start == line->npos) continue;
    if ((*line)[start] != '#') break;
    for (size_t at = start; (at = line->find(kWord, at)) != line->npos;) {
      at += kWord.size();
      if (at >= line->size() || ((*line)[at] != ':' && (*line)[at] != '=')) continue;
      const size_t name = std::min(line->find_first_not_of(" \t", at + 1), line->size());
      const auto named = [](char c) { return isalnum(static_cast<unsigned char>(c)) || strchr("-_.", c); };
      size_t end = name;
      while (end < line->size() && (*line)[end] != 0 && named((*line)[end])) ++end;
      if (end > name) return std::string(line->substr(name, end - name));
    }
  }
  return "utf-8";
}

bool read_whole(const std::string& path, std::string* bytes) {
  FileBuffer buffer;
  FileInfo info;
  ReadOptions options;
  options.only_regular = true;
  if (read_file(path, &buffer, &info, options) != 0) return false;
  *bytes = buffer.bytes();
  return true;
}

/// A file of that name in one of the folders of sys.path.
bool read_from_path(const std::string& filename, std::string* bytes) {
  const std::string tail = filename.substr(filename.rfind('/') + 1);
  auto path = sys_attribute("path");
  if (!path.ok()) (void)take_exception();
  if (!path.ok() || !is_list(path.unwrap())) return false;
  for (Value folder : path.unwrap().as<List>()->span()) {
    if (!is_str(folder)) continue;
    std::string name = to_utf8(folder.as<Str>());
    if (!name.empty() && !name.ends_with('/')) name += '/';
    if (read_whole(name + tail, bytes)) return true;
  }
  return false;
}

}  // namespace

const SourceLines::File& SourceLines::file(Str* filename) {
  const std::string name = to_utf8(filename);
  auto [at, is_new] = files_.try_emplace(name);
  File& file = at->second;
  if (!is_new) return file;
  if (name.empty() || (name.starts_with('<') && name.ends_with('>'))) return file;
  file.found = read_whole(name, &file.bytes) || read_from_path(name, &file.bytes);
  if (std::string_view(file.bytes).starts_with("\xEF\xBB\xBF")) file.bytes.erase(0, 3);
  file.encoding = declared_encoding(file.bytes);
  return file;
}

Value SourceLines::line(Str* filename, int number) {
  const File& source = file(filename);
  if (!source.found || number < 1) return Value();
  const auto bytes = ouro::line_of(source.bytes, static_cast<size_t>(number));
  if (!bytes) return Value();
  auto text = decode_text(*bytes, Value(), source.encoding.c_str(), "strict");
  if (text.ok() && is_str(text.unwrap())) return text.unwrap();
  if (!text.ok()) (void)take_exception();
  return Value();
}

namespace {

/// What of a line is marked: [start, end), and inside it the part that matters, or none.
struct Marks {
  size_t start = 0, end = 0;
  bool divided = false;
  size_t inner_start = 0, inner_end = 0;
};

/// Characters of a text before a byte offset of its UTF-8.
size_t characters_before(std::string_view utf8, size_t bytes) {
  size_t count = 0;
  for (const char c : utf8.substr(0, bytes)) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

Result<size_t> column_of(Value node, const char* name) {
  return static_cast<size_t>(TRY(to_int64(TRY(get_attribute(node, intern(name))))));
}

bool is_blank(char c) {
  return kBlanks.find(c) != kBlanks.npos;
}

/// Between the operands: the operator, without brackets that close the left one.
Status divide_operation(std::string_view text, Value node, Marks* marks) {
  const size_t from = TRY(column_of(TRY(get_attribute(node, intern("left"))), "end_col_offset"));
  const size_t to =
      std::min(TRY(column_of(TRY(get_attribute(node, intern("right"))), "col_offset")), text.size());
  for (size_t i = from; i < to; ++i) {
    if (is_blank(text[i])) continue;
    marks->divided = true;
    marks->inner_start = i;
    marks->inner_end = i + 1;
    if (i + 1 < to && !is_blank(text[i + 1])) ++marks->inner_end;
    if (i + 1 >= to || text[i] != ')') break;
  }
  return {};
}

/// The brackets with what is in them.
Status divide_subscript(std::string_view text, Value node, Marks* marks) {
  const size_t from = TRY(column_of(TRY(get_attribute(node, names.value)), "end_col_offset"));
  const size_t to = TRY(column_of(TRY(get_attribute(node, intern("slice"))), "end_col_offset")) + 1;
  marks->divided = true;
  marks->inner_start = std::min(text.find('[', from), text.size());
  marks->inner_end = std::min(text.find(']', std::min(to, text.size())), text.size());
  if (marks->inner_end < text.size()) ++marks->inner_end;
  return {};
}

/// If the marked text is an operation or a subscript: which part of it is the point. Bytes of `text`.
Status divide(std::string_view text, Marks* marks) {
  if (compile_hook == nullptr) return {};
  CompileRequest request;
  request.source = text;
  request.is_text = true;
  request.filename = "<traceback>";
  request.want = CompileWant::Tree;
  const CompileOutcome outcome = compile_hook(request);
  if (outcome.raised) return Raised{};
  if (!outcome.ok || outcome.tree.is_null()) return {};
  Value body = TRY(get_attribute(outcome.tree, intern("body")));
  if (!is_list(body) || body.as<List>()->length != 1) return {};
  Value statement = body.as<List>()->items()[0];
  if (type_name(statement) != "Expr") return {};
  Value node = TRY(get_attribute(statement, names.value));
  if (type_name(node) == "BinOp") return divide_operation(text, node, marks);
  if (type_name(node) == "Subscript") return divide_subscript(text, node, marks);
  return {};
}

/// The marks in characters of the line; false when there are none to show.
bool find_marks(const Code* code, int32_t offset, std::string_view line, Marks* marks) {
  const Position place = position_of(code, offset);
  if (place.line < 0 || place.end_line < 0 || place.column < 0 || place.end_column < 0) return false;
  auto start = std::min(static_cast<size_t>(place.column), line.size());
  auto end = std::min(static_cast<size_t>(place.end_column), line.size());
  marks->start = characters_before(line, start);
  if (place.line != place.end_line) {
    const size_t last = line.find_last_not_of(kBlanks);
    marks->end = characters_before(line, last == line.npos ? 0 : last + 1);
    return true;
  }
  marks->end = characters_before(line, end);
  const std::string_view marked = line.substr(start, end > start ? end - start : 0);
  if (!divide(marked, marks).ok()) (void)take_exception();
  if (marks->divided) {
    marks->inner_start = marks->start + characters_before(marked, marks->inner_start);
    marks->inner_end = marks->start + characters_before(marked, marks->inner_end);
  }
  return true;
}

/// How wide the first characters of a line are on a screen.
size_t display_width(Str* line, size_t characters) {
  if (line->is_ascii()) return characters;
  auto outcome = [&]() -> Result<Value> {
    return get_attribute(TRY(import_module("unicodedata")), intern("east_asian_width"));
  }();
  if (!outcome.ok()) {
    (void)take_exception();
    return characters;
  }
  size_t width = 0;
  for (size_t i = 0; i < characters && i < line->length; ++i) {
    const char32_t c = line->at(i);
    auto kind = c < 0x80 ? Result<Value>(Value()) : call(outcome.unwrap(), {make_char(c)});
    if (!kind.ok()) (void)take_exception();
    const bool known = kind.ok() && !kind.unwrap().is_null() && is_str(kind.unwrap());
    const std::string name = known ? to_utf8(kind.unwrap().as<Str>()) : std::string();
    width += name == "W" || name == "F" ? 2 : 1;
  }
  return width;
}

void write_marks(StrBuilder& out, Str* line, size_t indentation, const Marks& marks) {
  const size_t start = display_width(line, marks.start), end = display_width(line, marks.end);
  const size_t inner_start = display_width(line, marks.inner_start),
               inner_end = display_width(line, marks.inner_end);
  out.append_repeated(U' ', kIndentation);
  for (size_t at = indentation; at < end; ++at) {
    if (at < start)
      out.append(U' ');
    else
      out.append(marks.divided && (at < inner_start || at >= inner_end) ? U'~' : U'^');
  }
  out.append_ascii("\n");
}

/// The source line of an entry, and the marks unless they would be below all of it.
void write_source(StrBuilder& out, Str* line, const Code* code, int32_t offset, const Margin& margin) {
  const std::string text = to_utf8(line);
  const size_t indentation = std::min(text.find_first_not_of(kBlanks), text.size());
  margin.write(out);
  out.append_repeated(U' ', kIndentation);
  out.append(line, indentation, line->length);
  out.append_ascii("\n");
  Marks marks;
  if (!find_marks(code, offset, text, &marks)) return;
  if (!marks.divided && marks.end - marks.start == line->length - indentation) return;
  margin.write(out);
  write_marks(out, line, indentation, marks);
}

int line_of_entry(const Traceback* entry) {
  return entry->line >= 0 ? entry->line : line_of(entry->frame->frame->code(), entry->last_index);
}

void write_entry(StrBuilder& out, SourceLines& sources, const Traceback* entry, int line,
                 const Margin& margin) {
  const Code* code = entry->frame->frame->code();
  margin.write(out);
  out.append_ascii("  File \"");
  out.append(code->filename);
  out.append_utf8(fmt::format("\", line {}, in ", line));
  out.append(code->name);
  out.append_ascii("\n");
  Value text = sources.line(code->filename, line);
  if (!text.is_null()) write_source(out, text.as<Str>(), code, entry->last_index, margin);
}

void write_repeated(StrBuilder& out, int count) {
  if (count <= kRepeatsShown) return;
  const int more = count - kRepeatsShown;
  out.append_utf8(fmt::format("  [Previous line repeated {} more time{}]\n", more, more > 1 ? "s" : ""));
}

}  // namespace

Status write_traceback(StrBuilder& out, SourceLines& sources, Traceback* traceback, int64_t limit,
                       const Margin& margin) {
  auto next = [](const Traceback* entry) {
    return entry->next.is_null() ? nullptr : entry->next.as<Traceback>();
  };
  int64_t depth = 0;
  for (const Traceback* at = traceback; at != nullptr; at = next(at)) ++depth;
  const Code* last_code = nullptr;
  int last_line = -1, count = 0;
  for (const Traceback* at = traceback; at != nullptr; at = next(at), --depth) {
    if (depth > limit) continue;
    const Code* code = at->frame->frame->code();
    const int line = line_of_entry(at);
    const bool repeated = last_code != nullptr && last_line != -1 && line == last_line &&
                          code->filename == last_code->filename && code->name == last_code->name;
    if (!repeated) {
      write_repeated(out, count);
      last_code = code;
      last_line = line;
      count = 0;
    }
    if (++count <= kRepeatsShown) write_entry(out, sources, at, line, margin);
  }
  write_repeated(out, count);
  return {};
}

}  // namespace ouro::vm
