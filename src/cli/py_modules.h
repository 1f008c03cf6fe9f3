// `ouro -m py_compile` and `ouro -m compileall`: CPython's command lines over the native compiler.
#pragma once

#include "cli/python_options.h"

namespace ouro::cli {

int run_py_compile(const PythonOptions& options);
int run_compileall(const PythonOptions& options);

}  // namespace ouro::cli
