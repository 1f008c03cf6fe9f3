// The lexer's errors and warnings against CPython's compile() on the same bytes, field by field.
//
// Every input is one where CPython's tokenizer gives up before its parser has anything to say; where the
// parser is first after all ("invalid syntax"), the input is passed over.
#include <gtest/gtest.h>

#include "lexer_oracle.h"
#include "syntax/lexer.h"

namespace ouro::syntax {
namespace {

constexpr const char* kScript = R"(
import os, sys, tempfile, warnings
def hexed(s): return '-' if s is None else 'x' + s.encode('utf-8', 'surrogatepass').hex()
path = os.path.join(tempfile.mkdtemp(), 'x.py')
for line in sys.stdin:
    mode, data = line.split(' ')
    data = bytes.fromhex(data)
    if mode == 'file':
        with open(path, 'wb') as f: f.write(data)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        try:
            compile(data, path if mode == 'file' else '<x>', 'exec', dont_inherit=True)
            out = ['ok']
        except SyntaxError as e:
            out = [type(e).__name__, hexed(e.msg)]
            out += ['-' if v is None else str(v) for v in (e.lineno, e.offset, e.end_lineno, e.end_offset)]
            out.append(hexed(e.text))
        except Exception as e:
            out = [type(e).__name__, hexed(str(e))]
    out += [f'{w.category.__name__}:{w.lineno}:{hexed(str(w.message))}' for w in caught
            if str(w.message).startswith('invalid ')]
    print(' '.join(out), flush=True)
if os.path.exists(path): os.remove(path)
os.rmdir(os.path.dirname(path))
)";

class Collector : public WarningSink {
 public:
  bool warn(const Warning& warning) override {
    text += " " + std::string(warning_category_name(warning.category)) + ":" + std::to_string(warning.line) +
            ":x" + testing::to_hex(warning.message);
    return false;
  }
  std::string text;
};

std::string field(int value) {
  return value == Diagnostic::kNone ? "-" : std::to_string(value);
}

std::string describe(const Diagnostic& error) {
  std::string out = std::string(error_type_name(error.type)) + " x" + testing::to_hex(error.message);
  for (const int value : {error.line, error.offset, error.end_line, error.end_offset})
    out += " " + field(value);
  return out + " " + (error.has_text ? "x" + testing::to_hex(error.text) : "-");
}

std::string lex(Workspace& workspace, std::string_view bytes, bool is_file) {
  workspace.rewind();
  auto source = decode_source(workspace, bytes, "<x>");
  if (!source.ok()) return describe(*source.error());
  if (is_file) source.value().file_bytes = bytes;
  Collector warnings;
  Lexer lexer(workspace, source.value(), &warnings);
  for (;;) {
    const Token token = lexer.next();
    if (token.kind == TokenKind::EndMarker) return "ok" + warnings.text;
    if (token.kind == TokenKind::Error) break;
  }
  EXPECT_EQ(lexer.next().kind, TokenKind::Error);
  return describe(*lexer.error()) + warnings.text;
}

/// The hexadecimal fields as text, for people.
std::string readable(const std::string& fields) {
  std::string out;
  for (size_t at = 0; at < fields.size();) {
    const size_t stop = std::min(fields.find_first_of(" :", at), fields.size());
    const std::string word = fields.substr(at, stop - at);
    if (word.starts_with("x")) {
      out += '"';
      for (size_t i = 1; i + 1 < word.size(); i += 2)
        out += static_cast<char>(std::stoi(word.substr(i, 2), nullptr, 16));
      out += '"';
    } else {
      out += word;
    }
    if (stop < fields.size()) out += fields[stop];
    at = stop + 1;
  }
  return out;
}

class LexerErrors : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto python = testing::find_python();
    if (!python) GTEST_SKIP() << "no CPython 3.11";
    oracle_.emplace(*python, kScript);
  }

  /// As a string and as a file: CPython shows other text for the two.
  void check(const std::string& bytes) {
    check(bytes, false);
    check(bytes, true);
  }

  void check(const std::string& bytes, bool is_file) {
    oracle_->say((is_file ? "file " : "string ") + testing::to_hex(bytes));
    const auto expected = oracle_->hear();
    ASSERT_TRUE(expected);
    ++asked_;
    for (const char* parsers : {"invalid syntax", "unexpected indent", "expected an indented"})
      if (expected->find(" x" + testing::to_hex(parsers)) != std::string::npos) return;
    ++compared_;
    const std::string got = lex(workspace_, bytes, is_file);
    EXPECT_EQ(got, *expected) << (is_file ? "file: " : "source: ") << bytes << "\n got: " << readable(got)
                              << "\nwant: " << readable(*expected);
  }

  /// Each fragment in places that differ in line, column, indentation and brackets.
  void check_everywhere(const std::vector<std::string>& fragments) {
    for (const std::string& fragment : fragments) {
      check(fragment);
      check(fragment + "\n");
      check("x = " + fragment + "\n");
      check("x = 1\n\ny = " + fragment + " \nz = 2\n");
      check("if a:\n    b = (1,\n " + fragment + "\n)\n");
      check("s = '''\xC3\xA9\n\xE2\x82\xAC''', " + fragment + "\n");
      check("s = '\xC3\xA9\xF0\x9F\x98\x80', " + fragment + "\n");
      check("x = \\\n  " + fragment);
      check("\xEF\xBB\xBF" + fragment + "\r\ny\r\n");
    }
    EXPECT_GT(compared_, asked_ / 2);
  }

  std::optional<testing::PythonOracle> oracle_;
  Workspace workspace_;
  int asked_ = 0;
  int compared_ = 0;
};

TEST_F(LexerErrors, Numbers) {
  check_everywhere({
      "1_",      "1__2",         "1_a",       "1a",          "12abc",      "1_000_",     "0x",
      "0xg",     "0x_",          "0x1_",      "0x1__2",      "0x1g",       "0X_f",       "0o",
      "0o8",     "0o18",         "0o1_8",     "0o1_",        "0o_9",       "0o1a",       "0O7_",
      "0b",      "0b2",          "0b12",      "0b1_2",       "0b1_",       "0bx",        "0b1a",
      "00",      "0_0",          "0_",        "0__0",        "00_",        "01",         "0001",
      "00_01",   "01_2",         "012a",      "09.5",        "09e1",       "09j",        "0_7",
      "08",      "0a",           "00a",       "1.",          "1.e",        "1.e5",       "1.5e+",
      "1e+",     "1e-x",         "1e5_",      "1e5__1",      "1e_5",       "1.5_",       "1._5",
      "1.5__1",  ".5_",          ".5e",       ".5a",         "1j",         "1ja",        "1jif",
      "1J_",     "1.5jx",        "1e5j1",     "1E",          "1E+",        "1ee",        "1else",
      "0else",   "1_0e",         "1\xC3\xA9", "0x1\xC3\xA9", "1_\xC3\xA9", "1e\xC3\xA9", "1\xE2\x82\xAC",
      "0b1\xFF", "1and\xC3\xA9", "1for_",     "1order",      "1nota",      "1elsex",     "1android",
      "0xfor",   "0xfora",       "1if",       "1_if",        "1.if",       "1lambda",
  });
}

TEST_F(LexerErrors, NumbersBeforeKeywords) {
  for (const char* kind : {"1", "0x1", "0o1", "0b1", "1.", "1.5", "1e5", "1j", "0", "00", "0xf", "1_0"}) {
    const std::string n = kind;
    check(n + "if " + n + "else " + n + "\n");
    check(n + "and " + n + "or x\n");
    check(n + "in x\n\n" + n + "is x\n");
    check("[" + n + "for x in y]\n");
    check(n + "not in x\n");
    check("(\n" + n + "if x else\n" + n + "or y)\n");
    check(n + "ifx else 1\n");
    check(n + "import\n");
    check(n + "if x else 1a\n");
  }
  EXPECT_GT(compared_, 60);
}

TEST_F(LexerErrors, Strings) {
  std::vector<std::string> fragments;
  for (const char* prefix : {"", "r", "b", "u", "f", "rb", "bR", "Rf", "F"}) {
    const std::string p = prefix;
    fragments.insert(fragments.end(),
                     {p + "'abc", p + "\"abc'", p + "'a\\", p + "'a\\\nbc", p + "'", p + "'''abc",
                      p + "\"\"\"abc\ndef\n", p + "'''a''", p + "'''\\'''", p + "'a\\'"});
  }
  fragments.insert(fragments.end(), {"'\xC3\xA9", "'''\xC3\xA9\n\xE2\x82\xAC", "'\xFF", "'a\\\n\\\n\\",
                                     "''''", "'a' 'b", "ur'x", "bu'x"});
  check_everywhere(fragments);
}

TEST_F(LexerErrors, BracketsAndContinuations) {
  check_everywhere({")",
                    "]",
                    "}",
                    "(]",
                    "[}",
                    "{)",
                    "(\n]",
                    "[1,\n2)",
                    "({[\n\n)",
                    "(",
                    "[",
                    "{",
                    "((",
                    "f(a,",
                    "[(",
                    "(\n\n",
                    "{1:",
                    "(#c",
                    "(1, # c\n",
                    "f(\xC3\xA9, (",
                    "\\",
                    "\\x",
                    "\\ ",
                    "\\\n",
                    "1 \\ + 2",
                    "a \\# x",
                    "\\\\",
                    "\\\t\n",
                    "(\\",
                    "(\\a",
                    "(1 \\\n",
                    "\\\xC3\xA9",
                    "\xC3\xA9 \\ b",
                    "(\n\\x)",
                    "a\\",
                    "(1)\\"});
  for (const int depth : {199, 200, 201, 250}) {
    check(std::string(depth, '(') + "\n");
    check("a\n" + std::string(depth, '[') + std::string(depth, ']') + "\n");
    check("x = " + std::string(depth, '{') + "\n\n");
  }
}

TEST_F(LexerErrors, Characters) {
  check_everywhere({"\xE2\x82\xAC",
                    "a\xE2\x82\xAC",
                    "a\xE2\x82\xAC"
                    "b",
                    "\xC2\xA0",
                    "x\xC2\xA0= 1",
                    "\xE2\x80\x9Chello\xE2\x80\x9D",
                    "\xE2\x80\x8B",
                    "a\xE2\x80\x8B",
                    "\x01",
                    "\x7F",
                    "\x1B",
                    "a \x01 b",
                    "\xEF\xBB\xBF",
                    "\xF0\x9F\x98\x80",
                    "a\xF0\x9F\x98\x80",
                    "\xC2\xB2",
                    "a\xC2\xB2",
                    "\xC2\xB7x",
                    "\xE2\x84\xAA",
                    "\xCD\xBA",
                    "\xF0\x9D\x94\x98",
                    "\xE2\x84\xAE",
                    "\xE3\x82\x9B",
                    "\xCC\x81",
                    "\xEF\xBC\x9A",
                    "\xEF\xBD\x81",
                    "\xF4\x8F\xBF\xBF",
                    "\xEE\x80\x80",
                    "\xE2\x80\xA8",
                    "\xCD\xB8",
                    "\x0B",
                    "\x08\x08"});
}

TEST_F(LexerErrors, UndecodableBytes) {
  check_everywhere({"\xFF", "a\xFF",
                    "a\xFF"
                    "b",
                    "\xC3\xA9\xFF", "\xC3", "a\xC3", "\xE2\x82",
                    "a\xE2\x82"
                    "b",
                    "\xED\xA0\x80", "\xF5\x80\x80\x80", "\xC0\x80", "\xF0\x9F\x98", "\xE0\x80\x80", "\x80",
                    "# \xFF", "'ok' # \xC3\nb\xFF", "(a,\n\xFF", "a\xF4\x90\x80\x80", "\xF0\x80"});
}

TEST_F(LexerErrors, Indentation) {
  for (const char* text : {
           "if a:\n    b\n  c\n",
           "if a:\n\tb\n        c\n",
           "if a:\n        b\n\tc\n",
           "if a:\n  b\n\tc\n",
           "if a:\n\tb\n  c\n",
           "if a:\n \tb\n\tc\n",
           "if a:\n    if b:\n\tc\n",
           "if a:\n    if b:\n        c\n   d\n",
           "if a:\n    b\n  # c\n d",
           "if a:\n    b\n \xC3\xA9\n",
           "if a:\n\t\tb\n        \tc\n",
           "if a:\n  b\n \\\n c\n",
           "if a:\n    \\\n  b\n    c\n",
           "if a:\n  \\\n    b\n    c\n",
           "if a:\n\\\n    b\n",
           "if a:\n\\\n  \\\n    b\n    c\n",
           "  \\",
           "if a:\n  \\",
           "if a:\n  \\\n",
           "if a:\n  \\x\n",
           "\\\n\\",
           "\\\n",
           "if a:\n\f  b\n  c\n",
           "if a:\n  \fb\nc\n",
           "if a:\n  b\n \f d\n",
           "if a:\n    s = '''\n'''\n  c",
           "def f():\n\tif x:\n\t    y\n\t\tz\n",
           "if a:\n    b = (\n  1)\n   c\n",
           "if a:\n  b\n  \n c\n",
           "class A:\n    def f(self):\n        pass\n   x = 1\n",
           "if a:\n b\n\tc",
           "a\n\t\n  \n",
       })
    check(text);
  for (const int depth : {98, 99, 100, 101, 120}) {
    std::string text;
    for (int i = 0; i < depth; ++i) text += std::string(i, ' ') + "if a:\n";
    check(text + std::string(depth, ' ') + "b\n");
  }
  EXPECT_GT(compared_, 50);
}

TEST_F(LexerErrors, LongLinesAndEncodings) {
  for (const int size : {900, 990, 991, 992, 993, 994, 995, 996, 1990, 1995, 2500}) {
    const std::string filler(size, 'a');
    for (const char* end : {"", "\n", "\r\n", "\n\n"}) check("(1, " + filler + end);
    check("\xEF\xBB\xBF(\xC3\xA9, " + filler + "\n");
    check(filler + "\n\n(" + filler + ", \xC3\xA9\n");
  }
  for (const std::string start : {"# coding: utf-8\n", "\xEF\xBB\xBF", "# coding: latin-1\n",
                                  "\n#coding=cp1252\r\n", "# coding: utf8\r"}) {
    check(start + "\xC3\xA9 = (\n\n");
    check(start + "if a:\n    b\n  \xC3\xA9");
    check(start + "x = 1\n\xC3\xA9, [\n{}, \\ ");
    check(start + "\xC3\xA9, '\xC3\xA9");
  }
}

}  // namespace
}  // namespace ouro::syntax
