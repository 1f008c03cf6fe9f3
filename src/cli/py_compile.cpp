#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "batch/compile_file.h"
#include "batch/messages.h"
#include "cli/argument_parser.h"
#include "cli/console.h"
#include "cli/name_list.h"
#include "cli/py_modules.h"
#include "pyc/cache_path.h"

namespace ouro::cli {

namespace {

// A list that can't be read has no names.
std::vector<std::string> names_on_stdin() {
  std::vector<std::string> names;
  read_name_list("-", {}, &names);
  return names;
}

// What py_compile's own main() prints of a failure: an OSError's text without a line end.
std::string failure_text(const batch::ErrorRecord& error) {
  return batch::printable_text(error.is_os_error ? error.message : batch::compile_error_text(error));
}

// Returns the error, if any.
std::optional<batch::ErrorRecord> compile_one(const std::string& name, const PythonOptions& options,
                                              batch::FileCompiler& compiler, batch::ShownOnce& shown_once) {
  batch::FileRecord record;
  record.output = pyc::cache_path(name, options.optimize, {.prefix = options.pycache_prefix});
  compiler.set_source(name);
  compiler.compile_to_file(name, std::min(options.optimize, 2), batch::default_invalidation_mode(), record);
  for (const auto& warning : record.warnings) {
    if (shown_once.admit(warning)) write_err(batch::printable_text(batch::format_warning(warning, name)));
  }
  return record.error;
}

}  // namespace

int run_py_compile(const PythonOptions& options) {
  ArgumentParser parser("py_compile.py", "Compile Python source files to bytecode files.");
  const size_t quiet = parser.add({.names = {"-q", "--quiet"}, .help = "do not print errors"});
  parser.positionals("filenames", "filenames [filenames ...]",
                     "the files to compile; - reads names from standard input", true);
  parser.examples(
      "example:\n  ouro -m py_compile pkg/module.py    writes pkg/__pycache__/module.cpython-311.pyc\n");
  const auto outcome = parser.parse(options.arguments);
  if (outcome == ArgumentParser::Outcome::Help) {
    write_out(parser.message());
    return 0;
  }
  if (outcome == ArgumentParser::Outcome::Error) {
    write_err(parser.message());
    return 2;
  }
  const bool from_stdin = parser.arguments().size() == 1 && parser.arguments()[0] == "-";
  batch::FileCompiler compiler(compiler::default_target(), options.warnings);
  batch::ShownOnce shown_once;
  for (const std::string& name : from_stdin ? names_on_stdin() : parser.arguments()) {
    const auto error = compile_one(name, options, compiler, shown_once);
    if (!error) continue;
    if (!parser.option(quiet).given()) write_err(failure_text(*error));
    return 1;
  }
  return 0;
}

}  // namespace ouro::cli
