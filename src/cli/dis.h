// `ouro dis`.
#pragma once

#include <span>
#include <string_view>

namespace ouro::cli {

/// Disassembles a source file or a .pyc; takes the arguments after the verb and returns the exit code.
int run_dis(std::span<const std::string_view> arguments);

}  // namespace ouro::cli
