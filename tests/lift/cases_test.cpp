// Stack code and the register code that it becomes, side by side in tests/lift/cases/*.txt. With
// OURO_UPDATE_EXPECTATIONS=1 in the environment the files are rewritten; read the difference.
//
// A file is a sequence of cases: "=== name", stack code for the assembler, "---", the dump or "error: ...".
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "assembler.h"
#include "lift/check.h"

namespace ouro::lift {
namespace {

namespace fs = std::filesystem;

struct Case {
  std::string name, input, expected;
};

std::vector<Case> read_cases(const fs::path& path) {
  std::vector<Case> cases;
  std::ifstream file(path);
  bool in_input = true;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("=== ")) {
      cases.push_back({line.substr(4), {}, {}});
      in_input = true;
    } else if (line == "---") {
      in_input = false;
    } else if (!cases.empty()) {
      (in_input ? cases.back().input : cases.back().expected) += line + "\n";
    }
  }
  return cases;
}

std::string lift_case(const Case& one) {
  const Assembler assembler(one.input);
  if (!assembler.error().empty()) return assembler.error() + "\n";
  const auto lifted = lift(assembler.view(), assembler.options);
  if (const auto* error = std::get_if<LiftError>(&lifted)) return "error: " + error->message + "\n";
  const auto& code = std::get<RegisterCode>(lifted);
  std::string problem = check(code, assembler.view());
  // The collector would follow what an earlier call left in the register.
  const Liveness liveness(code);
  const std::vector<bool>& alive = liveness.live_temps(0);
  if (problem.empty() && std::find(alive.begin(), alive.end(), true) != alive.end())
    problem = "a temporary is alive at the entry";
  return problem.empty() ? dump(code) : "unsafe: " + problem + "\n" + dump(code);
}

void run_file(const fs::path& path) {
  const bool update = std::getenv("OURO_UPDATE_EXPECTATIONS") != nullptr;
  std::vector<Case> cases = read_cases(path);
  EXPECT_FALSE(cases.empty()) << path;
  for (Case& one : cases) {
    const std::string actual = lift_case(one);
    if (!update) {
      EXPECT_EQ(actual, one.expected) << path.filename() << ": " << one.name;
    }
    one.expected = actual;
  }
  if (!update) return;
  std::ofstream file(path);
  for (const Case& one : cases) file << "=== " << one.name << "\n" << one.input << "---\n" << one.expected;
}

TEST(LiftCases, StackCodeBecomesTheExpectedRegisterCode) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(fs::path(OURO_TEST_DATA) / "cases"))
    paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  EXPECT_GE(paths.size(), 3u);
  for (const fs::path& path : paths) run_file(path);
}

/// Every instruction of the version has a case that lifts.
TEST(LiftCases, EveryInstructionHasACase) {
  std::string all;
  for (const auto& entry : fs::directory_iterator(fs::path(OURO_TEST_DATA) / "cases"))
    for (const Case& one : read_cases(entry.path()))
      if (!one.expected.starts_with("error")) all += one.input;
  for (const OpInfo& row : kPython311.ops) {
    if (row.number < 0 || row.number > 255 || row.op == Op::CACHE || row.op == Op::EXTENDED_ARG) continue;
    const std::string name(row.name);
    EXPECT_TRUE(all.find(" " + name + "\n") != std::string::npos ||
                all.find(" " + name + " ") != std::string::npos)
        << name;
  }
}

}  // namespace
}  // namespace ouro::lift
