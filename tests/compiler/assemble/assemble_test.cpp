// Units as code generation makes them, and the bytes that CPython 3.11 has for the same functions.
#include <gtest/gtest.h>

#include "bytecode/exceptions.h"
#include "unit_builder.h"

namespace ouro::compiler {
namespace {

using testing::to_hex;
using testing::UnitBuilder;

// def f(a):
//   if a:
//     x = 1
//   else:
//     x = 2
TEST(Assemble, ExitsAreCopiedIntoBothBranches) {
  UnitBuilder b;
  b.unit.arg_count = 1;
  b.unit.locals.push_back(b.name("a"));
  b.unit.locals.push_back(b.name("x"));
  b.none();
  b.where = b.at(1, 0, 0);
  b.emit(Op::RESUME, 0);
  const Label end = b.label();
  const Label otherwise = b.label();
  b.where = b.at(2, 5, 6);
  b.emit(Op::LOAD_FAST, 0);
  b.where = b.at(2, 2, 9);
  b.where.end_line = 5;
  b.jump(Op::POP_JUMP_IF_FALSE, otherwise);
  b.where = b.at(3, 8, 9);
  b.emit(Op::LOAD_CONST, b.integer(1));
  b.where = b.at(3, 4, 5);
  b.emit(Op::STORE_FAST, 1);
  b.where = {};
  b.jump(Op::JUMP, end);
  b.place(otherwise);
  b.where = b.at(5, 8, 9);
  b.emit(Op::LOAD_CONST, b.integer(2));
  b.where = b.at(5, 4, 5);
  b.emit(Op::STORE_FAST, 1);
  b.place(end);
  b.return_none();
  const CodeObject& code = b.finish();
  EXPECT_EQ(to_hex(code.code), "97007c00720464017d016400530064027d0164005300");
  EXPECT_EQ(to_hex(code.line_table), "8000d80506f00003030ad80809804180418041e00809804180418041");
  EXPECT_EQ(code.stack_size, 1);
  EXPECT_EQ(code.arg_count, 1);
  EXPECT_EQ(code.consts->size, 3u);
}

// def f(a):
//   def g():
//     nonlocal b
//     return a, b
//   b = yield a
TEST(Assemble, GeneratorWithCells) {
  UnitBuilder b;
  b.unit.flags |= kCoGenerator;
  b.unit.arg_count = 1;
  for (const char* local : {"a", "g"}) b.unit.locals.push_back(b.name(local));
  for (const char* cell : {"a", "b"}) b.unit.cells.push_back(b.name(cell));
  b.none();
  b.where = b.at(1, 0, 0);
  b.emit(Op::RESUME, 0);
  b.where = b.at(2, 2, 15);
  b.where.end_line = 4;
  b.where.end_column = 15;
  b.emit(Op::LOAD_CLOSURE, 0);
  b.emit(Op::LOAD_CLOSURE, 1);
  b.emit(Op::BUILD_TUPLE, 2);
  b.emit(Op::LOAD_CONST, b.integer(7));  // in place of the code object
  b.emit(Op::MAKE_FUNCTION, 8);
  b.emit(Op::STORE_FAST, 1);
  b.where = b.at(5, 12, 13);
  b.emit(Op::LOAD_DEREF, 0);
  b.where = b.at(5, 6, 13);
  b.emit(Op::YIELD_VALUE);
  b.emit(Op::RESUME, 1);
  b.where = b.at(5, 2, 3);
  b.emit(Op::STORE_DEREF, 1);
  b.return_none();
  const CodeObject& code = b.finish();
  EXPECT_EQ(to_hex(code.code), "870087024b0001009700880088026602640184087d018900560097018a0264005300");
  EXPECT_EQ(to_hex(code.line_table),
            "f8f8e800e8008000f002020310f000020310f000020310f000020310f000020310f000020310"
            "f006000d0e80678067802180218021");
  EXPECT_EQ(code.stack_size, 2);
  ASSERT_EQ(code.locals_plus_names->size, 3u);
  EXPECT_EQ(code.locals_plus_names->items[2]->text(), "b");
  EXPECT_EQ(to_hex(code.locals_plus_kinds), "602040");
}

// The inner function of the above: free variables are copied in before anything else.
TEST(Assemble, FreeVariables) {
  UnitBuilder b(2);
  b.unit.flags |= kCoNested;
  for (const char* free : {"a", "b"}) b.unit.frees.push_back(b.name(free));
  b.none();
  b.where = b.at(2, 0, 0);
  b.emit(Op::RESUME, 0);
  b.where = b.at(4, 11, 12);
  b.emit(Op::LOAD_DEREF, 0);
  b.where = b.at(4, 14, 15);
  b.emit(Op::LOAD_DEREF, 1);
  b.where = b.at(4, 11, 15);
  b.emit(Op::BUILD_TUPLE, 2);
  b.where = b.at(4, 4, 15);
  b.emit(Op::RETURN_VALUE);
  const CodeObject& code = b.finish();
  EXPECT_EQ(to_hex(code.code), "950297008900890166025300");
  EXPECT_EQ(to_hex(code.line_table), "f88000e00b0c88618834804b");
  EXPECT_EQ(to_hex(code.locals_plus_kinds), "8080");
}

// def f(a,b):
//   a, b = b, a
//   return (1, -2)
TEST(Assemble, SwapsBecomeStoresInAnotherOrder) {
  UnitBuilder b;
  b.unit.arg_count = 2;
  for (const char* local : {"a", "b"}) b.unit.locals.push_back(b.name(local));
  b.none();
  b.where = b.at(1, 0, 0);
  b.emit(Op::RESUME, 0);
  b.where = b.at(2, 9, 10);
  b.emit(Op::LOAD_FAST, 1);
  b.where = b.at(2, 12, 13);
  b.emit(Op::LOAD_FAST, 0);
  b.where = b.at(2, 9, 13);
  b.emit(Op::BUILD_TUPLE, 2);
  b.where = b.at(2, 2, 6);
  b.emit(Op::UNPACK_SEQUENCE, 2);
  b.where = b.at(2, 2, 3);
  b.emit(Op::STORE_FAST, 0);
  b.where = b.at(2, 5, 6);
  b.emit(Op::STORE_FAST, 1);
  b.where = b.at(3, 10, 11);
  b.emit(Op::LOAD_CONST, b.integer(1));
  b.where = b.at(3, 13, 15);
  b.emit(Op::LOAD_CONST, b.integer(-2));
  b.where = b.at(3, 9, 16);
  b.emit(Op::BUILD_TUPLE, 2);
  b.where = b.at(3, 2, 16);
  b.emit(Op::RETURN_VALUE);
  const CodeObject& code = b.finish();
  EXPECT_EQ(to_hex(code.code), "97007c017c007d017d0064035300");
  ASSERT_EQ(code.consts->size, 4u);
  EXPECT_TRUE(code.consts->items[3]->is(ConstantKind::Tuple));
  EXPECT_EQ(code.stack_size, 2);
}

// def f(a):
//   while a:
//     try:
//       g(a)
//     finally:
//       h()
TEST(Assemble, HandlersLoopsAndExceptionTable) {
  UnitBuilder b;
  b.unit.arg_count = 1;
  b.unit.locals.push_back(b.name("a"));
  for (const char* global : {"g", "h"}) b.unit.names.push_back(b.name(global));
  b.none();
  b.where = b.at(1, 0, 0);
  b.emit(Op::RESUME, 0);
  const Label loop = b.label();
  const Label body = b.label();
  const Label after = b.label();
  const auto call_h = [&b](bool back) {
    b.where = b.at(6, 6, 7);
    b.emit(Op::PUSH_NULL);
    b.emit(Op::LOAD_GLOBAL, 1 << 1);
    b.where = b.at(6, 6, 9);
    b.emit(Op::PRECALL, 0);
    b.emit(Op::CALL, 0);
    b.emit(Op::POP_TOP);
    if (back) b.where = {};
  };
  b.place(loop);
  b.where = b.at(2, 8, 9);
  b.emit(Op::LOAD_FAST, 0);
  b.jump(Op::POP_JUMP_IF_FALSE, after);
  b.place(body);
  const Label protected_code = b.label();
  const Label handler = b.label();
  const Label exit = b.label();
  const Label cleanup = b.label();
  b.where = b.at(3, 4, 9);
  b.where.end_line = 6;
  b.jump(Op::SETUP_FINALLY, handler);
  b.place(protected_code);
  b.where = b.at(4, 6, 7);
  b.emit(Op::PUSH_NULL);
  b.emit(Op::LOAD_GLOBAL, 0);
  b.where = b.at(4, 8, 9);
  b.emit(Op::LOAD_FAST, 0);
  b.where = b.at(4, 6, 10);
  b.emit(Op::PRECALL, 1);
  b.emit(Op::CALL, 1);
  b.emit(Op::POP_TOP);
  b.where = {};
  b.emit(Op::POP_BLOCK);
  call_h(true);
  b.jump(Op::JUMP, exit);
  b.place(handler);
  b.jump(Op::SETUP_CLEANUP, cleanup);
  b.emit(Op::PUSH_EXC_INFO);
  call_h(false);
  b.where = b.at(6, 6, 9);
  b.emit(Op::RERAISE, 0);
  b.place(cleanup);
  b.where = {};
  b.emit(Op::COPY, 3);
  b.emit(Op::POP_EXCEPT);
  b.emit(Op::RERAISE, 1);
  b.place(exit);
  b.where = b.at(2, 8, 9);
  b.emit(Op::LOAD_FAST, 0);
  b.jump(Op::POP_JUMP_IF_TRUE, body);
  b.place(after);
  b.return_none();
  const CodeObject& code = b.finish();
  EXPECT_EQ(to_hex(code.code),
            "97007c00723609007401000000000000000000007c00a6010000ab010000000000000000010074030000000000000000"
            "0000a60"
            "00000ab00000000000000000001006e132300740300000000000000000000a6000000ab0000000000000000000100770"
            "07803590"
            "077017c00b0346400530064005300");
  EXPECT_EQ(to_hex(code.exception_table), "840f2200a2103203");
  EXPECT_EQ(code.stack_size, 4);
}

TEST(Assemble, JumpsOverManyInstructionsGrow) {
  for (const uint32_t pops : {254u, 255u, 256u, 65'534u, 65'536u, 70'000u}) {
    UnitBuilder b;
    b.unit.locals.push_back(b.name("a"));
    b.where = b.at(1, 0, 1);
    b.emit(Op::RESUME, 0);
    const Label loop = b.label();
    const Label end = b.label();
    b.place(loop);
    b.emit(Op::LOAD_FAST, 0);
    b.jump(Op::POP_JUMP_IF_FALSE, end);
    for (uint32_t i = 0; i < pops / 2; ++i) {
      b.emit(Op::LOAD_FAST, 0);
      b.emit(Op::POP_TOP);
    }
    b.jump(Op::JUMP, loop);
    b.place(end);
    b.return_none();
    const CodeObject& code = b.finish();
    // Follow the two jumps by hand.
    const std::string_view bytes = code.code->text();
    uint32_t operand = 0;
    for (uint32_t unit = 0; unit * 2 < bytes.size(); ++unit) {
      const auto op = static_cast<unsigned char>(bytes[unit * 2]);
      operand = operand << 8 | static_cast<unsigned char>(bytes[unit * 2 + 1]);
      if (op == 144) continue;  // EXTENDED_ARG
      if (op == 114) {          // to the last two
        EXPECT_EQ((unit + 1 + operand) * 2 + 4, bytes.size());
      }
      if (op == 140) {  // to the LOAD_FAST
        EXPECT_EQ(unit + 1 - operand, 1u);
      }
      operand = 0;
    }
  }
}

TEST(Assemble, EqualTablesAreShared) {
  UnitBuilder b;
  const auto function = [&b](const char* name) {
    CodeUnit unit(b.workspace.arena);
    unit.name = unit.qualified_name = b.name(name);
    unit.first_line = 1;
    unit.consts.push_back(b.workspace.constants.none());
    unit.names.push_back(b.name("g"));
    unit.locals.push_back(b.name("x"));
    unit.sequence.emit(Op::RESUME, 0, b.at(1, 0, 0));
    unit.sequence.emit(Op::LOAD_CONST, 0, b.at(1, 4, 5));
    unit.sequence.emit(Op::RETURN_VALUE, 0, b.at(1, 4, 5));
    return assemble(b.compilation, unit).value();
  };
  const CodeObject* first = function("one");
  const CodeObject* second = function("two");
  EXPECT_EQ(first->names, second->names);
  EXPECT_EQ(first->consts, second->consts);
  EXPECT_EQ(first->locals_plus_names, second->locals_plus_names);
  EXPECT_EQ(first->line_table, second->line_table);
  EXPECT_EQ(first->exception_table, b.workspace.constants.bytes({}));
  EXPECT_NE(first->locals_plus_kinds, second->locals_plus_kinds);
  EXPECT_NE(first->code, second->code);
  EXPECT_TRUE(first->code->immortal);
  EXPECT_TRUE(first->name->interned);
}

TEST(Assemble, NamesOfScopesThatHaveNoneAreNotInterned) {
  UnitBuilder b;
  b.unit.name = b.unit.qualified_name = b.name("<lambda>");
  b.where = b.at(1, 0, 0);
  b.emit(Op::RESUME, 0);
  b.return_none();
  const CodeObject& code = b.finish();
  EXPECT_EQ(code.name, code.qualified_name);
  EXPECT_FALSE(code.name->interned);
  EXPECT_TRUE(code.name->immortal);
}

}  // namespace
}  // namespace ouro::compiler
