// Bringing up the import system: used by the program's start alone.
#pragma once

#include <string>
#include <vector>

#include "vm/object/functions.h"

namespace ouro::vm {

void set_core_modules(Module* builtins, Module* sys);
void set_bootstrap_module(Value module);

/// Makes builtins and sys, installs importlib's frozen bootstrap (the path-based half included). `sys` is
/// filled by the caller before.
Status start_imports(Module* sys);

struct StreamOptions {
  std::string encoding = "utf-8", errors = "strict";  // errors: of stdin and stdout
  bool unbuffered = false;                            // -u
};
/// sys.stdin, stdout and stderr, through the module io.
Status start_streams(const StreamOptions& options);
/// A sys.stderr that needs nothing, for what happens before.
Status start_early_stderr(Module* sys);

/// Lets sys.stdout and sys.stderr write what they hold. False: standard output could not.
bool flush_streams();

/// Calls the functions that atexit holds; set when the module is first imported. A program may forget the
/// module, or import it twice.
extern void (*exit_functions_hook)();

/// The end of a program: threads joined, atexit functions called, what is left finalised, streams flushed.
/// Returns the exit code.
int finish_program(int code);

}  // namespace ouro::vm
