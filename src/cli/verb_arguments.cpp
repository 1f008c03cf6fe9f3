#include "cli/verb_arguments.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cli/console.h"

namespace ouro::cli {

int bad_call(std::string_view verb, std::string_view text) {
  write_err(fmt::format("{}: {}\nTry `{} --help`.\n", verb, text, verb));
  return 2;
}

std::optional<int> parse_verb(CLI::App& app, std::span<const std::string_view> arguments) {
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    write_out(app.help());
    return 0;
  } catch (const CLI::ParseError& error) {
    return bad_call(app.get_name(), error.what());
  }
  return std::nullopt;
}

}  // namespace ouro::cli
