// Single passes over small graphs.
#include "compiler/flow/flow.h"

#include <gtest/gtest.h>

#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "../assemble/unit_builder.h"

namespace ouro::compiler {
namespace {

using testing::UnitBuilder;

// The blocks as text: names of instructions, operands, targets.
std::string show(Flow& flow) {
  std::string text;
  for_each_block(flow.graph, [&](BlockId id, Block& block) {
    text += "[" + std::to_string(id) + "]";
    for (const FlowInstruction& instruction : block.code()) {
      const OpInfo& op = info(kPython311, instruction.op);
      text += " " + std::string(op.name);
      if (instruction.target != kNoBlock) {
        text += "->" + std::to_string(instruction.target);
      } else if (op.has_argument()) {
        text += " " + std::to_string(instruction.operand);
      }
    }
    text += "\n";
  });
  return text;
}

TEST(Flow, OfSeveralLabelsAtOnePlaceTheLastHasTheCode) {
  UnitBuilder b;
  const Label first = b.label();
  const Label second = b.label();
  b.where = b.at(1, 0, 1);
  b.jump(Op::JUMP, first);
  b.place(second);
  b.place(first);
  b.emit(Op::NOP);
  b.jump(Op::JUMP, second);
  Flow flow(b.compilation, b.unit);
  EXPECT_EQ(show(flow), "[0] JUMP->1\n[1] NOP JUMP->1\n");
}

TEST(Flow, CodeAfterAJumpIsABlockOfItsOwn) {
  UnitBuilder b;
  b.where = b.at(1, 0, 1);
  b.emit(Op::RETURN_VALUE);
  b.emit(Op::NOP);
  Flow flow(b.compilation, b.unit);
  EXPECT_EQ(show(flow), "[0] RETURN_VALUE\n[1] NOP\n");
}

// a and b or c, on one line.
TEST(Flow, JumpsToTestsAreThreaded) {
  UnitBuilder b;
  b.where = b.at(1, 0, 1);
  const Label end_or = b.label();
  const Label end_and = b.label();
  b.emit(Op::LOAD_FAST, 0);
  b.jump(Op::JUMP_IF_FALSE_OR_POP, end_and);
  b.emit(Op::LOAD_FAST, 1);
  b.place(end_and);
  b.jump(Op::JUMP_IF_TRUE_OR_POP, end_or);
  b.emit(Op::LOAD_FAST, 2);
  b.place(end_or);
  b.emit(Op::RETURN_VALUE);
  Flow flow(b.compilation, b.unit);
  ASSERT_TRUE(optimise_blocks(flow).ok());
  EXPECT_EQ(show(flow),
            "[0] LOAD_FAST 0 POP_JUMP_IF_FALSE->4\n[3] LOAD_FAST 1\n[2] JUMP_IF_TRUE_OR_POP->1\n"
            "[4] LOAD_FAST 2\n[1] RETURN_VALUE\n");
}

TEST(Flow, JumpsInARingEnd) {
  UnitBuilder b;
  b.where = b.at(1, 0, 1);
  const Label one = b.label();
  const Label two = b.label();
  b.jump(Op::JUMP, one);
  b.place(one);
  b.jump(Op::JUMP, two);
  b.place(two);
  b.jump(Op::JUMP, one);
  Flow flow(b.compilation, b.unit);
  EXPECT_TRUE(optimise_blocks(flow).ok());
}

TEST(Flow, ConstantConditions) {
  UnitBuilder b;
  b.where = b.at(1, 0, 1);
  const Label other = b.label();
  b.emit(Op::LOAD_CONST, b.integer(0));
  b.jump(Op::POP_JUMP_IF_FALSE, other);
  b.emit(Op::RETURN_VALUE);
  b.place(other);
  b.emit(Op::LOAD_FAST, 0);
  b.emit(Op::LOAD_CONST, b.none());
  b.emit(Op::IS_OP, 1);
  b.jump(Op::POP_JUMP_IF_FALSE, other);
  b.emit(Op::RETURN_VALUE);
  Flow flow(b.compilation, b.unit);
  ASSERT_TRUE(optimise_blocks(flow).ok());
  EXPECT_EQ(show(flow),
            "[0] JUMP->1\n[2] RETURN_VALUE\n[1] LOAD_FAST 0 POP_JUMP_IF_NONE->1\n[3] RETURN_VALUE\n");
}

// Whatever SWAPs are replaced by must leave the stack as they did.
TEST(Flow, ShortenedSwapsHaveTheSameEffect) {
  std::mt19937 random(11);
  for (int round = 0; round < 500; ++round) {
    UnitBuilder b;
    const size_t count = 2 + random() % 7;
    std::vector<uint32_t> expected(8);
    std::iota(expected.begin(), expected.end(), 0);
    std::vector<uint32_t> actual = expected;
    for (size_t i = 0; i < count; ++i) {
      const uint32_t depth = 2 + random() % 7;
      b.emit(Op::SWAP, depth);
      std::swap(expected[0], expected[depth - 1]);
    }
    b.emit(Op::LOAD_FAST, 0);
    Flow flow(b.compilation, b.unit);
    ASSERT_TRUE(optimise_blocks(flow).ok());
    size_t swaps = 0;
    for (const FlowInstruction& instruction : flow.graph[kEntryBlock].code()) {
      if (instruction.op != Op::SWAP) continue;
      std::swap(actual[0], actual[instruction.operand - 1]);
      ++swaps;
    }
    ASSERT_EQ(actual, expected);
    ASSERT_LE(swaps, count);
  }
}

// a, a = ...: the second store must stay the last.
TEST(Flow, StoresToOneVariableKeepTheirOrder) {
  UnitBuilder b;
  b.where = b.at(1, 0, 1);
  b.emit(Op::SWAP, 2);
  b.emit(Op::STORE_FAST, 3);
  b.emit(Op::STORE_FAST, 3);
  Flow flow(b.compilation, b.unit);
  ASSERT_TRUE(optimise_blocks(flow).ok());
  EXPECT_EQ(show(flow), "[0] SWAP 2 STORE_FAST 3 STORE_FAST 3\n");
}

TEST(Flow, FoldedTuplesAreFoundAgain) {
  UnitBuilder b;
  b.where = b.at(1, 0, 1);
  for (int i = 0; i < 2; ++i) {
    b.emit(Op::LOAD_CONST, b.integer(1));
    b.emit(Op::LOAD_CONST, b.integer(2));
    b.emit(Op::BUILD_TUPLE, 2);
    b.emit(Op::POP_TOP);
  }
  b.emit(Op::RETURN_VALUE);
  Flow flow(b.compilation, b.unit);
  ASSERT_TRUE(optimise_blocks(flow).ok());
  EXPECT_EQ(show(flow), "[0] LOAD_CONST 2 POP_TOP LOAD_CONST 2 POP_TOP RETURN_VALUE\n");
  EXPECT_EQ(b.unit.consts.size(), 3u);
}

// A hundred thousand loops and conditions, one after the other: seconds would mean that something is
// quadratic.
TEST(Flow, LargeUnits) {
  UnitBuilder b;
  for (int32_t i = 0; i < 100'000; ++i) {
    b.where = b.at(i + 1, 0, 5);
    const Label loop = b.label();
    const Label end = b.label();
    b.place(loop);
    b.emit(Op::LOAD_FAST, 0);
    b.jump(Op::POP_JUMP_IF_FALSE, end);
    b.emit(Op::LOAD_CONST, b.none());
    b.emit(Op::POP_TOP);
    b.where = {};
    b.jump(Op::JUMP, loop);
    b.place(end);
  }
  b.return_none();
  const CodeObject& code = b.finish();
  EXPECT_EQ(code.code->size, (100'000u * 5 + 2) * 2);
}

}  // namespace
}  // namespace ouro::compiler
