#include "bytecode/positions.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "bytecode/exceptions.h"

namespace ouro {
namespace {

std::string encode(int32_t first_line, const std::vector<std::pair<Position, uint32_t>>& entries) {
  Arena arena;
  PositionWriter writer(arena, first_line);
  for (const auto& [position, units] : entries) writer.add(position, units);
  return std::string(writer.bytes());
}

std::vector<Position> decode_units(std::string_view table, int32_t first_line, bool* malformed) {
  PositionReader reader(table, first_line);
  std::vector<Position> units;
  PositionRange range;
  while (reader.next(&range)) units.insert(units.end(), range.end - range.start, range.position);
  *malformed = reader.malformed();
  return units;
}

std::string bytes(std::initializer_list<int> values) {
  std::string result;
  for (const int value : values) result.push_back(static_cast<char>(value));
  return result;
}

TEST(Positions, EachFormHasItsBytes) {
  // Short: column 13 is group 1, low bits 5.
  EXPECT_EQ(encode(5, {{{5, 5, 13, 17}, 1}}), bytes({0x88, 0x54}));
  // One line: the next line, and columns below 128.
  EXPECT_EQ(encode(5, {{{6, 6, 4, 100}, 2}}), bytes({0x80 | 11 << 3 | 1, 4, 100}));
  // No columns, backwards: -3 is 3 << 1 | 1.
  EXPECT_EQ(encode(5, {{{2, 2, -1, -1}, 1}}), bytes({0x80 | 13 << 3, 7}));
  EXPECT_EQ(encode(5, {{{2, -1, -1, -1}, 1}}), bytes({0x80 | 13 << 3, 7}));
  // Long: several lines.
  EXPECT_EQ(encode(5, {{{5, 7, 0, 200}, 1}}), bytes({0x80 | 14 << 3, 0, 2, 1, 64 | (201 & 63), 3}));
  // Nowhere.
  EXPECT_EQ(encode(5, {{{}, 3}}), bytes({0x80 | 15 << 3 | 2}));
}

TEST(Positions, LimitsOfTheForms) {
  // 80 columns are the end of the short form, 16 wide is too wide, and so is an end before the start.
  EXPECT_EQ(encode(1, {{{1, 1, 79, 94}, 1}}), bytes({0x80 | 9 << 3, 7 << 4 | 15}));
  EXPECT_EQ(encode(1, {{{1, 1, 80, 81}, 1}}), bytes({0x80 | 10 << 3, 80, 81}));
  EXPECT_EQ(encode(1, {{{1, 1, 0, 16}, 1}}), bytes({0x80 | 10 << 3, 0, 16}));
  EXPECT_EQ(encode(1, {{{1, 1, 9, 3}, 1}}), bytes({0x80 | 10 << 3, 9, 3}));
  EXPECT_EQ(encode(1, {{{1, 1, 9, 128}, 1}}), bytes({0x80 | 14 << 3, 0, 0, 10, 64 | (129 & 63), 2}));
  EXPECT_EQ(encode(1, {{{4, 4, 0, 1}, 1}}), bytes({0x80 | 14 << 3, 6, 0, 1, 2}));
  // Columns unknown over several lines: the long form, where 0 is "unknown".
  EXPECT_EQ(encode(1, {{{1, 3, -1, -1}, 1}}), bytes({0x80 | 14 << 3, 0, 2, 0, 0}));
}

TEST(Positions, LongInstructionsAreSplit) {
  const std::string table = encode(1, {{{2, 2, 0, 1}, 11}});
  EXPECT_EQ(table, bytes({0x80 | 11 << 3 | 7, 0, 1, 0x80 | 2, 1}));
  bool malformed = false;
  const std::vector<Position> units = decode_units(table, 1, &malformed);
  EXPECT_FALSE(malformed);
  EXPECT_EQ(units, std::vector<Position>(11, Position{2, 2, 0, 1}));
}

TEST(Positions, RoundTrip) {
  std::mt19937 random(311);
  auto below = [&](uint32_t limit) { return static_cast<int32_t>(random() % limit); };
  for (int round = 0; round < 200; ++round) {
    const int32_t first_line = 1 + below(1000);
    std::vector<std::pair<Position, uint32_t>> entries;
    std::vector<Position> expected;
    for (int i = below(40); i >= 0; --i) {
      Position position;
      const int form = below(4);
      if (form != 0) position.line = 1 + below(form == 3 ? 1'000'000 : 1010);
      if (form != 0) position.end_line = position.line + (form == 3 ? below(100) : 0);
      if (form >= 2) position.column = below(form == 3 ? 100'000 : 130);
      if (form >= 2) position.end_column = position.column + below(20);
      entries.push_back({position, 1 + static_cast<uint32_t>(below(12))});
      expected.insert(expected.end(), entries.back().second, position);
    }
    const std::string table = encode(first_line, entries);
    bool malformed = false;
    ASSERT_EQ(decode_units(table, first_line, &malformed), expected);
    ASSERT_FALSE(malformed);
  }
}

TEST(Positions, MalformedTablesEndTheIteration) {
  const std::string broken[] = {
      bytes({0x05}),                                                    // no head
      bytes({0x80}),                                                    // short form without its byte
      bytes({0x80 | 10 << 3, 1}),                                       // one column of two
      bytes({0x80 | 10 << 3, 1, 0x80}),                                 // a head where a column should be
      bytes({0x80 | 13 << 3}),                                          // no line
      bytes({0x80 | 13 << 3, 64}),                                      // a number that does not end
      bytes({0x80 | 13 << 3, 127, 127, 127, 127, 127, 127, 127, 127}),  // and one that is too long
      bytes({0x80 | 13 << 3, 127, 127, 127, 127, 127, 63}),             // more than 32 bits
      bytes({0x80 | 14 << 3, 0, 0, 1}),
  };
  for (const std::string& table : broken) {
    bool malformed = false;
    EXPECT_TRUE(decode_units(table, 1, &malformed).empty());
    EXPECT_TRUE(malformed);
  }
  // Lines must stay within 32 bits, whatever they add up to.
  std::string far;
  for (int i = 0; i < 5; ++i) far += bytes({0x80 | 13 << 3, 126, 127, 127, 127, 127, 3});
  bool malformed = false;
  EXPECT_EQ(decode_units(far, 0, &malformed).size(), 1u);
  EXPECT_TRUE(malformed);
}

TEST(Positions, AnyBytesAreTaken) {
  std::mt19937 random(42);
  for (int round = 0; round < 20'000; ++round) {
    std::string noise(random() % 24, '\0');
    for (char& byte : noise) byte = static_cast<char>(random());
    PositionReader positions(noise, static_cast<int32_t>(random()));
    PositionRange range;
    uint32_t end = 0;
    while (positions.next(&range)) {
      ASSERT_EQ(range.start, end);
      ASSERT_GT(range.end, range.start);
      end = range.end;
    }
    ExceptionTableReader exceptions(noise);
    ExceptionRange exception;
    size_t count = 0;
    while (exceptions.next(&exception)) {
      ASSERT_GE(exception.end, exception.start);
      ASSERT_LE(++count * 4, noise.size());
    }
  }
}

TEST(ExceptionTable, KnownBytes) {
  Arena arena;
  ExceptionTableWriter writer(arena);
  writer.add({2, 5, 64, 1, true});
  writer.add({4096, 4097, 300, 0, false});
  EXPECT_EQ(writer.bytes(), bytes({0x82, 3, 0x41, 0, 3, 0xC1, 0x40, 0, 1, 0x44, 44, 0}));
}

TEST(ExceptionTable, RoundTrip) {
  std::mt19937 random(7);
  Arena arena;
  for (int round = 0; round < 300; ++round) {
    ExceptionTableWriter writer(arena);
    std::vector<ExceptionRange> ranges(random() % 6);
    for (ExceptionRange& range : ranges) {
      range.start = random() >> (2 + random() % 30);
      range.end = range.start + (random() >> (2 + random() % 30));
      range.target = random() >> (2 + random() % 30);
      range.depth = random() >> (3 + random() % 28);
      range.lasti = random() % 2 != 0;
      writer.add(range);
    }
    ExceptionTableReader reader(writer.bytes());
    std::vector<ExceptionRange> read;
    ExceptionRange range;
    while (reader.next(&range)) read.push_back(range);
    ASSERT_FALSE(reader.malformed());
    ASSERT_EQ(read, ranges);
  }
}

TEST(ExceptionTable, TruncationIsMalformed) {
  const std::string table = bytes({0x82, 3, 0x41});
  ExceptionTableReader reader(table);
  ExceptionRange range;
  EXPECT_FALSE(reader.next(&range));
  EXPECT_TRUE(reader.malformed());
  EXPECT_FALSE(reader.next(&range));
}

}  // namespace
}  // namespace ouro
