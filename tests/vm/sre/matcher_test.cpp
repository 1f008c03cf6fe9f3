// The matcher of _sre on code words: of random expressions that python3.11 compiled and matched, of
// expressions that would exhaust a recursive matcher, and on words that nobody would write.
#include "vm/modules/sre/matcher.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "vm/object/exceptions.h"

namespace ouro::vm::sre {
namespace {

class SreTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    static bool started = false;
    if (!started) start_runtime();
    started = true;
  }
  void TearDown() override { thread()->exception = nullptr; }
};

struct Case {
  char way;
  uint32_t groups;
  std::vector<uint32_t> words;
  std::u32string text;
  std::string expected;
};

bool read_case(const std::string& line, Case* out) {
  std::istringstream fields(line);
  std::string word;
  *out = Case();
  fields >> out->way >> out->groups;
  while (fields >> word && word != "|") out->words.push_back(static_cast<uint32_t>(std::stoul(word)));
  while (fields >> word && word != "|") out->text.push_back(static_cast<char32_t>(std::stoul(word)));
  while (fields >> word && word != "|") out->expected += (out->expected.empty() ? "" : " ") + word;
  return !out->expected.empty();
}

template <class Text>
std::string outcome(const Case& c, const Text& text) {
  auto program = make_program(c.words, c.groups);
  if (!program.ok()) return "error";
  Blob* blob = program.unwrap();
  Matcher matcher(program_in(blob));
  Range range;
  range.data = text.data();
  range.width = sizeof(text[0]);
  range.end = static_cast<int64_t>(text.size());
  range.whole = c.way == 'f';
  auto found = c.way == 's' ? matcher.search(range) : matcher.match(range);
  if (!found.ok()) return "raised";
  if (!found.unwrap()) return "-";
  std::string result = std::to_string(matcher.found_start()) + " " + std::to_string(matcher.found_end()) +
                       " " + std::to_string(matcher.last_index());
  for (uint32_t i = 0; i < c.groups; ++i) {
    int64_t start, end;
    if (!matcher.group(i, &start, &end)) start = end = -1;
    result += " " + std::to_string(start) + " " + std::to_string(end);
  }
  return result;
}

TEST_F(SreTest, MatchesAsCPythonDoes) {
  const char* known = std::getenv("OURO_SRE_CASES");
  const std::string directory = std::string(__FILE__).substr(0, std::string(__FILE__).rfind('/'));
  const std::string command =
      known != nullptr ? "cat " + std::string(known) : "python3.11 " + directory + "/make_cases.py 1 1500";
  FILE* cases = popen(command.c_str(), "r");
  ASSERT_NE(cases, nullptr);
  std::string line;
  int count = 0, wrong = 0;
  for (int c = getc(cases); c != EOF && wrong < 20; c = getc(cases)) {
    if (c != '\n') {
      line.push_back(static_cast<char>(c));
      continue;
    }
    Case one;
    if (read_case(line, &one)) {
      ++count;
      const std::string wide = outcome(one, one.text);
      const std::u16string narrower(one.text.begin(), one.text.end());
      const std::string bytes(one.text.begin(), one.text.end());
      char32_t most = 0;
      for (char32_t c32 : one.text) most = std::max(most, c32);
      EXPECT_EQ(wide, one.expected) << line;
      if (most < 0x10000) {
        EXPECT_EQ(outcome(one, narrower), one.expected) << line;
      }
      if (most < 0x100) {
        EXPECT_EQ(outcome(one, bytes), one.expected) << line;
      }
      wrong += wide != one.expected;
    }
    line.clear();
  }
  pclose(cases);
  if (count == 0) GTEST_SKIP() << "python3.11 is not there";
}

uint32_t op(Op operation) {
  return static_cast<uint32_t>(operation);
}

TEST_F(SreTest, RepeatsGroupsWithoutRecursion) {
  // (?:x|y)* on a million characters
  Case c{'m', 0, {}, {}, ""};
  c.words = {op(Op::Repeat),
             15,
             0,
             kMaxRepeat,
             op(Op::Branch),
             5,
             op(Op::Literal),
             'x',
             op(Op::Jump),
             7,
             5,
             op(Op::Literal),
             'y',
             op(Op::Jump),
             2,
             0,
             op(Op::MaxUntil),
             op(Op::Success)};
  const std::string text(1000000, 'y');
  EXPECT_EQ(outcome(c, text), "0 1000000 -1");
}

TEST_F(SreTest, RefusesWordsThatNobodyWrites) {
  std::mt19937 random(7);
  const std::string text = "abcabc\nabc";
  int accepted = 0;
  for (int round = 0; round < 200000; ++round) {
    Case c{round % 2 == 0 ? 's' : 'm', 2, {}, {}, ""};
    const size_t length = 1 + random() % 14;
    for (size_t i = 0; i < length; ++i) c.words.push_back(random() % (random() % 4 == 0 ? 256 : 44));
    c.words.push_back(op(Op::Success));
    accepted += outcome(c, text) != "error";
    thread()->exception = nullptr;
  }
  EXPECT_GT(accepted, 0);
}

}  // namespace
}  // namespace ouro::vm::sre
