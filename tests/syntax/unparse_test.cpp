// The unparser: what CPython makes of annotations under `from __future__ import annotations`.
#include "syntax/unparse.h"

#include <gtest/gtest.h>

#include "syntax/parser.h"

namespace ouro::syntax {
namespace {

std::string unparsed(std::string_view text) {
  Workspace workspace;
  const std::string bytes = std::string(text) + "\n";
  const Result<SourceText> source = decode_source(workspace, bytes, "");
  if (!source.ok()) return std::string(source.error()->message);
  const Result<Module*> module = parse(workspace, source.value(), {.mode = ModuleKind::Expression});
  if (!module.ok()) return std::string(module.error()->message);
  const Result<std::string> result = unparse(workspace, module.value()->expression);
  return result.ok() ? result.value() : std::string(result.error()->message);
}

void expect_unchanged(std::string_view text) {
  EXPECT_EQ(unparsed(text), text);
}

TEST(Unparse, KeepsTheCanonicalForm) {
  for (const char* text : {
           "a",
           "a.b[c](d, *e, f=g, **h)",
           "1 .real",
           "a if b else c if d else e",
           "(a if b else c) if d else e",
           "a or b and not c",
           "not a == b",
           "a < b <= c is not d not in e",
           "a + b - c * d ** e ** f",
           "(a ** b) ** c",
           "-a ** (-b)",
           "(-a) ** b",
           "~a @ (b % c)",
           "a << b | c & d ^ e",
           "lambda: a",
           "lambda a, /, b=1, *c, d, e=2, **f: g",
           "{a: b, **c}",
           "{a, b}",
           "[a, *b]",
           "(a,)",
           "()",
           "[a async for b, in c if d if e for f in g]",
           "{a: b for c in d}",
           "f(a for b in c)",
           "a[b:c:d, ::e, :]",
           "(yield)",
           "(yield from a)",
           "f'{a!r:>{b}}c{{'",
           "f'{ {a}}'",
           "...",
           "u'a'",
           "\"it's\"",
           "b'\\x00\\xff'",
       })
    expect_unchanged(text);
}

TEST(Unparse, ChangesTheRest) {
  EXPECT_EQ(unparsed("(a)"), "a");
  EXPECT_EQ(unparsed("a,b"), "(a, b)");
  EXPECT_EQ(unparsed("a[(b, c)]"), "a[b, c]");
  EXPECT_EQ(unparsed("1e999"), "1e309");
  EXPECT_EQ(unparsed("-1e999j"), "-1e309j");
  EXPECT_EQ(unparsed("0x10"), "16");
  EXPECT_EQ(unparsed("(a:=b)"), "(a := b)");
  EXPECT_EQ(unparsed("lambda *a:a"), "lambda*a: a");
  EXPECT_EQ(unparsed("'a' \"b\""), "'ab'");
  EXPECT_EQ(unparsed("f'{lambda_:1}' f'x'"), "f'{lambda_:1}x'");
  EXPECT_EQ(unparsed("await a"), "await a");
}

TEST(Unparse, RefusesIntegersWithTooManyDigits) {
  const std::string message =
      "Exceeds the limit (4300 digits) for integer string conversion; use sys.set_int_max_str_digits() to "
      "increase the limit";
  EXPECT_EQ(unparsed("0x1" + std::string(3600, '0')), message);
  EXPECT_EQ(unparsed("0x1" + std::string(100000, '0')), message);
  EXPECT_EQ(unparsed("0x1" + std::string(3000, '0')).size(), 3613u);
}

}  // namespace
}  // namespace ouro::syntax
