#include "cli/argument_parser.h"

#include <gtest/gtest.h>

namespace ouro::cli {
namespace {

struct Parser {
  ArgumentParser parser{"prog.py", "Does things."};
  size_t quiet = parser.add({.names = {"-q", "--quiet"}, .action = ArgumentParser::Action::Count});
  size_t force = parser.add({.names = {"-f"}});
  size_t jobs =
      parser.add({.names = {"-j", "--jobs"}, .action = ArgumentParser::Action::IntValue, .metavar = "N"});
  size_t mode =
      parser.add({.names = {"--mode"}, .action = ArgumentParser::Action::Value, .choices = {"a", "b"}});
  Parser() { parser.positionals("FILE", "[FILE ...]", "files", false); }
};

using Outcome = ArgumentParser::Outcome;

TEST(ArgumentParser, ReadsJoinedAndAbbreviated) {
  Parser p;
  ASSERT_EQ(p.parser.parse({"-qfj2", "--mo=b", "-q", "x", "y", "--", "-z"}), Outcome::Parsed);
  EXPECT_EQ(p.parser.option(p.quiet).count, 2);
  EXPECT_TRUE(p.parser.option(p.force).given());
  EXPECT_EQ(p.parser.option(p.jobs).value(), "2");
  EXPECT_EQ(p.parser.option(p.mode).value(), "b");
  EXPECT_EQ(p.parser.arguments(), (std::vector<std::string>{"x", "y", "-z"}));
}

TEST(ArgumentParser, ReadsNumbersAsPythonDoes) {
  for (const auto& [text, value] : {std::pair{"-j 7", "7"},
                                    {"-j=1_000", "1000"},
                                    {"-j+5", "5"},
                                    {"-j-3", "-3"},
                                    {"-j99999999999", "2147483647"}}) {
    Parser p;
    ASSERT_EQ(p.parser.parse({text}), Outcome::Parsed) << text;
    EXPECT_EQ(p.parser.option(p.jobs).value(), value);
  }
}

TEST(ArgumentParser, TakesNegativeNumbersAndSpacesForArguments) {
  Parser p;
  ASSERT_EQ(p.parser.parse({"-5", "-.5", "-no option"}), Outcome::Parsed);
  EXPECT_EQ(p.parser.arguments().size(), 3u);
}

std::string error_of(const std::vector<std::string>& arguments) {
  Parser p;
  if (p.parser.parse(arguments) != Outcome::Error) return "no error";
  const std::string& text = p.parser.message();
  return text.substr(text.find('\n') + 1);
}

TEST(ArgumentParser, SaysWhatIsWrongAsArgparseDoes) {
  EXPECT_EQ(error_of({"-j", "x"}), "prog.py: error: argument -j/--jobs: invalid int value: 'x'\n");
  EXPECT_EQ(error_of({"-j"}), "prog.py: error: argument -j/--jobs: expected one argument\n");
  EXPECT_EQ(error_of({"-j", "-f"}), "prog.py: error: argument -j/--jobs: expected one argument\n");
  EXPECT_EQ(error_of({"--mode", "c"}),
            "prog.py: error: argument --mode: invalid choice: 'c' (choose from 'a', 'b')\n");
  EXPECT_EQ(error_of({"-Z", "--nope"}), "prog.py: error: unrecognized arguments: -Z --nope\n");
  EXPECT_EQ(error_of({"x", "-f", "y"}), "prog.py: error: unrecognized arguments: y\n");
  EXPECT_EQ(error_of({"-j1_"}), "prog.py: error: argument -j/--jobs: invalid int value: '1_'\n");
  EXPECT_EQ(error_of({"-fz"}), "prog.py: error: argument -f: ignored explicit argument 'z'\n");
  EXPECT_EQ(error_of({"--quiet=1"}), "prog.py: error: argument -q/--quiet: ignored explicit argument '1'\n");
}

}  // namespace
}  // namespace ouro::cli
