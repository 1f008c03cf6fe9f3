// `ouro dis`: what `python3.11 -m dis FILE` prints, of sources and of .pyc files, without running anything.
#include "cli/dis.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "batch/messages.h"
#include "batch/warning_filters.h"
#include "bytecode/constant_repr.h"
#include "bytecode/disassemble.h"
#include "cli/console.h"
#include "cli/lifted.h"
#include "cli/pyc_input.h"
#include "cli/verb_arguments.h"
#include "compiler/compile.h"
#include "pyc/magic.h"

namespace ouro::cli {

namespace {

constexpr std::string_view kFooter =
    R"(The text is that of `python3.11 -m dis`, line for line, but for what differs between runs of CPython too: the
addresses in <code object ...>, always 0x0 here, and the order of the items of frozensets, here that of
PYTHONHASHSEED=0 in a process with nothing else in it. --lifted adds what python has not: the register code that
ouro runs.

Examples:
  ouro dis module.py
  ouro dis -OO module.py
  ouro dis __pycache__/module.cpython-311.pyc
  ouro dis --lifted module.py
  ouro dis --json module.py | jq '.code.instructions[].opname'

Exit code: 0 all went well, 1 the file is at fault, 2 the call is wrong.
)";

struct Arguments {
  std::string file;
  int optimize = 0;
  bool json = false;
  bool lifted = false;
};

int fail(const InputError& error, const std::string& path) {
  write_err(fmt::format("ouro dis: {}\n", format_input_error(error, path)));
  return 1;
}

/// Shows warnings as python does while it compiles.
class Warnings : public WarningSink {
 public:
  explicit Warnings(const std::string& path) : path_(path) {}
  bool warn(const Warning& warning) override {
    const batch::WarningAction action = filters_.decide(warning, path_);
    if (action == batch::WarningAction::Error) return true;
    if (action == batch::WarningAction::Ignore) return false;
    write_err(batch::printable_text(
        batch::format_warning({warning.category, std::string(warning.message), warning.line}, path_)));
    return false;
  }

 private:
  const std::string& path_;
  batch::WarningFilters filters_;
};

/// Prints a code object; `header` is null for a source file. The exit code.
int print(const Arguments& arguments, const CodeObject& code, const VersionTable& version,
          const pyc::Header* header) {
  bool refused = false;
  if (!arguments.json) {
    CodeRemark remark;
    if (arguments.lifted) remark = [&](const CodeObject& one) { return lifted_text(one, version, &refused); };
    disassemble(code, version, write_out, remark);
    return refused ? 1 : 0;
  }
  JsonWriter json;
  json.begin_object().field("file", arguments.file).field("python", version.name);
  json.key("magic");
  if (header != nullptr)
    json.integer(header->magic);
  else
    json.null();
  json.key("code");
  disassemble_json(code, version, json);
  if (arguments.lifted) {
    json.key("lifted");
    lifted_json(code, version, json, &refused);
  }
  json.end_object();
  write_out(json.text());
  write_out("\n");
  return refused ? 1 : 0;
}

int dis_source(const Arguments& arguments, Workspace& workspace, std::string_view bytes) {
  const std::string name = arguments.file == "-" ? "<stdin>" : arguments.file;
  Warnings warnings(name);
  compiler::CompileOptions options;
  options.optimize = arguments.optimize;
  options.warnings = &warnings;
  options.filename = name;
  if (arguments.file != "-") options.file_bytes = bytes;
  const auto code = compiler::compile_source(workspace, bytes, name, options);
  if (!code.ok()) {
    const batch::ErrorRecord error = batch::make_error_record(*code.error(), name);
    const std::string where = error.is_syntax_error() && error.line ? "" : name + ": ";
    write_err(batch::printable_text(where + batch::format_exception(error)));
    return 1;
  }
  return print(arguments, *code.value(), *options.target->bytecode, nullptr);
}

int dis_pyc(const Arguments& arguments, Workspace& workspace, std::string_view bytes) {
  pyc::Header header;
  if (const auto error = parse_header(bytes, &header)) return fail(*error, arguments.file);
  const VersionTable* version = find_version(header.magic);
  if (version == nullptr) {
    const std::string what = fmt::format(
        "bytecode of {} (magic number {}); this version disassembles that of {}",
        pyc::describe_magic(header.magic), header.magic, compiler::default_target().bytecode->name);
    return fail({"ImportError", what, 0}, arguments.file);
  }
  const CodeObject* code = nullptr;
  if (const auto error = parse_code(workspace, bytes, header, &code)) return fail(*error, arguments.file);
  return print(arguments, *code, *version, &header);
}

}  // namespace

int run_dis(std::span<const std::string_view> arguments) {
  CLI::App app("Disassembles a Python source file or a .pyc file.", "ouro dis");
  Arguments parsed;
  app.add_option("FILE", parsed.file, "source or .pyc; - is source on standard input")->required();
  app.add_flag("-O", parsed.optimize, "optimise a source file, -OO more; no effect on a .pyc");
  app.add_flag("--json", parsed.json, "one JSON object with every field");
  app.add_flag("--lifted", parsed.lifted, "also the register code, below each code object's listing");
  app.footer(std::string(kFooter));
  if (const auto done = parse_verb(app, arguments)) return *done;
  if (parsed.optimize > 2) parsed.optimize = 2;
  FileBuffer buffer;
  if (const auto error = read_input(parsed.file, &buffer, nullptr)) return fail(*error, parsed.file);
  Workspace workspace;
  const bool is_pyc = parsed.file.ends_with(".pyc") || looks_like_pyc(buffer.bytes());
  return is_pyc ? dis_pyc(parsed, workspace, buffer.bytes()) : dis_source(parsed, workspace, buffer.bytes());
}

}  // namespace ouro::cli
