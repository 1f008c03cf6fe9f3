// What the verbs' command lines have in common.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace CLI {
class App;
}

namespace ouro::cli {

/// Says what is wrong with a call and where help is; `verb` is the program's name with the verb's. Returns
/// the exit code.
int bad_call(std::string_view verb, std::string_view text);

/// Reads a verb's arguments. Returns an exit code where nothing more is to be done: help was asked for and
/// has been shown, or the call was wrong and that has been said.
std::optional<int> parse_verb(CLI::App& app, std::span<const std::string_view> arguments);

}  // namespace ouro::cli
