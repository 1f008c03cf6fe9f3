// What constant expressions become, against CPython: type, value, and whether they are folded at all.
#include "values.h"

#include "compiler/fold/operations.h"

namespace ouro::compiler::testing {
namespace {

std::string folded(std::string_view expression) {
  FrontEnd front_end("x = " + std::string(expression));
  if (!front_end.optimise()) return describe(front_end.error);
  const auto& assign = *front_end.module->body[0]->as<syntax::AssignStmt>();
  if (assign.value->kind != syntax::ExprKind::Constant) return "unfolded\n";
  const Constant& value = *assign.value->as<syntax::ConstantExpr>()->value;
  return type_name(value) + " " + escape(repr(value)) + "\n";
}

void expect_same_value(const std::string& expression) {
  EXPECT_EQ(folded(expression), Oracle::instance()->ask("folded", to_hex(expression))) << expression;
}

TEST(FoldValues, EveryOperatorOnEveryPairOfTypes) {
  OURO_NEEDS_PYTHON311();
  const char* values[] = {"0",
                          "1",
                          "-1",
                          "3",
                          "-7",
                          "200",
                          "2**70",
                          "True",
                          "False",
                          "0.0",
                          "-0.0",
                          "1.5",
                          "-2.25",
                          "1e308",
                          "5e-324",
                          "1e999",
                          "2j",
                          "(1-2j)",
                          "None",
                          "...",
                          "''",
                          "'ab'",
                          "'\\xe4\\u20ac\\U0001f600'",
                          "b''",
                          "b'xyz'",
                          "()",
                          "(1,)",
                          "(1,'a')",
                          "(-0.0)"};
  const char* operators[] = {"+", "-", "*", "/", "//", "%", "**", "<<", ">>", "|", "^", "&"};
  for (const char* left : values) {
    for (const char* op : {"-", "+", "~", "not "}) expect_same_value(std::string(op) + left);
    for (const char* right : values) {
      for (const char* op : operators)
        expect_same_value("(" + std::string(left) + ") " + op + " (" + right + ")");
      expect_same_value("(" + std::string(left) + ")[" + right + "]");
    }
  }
}

TEST(FoldValues, Limits) {
  OURO_NEEDS_PYTHON311();
  for (const char* expression : {
           "2**127",
           "2**128",
           "2**64*2**63",
           "2**64*2**64",
           "(2**64-1)*(2**64-1)",
           "(-2)**127",
           "1<<127",
           "1<<128",
           "3<<126",
           "0<<1000000",
           "0**10**30",
           "1**128",
           "1**129",
           "2**-1",
           "0**-1",
           "10**-400",
           "2**10**9",
           "(-8.0)**0.5",
           "(-8)**(1/3)",
           "0.0**-1",
           "1e200*1e200",
           "1e200**2",
           "7//0",
           "7%0",
           "7/0",
           "7.0%0.0",
           "-7//2",
           "-7%3",
           "7%-3",
           "-7.5//2",
           "-7.5%2",
           "7.5%-2",
           "1//-0.1",
           "0.0//-1",
           "-0.0%3",
           "1>>1000",
           "-1>>1000",
           "1<<-1",
           "1>>-1",
           "'a'*4096",
           "'a'*4097",
           "'ab'*2048",
           "'ab'*2049",
           "b'a'*4096",
           "b'a'*4097",
           "'\\u20ac'*4096",
           "(1,)*256",
           "(1,)*257",
           "(1,2)*128",
           "(1,2)*129",
           "((1,)*200,)*5",
           "((1,)*200,)*6",
           "((1,)*250,)*4",
           "'a'*-1",
           "''*10**30",
           "''*-1",
           "()*-5",
           "(1,)*0",
           "0*(1,)",
           "True*'ab'",
           "'ab'*False",
           "'abc'[True]",
           "'abc'[-3]",
           "'abc'[3]",
           "'abc'[-4]",
           "b'abc'[1]",
           "(1,2,3)[-1]",
           "(1,2,3)[2**80]",
           "'\\U0001f600x'[0]",
           "'a\\ud800b'[1]",
           "'a' 'b' + 'c'",
           "1 + 2j",
           "-(1+2j)",
           "(1j)**2",
           "2**0.5",
           "0j**0",
           "1/3",
           "10**22/3",
           "2**63-1",
           "-2**63",
           "~-1",
           "not ()",
           "not ''",
           "not ...",
           "True+True",
           "True&False",
           "True|1",
           "True^True",
           "1_000_000*3",
           "'%s' % 1",
           "b'%s' % b'x'",
           "'%s' % ('a',)",
           "1 @ 2",
           "(1)[0]",
           "None[0]",
           "0xffffffffffffffffffffffff >> 17",
           "0xffffffffffffffffffffffff // 12345678901234567890",
           "0xffffffffffffffffffffffff / 3",
           "-5 & 2**80",
           "(1, 2) + (3,) + ()",
           "((1, 2), ('a', b'b'))",
           "(1, [2])",
           "-(-5)",
           "+True",
           "__debug__",
           "(__debug__, 1)",
       })
    expect_same_value(expression);
}

TEST(FoldValues, Identity) {
  Workspace workspace;
  Constants& constants = workspace.constants;
  const Constant* text = constants.str("text");
  const Constant* one = constants.integer(1);
  EXPECT_EQ(fold_binary(constants, syntax::BinaryOperator::Mult, *text, *one), text);
  EXPECT_EQ(fold_binary(constants, syntax::BinaryOperator::Add, *text, *constants.str("")), text);
  EXPECT_EQ(fold_binary(constants, syntax::BinaryOperator::Add, *constants.str(""), *text), text);
  const Constant* number = constants.integer(100000);
  EXPECT_EQ(fold_unary(constants, syntax::UnaryOperator::UAdd, *number), number);
  EXPECT_EQ(fold_unary(constants, syntax::UnaryOperator::USub, *constants.integer(-3)), constants.integer(3));
  const Constant* items[] = {text, one};
  const Constant* tuple = constants.tuple(items);
  EXPECT_EQ(fold_subscript(constants, *tuple, *constants.integer(-2)), text);
}

}  // namespace
}  // namespace ouro::compiler::testing
