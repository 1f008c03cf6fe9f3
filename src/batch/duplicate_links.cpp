#include "batch/duplicate_links.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "base/files.h"

namespace ouro::batch {

namespace {

int make_link(const std::string& previous, const std::string& output) {
  const std::string temporary = fmt::format("{}.{}.link", output, getpid());
  if (link(previous.c_str(), temporary.c_str()) != 0) return errno;
  const int error = rename(temporary.c_str(), output.c_str()) == 0 ? 0 : errno;
  // When both already are one file, rename() does nothing and leaves the temporary name.
  if (unlink(temporary.c_str()) != 0 && errno != ENOENT) return errno;
  return error;
}

}  // namespace

int DuplicateLinks::written(const std::string& output, std::string_view bytes) {
  const bool equal = !previous_.empty() && bytes_ == bytes;
  const int error = equal ? make_link(previous_, output) : 0;
  if (!equal) bytes_ = bytes;
  previous_ = output;
  return error;
}

void DuplicateLinks::kept(const std::string& output) {
  FileBuffer buffer;
  const bool known = read_file(output, &buffer, nullptr) == 0;
  previous_ = known ? output : std::string();
  bytes_ = buffer.bytes();
}

}  // namespace ouro::batch
