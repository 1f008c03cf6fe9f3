// Tests, branches, loops, and the statements that are hardly more than a jump.
#include <vector>

#include "check_rebuilt.h"

namespace ouro::decompiler {
namespace {

const std::vector<std::string> kTests = {
    "a",
    "not a",
    "a and b",
    "a or b",
    "a and b and c",
    "a or b or c",
    "a and b or c",
    "(a or b) and c",
    "a or b and c",
    "a and (b or c) and d",
    "not a and not b",
    "not a or not b",
    "not (a and b)",
    "not (a or b)",
    "a and not b",
    "not a or b",
    "a is None",
    "a is not None",
    "a is None and b is not None",
    "a is not None or b",
    "a < b",
    "a < b < c",
    "a < b <= c != d",
    "not a < b < c",
    "a < b < c and d",
    "d or a < b < c",
    "a == b and c in d and e is not f",
    "(b if a else c)",
    "(b if a else c) and d",
    "d or (b if a else c)",
    "(b if a and e else c)",
    "f(a and b, c or d)",
    "(a and b or c).d",
    "(x := a) and b",
    "(x := a) < b < c",
    "a and f(b if c else d)",
};

// Every test in every place where one can stand.
TEST(ReadControl, Tests) {
  const std::vector<std::string> places = {
      "if @:\n    a()\n",
      "if @:\n    a()\nelse:\n    b()\nc()\n",
      "def f():\n    if @:\n        a()\n",
      "def f():\n    if @:\n        return 1\n    return 2\n",
      "for i in j:\n    if @:\n        a()\n",
      "for i in j:\n    if @:\n        break\n    z()\n",
      "while @:\n    a()\n",
      "def f():\n    while @:\n        if y:\n            break\n    else:\n        b()\n    c()\n",
      "assert @\n",
      "z = [y for y in w if @]\n",
      "z = y if @ else w\n",
  };
  for (const std::string& place : places) {
    for (const std::string& test : kTests) {
      // Several ways of writing it have the same places.
      if (place.starts_with("assert") && test.starts_with("not a ")) continue;
      if (place.starts_with("z = [") && test.ends_with(").d")) continue;
      std::string text = place;
      const size_t at = text.find('@');
      check_rebuilt(text.replace(at, 1, test));
    }
  }
}

TEST(ReadControl, Values) {
  for (const std::string& value : kTests) {
    check_rebuilt("z = " + value + "\n");
    check_rebuilt("def f():\n    return " + value + "\n");
    check_rebuilt("f(1, " + value + ", z)\n");
    check_rebuilt("z = lambda: " + value + "\n");
  }
  check_rebuilt({"z = a if b else c if d else e\n", "z = (a if b else c) if d else e\n",
                 "z = a and (b and c)\n", "z = (a and b) and c\n", "z = not (a and b)\n",
                 "z = a or not (b and c or d)\n", "z = not (c and d) if t else b\n",
                 "def f():\n    a and b()\n", "def f():\n    b() if a else c()\n"});
}

TEST(ReadControl, Branches) {
  check_rebuilt({"if a:\n    b\nelif c:\n    d\nelif e:\n    f\nelse:\n    g\nh\n",
                 "if a:\n    if b:\n        c\n    else:\n        d\nelse:\n    e\nf\n",
                 "def f():\n    if a:\n        return b\n    else:\n        return c\n",
                 "def f():\n    if a:\n        return b\n    elif c:\n        return d\n    e()\n",
                 "def f():\n    if a:\n        if b:\n            c()\n    else:\n        d()\n",
                 "for i in j:\n    if a:\n        b()\n    elif c:\n        d()\n    else:\n        e()\n",
                 "for i in j:\n    if a:\n        continue\n    b()\n", "if a: b\n", "if a: b\nelse: c\n",
                 "if a:\n    pass\nelse:\n    b\n"});
}

TEST(ReadControl, Loops) {
  check_rebuilt(
      {"for i in j:\n    pass\n", "for i, (k, l) in j:\n    m()\nelse:\n    n()\no()\n",
       "for i in j:\n    if a:\n        break\nelse:\n    b()\nc()\n",
       "def f():\n    for i in j:\n        if a:\n            break\n    else:\n        b()\n",
       "def f():\n    for i in j:\n        for k in l:\n            if m:\n                continue\n"
       "            n()\n",
       "while True:\n    a()\n",
       "def f():\n    while True:\n        if a:\n            break\n        b()\n    c()\n",
       "def f():\n    while True:\n        if a:\n            return b\n",
       "while a:\n    while b:\n        c()\n    d()\n",
       "while a:\n    b()\n    if c:\n        continue\n    d()\n",
       "while a:\n    if b:\n        c()\n    else:\n        d()\n",
       "async def f():\n    async for i in j:\n        a()\n    else:\n        b()\n    c()\n",
       "async def f():\n    async for i in j:\n        if a:\n            break\n        if b:\n            "
       "continue\n"
       "        c()\n"});
}

TEST(ReadControl, Returns) {
  check_rebuilt({"def f():\n    return\n", "def f():\n    return None\n", "def f():\n    pass\n",
                 "def f():\n    if a:\n        return None\n    b()\n",
                 "def f():\n    if a:\n        return\n    b()\n",
                 "def f():\n    for i in j:\n        return i\n", "def f():\n    raise\n",
                 "def f():\n    raise a from b\n"});
}

// Long tests are read in one pass, and deep ones end somewhere.
TEST(ReadControl, Size) {
  std::string longest = "if a0";
  for (int i = 1; i < 2000; ++i) longest += (i % 3 == 0 ? " or a" : " and a") + std::to_string(i);
  check_readable(longest + ":\n    b()\n");
  std::string deepest = "a";
  for (int i = 0; i < 60; ++i) deepest = "(b if " + deepest + " else c)";
  check_rebuilt("z = " + deepest + "\n");
}

TEST(ReadControl, WithoutColumns) {
  for (const std::string& test : kTests) {
    check_readable("def f():\n    if " + test + ":\n        a()\n    else:\n        b()\n    c()\n");
    check_readable("def f():\n    z = " + test + "\n    while z:\n        a()\n");
  }
}

}  // namespace
}  // namespace ouro::decompiler
