// The dumper: what the trees of the other tests do not show.
#include "syntax/dump.h"

#include <gtest/gtest.h>

#include "syntax/parser.h"

namespace ouro::syntax {
namespace {

std::string dumped(const std::string& text) {
  Workspace workspace;
  const Result<SourceText> source = decode_source(workspace, text, "test.py");
  if (!source.ok()) return "";
  const Module* module = parse_fast(workspace, source.value(), {});
  return module == nullptr ? "" : dump(workspace, *module, false);
}

TEST(Dump, EmptyModule) {
  EXPECT_EQ(dumped(""), "Module(body=[], type_ignores=[])");
}

TEST(Dump, ValuesAsPythonPrintsThem) {
  EXPECT_EQ(dumped("0.1; 1e22; 5j; 'it\\'s \\u00e9\\ud800'; b'\\xff'; 10**1"),
            "Module(body=[Expr(value=Constant(value=0.1)), Expr(value=Constant(value=1e+22)), "
            "Expr(value=Constant(value=5j)), Expr(value=Constant(value=\"it's \u00e9\\ud800\")), "
            "Expr(value=Constant(value=b'\\xff')), Expr(value=BinOp(left=Constant(value=10), op=Pow(), "
            "right=Constant(value=1)))], type_ignores=[])");
}

TEST(Dump, CutsEndlessNestingShort) {
  std::string text = "x";
  for (int i = 0; i < 100000; ++i) text += "+x";
  const std::string out = dumped(text);
  EXPECT_NE(out.find("left=..."), std::string::npos);
}

}  // namespace
}  // namespace ouro::syntax
