#include "decompiler/prove/compare.h"

#include <gtest/gtest.h>

#include "compiler/compile.h"
#include "pyc/marshal_reader.h"
#include "pyc/marshal_writer.h"

namespace ouro::decompiler {
namespace {

// A module compiled in a workspace of its own, and read from its bytes where `read` is set: as a .pyc is.
class Compiled {
 public:
  explicit Compiled(std::string source, bool read = false, std::string_view name = "m.py")
      : source_(std::move(source)) {
    compiler::CompileOptions options;
    options.filename = name;
    const auto code = compiler::compile_source(workspace_, source_, name, options);
    EXPECT_TRUE(code.ok()) << (code.ok() ? "" : code.error()->message);
    code_ = code.ok() ? code.value() : nullptr;
    if (!read || code_ == nullptr) return;
    EXPECT_TRUE(pyc::write_marshal(workspace_, *code_, bytes_).ok());
    code_ = pyc::read_marshal(second_, bytes_.view()).code;
  }
  const CodeObject& operator*() const { return *code_; }

 private:
  std::string source_;
  Workspace workspace_;
  Workspace second_;
  pyc::ByteBuffer bytes_;
  const CodeObject* code_ = nullptr;
};

std::vector<Comparison> compare_sources(const std::string& original, const std::string& ours) {
  const Compiled a(original, true);
  const Compiled b(ours);
  std::vector<Comparison> result = compare(*a, *b);
  for (Comparison& one : result) one.original = one.parent = nullptr;  // they are gone
  return result;
}

Comparison only(const std::string& original, const std::string& ours) {
  return compare_sources(original, ours).at(0);
}

TEST(Compare, WhatWasReadIsExactlyWhatWasCompiled) {
  const std::string source =
      "'doc'\nimport os\nclass A(os.PathLike):\n    x: int = 1 + 2j\n    def f(self, *a, k=b'x', **kw):\n"
      "        return [y for y in a if y in {'a', 'b', 'c', 1.5, None}]\n"
      "async def g():\n    async with A() as b:\n        yield f'{b!r:>{10}}', ..., -0.0, 10**30, 'a b', "
      "'é'\n";
  for (const Comparison& one : compare_sources(source, source))
    EXPECT_EQ(one.verdict, Verdict::Exact) << one.reason;
}

TEST(Compare, OtherPlacesAreEqual) {
  const Comparison line = only("x = 1\n", "\nx = 1\n");
  EXPECT_EQ(line.verdict, Verdict::Equal);
  EXPECT_EQ(line.reason, "positions differ at offset 2: 2:4-2:5 instead of 1:4-1:5");
  EXPECT_EQ(only("x = y\n", "x  = y\n").verdict, Verdict::Equal);
  const auto function = compare_sources("def f(): pass\n", "\ndef f(): pass\n");
  ASSERT_EQ(function.size(), 2u);
  EXPECT_EQ(function[1].verdict, Verdict::Equal);
  EXPECT_EQ(function[1].reason, "co_firstlineno differs: 2 instead of 1");
}

TEST(Compare, ConstantsCountWithTypeAndBits) {
  const std::pair<const char*, const char*> different[] = {
      {"1", "True"},      {"1", "1.0"},   {"0.0", "-0.0"},      {"1j", "1.0"},
      {"'a'", "b'a'"},    {"-0j", "0j"},  {"None", "..."},      {"(1, 2)", "(1, 3)"},
      {"(1,)", "(1.0,)"}, {"'a'", "'b'"}, {"10**30", "10**31"}, {"()", "''"},
  };
  for (const auto& [a, b] : different) {
    const Comparison result = only(std::string("x = ") + a + "\n", std::string("x = ") + b + "\n");
    EXPECT_EQ(result.verdict, Verdict::Unproven) << a << " and " << b;
    EXPECT_NE(result.reason, "");
  }
}

TEST(Compare, SetsOfTheSameItemsAreNotDifferent) {
  EXPECT_EQ(only("x in {1, 9, 17}\n", "x in {17, 9, 1}\n").verdict, Verdict::Exact);
  EXPECT_EQ(only("x in {1, 2}\n", "x in {1, 3}\n").verdict, Verdict::Unproven);
}

TEST(Compare, SaysTheFirstDifferingInstruction) {
  EXPECT_EQ(only("x = y\n", "x = z\n").reason,
            "code differs at offset 2, line 1: LOAD_NAME z instead of LOAD_NAME y");
  EXPECT_EQ(only("x = y\n", "x = y\nz()\n").reason,
            "code differs at offset 6, line 1: PUSH_NULL instead of LOAD_CONST None");
}

TEST(Compare, FieldsCount) {
  EXPECT_NE(compare_sources("def f(a): pass\n", "def f(*a): pass\n")[1].reason.find("co_argcount"),
            std::string::npos);
  EXPECT_NE(compare_sources("def f(a): pass\n", "def f(a, /): pass\n")[1].reason.find("co_posonlyargcount"),
            std::string::npos);
  EXPECT_NE(compare_sources("def f(a): pass\n", "def f(b): pass\n")[1].reason.find("co_varnames"),
            std::string::npos);
  EXPECT_EQ(compare_sources("def f(): pass\n", "def g(): pass\n")[1].verdict, Verdict::Unproven);
  const Compiled a("x = 1\n", true, "a.py");
  const Compiled b("x = 1\n", false, "b.py");
  EXPECT_EQ(compare(*a, *b)[0].reason, "co_filename differs: 'b.py' instead of 'a.py'");
}

TEST(Compare, EachCodeObjectIsJudgedByItself) {
  const auto result = compare_sources("def f():\n    def g(): return 1\n    return g\ndef h(): return 2\n",
                                      "def f():\n    def g(): return 3\n    return g\ndef h(): return 2\n");
  ASSERT_EQ(result.size(), 4u);
  EXPECT_EQ(result[0].verdict, Verdict::Exact);
  EXPECT_EQ(result[1].verdict, Verdict::Exact);
  EXPECT_EQ(result[2].verdict, Verdict::Unproven);
  EXPECT_EQ(result[3].verdict, Verdict::Exact);
}

TEST(Compare, FindsPartnersByNameWhereOneIsMissing) {
  const auto result =
      compare_sources("def f(): pass\ndef g(): return 1\nx = 1\n", "\ndef g(): return 1\nx = 1\n");
  ASSERT_EQ(result.size(), 3u);
  EXPECT_EQ(result[0].verdict, Verdict::Unproven);
  EXPECT_EQ(result[1].reason, "nothing stands in its place");
  EXPECT_EQ(result[2].verdict, Verdict::Exact);
}

Verdict by_behaviour(const std::string& original, const std::string& ours) {
  const Compiled a(original, true);
  const Compiled b(ours);
  Verdict worst = Verdict::Exact;
  for (const Comparison& one : compare(*a, *b, Likeness::Behaviour)) worst = std::max(worst, one.verdict);
  return worst;
}

TEST(Compare, LinesMayDecideOverJumpsAndCopies) {
  const std::pair<const char*, const char*> equal[] = {
      {"if (a and\n    b): c\n", "if a and b:\n  c\n"},
      {"if (a or\n    b and\n    c): d\n", "if a or b and c: d\n"},
      {"def f():\n  while x: y\n\n  z\n", "def f():\n  while x:\n    y\n  z\n"},
      {"def f():\n  if a:\n    pass\n  else:\n    b\n", "def f():\n  if a: pass\n  else: b\n"},
      {"def f():\n  try:\n    a\n  finally:\n    b\n", "def f():\n  try: a\n  finally: b\n"},
      {"while True:\n  pass\n", "while True: pass\n"},
  };
  for (const auto& [a, b] : equal) EXPECT_EQ(by_behaviour(a, b), Verdict::Equal) << a;
}

TEST(Compare, BehaviourIsStillToldApart) {
  const std::pair<const char*, const char*> different[] = {
      {"if a and b: c\n", "if a or b: c\n"},
      {"if a: b\nelse: c\n", "if not a: b\nelse: c\n"},
      {"while a: b\n", "if a: b\n"},
      {"try: a\nexcept: b\n", "a\nb\n"},
      {"try:\n  a\n  b\nexcept: c\n", "try:\n  a\nexcept: c\nb\n"},
      {"f(lambda: 1, lambda: 2)\n", "f(lambda: 2, lambda: 1)\n"},
      {"while True: pass\n", "pass\n"},
      {"for a in b: c\n", "for a in b:\n  c\n  break\n"},
  };
  for (const auto& [a, b] : different) EXPECT_EQ(by_behaviour(a, b), Verdict::Unproven) << a;
}

TEST(Compare, ReasonsAreOneLine) {
  const Comparison result = only("x = 'a\\nb\\rx'\n", "x = '" + std::string(5000, 'y') + "'\n");
  EXPECT_EQ(result.reason.find('\n'), std::string::npos);
  EXPECT_LT(result.reason.size(), 300u);
}

}  // namespace
}  // namespace ouro::decompiler
