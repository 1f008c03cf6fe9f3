// Sources that come out exact: compiled, decompiled and compiled again, every position is the same.
#include <gtest/gtest.h>

#include <string>

#include "compiler/compile.h"
#include "decompiler/prove/decompile.h"

namespace ouro::decompiler {
namespace {

void check_exact(const std::string& text) {
  Workspace workspace;
  auto code = compiler::compile_source(workspace, text, "m.py", compiler::CompileOptions());
  ASSERT_TRUE(code.ok()) << text;
  const Decompiled result = decompile(workspace, *code.value());
  EXPECT_EQ(result.verdict, Verdict::Exact) << text << "---\n" << result.source;
  for (const CodeVerdict& each : result.codes)
    EXPECT_EQ(each.reason, "") << each.qualified_name << "\n" << text << "---\n" << result.source;
}

void check_equal(const std::string& text) {
  Workspace workspace;
  auto code = compiler::compile_source(workspace, text, "m.py", compiler::CompileOptions());
  ASSERT_TRUE(code.ok()) << text;
  const Decompiled result = decompile(workspace, *code.value());
  for (const CodeVerdict& each : result.codes)
    EXPECT_NE(each.verdict, Verdict::Unproven) << each.reason << " in " << each.qualified_name << "\n"
                                               << text << "---\n"
                                               << result.source;
}

TEST(ExactPositions, NotInFrontOfTheFirstTest) {
  check_exact("def f(a, b):\n    if not a or b:\n        return a\n    return b\n");
  check_exact("def f(a, b):\n    while not a.b and b():\n        a.c()\n");
  check_exact("def f(a, b):\n    if a and not a.b('.') or b == '.':\n        raise E(a)\n    c = a\n");
  check_exact("x = set(m for m in n\n        if not m.a('_') or m.b('__'))\n");
}

TEST(ExactPositions, ParenthesesAroundTests) {
  check_exact(
      "def f(a, b):\n    if ((a is None or a.b(b)) and\n        c(a, b) and\n        d):\n        e()\n");
  check_exact(
      "def f(a, b):\n    if (a.b and\n        not (a.c and a.d) and\n        b not in g):\n        e()\n");
  check_exact(
      "def f(a, b):\n    if a not in b and \\\n        b in a.c:\n        d(a)\n        return\n    e()\n");
}

TEST(ExactPositions, ElseBehindAComparison) {
  check_exact("def f(a, b):\n    if a == b:\n        return a\n    else:\n        return b.c\n");
  check_exact("def f(a, b):\n    if a == b:\n        return a\n    return b.c\n");
  check_exact(
      "def f(a, b):\n    if a is None:\n        raise E(\n            'x')\n    return '%s' % (b,)\n");
  check_exact("def f(a, b):\n    if a is None:\n        return b\n    return a or b\n");
  check_exact("def f(a, b):\n    if a == 1:\n        return a\n    assert b > a\n    assert a\n");
  check_exact("def f(a, b):\n    if a == 1:\n        return a\n    if not 1 <= a <= 12:\n        return b\n");
}

TEST(ExactPositions, ElifWithComparisons) {
  check_exact(
      "def f(a, b):\n    if not a:\n        return []\n    elif a[-1] == 0 and len(a) >= 2:\n        return "
      "b\n"
      "    elif a[-1] == b.c:\n        return a[:-1]\n    else:\n        raise E('x')\n");
}

TEST(ExactPositions, Assertions) {
  check_exact("def f(a, b):\n    if a is not None:\n        assert 0 <= a < 256, a\n    b()\n");
  check_exact("def f(a, b):\n    assert (a is None or\n            b is a[0]), 'x'\n    b()\n");
}

TEST(ExactPositions, AssertionsOfSeveralParts) {
  check_exact("def f(a, b):\n    c()\n    assert a and 'b' in a and d(a['b'], e)\n");
  check_exact("def f(a, b):\n    assert (\n        d(a)\n        and d(b)\n        and a.n == b.n\n    )\n");
  check_exact("def f(a, b):\n    if a == b:\n        assert False\n    c()\n");
  check_exact(
      "def f(a, b):\n    if (\n        a.c is not b.c\n        and not b.d\n    ):\n        assert False, "
      "(\n            'x' % a\n        )\n");
}

// `not a in b` would become `a not in b`.
TEST(ExactPositions, NoNotInFrontOfIn) {
  check_exact(
      "def f(a, b):\n    if (\n        not a\n        or b == len(c)\n        or c[b] not in a\n        or "
      "not "
      "a[b]\n    ):\n        return None\n    return b\n");
}

TEST(ExactPositions, ElseOfLoopsWithComparisons) {
  check_exact(
      "def f(a, b):\n    while a < b:\n        if c(a):\n            break\n        d()\n    else:\n        "
      "e()\n");
  check_exact("def f(a, b):\n    while a < b:\n        if c(a):\n            break\n        d()\n    e()\n");
}

TEST(ExactPositions, AnnotationsOnSeveralLines) {
  check_exact(
      "class C:\n    def f(\n        self,\n        a: 'A',\n        b: 'B',\n    ) -> None:\n        "
      "pass\n");
}

TEST(ExactPositions, TuplesAssignedAtOnce) {
  check_exact(
      "def f(a):\n    b, c, d = (\n        a['b'],\n        a['c'],\n        a['d'],\n    )\n    g(b)\n");
  check_exact("def f(a, i):\n    a[i], a[0] = (\n        a[0],\n        a[i],\n    )\n    g(a)\n");
}

TEST(ExactPositions, ValuesInParentheses) {
  check_exact(
      "def f(a):\n    return a.b >= a.c and (\n        a.d / a.b > a.e\n        and a.f / a.b > a.e\n        "
      "and "
      "a.g / a.b > a.e\n        and not a.h\n    )\n");
}

TEST(ExactPositions, LeavingConstructs) {
  check_exact("def f(a):\n    with a.b(c):\n        return\n");
  check_exact(
      "def f(a):\n    for b in a:\n        with b:\n            if b.c:\n                continue\n          "
      "  d(b)\n");
  check_exact(
      "def f(a):\n    try:\n        return a.b()\n    finally:\n        try:\n            a.c()\n        "
      "except E:\n"
      "            pass\n");
  check_exact(
      "def f(a):\n    try:\n        a.b()\n    finally:\n        if a.c:\n            a.d = True\n        "
      "else:\n"
      "            a.d = None\n");
  check_exact(
      "def f(a, b):\n    for c in a:\n        if b not in c:\n            try:\n                d()\n        "
      "    "
      "except E:\n                continue\n        elif b in a:\n            d(c)\n        else:\n          "
      "  "
      "continue\n        e(c)\n        return c\n    return 1\n");
}

// The proof decides between several readings.
TEST(ExactPositions, WhatNothingIsLeftOf) {
  check_equal(
      "def f(a):\n    a.b(0)\n    if 0:\n        a.c(1)\n        a.d(2)\n    a.e('x')\n    return False\n");
  check_equal("def f(a):\n    b('x')\n    if 'y' and 'z' in a:\n        c('w')\n");
  check_equal("def f(a):\n    b('x')\n    assert 'not reached'\n    c('w')\n");
}

TEST(ExactPositions, BehindALeavingStatement) {
  check_exact(
      "def f(a):\n    for b in a:\n        if b >= 3:\n            break\n        if not b():\n            "
      "c()\n");
  check_exact("def f(a):\n    for b in a:\n        if b == 3:\n            return\n        c(b)\n    d()\n");
}

TEST(ExactPositions, UnreachableEnds) {
  check_exact(
      "def f():\n    try:\n        raise E()\n    except E:\n        a()\n    else:\n        pass\n    "
      "b()\n");
  check_exact("def f():\n    raise E\n    yield None\n");
}

TEST(ExactPositions, ReturnedTests) {
  check_exact("def f(a, b):\n    if a < 0:\n        return (1, 2)[b.c]\n    return 'CEST'\n");
  check_exact(
      "def f(a):\n    if a is None:\n        raise a\n    else:\n        while a:\n            if a.b:\n"
      "                a = b\n            else:\n                raise a\n    return a\n");
}

TEST(ExactPositions, PartsOfALambda) {
  check_exact("f = lambda a: a.b() and (a.c('d') and not a.c('e')) or a.c('f')\n");
}

TEST(ExactPositions, FormatsInAnElse) {
  check_exact(
      "def f(a):\n    try:\n        b = a.b\n    except E:\n        pass\n    else:\n"
      "        return ('<%s %r>' %\n                (a, b))\n");
}

TEST(ExactPositions, DeclarationsInside) {
  check_exact(
      "def f(a):\n    for i in a:\n        if i: break\n    else:\n        i(a)\n        global g\n"
      "        g = True\n");
  check_exact(
      "def f():\n    a = 1\n    def g():\n        def h(b):\n            return a\n        nonlocal a\n"
      "        a += 1\n");
}

TEST(ExactPositions, AssertionsThatFail) {
  check_exact("def f(a, b):\n    b = 0\n    assert 0, (a, b)\n");
}

}  // namespace
}  // namespace ouro::decompiler
