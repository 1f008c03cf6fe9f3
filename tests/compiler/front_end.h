// What the tests of the compiler's front end share: sources run up to the symbol table, and a CPython 3.11
// that says what it makes of the same sources.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "../python.h"
#include "compiler/passes.h"
#include "compiler/symbols/scope_builder.h"
#include "syntax/source.h"

namespace ouro::compiler::testing {

using test::find_python;

inline std::string to_hex(std::string_view bytes) {
  std::string hex;
  for (const char c : bytes) {
    constexpr char kDigits[] = "0123456789abcdef";
    hex.push_back(kDigits[static_cast<unsigned char>(c) >> 4]);
    hex.push_back(kDigits[static_cast<unsigned char>(c) & 15]);
  }
  return hex;
}

/// front_end_oracle.py, running for as long as the tests do.
class Oracle {
 public:
  /// Null where there is no CPython 3.11.
  static Oracle* instance() {
    static const std::unique_ptr<Oracle> oracle = [] {
      const std::optional<std::string> python = find_python();
      return python ? std::unique_ptr<Oracle>(new Oracle(*python)) : nullptr;
    }();
    return oracle.get();
  }
  ~Oracle() {
    std::fclose(questions_);
    std::fclose(answers_);
    waitpid(pid_, nullptr, 0);
  }

  std::string ask(const std::string& verb, const std::string& operand) {
    std::fprintf(questions_, "%s %s\n", verb.c_str(), operand.c_str());
    std::fflush(questions_);
    std::string answer;
    std::string line;
    for (int c = std::getc(answers_); c != EOF; c = std::getc(answers_)) {
      line.push_back(static_cast<char>(c));
      if (c != '\n') continue;
      if (line == "END\n") return answer;
      answer += line;
      line.clear();
    }
    return "the oracle has gone";
  }

 private:
  explicit Oracle(const std::string& python) {
    int to[2];
    int from[2];
    if (pipe2(to, O_CLOEXEC) != 0 || pipe2(from, O_CLOEXEC) != 0) std::abort();
    pid_ = fork();
    if (pid_ == 0) {
      dup2(to[0], 0);
      dup2(from[1], 1);
      execl(python.c_str(), "python3.11", "-I", OURO_TEST_DATA "/front_end_oracle.py", nullptr);
      _exit(127);
    }
    close(to[0]);
    close(from[1]);
    questions_ = fdopen(to[1], "w");
    answers_ = fdopen(from[0], "r");
  }

  pid_t pid_ = 0;
  FILE* questions_ = nullptr;
  FILE* answers_ = nullptr;
};

#define OURO_NEEDS_PYTHON311() \
  if (Oracle::instance() == nullptr) GTEST_SKIP() << "python3.11 is not on this machine"

/// One source on its way through the front end.
struct FrontEnd {
  explicit FrontEnd(std::string_view bytes, std::string_view filename = "", int optimize = 0) {
    options.filename = filename;
    options.optimize = optimize;
    const Result<syntax::SourceText> source = syntax::decode_source(workspace, bytes, filename);
    if (!source.ok()) {
      error = source.error();
      return;
    }
    const Result<syntax::Module*> parsed = syntax::parse(workspace, source.value(), {});
    error = parsed.error();
    if (!parsed.ok()) return;
    module = parsed.value();
    const Result<Features> features = find_features(compilation, *module);
    error = features.error();
    if (features.ok()) compilation.features = features.value();
  }
  FrontEnd(const FrontEnd&) = delete;
  FrontEnd& operator=(const FrontEnd&) = delete;

  bool optimise() {
    if (error == nullptr) error = optimise_tree(compilation, *module).error();
    return error == nullptr;
  }
  bool build() {
    if (error != nullptr) return false;
    const Result<SymbolTable*> built = build_symbols(compilation, *module);
    error = built.error();
    if (built.ok()) symbols = built.value();
    return built.ok();
  }

  Workspace workspace;
  CompileOptions options;
  Compilation compilation{workspace, options, workspace.constants.str("<test>"), Features{},
                          ConstantCache(workspace)};
  syntax::Module* module = nullptr;
  const SymbolTable* symbols = nullptr;
  const Diagnostic* error = nullptr;
};

/// A diagnostic as the oracle prints an exception.
inline std::string describe(const Diagnostic* error) {
  if (error == nullptr) return "ok\n";
  std::string out(error_type_name(error->type));
  out.append("|").append(error->message);
  if (error->type != ErrorType::SyntaxError && error->type != ErrorType::IndentationError &&
      error->type != ErrorType::TabError)
    return out + "\n";
  for (const int field : {error->line, error->offset, error->end_line, error->end_offset})
    out += "|" + (field == Diagnostic::kNone ? "None" : std::to_string(field));
  out += "|" + (error->has_text ? to_hex(error->text) : "None");
  return out + "\n";
}

}  // namespace ouro::compiler::testing
