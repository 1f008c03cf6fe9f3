// String and number literals: values, errors and where they are, warnings.
#include "syntax/strings.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "syntax/dump.h"
#include "syntax/parser.h"

namespace ouro::syntax {
namespace {

/// "error: MESSAGE", or what the tree's only expression is.
std::string literal(std::string_view text) {
  Workspace workspace;
  const Result<SourceText> source = decode_source(workspace, text, "test.py");
  if (!source.ok()) return "undecodable";
  const Result<Module*> result = parse(workspace, source.value(), {});
  if (!result.ok()) return "error: " + std::string(result.error()->message);
  const std::string out = dump(workspace, *result.value(), false);
  const size_t begin = out.find("Expr(value=") + 11;
  const size_t end = out.rfind(")], type_ignores");
  return out.substr(begin, end - begin);
}

std::string value(std::string_view text) {
  const std::string out = literal(text);
  constexpr std::string_view kHead = "Constant(value=";
  return out.starts_with(kHead) ? out.substr(kHead.size(), out.size() - kHead.size() - 1) : out;
}

TEST(Strings, Escapes) {
  EXPECT_EQ(value(R"('\a\b\f\n\r\t\v\\\'\"')"), R"('\x07\x08\x0c\n\r\t\x0b\\\'"')");
  EXPECT_EQ(value(R"('\x41\u00e9\U0001F600\101\7\0')"), "'A\u00e9\U0001F600A\\x07\\x00'");
  EXPECT_EQ(value(R"('\N{LATIN SMALL LETTER A}\N{nbsp}')"), R"('a\xa0')");
  EXPECT_EQ(value("'a\\\nb'"), "'ab'");
  EXPECT_EQ(value(R"('\ud800')"), R"('\ud800')");
  EXPECT_EQ(value(R"('\777')"), "'\u01ff'");
  EXPECT_EQ(value(R"(b'\x41\777\d')"), R"(b'A\xff\\d')");
  EXPECT_EQ(value(R"(r'\x' Rb'' if 0 else 0)"), "error: cannot mix bytes and nonbytes literals");
  EXPECT_EQ(value(R"(rb'\x')"), R"(b'\\x')");
  EXPECT_EQ(value("'a' \"\"\"b'\"\"\" 'c'"), R"("ab'c")");
}

TEST(Strings, EscapeErrorsCountInTheCodecsBytes) {
  constexpr const char* kHead =
      "error: (unicode error) 'unicodeescape' codec can't decode bytes in position ";
  EXPECT_EQ(literal(R"('\x4')"), std::string(kHead) + "0-2: truncated \\xXX escape");
  EXPECT_EQ(literal("'\u00e9\\xg'"), std::string(kHead) + "10-11: truncated \\xXX escape");
  EXPECT_EQ(literal("'\\\u00e9\\u12'"), std::string(kHead) + "16-19: truncated \\uXXXX escape");
  EXPECT_EQ(literal(R"('a\U00110000')"), std::string(kHead) + "1-10: illegal Unicode character");
  EXPECT_EQ(literal(R"('\N')"), std::string(kHead) + "0-1: malformed \\N character escape");
  EXPECT_EQ(literal(R"('\N{}')"), std::string(kHead) + "0-2: malformed \\N character escape");
  EXPECT_EQ(literal(R"('\N{x}')"), std::string(kHead) + "0-4: unknown Unicode character name");
  EXPECT_EQ(literal(R"(b'ab\x4')"), "error: (value error) invalid \\x escape at position 2");
  EXPECT_EQ(literal("b'\u00e9'"), "error: bytes can only contain ASCII literal characters");
  EXPECT_EQ(literal("'\xf6'"),
            "error: (unicode error) 'utf-8' codec can't decode byte 0xf6 in position 0: invalid start byte");
}

TEST(Strings, FormatStrings) {
  EXPECT_EQ(literal("f'a{b}c' 'd' f'{e!r:>{f}}'"),
            "JoinedStr(values=[Constant(value='a'), FormattedValue(value=Name(id='b', ctx=Load()), "
            "conversion=-1), Constant(value='cd'), FormattedValue(value=Name(id='e', ctx=Load()), "
            "conversion=114, format_spec=JoinedStr(values=[Constant(value='>'), "
            "FormattedValue(value=Name(id='f', ctx=Load()), conversion=-1)]))])");
  EXPECT_EQ(literal("f'{ a = }{b=:x}'"),
            "JoinedStr(values=[Constant(value=' a = '), FormattedValue(value=Name(id='a', ctx=Load()), "
            "conversion=114), Constant(value='b='), FormattedValue(value=Name(id='b', ctx=Load()), "
            "conversion=-1, format_spec=JoinedStr(values=[Constant(value='x')]))])");
  EXPECT_EQ(literal("f'{{}}'"), "JoinedStr(values=[Constant(value='{}')])");
  EXPECT_EQ(literal("f''"), "JoinedStr(values=[])");
}

TEST(Strings, FormatStringErrors) {
  EXPECT_EQ(literal("f'{a'"), "error: f-string: expecting '}'");
  EXPECT_EQ(literal("f'}'"), "error: f-string: single '}' is not allowed");
  EXPECT_EQ(literal("f'{}'"), "error: f-string: empty expression not allowed");
  EXPECT_EQ(literal("f'{ !r}'"), "error: f-string: expression required before '!'");
  EXPECT_EQ(literal("f'{a!x}'"), "error: f-string: invalid conversion character: expected 's', 'r', or 'a'");
  EXPECT_EQ(literal("f'{a:{b:{c}}}'"), "error: f-string: expressions nested too deeply");
  EXPECT_EQ(literal("f'{a\\n}'"), "error: f-string expression part cannot include a backslash");
  EXPECT_EQ(literal("f'{a#}'"), "error: f-string expression part cannot include '#'");
  EXPECT_EQ(literal("f'{a)}'"), "error: f-string: unmatched ')'");
  EXPECT_EQ(literal("f'{(a]}'"),
            "error: f-string: closing parenthesis ']' does not match opening parenthesis '('");
  EXPECT_EQ(literal("f'{(a}'"),
            "error: f-string: closing parenthesis '}' does not match opening parenthesis '('");
  EXPECT_EQ(literal("f'{\"a}'"), "error: f-string: unterminated string");
  EXPECT_EQ(literal("f'{" + std::string(201, '(') + "'"), "error: f-string: too many nested parenthesis");
}

TEST(Strings, PositionsInsideFormatStrings) {
  Workspace workspace;
  const SourceText source = decode_source(workspace, "x = f'''a{b}\n  {c}{\nd}'''\n", "test.py").value();
  Module* module = parse_fast(workspace, source, {});
  ASSERT_NE(module, nullptr);
  const auto* joined = module->body[0]->as<AssignStmt>()->value->as<JoinedStrExpr>();
  std::vector<std::pair<int, int>> places;
  for (Expr* part : joined->values) {
    if (part->kind != ExprKind::FormattedValue) continue;
    const SourceRange& range = part->as<FormattedValueExpr>()->value->range;
    places.emplace_back(range.line, range.column);
  }
  const std::vector<std::pair<int, int>> expected = {{1, 10}, {2, 3}, {3, 0}};
  EXPECT_EQ(places, expected);
}

TEST(Numbers, Values) {
  EXPECT_EQ(value("0"), "0");
  EXPECT_EQ(value("00_0"), "0");
  EXPECT_EQ(value("1_000"), "1000");
  EXPECT_EQ(value("0XfF_ff"), "65535");
  EXPECT_EQ(value("0b101"), "5");
  EXPECT_EQ(value("0o17"), "15");
  EXPECT_EQ(value("999999999999999999"), "999999999999999999");
  EXPECT_EQ(value("18446744073709551616"), "18446744073709551616");
  EXPECT_EQ(value("1_0.5e1_0"), "105000000000.0");
  EXPECT_EQ(value(".5J"), "0.5j");
  EXPECT_EQ(value("5j"), "5j");
  EXPECT_EQ(value("1e999"), "inf");
}

TEST(Numbers, TooManyDigits) {
  Workspace workspace;
  EXPECT_TRUE(parse_number(workspace, std::string(4300, '9')).ok());
  EXPECT_TRUE(parse_number(workspace, std::string(5000, '0')).ok());
  EXPECT_TRUE(parse_number(workspace, "0x" + std::string(5000, 'f')).ok());
  const Result<const Constant*> result = parse_number(workspace, std::string(4301, '9'));
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error()->message,
            "Exceeds the limit (4300 digits) for integer string conversion: value has 4301 digits; use "
            "sys.set_int_max_str_digits() to increase the limit - Consider hexadecimal for huge integer "
            "literals to avoid decimal conversion limits.");
}

}  // namespace
}  // namespace ouro::syntax
