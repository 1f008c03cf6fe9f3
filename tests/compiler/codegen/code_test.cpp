// Code objects against CPython's: each statement and expression in the forms that take different ways through
// code generation.
#include "codegen.h"

namespace ouro::compiler::testing {
namespace {

template <size_t N>
void expect_same(const char* const (&sources)[N]) {
  for (const char* source : sources) expect_same_code(source);
}

TEST(Codegen, ModulesAndDocstrings) {
  OURO_NEEDS_PYTHON311();
  expect_same({
      "",
      "# nothing\n",
      "'doc'\n",
      "'doc'\nx = 1\n",
      "b'no doc'\n",
      "f'no doc'\n",
      "x: int\n",
      "'doc'\nif a:\n  while b:\n    x: int = 1\n",
      "match a:\n  case 1:\n    x: int\n",
      "try:\n  pass\nexcept A:\n  x: int\n",
      "def f():\n  'doc'\n",
      "def f():\n  'doc'\n  return 1\n",
      "class C:\n  'doc'\n",
      "class C:\n  'doc'\n  x: int = 1\n",
      "lambda: 'no doc'\n",
  });
}

TEST(Codegen, Names) {
  OURO_NEEDS_PYTHON311();
  expect_same({
      "a = b; del a\n",
      "def f(a):\n  global g\n  g = a; del a; print(g); del g\n",
      "def f(a):\n  b = 1\n  def g():\n    nonlocal b\n    b = a\n    del b\n  return g\n",
      "class C:\n  x = 1\n  def f(self): return __class__, super().f()\n",
      "def f(x):\n  class C:\n    print(x)\n    x = 2\n    def g(self): return x\n",
      "class _A:\n  __x = 1\n  def f(self, __y, *, __z=1): self.__w = __y; return __z, self.__x, __u\n",
      "class C:\n  import __a.b, __c\n  from d import __e as __f\n",
      "def f():\n  class A:\n    def g(self):\n      class B:\n        y = __class__\n        def h(self): "
      "super()\n",
      "def outer():\n  def inner(): pass\n  class K:\n    class L: pass\n    def m(self): return lambda: "
      "[lambda: 1 for a in b]\n",
      "def f():\n  global inner\n  def inner(): pass\n  class g: pass\n",
  });
}

TEST(Codegen, Imports) {
  OURO_NEEDS_PYTHON311();
  expect_same({
      "import a\n",
      "import a.b.c\n",
      "import a as b, c.d as e, f.g.h as i\n",
      "from a import b, c as d\n",
      "from . import a\n",
      "from ...a.b import c\n",
      "from a import *\n",
      "from __future__ import annotations, division\nfrom a import b\n",
  });
}

TEST(Codegen, Assignments) {
  OURO_NEEDS_PYTHON311();
  expect_same({
      "a = b = c.d = e[f] = g\n",
      "(a, b), [c, *d, e] = f\n",
      "*a, = b\n",
      "a += 1; b.c -= 2; d[e] **= 3; f.g[h:i] //= j\n",
      "(a\n .b\n .c) += (d\n  .e)\n",
      "a: int; b: int = 1; (c): int = 2; d.e: int; f[g]: int; h[i:j, k]: int = 3\n",
      "def f():\n  a: int = 1\n  b.c: int\n  d[e]: x.y\n",
      "class C:\n  a: int = 1\n  __b: str\n  c.d: e\n",
      "from __future__ import annotations\na: b[c, 'd'] = 1\nclass C:\n  e: (lambda x, /, *y, z=1, **w: x)\n",
      "del a, b.c, d[e], (f, [g])\n",
      "a[:], a[1:], a[:2], a[::3], a[b:c, ..., d] = e\n",
      "if (n := f()) and [m := 1 for x in y]: pass\n",
  });
}

TEST(Codegen, ControlFlow) {
  OURO_NEEDS_PYTHON311();
  expect_same({
      "if a: b\nelif c: d\nelse: e\n",
      "if not (a and b or not c): d\n",
      "if a < b < c: d\nif a < b() < c or d: e\nelse: f\n",
      "if (a if b else c): d\n",
      "if 1: a\nelse: b\nif 0: c\nif '': d\nelse: e\n",
      "while a:\n  if b: break\n  if c: continue\n  d\nelse: e\n",
      "while 1: pass\n",
      "while a < b < c: d\n",
      "for a, b in c:\n  if d: break\n  continue\nelse: e\n",
      "for x in 'abc': pass\n",
      "def f():\n  for a in b:\n    for c in d:\n      return c\n    return 1\n",
      "def f(a):\n  while True:\n    if a: return\n    return (\n      a)\n",
      "assert a\nassert a, b\nassert a < b < c, (\n  d)\nassert not a or b\n",
      "x = a and b or c and not d\ny = a < b < c is not d\nz = a if b else c if d else e\n",
      "if __debug__: a\nelse: b\n",
      "raise\n",
      "raise a from b\n",
  });
}

TEST(Codegen, Exceptions) {
  OURO_NEEDS_PYTHON311();
  expect_same({
      "try: a\nexcept: b\n",
      "try: a\nexcept A: b\nexcept (B, C) as e: c\nelse: d\nfinally: e\n",
      "try: a\nfinally: b\n",
      "def f():\n  try: return a\n  finally: b\n",
      "def f():\n  for x in y:\n    try:\n      if a: break\n      if b: continue\n      return c()\n    "
      "finally:\n      d\n",
      "def f():\n  while a:\n    try: b\n    except E as e:\n      if c: break\n      if d: continue\n      "
      "return e\n",
      "def f():\n  try:\n    try: return 1\n    finally: a\n  finally:\n    try: b\n    finally: return 2\n",
      "try: a\nexcept* A: b\n",
      "try: a\nexcept* A as e: b\nexcept* B: c\nelse: d\nfinally: e\n",
      "with a: b\n",
      "with a as b, c as (d, e): f\n",
      "def f():\n  for x in y:\n    with a as b:\n      if c: break\n      if d: continue\n      return "
      "b.c\n",
      "with a:\n  try: b\n  finally: c\n",
      "def f():\n  try: a\n  except E: return 1\n  else: return 2\n  finally: print()\n",
  });
}

TEST(Codegen, Functions) {
  OURO_NEEDS_PYTHON311();
  expect_same({
      "def f(a, b=1, /, c=2, *d, e, f=3, **g): pass\n",
      "def f(a: int, /, b: str = '', *c: x, d: y, **e: z) -> w: pass\n",
      "from __future__ import annotations\ndef f(a: int, *c: *x, d: y = 1) -> w.v[0]: pass\n",
      "def f(*a: *b): pass\n",
      "@a\n@b.c(d)\ndef f(): pass\n",
      "@a\n@(\n  b)\nclass C(D, *e, f=g, **h): pass\n",
      "class C(a, metaclass=b): x = 1\n",
      "lambda a, *b, c=1: (yield a)\n",
      "def f():\n  x = yield\n  y = yield x\n  z = yield from y\n  return z\n",
      "async def f():\n  await a\n  async with b as c, d: e\n  async for x in y: break\n  else: z\n  return "
      "1\n",
      "async def f():\n  async with a:\n    return await b\n",
      "async def f():\n  yield 1\n  await a\n  return\n",
      "async def f():\n  for x in y:\n    async with a as b:\n      if c: break\n      continue\n",
      "def f(a):\n  def g(b):\n    return a + b + c\n  c = 1\n  return g\n",
  });
}

TEST(Codegen, Expressions) {
  OURO_NEEDS_PYTHON311();
  expect_same({
      "a + b - c * d / e // f % g @ h ** i << j >> k & l | m ^ n\n",
      "-a, +b, ~c, not d\n",
      "x = a.b.c(d).e\n",
      "x = (a\n  .b\n  .c(d)\n  .e)\n",
      "f(a, b)(c, d=e)(*g)(**h)(i, *j, k, l=m, **n, o=p)\n",
      "a.f(b, c=d); a.f(*b); a.f(**c); import_.f(a)\nimport import_\n",
      "f(a, *b)(*a, *b)(x=1, **y, **z)(**w, v=1, u=2)\n",
      "f'{a}{b!r:>{c}}{d!s}{e!a:x}'\n",
      "f'{a}' f'b' 'c'\n",
      "x = [1, 2, 3]; y = {1, 2, 3}; z = (1, 2, 3); w = [a, *b, c]; v = (*a,); u = {*a, b}\n",
      "x = {1: a, 'b': c}; y = {**a, 1: b, **c, d: e}; z = {}; w = {a: 1}\n",
      "x[1:2], x[a:b:c], x[:, ::d], x[...]\n",
      "a in b, a not in b, a is b, a is not b, a == b != c\n",
      "x = b'a', 1.5, 2j, ..., None, True, -1, 10 ** 20\n",
  });
}

TEST(Codegen, BigDisplaysAndCalls) {
  OURO_NEEDS_PYTHON311();
  std::string names;
  std::string pairs;
  std::string constant_pairs;
  std::string keywords;
  std::string replacements;
  for (int i = 0; i < 40; ++i) {
    const std::string n = std::to_string(i);
    names += "a" + n + ", ";
    pairs += "a" + n + ": " + n + ", ";
    constant_pairs += n + ": a, ";
    keywords += "k" + n + "=" + n + ", ";
    replacements += "{a" + n + "}";
  }
  for (const std::string& source :
       {"[" + names + "]\n", "(" + names + ")\n", "{" + names + "}\n", "[*b, " + names + "]\n",
        "{" + pairs + "}\n", "{**b, " + pairs + "**c}\n", "{" + constant_pairs + "}\n", "f(" + names + ")\n",
        "f(" + keywords + ")\n", "a.f(" + keywords + ")\n", "f(" + keywords + "**b)\n",
        "class C(" + names + keywords + "): pass\n", "f'" + replacements + "'\n", names + "= x\n",
        names + "*b = x\n"})
    expect_same_code(source);
}

TEST(Codegen, Comprehensions) {
  OURO_NEEDS_PYTHON311();
  expect_same({
      "[a for a in b]\n",
      "{a for a in b if c if not d}\n",
      "{a: b for a, b in c for d in e}\n",
      "(a for a in b)\n",
      "[a for a in b for c in [d] for e in (f,) for g in [*h]]\n",
      "def f():\n  return [x + y for x in a if x < y < z]\n",
      "async def f():\n  return [a async for a in b if await c]\n",
      "async def f():\n  return {a: b for a in c async for b in d}, (a async for a in b), {await a for a in "
      "b}\n",
      "async def f():\n  return [[b async for b in a] for a in c]\n",
      "class C:\n  x = [y for y in z]\n",
      "[lambda: a for a in b]\n",
  });
}

TEST(Codegen, Patterns) {
  OURO_NEEDS_PYTHON311();
  expect_same({
      "match a:\n  case 1: b\n",
      "match a:\n  case -1 | 'b' | None | c.d: e\n  case _: f\n",
      "match a:\n  case _ if b: c\n  case _: d\n",
      "match a:\n  case b: c\n",
      "match a, b:\n  case [c, d]: e\n  case (c, *_): f\n  case [*_, c]: g\n  case [c, *d, e]: h\n  case []: "
      "i\n",
      "match a:\n  case [_, _]: b\n  case [*_]: c\n  case [1, *_, 2]: d\n",
      "match a:\n  case {}: b\n  case {'c': d, e.f: 1}: g\n  case {'h': i, **j}: k\n  case {**l}: m\n",
      "match a:\n  case A(): b\n  case A(c, d=e, f=_): g\n  case A.B(1, C(x)): h\n",
      "match a:\n  case [b, c] as d if b: e\n  case (1 | 2) as f: g\n",
      "match a:\n  case [b, c] | [c, b, _]: d\n  case [b, [c, d] | {'c': c, 'd': d}] | A(c, d, b): e\n",
      "match a:\n  case [[b, c, d], 1] | [[d, b, c], 2] | [[c, d, b], 3]: e\n",
      "def f(a):\n  for x in a:\n    match x:\n      case 1: break\n      case 2: continue\n      case 3: "
      "return x\n",
  });
}

TEST(Codegen, Interactive) {
  Workspace workspace;
  CompileOptions options;
  options.mode = syntax::ModuleKind::Expression;
  const Result<const CodeObject*> code = compile_source(workspace, "a + 1", "<test>", options);
  ASSERT_TRUE(code.ok());
  EXPECT_EQ(code.value()->consts->size, 1u);
}

}  // namespace
}  // namespace ouro::compiler::testing
