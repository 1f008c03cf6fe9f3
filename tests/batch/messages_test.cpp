#include "batch/messages.h"

#include <gtest/gtest.h>

namespace ouro::batch {
namespace {

ErrorRecord syntax_error() {
  ErrorRecord error;
  error.type = "SyntaxError";
  error.message = "invalid syntax";
  error.filename = "dir/a.py";
  error.line = 3;
  error.offset = 9;
  error.end_line = 3;
  error.end_offset = 12;
  error.text = "    x = foo bar\n";
  return error;
}

TEST(Messages, CaretsStandUnderTheText) {
  EXPECT_EQ(format_exception(syntax_error()),
            "  File \"dir/a.py\", line 3\n    x = foo bar\n        ^^^\nSyntaxError: invalid syntax\n");
}

TEST(Messages, TabsAreKeptForAlignment) {
  ErrorRecord error = syntax_error();
  error.text = "x\t= ?\n";
  error.offset = 5;
  error.end_offset = 6;
  EXPECT_EQ(format_exception(error),
            "  File \"dir/a.py\", line 3\n    x\t= ?\n     \t  ^\nSyntaxError: invalid syntax\n");
}

TEST(Messages, NothingIsInventedWherePythonHasNone) {
  ErrorRecord error = syntax_error();
  error.line.reset();
  error.offset.reset();
  error.text.reset();
  EXPECT_EQ(format_exception(error), "SyntaxError: invalid syntax (dir/a.py)\n");
  EXPECT_EQ(exception_text(error), "invalid syntax (a.py)");
}

TEST(Messages, OnlySyntaxErrorItselfGetsTheLongForm) {
  ErrorRecord error = syntax_error();
  EXPECT_EQ(compile_error_text(error), format_exception(error));
  error.type = "IndentationError";
  EXPECT_EQ(compile_error_text(error), "Sorry: IndentationError: invalid syntax (a.py, line 3)");
}

TEST(Messages, UndecodableNamesAreEscaped) {
  EXPECT_EQ(path_repr("a\xff.py"), "'a\\udcff.py'");
  EXPECT_EQ(path_repr("it's"), "\"it's\"");
  EXPECT_EQ(printable_text("a\xff\xed\xa0\x80z\xc3\xa9"), "a\\udcff\\ud800z\xc3\xa9");
}

}  // namespace
}  // namespace ouro::batch
