// What the parser, or the whole compiler, says about sources: the program under test of check_errors.py.
//
// Reads sources from standard input, each as its length in decimal, a newline and that many bytes. Writes one
// line of JSON for each: {"ok": true} or the fields of the error, and the warnings.
//
// Usage: source_errors [--stage syntax|compile] [--parser both|fast|reference] [--filename NAME] [--on-disk
// yes] With --on-disk, each source also is what a file of that name holds.
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/thread_pool.h"
#include "base/workspace.h"
#include "compiler/compile.h"
#include "syntax/parser.h"
#include "syntax/source.h"

namespace {

using namespace ouro;

struct StoredWarning {
  std::string_view category;
  std::string message;
  int line;
};

class Warnings : public WarningSink {
 public:
  bool warn(const Warning& warning) override {
    stored.push_back({warning_category_name(warning.category), std::string(warning.message), warning.line});
    return false;
  }
  std::vector<StoredWarning> stored;
};

void write_position(JsonWriter& json, std::string_view name, int value) {
  json.field(name, value == Diagnostic::kNone ? std::optional<int>() : value);
}

void write_error(JsonWriter& json, const Diagnostic& error) {
  json.field("type", error_type_name(error.type)).field("msg", error.message);
  write_position(json, "lineno", error.line);
  write_position(json, "offset", error.offset);
  write_position(json, "end_lineno", error.end_line);
  write_position(json, "end_offset", error.end_offset);
  json.key("text");
  if (error.has_text) {
    json.string(error.text);
  } else {
    json.null();
  }
}

std::string record_of(const Diagnostic* error, const Warnings& warnings) {
  JsonWriter json;
  json.begin_object();
  if (error == nullptr) {
    json.key("ok").boolean(true);
  } else {
    write_error(json, *error);
  }
  json.key("warnings").begin_array();
  for (const StoredWarning& warning : warnings.stored)
    json.begin_array().string(warning.category).string(warning.message).integer(warning.line).end_array();
  json.end_array().end_object();
  return json.text();
}

std::string compile(Workspace& workspace, std::string_view bytes, std::string_view filename, bool on_disk) {
  Warnings warnings;
  compiler::CompileOptions options;
  options.warnings = &warnings;
  options.filename = filename;
  if (on_disk) options.file_bytes = bytes;
  return record_of(compiler::compile_source(workspace, bytes, filename, options).error(), warnings);
}

enum class Parser { Both, Fast, Reference };

std::string examine(Workspace& workspace, std::string_view bytes, std::string_view filename, bool on_disk,
                    Parser parser) {
  Warnings warnings;
  Result<syntax::SourceText> source = syntax::decode_source(workspace, bytes, filename);
  const Diagnostic* error = source.error();
  if (source.ok()) {
    if (on_disk) source.value().file_bytes = bytes;
    syntax::ParseOptions options;
    options.warnings = &warnings;
    if (parser == Parser::Fast) {
      if (syntax::parse_fast(workspace, source.value(), options) == nullptr)
        error = workspace.error(ErrorType::SyntaxError, "rejected");
    } else {
      error = parser == Parser::Both ? syntax::parse(workspace, source.value(), options).error()
                                     : syntax::parse_reference(workspace, source.value(), options).error();
    }
  }
  return record_of(error, warnings);
}

int run(int argc, char** argv) {
  Parser parser = Parser::Both;
  bool on_disk = false;
  bool whole = false;
  std::string_view filename = "<source>";
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view option = argv[i], value = argv[i + 1];
    if (option == "--filename") filename = value;
    if (option == "--on-disk") on_disk = value == "yes";
    if (option == "--stage") whole = value == "compile";
    if (option == "--parser")
      parser = value == "fast" ? Parser::Fast : value == "reference" ? Parser::Reference : Parser::Both;
  }
  std::ios::sync_with_stdio(false);
  Workspace workspace;
  std::string header, bytes;
  while (std::getline(std::cin, header)) {
    bytes.resize(std::strtoull(header.c_str(), nullptr, 10));
    if (!std::cin.read(bytes.data(), static_cast<std::streamsize>(bytes.size()))) return 2;
    workspace.rewind();
    std::cout << (whole ? compile(workspace, bytes, filename, on_disk)
                        : examine(workspace, bytes, filename, on_disk, parser))
              << '\n'
              << std::flush;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  int code = 0;
  run_with_worker_stack([&] { code = run(argc, argv); });
  return code;
}
