// The fast parser: every kind of node, what it must not accept, its depth limit and its warnings. Positions
// and the long tail of snippets are compared with CPython by tests/differential/trees.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "syntax/dump.h"
#include "syntax/parser.h"

namespace ouro::syntax {
namespace {

class RecordingSink final : public WarningSink {
 public:
  bool warn(const Warning& warning) override {
    seen.push_back(std::to_string(warning.line) + ": " + std::string(warning.message));
    return seen.size() == error_at;
  }
  std::vector<std::string> seen;
  size_t error_at = 0;
};

/// The dump without the module around it; "" when the text is not accepted.
std::string tree(std::string_view text, bool positions = false, ModuleKind mode = ModuleKind::Module) {
  Workspace workspace;
  const Result<SourceText> source = decode_source(workspace, text, "test.py");
  if (!source.ok()) return "";
  const Module* module = parse_fast(workspace, source.value(), {mode, nullptr});
  if (module == nullptr) return "";
  std::string out = dump(workspace, *module, positions);
  constexpr std::string_view kHead = "Module(body=[";
  constexpr std::string_view kTail = "], type_ignores=[])";
  if (!out.starts_with(kHead)) return out;
  return out.substr(kHead.size(), out.size() - kHead.size() - kTail.size());
}

std::string expression(std::string_view text) {
  const std::string out = tree(text);
  constexpr std::string_view kHead = "Expr(value=";
  return out.starts_with(kHead) ? out.substr(kHead.size(), out.size() - kHead.size() - 1) : out;
}

bool accepts(const std::string& text) {
  Workspace workspace;
  const Result<SourceText> source = decode_source(workspace, text, "test.py");
  return source.ok() && parse_fast(workspace, source.value(), {}) != nullptr;
}

std::string repeat(std::string_view text, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += text;
  return out;
}

TEST(FastParser, Operators) {
  EXPECT_EQ(expression("a or b or c and d"),
            "BoolOp(op=Or(), values=[Name(id='a', ctx=Load()), Name(id='b', ctx=Load()), BoolOp(op=And(), "
            "values=[Name(id='c', ctx=Load()), Name(id='d', ctx=Load())])])");
  EXPECT_EQ(expression("1 - 2 * 3 - 4"),
            "BinOp(left=BinOp(left=Constant(value=1), op=Sub(), right=BinOp(left=Constant(value=2), "
            "op=Mult(), right=Constant(value=3))), op=Sub(), right=Constant(value=4))");
  EXPECT_EQ(expression("-1 ** -2"),
            "UnaryOp(op=USub(), operand=BinOp(left=Constant(value=1), op=Pow(), right=UnaryOp(op=USub(), "
            "operand=Constant(value=2))))");
  EXPECT_EQ(expression("not a not in b is not c"),
            "UnaryOp(op=Not(), operand=Compare(left=Name(id='a', ctx=Load()), ops=[NotIn(), IsNot()], "
            "comparators=[Name(id='b', ctx=Load()), Name(id='c', ctx=Load())]))");
  EXPECT_EQ(expression("a if b else c"),
            "IfExp(test=Name(id='b', ctx=Load()), body=Name(id='a', ctx=Load()), orelse=Name(id='c', "
            "ctx=Load()))");
}

TEST(FastParser, DisplaysAndComprehensions) {
  EXPECT_EQ(expression("{a: 1, **b}"),
            "Dict(keys=[Name(id='a', ctx=Load()), None], values=[Constant(value=1), Name(id='b', "
            "ctx=Load())])");
  EXPECT_EQ(expression("{*a}"), "Set(elts=[Starred(value=Name(id='a', ctx=Load()), ctx=Load())])");
  EXPECT_EQ(expression("[]"), "List(elts=[], ctx=Load())");
  EXPECT_EQ(expression("()"), "Tuple(elts=[], ctx=Load())");
  const std::string generators =
      "generators=[comprehension(target=Name(id='x', ctx=Store()), iter=Name(id='y', ctx=Load()), "
      "ifs=[Name(id='z', ctx=Load())], is_async=0)])";
  EXPECT_EQ(expression("[x for x in y if z]"), "ListComp(elt=Name(id='x', ctx=Load()), " + generators);
  EXPECT_EQ(expression("{x for x in y if z}"), "SetComp(elt=Name(id='x', ctx=Load()), " + generators);
  EXPECT_EQ(expression("(x for x in y if z)"), "GeneratorExp(elt=Name(id='x', ctx=Load()), " + generators);
  EXPECT_EQ(expression("{x: 1 for x in y if z}"),
            "DictComp(key=Name(id='x', ctx=Load()), value=Constant(value=1), " + generators);
}

TEST(FastParser, PrimariesAndTheRest) {
  EXPECT_EQ(expression("(a := 1)"), "NamedExpr(target=Name(id='a', ctx=Store()), value=Constant(value=1))");
  EXPECT_EQ(expression("lambda a, /, b=1, *c, d, e=2, **f: ..."),
            "Lambda(args=arguments(posonlyargs=[arg(arg='a')], args=[arg(arg='b')], vararg=arg(arg='c'), "
            "kwonlyargs=[arg(arg='d'), arg(arg='e')], kw_defaults=[None, Constant(value=2)], "
            "kwarg=arg(arg='f'), defaults=[Constant(value=1)]), body=Constant(value=Ellipsis))");
  EXPECT_EQ(expression("await a"), "Await(value=Name(id='a', ctx=Load()))");
  EXPECT_EQ(expression("yield"), "Yield()");
  EXPECT_EQ(expression("yield from a"), "YieldFrom(value=Name(id='a', ctx=Load()))");
  EXPECT_EQ(expression("f(1, *a, b=2, **c)"),
            "Call(func=Name(id='f', ctx=Load()), args=[Constant(value=1), Starred(value=Name(id='a', "
            "ctx=Load()), ctx=Load())], keywords=[keyword(arg='b', value=Constant(value=2)), "
            "keyword(value=Name(id='c', ctx=Load()))])");
  EXPECT_EQ(expression("a.b"), "Attribute(value=Name(id='a', ctx=Load()), attr='b', ctx=Load())");
  EXPECT_EQ(expression("a[1:2, ::3]"),
            "Subscript(value=Name(id='a', ctx=Load()), slice=Tuple(elts=[Slice(lower=Constant(value=1), "
            "upper=Constant(value=2)), Slice(step=Constant(value=3))], ctx=Load()), ctx=Load())");
  EXPECT_EQ(expression("None, True, 1.5, 2j, b'x', u'y'"),
            "Tuple(elts=[Constant(value=None), Constant(value=True), Constant(value=1.5), "
            "Constant(value=2j), Constant(value=b'x'), Constant(value='y', kind='u')], ctx=Load())");
}

TEST(FastParser, Assignments) {
  EXPECT_EQ(tree("a, *b = c.d = e[0] = 1"),
            "Assign(targets=[Tuple(elts=[Name(id='a', ctx=Store()), Starred(value=Name(id='b', ctx=Store()), "
            "ctx=Store())], ctx=Store()), Attribute(value=Name(id='c', ctx=Load()), attr='d', ctx=Store()), "
            "Subscript(value=Name(id='e', ctx=Load()), slice=Constant(value=0), ctx=Store())], "
            "value=Constant(value=1))");
  EXPECT_EQ(tree("a //= 1"),
            "AugAssign(target=Name(id='a', ctx=Store()), op=FloorDiv(), value=Constant(value=1))");
  EXPECT_EQ(tree("a: b"),
            "AnnAssign(target=Name(id='a', ctx=Store()), annotation=Name(id='b', ctx=Load()), simple=1)");
  EXPECT_EQ(tree("(a): b = 1"),
            "AnnAssign(target=Name(id='a', ctx=Store()), annotation=Name(id='b', ctx=Load()), "
            "value=Constant(value=1), simple=0)");
  EXPECT_EQ(tree("del a, [b]"),
            "Delete(targets=[Name(id='a', ctx=Del()), List(elts=[Name(id='b', ctx=Del())], ctx=Del())])");
}

TEST(FastParser, SimpleStatements) {
  EXPECT_EQ(tree("pass; break; continue"), "Pass(), Break(), Continue()");
  EXPECT_EQ(tree("return"), "Return()");
  EXPECT_EQ(tree("raise a from b"), "Raise(exc=Name(id='a', ctx=Load()), cause=Name(id='b', ctx=Load()))");
  EXPECT_EQ(tree("assert a, b"), "Assert(test=Name(id='a', ctx=Load()), msg=Name(id='b', ctx=Load()))");
  EXPECT_EQ(tree("global a, b"), "Global(names=['a', 'b'])");
  EXPECT_EQ(tree("nonlocal a"), "Nonlocal(names=['a'])");
  EXPECT_EQ(tree("import a . b as c, d"), "Import(names=[alias(name='a.b', asname='c'), alias(name='d')])");
  EXPECT_EQ(tree("from ...a import b as c"),
            "ImportFrom(module='a', names=[alias(name='b', asname='c')], level=3)");
  EXPECT_EQ(tree("from .. import *"), "ImportFrom(names=[alias(name='*')], level=2)");
}

TEST(FastParser, CompoundStatements) {
  EXPECT_EQ(tree("if 1: pass\nelif 2: pass\nelse: pass"),
            "If(test=Constant(value=1), body=[Pass()], orelse=[If(test=Constant(value=2), body=[Pass()], "
            "orelse=[Pass()])])");
  EXPECT_EQ(tree("while 1: pass"), "While(test=Constant(value=1), body=[Pass()], orelse=[])");
  EXPECT_EQ(tree("for a in b: pass\nelse: pass"),
            "For(target=Name(id='a', ctx=Store()), iter=Name(id='b', ctx=Load()), body=[Pass()], "
            "orelse=[Pass()])");
  EXPECT_EQ(tree("async for a in b: pass"),
            "AsyncFor(target=Name(id='a', ctx=Store()), iter=Name(id='b', ctx=Load()), body=[Pass()], "
            "orelse=[])");
  EXPECT_EQ(tree("with (a as b, c): pass"),
            "With(items=[withitem(context_expr=Name(id='a', ctx=Load()), optional_vars=Name(id='b', "
            "ctx=Store())), withitem(context_expr=Name(id='c', ctx=Load()))], body=[Pass()])");
  EXPECT_EQ(tree("async with (a, c) as b: pass"),
            "AsyncWith(items=[withitem(context_expr=Tuple(elts=[Name(id='a', ctx=Load()), Name(id='c', "
            "ctx=Load())], ctx=Load()), optional_vars=Name(id='b', ctx=Store()))], body=[Pass()])");
  EXPECT_EQ(tree("try: pass\nexcept a as b: pass\nelse: pass\nfinally: pass"),
            "Try(body=[Pass()], handlers=[ExceptHandler(type=Name(id='a', ctx=Load()), name='b', "
            "body=[Pass()])], orelse=[Pass()], finalbody=[Pass()])");
  EXPECT_EQ(tree("try: pass\nexcept* a: pass"),
            "TryStar(body=[Pass()], handlers=[ExceptHandler(type=Name(id='a', ctx=Load()), body=[Pass()])], "
            "orelse=[], finalbody=[])");
  const std::string no_arguments =
      "args=arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[]), body=[Pass()], ";
  EXPECT_EQ(tree("@d\ndef f() -> r: pass"),
            "FunctionDef(name='f', " + no_arguments +
                "decorator_list=[Name(id='d', ctx=Load())], returns=Name(id='r', ctx=Load()))");
  EXPECT_EQ(tree("async def f(): pass"), "AsyncFunctionDef(name='f', " + no_arguments + "decorator_list=[])");
  EXPECT_EQ(tree("class A(B, c=D): pass"),
            "ClassDef(name='A', bases=[Name(id='B', ctx=Load())], keywords=[keyword(arg='c', "
            "value=Name(id='D', ctx=Load()))], body=[Pass()], decorator_list=[])");
}

std::string pattern(const std::string& text) {
  const std::string out = tree("match x:\n case " + text + ": pass");
  constexpr std::string_view kHead = "Match(subject=Name(id='x', ctx=Load()), cases=[match_case(pattern=";
  constexpr std::string_view kTail = ", body=[Pass()])])";
  if (!out.starts_with(kHead)) return out;
  return out.substr(kHead.size(), out.size() - kHead.size() - kTail.size());
}

TEST(FastParser, Patterns) {
  EXPECT_EQ(pattern("-1"), "MatchValue(value=UnaryOp(op=USub(), operand=Constant(value=1)))");
  EXPECT_EQ(pattern("None"), "MatchSingleton(value=None)");
  EXPECT_EQ(pattern("[a, *_]"), "MatchSequence(patterns=[MatchAs(name='a'), MatchStar()])");
  EXPECT_EQ(pattern("{'k': _, **r}"),
            "MatchMapping(keys=[Constant(value='k')], patterns=[MatchAs()], rest='r')");
  EXPECT_EQ(
      pattern("A.B(c, d=1)"),
      "MatchClass(cls=Attribute(value=Name(id='A', ctx=Load()), attr='B', ctx=Load()), "
      "patterns=[MatchAs(name='c')], kwd_attrs=['d'], kwd_patterns=[MatchValue(value=Constant(value=1))])");
  EXPECT_EQ(pattern("1 | 2 as x if y"),
            "MatchAs(pattern=MatchOr(patterns=[MatchValue(value=Constant(value=1)), "
            "MatchValue(value=Constant(value=2))]), name='x'), guard=Name(id='y', ctx=Load())");
}

TEST(FastParser, MatchMayBeAName) {
  EXPECT_EQ(expression("match (x)"),
            "Call(func=Name(id='match', ctx=Load()), args=[Name(id='x', ctx=Load())], keywords=[])");
  EXPECT_TRUE(accepts("match[a]: int"));
  EXPECT_TRUE(accepts("match = case = _ = 1"));
  EXPECT_TRUE(accepts("match match:\n case case: pass"));
  EXPECT_FALSE(accepts("match x: pass"));
}

TEST(FastParser, OtherModes) {
  EXPECT_EQ(tree("1,", false, ModuleKind::Expression),
            "Expression(body=Tuple(elts=[Constant(value=1)], ctx=Load()))");
  EXPECT_EQ(tree("x = 1", false, ModuleKind::Expression), "");
}

TEST(FastParser, PositionsIncludeParenthesesAndEndAtTheLastToken) {
  EXPECT_EQ(tree("(a) + (b);", true),
            "Expr(value=BinOp(left=Name(id='a', ctx=Load(), lineno=1, col_offset=1, end_lineno=1, "
            "end_col_offset=2), op=Add(), right=Name(id='b', ctx=Load(), lineno=1, col_offset=7, "
            "end_lineno=1, end_col_offset=8), lineno=1, col_offset=0, end_lineno=1, end_col_offset=9), "
            "lineno=1, col_offset=0, end_lineno=1, end_col_offset=9)");
  EXPECT_EQ(tree("if 1:\n  x;\n", true),
            "If(test=Constant(value=1, lineno=1, col_offset=3, end_lineno=1, end_col_offset=4), "
            "body=[Expr(value=Name(id='x', ctx=Load(), lineno=2, col_offset=2, end_lineno=2, "
            "end_col_offset=3), lineno=2, col_offset=2, end_lineno=2, end_col_offset=3)], orelse=[], "
            "lineno=1, col_offset=0, end_lineno=2, end_col_offset=4)");
}

TEST(FastParser, Rejects) {
  for (const char* text : {"f(a=1, b)",
                           "f(**a, *b)",
                           "f(x for x in y, 1)",
                           "class A(x for x in y): pass",
                           "a + b = 1",
                           "(a, b) += 1",
                           "a, b: int",
                           "(x).y: int",
                           "x := 1",
                           "(*a)",
                           "[*a for a in b]",
                           "{**a for a in b}",
                           "del *a",
                           "for f() in x: pass",
                           "def f(a=1, b): pass",
                           "def f(*): pass",
                           "def f(**a, b): pass",
                           "lambda x: int: y",
                           "from a import b,",
                           "x <> y",
                           "print x",
                           "a + not b",
                           "x if y",
                           "try: pass",
                           "try: pass\nexcept a: pass\nexcept* b: pass",
                           "f'{a b}'",
                           "b'a' 'b'",
                           "if x:\npass",
                           "x = yield = 1",
                           "None = 1",
                           "a.None",
                           "with a,: pass",
                           "{(a := 1): 2, b := 3: 4}"})
    EXPECT_FALSE(accepts(text)) << text;
}

TEST(FastParser, GivesUpOnDeepNestingOfAnyKind) {
  constexpr int kDeep = 100000;
  EXPECT_FALSE(accepts(repeat("(", kDeep) + repeat(")", kDeep)));
  EXPECT_FALSE(accepts(repeat("-", kDeep) + "x"));
  EXPECT_FALSE(accepts(repeat("not ", kDeep) + "x"));
  EXPECT_FALSE(accepts(repeat("x ** ", kDeep) + "x"));
  EXPECT_FALSE(accepts(repeat("lambda: ", kDeep) + "x"));
  EXPECT_FALSE(accepts(repeat("lambda a=", kDeep) + "x"));
  EXPECT_FALSE(accepts(repeat("a if b else ", kDeep) + "x"));
  EXPECT_FALSE(accepts("if a: b\n" + repeat("elif a: b\n", kDeep)));
}

TEST(FastParser, IsNotDeepWhereTheGrammarIsNot) {
  constexpr int kLong = 100000;
  EXPECT_TRUE(accepts("x" + repeat(".x", kLong)));
  EXPECT_TRUE(accepts("x" + repeat(" + x", kLong)));
  EXPECT_TRUE(accepts("x" + repeat("()", kLong)));
  EXPECT_TRUE(accepts("x" + repeat(" < x", kLong)));
  EXPECT_TRUE(accepts("[" + repeat("x, ", kLong) + "]"));
  EXPECT_TRUE(accepts(repeat("x = ", kLong) + "1"));
  EXPECT_TRUE(accepts("if a: b\n" + repeat("elif a: b\n", 1000)));
  EXPECT_TRUE(accepts(repeat("-", 5000) + "x"));
  EXPECT_TRUE(accepts(repeat("(", 100) + repeat(")", 100)));
}

TEST(FastParser, WarnsInTheOrderOfTheSourceAndOnlyOnce) {
  Workspace workspace;
  const std::string text =
      "'\\d'; 1if x else 2\nwith ('\\q', y) as z: '\\w'\nmatch ('\\z')\nx = 1or '\\p'\nf'\\m{1or 2}\\n\\l'\n";
  const SourceText source = decode_source(workspace, text, "test.py").value();
  RecordingSink sink;
  EXPECT_NE(parse_fast(workspace, source, {ModuleKind::Module, &sink}), nullptr);
  const std::vector<std::string> expected = {
      "1: invalid escape sequence '\\d'", "1: invalid decimal literal",
      "2: invalid escape sequence '\\q'", "2: invalid escape sequence '\\w'",
      "3: invalid escape sequence '\\z'", "4: invalid decimal literal",
      "4: invalid escape sequence '\\p'", "5: invalid escape sequence '\\m'",
      "5: invalid decimal literal",       "5: invalid escape sequence '\\l'"};
  EXPECT_EQ(sink.seen, expected);
}

TEST(FastParser, DoesNotWarnAboutWhatItRejects) {
  Workspace workspace;
  const SourceText source = decode_source(workspace, "'\\d'\nx y\n", "test.py").value();
  RecordingSink sink;
  EXPECT_EQ(parse_fast(workspace, source, {ModuleKind::Module, &sink}), nullptr);
  EXPECT_TRUE(sink.seen.empty());
}

TEST(FastParser, AWarningThatBecomesAnErrorIsNotRepeated) {
  Workspace workspace;
  const SourceText source = decode_source(workspace, "'\\d'\n'\\q'\n'\\w'\n", "test.py").value();
  RecordingSink sink;
  sink.error_at = 2;
  const Result<Module*> result = parse(workspace, source, {ModuleKind::Module, &sink});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error()->message, "invalid escape sequence '\\q'");
  EXPECT_EQ(result.error()->line, 2);
  EXPECT_EQ(sink.seen.size(), 2u);
}

}  // namespace
}  // namespace ouro::syntax
