#include "cli/argument_parser.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

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

bool is_int(const std::string& text) {
  const char* begin = text.c_str() + (text.starts_with('+') ? 1 : 0);
  int value = 0;
  const auto [end, error] = std::from_chars(begin, text.c_str() + text.size(), value);
  return error == std::errc() && end == text.c_str() + text.size();
}

// argparse takes "-5" for a positional argument when no option looks like a number.
bool is_negative_number(const std::string& text) {
  return text.size() > 1 && text[0] == '-' &&
         std::all_of(text.begin() + 1, text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_option(const std::string& argument) {
  return argument.size() > 1 && argument[0] == '-' && !is_negative_number(argument) &&
         argument.find(' ') == std::string::npos;
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

ArgumentParser::Option* ArgumentParser::find_option(const std::string& name, bool* ambiguous) {
  Option* found = nullptr;
  std::vector<std::string> matches;
  for (Option& option : options_) {
    for (const std::string& candidate : option.names) {
      if (candidate == name) return &option;
      if (name.starts_with("--") && candidate.starts_with(name)) {
        found = &option;
        matches.push_back(candidate);
      }
    }
  }
  if (matches.size() > 1) {
    *ambiguous = true;
    fail(fmt::format("ambiguous option: {} could match {}", name, fmt::join(matches, ", ")));
    return nullptr;
  }
  return found;
}

bool ArgumentParser::take_value(Option& option, std::string value) {
  const std::string all_names = fmt::format("{}", fmt::join(option.names, "/"));
  const bool wants_int = option.action == Action::IntValue || option.action == Action::AppendInt;
  if (wants_int && !is_int(value)) {
    return fail(fmt::format("argument {}: invalid int value: {}", all_names, batch::path_repr(value)));
  }
  if (!option.choices.empty() &&
      std::find(option.choices.begin(), option.choices.end(), value) == option.choices.end()) {
    std::vector<std::string> quoted;
    for (const std::string& choice : option.choices) quoted.push_back(batch::path_repr(choice));
    return fail(fmt::format("argument {}: invalid choice: {} (choose from {})", all_names,
                            batch::path_repr(value), fmt::join(quoted, ", ")));
  }
  ++option.count;
  option.values.push_back(std::move(value));
  return true;
}

namespace {

bool takes_value(const ArgumentParser::Option& option) {
  return option.action != ArgumentParser::Action::Flag && option.action != ArgumentParser::Action::Count;
}

}  // namespace

bool ArgumentParser::parse_long(const std::vector<std::string>& arguments, size_t& i) {
  const std::string& argument = arguments[i];
  const size_t equal = argument.find('=');
  const std::string name = argument.substr(0, equal);
  bool ambiguous = false;
  Option* option = find_option(name, &ambiguous);
  if (ambiguous) return false;
  if (option == nullptr) {
    unrecognized_.push_back(argument);
    return true;
  }
  const std::string all_names = fmt::format("{}", fmt::join(option->names, "/"));
  if (takes_value(*option)) {
    if (equal != std::string::npos) return take_value(*option, argument.substr(equal + 1));
    if (i + 1 == arguments.size() || is_option(arguments[i + 1]) || arguments[i + 1] == "--") {
      return fail(fmt::format("argument {}: expected one argument", all_names));
    }
    return take_value(*option, arguments[++i]);
  }
  if (equal != std::string::npos) {
    return fail(fmt::format("argument {}: ignored explicit argument {}", all_names,
                            batch::path_repr(argument.substr(equal + 1))));
  }
  ++option->count;
  help_wanted_ = help_wanted_ || option == &options_[0];
  return true;
}

bool ArgumentParser::parse_short(const std::vector<std::string>& arguments, size_t& i) {
  const std::string& argument = arguments[i];
  for (size_t at = 1; at < argument.size(); ++at) {
    bool ambiguous = false;
    Option* option = find_option(std::string("-") + argument[at], &ambiguous);
    if (option == nullptr) {
      if (at == 1) {
        unrecognized_.push_back(argument);
        return true;
      }
      // The letters so far were an option without a value, and the rest is no option: argparse blames the
      // value.
      bool ignored = false;
      const Option* previous = find_option(std::string("-") + argument[at - 1], &ignored);
      return fail(fmt::format("argument {}: ignored explicit argument {}", fmt::join(previous->names, "/"),
                              batch::path_repr(argument.substr(at))));
    }
    if (!takes_value(*option)) {
      ++option->count;
      if (option == &options_[0]) {
        help_wanted_ = true;
        return true;
      }
      continue;
    }
    if (at + 1 < argument.size()) {
      size_t from = at + 1;
      if (argument[from] == '=') ++from;
      return take_value(*option, argument.substr(from));
    }
    if (i + 1 == arguments.size() || is_option(arguments[i + 1]) || arguments[i + 1] == "--") {
      return fail(fmt::format("argument {}: expected one argument", fmt::join(option->names, "/")));
    }
    return take_value(*option, arguments[++i]);
  }
  return true;
}

ArgumentParser::Outcome ArgumentParser::parse(const std::vector<std::string>& arguments) {
  bool only_positionals = false;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (!only_positionals && argument == "--") {
      only_positionals = true;
    } else if (only_positionals || !is_option(argument)) {
      arguments_.push_back(argument);
    } else if (!(argument.starts_with("--") ? parse_long(arguments, i) : parse_short(arguments, i))) {
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
    for (const std::string& name : option.names) heads.push_back(option_usage(option, name));
    entry(fmt::format("{}", fmt::join(heads, ", ")), option.help);
  }
  if (!examples_.empty()) out += "\n" + examples_;
  return out;
}

}  // namespace ouro::cli
