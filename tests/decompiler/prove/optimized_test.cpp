// What optimized code has lost: assertions leave ends of statements, ways past them and cells, nothing else.
#include <gtest/gtest.h>

#include <string>

#include "compiler/compile.h"
#include "decompiler/prove/decompile.h"

namespace ouro::decompiler {
namespace {

std::string check_exact(const std::string& text, int optimize = 1) {
  Workspace workspace;
  compiler::CompileOptions options;
  options.optimize = optimize;
  auto code = compiler::compile_source(workspace, text, "m.py", options);
  if (!code.ok()) {
    ADD_FAILURE() << text;
    return "";
  }
  DecompileOptions decompile_options;
  decompile_options.optimize = optimize;
  Decompiled result = decompile(workspace, *code.value(), decompile_options);
  EXPECT_EQ(result.verdict, Verdict::Exact) << text << "---\n" << result.source;
  for (const CodeVerdict& each : result.codes)
    EXPECT_EQ(each.reason, "") << each.qualified_name << "\n" << text << "---\n" << result.source;
  return std::move(result.source);
}

TEST(LostAssertions, AloneInABody) {
  EXPECT_EQ(check_exact("def f(a):\n    assert a.b()\n"), "def f(a):\n    assert   ...\n");
  check_exact("with a as b:\n    assert b.c\n");
  check_exact(
      "def f(a):\n    for b in a:\n        assert b.c\n    for d in a:\n        assert d\n        a()\n");
  check_exact("def f(a):\n    '''Doc.'''\n    assert isinstance(a, str)\n");
  check_exact("def f(a): pass\nclass C: pass\n");
}

TEST(LostAssertions, AtTheEndOfABody) {
  check_exact(
      "def f(a):\n    b = a()\n    if b:\n        c = b.d\n        assert c is not b\n    assert len(b) == "
      "3\n");
  check_exact("def f(a):\n    b = a()\n\n    assert (b and\n            a)\n");
  check_exact("def f(a):\n    try:\n        a()\n    except E:\n        assert a.b is None\n    return a\n");
}

TEST(LostAssertions, WaysPastThem) {
  check_exact("def f(a, b):\n    if a:\n        assert b.c\n    else:\n        assert b.d\n    return b\n");
  check_exact(
      "def f(a, b):\n    for c in a:\n        if c:\n            b()\n        else:\n            assert "
      "c.d\n");
  check_exact("def f(a, b):\n    if not a:\n        assert b.c\n    return b\n");
  check_exact(
      "def f(a, b):\n    if a and b:\n        assert b.c\n    elif b:\n        assert b.d\n    a()\n");
}

TEST(LostAssertions, CellsForTheirSake) {
  const std::string source = check_exact("def f(a):\n    b = a()\n    assert all(b == c for c in a)\n");
  EXPECT_NE(source.find("assert lambda:"), std::string::npos) << source;
  check_exact("def f(a):\n    def g():\n        assert a is not None\n        return 1\n    return g\n");
}

TEST(LostAssertions, DocstringsToo) {
  check_exact("def f(a):\n    '''Doc.\n\n    More.\n    '''\n    assert a.b()\n    return a\n", 2);
  check_exact("class C:\n    'Doc.'\n    def f(self):\n        assert self.b()\n", 2);
}

}  // namespace
}  // namespace ouro::decompiler
