#include "bytecode/disassemble.h"

#include <gtest/gtest.h>

#include "base/workspace.h"
#include "bytecode/constant_repr.h"
#include "bytecode/verify.h"

namespace ouro {
namespace {

/// A code object under construction, with all tables in place.
class CodeBuilder {
 public:
  explicit CodeBuilder(Workspace& workspace) : workspace_(workspace) {
    Constants& make = workspace.constants;
    code_.consts = code_.names = code_.locals_plus_names = make.tuple({});
    code_.locals_plus_kinds = code_.exception_table = make.bytes("");
    code_.filename = make.str("f.py");
    code_.name = code_.qualified_name = workspace.names.str("f");
    code_.first_line = 1;
    code_.stack_size = 10;
  }

  CodeBuilder& op(Op op, uint32_t argument = 0) {
    bytes_ += static_cast<char>(info(kPython311, op).number);
    bytes_ += static_cast<char>(argument);
    bytes_.append(size_t{info(kPython311, op).caches} * 2, '\0');
    return *this;
  }
  CodeBuilder& raw(std::string_view bytes) {
    bytes_ += bytes;
    return *this;
  }
  CodeBuilder& consts(std::vector<const Constant*> items) {
    code_.consts = workspace_.constants.tuple(items);
    return *this;
  }
  CodeBuilder& names(std::vector<std::string_view> texts) {
    code_.names = strings(texts);
    return *this;
  }
  CodeBuilder& locals(std::vector<std::string_view> texts, std::string_view kinds) {
    code_.locals_plus_names = strings(texts);
    code_.locals_plus_kinds = workspace_.constants.bytes(kinds);
    return *this;
  }
  CodeBuilder& exceptions(std::string_view table) {
    code_.exception_table = workspace_.constants.bytes(table);
    return *this;
  }
  CodeBuilder& lines(std::string_view table) {
    lines_ = table;
    return *this;
  }
  const CodeObject& finish() {
    code_.code = workspace_.constants.bytes(bytes_);
    code_.line_table = workspace_.constants.bytes(lines_);
    return code_;
  }

 private:
  const Constant* strings(const std::vector<std::string_view>& texts) {
    std::vector<const Constant*> items;
    for (const std::string_view text : texts) items.push_back(workspace_.constants.str(text));
    return workspace_.constants.tuple(items);
  }

  Workspace& workspace_;
  CodeObject code_;
  std::string bytes_;
  std::string lines_;
};

class Disassemble : public testing::Test {
 protected:
  std::string text(const CodeObject& code) {
    EXPECT_FALSE(verify_code(code, kPython311)) << verify_code(code, kPython311)->text();
    std::string out;
    disassemble(code, kPython311, [&](std::string_view piece) { out += piece; });
    return out;
  }
  std::string repr(const Constant* constant) {
    std::string out;
    append_repr(*constant, out);
    return out;
  }

  Workspace workspace_;
  Constants& make_ = workspace_.constants;
};

TEST_F(Disassemble, ArgumentsInWords) {
  CodeBuilder builder(workspace_);
  builder.consts({make_.str("it's"), make_.tuple({})})
      .names({"name", "other"})
      .locals({"a", "b"}, "\x20\x80");
  builder.op(Op::COPY_FREE_VARS, 1)
      .op(Op::RESUME)
      .op(Op::LOAD_CONST, 0)
      .op(Op::LOAD_GLOBAL, 1)
      .op(Op::LOAD_GLOBAL, 2)
      .op(Op::LOAD_FAST, 0)
      .op(Op::LOAD_DEREF, 1)
      .op(Op::COMPARE_OP, 3)
      .op(Op::BINARY_OP, 13)
      .op(Op::FORMAT_VALUE, 6)
      .op(Op::FORMAT_VALUE, 4)
      .op(Op::MAKE_FUNCTION, 9)
      .op(Op::KW_NAMES, 1)
      .op(Op::RETURN_VALUE);
  EXPECT_EQ(text(builder.finish()),
            "          0 COPY_FREE_VARS           1\n"
            "          2 RESUME                   0\n"
            "          4 LOAD_CONST               0 (\"it's\")\n"
            "          6 LOAD_GLOBAL              1 (NULL + name)\n"
            "         18 LOAD_GLOBAL              2 (other)\n"
            "         30 LOAD_FAST                0 (a)\n"
            "         32 LOAD_DEREF               1 (b)\n"
            "         34 COMPARE_OP               3 (!=)\n"
            "         40 BINARY_OP               13 (+=)\n"
            "         44 FORMAT_VALUE             6 (repr, with format)\n"
            "         46 FORMAT_VALUE             4 (with format)\n"
            "         48 MAKE_FUNCTION            9 (defaults, closure)\n"
            "         50 KW_NAMES                 1\n"
            "         52 RETURN_VALUE\n");
}

TEST_F(Disassemble, LinesJumpsAndHandlers) {
  CodeBuilder builder(workspace_);
  builder.op(Op::RESUME).op(Op::JUMP_FORWARD, 1).op(Op::NOP).op(Op::EXTENDED_ARG, 0).op(Op::JUMP_BACKWARD, 3);
  // Two units on line 1, two on line 1001, one nowhere.
  builder.lines(std::string_view("\xE9\0\xE9\x50\x1F\xF8", 6)).exceptions(std::string_view("\x81\1\3\1", 4));
  EXPECT_EQ(text(builder.finish()),
            "   1           0 RESUME                   0\n"
            "               2 JUMP_FORWARD             1 (to 6)\n"
            "\n"
            "1001     >>    4 NOP\n"
            "         >>    6 EXTENDED_ARG             0\n"
            "               8 JUMP_BACKWARD            3 (to 4)\n"
            "ExceptionTable:\n"
            "  2 to 2 -> 6 [0] lasti\n");
}

TEST_F(Disassemble, NestedCode) {
  CodeBuilder inner(workspace_);
  const CodeObject inner_code = inner.op(Op::RETURN_VALUE).finish();
  CodeBuilder outer(workspace_);
  outer.consts({make_.code(&inner_code)}).op(Op::LOAD_CONST, 0).op(Op::RETURN_VALUE);
  EXPECT_EQ(text(outer.finish()),
            "          0 LOAD_CONST               0 (<code object f at 0x0, file \"f.py\", line 1>)\n"
            "          2 RETURN_VALUE\n"
            "\n"
            "Disassembly of <code object f at 0x0, file \"f.py\", line 1>:\n"
            "          0 RETURN_VALUE\n");
}

TEST_F(Disassemble, Reprs) {
  const Constant* pair[] = {make_.integer(-1), make_.str("\n\xC3\xA9")};
  EXPECT_EQ(repr(make_.tuple(pair)), "(-1, '\\n\xC3\xA9')");
  EXPECT_EQ(repr(make_.tuple(std::span(pair).first(1))), "(-1,)");
  EXPECT_EQ(repr(make_.tuple({})), "()");
  EXPECT_EQ(repr(make_.frozen_set(pair)), "frozenset({-1, '\\n\xC3\xA9'})");
  EXPECT_EQ(repr(make_.frozen_set({})), "frozenset()");
  EXPECT_EQ(repr(make_.bytes("a'\xFF")), "b\"a'\\xff\"");
  EXPECT_EQ(repr(make_.floating(1e16)), "1e+16");
  EXPECT_EQ(repr(make_.complex(0, -2)), "-2j");
  EXPECT_EQ(repr(make_.ellipsis()), "Ellipsis");
  EXPECT_EQ(repr(make_.boolean(true)), "True");
  const uint64_t limbs[] = {0, 1};
  EXPECT_EQ(repr(make_.integer(limbs, true)), "-18446744073709551616");
}

// The text of a hostile file stays within bounds: the same long constant at every instruction.
TEST_F(Disassemble, LongTextsAreCutInTheEnd) {
  const Constant* constant = make_.str(std::string(5000, 'x'));
  const Constant* name = make_.str(std::string(198, 'x') + std::string(200, 'y') + "\xE2\x82\xAC");
  ArgumentTexts texts(12000);
  EXPECT_EQ(texts.repr(*constant).size(), 5002u);
  EXPECT_EQ(texts.repr(*constant).size(), 5002u);
  const std::string cut = texts.repr(*constant);
  EXPECT_EQ(cut, "'" + std::string(199, 'x') + "...");
  EXPECT_EQ(texts.repr(*constant), cut);
  EXPECT_EQ(texts.name(*name), std::string(198, 'x') + "yy...");
  EXPECT_EQ(texts.repr(*make_.str("short")), "'short'");
}

TEST_F(Disassemble, Json) {
  CodeBuilder builder(workspace_);
  builder.names({"name"}).op(Op::LOAD_GLOBAL, 1).op(Op::RETURN_VALUE);
  builder.lines(std::string_view("\x8D\2\x80\x12", 4));
  JsonWriter json;
  disassemble_json(builder.finish(), kPython311, json);
  const std::string expected =
      R"("instructions":[{"offset":0,"opname":"LOAD_GLOBAL","opcode":116,"arg":1,"argrepr":"NULL + name",)"
      R"("argval":"name","starts_line":1,"is_jump_target":false,"caches":5,"positions":)"
      R"({"lineno":1,"end_lineno":1,"col_offset":8,"end_col_offset":10}},)";
  EXPECT_NE(json.text().find(expected), std::string::npos) << json.text();
  EXPECT_TRUE(json.text().starts_with(R"({"name":"f","qualname":"f","filename":"f.py","firstlineno":1)"));
}

class Verify : public Disassemble {
 protected:
  std::string error(CodeBuilder& builder) {
    const auto found = verify_code(builder.finish(), kPython311);
    return found ? found->text() : "";
  }
  CodeBuilder builder() { return CodeBuilder(workspace_); }
};

TEST_F(Verify, Instructions) {
  const std::string where = "code object 'f' (line 1), offset ";
  EXPECT_EQ(error(builder().raw("")),
            "code object 'f' (line 1): co_code is empty or ends in half an instruction");
  EXPECT_EQ(error(builder().raw("\xFF").raw(std::string_view("\0", 1))),
            where + "0: opcode 255 is none of CPython 3.11");
  EXPECT_EQ(error(builder().raw(std::string_view("\0\0", 2))), where + "0: opcode 0 is none of CPython 3.11");
  EXPECT_EQ(error(builder().op(Op::NOP)), where + "0: control runs off the end of the code");
  EXPECT_EQ(error(builder().op(Op::NOP).raw("\x74\1")),
            where + "2: the inline cache runs over the end of the code");
  EXPECT_EQ(error(builder().op(Op::EXTENDED_ARG, 1).op(Op::RETURN_VALUE)),
            where + "2: EXTENDED_ARG before an instruction without one");
  EXPECT_EQ(
      error(builder().op(Op::EXTENDED_ARG, 200).op(Op::EXTENDED_ARG).op(Op::EXTENDED_ARG).op(Op::COPY, 1)),
      where + "6: an argument of more than 31 bits");
}

TEST_F(Verify, Operands) {
  const std::string where = "code object 'f' (line 1), offset 0: ";
  auto with = [&](Op op, uint32_t argument) {
    CodeBuilder code(workspace_);
    code.consts({make_.none()}).names({"n"}).locals({"a"}, "\x20").op(op, argument).op(Op::RETURN_VALUE);
    return error(code);
  };
  EXPECT_EQ(with(Op::LOAD_CONST, 0), "");
  EXPECT_EQ(with(Op::LOAD_CONST, 1), where + "LOAD_CONST with index 1 of co_consts of 1");
  EXPECT_EQ(with(Op::LOAD_NAME, 1), where + "LOAD_NAME with index 1 of co_names of 1");
  EXPECT_EQ(with(Op::LOAD_GLOBAL, 1), "");
  EXPECT_EQ(with(Op::LOAD_GLOBAL, 2), where + "LOAD_GLOBAL with index 1 of co_names of 1");
  EXPECT_EQ(with(Op::LOAD_FAST, 1), where + "LOAD_FAST with index 1 of the locals of 1");
  EXPECT_EQ(with(Op::LOAD_DEREF, 0), where + "LOAD_DEREF on a variable that is no cell");
  EXPECT_EQ(with(Op::COMPARE_OP, 6), where + "COMPARE_OP with argument 6");
  EXPECT_EQ(with(Op::BINARY_OP, 26), where + "BINARY_OP with argument 26");
  EXPECT_EQ(with(Op::SWAP, 0), where + "SWAP with argument 0");
  EXPECT_EQ(with(Op::BUILD_SLICE, 4), where + "BUILD_SLICE with argument 4");
  EXPECT_EQ(with(Op::COPY_FREE_VARS, 1), where + "COPY_FREE_VARS with argument 1");
  EXPECT_EQ(with(Op::KW_NAMES, 0), where + "KW_NAMES with something else than a tuple of names");
  EXPECT_EQ(with(Op::JUMP_FORWARD, 0), "");
  EXPECT_EQ(with(Op::JUMP_FORWARD, 1), where + "jump out of the code, to 4");
  EXPECT_EQ(with(Op::JUMP_BACKWARD, 2), where + "jump out of the code, to -2");
}

TEST_F(Verify, JumpsAndTables) {
  const std::string where = "code object 'f' (line 1)";
  EXPECT_EQ(error(builder().names({"n"}).op(Op::LOAD_GLOBAL).op(Op::JUMP_BACKWARD, 3)),
            where + ", offset 12: jump into the middle of an instruction, to 8");
  EXPECT_EQ(error(builder().op(Op::EXTENDED_ARG).op(Op::COPY, 1).op(Op::JUMP_BACKWARD, 2)),
            where + ", offset 4: jump into the middle of an instruction, to 2");
  auto with_table = [&](std::string_view table) {
    return error(builder().op(Op::NOP).op(Op::RETURN_VALUE).exceptions(table));
  };
  EXPECT_EQ(with_table(std::string_view("\x80\1\1\0", 4)), "");
  EXPECT_EQ(with_table(std::string_view("\x80\1\2\0", 4)),
            where + ", offset 0: an exception handler out of the code, to 4");
  EXPECT_EQ(with_table(std::string_view("\x80\3\1\0", 4)),
            where + ", offset 0: an exception table entry is out of order or out of the code");
  EXPECT_EQ(with_table(std::string_view("\x80\1\1\x16", 4)),
            where + ", offset 0: an exception handler at stack depth 11 of 10");
  EXPECT_EQ(with_table(std::string_view("\x80\1", 2)), where + ": the exception table is malformed");
  EXPECT_EQ(error(builder().op(Op::RETURN_VALUE).lines("\x01")), where + ": the position table is malformed");
  EXPECT_EQ(error(builder().op(Op::RETURN_VALUE).lines("\xF9")),
            where + ": the position table is longer than the code");
  EXPECT_EQ(error(builder().op(Op::RETURN_VALUE).locals({"a", "b"}, "\x80\x20")),
            where + ": co_localspluskinds has a free variable before others");
  EXPECT_EQ(error(builder().op(Op::RETURN_VALUE).locals({"a"}, std::string_view("\0", 1))),
            where + ": co_localspluskinds holds an unknown kind");
}

TEST_F(Verify, NestedCode) {
  CodeBuilder inner(workspace_);
  const CodeObject inner_code = inner.op(Op::NOP).finish();
  CodeBuilder outer(workspace_);
  outer.consts({make_.code(&inner_code)}).op(Op::RETURN_VALUE);
  const auto found = verify_code(outer.finish(), kPython311);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->code, &inner_code);
}

}  // namespace
}  // namespace ouro
