// `ouro inspect`.
#pragma once

#include <span>
#include <string_view>

namespace ouro::cli {

/// Says what .pyc files are; takes the arguments after the verb and returns the exit code.
int run_inspect(std::span<const std::string_view> arguments);

}  // namespace ouro::cli
