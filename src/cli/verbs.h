// The verbs of the program, one function each: arguments after the verb in, exit code out.
#pragma once

#include <span>
#include <string_view>

namespace ouro::cli {

int run_compile(std::span<const std::string_view> arguments);

}  // namespace ouro::cli
