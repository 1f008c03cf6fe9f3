// `ouro dis` and `ouro inspect` on files.
#include "cli/dis.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <vector>

#include "../python.h"
#include "batch/compile_file.h"
#include "batch/warning_filters.h"
#include "cli/console.h"
#include "cli/inspect.h"

namespace ouro::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSource = R"(import os
def f(a, *, b=1.5, **c):
    try:
        return [x for x in a if x in {'p', 'q'}]
    except ValueError as e:
        del c['\u20ac']
class C:
    async def g(self):
        async with self as s:
            yield f'{s!r:>{self.w}}', b'\x00', 10**20, -0.0, 1j
)";

class DisVerb : public testing::Test {
 protected:
  DisVerb() {
    directory_ = fs::temp_directory_path() / ("ouro_dis_test." + std::to_string(getpid()));
    fs::create_directories(directory_);
    fs::current_path(directory_);
    write("m.py", kSource);
  }
  ~DisVerb() override {
    fs::current_path("/");
    fs::remove_all(directory_);
  }

  static void write(const std::string& path, std::string_view text) {
    std::ofstream(path, std::ios::binary) << text;
  }
  static std::string read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  /// Compiles m.py to __pycache__.
  static std::string compile(batch::InvalidationMode mode = batch::InvalidationMode::Timestamp) {
    const batch::WarningFilters filters;
    batch::FileCompiler compiler(compiler::default_target(), filters);
    compiler.set_source("m.py");
    batch::FileRecord record;
    record.output = "__pycache__/m.cpython-311.pyc";
    compiler.compile_to_file("m.py", 0, mode, record);
    EXPECT_FALSE(record.error);
    return record.output;
  }

  int run(int (*verb)(std::span<const std::string_view>), std::vector<std::string_view> arguments) {
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int code = verb(arguments);
    EXPECT_TRUE(output_ok());
    std::fflush(nullptr);
    out_ = testing::internal::GetCapturedStdout();
    err_ = testing::internal::GetCapturedStderr();
    return code;
  }

  fs::path directory_;
  std::string out_, err_;
};

TEST_F(DisVerb, SourceAndPycShowTheSame) {
  const std::string pyc = compile();
  ASSERT_EQ(run(run_dis, {"m.py"}), 0) << err_;
  const std::string source_text = out_;
  EXPECT_NE(source_text.find("ExceptionTable:"), std::string::npos);
  ASSERT_EQ(run(run_dis, {pyc}), 0) << err_;
  EXPECT_EQ(out_, source_text);
  fs::rename(pyc, "other-name");
  ASSERT_EQ(run(run_dis, {"other-name"}), 0) << err_;
  EXPECT_EQ(out_, source_text);
}

TEST_F(DisVerb, TextIsThatOfPython) {
  const auto python = test::find_python();
  if (!python) GTEST_SKIP() << "python3.11 is not on this machine";
  ASSERT_EQ(std::system(("PYTHONHASHSEED=0 " + *python + " -m dis m.py > expected").c_str()), 0);
  const std::string expected =
      std::regex_replace(read("expected"), std::regex(" at 0x[0-9a-f]+,"), " at 0x0,");
  ASSERT_EQ(run(run_dis, {"m.py"}), 0) << err_;
  EXPECT_EQ(out_, expected);
}

TEST_F(DisVerb, LiftedAddsRegisterCode) {
  ASSERT_EQ(run(run_dis, {"--lifted", "m.py"}), 0) << err_;
  EXPECT_NE(out_.find("\nRegister code of 'f':\n"), std::string::npos);
  EXPECT_NE(out_.find("  v0 = a\n"), std::string::npos);
  ASSERT_EQ(run(run_dis, {"--json", "--lifted", "m.py"}), 0) << err_;
  EXPECT_NE(out_.find("\"lifted\":"), std::string::npos);
  EXPECT_NE(out_.find("\"PushExcInfo\""), std::string::npos);
}

TEST_F(DisVerb, Errors) {
  EXPECT_EQ(run(run_dis, {}), 2);
  EXPECT_EQ(run(run_dis, {"a", "b"}), 2);
  EXPECT_EQ(run(run_dis, {"--help"}), 0);
  EXPECT_NE(out_.find("Examples:"), std::string::npos);
  EXPECT_EQ(run(run_dis, {"none.py"}), 1);
  EXPECT_EQ(err_, "ouro dis: none.py: FileNotFoundError: [Errno 2] No such file or directory\n");
  write("bad.py", "x = = 1\n");
  EXPECT_EQ(run(run_dis, {"bad.py"}), 1);
  EXPECT_NE(err_.find("SyntaxError: invalid syntax"), std::string::npos);
  const std::string data = read(compile());
  write("short.pyc", data.substr(0, 60));
  EXPECT_EQ(run(run_dis, {"short.pyc"}), 1);
  EXPECT_TRUE(err_.starts_with("ouro dis: short.pyc: byte ")) << err_;
  write("old.pyc", std::string("\x61\x0D\r\n", 4) + data.substr(4));
  EXPECT_EQ(run(run_dis, {"old.pyc"}), 1);
  EXPECT_NE(err_.find("CPython 3.9"), std::string::npos);
  std::string damaged = data;
  damaged[16 + 1 + 20 + 5] = '\0';  // the first instruction
  write("damaged.pyc", damaged);
  EXPECT_EQ(run(run_dis, {"damaged.pyc"}), 1);
  EXPECT_NE(err_.find("opcode 0 is none of CPython 3.11"), std::string::npos) << err_;
}

TEST_F(DisVerb, Levels) {
  write("a.py", "assert x\n");
  ASSERT_EQ(run(run_dis, {"a.py"}), 0);
  EXPECT_NE(out_.find("LOAD_ASSERTION_ERROR"), std::string::npos);
  ASSERT_EQ(run(run_dis, {"-O", "a.py"}), 0);
  EXPECT_EQ(out_.find("LOAD_ASSERTION_ERROR"), std::string::npos);
  ASSERT_EQ(run(run_dis, {"-OO", "--json", "a.py"}), 0);
  EXPECT_TRUE(out_.starts_with(R"({"file":"a.py","python":"3.11","magic":null,"code":{"name":"<module>")"));
}

TEST_F(DisVerb, Inspect) {
  const std::string pyc = compile();
  ASSERT_EQ(run(run_inspect, {pyc}), 0) << err_;
  EXPECT_NE(out_.find("CPython 3.11, magic number 3495"), std::string::npos);
  EXPECT_NE(out_.find("status    fresh\n"), std::string::npos);
  EXPECT_NE(out_.find("code      5 code objects"), std::string::npos) << out_;
  write("m.py", std::string(kSource) + "pass\n");
  struct utimbuf times = {0, 0};
  struct stat info = {};
  ASSERT_EQ(stat(pyc.c_str(), &info), 0);
  times.modtime = 1000000000;
  ASSERT_EQ(utime("m.py", &times), 0);
  ASSERT_EQ(run(run_inspect, {"--json", "--brief", pyc}), 0) << err_;
  EXPECT_NE(out_.find(R"("status":"stale","detail":"the source has another modification time")"),
            std::string::npos);
  fs::remove("m.py");
  ASSERT_EQ(run(run_inspect, {pyc}), 0) << err_;
  EXPECT_NE(out_.find("status    orphan"), std::string::npos);
}

TEST_F(DisVerb, InspectHashes) {
  const std::string pyc = compile(batch::InvalidationMode::CheckedHash);
  ASSERT_EQ(run(run_inspect, {pyc}), 0) << err_;
  EXPECT_NE(out_.find("mode      checked-hash"), std::string::npos);
  EXPECT_NE(out_.find("status    fresh\n"), std::string::npos);
  write("m.py", "x\n");
  ASSERT_EQ(run(run_inspect, {pyc}), 0) << err_;
  EXPECT_NE(out_.find("stale: the source has another hash"), std::string::npos);
}

TEST_F(DisVerb, InspectGoesOnAfterABadFile) {
  const std::string pyc = compile();
  EXPECT_EQ(run(run_inspect, {"m.py", "none.pyc", pyc}), 1);
  EXPECT_NE(err_.find("ouro inspect: m.py: byte 0: ImportError: bad magic number: b'impo'"),
            std::string::npos)
      << err_;
  EXPECT_NE(err_.find("none.pyc: FileNotFoundError"), std::string::npos);
  EXPECT_NE(out_.find("status    fresh"), std::string::npos);
  EXPECT_EQ(run(run_inspect, {}), 2);
}

}  // namespace
}  // namespace ouro::cli
