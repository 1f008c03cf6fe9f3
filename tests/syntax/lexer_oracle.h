// A CPython 3.11 that answers one line for each line it is asked, for as long as the test runs.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "../python.h"

namespace ouro::syntax::testing {

using test::find_python;

class PythonOracle {
 public:
  PythonOracle(const std::string& python, const std::string& script) {
    int to[2];
    int from[2];
    if (pipe(to) != 0 || pipe(from) != 0) std::abort();
    pid_ = fork();
    if (pid_ == 0) {
      dup2(to[0], 0);
      dup2(from[1], 1);
      for (const int fd : {to[0], to[1], from[0], from[1]}) close(fd);
      execl(python.c_str(), "python3.11", "-I", "-c", script.c_str(), nullptr);
      _exit(127);
    }
    close(to[0]);
    close(from[1]);
    questions_ = fdopen(to[1], "w");
    answers_ = fdopen(from[0], "r");
  }
  ~PythonOracle() {
    std::fclose(questions_);
    std::fclose(answers_);
    int status = 0;
    waitpid(pid_, &status, 0);
    std::free(line_);
  }
  PythonOracle(const PythonOracle&) = delete;
  PythonOracle& operator=(const PythonOracle&) = delete;

  void say(const std::string& question) {
    std::fprintf(questions_, "%s\n", question.c_str());
    std::fflush(questions_);
  }
  /// The next line of the answer, without its newline; nothing when Python is gone.
  std::optional<std::string> hear() {
    const ssize_t size = getline(&line_, &capacity_, answers_);
    if (size <= 0) return std::nullopt;
    return std::string(line_, static_cast<size_t>(size) - 1);
  }

 private:
  pid_t pid_ = 0;
  FILE* questions_ = nullptr;
  FILE* answers_ = nullptr;
  char* line_ = nullptr;
  size_t capacity_ = 0;
};

inline std::string to_hex(std::string_view bytes) {
  std::string hex;
  char two[3];
  for (const char c : bytes) {
    std::snprintf(two, sizeof two, "%02x", static_cast<unsigned char>(c));
    hex += two;
  }
  return hex;
}

}  // namespace ouro::syntax::testing
