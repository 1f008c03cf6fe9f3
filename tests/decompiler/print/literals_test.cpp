// Literals of a wanted width.
#include "decompiler/print/literals.h"

#include <gtest/gtest.h>

#include <cmath>

namespace ouro::decompiler::testing {
namespace {

std::string of_width(std::string_view text, bool bytes, size_t width) {
  std::string out;
  return string_of_width(text, bytes, width, out) ? out : "none";
}

TEST(Literals, StringsOfAWidth) {
  EXPECT_EQ(of_width("ab", false, 4), "'ab'");
  EXPECT_EQ(of_width("ab", false, 5), "r'ab'");
  EXPECT_EQ(of_width("ab", false, 6), "'ab'\"\"");
  EXPECT_EQ(of_width("ab", false, 8), "\"\"\"ab\"\"\"");
  EXPECT_EQ(of_width("ab", false, 3), "none");
  EXPECT_EQ(of_width("a\\d", false, 6), "r'a\\d'");
  EXPECT_EQ(of_width("\n", false, 4), "'\\n'");
  EXPECT_EQ(of_width("\n", false, 6), "'\\x0a'");
  EXPECT_EQ(of_width("it's", false, 6), "\"it's\"");
  EXPECT_EQ(of_width("it's", false, 7), "r\"it's\"");
  EXPECT_EQ(of_width("\xC3\xA9", false, 6), "'\\xe9'");
  EXPECT_EQ(of_width(std::string_view("\0", 1), true, 5), "b'\\0'");
  EXPECT_EQ(of_width(std::string_view("\0", 1), true, 7), "b'\\x00'");
  for (size_t width = 7; width < 40; ++width)
    EXPECT_EQ(of_width("a\"b'c", false, width + 1).size(), width + 1);
}

TEST(Literals, StringsOverLines) {
  std::string out;
  EXPECT_TRUE(string_of_lines("a\nb", false, 1, 4, out));
  EXPECT_EQ(out, "\"\"\"a\nb\"\"\"");
  EXPECT_TRUE(string_of_lines("ab\n", false, 2, 3, out));
  EXPECT_EQ(out, "\"\"\"\\\nab\n\"\"\"");
  EXPECT_FALSE(string_of_lines("ab", false, 0, 100, out));
}

TEST(Literals, Repetitions) {
  Level level = kAtom;
  size_t gap = 0;
  EXPECT_EQ(repeated_string("aaaaaaaaaa", false, &level, &gap), "'a'*10");
  EXPECT_EQ(level, kTerm);
  EXPECT_EQ(repeated_string("--------------------x", false, &level, &gap), "'-'*20+'x'");
  EXPECT_EQ(level, kArithmetic);
  EXPECT_EQ(repeated_string("abc", false, &level, &gap), "");
}

class Numbers : public ::testing::Test {
 protected:
  std::string of_width(const Constant* value, size_t width, bool literal_only = false) {
    std::string out;
    return number_of_width(workspace_, *value, width, literal_only, out, &level_) ? out : "none";
  }

  Workspace workspace_;
  Constants& make_ = workspace_.constants;
  Level level_ = kAtom;
};

TEST_F(Numbers, Integers) {
  EXPECT_EQ(of_width(make_.integer(255), 3), "255");
  EXPECT_EQ(of_width(make_.integer(255), 4), "0xff");
  EXPECT_EQ(of_width(make_.integer(86400), 8), "0x015180");
  EXPECT_EQ(of_width(make_.integer(1000000), 9), "1_000_000");
  EXPECT_EQ(of_width(make_.integer(-1), 2), "-1");
  EXPECT_EQ(level_, kFactor);
  EXPECT_EQ(of_width(make_.integer(int64_t{1} << 62), 7), "2  **62");
  EXPECT_EQ(of_width(make_.integer((int64_t{1} << 31) - 1), 7), "2**31-1");
  EXPECT_EQ(of_width(make_.integer(1000000000), 5), "10**9");
  EXPECT_EQ(of_width(make_.integer(1000000000), 5, true), "none");
  EXPECT_EQ(of_width(make_.integer(-10), 2), "~9");
}

TEST_F(Numbers, Floats) {
  EXPECT_EQ(of_width(make_.floating(1.5), 3), "1.5");
  EXPECT_EQ(of_width(make_.floating(1.5), 5), "1.500");
  EXPECT_EQ(of_width(make_.floating(0.5), 2), ".5");
  EXPECT_EQ(of_width(make_.floating(1e6), 3), "1e6");
  EXPECT_EQ(of_width(make_.floating(1.0 / 3), 3), "1/3");
  EXPECT_EQ(of_width(make_.floating(HUGE_VAL), 5), "1e999");
}

TEST_F(Numbers, Others) {
  EXPECT_EQ(of_width(make_.complex(0, 1), 2), "1j");
  EXPECT_EQ(of_width(make_.complex(1, -2), 4), "1-2j");
  EXPECT_EQ(of_width(make_.complex(-1.0, -0.0), 7), "-(1+0j)");
  EXPECT_EQ(of_width(make_.boolean(true), 4), "True");
  EXPECT_EQ(of_width(make_.boolean(true), 6), "not  0");
  EXPECT_EQ(of_width(make_.none(), 4), "None");
}

}  // namespace
}  // namespace ouro::decompiler::testing
