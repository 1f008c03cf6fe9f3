// What the two comparisons with CPython do not see: names, implied tokens, f-string origins.
#include "syntax/lexer.h"

#include <gtest/gtest.h>

#include <vector>

namespace ouro::syntax {
namespace {

std::vector<Token> tokens_of(Workspace& workspace, std::string_view text) {
  const SourceText source{.text = text, .encoding = "utf-8", .filename = "x", .file_bytes = {}};
  Lexer lexer(workspace, source, nullptr);
  std::vector<Token> tokens;
  do {
    tokens.push_back(lexer.next());
  } while (tokens.back().kind != TokenKind::EndMarker && tokens.back().kind != TokenKind::Error);
  return tokens;
}

TEST(Lexer, NormalisesNames) {
  Workspace workspace;
  const auto tokens = tokens_of(workspace, "\xEF\xAC\x81 fi \xC3\xA9t\xC3\xA9 e\xCC\x81te\xCC\x81\n");
  EXPECT_EQ(workspace.names.text(tokens[0].name), "fi");
  EXPECT_EQ(tokens[0].name, tokens[1].name);
  EXPECT_EQ(tokens[2].name, tokens[3].name);
  EXPECT_EQ(tokens[2].range.end_column, 12);
}

TEST(Lexer, KeywordsAreSpeltInAscii) {
  Workspace workspace;
  // "def" in bold letters.
  const auto tokens = tokens_of(workspace,
                                "\xF0\x9D\x90\x9D\xF0\x9D\x90\x9E\xF0\x9D\x90\x9F def \xF0\x9D\x90\x9D"
                                "ef\n");
  EXPECT_EQ(workspace.names.text(tokens[0].name), "def");
  EXPECT_FALSE(is_keyword(tokens[0].name));
  EXPECT_EQ(tokens[1].name, Name::k_def);
  EXPECT_EQ(tokens[2].name, tokens[0].name);
  EXPECT_EQ(workspace.names.str(tokens[0].name), workspace.names.str(Name::k_def));
}

TEST(Lexer, ImpliedTokensHaveNoColumns) {
  Workspace workspace;
  const auto tokens = tokens_of(workspace, "if a:\n  b");
  const TokenKind kinds[] = {TokenKind::Name,    TokenKind::Name,   TokenKind::Colon,
                             TokenKind::Newline, TokenKind::Indent, TokenKind::Name,
                             TokenKind::Newline, TokenKind::Dedent, TokenKind::EndMarker};
  ASSERT_EQ(tokens.size(), std::size(kinds));
  for (size_t i = 0; i < tokens.size(); ++i) EXPECT_EQ(tokens[i].kind, kinds[i]) << i;
  EXPECT_EQ(tokens[4].range.line, 2);
  EXPECT_EQ(tokens[4].range.column, -1);
  EXPECT_EQ(tokens[6].range.column, 3);
  EXPECT_EQ(tokens[6].range.end_column, 3);
  // The end of the file is in its last line.
  EXPECT_EQ(tokens[7].range.line, 2);
  EXPECT_EQ(tokens[8].range.line, 2);
  EXPECT_EQ(tokens[8].range.column, -1);
}

TEST(Lexer, StaysAtItsEnd) {
  Workspace workspace;
  const SourceText source{.text = "a", .encoding = "utf-8", .filename = "x", .file_bytes = {}};
  Lexer lexer(workspace, source, nullptr);
  EXPECT_EQ(lexer.next().kind, TokenKind::Name);
  EXPECT_EQ(lexer.next().kind, TokenKind::Newline);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(lexer.next().kind, TokenKind::EndMarker);
}

TEST(Lexer, StringsMaySpanLines) {
  Workspace workspace;
  const auto tokens = tokens_of(workspace, "x = rB'''a\n\\'''\n''' 'b\\\nc' u'' '' f\"\\\"\"\n");
  ASSERT_EQ(tokens.size(), 9u);
  EXPECT_EQ(tokens[2].range.line, 1);
  EXPECT_EQ(tokens[2].range.column, 4);
  EXPECT_EQ(tokens[2].range.end_line, 3);
  EXPECT_EQ(tokens[2].range.end_column, 3);
  EXPECT_EQ(tokens[3].range.line, 3);
  EXPECT_EQ(tokens[3].range.end_line, 4);
  EXPECT_EQ(tokens[6].kind, TokenKind::String);
}

TEST(Lexer, ReportsOpenBrackets) {
  Workspace workspace;
  const SourceText source{.text = "f(a,\n  [b", .encoding = "utf-8", .filename = "x", .file_bytes = {}};
  Lexer lexer(workspace, source, nullptr);
  for (int i = 0; i < 6; ++i) EXPECT_NE(lexer.next().kind, TokenKind::Error);
  EXPECT_EQ(lexer.bracket_depth(), 2);
  EXPECT_EQ(lexer.bracket_character(), '[');
  EXPECT_EQ(lexer.bracket_line(), 2);
  EXPECT_EQ(lexer.bracket_column(), 2);
  EXPECT_EQ(lexer.next().kind, TokenKind::Error);
  EXPECT_EQ(lexer.failure(), LexerFailure::EndOfFile);
  EXPECT_EQ(lexer.error()->message, "'[' was never closed");
}

TEST(Lexer, ShiftsTheFirstLineOfAnFStringExpression) {
  Workspace workspace;
  const SourceText source{.text = "(a\n+b)", .encoding = "utf-8", .filename = "x", .file_bytes = {}};
  Lexer lexer(workspace, source, nullptr, FStringOrigin{7, 10});
  lexer.next();
  const Token a = lexer.next();
  EXPECT_EQ(a.range.line, 7);
  EXPECT_EQ(a.range.column, 11);
  const Token plus = lexer.next();
  EXPECT_EQ(plus.range.line, 8);
  EXPECT_EQ(plus.range.column, 0);
  const Diagnostic* error = lexer.error_at_token(ErrorType::SyntaxError, "invalid syntax", plus);
  EXPECT_EQ(error->message, "f-string: invalid syntax");
  EXPECT_EQ(error->line, 8);
  EXPECT_EQ(error->offset, -9);
  EXPECT_EQ(error->text, "+b)\n");
}

}  // namespace
}  // namespace ouro::syntax
