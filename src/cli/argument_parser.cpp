#include "cli/argument_parser.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <limits>

#include "batch/messages.h"

namespace ouro::cli {

namespace {

// The width that argparse formats for: COLUMNS, or 80, less two.
size_t text_width() {
  const char* columns = std::getenv("COLUMNS");
  int width = columns != nullptr ? std::atoi(columns) : 0;
  if (width <= 0) width = 80;
  return static_cast<size_t>(std::max(width - 2, 11));
}

std::string option_usage(const ArgumentParser::Option& option, const std::string& name) {
  if (option.action == ArgumentParser::Action::Flag || option.action == ArgumentParser::Action::Count)
    return name;
  if (!option.choices.empty()) return fmt::format("{} {{{}}}", name, fmt::join(option.choices, ","));
  return fmt::format("{} {}", name, option.metavar);
}

// Words on lines of at most `width` columns behind an indent.
std::vector<std::string> wrap(const std::vector<std::string>& words, size_t indent, size_t width) {
  std::vector<std::string> lines;
  std::string line;
  for (const std::string& word : words) {
    if (!line.empty() && indent + line.size() + 1 + word.size() > width) {
      lines.push_back(std::move(line));
      line.clear();
    }
    if (!line.empty()) line += ' ';
    line += word;
  }
  if (!line.empty()) lines.push_back(std::move(line));
  return lines;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const size_t space = text.find(' ');
    if (space != 0) words.emplace_back(text.substr(0, space));
    if (space == std::string_view::npos) break;
    text.remove_prefix(space + 1);
  }
  return words;
}

// Python's int(text) in base 10, out-of-range values brought to the nearest int; nothing when malformed.
std::optional<int> parse_int(std::string_view text) {
  constexpr std::string_view kSpace = " \t\n\r\f\v";
  const size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return std::nullopt;
  text = text.substr(first, text.find_last_not_of(kSpace) - first + 1);
  const bool negative = text.front() == '-';
  if (negative || text.front() == '+') text.remove_prefix(1);
  int64_t value = 0;
  bool digit_before = false;
  for (const char c : text) {
    if (c == '_' && digit_before) {
      digit_before = false;
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    digit_before = true;
    value = std::min<int64_t>(value * 10 + (c - '0'), std::numeric_limits<int>::max());
  }
  if (!digit_before) return std::nullopt;
  return static_cast<int>(negative ? -value : value);
}

// argparse takes "-5" and "-.5" for a positional argument when no option looks like a number.
bool is_negative_number(std::string_view text) {
  text.remove_prefix(1);
  const size_t dot = text.find('.');
  if (dot != std::string_view::npos && dot + 1 == text.size()) return false;
  return !text.empty() && std::count(text.begin(), text.end(), '.') <= 1 &&
         text.find_first_not_of(".0123456789") == std::string_view::npos;
}

bool takes_value(const ArgumentParser::Option& option) {
  return option.action != ArgumentParser::Action::Flag && option.action != ArgumentParser::Action::Count;
}

std::string all_names(const ArgumentParser::Option& option) {
  return fmt::format("{}", fmt::join(option.names, "/"));
}

}  // namespace

ArgumentParser::ArgumentParser(std::string program, std::string description)
    : program_(std::move(program)), description_(std::move(description)) {
  add({.names = {"-h", "--help"}, .help = "show this help message and exit"});
}

size_t ArgumentParser::add(Option option) {
  options_.push_back(std::move(option));
  return options_.size() - 1;
}

void ArgumentParser::positionals(std::string name, std::string usage, std::string help, bool required) {
  positional_name_ = std::move(name);
  positional_usage_ = std::move(usage);
  positional_help_ = std::move(help);
  positional_required_ = required;
}

std::string ArgumentParser::error_text(std::string_view text) const {
  return fmt::format("{}{}: error: {}\n", usage(), program_, text);
}

bool ArgumentParser::fail(std::string_view text) {
  message_ = error_text(text);
  return false;
}

ArgumentParser::Option* ArgumentParser::find_exact(std::string_view name) {
  for (Option& option : options_) {
    if (std::find(option.names.begin(), option.names.end(), name) != option.names.end()) return &option;
  }
  return nullptr;
}

// What an argument means does not depend on those around it, but for "--".
ArgumentParser::Reading ArgumentParser::read(const std::string& argument) {
  using Kind = Reading::Kind;
  if (!argument.starts_with('-') || argument == "-") return {};
  if (Option* option = find_exact(argument)) return {Kind::Option, option, argument};
  const size_t equal = argument.find('=');
  if (equal != std::string::npos) {
    const std::string name = argument.substr(0, equal);
    if (Option* option = find_exact(name)) return {Kind::Option, option, name, argument.substr(equal + 1)};
  }
  Reading reading = read_abbreviated(argument);
  if (reading.kind != Kind::Unknown) return reading;
  if (is_negative_number(argument) || argument.find(' ') != std::string::npos) return {};
  return reading;
}

ArgumentParser::Reading ArgumentParser::read_abbreviated(const std::string& argument) {
  using Kind = Reading::Kind;
  if (!argument.starts_with("--")) {
    const std::string name = argument.substr(0, 2);
    if (Option* option = find_exact(name)) return {Kind::Option, option, name, argument.substr(2)};
    return {Kind::Unknown};
  }
  const size_t equal = argument.find('=');
  const std::string prefix = argument.substr(0, equal);
  Reading found{Kind::Unknown};
  std::vector<std::string> matches;
  for (Option& option : options_) {
    for (const std::string& name : option.names) {
      if (!name.starts_with(prefix)) continue;
      matches.push_back(name);
      found = {Kind::Option, &option, name};
      if (equal != std::string::npos) found.attached_value = argument.substr(equal + 1);
    }
  }
  if (matches.size() <= 1) return found;
  fail(fmt::format("ambiguous option: {} could match {}", argument, fmt::join(matches, ", ")));
  return {Kind::Ambiguous};
}

bool ArgumentParser::take_value(Option& option, std::string value) {
  const bool wants_int = option.action == Action::IntValue || option.action == Action::AppendInt;
  const std::optional<int> number = wants_int ? parse_int(value) : std::nullopt;
  if (wants_int && !number) {
    return fail(
        fmt::format("argument {}: invalid int value: {}", all_names(option), batch::path_repr(value)));
  }
  if (!option.choices.empty() &&
      std::find(option.choices.begin(), option.choices.end(), value) == option.choices.end()) {
    std::vector<std::string> quoted;
    quoted.reserve(option.choices.size());
    for (const std::string& choice : option.choices) quoted.push_back(batch::path_repr(choice));
    return fail(fmt::format("argument {}: invalid choice: {} (choose from {})", all_names(option),
                            batch::path_repr(value), fmt::join(quoted, ", ")));
  }
  ++option.count;
  option.values.push_back(number ? std::to_string(*number) : std::move(value));
  return true;
}

// An option without a value was met; false when it was the one for help.
bool ArgumentParser::count(Option& option) {
  ++option.count;
  help_wanted_ = help_wanted_ || &option == &options_[0];
  return !help_wanted_;
}

bool ArgumentParser::take_option(const std::vector<std::string>& arguments,
                                 const std::vector<Reading>& readings, size_t& i) {
  Option* option = readings[i].option;
  std::string spelling = readings[i].spelling;
  std::optional<std::string> attached = readings[i].attached_value;
  std::vector<Option*> flags;  // of joined short options; they count only when all of them are good
  ++i;
  for (;;) {
    if (takes_value(*option)) {
      for (Option* flag : flags) {
        if (!count(*flag)) return true;
      }
      if (attached) return take_value(*option, *attached);
      if (i == arguments.size() || readings[i].kind != Reading::Kind::Positional)
        return fail(fmt::format("argument {}: expected one argument", all_names(*option)));
      return take_value(*option, arguments[i++]);
    }
    if (!attached) break;
    // What is attached to a short option without a value is more short options.
    Option* next =
        attached->empty() || spelling[1] == '-' ? nullptr : find_exact(std::string("-") + attached->front());
    if (next == nullptr) {
      return fail(fmt::format("argument {}: ignored explicit argument {}", all_names(*option),
                              batch::path_repr(*attached)));
    }
    flags.push_back(option);
    option = next;
    spelling = std::string("-") + attached->front();
    attached->erase(0, 1);
    if (attached->empty()) attached.reset();
  }
  flags.push_back(option);
  for (Option* flag : flags) {
    if (!count(*flag)) return true;
  }
  return true;
}

// One run of arguments that are no options. The first run is what was asked for; argparse has no place for a
// second one.
void ArgumentParser::take_positionals(const std::vector<std::string>& arguments,
                                      const std::vector<Reading>& readings, size_t& i) {
  using Kind = Reading::Kind;
  const size_t start = i;
  while (i < readings.size() && (readings[i].kind == Kind::Positional || readings[i].kind == Kind::Separator))
    ++i;
  const bool enough = !positional_required_ || i - start > (readings[start].kind == Kind::Separator ? 1 : 0);
  const bool taken = !positionals_taken_ && enough;
  for (size_t at = start; at < i; ++at) {
    if (!taken) {
      unrecognized_.push_back(arguments[at]);
    } else if (readings[at].kind == Kind::Positional) {
      arguments_.push_back(arguments[at]);
    }
  }
  positionals_taken_ = positionals_taken_ || taken;
}

ArgumentParser::Outcome ArgumentParser::parse(const std::vector<std::string>& arguments) {
  using Kind = Reading::Kind;
  std::vector<Reading> readings;
  bool only_positionals = false;
  for (const std::string& argument : arguments) {
    if (!only_positionals && argument == "--") {
      only_positionals = true;
      readings.push_back({Kind::Separator});
      continue;
    }
    readings.push_back(only_positionals ? Reading{} : read(argument));
    if (readings.back().kind == Kind::Ambiguous) return Outcome::Error;
  }
  for (size_t i = 0; i < arguments.size();) {
    if (readings[i].kind == Kind::Unknown) {
      unrecognized_.push_back(arguments[i++]);
    } else if (readings[i].kind != Kind::Option) {
      take_positionals(arguments, readings, i);
    } else if (!take_option(arguments, readings, i)) {
      return Outcome::Error;
    }
    if (help_wanted_) {
      message_ = help();
      return Outcome::Help;
    }
  }
  if (positional_required_ && arguments_.empty()) {
    fail(fmt::format("the following arguments are required: {}", positional_name_));
    return Outcome::Error;
  }
  if (!unrecognized_.empty()) {
    fail(fmt::format("unrecognized arguments: {}", fmt::join(unrecognized_, " ")));
    return Outcome::Error;
  }
  return Outcome::Parsed;
}

std::string ArgumentParser::usage() const {
  std::vector<std::string> parts;
  parts.reserve(options_.size());
  for (const Option& option : options_) parts.push_back("[" + option_usage(option, option.names[0]) + "]");
  const std::string prefix = fmt::format("usage: {} ", program_);
  const std::string single = fmt::format("{}{} {}", prefix, fmt::join(parts, " "), positional_usage_);
  if (single.size() <= text_width()) return single + "\n";
  std::vector<std::string> lines = wrap(parts, prefix.size(), text_width());
  lines.push_back(positional_usage_);
  const std::string separator = "\n" + std::string(prefix.size(), ' ');
  return fmt::format("{}{}\n", prefix, fmt::join(lines, separator));
}

std::string ArgumentParser::help() const {
  constexpr size_t kColumn = 24;
  std::string out = fmt::format("{}\n{}\n\n", usage(), description_);
  auto entry = [&out](const std::string& head, const std::string& text) {
    std::string line = "  " + head;
    if (line.size() + 2 > kColumn) {
      out += line + "\n";
      line.clear();
    }
    for (const std::string& row : wrap(words_of(text), kColumn, text_width())) {
      line.resize(kColumn, ' ');
      out += line + row + "\n";
      line.clear();
    }
  };
  out += "positional arguments:\n";
  entry(positional_name_, positional_help_);
  out += "\noptions:\n";
  for (const Option& option : options_) {
    std::vector<std::string> heads;
    heads.reserve(option.names.size());
    for (const std::string& name : option.names) heads.push_back(option_usage(option, name));
    entry(fmt::format("{}", fmt::join(heads, ", ")), option.help);
  }
  if (!examples_.empty()) out += "\n" + examples_;
  return out;
}

}  // namespace ouro::cli
