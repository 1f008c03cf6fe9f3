// What folding does to trees beyond single values.
#include "values.h"

namespace ouro::compiler::testing {
namespace {

using namespace syntax;

struct Folded {
  explicit Folded(std::string_view source, int optimize = 0) : front_end(source, "", optimize) {
    EXPECT_TRUE(front_end.optimise()) << source << describe(front_end.error);
  }
  template <class T>
  T& statement(size_t index = 0) {
    return *front_end.module->body[index]->as<T>();
  }
  const Expr& expression(size_t index = 0) { return *statement<ExprStmt>(index).value; }

  FrontEnd front_end;
};

std::string constant(const Expr& node) {
  if (node.kind != ExprKind::Constant) return "not a constant";
  return escape(repr(*node.as<ConstantExpr>()->value));
}

TEST(FoldTree, NotBeforeComparisons) {
  auto folded_operator = [](const char* source) -> std::optional<CompareOperator> {
    Folded folded(source);
    const Expr& node = folded.expression();
    if (node.kind != ExprKind::Compare) return std::nullopt;
    EXPECT_EQ(node.range.column, 4);  // of the comparison, not of the `not`
    return node.as<CompareExpr>()->ops[0];
  };
  EXPECT_EQ(folded_operator("not a is b\n"), CompareOperator::IsNot);
  EXPECT_EQ(folded_operator("not a is not b\n"), CompareOperator::Is);
  EXPECT_EQ(folded_operator("not a in b\n"), CompareOperator::NotIn);
  EXPECT_EQ(folded_operator("not a not in b\n"), CompareOperator::In);
  EXPECT_EQ(folded_operator("not a == b\n"), std::nullopt);
  EXPECT_EQ(folded_operator("not a < b\n"), std::nullopt);
  EXPECT_EQ(folded_operator("not a is b is c\n"), std::nullopt);
}

TEST(FoldTree, DisplaysThatAreOnlyIteratedOver) {
  Folded folded(
      "for x in [1, 2]: pass\n"
      "for x in {3, 1, 3}: pass\n"
      "for x in [a, 2]: pass\n"
      "for x in {a, 2}: pass\n"
      "for x in [*a]: pass\n");
  EXPECT_EQ(constant(*folded.statement<ForStmt>(0).iter), "(1, 2)");
  EXPECT_EQ(constant(*folded.statement<ForStmt>(1).iter), "frozenset({1, 3})");
  EXPECT_EQ(folded.statement<ForStmt>(2).iter->kind, ExprKind::Tuple);
  EXPECT_EQ(folded.statement<ForStmt>(3).iter->kind, ExprKind::Set);
  EXPECT_EQ(folded.statement<ForStmt>(4).iter->kind, ExprKind::List);
}

TEST(FoldTree, DisplaysThatAreOnlySearched) {
  Folded folded(
      "a in [1, 'b']\n"
      "a not in {1, 1.0, True}\n"
      "a in [1] in [2]\n"
      "a in [1] == b\n"
      "a < [1]\n");
  EXPECT_EQ(constant(*folded.expression(0).as<CompareExpr>()->comparators[0]), "(1, 'b')");
  EXPECT_EQ(constant(*folded.expression(1).as<CompareExpr>()->comparators[0]), "frozenset({1})");
  EXPECT_EQ(folded.expression(2).as<CompareExpr>()->comparators[0]->kind, ExprKind::List);
  EXPECT_EQ(constant(*folded.expression(2).as<CompareExpr>()->comparators[1]), "(2,)");
  EXPECT_EQ(folded.expression(3).as<CompareExpr>()->comparators[0]->kind, ExprKind::List);
  EXPECT_EQ(folded.expression(4).as<CompareExpr>()->comparators[0]->kind, ExprKind::List);
}

TEST(FoldTree, ComprehensionIterables) {
  Folded folded("[x for x in [1, 2] for y in {3}]\n");
  const auto& comp = *folded.expression().as<ListCompExpr>();
  EXPECT_EQ(constant(*comp.generators[0]->iter), "(1, 2)");
  EXPECT_EQ(constant(*comp.generators[1]->iter), "frozenset({3})");
}

// The values of a JoinedStr: text in quotes, conversions as {kind:spec}.
std::string formatted(const char* expression) {
  Folded folded(expression);
  const Expr& node = folded.expression();
  if (node.kind != ExprKind::JoinedStr) return "unfolded";
  EXPECT_EQ(node.range.column, 0);
  std::string out;
  for (const Expr* part : node.as<JoinedStrExpr>()->values) {
    if (part->kind == ExprKind::Constant) {
      EXPECT_EQ(part->range.line, -1);
      out += constant(*part);
      continue;
    }
    const auto& value = *part->as<FormattedValueExpr>();
    EXPECT_EQ(value.range.column, value.value->range.column);
    out += std::string("{") + static_cast<char>(value.conversion);
    if (value.format_spec != nullptr) out += ":" + constant(*value.format_spec);
    out += "}";
  }
  return out;
}

TEST(FoldTree, PercentFormatting) {
  EXPECT_EQ(formatted("'a%sb%rc%a' % (x, y, z)\n"), "'a'{s}'b'{r}'c'{a}");
  EXPECT_EQ(formatted("'%%%s%%' % (x,)\n"), "'%'{s}'%'");
  EXPECT_EQ(formatted("'%5s%-5s%.2s%05r%.s%.05s%-.3s' % (a, b, c, d, e, f, g)\n"),
            "{s:'>5'}{s:'5'}{s:'.2'}{r:'>5'}{s:'.0'}{s:'.5'}{s:'.3'}");
  EXPECT_EQ(formatted("'%10.20s' % (x,)\n"), "{s:'>10.20'}");
  EXPECT_EQ(formatted("'%+ #0s' % (x,)\n"), "{s}");
  EXPECT_EQ(formatted("'%100s' % (x,)\n"), "unfolded");
  EXPECT_EQ(formatted("'%.100s' % (x,)\n"), "unfolded");
  EXPECT_EQ(formatted("'%d' % (x,)\n"), "unfolded");
  EXPECT_EQ(formatted("'%s' % (x, y)\n"), "unfolded");
  EXPECT_EQ(formatted("'%s%s' % (x,)\n"), "unfolded");
  EXPECT_EQ(formatted("'%s%' % (x,)\n"), "unfolded");
  EXPECT_EQ(formatted("'%(a)s' % (x,)\n"), "unfolded");
  EXPECT_EQ(formatted("'%*s' % (x, y)\n"), "unfolded");
  EXPECT_EQ(formatted("'%s' % (*x,)\n"), "unfolded");
  EXPECT_EQ(formatted("'%s' % x\n"), "unfolded");
  EXPECT_EQ(formatted("b'%s' % (x,)\n"), "unfolded");
  EXPECT_EQ(formatted("'%s' % (1,)\n"), "unfolded");
}

TEST(FoldTree, NoDocstringByFolding) {
  Folded folded("'a' + 'b'\ndef f():\n  'a' + 'b'\nclass C:\n  'doc'\n");
  EXPECT_EQ(folded.expression(0).kind, ExprKind::JoinedStr);
  const auto& function = folded.statement<FunctionDefStmt>(1);
  EXPECT_EQ(function.body[0]->as<ExprStmt>()->value->kind, ExprKind::JoinedStr);
  const auto& owner = folded.statement<ClassDefStmt>(2);
  EXPECT_EQ(constant(*owner.body[0]->as<ExprStmt>()->value), "'doc'");
}

TEST(FoldTree, DebugAndLevels) {
  EXPECT_EQ(constant(Folded("__debug__\n", 0).expression()), "True");
  EXPECT_EQ(constant(Folded("__debug__\n", 1).expression()), "False");
  EXPECT_EQ(constant(Folded("not __debug__\n", 2).expression()), "True");
}

TEST(FoldTree, PostponedAnnotationsStayAsWritten) {
  const char* source = "x: 1 + 2 = 3 + 4\ndef f(a: 1 + 2 = 3 + 4) -> 5 + 6: pass\n";
  Folded now(source);
  Folded postponed("from __future__ import annotations\n" + std::string(source));
  EXPECT_EQ(constant(*now.statement<AnnAssignStmt>(0).annotation), "3");
  EXPECT_EQ(constant(*now.statement<FunctionDefStmt>(1).returns), "11");
  EXPECT_EQ(constant(*now.statement<FunctionDefStmt>(1).args->args[0]->annotation), "3");
  EXPECT_EQ(postponed.statement<AnnAssignStmt>(1).annotation->kind, ExprKind::BinOp);
  EXPECT_EQ(constant(*postponed.statement<AnnAssignStmt>(1).value), "7");
  const auto& function = postponed.statement<FunctionDefStmt>(2);
  EXPECT_EQ(function.returns->kind, ExprKind::BinOp);
  EXPECT_EQ(function.args->args[0]->annotation->kind, ExprKind::BinOp);
  EXPECT_EQ(constant(*function.args->defaults[0]), "7");
}

TEST(FoldTree, PatternsAndTargets) {
  Folded folded("match x:\n  case -1: pass\n  case {1 - 2j: a}: pass\n(a, b) = 1, 2\n");
  const auto& match = folded.statement<MatchStmt>(0);
  EXPECT_EQ(constant(*match.cases[0]->pattern->as<MatchValuePattern>()->value), "-1");
  EXPECT_EQ(constant(*match.cases[1]->pattern->as<MatchMappingPattern>()->keys[0]), "(1-2j)");
  const auto& assign = folded.statement<AssignStmt>(1);
  EXPECT_EQ(assign.targets[0]->kind, ExprKind::Tuple);
  EXPECT_EQ(constant(*assign.value), "(1, 2)");
}

TEST(FoldTree, LongChainsAreLinear) {
  // With a copy at each step this would take gigabytes.
  std::string text = "x = '" + std::string(1'000'000, 'a') + "'";
  std::string bytes = "y = b'" + std::string(1000, 'c') + "'";
  std::string items = "z = (1, 2)";
  for (int i = 0; i < 2900; ++i) {
    text += i % 2 == 0 ? "+'b'" : "+'\u00e4'";
    bytes += "+b'd'";
    items += "+(3, 4)";
  }
  Folded folded(text + "\n" + bytes + "\n" + items + "\n");
  const Constant& sum = *folded.statement<AssignStmt>(0).value->as<ConstantExpr>()->value;
  EXPECT_EQ(sum.length, 1'002'900u);
  EXPECT_EQ(sum.size, 1'004'350u);
  EXPECT_FALSE(sum.ascii);
  EXPECT_EQ(sum.text().substr(999'999, 7), "ab\u00e4b\u00e4");
  const Constant& data = *folded.statement<AssignStmt>(1).value->as<ConstantExpr>()->value;
  EXPECT_EQ(data.text(), std::string(1000, 'c') + std::string(2900, 'd'));
  const Constant& tuple = *folded.statement<AssignStmt>(2).value->as<ConstantExpr>()->value;
  EXPECT_EQ(tuple.size, 5802u);
  EXPECT_EQ(repr(*tuple.elements()[5801]), "4");
  EXPECT_LT(folded.front_end.workspace.arena.reserved_bytes(), 64u << 20);
}

TEST(FoldTree, ChainsThatPart) {
  const std::string a(300, 'a');
  Folded folded("x = ('" + a + "' + 'b') + 'c' + ('" + a + "' + 'd' + 'e') + 'f'\n");
  EXPECT_EQ(constant(*folded.statement<AssignStmt>(0).value), "'" + a + "bc" + a + "def'");
}

TEST(FoldTree, MemoryIsBounded) {
  std::string source = "x = 0x" + std::string(2'000'000, 'f');
  for (int i = 0; i < 1200; ++i) source += "+1";
  FrontEnd front_end(source + "\n");
  EXPECT_FALSE(front_end.optimise());
  EXPECT_EQ(describe(front_end.error), "MemoryError|\n");
}

}  // namespace
}  // namespace ouro::compiler::testing
