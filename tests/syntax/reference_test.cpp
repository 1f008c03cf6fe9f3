// The reference parser by itself: its grammar, its errors, its limits, and its trees against the fast
// parser's.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "lexer_oracle.h"
#include "syntax/dump.h"
#include "syntax/parser.h"
#include "syntax/reference/grammar.h"

namespace ouro::syntax {
namespace {

Result<Module*> parse_text(Workspace& workspace, std::string_view bytes) {
  Result<SourceText> source = decode_source(workspace, bytes, "<test>");
  if (!source.ok()) return source.error();
  // The lexer and the tree refer to the source; it must live as long as they.
  auto* kept = workspace.arena.make<SourceText>(source.value());
  return parse_reference(workspace, *kept, {});
}

std::string times(int count, std::string_view text) {
  std::string result;
  for (int i = 0; i < count; ++i) result += text;
  return result;
}

TEST(ReferenceGrammar, IsReadWithoutComplaint) {
  EXPECT_GT(reference::python_grammar().rules.size(), 400u);
}

TEST(ReferenceGrammar, MistakesAreNamed) {
  auto problem_of = [](std::string_view text) {
    std::string problem;
    reference::read_grammar(
        {"file = END ; eval = END ; interactive = END ; function_type = END ; fstring = END ;", text},
        &problem);
    return problem;
  };
  EXPECT_EQ(problem_of("a = NAME ;"), "");
  EXPECT_EQ(problem_of("a = b ;"), "no rule b");
  EXPECT_EQ(problem_of("a = NAME -> nonsense ;"), "no action nonsense");
  EXPECT_EQ(problem_of("a = '$' ;"), "unknown literal $");
  EXPECT_EQ(problem_of("a = NAME ; a = NAME ;"), "second rule a");
  EXPECT_EQ(problem_of("a = (NAME ;"), ") expected");
  EXPECT_EQ(problem_of("a = NAME since 8 `Names are` ;"), "");
  EXPECT_EQ(problem_of("a = NAME since 8 ;"), "version expected");
  EXPECT_NE(problem_of("a = NAME"), "");
  EXPECT_NE(problem_of("a = 'if ;"), "");
}

struct ErrorCase {
  const char* source;
  ErrorType type;
  const char* message;
  int line, offset, end_line, end_offset;
};

// One case for each way in which an error gets its place; check_errors.py compares the masses with CPython.
const ErrorCase kErrorCases[] = {
    // The last token that the first pass had fetched.
    {"x = 1 1\n", ErrorType::SyntaxError, "invalid syntax", 1, 7, 1, 8},
    {"for\n", ErrorType::SyntaxError, "invalid syntax", 1, 4, 1, 4},
    // Between two nodes; only within brackets.
    {"f(a b)\n", ErrorType::SyntaxError, "invalid syntax. Perhaps you forgot a comma?", 1, 3, 1, 6},
    // A node.
    {"f() = 1\n", ErrorType::SyntaxError,
     "cannot assign to function call here. Maybe you meant '==' instead of '='?", 1, 1, 1, 4},
    {"del f()\n", ErrorType::SyntaxError, "cannot delete function call", 1, 5, 1, 8},
    {"for f() in x: pass\n", ErrorType::SyntaxError, "cannot assign to function call", 1, 5, 1, 8},
    {"with a as f(): pass\n", ErrorType::SyntaxError, "cannot assign to function call", 1, 11, 1, 14},
    // The last token fetched, in a line of its own.
    {"if x\n", ErrorType::SyntaxError, "expected ':'", 1, 5, 1, 5},
    {"if x:\npass\n", ErrorType::IndentationError,
     "expected an indented block after 'if' statement on line 1", 2, 1, 2, 5},
    {"def f(:\n", ErrorType::SyntaxError, "invalid syntax", 1, 7, 1, 8},
    // What must be there.
    {"class C(a:\n pass\n", ErrorType::SyntaxError, "invalid syntax", 1, 10, 1, 11},
    {"def f:\n pass\n", ErrorType::SyntaxError, "expected '('", 1, 6, 1, 7},
    // From a node to where the lexer stands.
    {"try: pass\nexcept a, b: pass\n", ErrorType::SyntaxError,
     "multiple exception types must be parenthesized", 2, 8, 2, 12},
    // Raised in the first pass already.
    {"{1:}\n", ErrorType::SyntaxError, "expression expected after dictionary key and ':'", 1, 3, 1, 4},
    {"{1:2, 3}\n", ErrorType::SyntaxError, "':' expected after dictionary key", 1, 7, 1, 0},
    // The lexer's.
    {"x = (1\n", ErrorType::SyntaxError, "'(' was never closed", 1, 5, 1, 0},
    {"x = (1\ny = 2 3\n", ErrorType::SyntaxError, "'(' was never closed", 1, 5, 1, 0},
    {"x = 1 1\ny = ')\n", ErrorType::SyntaxError, "unterminated string literal (detected at line 2)", 2, 5, 2,
     5},
    {"  x\n", ErrorType::IndentationError, "unexpected indent", 1, 2, 1, -1},
    {"if x:\n    a\n  b\n", ErrorType::IndentationError,
     "unindent does not match any outer indentation level", 3, 4, 3, -1},
    // Within f-strings.
    {"f'{a b}'\n", ErrorType::SyntaxError, "f-string: invalid syntax. Perhaps you forgot a comma?", 1, 2, 1,
     5},
    {"f'{}'\n", ErrorType::SyntaxError, "f-string: empty expression not allowed", 1, 6, 1, 6},
};

TEST(ReferenceParser, ErrorsHaveCPythonsPlaces) {
  Workspace workspace;
  for (const ErrorCase& c : kErrorCases) {
    workspace.rewind();
    const Result<Module*> result = parse_text(workspace, c.source);
    ASSERT_FALSE(result.ok()) << c.source;
    const Diagnostic& error = *result.error();
    EXPECT_EQ(error.type, c.type) << c.source;
    EXPECT_EQ(error.message, c.message) << c.source;
    EXPECT_EQ(std::vector({error.line, error.offset, error.end_line, error.end_offset}),
              std::vector({c.line, c.offset, c.end_line, c.end_offset}))
        << c.source;
  }
}

TEST(ReferenceParser, NestingEndsWhereCPythonEnds) {
  Workspace workspace;
  auto error_of = [&](const std::string& source) -> std::string_view {
    workspace.rewind();
    const Result<Module*> result = parse_text(workspace, source);
    return result.ok() ? "" : error_type_name(result.error()->type);
  };
  // The limit is on rules, so it lies elsewhere for each construct; these are CPython's numbers.
  const int fixed = 6000;
  int operators = 0;
  while (error_of(times(operators + 64, "-") + "1\n").empty() && operators < fixed) operators += 64;
  EXPECT_GT(operators, 5800);
  EXPECT_EQ(error_of(times(6100, "-") + "1\n"), "MemoryError");
  EXPECT_EQ(error_of(times(100'000, "not ") + "x\n"), "MemoryError");
  EXPECT_EQ(error_of(times(100'000, "(") + "\n"), "SyntaxError");
  EXPECT_EQ(error_of("x" + times(100'000, ".y") + "\n"), "");
}

/// Every file of the oracle's library, tests and all.
std::vector<std::filesystem::path> library_files() {
  std::vector<std::filesystem::path> files;
  const auto python = testing::find_python();
  if (!python) return files;
  const auto lib = std::filesystem::path(*python).parent_path().parent_path() / "lib/python3.11";
  if (!std::filesystem::exists(lib)) return files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(lib))
    if (entry.is_regular_file() && entry.path().extension() == ".py") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

std::string read_file(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

/// Both parsers' trees of one file; false when they differ.
bool trees_agree(Workspace& workspace, const std::string& bytes) {
  workspace.rewind();
  const Result<SourceText> source = decode_source(workspace, bytes, "<test>");
  if (!source.ok()) return true;
  const Module* fast = parse_fast(workspace, source.value(), {});
  const Result<Module*> reference = parse_reference(workspace, source.value(), {});
  if (fast == nullptr || !reference.ok()) return fast == nullptr && !reference.ok();
  return dump(workspace, *fast, true) == dump(workspace, *reference.value(), true);
}

TEST(ReferenceParser, TreesOfTheLibraryAreTheFastParsers) {
  const std::vector<std::filesystem::path> files = library_files();
  if (files.empty()) GTEST_SKIP() << "no CPython 3.11 library on this machine";
  // A tenth of the library is enough for every test run; OURO_ALL_FILES=1 takes all of it.
  const size_t step = std::getenv("OURO_ALL_FILES") != nullptr ? 1 : 10;
  Workspace workspace;
  for (size_t i = 0; i < files.size(); i += step)
    EXPECT_TRUE(trees_agree(workspace, read_file(files[i]))) << files[i];
}

TEST(ReferenceParser, TreesOfOddCornersAreTheFastParsers) {
  Workspace workspace;
  for (const char* source :
       {"",
        "\n",
        "# only\n",
        "x: int\n",
        "(x): int = 1\n",
        "a.b: int\n",
        "x = y = *a, b\n",
        "x @= 1; y //= 2\n",
        "def f(a, /, b: int = 1, *args: *T, c, d=2, **kw) -> x: pass\n",
        "def f(a=1, /, b=2, *, c): pass\n",
        "lambda a, /, b=1, *c, d=2, **e: 0\n",
        "lambda: (yield)\n",
        "async def f():\n async with a as b, c: await d\n",
        "with (a as b, c as d,): pass\n",
        "with (a, b): pass\n",
        "with (a): pass\n",
        "f(*a, b, *c, d=1, *e, **g, h=2)\n",
        "f(x for x in y)\n",
        "x[1:2, ::3, *a]\n",
        "x[:]\n",
        "{**a, 1: 2}\n",
        "{*a, b}\n",
        "()\n",
        "(a,)\n",
        "[*a]\n",
        "a < b <= c != d is not e not in f\n",
        "not a and b or c if d else e\n",
        "x = (y := 1)\n",
        "from . import a\nfrom .... import b\nfrom .c.d import (e as f,)\nfrom g import *\nimport h.i as j\n",
        "match x:\n case [a, *_] | {'k': 1, **r} | C(1, b=2) if c: pass\n case -1 + 2j | a.b | 'x' 'y' | "
        "None: pass\n",
        "match (x)\n",
        "match = 1; case = match; _ = case\n",
        "try: pass\nexcept* a as b: pass\nelse: pass\nfinally: pass\n",
        "try: pass\nfinally: pass\n",
        "for x, *y in z: pass\nelse: pass\n",
        "while x: break\nelse: continue\n",
        "@a\n@b.c()\nclass D(e, f=g): pass\n",
        "global a, b\nnonlocal_ = 1\n",
        "del a, (b, [c.d]), e[0]\n",
        "f'{a!r:>{b}}' 'c' f'{d=}'\n",
        "async def f():\n [x async for x in y if z if w]\n return\n",
        "raise a from b\n",
        "assert a, b\n",
        "x = 1_000, 0xff, 1e5, 1j, 0o17, 0b1\n",
        "if a: pass\nelif b: pass\nelif c: pass\nelse: pass\n"})
    EXPECT_TRUE(trees_agree(workspace, source)) << source;
}

TEST(ReferenceParser, ExpressionsAndInteractiveInput) {
  Workspace workspace;
  auto dump_of = [&](std::string_view text, ModuleKind mode) -> std::string {
    workspace.rewind();
    auto* source = workspace.arena.make<SourceText>(decode_source(workspace, text, "<test>").value());
    ParseOptions options;
    options.mode = mode;
    const Result<Module*> result = parse_reference(workspace, *source, options);
    return result.ok() ? dump(workspace, *result.value(), false) : std::string(result.error()->message);
  };
  EXPECT_EQ(dump_of("a, b\n", ModuleKind::Expression),
            "Expression(body=Tuple(elts=[Name(id='a', ctx=Load()), Name(id='b', ctx=Load())], ctx=Load()))");
  EXPECT_EQ(dump_of("a = b\n", ModuleKind::Expression), "invalid syntax");
  EXPECT_EQ(dump_of("if a: pass\n", ModuleKind::Interactive),
            "Interactive(body=[If(test=Name(id='a', ctx=Load()), body=[Pass()], orelse=[])])");
}

}  // namespace
}  // namespace ouro::syntax
