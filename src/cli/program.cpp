#include "cli/program.h"

#include <fmt/format.h>

#include <array>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "cli/console.h"
#include "cli/decompile.h"
#include "cli/dis.h"
#include "cli/help.h"
#include "cli/inspect.h"
#include "cli/py_modules.h"
#include "cli/python_options.h"
#include "cli/run/run_python.h"
#include "cli/verbs.h"

namespace ouro::cli {

namespace {

constexpr std::string_view kVersion = "Python 3.11.7 (ouro 0.1.0)\n";

struct Verb {
  std::string_view name;
  int (*run)(std::span<const std::string_view>);
};
constexpr std::array<Verb, 4> kVerbs = {
    {{"compile", run_compile}, {"decompile", run_decompile}, {"dis", run_dis}, {"inspect", run_inspect}}};

using Compiler = int (*)(const PythonOptions&);

/// What a module of our own does that stands for one of the library's; null: none does.
Compiler native_compiler(const PythonOptions& options) {
  if (options.mode != PythonOptions::Mode::Module) return nullptr;
  if (options.target == "py_compile") return run_py_compile;
  return options.target == "compileall" ? run_compileall : nullptr;
}

int run_python(const std::vector<std::string>& arguments, const std::vector<std::string>& command_line) {
  PythonOptions options;
  if (const auto error = parse_python_options(arguments, &options)) {
    write_err(*error);
    return 2;
  }
  if (const Compiler compiler = native_compiler(options)) {
    for (const std::string& error : options.bad_warning_options)
      write_err(fmt::format("Invalid -W option ignored: {}\n", error));
    return compiler(options);
  }
  using Mode = PythonOptions::Mode;
  switch (options.mode) {
    case Mode::Help:
      write_out(kHelp);
      return 0;
    case Mode::EnvironmentHelp:
      write_out(kEnvironmentHelp);
      return 0;
    case Mode::XHelp:
      write_out(kXOptionsHelp);
      return 0;
    case Mode::AllHelp:
      write_out(fmt::format("{}\n{}\n{}", kHelp, kEnvironmentHelp, kXOptionsHelp));
      return 0;
    case Mode::Version:
      write_out(kVersion);
      return 0;
    case Mode::Module:
    case Mode::Command:
    case Mode::Script:
    case Mode::Stdin:
      break;
  }
  return run_python_program(options, command_line);
}

int dispatch(int argc, char** argv) {
  if (argc > 1) {
    for (const Verb& verb : kVerbs) {
      if (verb.name != argv[1]) continue;
      const std::vector<std::string_view> arguments(argv + 2, argv + argc);
      return verb.run(arguments);
    }
  }
  return run_python({argv + 1, argv + argc}, {argv, argv + argc});
}

}  // namespace

int run_program(int argc, char** argv) {
  int code = 0;
  // A stack of our own size: what is too deeply nested must not depend on `ulimit -s`.
  run_with_worker_stack([&] { code = dispatch(argc, argv); });
  if (!output_ok()) {
    write_err("ouro: standard output could not be written\n");
    return 1;
  }
  return code;
}

}  // namespace ouro::cli
