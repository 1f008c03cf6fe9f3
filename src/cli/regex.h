// Regular expressions with Python's search() meaning, over PCRE2.
#pragma once

#include <functional>
#include <string>

namespace ouro::cli {

/// A function that searches for `pattern` anywhere in its argument; safe to call from several threads. On a
/// malformed pattern returns an empty function and sets *error.
std::function<bool(const std::string&)> compile_regex(const std::string& pattern, std::string* error);

}  // namespace ouro::cli
