// Sources by topic: compiled, rebuilt, and the rebuilt tree compared with the parser's, both folded.
#include <gtest/gtest.h>

#include <string>

#include "check_rebuilt.h"

namespace ouro::decompiler {
namespace {

TEST(Read, Operators) {
  check_rebuilt({"a + b - c * d / e // f % g ** h @ i\n", "a << b >> c & d | e ^ f\n", "-a, +b, ~c, not d\n",
                 "a < b, a <= b, a == b, a != b, a > b, a >= b\n", "a is b, a is not b, a in b, a not in b\n",
                 "x.y.z[1][a:b][::c][a:][:b][a:b:c, d]\n", "x[None:b]\n"});
}

TEST(Read, Displays) {
  check_rebuilt({"x = [], (), {}\n", "x = [a, b], (a, b), {a, b}, {a: b, c: d}\n", "x = [1, 2, 3, 4]\n",
                 "x = [*a, b, *c], (*a, b), {*a, b}\n", "x = [*(1, 2, 3)]\n",
                 "x = {**a, 'b': 1, **c, 'd': 2}\n", "x = {'a': b, 'c': d}\n", "x = {**a, **{'b': 1}}\n"});
  std::string list = "x = [";
  std::string dict = "x = {";
  for (int i = 0; i < 40; ++i) {
    list += "a" + std::to_string(i) + ", ";
    dict += "a" + std::to_string(i) + ": b, ";
  }
  check_rebuilt(list + "*c]\n");
  check_rebuilt(dict + "**c}\n");
}

TEST(Read, Calls) {
  check_rebuilt({"f()\n", "f(a, b, c=d)\n", "a.f(b, c=d)\n", "f(*a)\n", "f(a, *b, c, d=e, **g)\n", "f(**a)\n",
                 "f(*a, **b, c=1, d=2)\n", "f(*(1, 2))\n", "f(1, 2, **k)\n", "f(**{'a': 1}, **b)\n",
                 "f(a)(b)[c].d(e)\n"});
}

TEST(Read, Strings) {
  check_rebuilt({"x = f'{a}'\n", "x = f'a{b}c{d!r}{e:>10}'\n", "x = f'{a:{b}.{c}}'\n", "x = f'{a!s:{b}}'\n",
                 "x = '%s and %r' % (a, b)\n", "x = 'a%%%s' % (b,)\n", "x = '%5s%-5s%.3s' % (a, b, c)\n"});
}

TEST(Read, Assignments) {
  check_rebuilt({"x = y = z = a\n", "a, b = c\n", "a, (b, *c), d = e\n", "[a] = b\n", "a, b = b, a\n",
                 "a, b, c = c, a, b\n", "a.b = c[d] = e\n", "a += 1; b.c -= 2; d[e] *= 3; f[g:h] //= 4\n",
                 "a: int = 1\nb: str\n", "print(a := f(b := c))\n", "x = (y := z)\n", "del a, b.c, d[e]\n",
                 "a, b = c, d = e, f\n"});
  check_rebuilt("def f(x, y, z):\n  x, y = y, x\n  x, y, z = z, y, x\n  x = y = z\n  return x\n");
}

TEST(Read, Imports) {
  check_rebuilt({"import a\n", "import a.b.c\n", "import a.b.c as d\n", "import a as b, c.d as e, f\n",
                 "from a import b, c as d\n", "from . import a\n", "from ...a.b import c\n",
                 "from a import *\n"});
}

TEST(Read, Functions) {
  check_rebuilt(
      {"def f(): pass\n", "def f(a, b=1, *c, d, e=2, **g): return a\n", "def f(a, /, b, *, c): \"doc\"\n",
       "def f(a: int, *b: str, c: list = []) -> dict: return a\n", "@a\n@b.c(d)\ndef f(): return 1\n",
       "async def f():\n  return await a\n", "def f():\n  x = yield\n  y = yield 1\n  yield from x\n",
       "x = lambda: 0\n", "x = lambda a, *b, c=1, **d: a if b else c\n", "f(lambda x: (yield x))\n",
       "def f(*args: *Ts): return args\n"});
}

TEST(Read, Scopes) {
  check_rebuilt({"def f():\n  global x\n  x = 1\n",
                 "def f():\n  x = 1\n  def g():\n    nonlocal x\n    x = 2\n  return g\n",
                 "def f():\n  x = 1\n  def g():\n    return x\n  return g\n",
                 "def f(x):\n  def g():\n    global x\n    return x\n  return g\n",
                 "def f():\n  return [y := x for x in z], y\n",
                 "class C:\n  __a = 1\n  def f(self, __b):\n    return self.__a\n",
                 "def f():\n  return\n  yield\n"});
}

TEST(Read, Classes) {
  check_rebuilt(
      {"class C: pass\n", "class C(A, B, m=c):\n  'doc'\n  x = 1\n  def f(self): return super().f()\n",
       "class C(*a, **b): x = 1\n", "@d\nclass C:\n  x: int = 3\n  y: str\n", "class C(**d): x = 1\n",
       "class C(0, 1, 2, 3, **d): x = 1\n", "def f(x):\n  class C:\n    y = x\n  return C\n"});
}

TEST(Read, Comprehensions) {
  check_rebuilt({"[a for a in b]\n", "{a for a in b if c}\n", "{a: b for a, b in c if d if e}\n",
                 "f(a for a in b for c in d)\n", "x = [a if b else c for a in d]\n",
                 "x = [[a for a in b] for b in c]\n", "x = [a for a in b if not c and d]\n",
                 "x = [y for x in z for y in [f(x)]]\n", "x = [lambda: a for a in b]\n",
                 "async def f():\n  return [a async for a in b if await c]\n",
                 "async def f():\n  return {a: await b async for a in c for d in e}\n"});
}

TEST(Read, FutureAnnotations) {
  check_rebuilt({"from __future__ import annotations\ndef f(a: x[y], b: 'z' = 1) -> lambda: 0: pass\n",
                 "from __future__ import annotations\nclass C:\n  x: a | b = 1\n"});
}

TEST(Read, WithoutColumns) {
  for (const char* source : {"x = f(a, *b, c=d)\n", "x = y.z = w\n", "def f(a, b=1): return [a, *b]\n",
                             "class C(B):\n  'doc'\n  x: int = 1\n", "import a.b as c\n"}) {
    check_rebuilt(source, true);
  }
}

TEST(Read, RefusedBodiesKeepTheirClosure) {
  Workspace workspace;
  const compiler::CompileOptions options;
  auto code =
      compiler::compile_source(workspace, "def f(x):\n  def g(): return x\n  return g\n", "m.py", options);
  ASSERT_TRUE(code.ok());
  RebuildOptions refusing;
  const CodeObject* inner = code.value()->consts->elements()[0]->code->consts->elements()[1]->code;
  refusing.refused.emplace(inner, "because");
  const Rebuilt rebuilt = rebuild(workspace, *code.value(), refusing);
  ASSERT_EQ(rebuilt.missing.size(), 1u);
  EXPECT_EQ(rebuilt.missing.begin()->second, "because");
  EXPECT_EQ(rebuilt.codes.at(rebuilt.missing.begin()->first), inner);
  EXPECT_NE(syntax::dump(workspace, *rebuilt.module, false).find("Nonlocal(names=['x'])"), std::string::npos);
}

}  // namespace
}  // namespace ouro::decompiler
