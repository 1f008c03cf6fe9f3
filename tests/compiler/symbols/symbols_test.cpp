// Scopes and bindings against CPython's own symbol table.
#include "dump.h"

namespace ouro::compiler::testing {
namespace {

void expect_same_symbols(std::string_view source) {
  FrontEnd front_end(source);
  ASSERT_TRUE(front_end.build()) << source << describe(front_end.error);
  EXPECT_EQ(dump_symbols(front_end), Oracle::instance()->ask("symbols", to_hex(source))) << source;
}

TEST(Symbols, StatementsBindAndUse) {
  OURO_NEEDS_PYTHON311();
  for (const char* source : {
           "x = 1\ny += x\ndel z\n",
           "import a.b.c, d.e as f\nfrom g import h, i as j\nfrom k import *\n",
           "for a, (b, *c) in d:\n  e\nelse:\n  g\n",
           "while a:\n  b\nelse:\n  c\n",
           "with a as b, c as (d, e):\n  f\n",
           "try:\n  a\nexcept b as c:\n  d\nelse:\n  e\nfinally:\n  f\n",
           "try:\n  a\nexcept* b as c:\n  d\n",
           "x: int\n(y): int\nz: int = 1\n(w): int = 2\na.b: c = d\ne[f]: g\n",
           "def f():\n  x: int\n  (y): int\n  (z): int = 1\n  return x, y, z\n",
           "match a:\n  case [b, *c]:\n    pass\n  case {'k': d, **e}:\n    pass\n  case F(g, h=i) as j:\n"
           "    pass\n  case k.l | -1:\n    pass\n  case m if n:\n    pass\n  case _:\n    pass\n",
           "assert a, b\nraise c from d\nraise\n",
           "global x\nx = 1\ndef f():\n  global y, x\n  y = 2\n  def g():\n    return x, y\n",
           "f'{a!r:{b}} {c=}'\na if b else c\na < b < c\n{**d, e: g}\n[*h]\ni[j:k:l]\nm @ n\n",
           "async def f():\n  async for a in b:\n    await c\n  async with d as e:\n    yield g\n",
       })
    expect_same_symbols(source);
}

TEST(Symbols, FunctionsAndParameters) {
  OURO_NEEDS_PYTHON311();
  for (const char* source : {
           "def f(a, /, b, c=d, *e, g, h=i, **j):\n  k = a\n  return l\n",
           "def f(a: b, /, c: d = e, *g: h, i: j = k, **l: m) -> n: pass\n",
           "from __future__ import annotations\ndef f(a: b, c: lambda: d) -> [e for e in g]: pass\nx: y = "
           "z\n",
           "from __future__ import annotations\ndef f():\n  x: int\n  global q\n  def g(a: (lambda: x)): "
           "pass\n",
           "lambda a, b=c, *d, e=f, **g: a + h\n",
           "@a\n@b(c)\ndef d(): pass\n@e\nclass f(g, h=i, **j): k = l\n",
           "def f():\n  x = 1\n  def g():\n    def h():\n      return x\n    return h\n  return g\n",
           "def f():\n  x = 1\n  def g():\n    nonlocal x\n    x = 2\n",
           "def f():\n  x = 1\n  def g():\n    global x\n    def h():\n      return x\n",
           "def f(x):\n  def g():\n    x = 2\n    def h():\n      x\n",
           "def f():\n  def g():\n    return f, g, h\n  h = 1\n",
           "def f(): return super()\nclass A:\n  def g(self): super().x\n  def h(self): __class__\n  super\n",
       })
    expect_same_symbols(source);
}

TEST(Symbols, Classes) {
  OURO_NEEDS_PYTHON311();
  for (const char* source : {
           "class A:\n  __x = 1\n  def __f(self, __p, *__q, k=__d):\n    self.__y = __x\n    import __m, "
           "__n.o\n",
           "class __:\n  __x = 1\n",
           "class _A__:\n  __x = 1\n  __y__ = 2\n  def f():\n    global __z\n    __z = 1\n",
           "class A:\n  class B:\n    __c = 1\n  __d = 2\n",
           "def f():\n  x = 1\n  class A:\n    x = x\n    def g(self):\n      return x\n    y = [x for _ in "
           "z]\n",
           "def f():\n  x = 1\n  class A:\n    global x\n    def g(self):\n      return x\n",
           "def f():\n  x = 1\n  class A:\n    nonlocal x\n    x = 2\n    class B:\n      def g(self): "
           "return x\n",
           "class A:\n  def f(self):\n    class B:\n      x = __class__\n      def g(self): return "
           "__class__\n",
           "class A:\n  __class__ = 1\n  def f(self): return __class__\n",
           "class A:\n  def f(self): return lambda: super().f()\n",
           "class A:\n  nonlocal_ = lambda: super\n  [super for _ in y]\n",
       })
    expect_same_symbols(source);
}

TEST(Symbols, Comprehensions) {
  OURO_NEEDS_PYTHON311();
  for (const char* source : {
           "[a for a in b]\n{a for a in b}\n{a: c for a in b}\n(a for a in b)\n",
           "[a for b in c for d in e if f if g]\n",
           "def f():\n  x = 1\n  return [x + y for y in x for z in y]\n",
           "[y := a for a in b]\nprint(y)\n",
           "def f():\n  [y := a for a in b]\n  return y\n",
           "def f():\n  global y\n  [y := a for a in b]\n",
           "def f():\n  nonlocal_ = 1\n  [[y := a for a in b] for c in d]\n  return y\n",
           "def f():\n  return lambda: [y := a for a in b]\n",
           "class A:\n  def f(self): return [self.__x for __x in y]\n",
           "async def f():\n  return [a async for a in b], {c for c in d if await e}, (g async for g in h)\n",
           "from __future__ import annotations\nx: [y := a for a in b]\n",
           "lambda: (yield)\ndef f(): x = yield from g\n",
           "if (a := b): (c := d)\n",
       })
    expect_same_symbols(source);
}

TEST(Symbols, ManyNamesInOneScope) {
  OURO_NEEDS_PYTHON311();
  std::string source;
  for (int i = 0; i < 3000; ++i)
    source += "name_" + std::to_string(i % 1500) + " = other_" + std::to_string(i) + "\n";
  expect_same_symbols(source);
}

TEST(Symbols, FlagsOfScopes) {
  FrontEnd front_end(
      "class A:\n"
      "  def f(self, *args, **kwargs):\n"
      "    yield super()\n"
      "async def g(x):\n"
      "  def inner(): return x\n"
      "  return [a async for a in x]\n");
  ASSERT_TRUE(front_end.build());
  const auto& top = static_cast<const ScopeBuilder&>(*front_end.symbols->top());
  const ScopeBuilder& a = *top.children[0];
  const ScopeBuilder& f = *a.children[0];
  const ScopeBuilder& g = *top.children[1];
  EXPECT_TRUE(a.needs_class_closure);
  EXPECT_TRUE(a.child_has_free);
  EXPECT_TRUE(f.varargs && f.varkeywords && f.generator && f.has_free);
  EXPECT_FALSE(f.coroutine || f.returns_value);
  EXPECT_TRUE(g.coroutine && g.returns_value && g.child_has_free);
  EXPECT_FALSE(g.nested || g.generator || g.has_free);
  EXPECT_TRUE(g.children[0]->nested);
  EXPECT_TRUE(g.children[1]->coroutine);
  EXPECT_EQ(g.children[1]->comprehension, ComprehensionKind::List);
  EXPECT_EQ(g.children[1]->parent, &g);
  for (const ScopeBuilder* scope : {&top, &a, &f, &g})
    EXPECT_EQ(front_end.symbols->scope_of(scope->node), scope);
  EXPECT_EQ(front_end.symbols->scope_of(&front_end), nullptr);
}

TEST(Symbols, Mangling) {
  Workspace workspace;
  auto mangled = [&](const char* class_name, const char* name) {
    const Name owner = *class_name == '\0' ? Name::none : workspace.names.intern(class_name);
    return std::string(workspace.names.text(mangle(workspace, owner, workspace.names.intern(name))));
  };
  EXPECT_EQ(mangled("", "__x"), "__x");
  EXPECT_EQ(mangled("A", "__x"), "_A__x");
  EXPECT_EQ(mangled("__A_", "__x"), "_A___x");
  EXPECT_EQ(mangled("___", "__x"), "__x");
  EXPECT_EQ(mangled("A", "__x__"), "__x__");
  EXPECT_EQ(mangled("A", "__"), "__");
  EXPECT_EQ(mangled("A", "___"), "___");
  EXPECT_EQ(mangled("A", "__x_"), "_A__x_");
  EXPECT_EQ(mangled("A", "_x"), "_x");
  EXPECT_EQ(mangled("A", "__a.b"), "__a.b");
}

}  // namespace
}  // namespace ouro::compiler::testing
