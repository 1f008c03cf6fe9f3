// Compiles files and writes out what came of each, for code_diff.py.
//
// Reads lines "LEVEL PATH" from standard input. Answers each with one line of JSON ("status", "size", the
// warnings and, on failure, the error) and then `size` bytes of marshal data.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "base/json.h"
#include "compiler/compile.h"
#include "pyc/marshal_writer.h"

namespace {

using ouro::Diagnostic;

class Collector : public ouro::WarningSink {
 public:
  bool warn(const ouro::Warning& warning) override {
    json.begin_array()
        .string(ouro::warning_category_name(warning.category))
        .string(warning.message)
        .integer(warning.line)
        .end_array();
    return false;
  }
  ouro::JsonWriter& json;
  explicit Collector(ouro::JsonWriter& j) : json(j) {}
};

void write_place(ouro::JsonWriter& json, const char* name, int value) {
  json.key(name);
  if (value == Diagnostic::kNone)
    json.null();
  else
    json.integer(value);
}

void write_error(ouro::JsonWriter& json, const Diagnostic& error) {
  json.key("error").begin_object();
  json.field("type", ouro::error_type_name(error.type));
  json.field("msg", error.message);
  write_place(json, "lineno", error.line);
  write_place(json, "offset", error.offset);
  write_place(json, "end_lineno", error.end_line);
  write_place(json, "end_offset", error.end_offset);
  json.key("text");
  if (error.has_text)
    json.string(error.text);
  else
    json.null();
  json.end_object();
}

void answer(ouro::Workspace& workspace, int level, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  const std::string source = bytes.str();

  ouro::JsonWriter json;
  json.begin_object().key("warnings").begin_array();
  Collector warnings(json);
  ouro::compiler::CompileOptions options;
  options.optimize = level;
  options.filename = path;
  options.warnings = &warnings;
  const auto result = ouro::compiler::compile_source(workspace, source, path, options);
  json.end_array();
  ouro::pyc::ByteBuffer out;
  const Diagnostic* error = result.error();
  if (error == nullptr) error = ouro::pyc::write_marshal(workspace, *result.value(), out).error();
  if (error != nullptr) {
    out.clear();
    write_error(json, *error);
  }
  json.field("status", error == nullptr ? "ok" : "error");
  json.field("size", static_cast<int64_t>(out.size())).end_object();
  std::cout << json.text() << '\n' << out.view() << std::flush;
}

}  // namespace

int main() {
  ouro::Workspace workspace;
  for (std::string line; std::getline(std::cin, line);) {
    const size_t space = line.find(' ');
    if (space == std::string::npos) continue;
    answer(workspace, std::atoi(line.c_str()), line.substr(space + 1));
    workspace.rewind();
  }
  return 0;
}
