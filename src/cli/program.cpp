#include "cli/program.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "cli/console.h"
#include "cli/dis.h"
#include "cli/inspect.h"
#include "cli/py_modules.h"
#include "cli/python_options.h"
#include "cli/verbs.h"
#ifdef OURO_VM
#include "cli/run/run_python.h"
#endif

namespace ouro::cli {

namespace {

constexpr std::string_view kVersion = "ouro 0.1.0, for CPython 3.11\n";

constexpr std::string_view kHelp = R"(usage: ouro VERB [ARGUMENT]...
       ouro [python option]... -m py_compile | -m compileall [ARGUMENT]...

Python's bytecode toolchain, with no Python needed.

verbs (each has --help):
  compile PATH...       compile source to .pyc files, byte for byte CPython's
  dis FILE              disassemble a .py or .pyc file
  inspect FILE...       what a .pyc file is: version, source, size, fresh or stale

python's own command lines:
  -m py_compile FILE... and -m compileall [FILE|DIR]..., with python's options before -m:
  -O, -OO               optimisation level 1, 2
  -W FILTER             warnings: -W error makes them errors
  -X pycache_prefix=DIR where .pyc files go
  -B -E -I -P -s -S     as in python

examples:
  ouro compile -j 0 src/
  ouro -m compileall -q /usr/lib/python3/dist-packages
  ouro dis __pycache__/module.cpython-311.pyc
)";

struct Verb {
  std::string_view name;
  int (*run)(std::span<const std::string_view>);
};
constexpr std::array<Verb, 3> kVerbs = {
    {{"compile", run_compile}, {"dis", run_dis}, {"inspect", run_inspect}}};

#ifdef OURO_VM
int run_machine(const PythonOptions& options, const std::vector<std::string>& command_line) {
  return run_python_program(options, command_line);
}
#else
int run_machine(const PythonOptions& options, const std::vector<std::string>&) {
  const char* what = options.mode == PythonOptions::Mode::Command ? "-c" : options.target.c_str();
  write_err(
      fmt::format("ouro: running Python code ({}) needs the virtual machine; this version has none. See ouro "
                  "--help for what it does.\n",
                  what));
  return 2;
}
#endif

int run_python(const std::vector<std::string>& arguments, const std::vector<std::string>& command_line) {
  PythonOptions options;
  if (const auto error = parse_python_options(arguments, &options)) {
    write_err(*error);
    return 2;
  }
  using Mode = PythonOptions::Mode;
  switch (options.mode) {
    case Mode::Help:
      write_out(kHelp);
      return 0;
    case Mode::Version:
      write_out(kVersion);
      return 0;
    case Mode::Module:
      if (options.target == "py_compile") return run_py_compile(options);
      if (options.target == "compileall") return run_compileall(options);
      return run_machine(options, command_line);
    case Mode::Command:
    case Mode::Script:
      return run_machine(options, command_line);
    case Mode::Stdin:
      if (arguments.empty() && isatty(STDIN_FILENO)) {
        write_err(kHelp);
        return 2;
      }
      return run_machine(options, command_line);
  }
  return 2;
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
