// The printer: trees with all ranges, with some, and with none.
#include "decompiler/print/print.h"

#include <gtest/gtest.h>

#include "syntax/dump.h"
#include "syntax/parser.h"

namespace ouro::decompiler::testing {
namespace {

using namespace syntax;

struct Parsed {
  explicit Parsed(std::string_view source) {
    Result<SourceText> text = text_source(workspace, source, "test");
    if (!text.ok()) return;
    Result<Module*> parsed = parse(workspace, text.value(), {});
    EXPECT_TRUE(parsed.ok()) << source << (parsed.ok() ? "" : parsed.error()->message);
    if (parsed.ok()) module = parsed.value();
  }
  std::string dump_tree(bool attributes) const {
    return module == nullptr ? "" : dump(workspace, *module, attributes);
  }

  Workspace workspace;
  Module* module = nullptr;
};

std::string printed(std::string_view source, const PrintOptions& options = {}) {
  Parsed parsed(source);
  if (parsed.module == nullptr) return "";
  Result<std::string> text = print(parsed.workspace, *parsed.module, options);
  EXPECT_TRUE(text.ok()) << source;
  return text.ok() ? text.value() : "";
}

std::string clean(std::string_view source) {
  PrintOptions options;
  options.clean = true;
  return printed(source, options);
}

// Text that says nothing which its tree does not.
TEST(Print, BringsBackTheText) {
  const char* const sources[] = {
      "x = (a + b) * c\n",
      "x = a ** -b\n",
      "x = not a in b\n",
      "f(a, *b, c=d, **e)\n",
      "f(x for x in y)\n",
      "f((x for x in y))\n",
      "x = a[1:2, ::3]\n",
      "x = a[b:]\n",
      "x = a[b::]\n",
      "x = (a, b)\n",
      "x = a, b\n",
      "x = a,\n",
      "x = ((a))\n",
      "if a: b; c\n",
      "if a:\n  b\nelif c:\n  d\nelse:\n  e\n",
      "if a:\n    b\nelse:\n    if c:\n        d\n",
      "while a:\n\n    b\nelse:\n    c\n",
      "for a, b in c:\n    pass\n",
      "try:\n    a\nexcept (b, c) as d:\n    e\nfinally:\n    f\n",
      "with a as b, c as d:\n    pass\n",
      "@a.b\n@c(d)\ndef e(f, /, g, h=1, *i, j: k, **l) -> m:\n    return n\n",
      "class A(B, metaclass=C):\n    x: int = 5\n",
      "async def a():\n    await b\n    async for c in d: pass\n",
      "x = lambda a, *b: (yield)\n",
      "x = a if b else c if d else e\n",
      "x = [a := b, c]\n",
      "from . import a\n",
      "from .a import (b, c as d)\n",
      "x = 'a' 'b'\n",
      "match a:\n    case [b, *c] | {'d': 1}:\n        pass\n    case E(f, g=h) as i if j:\n        pass\n",
      "x = f'a{b!r:>{c}}d'\n",
      "x = f'{a=}'\n",
      "x = f(a,\n      b)\n",
      "x = (a +\n     b)\n",
      "x = -1 .real\n",
      "x = yield_ = y\n",
      "del a, b\n",
      "del (a, b)\n",
      "assert a, b\n",
      "raise a from b\n",
      "global_ = 1; y = 2\n",
  };
  for (const char* source : sources) {
    const std::string text = printed(source);
    EXPECT_EQ(Parsed(text).dump_tree(false), Parsed(source).dump_tree(false)) << source << text;
    if (std::string_view(source).find("'a' 'b'") == std::string_view::npos &&
        std::string_view(source).find("((a))") == std::string_view::npos)
      EXPECT_EQ(text, source);
  }
}

TEST(Print, KeepsPlaces) {
  const char* const sources[] = {
      "x = 0x10\n",
      "x = 1_000\n",
      "x = 0b1\n",
      "x = 1e3\n",
      "x = 1.500\n",
      "x = 'a' 'b'\n",
      "x = '\\x41'\n",
      "x = \"\"\"a\"\"\"\n",
      "x = \"\"\"a\nb\"\"\"\n",
      "x = ('a'\n     'b')\n",
      "x = r'\\d'\n",
      "x = b'\\0'\n",
      "x = f'a' f'{b}' 'c'\n",
      "x = f'''a\n{b}\n'''\n",
      "x = ((a))\n",
  };
  for (const char* source : sources) {
    const std::string text = printed(source);
    EXPECT_EQ(Parsed(text).dump_tree(true), Parsed(source).dump_tree(true)) << source << text;
  }
}

void forget(Stmts list) {
  for (Stmt* s : list) {
    s->range = {};
    if (s->kind == StmtKind::Expr) s->as<ExprStmt>()->value->range = {};
    if (s->kind == StmtKind::If) {
      forget(s->as<IfStmt>()->body);
      forget(s->as<IfStmt>()->orelse);
    }
  }
}

TEST(Print, NeedsNoPlaces) {
  constexpr std::string_view kSource = "if a:\n    b\n    c\nelse:\n    d\n";
  Parsed parsed(kSource);
  forget(parsed.module->body);
  parsed.module->body[0]->as<IfStmt>()->test->range = {};
  const Result<std::string> text = print(parsed.workspace, *parsed.module);
  ASSERT_TRUE(text.ok());
  EXPECT_EQ(text.value(), kSource);
}

TEST(Print, LinesWin) {
  Parsed parsed("a\nb\n");
  parsed.module->body[1]->as<ExprStmt>()->value->range = {5, 0, 5, 1};
  parsed.module->body[1]->range = {};
  const Result<std::string> text = print(parsed.workspace, *parsed.module);
  ASSERT_TRUE(text.ok());
  EXPECT_EQ(text.value(), "a\n\n\n\nb\n");
}

TEST(Print, HugePlacesCostNothing) {
  Parsed parsed("a\nb\n");
  for (Stmt* s : parsed.module->body) {
    s->range = {INT32_MAX, INT32_MAX, INT32_MAX, INT32_MAX};
    s->as<ExprStmt>()->value->range = {1 << 23, 1 << 23, INT32_MAX, 0};
  }
  const Result<std::string> text = print(parsed.workspace, *parsed.module);
  ASSERT_TRUE(text.ok());
  EXPECT_LT(text.value().size(), size_t{64} << 20);
}

TEST(Print, Comments) {
  Parsed parsed("def f():\n    a\n\n    b\nc\n");
  PrintOptions options;
  options.comments[parsed.module->body[0]] = {{2, "first"}, {0, "second"}, {0, "third"}};
  options.comments[nullptr] = {{5, "last"}};
  const Result<std::string> text = print(parsed.workspace, *parsed.module, options);
  ASSERT_TRUE(text.ok());
  EXPECT_EQ(text.value(), "def f():\n    a  # first\n    # second\n    # third\n    b\nc  # last\n");
}

TEST(Print, CommentsAvoidStrings) {
  Parsed parsed("x = '''\n'''\n");
  PrintOptions options;
  options.comments[nullptr] = {{1, "here"}};
  const Result<std::string> text = print(parsed.workspace, *parsed.module, options);
  ASSERT_TRUE(text.ok());
  EXPECT_NE(text.value().find("  # here\n"), std::string::npos);
  EXPECT_EQ(Parsed(text.value()).dump_tree(false), parsed.dump_tree(false));
}

TEST(PrintClean, Conventions) {
  EXPECT_EQ(clean("x=  1;y = 'a'\n"), "x = 1\ny = \"a\"\n");
  EXPECT_EQ(clean("import a\ndef f(): pass\nx = 1\n"), "import a\n\n\ndef f():\n    pass\n\n\nx = 1\n");
  EXPECT_EQ(clean("class A:\n  def f(self): pass\n  def g(self): pass\n"),
            "class A:\n    def f(self):\n        pass\n\n    def g(self):\n        pass\n");
}

TEST(PrintClean, SplitsLongLines) {
  const std::string argument(30, 'a');
  EXPECT_EQ(clean("f(" + argument + ", " + argument + ", " + argument + ")\n"),
            "f(\n    " + argument + ",\n    " + argument + ",\n    " + argument + ",\n)\n");
  EXPECT_EQ(clean("x = " + argument + " + " + argument + " + " + argument + "\n"),
            "x = (\n    " + argument + "\n    + " + argument + "\n    + " + argument + "\n)\n");
}

}  // namespace
}  // namespace ouro::decompiler::testing
