// `ouro inspect`: which CPython wrote a .pyc, whether its source has changed since, and what is in it.
#include "cli/inspect.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/json.h"
#include "batch/messages.h"
#include "cli/console.h"
#include "cli/pyc_input.h"
#include "cli/verb_arguments.h"
#include "pyc/cache_path.h"
#include "pyc/magic.h"

namespace ouro::cli {

namespace {

constexpr std::string_view kFooter = R"(Examples:
  ouro inspect __pycache__/module.cpython-311.pyc
  ouro inspect --source src/module.py build/module.pyc
  ouro inspect --json __pycache__/*.pyc | jq -r 'select(.status == "stale") | .path'

Exit code: 0 all files are .pyc files (stale ones too), 1 a file is at fault, 2 the call is wrong.
)";

struct Arguments {
  std::vector<std::string> files;
  std::string source;
  bool json = false;
  bool brief = false;
};

/// What a .pyc is to its source, in words.
struct SourceStatus {
  std::string path;  // empty: the file's name doesn't tell
  std::string_view status;
  std::string_view detail;
};

SourceStatus from_freshness(std::string path, pyc::Freshness freshness) {
  switch (freshness) {
    case pyc::Freshness::Fresh:
      return {std::move(path), "fresh", ""};
    case pyc::Freshness::StaleTime:
      return {std::move(path), "stale", "the source has another modification time"};
    case pyc::Freshness::StaleSize:
      return {std::move(path), "stale", "the source has another size"};
    case pyc::Freshness::StaleHash:
      return {std::move(path), "stale", "the source has another hash"};
    case pyc::Freshness::NeedsSource:
    case pyc::Freshness::Unchecked:
      break;
  }
  return {std::move(path), "unknown", "the source cannot be read"};
}

SourceStatus find_status(const Arguments& arguments, const std::string& path, const pyc::Header& header) {
  std::string source = arguments.source;
  if (source.empty()) {
    pyc::CachePathOptions options;
    if (const char* prefix = std::getenv("PYTHONPYCACHEPREFIX")) options.prefix = prefix;
    source = pyc::guess_source_path(path, options).value_or("");
  }
  if (source.empty()) return {"", "unknown", "the file's name does not tell its source"};
  FileInfo info;
  if (stat_file(source, &info) != 0) return {std::move(source), "orphan", "there is no such source"};
  pyc::Freshness freshness = pyc::compare_with_source(header, info);
  if (header.kind != pyc::HeaderKind::Timestamp) {
    FileBuffer text;
    ReadOptions options;
    options.only_regular = true;
    if (read_file(source, &text, nullptr, options) == 0)
      freshness = pyc::compare_with_text(header, text.bytes());
  }
  return from_freshness(std::move(source), freshness);
}

std::string hash_text(uint64_t hash) {
  std::string text;
  for (int i = 0; i < 8; ++i) text += fmt::format("{:02x}", static_cast<unsigned>(hash >> (8 * i) & 0xFF));
  return text;
}

size_t count_code_objects(const CodeObject& code) {
  size_t count = 1;
  for (const Constant* constant : code.consts->elements())
    if (constant->is(ConstantKind::Code)) count += count_code_objects(*constant->code);
  return count;
}

/// One file, read as far as it can be.
struct Report {
  std::string path;
  uint64_t size = 0;
  bool was_read = false;
  bool has_header = false;
  pyc::Header header;
  SourceStatus source;
  const CodeObject* code = nullptr;  // null: an error, or a version that can't be read
  std::optional<InputError> error;
};

Report inspect(const Arguments& arguments, const std::string& path, Workspace& workspace,
               FileBuffer& buffer) {
  Report report;
  report.path = path;
  report.error = read_input(path, &buffer, nullptr);
  if (report.error) return report;
  report.was_read = true;
  report.size = buffer.bytes().size();
  report.error = parse_header(buffer.bytes(), &report.header);
  if (report.error) return report;
  report.has_header = true;
  report.source = find_status(arguments, path, report.header);
  if (find_version(report.header.magic) != nullptr)
    report.error = parse_code(workspace, buffer.bytes(), report.header, &report.code);
  return report;
}

void print_tree(const CodeObject& code, int depth, std::string& out) {
  const std::string name = fmt::format("{:{}}{}", "", 4 + 2 * std::min(depth, 40), code.name->text());
  out += fmt::format(
      "{:<40} line {:<6} code {:>6}  positions {:>6}  exceptions {:>5}  consts {:>4}  names {:>4}"
      "  stack {:>3}\n",
      batch::printable_text(name), code.first_line, code.code->size, code.line_table->size,
      code.exception_table->size, code.consts->size, code.names->size, code.stack_size);
  if (out.size() > 64 * 1024) {
    write_out(out);
    out.clear();
  }
  for (const Constant* constant : code.consts->elements())
    if (constant->is(ConstantKind::Code)) print_tree(*constant->code, depth + 1, out);
}

void print_text(const Report& report, bool brief) {
  std::string out = batch::printable_text(report.path) + "\n";
  if (!report.has_header) {
    write_out(out + (report.was_read ? "  not a .pyc file\n" : "  cannot be read\n"));
    return;
  }
  const pyc::Header& header = report.header;
  out += fmt::format("  version   {}, magic number {}\n", pyc::describe_magic(header.magic), header.magic);
  out += fmt::format("  mode      {}\n", pyc::header_kind_name(header.kind));
  if (header.kind == pyc::HeaderKind::Timestamp) {
    out += fmt::format("  mtime     {} ({:%Y-%m-%d %H:%M:%S} UTC)\n", header.mtime,
                       fmt::gmtime(static_cast<std::time_t>(header.mtime)));
    if (header.has_source_size) out += fmt::format("  of source {} bytes\n", header.source_size);
  } else {
    out += fmt::format("  hash      {}\n", hash_text(header.source_hash));
  }
  out += fmt::format("  size      {} bytes\n", report.size);
  if (!report.source.path.empty())
    out += fmt::format("  source    {}\n", batch::printable_text(report.source.path));
  out += fmt::format("  status    {}", report.source.status);
  if (!report.source.detail.empty()) out += fmt::format(": {}", report.source.detail);
  out += '\n';
  if (report.code != nullptr) {
    out += fmt::format("  code      {} code objects; sizes in bytes, consts and names by number\n",
                       count_code_objects(*report.code));
    if (!brief) print_tree(*report.code, 0, out);
  } else if (!report.error) {
    out += "  code      of a version whose code objects are not read yet\n";
  }
  write_out(out);
}

void write_tree(const CodeObject& code, JsonWriter& json) {
  json.begin_object().field("name", code.name->text()).field("qualname", code.qualified_name->text());
  json.field("firstlineno", int64_t{code.first_line}).field("code", int64_t{code.code->size});
  json.field("linetable", int64_t{code.line_table->size});
  json.field("exceptiontable", int64_t{code.exception_table->size});
  json.field("consts", int64_t{code.consts->size}).field("names", int64_t{code.names->size});
  json.field("locals", int64_t{code.locals_plus_names->size}).field("stacksize", int64_t{code.stack_size});
  json.key("nested").begin_array();
  for (const Constant* constant : code.consts->elements())
    if (constant->is(ConstantKind::Code)) write_tree(*constant->code, json);
  json.end_array().end_object();
}

void write_header(const pyc::Header& header, JsonWriter& json) {
  const pyc::MagicInfo* magic = pyc::find_magic(header.magic);
  json.field("magic", int64_t{header.magic}).field("python", magic->name);
  json.field("mode", pyc::header_kind_name(header.kind));
  const bool timestamp = header.kind == pyc::HeaderKind::Timestamp;
  json.key("mtime");
  timestamp ? json.integer(header.mtime) : json.null();
  json.key("source_size");
  timestamp&& header.has_source_size ? json.integer(header.source_size) : json.null();
  json.key("source_hash");
  timestamp ? json.null() : json.string(hash_text(header.source_hash));
}

void print_json(const Report& report, bool brief) {
  JsonWriter json;
  json.begin_object().field("path", report.path);
  json.field("size", static_cast<int64_t>(report.size));
  if (report.has_header) {
    write_header(report.header, json);
    json.key("source");
    report.source.path.empty() ? json.null() : json.string(report.source.path);
    json.field("status", report.source.status).field("detail", report.source.detail);
    if (report.code != nullptr)
      json.field("code_objects", static_cast<int64_t>(count_code_objects(*report.code)));
    json.key("code");
    if (report.code != nullptr && !brief)
      write_tree(*report.code, json);
    else
      json.null();
  }
  json.key("error");
  if (report.error) {
    json.begin_object().field("type", report.error->type).field("msg", report.error->message).key("offset");
    report.error->offset ? json.integer(static_cast<int64_t>(*report.error->offset)) : json.null();
    json.end_object();
  } else {
    json.null();
  }
  json.end_object();
  write_out(json.text() + "\n");
}

}  // namespace

int run_inspect(std::span<const std::string_view> arguments) {
  CLI::App app("Says what .pyc files are: CPython version, source, freshness, content.", "ouro inspect");
  Arguments parsed;
  app.add_option("FILE", parsed.files, ".pyc files")->required();
  app.add_option("--source", parsed.source, "the source to compare with, for one FILE");
  app.add_flag("--brief", parsed.brief, "without the tree of code objects");
  app.add_flag("--json", parsed.json, "one JSON object per file");
  app.footer(std::string(kFooter));
  if (const auto done = parse_verb(app, arguments)) return *done;
  if (!parsed.source.empty() && parsed.files.size() > 1)
    return bad_call(app.get_name(), "--source goes with one FILE");
  int code = 0;
  Workspace workspace;
  FileBuffer buffer;
  for (const std::string& path : parsed.files) {
    workspace.rewind();
    const Report report = inspect(parsed, path, workspace, buffer);
    parsed.json ? print_json(report, parsed.brief) : print_text(report, parsed.brief);
    if (!report.error) continue;
    code = 1;
    write_err(fmt::format("ouro inspect: {}\n", format_input_error(*report.error, path)));
  }
  return code;
}

}  // namespace ouro::cli
