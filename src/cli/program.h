// The `ouro` program: which verb or python option the command line means.
#pragma once

namespace ouro::cli {

/// Runs the program and returns its exit code: 0, 1 (the input is at fault) or 2 (the call is).
int run_program(int argc, char** argv);

}  // namespace ouro::cli
