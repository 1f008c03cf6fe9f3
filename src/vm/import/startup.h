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

/// sys.stdin, stdout and stderr, through the module io; `unbuffered` as with -u.
Status start_streams(bool unbuffered);

/// The end of a program: threads joined, atexit functions called, streams flushed. Returns the exit code.
int finish_program(int code);

}  // namespace ouro::vm
