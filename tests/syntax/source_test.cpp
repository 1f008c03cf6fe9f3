// decode_source: what the lexer gets to read, and the errors about files as a whole against CPython's
// compile().
#include "syntax/source.h"

#include <gtest/gtest.h>

#include "lexer_oracle.h"

namespace ouro::syntax {
namespace {

std::string decoded(Workspace& workspace, std::string_view bytes) {
  workspace.rewind();
  auto source = decode_source(workspace, bytes, "x.py");
  return source.ok() ? std::string(source.value().text) : "error: " + std::string(source.error()->message);
}

TEST(DecodeSource, TranslatesLineEnds) {
  Workspace workspace;
  EXPECT_EQ(decoded(workspace, ""), "\n");
  EXPECT_EQ(decoded(workspace, "a"), "a\n");
  EXPECT_EQ(decoded(workspace, "a\n"), "a\n");
  EXPECT_EQ(decoded(workspace, "a\rb"), "a\nb\n");
  EXPECT_EQ(decoded(workspace, "a\rb\r"), "a\nb\n");
  EXPECT_EQ(decoded(workspace, "a\r\nb\n"), "a\nb\n");
  EXPECT_EQ(decoded(workspace, "a\n\rb\r\r\nc"), "a\n\nb\n\nc\n");
  // CPython's own surplus line.
  EXPECT_EQ(decoded(workspace, "a\r\nb\r\n"), "a\nb\n\n");
  EXPECT_EQ(decoded(workspace, "\r\n"), "\n\n");
  EXPECT_EQ(decoded(workspace, "\r"), "\n");
}

TEST(DecodeSource, KeepsTheBufferThatNeedsNoChange) {
  Workspace workspace;
  const std::string bytes = "# -*- coding: utf-8 -*-\nx = '\xC3\xA9'\n";
  auto source = decode_source(workspace, bytes, "x.py");
  ASSERT_TRUE(source.ok());
  EXPECT_EQ(source.value().text.data(), bytes.data());
  EXPECT_EQ(source.value().encoding, "utf-8");
  EXPECT_TRUE(source.value().declares_encoding);

  const std::string marked = "\xEF\xBB\xBFx\n";
  source = decode_source(workspace, marked, "x.py");
  ASSERT_TRUE(source.ok());
  EXPECT_EQ(source.value().text.data(), marked.data() + 3);
  EXPECT_TRUE(source.value().declares_encoding);
}

TEST(DecodeSource, DecodesByCookie) {
  Workspace workspace;
  EXPECT_EQ(decoded(workspace, "#coding=latin-1\n\xE9"), "#coding=latin-1\n\xC3\xA9\n");
  EXPECT_EQ(decoded(workspace, "\f \n \t#vim: fileencoding: \t Latin_1-x\n\xE9\n"),
            "\f \n \t#vim: fileencoding: \t Latin_1-x\n\xC3\xA9\n");
  EXPECT_EQ(decoded(workspace, "# coding: cp1252\r\n\x80\r\n"), "# coding: cp1252\n\xE2\x82\xAC\n\n");
  // Not a cookie: not a comment alone, behind a statement, in the third line.
  EXPECT_EQ(decoded(workspace, "x # coding: latin-1\n\xE9\n"), "x # coding: latin-1\n\xE9\n");
  EXPECT_EQ(decoded(workspace, "x\n# coding: latin-1\n\xE9\n"), "x\n# coding: latin-1\n\xE9\n");
  EXPECT_EQ(decoded(workspace, "\n\n# coding: latin-1\n\xE9\n"), "\n\n# coding: latin-1\n\xE9\n");
}

constexpr const char* kScript = R"(
import sys, warnings
warnings.simplefilter('ignore')
for line in sys.stdin:
    try:
        compile(bytes.fromhex(line), '<x>', 'exec', dont_inherit=True)
        print('ok', flush=True)
    except Exception as e:
        # Errors with a line come after decoding, from the tokenizer or the parser.
        fields = [getattr(e, n, None) for n in ('lineno', 'offset', 'end_lineno', 'end_offset', 'text')]
        line = ' '.join('-' if v is None else str(v) for v in [type(e).__name__, *fields])
        print('ok' if fields[0] else f'{line} {getattr(e, "msg", e)}', flush=True)
)";

std::string describe(const Diagnostic& error) {
  std::string out(error_type_name(error.type));
  for (const int value : {error.line, error.offset, error.end_line, error.end_offset})
    out += " " + (value == Diagnostic::kNone ? "-" : std::to_string(value));
  return out + " " + (error.has_text ? std::string(error.text) : "-") + " " + std::string(error.message);
}

TEST(DecodeSource, GivesCPythonsErrors) {
  using std::string_literals::operator""s;
  const auto python = testing::find_python();
  if (!python) GTEST_SKIP() << "no CPython 3.11";
  testing::PythonOracle oracle(*python, kScript);
  Workspace workspace;
  std::vector<std::string> inputs = {
      "a\0b"s,
      "\0"s,
      "# coding: foo\n\0"s,
      "# coding: latin-1\n",
      "\xEF\xBB\xBF",
      "\xEF\xBB",
      "\xEF#",
      "\xEF\xBB\xBF# coding: utf-8\n",
      "\xEF\xBB\xBF#\n# coding: UTF_8-anything\n",
      "# coding\n",
      "# coding:\n",
      "# coding:\n# coding: foo\n",
      "# coding : foo\n",
      "#coding:@foo\n",
      "#coding: foo",
      "#encoding=  foo;bar\n",
      "\n\n# coding: foo\n",
      "pass\n# coding: foo\n",
      "'''\n# coding: foo\n'''",
      "\\\n# coding: foo\n",
      " \t\f# coding: foo\n",
      "#coding:foo\r1\r",
      "\r\n#coding:foo\r\n",
      "\r#coding:foo\r\n",
      "#coding: latin-1-unix\n\xE9 = 1\n",
      "#coding: iso-8859-15\n'\xA4'",
      "#coding: utf-8-sig\n#\xFF",
      "#coding: u8\n#\xFF",
      "# coding: utf8\n'\xC3\xA9'\n",
      "# coding: UTF8\r\n'\xC3",
      "# coding: ascii\r\n\r\n'\xC3\xA9'",
      "#coding: mbcs\n",
      "#coding: hex\n",
      "#coding: rot_13\n",
      "#coding: base64\n",
      "# coding: utf-16\n",
      "#coding: cp1252\n\x81\n",
      "#coding: cp437\n'\x81'\n",
      "# coding: euc-jp\n'\xA4\xA2\xFF'",
      "# coding: big5\n'\xA4'",
      "# coding: coding: foo\n",
      "# codingcoding=foo\n",
      "#coding: " + std::string(300, 'x') + "\n",
      "#coding:cp65001\n",
      "# coding: x-y-z.\n",
      "# CODING: foo\n",
  };
  for (const char* encoding : {"UTF-8", "utf_8", "Utf-8-x", "utf-8_sig", "utf8", "latin-1", "latin1", "l1",
                               "iso-8859-1", "ISO_8859_1", "iso-latin-1-dos", "iso8859-1", "foo", "none"})
    inputs.push_back("\xEF\xBB\xBF# coding: "s + encoding + "\n");

  for (const std::string& input : inputs) {
    oracle.say(testing::to_hex(input));
    const auto expected = oracle.hear();
    ASSERT_TRUE(expected);
    workspace.rewind();
    auto source = decode_source(workspace, input, "<x>");
    const std::string got = source.ok() ? "ok" : describe(*source.error());
    EXPECT_EQ(got, *expected) << input;
  }
}

}  // namespace
}  // namespace ouro::syntax
