#include "cli/name_list.h"

#include <string_view>

#include "base/files.h"
#include "batch/messages.h"

namespace ouro::cli {

namespace {

constexpr uint64_t kListLimit = uint64_t{1} << 30;

std::string_view separator_characters(NameSeparator separator) {
  switch (separator) {
    case NameSeparator::Newline:
      return "\n";
    case NameSeparator::AnyLineEnd:
      return "\r\n";
    case NameSeparator::Nul:
      break;
  }
  return {"\0", 1};
}

}  // namespace

int read_name_list(const std::string& file, const NameListFormat& format, std::vector<std::string>* names) {
  FileBuffer buffer;
  const int error = file == "-" ? read_descriptor(0, &buffer, kListLimit) : read_file(file, &buffer, nullptr);
  if (error != 0) return error;
  const std::string_view separators = separator_characters(format.separator);
  std::string_view rest = buffer.bytes();
  while (!rest.empty()) {
    const size_t end = rest.find_first_of(separators);
    const std::string_view name = rest.substr(0, end);
    if (!name.empty() || !format.skip_empty)
      names->emplace_back(format.strip ? batch::strip_space(name) : name);
    if (end == std::string_view::npos) break;
    const bool two = format.separator == NameSeparator::AnyLineEnd && rest.substr(end).starts_with("\r\n");
    rest.remove_prefix(end + (two ? 2 : 1));
  }
  return 0;
}

}  // namespace ouro::cli
