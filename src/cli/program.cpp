#include "cli/program.h"

#include <fmt/format.h>

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

int run_python(const std::vector<std::string>& arguments) {
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
      write_err(
          fmt::format("ouro: -m {} runs Python code, which needs the virtual machine; this version has none. "
                      "-m py_compile and -m compileall work.\n",
                      options.target));
      return 2;
    case Mode::Command:
    case Mode::Script:
      write_err(
          fmt::format("ouro: running Python code ({}) needs the virtual machine; this version has none. "
                      "See ouro --help for what it does.\n",
                      options.mode == Mode::Command ? "-c" : options.target));
      return 2;
    case Mode::Stdin:
      write_err(kHelp);
      return 2;
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
  return run_python(std::vector<std::string>(argv + 1, argv + argc));
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
