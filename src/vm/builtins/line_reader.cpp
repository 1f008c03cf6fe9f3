#include "vm/builtins/line_reader.h"

#include <unistd.h>

#include <cerrno>

#include "vm/interp/safe_point.h"
#include "vm/object/protocol.h"

namespace ouro::vm {

Result<std::string> (*line_editor)(const std::string& prompt) = nullptr;

namespace {

/// Read from the system and not yet asked for: a pipe gives more than a line.
std::string ahead;

/// Adds to `ahead`; false at the end of the input.
Result<bool> read_more() {
  for (;;) {
    char buffer[4096];
    ssize_t size;
    int error;
    {
      ReleaseLock released;
      size = read(STDIN_FILENO, buffer, sizeof buffer);
      error = errno;
    }
    if (size >= 0) {
      ahead.append(buffer, static_cast<size_t>(size));
      return size > 0;
    }
    if (error != EINTR) return false;
    TRY(safe_point());
  }
}

}  // namespace

Result<std::string> read_input_line(const std::string& prompt) {
  const bool terminal = isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0;
  if (terminal && line_editor != nullptr) return line_editor(prompt);
  (void)!write(STDERR_FILENO, prompt.data(), prompt.size());
  while (ahead.find('\n') == std::string::npos && TRY(read_more())) {
  }
  const size_t end = ahead.find('\n');
  const size_t size = end == std::string::npos ? ahead.size() : end + 1;
  std::string line = ahead.substr(0, size);
  ahead.erase(0, size);
  return line;
}

}  // namespace ouro::vm
