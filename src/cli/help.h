// What ouro says of itself: --help, --help-env, --help-xoptions.
#pragma once

#include <string_view>

namespace ouro::cli {

extern const std::string_view kHelp;
extern const std::string_view kEnvironmentHelp;
extern const std::string_view kXOptionsHelp;

}  // namespace ouro::cli
