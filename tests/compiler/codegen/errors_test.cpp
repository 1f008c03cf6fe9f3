// Errors and warnings of code generation, against CPython's, with every field.
#include "codegen.h"

namespace ouro::compiler::testing {
namespace {

class TemporarySource {
 public:
  explicit TemporarySource(std::string_view bytes)
      : path_(::testing::TempDir() + "ouro_codegen_" + std::to_string(getpid()) + ".py") {
    std::ofstream(path_, std::ios::binary) << bytes;
  }
  ~TemporarySource() { std::filesystem::remove(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

template <size_t N>
void expect_same_errors(const char* const (&sources)[N]) {
  for (const std::string_view bytes : sources) {
    const TemporarySource source(bytes);
    const std::string expected = Oracle::instance()->ask("errors", source.path());
    EXPECT_NE(expected, "ok\n") << bytes;
    EXPECT_EQ(compiled(bytes, 0, source.path()), expected) << bytes;
  }
}

TEST(CodegenErrors, OutsideOfWhereTheyBelong) {
  OURO_NEEDS_PYTHON311();
  expect_same_errors({
      "return 1\n",
      "class C:\n  return\n",
      "break\n",
      "if a:\n  continue\n",
      "def f():\n  break\n",
      "for a in b: pass\nelse: break\n",
      "while a:\n  def f(): continue\n",
      "yield 1\n",
      "class C:\n  yield from a\n",
      "x = [(yield) for a in b]\n",
      "await a\n",
      "def f(): await a\n",
      "lambda: await a\n",
      "async def f(): yield from a\n",
      "async def f():\n  yield\n  return 1\n",
      "def f():\n  async with a: pass\n",
      "def f():\n  async for a in b: pass\n",
      "def f(): return [a async for a in b]\n",
      "async for a in b: pass\n",
      "from a import b\nfrom __future__ import division\n",
      "def f():\n  from __future__ import division\n",
      "def f():\n  try: pass\n  except* A:\n    return\n",
      "for a in b:\n  try: pass\n  except* A:\n    break\n",
      "while a:\n  try: pass\n  except* A:\n    continue\n",
      "try: a\nexcept: b\nexcept A: c\n",
  });
}

TEST(CodegenErrors, AssignmentsAndCalls) {
  OURO_NEEDS_PYTHON311();
  expect_same_errors({
      "*a, *b = c\n",
      "*a = b\n",
      "print(*a) + *b\n",
      "*a\n",
      "f(a=1, b=2, a=3)\n",
      "f(a=1, b=2, c=3, d=4, e=5, f=6, g=7, h=8, i=9,\n  c=10)\n",
      "class C(a=1, a=2): pass\n",
      "f(__debug__=1)\n",
      "__debug__ = 1\n",
      "a.__debug__ = 1\n",
      "del __debug__\n",
      "def f(__debug__): pass\n",
      "def f(*, __debug__): pass\n",
      "lambda **__debug__: 1\n",
      "__debug__: int\n",
      "a.__debug__: int\n",
      "import __debug__\n",
      "import a as __debug__\n",
      "for __debug__ in a: pass\n",
      "def __debug__(): pass\n",
      "class __debug__: pass\n",
      "try: pass\nexcept A as __debug__: pass\n",
      "def f():\n  try: pass\n  except A as __debug__: pass\n",
      "def f():\n  try: pass\n  except* A as __debug__: x = 1\n",
      "\u00e4\u00f6\u00fc = 1; __debug__ = 2\n",
  });
}

TEST(CodegenErrors, Patterns) {
  OURO_NEEDS_PYTHON311();
  expect_same_errors({
      "match a:\n  case b: c\n  case d: e\n",
      "match a:\n  case _: c\n  case d: e\n",
      "match a:\n  case (b | c): e\n",
      "match a:\n  case [b, b]: c\n",
      "match a:\n  case [b, *b]: c\n",
      "match a:\n  case {'x': b, **b}: c\n",
      "match a:\n  case A(b, c=b): c\n",
      "match a:\n  case A(b=1, b=2): c\n",
      "match a:\n  case [b] | [c]: d\n",
      "match a:\n  case [b] | [c, d]: d\n",
      "match a:\n  case [b, [c] | [c]] as b: d\n",
      "match a:\n  case [*b, *c]: d\n",
      "match a:\n  case {1: b, 1.0: c}: d\n",
      "match a:\n  case {'\u00e4': b, '\u00e4': c}: d\n",
      "match a:\n  case {True: b, 1: c}: d\n",
      "match a:\n  case __debug__: d\n",
      "match a:\n  case A(__debug__=1): d\n",
  });
}

TEST(CodegenErrors, NestedBlocks) {
  OURO_NEEDS_PYTHON311();
  for (const int depth : {20, 21}) {
    std::string source;
    for (int i = 0; i < depth; ++i) source += std::string(static_cast<size_t>(i), ' ') + "while a:\n";
    source += std::string(static_cast<size_t>(depth), ' ') + "b\n";
    const TemporarySource file(source);
    const std::string expected = Oracle::instance()->ask("errors", file.path());
    const std::string ours = compiled(source, 0, file.path());
    EXPECT_EQ(depth == 20 ? "ok\n" : ours, expected);
  }
}

TEST(CodegenWarnings, SuspiciousCode) {
  OURO_NEEDS_PYTHON311();
  for (const std::string_view source : {
           "assert (a, 'b')\n",
           "assert ('a', 'b')\n",
           "assert ()\nassert (a, b)\n",
           "x is 1\nx is not 'a'\nx is ()\nx is None\n1 is x is y\nx is y is -1\n",
           "if x is 1 < y: pass\n",
           "'a'(b)\n1(b)\n[](b)\n(a, b)(c)\n{}(b)\n{a}(b)\nf'{a}'(b)\n[a for a in b](c)\n(a for a in b)(c)\n",
           "None(a)\n...(a)\n(lambda: 1)(a)\nb'a'(b)\n",
           "1[a]\nNone[a]\n{a}[b]\n(lambda: 1)[b]\n(a for a in b)[c]\n{}[a]\n...[a]\n1.5[a]\n{a for a in "
           "b}[c]\n",
           "[a]['b']\n[a][b, c]\n'a'['b']\nb'a'[1.5]\n(a, b)[None]\n(1, "
           "2)[()]\nf'{a}'[{}]\n[a][True]\n[a][1:2]\n",
           "[a for a in b]['c']\n[a][lambda: 1]\n[a][f'{b}']\n[a][...]\n[a][2j]\n",
           "def f():\n  try: return 1\n  finally: x is 1\n",
       }) {
    WarningLines lines;
    compiled(source, 0, "", &lines);
    EXPECT_EQ(lines.text, Oracle::instance()->ask("warnings", to_hex(source))) << source;
  }
}

TEST(CodegenWarnings, AsErrors) {
  WarningLines lines(true);
  EXPECT_EQ(compiled("x = 1\nx is 'a'\n", 0, "", &lines),
            "SyntaxError|\"is\" with a literal. Did you mean \"==\"?|2|1|2|9|None\n");
}

}  // namespace
}  // namespace ouro::compiler::testing
