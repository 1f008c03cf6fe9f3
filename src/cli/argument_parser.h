// Command lines as Python's argparse reads them, for the modules whose users know argparse's ways:
// abbreviated long options, joined short ones, options and positionals mixed, its usage line and its error
// messages.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ouro::cli {

class ArgumentParser {
 public:
  enum class Action : uint8_t { Flag, Count, Value, IntValue, Append, AppendInt };
  struct Option {
    std::vector<std::string> names;  // "-j", "--workers"
    Action action{};
    std::string metavar{};  // of one that takes a value
    std::string help{};
    std::vector<std::string> choices{};  // none: any
    // What parse() found.
    int count = 0;
    std::vector<std::string> values{};
    bool given() const { return count > 0; }
    const std::string& value() const { return values.back(); }
  };

  ArgumentParser(std::string program, std::string description);

  /// Adds an option and returns its number; see option().
  size_t add(Option option);
  /// The positional arguments: `usage` as the usage line shows them, `required` when at least one must be
  /// there.
  void positionals(std::string name, std::string usage, std::string help, bool required);
  /// Text below the options in the help.
  void examples(std::string text) { examples_ = std::move(text); }

  enum class Outcome : uint8_t { Parsed, Help, Error };
  /// Reads the arguments. On Help the help is in message(), for standard output and exit code 0; on Error the
  /// usage and the error are, for standard error and exit code 2.
  Outcome parse(const std::vector<std::string>& arguments);

  const Option& option(size_t number) const { return options_[number]; }
  const std::vector<std::string>& arguments() const { return arguments_; }
  const std::string& message() const { return message_; }

  /// argparse's `parser.error(text)`.
  std::string error_text(std::string_view text) const;

 private:
  // What argparse takes one argument for.
  struct Reading {
    enum class Kind : uint8_t { Positional, Separator, Option, Unknown, Ambiguous };
    Kind kind = Kind::Positional;
    Option* option = nullptr;
    std::string spelling{};                       // as the option is named: "-j", "--workers"
    std::optional<std::string> attached_value{};  // "2" of -j2, -j=2 and --workers=2
  };

  bool fail(std::string_view text);
  Option* find_exact(std::string_view name);
  Reading read(const std::string& argument);
  Reading read_abbreviated(const std::string& argument);
  bool take_value(Option& option, std::string value);
  bool take_option(const std::vector<std::string>& arguments, const std::vector<Reading>& readings,
                   size_t& i);
  void take_positionals(const std::vector<std::string>& arguments, const std::vector<Reading>& readings,
                        size_t& i);
  bool count(Option& option);
  std::string usage() const;
  std::string help() const;

  std::string program_, description_, examples_;
  std::string positional_name_, positional_usage_, positional_help_;
  bool positional_required_ = false;
  std::vector<Option> options_;
  std::vector<std::string> arguments_;
  std::vector<std::string> unrecognized_;
  std::string message_;
  bool help_wanted_ = false;
  bool positionals_taken_ = false;
};

}  // namespace ouro::cli
