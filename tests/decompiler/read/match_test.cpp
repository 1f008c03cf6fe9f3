// match statements and their patterns.
#include "check_rebuilt.h"

namespace ouro::decompiler {
namespace {

/// A statement with that pattern in front of another case, and one that has it last.
void check_pattern(const std::string& pattern) {
  check_rebuilt("def f(x):\n  match x:\n    case " + pattern +
                ":\n      a()\n    case 99:\n      b()\n  c()\n");
  check_rebuilt("def f(x):\n  match x:\n    case 99:\n      b()\n    case " + pattern +
                ":\n      a()\n  c()\n");
}

TEST(ReadMatch, Values) {
  for (const char* pattern : {"1", "-1", "'a' 'b'", "1+2j", "None", "True", "a.b", "a.b.c"})
    check_pattern(pattern);
}

TEST(ReadMatch, Sequences) {
  for (const char* pattern : {"[]", "[a]", "[a, 2, *r]", "[_, _]", "[a, *_, b]", "[*_]", "[*a]",
                              "[a, [b, *c], d]", "a, b", "[(a, b), {'k': c}]"})
    check_pattern(pattern);
}

TEST(ReadMatch, Mappings) {
  for (const char* pattern : {"{}", "{'a': _}", "{'a': b, c.d: 3, **r}", "{**r}", "{1: [a, b]}"})
    check_pattern(pattern);
}

TEST(ReadMatch, Classes) {
  for (const char* pattern : {"A()", "A(1, b)", "a.B(x=y, z=[p, q])", "A(_, x=_)", "A(B(c), d=E(f))"})
    check_pattern(pattern);
}

TEST(ReadMatch, Names) {
  for (const char* pattern : {"1 as a", "[a, b] as c", "A(b) as c", "[1 as a, {'k': 2 as b}]"})
    check_pattern(pattern);
}

TEST(ReadMatch, Alternatives) {
  for (const char* pattern : {"1 | 2", "1 | 2 | 'c'", "(1 | 2) as k", "[(a, b) | {'a': a, 'b': b}, c]",
                              "A() | B(1)", "[1 | 2, (3 | 4) as a]", "(1 as a) | (2 as a)"})
    check_pattern(pattern);
}

TEST(ReadMatch, Cases) {
  check_rebuilt({"match a, b:\n  case 1, 2:\n    c\n  case _ if d: e\n  case _:\n    f\n",
                 "match a:\n  case b if b > 1:\n    c\n  case d:\n    e\n",
                 "def f(x):\n  match x:\n    case 1: return a\n    case _: return b\n",
                 "def f():\n  for x in y:\n    match x:\n      case 1: continue\n      case 2: break\n      "
                 "case [z]: a\n",
                 "match a:\n  case 1:\n    match b:\n      case 2: c\n      case _: d\n  case _: e\n",
                 "match a:\n  case 1:\n    pass\n  case _:\n    pass\nb\n"});
}

}  // namespace
}  // namespace ouro::decompiler
