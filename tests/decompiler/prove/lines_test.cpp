// Code that knows lines only, as -X no_debug_ranges makes it, and code that knows no places at all.
#include <gtest/gtest.h>

#include <string>

#include "bytecode/code_object.h"
#include "compiler/compile.h"
#include "decompiler/prove/columns.h"
#include "decompiler/prove/decompile.h"

namespace ouro::decompiler {
namespace {

void empty_tables(Workspace& workspace, const CodeObject& compiled) {
  const_cast<CodeObject&>(compiled).line_table = workspace.constants.bytes("");
  for (const Constant* constant : compiled.consts->elements())
    if (constant->is(ConstantKind::Code)) empty_tables(workspace, *constant->code);
}

/// Lines are enough for the same bytes; without them the code is the same.
void check(const std::string& text) {
  Workspace workspace;
  auto code = compiler::compile_source(workspace, text, "m.py", compiler::CompileOptions());
  ASSERT_TRUE(code.ok()) << text;
  forget_columns(workspace, *code.value());
  ASSERT_TRUE(has_no_columns(*code.value()));
  const Decompiled lines = decompile(workspace, *code.value());
  EXPECT_EQ(lines.verdict, Verdict::Exact) << text << "---\n" << lines.source;
  empty_tables(workspace, *code.value());
  const Decompiled nothing = decompile(workspace, *code.value());
  EXPECT_EQ(nothing.verdict, Verdict::Equal) << text << "---\n" << nothing.source;
}

TEST(LinesOnly, LeavingHandlers) {
  check("def f(a):\n    try:\n        b = a()\n    except E:\n        return\n    return b\n");
  check(
      "def f(a):\n    for b in a:\n        try:\n            b()\n        except E:\n            continue\n  "
      "      c()\n");
  check(
      "def f(a):\n    for b in a:\n        try:\n            b()\n        except E:\n            break\n     "
      "   c()\n    d()\n");
  check(
      "def f(a):\n    while True:\n        try:\n            a()\n        except E:\n            continue\n  "
      "      except F:\n            break\n");
}

TEST(LinesOnly, NestedTries) {
  check("def f(a):\n    try:\n        while True:\n            a()\n    except E:\n        pass\n");
  check(
      "def f(a):\n    try:\n        try:\n            a()\n        except E:\n            b()\n    "
      "finally:\n        c()\n");
  check("def f(a):\n    try:\n        a()\n    except E:\n        b()\n    finally:\n        c()\n");
  check("def f(a):\n    try:\n        b()\n    except E:\n        pass\n    else:\n        c()\n    d()\n");
}

TEST(LinesOnly, Loops) {
  check("def f(a):\n    while 1:\n        b = a()\n        if not b:\n            break\n        c(b)\n");
  check("def f(a):\n    while True:\n        if a():\n            continue\n        return b\n");
}

TEST(LinesOnly, Expressions) {
  check("f = lambda: None\n");
  check("a = [b if c else d for b in e]\n");
  check("f(**{a: 1})\n");
  check("f(*a, **b, c=1)\n");
}

}  // namespace
}  // namespace ouro::decompiler
