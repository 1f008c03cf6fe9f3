// `ouro decompile`.
#pragma once

#include <span>
#include <string_view>

namespace ouro::cli {

/// Turns .pyc files back into source; takes the arguments after the verb and returns the exit code.
int run_decompile(std::span<const std::string_view> arguments);

}  // namespace ouro::cli
