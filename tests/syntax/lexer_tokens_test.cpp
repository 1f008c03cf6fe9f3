// The token stream of real files against CPython's tokenize module.
//
// tokenize is a second implementation, in Python, and differs from the tokenizer behind compile() in known
// ways: it gives comments and blank lines as tokens (skipped here), gives Indent and Dedent real columns
// (only their lines are compared, and not where they close the file), stands a line later at the end of the
// file, and has the comment before a Newline token outside of it (only the token's end is compared).
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "lexer_oracle.h"
#include "syntax/lexer.h"

namespace ouro::syntax {
namespace {

// For each path: one line a token, "kind line column end_line end_column" with columns in UTF-8 bytes, then
// ".".
constexpr const char* kScript = R"(
import sys, tokenize, token, warnings
warnings.simplefilter('ignore')
skip = {token.COMMENT, token.NL, token.ENCODING}
names = {token.NAME: 'name', token.NUMBER: 'number', token.STRING: 'string', token.NEWLINE: 'newline',
         token.INDENT: 'indent', token.DEDENT: 'dedent', token.ENDMARKER: 'end'}
for path in sys.stdin:
    out = []
    try:
        compile(open(path[:-1], 'rb').read(), 'x', 'exec', dont_inherit=True)
        with open(path[:-1], 'rb') as f:
            lines = []
            def readline():
                lines.append(f.readline())
                return lines[-1]
            for t in tokenize.tokenize(readline):
                if t.type == token.ENCODING: encoding = t.string
                if t.type in skip: continue
                if t.type == token.ERRORTOKEN: raise ValueError  # of identifiers it knows only \w
                (l, c), (m, d) = t.start, t.end
                text = t.line.split('\n')
                if not text[0].isascii() or not t.line.isascii():
                    whole = t.line.splitlines(True)
                    c = len(whole[0][:c].encode()) if whole else c
                    k = m - l
                    d = len(whole[k][:d].encode()) if k < len(whole) else d
                kind = names.get(t.type) or token.EXACT_TOKEN_TYPES.get(t.string) and t.string
                if kind in ('indent', 'dedent'): c = d = m = 0
                if kind == 'end': l = c = d = m = 0
                if kind == 'newline': m, c, d = l, 0, c
                out.append(f'{kind} {l} {c} {m} {d}')
    except (SyntaxError, ValueError, UnicodeError, tokenize.TokenError):
        out = ['skip']
    print('\n'.join(out) + '\n.', flush=True)
)";

std::string kind_of(const Token& token, std::string_view text) {
  switch (token.kind) {
    case TokenKind::Name:
      return "name";
    case TokenKind::Number:
      return "number";
    case TokenKind::String:
      return "string";
    case TokenKind::Newline:
      return "newline";
    case TokenKind::Indent:
      return "indent";
    case TokenKind::Dedent:
      return "dedent";
    case TokenKind::EndMarker:
      return "end";
    case TokenKind::Error:
      return "error";
    default:
      return std::string(text.substr(token.start, token.end - token.start));
  }
}

std::string describe(const Token& token, std::string_view text) {
  const std::string kind = kind_of(token, text);
  SourceRange at = token.range;
  if (kind == "indent" || kind == "dedent") at = {at.line, 0, 0, 0};
  if (kind == "newline") at.column = 0;
  if (kind == "end") at = {0, 0, 0, 0};
  std::ostringstream out;
  out << kind << ' ' << at.line << ' ' << at.column << ' ' << at.end_line << ' ' << at.end_column;
  return out.str();
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Adds the number of tokens compared to *tokens.
void compare_file(Workspace& workspace, const std::filesystem::path& path, testing::PythonOracle& oracle,
                  size_t* tokens) {
  std::vector<std::string> expected;
  oracle.say(path.string());
  for (;;) {
    const auto line = oracle.hear();
    ASSERT_TRUE(line);
    if (*line == ".") break;
    expected.push_back(*line);
  }
  if (expected.size() == 1 && expected[0] == "skip") return;

  workspace.rewind();
  const std::string bytes = read_file(path);
  auto source = decode_source(workspace, bytes, path.c_str());
  ASSERT_TRUE(source.ok()) << path << ": " << source.error()->message;
  Lexer lexer(workspace, source.value(), nullptr);
  for (size_t i = 0;; ++i) {
    const Token token = lexer.next();
    ASSERT_NE(token.kind, TokenKind::Error) << path << ": " << lexer.error()->message;
    ASSERT_LT(i, expected.size()) << path;
    std::string got = describe(token, source.value().text);
    // At the end of the file tokenize stands in the line behind it.
    if (got.starts_with("dedent") && expected[i].starts_with("dedent") &&
        lexer.offset() == source.value().text.size())
      continue;
    ASSERT_EQ(got, expected[i]) << path;
    if (token.kind == TokenKind::EndMarker) break;
  }
  *tokens += expected.size();
}

TEST(LexerTokens, AgreeWithTokenizeOverTheStandardLibrary) {
  namespace fs = std::filesystem;
  const auto python = testing::find_python();
  if (!python) GTEST_SKIP() << "no CPython 3.11";
  fs::path lib = fs::path(*python).parent_path().parent_path() / "lib/python3.11";
  // All of it takes a minute of CPython's time: only on request.
  const bool everything = std::getenv("OURO_TEST_WHOLE_LIB") != nullptr;
  testing::PythonOracle oracle(*python, kScript);
  Workspace workspace;
  size_t tokens = 0;
  for (const auto& entry : fs::recursive_directory_iterator(lib)) {
    const fs::path& path = entry.path();
    if (path.extension() != ".py" || !entry.is_regular_file()) continue;
    if (path.string().find("site-packages") != std::string::npos) continue;
    if (!everything && (path.parent_path() != lib || path.filename().string()[0] < 'p')) continue;
    compare_file(workspace, path, oracle, &tokens);
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(tokens, 50000u);
  RecordProperty("tokens", static_cast<int>(tokens));
}

}  // namespace
}  // namespace ouro::syntax
