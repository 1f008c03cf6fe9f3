// The errors of the symbol table and of the passes before it, against CPython's, with every field.
#include "../front_end.h"

namespace ouro::compiler::testing {
namespace {

class TemporarySource {
 public:
  explicit TemporarySource(std::string_view bytes)
      : path_(::testing::TempDir() + "ouro_front_end_" + std::to_string(getpid()) + ".py") {
    std::ofstream(path_, std::ios::binary) << bytes;
  }
  ~TemporarySource() { std::filesystem::remove(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string front_end_error(std::string_view bytes, const std::string& path) {
  FrontEnd front_end(bytes, path);
  if (front_end.optimise()) front_end.build();
  return describe(front_end.error);
}

void expect_same_error(std::string_view bytes) {
  const TemporarySource source(bytes);
  const std::string expected = Oracle::instance()->ask("errors", source.path());
  EXPECT_NE(expected, "ok\n") << bytes;
  EXPECT_EQ(front_end_error(bytes, source.path()), expected) << bytes;
}

TEST(SymbolErrors, Declarations) {
  OURO_NEEDS_PYTHON311();
  for (const char* source : {
           "x = 1\nglobal x\n",
           "print(x)\nglobal x\n",
           "x: int\nglobal x\n",
           "def f(x):\n  global x\n",
           "def f(x):\n  nonlocal x\n",
           "def f():\n  def g():\n    x = 1\n    nonlocal x\n",
           "def f():\n  def g():\n    print(x)\n    nonlocal x\n",
           "def f():\n  def g():\n    x: int\n    nonlocal x\n",
           "def f():\n  global x\n  x: int = 1\n",
           "def f():\n  x = 0\n  def g():\n    nonlocal x\n    x: int\n",
           "nonlocal x\n",
           "class A:\n  nonlocal x\n",
           "def f():\n  nonlocal x\n",
           "def f():\n  x = 1\n  def g():\n    global x\n    nonlocal x\n",
           "def f():\n  x = 1\n  def g():\n    nonlocal x; global x, y\n",
           "class A:\n  def f():\n    nonlocal __x\n",
           "class A:\n  def f(__x):\n    global __x\n",
           "def f():\n    a = 1; b = 2; global a, b\n",
       })
    expect_same_error(source);
}

TEST(SymbolErrors, Parameters) {
  OURO_NEEDS_PYTHON311();
  for (const char* source : {
           "def f(a, b, a): pass\n",
           "def f(a, /, b, *, a): pass\n",
           "def f(a, *a): pass\n",
           "def f(*a, **a): pass\n",
           "lambda x, *, x=1: 0\n",
           "class C:\n  def f(self, __a, __a): pass\n",
           "def f(\u00e4\u00f6, b, \u00e4\u00f6): pass\n",
       })
    expect_same_error(source);
}

TEST(SymbolErrors, ComprehensionsAndAssignmentExpressions) {
  OURO_NEEDS_PYTHON311();
  for (const char* source : {
           "[x := 1 for x in y]\n",
           "[[x := 1 for z in y] for x in y]\n",
           "[x for x in (y := z)]\n",
           "[x for x in [y := 1 for z in w]]\n",
           "[x for x in (lambda: (y := 1))()]\n",
           "[x for w in v for x in (y := w)]\n",
           "[[(j := i) for i in range(5)] for j in range(5)]\n",
           "[(a := b) for b in c for a in d]\n",
           "class A:\n  [x := 1 for y in z]\n",
           "class A:\n  f = lambda: [x := 1 for y in z]\n  [[x := 1 for y in z] for w in v]\n",
           "class A:\n  def f(): [[__x := 1 for __x in y] for z in w]\n  [__x := 1 for __x in y]\n",
           "class A:\n  def f():\n    global __x\n    [__x := 1 for y in z]\n",
           "[(yield) for x in y]\n",
           "{(yield x) for x in y}\n",
           "{(yield from x): 1 for x in y}\n",
           "((yield x) for x in y)\n",
           "def f():\n  return [a for b in c if (yield)]\n",
       })
    expect_same_error(source);
}

TEST(SymbolErrors, AnnotationsAndImports) {
  OURO_NEEDS_PYTHON311();
  for (const char* source : {
           "from __future__ import annotations\nx: (yield)\n",
           "from __future__ import annotations\ndef f(a: (yield from x)): pass\n",
           "from __future__ import annotations\nasync def f():\n  def g() -> (await x): pass\n",
           "from __future__ import annotations\nx: (y := 1)\n",
           "def f():\n  from a import *\n",
           "class A:\n    from a import *\n",
       })
    expect_same_error(source);
}

TEST(SymbolErrors, TheFirstOfSeveralIsReported) {
  OURO_NEEDS_PYTHON311();
  for (const char* source : {
           "def f(a, a): pass\nx = 1\nglobal x\n",
           "def f():\n  nonlocal x\ndef g(a, a): pass\n",
           "def f():\n  def g():\n    nonlocal x\n  nonlocal y\n",
           "f(**(lambda a, a: 0), b=(lambda c, c: 0))\n",
           "@(lambda a, a: 0)\ndef f(x=(lambda b, b: 0), *, y: (lambda c, c: 0) = (lambda d, d: 0)): pass\n",
           "try: pass\nexcept (lambda a, a: 0): pass\nelse: (lambda b, b: 0)\n",
           "{(lambda a, a: 0): 1 for x in y if (lambda b, b: 0)}\n",
           "{x: (lambda b, b: 0) for x in y if z}\n{(lambda a, a: 0): (lambda b, b: 0) for x in y}\n",
       })
    expect_same_error(source);
}

TEST(SymbolErrors, TheQuotedLine) {
  OURO_NEEDS_PYTHON311();
  const std::string wide(2500, ' ');
  for (const std::string& source : {
           std::string("x = 1\r\nglobal x\r\n"),
           std::string("x = 1\rglobal x\r"),
           std::string("x = 1\nglobal x"),
           std::string("\xEF\xBB\xBFnonlocal x\n"),
           std::string("# coding: latin-1\ny = '\xE4'; nonlocal x\n"),
           "x = 1\nif x: " + wide + "global x\n",
           "x = 1\nif x: " + wide.substr(0, 981) + "global x\n",
           "x = 1\nif x: " + wide.substr(0, 983) + "global x\n",
           "x = 1\nif x: " + wide.substr(0, 984) + "global x\n",
           "x = 1\nif x: " + wide.substr(0, 985) + "global x",
           std::string("x = '\xC3\xA4'; global x\n"),
       })
    expect_same_error(source);
  // No file, no text.
  EXPECT_EQ(front_end_error("nonlocal x\n", "/nonexistent/file.py"),
            "SyntaxError|nonlocal declaration not allowed at module level|1|1|1|11|None\n");
}

TEST(SymbolErrors, Nesting) {
  // As `python3.11 -m py_compile` has it; see recursion.h.
  auto attributes = [](int count, const char* prefix) {
    std::string source = std::string(prefix) + "x";
    for (int i = 0; i < count; ++i) source += ".a";
    return source + "\n";
  };
  const std::string kTooDeep = "RecursionError|maximum recursion depth exceeded during compilation\n";
  EXPECT_EQ(front_end_error(attributes(2971, ""), ""), "ok\n");
  EXPECT_EQ(front_end_error(attributes(2972, ""), ""), kTooDeep);
  EXPECT_EQ(front_end_error(attributes(2970, "def f():\n  "), ""), "ok\n");
  EXPECT_EQ(front_end_error(attributes(2971, "def f():\n  "), ""), kTooDeep);
  const char* future = "from __future__ import annotations\nx: ";
  EXPECT_EQ(front_end_error(attributes(2971, future), ""), "ok\n");
  EXPECT_EQ(front_end_error(attributes(2972, future), ""), kTooDeep);
}

}  // namespace
}  // namespace ouro::compiler::testing
