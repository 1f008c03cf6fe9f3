// What dumps don't show: limits, tables, liveness, and that the checker notices what it should.
#include <gtest/gtest.h>

#include <cstring>

#include "assembler.h"
#include "lift/check.h"

namespace ouro::lift {
namespace {

RegisterCode lift_text(const std::string& text) {
  const Assembler assembler(text);
  auto lifted = lift(assembler.view(), assembler.options);
  const auto* error = std::get_if<LiftError>(&lifted);
  EXPECT_EQ(error, nullptr) << error->message;
  if (error != nullptr) return {};
  EXPECT_EQ(check(std::get<RegisterCode>(lifted), assembler.view()), "");
  return std::get<RegisterCode>(std::move(lifted));
}

uint32_t word_of(const RegisterCode& code, std::string_view operation) {
  for (const DumpLine& line : dump_lines(code))
    if (line.operation == operation) return line.word;
  ADD_FAILURE() << operation;
  return 0;
}

constexpr const char* kTry = R"(
  .args 1
  .locals l
  .range from to handler 0
  RESUME 0
from:
  LOAD_FAST 0
  LOAD_ATTR 1
  LOAD_CONST 1
  BINARY_OP 0
  RETURN_VALUE
to:
handler:
  PUSH_EXC_INFO
  POP_TOP
  POP_EXCEPT
  LOAD_CONST 0
  RETURN_VALUE
)";

TEST(RegisterCodeTables, OffsetsAreThoseOfTheInstructionThatRaises) {
  const RegisterCode code = lift_text(kTry);
  EXPECT_EQ(code.offset_of(word_of(code, "LoadAttr")), 4u);
  EXPECT_EQ(code.offset_of(word_of(code, "LoadAttr") + 2), 4u);
  EXPECT_EQ(code.offset_of(word_of(code, "Return")), 20u);
}

TEST(RegisterCodeTables, HandlersProtectWords) {
  const RegisterCode code = lift_text(kTry);
  EXPECT_EQ(code.handler_of(word_of(code, "Resume")), nullptr);
  const Handler* handler = code.handler_of(word_of(code, "LoadAttr"));
  ASSERT_NE(handler, nullptr);
  EXPECT_EQ(handler->target, word_of(code, "PushExcInfo"));
  EXPECT_EQ(handler->last_index, kNoRegister);
  EXPECT_EQ(code.handler_of(word_of(code, "PushExcInfo")), nullptr);
}

TEST(RegisterCodeTables, AFusedComparisonKeepsTheOffsetOfItsJump) {
  const RegisterCode code = lift_text(R"(
    .args 2
    .locals l l
    LOAD_FAST 0
    LOAD_FAST 1
    COMPARE_OP 0
    POP_JUMP_FORWARD_IF_FALSE out
    LOAD_FAST 0
    RETURN_VALUE
  out:
    LOAD_FAST 1
    RETURN_VALUE
  )");
  const uint32_t word = word_of(code, "JumpLess");
  EXPECT_EQ(code.offset_of(word), 4u);
  EXPECT_EQ(code.offset_of(word + 1), 10u);
}

std::vector<uint32_t> live(const RegisterCode& code, uint32_t word) {
  const Liveness liveness(code);
  std::vector<uint32_t> result;
  const std::vector<bool>& bits = liveness.live_temps(word);
  for (uint32_t i = 0; i < bits.size(); ++i)
    if (bits[i]) result.push_back(i);
  return result;
}

TEST(Liveness, OperandsLiveUntilTheLastOperationThatReadsThemIsOver) {
  const RegisterCode code = lift_text(R"(
    LOAD_NAME 0
    LOAD_NAME 1
    LOAD_NAME 2
    BINARY_OP 0
    BINARY_OP 0
    RETURN_VALUE
  )");
  EXPECT_EQ(live(code, word_of(code, "LoadName")), std::vector<uint32_t>{});
  EXPECT_EQ(live(code, word_of(code, "Add")), (std::vector<uint32_t>{0, 1, 2}));
  EXPECT_EQ(live(code, word_of(code, "Add") + 1), (std::vector<uint32_t>{0, 1}));
  EXPECT_EQ(live(code, word_of(code, "Return")), std::vector<uint32_t>{});
}

TEST(Liveness, ACallTakesItsOperandsOver) {
  const RegisterCode code = lift_text(R"(
    PUSH_NULL
    LOAD_NAME 0
    LOAD_NAME 1
    PRECALL 1
    CALL 1
    RETURN_VALUE
  )");
  EXPECT_EQ(live(code, word_of(code, "Call")), std::vector<uint32_t>{});
}

TEST(Liveness, AnIteratorLivesThroughItsLoop) {
  const RegisterCode code = lift_text(R"(
    LOAD_NAME 0
    GET_ITER
  loop:
    FOR_ITER out
    LOAD_NAME 1
    POP_TOP
    POP_TOP
    JUMP_BACKWARD loop
  out:
    LOAD_CONST 0
    RETURN_VALUE
  )");
  const uint32_t name = word_of(code, "ForIter") + 3;
  EXPECT_EQ(live(code, name), std::vector<uint32_t>{0});
  EXPECT_EQ(live(code, word_of(code, "GetIter")), std::vector<uint32_t>{0});
}

TEST(Liveness, WhatAHandlerFindsOnTheStackIsLive) {
  const RegisterCode code = lift_text(R"(
    .range from to handler 1
    LOAD_NAME 0
  from:
    LOAD_NAME 1
    POP_TOP
  to:
    POP_TOP
    LOAD_CONST 0
    RETURN_VALUE
  handler:
    POP_TOP
    RETURN_VALUE
  )");
  EXPECT_EQ(live(code, word_of(code, "LoadName") + 4), std::vector<uint32_t>{0});
}

TEST(Liveness, MoreThan64Registers) {
  std::string text = ".stack 200\n";
  for (int i = 0; i < 150; ++i) text += "LOAD_NAME 0\n";
  text += "BUILD_TUPLE 150\nRETURN_VALUE\n";
  const RegisterCode code = lift_text(text);
  EXPECT_EQ(live(code, 4 * 149).size(), 149u);
  EXPECT_EQ(live(code, word_of(code, "BuildTuple")).size(), 150u);
}

// ---- limits

std::string error_of(const CodeView& view) {
  const auto lifted = lift(view);
  const auto* error = std::get_if<LiftError>(&lifted);
  return error == nullptr ? "" : error->message;
}

TEST(LiftLimits, OddSizesAndVersions) {
  CodeView view;
  EXPECT_EQ(error_of(view), "the code is empty or ends in half an instruction");
  const uint8_t code[] = {83};
  view.code = code;
  EXPECT_EQ(error_of(view), "the code is empty or ends in half an instruction");
  view.version = 0x030C;
  EXPECT_EQ(error_of(view), "bytecode of Python 3.12");
}

TEST(LiftLimits, TooManyLocalsOrRegisters) {
  const std::vector<uint8_t> kinds(70000, kLocalLocal);
  const uint8_t code[] = {100, 0, 83, 0};
  CodeView view;
  view.code = code;
  view.const_count = 1;
  view.stack_size = 1;
  view.local_kinds = kinds;
  EXPECT_EQ(error_of(view), "too many locals");
  view.local_kinds = std::span(kinds).first(65534);
  EXPECT_EQ(error_of(view), "");
  std::vector<uint8_t> deep;
  for (int i = 0; i < 70000; ++i) deep.insert(deep.end(), {100, 0});
  deep.insert(deep.end(), {83, 0});
  view.code = deep;
  view.local_kinds = {};
  view.stack_size = 80000;
  EXPECT_EQ(error_of(view), "too many registers");
}

/// A deep stack at very many merges would take quadratic time and room.
TEST(LiftLimits, DeepStacksAtManyJumps) {
  std::vector<uint8_t> code;
  for (int i = 0; i < 30000; ++i) code.insert(code.end(), {100, 0});
  for (int i = 0; i < 100000; ++i) code.insert(code.end(), {110, 0, 9, 0});
  code.insert(code.end(), {83, 0});
  CodeView view;
  view.code = code;
  view.const_count = 1;
  view.stack_size = 30000;
  EXPECT_EQ(error_of(view), "control flow is too complex");
}

/// A local at the bottom of a deep stack, stored to again and again.
TEST(LiftLimits, ManyStoresBelowADeepStack) {
  std::vector<uint8_t> code;
  for (int i = 0; i < 30000; ++i) code.insert(code.end(), {100, 0});
  for (int i = 0; i < 100000; ++i)
    code.insert(code.end(), {124, 0, 144, 117, 99, 48, 1, 0, 100, 0, 125, 0, 100, 0});
  code.insert(code.end(), {83, 0});
  const uint8_t kinds[] = {kLocalLocal};
  CodeView view;
  view.code = code;
  view.const_count = 1;
  view.argument_count = 1;
  view.local_kinds = kinds;
  view.stack_size = 40000;
  EXPECT_EQ(error_of(view).find("stack"), 0u);
  view.stack_size = 131000;
  EXPECT_EQ(error_of(view), "too many registers");
}

// ---- the checker

TEST(Checker, NoticesWhatIsWrong) {
  const Assembler assembler(kTry);
  const auto lifted = lift(assembler.view());
  const auto& good = std::get<RegisterCode>(lifted);
  auto changed = [&](uint32_t word, unsigned quarter, uint16_t value) {
    RegisterCode code = good;
    std::memcpy(reinterpret_cast<char*>(&code.words[word]) + size_t{quarter} * 2, &value, sizeof value);
    return check(code, assembler.view());
  };
  const uint32_t load = word_of(good, "LoadAttr");
  EXPECT_EQ(check(good, assembler.view()), "");
  EXPECT_NE(changed(load, 0, 9999), "") << "operation";
  EXPECT_NE(changed(load, 1, 500), "") << "register";
  EXPECT_NE(changed(load, 2, good.temp_base), "") << "null register";
  EXPECT_NE(changed(load, 1, good.local_count), "") << "written constant";
  EXPECT_NE(changed(load + 1, 0, 10), "") << "name";
  RegisterCode code = good;
  code.words.resize(code.words.size() - 1);
  EXPECT_NE(check(code, assembler.view()), "");
  code = good;
  code.handlers[0].target = load + 1;
  EXPECT_NE(check(code, assembler.view()), "");
}

}  // namespace
}  // namespace ouro::lift
