// Lines typed by a person: what input() and an interactive session read from a terminal.
#pragma once

#include <string>

#include "vm/object/result.h"

namespace ouro::vm {

/// Reads a line from standard input, the prompt shown on standard error; with its newline, empty at the end
/// of the input. Raises what a signal handler raises meanwhile (KeyboardInterrupt). Where standard input and
/// output are a terminal and a line editor is installed, that reads the line.
Result<std::string> read_input_line(const std::string& prompt);

/// The line editor, set by the module readline.
extern Result<std::string> (*line_editor)(const std::string& prompt);

}  // namespace ouro::vm
