#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "ouro/ouro.h"

namespace {

namespace fs = std::filesystem;

TEST(Api, CompilesAndReadsBack) {
  const auto result = ouro::compile("def f(a):\n    return a + 1\n", {.filename = "m.py"});
  ASSERT_TRUE(result);
  EXPECT_EQ(result.code.name(), "<module>");
  EXPECT_EQ(result.code.filename(), "m.py");
  ASSERT_EQ(result.code.nested().size(), 1u);
  EXPECT_EQ(result.code.nested()[0].qualified_name(), "f");
  const std::string pyc = ouro::write_pyc(result.code, ouro::PycHeader::for_time(7, 8));
  const auto read = ouro::read_pyc(pyc);
  ASSERT_TRUE(read);
  EXPECT_EQ(read.header.mtime, 7u);
  EXPECT_EQ(read.header.source_size, 8u);
  EXPECT_EQ(read.code.bytecode(), result.code.bytecode());
  EXPECT_NE(ouro::disassemble(read.code).find("RETURN_VALUE"), std::string::npos);
}

TEST(Api, ReportsErrorsAsPythonDoes) {
  const auto result = ouro::compile("x = = 1\n", {.filename = "no_such_file.py"});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error->type, "SyntaxError");
  EXPECT_EQ(result.error->message, "invalid syntax");
  EXPECT_EQ(result.error->line, 1);
  EXPECT_EQ(result.error->offset, 5);
  EXPECT_EQ(result.error->render(),
            "  File \"no_such_file.py\", line 1\n    x = = 1\n        ^\nSyntaxError: invalid syntax\n");
}

TEST(Api, CollectsWarnings) {
  const auto result = ouro::compile("assert (1, 'x')\ny = '\\d'\n");
  ASSERT_TRUE(result);
  ASSERT_EQ(result.warnings.size(), 2u);
  EXPECT_EQ(result.warnings[0].category, "DeprecationWarning");
  EXPECT_EQ(result.warnings[0].line, 2);
  EXPECT_EQ(result.warnings[1].category, "SyntaxWarning");
  EXPECT_EQ(result.warnings[1].message, "assertion is always true, perhaps remove parentheses?");
}

TEST(Api, RefusesBadSettings) {
  EXPECT_EQ(ouro::compile("", {.target = "1.5"}).error->type, "ValueError");
  EXPECT_EQ(ouro::compile("", {.optimize = 3}).error->type, "ValueError");
}

TEST(Api, ReadsAnyBytesSafely) {
  EXPECT_FALSE(ouro::read_pyc(""));
  EXPECT_FALSE(ouro::read_pyc("not a pyc at all"));
  const auto result = ouro::compile("x = [1, 2.5, 'three', (4, None)]\n");
  const std::string pyc = ouro::write_pyc(result.code, {});
  for (size_t size = 0; size < pyc.size(); ++size) EXPECT_FALSE(ouro::read_pyc(pyc.substr(0, size)));
}

// Found by fuzzing: data may say that CPython's names for anonymous scopes are interned, which its own never
// are.
TEST(Api, KeepsOddInterning) {
  const auto result = ouro::compile("abcdefghij = 1\n");
  std::string pyc = ouro::write_pyc(result.code, {});
  const size_t at = pyc.find("abcdefghij");
  ASSERT_NE(at, std::string::npos);
  pyc.replace(at, 10, "<listcomp>");
  const auto read = ouro::read_pyc(pyc);
  ASSERT_TRUE(read);
  const std::string once = ouro::write_pyc(read.code, {});
  EXPECT_EQ(ouro::write_pyc(ouro::read_pyc(once).code, {}), once);
}

TEST(Api, DecompilesWithAProof) {
  const std::string source = "class A:\n    def f(self, x=1):\n        return [y for y in x if y]\n";
  const auto compiled = ouro::compile(source, {.filename = "m.py"});
  const auto result = ouro::decompile(compiled.code);
  ASSERT_TRUE(result);
  EXPECT_EQ(result.verdict, ouro::Verdict::Exact);
  EXPECT_EQ(result.source, source);
  ASSERT_EQ(result.codes.size(), 4u);
  EXPECT_EQ(result.codes[2].qualified_name, "A.f");
  EXPECT_EQ(result.codes[2].line, 2);
  EXPECT_EQ(result.codes[2].reason, "");
  // What is not a module's code has no source of its own.
  const auto function = ouro::decompile(compiled.code.nested()[0]);
  ASSERT_TRUE(function);
  EXPECT_EQ(function.verdict, ouro::Verdict::Unproven);
  EXPECT_TRUE(ouro::compile(function.source)) << function.source;
}

TEST(Api, DecompilesNothingOutOfNothing) {
  EXPECT_EQ(ouro::decompile(ouro::Code()).error->type, "ValueError");
  const auto compiled = ouro::compile("x = 1\n");
  EXPECT_EQ(ouro::decompile(compiled.code, {.optimize = 3}).error->type, "ValueError");
  EXPECT_EQ(ouro::decompile(compiled.code, {.clean = true}).verdict, ouro::Verdict::Exact);
}

TEST(Api, CompilesTrees) {
  const fs::path root = fs::temp_directory_path() / ("ouro-api-" + std::to_string(::getpid()));
  fs::create_directories(root / "pkg");
  std::ofstream(root / "pkg" / "good.py") << "x = 1\n";
  std::ofstream(root / "pkg" / "bad.py") << "x = \n";
  std::vector<ouro::TreeFile> files;
  const auto summary =
      ouro::compile_tree({root.string()}, {}, [&](const ouro::TreeFile& file) { files.push_back(file); });
  EXPECT_EQ(summary.files, 2u);
  EXPECT_EQ(summary.compiled, 1u);
  EXPECT_EQ(summary.failed, 1u);
  ASSERT_EQ(files.size(), 2u);
  EXPECT_EQ(files[0].status, "failed");
  EXPECT_EQ(files[0].error->type, "SyntaxError");
  EXPECT_TRUE(fs::exists(root / "pkg/__pycache__/good.cpython-311.pyc"));
  EXPECT_EQ(ouro::compile_tree({root.string()}).fresh, 1u);
  fs::remove_all(root);
}

}  // namespace
