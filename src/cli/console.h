// Standard streams and signals, for every verb.
#pragma once

#include <atomic>
#include <string_view>

namespace ouro::cli {

/// Writes to standard output, or standard error, all of it. A full or closed output is remembered.
void write_out(std::string_view text);
void write_err(std::string_view text);

/// Whether everything written to standard output so far has arrived; flushes. The program then ends with exit
/// code 1 and says so when it has not.
bool output_ok();

/// Makes Ctrl-C (and SIGTERM) set a flag instead of ending the process at once; a second one ends it.
const std::atomic<bool>* catch_interrupts();

/// Whether standard error is a terminal that a progress bar may be drawn on.
bool stderr_is_terminal();

/// The terminal's width in columns; 80 when unknown.
int terminal_width();

}  // namespace ouro::cli
