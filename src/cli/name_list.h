// Lists of file names, in a file or on standard input.
#pragma once

#include <string>
#include <vector>

namespace ouro::cli {

/// What stands between two names.
enum class NameSeparator : uint8_t {
  Newline,
  AnyLineEnd,  // "\n", "\r\n" or "\r", as in Python's text files
  Nul,
};

struct NameListFormat {
  NameSeparator separator = NameSeparator::Newline;
  bool strip = false;       // take white space off both ends of a name, as str.strip() does
  bool skip_empty = false;  // leave out names of no bytes
};

/// Adds the names in `file`, `-` being standard input. Returns 0 or an errno value.
int read_name_list(const std::string& file, const NameListFormat& format, std::vector<std::string>* names);

}  // namespace ouro::cli
