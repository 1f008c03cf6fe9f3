#include "cli/pyc_input.h"

#include <fmt/format.h>

#include "batch/messages.h"
#include "bytecode/verify.h"
#include "pyc/magic.h"
#include "pyc/marshal_reader.h"

namespace ouro::cli {

namespace {

constexpr uint64_t kSizeLimit = uint64_t{512} << 20;

struct OldMagic {
  uint16_t first, last;
  std::string_view name;
};
// Python 2's, by the year in which they came up. -U added one.
constexpr OldMagic kOldMagics[] = {
    {50823, 50824, "2.0"}, {60202, 60203, "2.1"}, {60717, 60718, "2.2"}, {62001, 62022, "2.3"},
    {62041, 62062, "2.4"}, {62071, 62132, "2.5"}, {62151, 62162, "2.6"}, {62171, 62212, "2.7"},
};

/// The Python 2 that a file is of; empty: none.
std::string_view python2_of(std::string_view bytes) {
  if (bytes.size() < 4 || bytes.substr(2, 2) != "\r\n") return {};
  const unsigned magic = static_cast<unsigned char>(bytes[0]) | static_cast<unsigned char>(bytes[1]) << 8;
  for (const OldMagic& old : kOldMagics)
    if (magic >= old.first && magic <= old.last) return old.name;
  return {};
}

}  // namespace

std::string format_input_error(const InputError& error, std::string_view path) {
  const std::string what = error.type + ": " + error.message;
  const std::string name = batch::printable_text(path);
  if (!error.offset) return fmt::format("{}: {}", name, what);
  return fmt::format("{}: byte {}: {}", name, *error.offset, what);
}

std::optional<InputError> read_input(const std::string& path, FileBuffer* buffer, FileInfo* info) {
  ReadOptions options;
  options.limit = kSizeLimit;
  const int error =
      path == "-" ? read_descriptor(0, buffer, kSizeLimit) : read_file(path, buffer, info, options);
  if (error == 0) return std::nullopt;
  return InputError{std::string(os_error_type(error)), os_error_text(error), std::nullopt};
}

bool looks_like_pyc(std::string_view bytes) {
  if (bytes.size() < 4 || bytes.substr(2, 2) != "\r\n") return false;
  const unsigned magic = static_cast<unsigned char>(bytes[0]) | static_cast<unsigned char>(bytes[1]) << 8;
  return pyc::find_magic(static_cast<uint16_t>(magic)) != nullptr;
}

std::optional<InputError> parse_header(std::string_view bytes, pyc::Header* header) {
  std::string message;
  uint64_t offset = 0;
  const auto read = pyc::read_header(bytes, &message, &offset);
  if (read) {
    *header = *read;
    return std::nullopt;
  }
  if (const std::string_view python2 = python2_of(bytes); !python2.empty())
    return InputError{"ImportError", fmt::format("bytecode of Python {}, which has another format", python2),
                      std::nullopt};
  const bool ends_early = offset == bytes.size();
  return InputError{ends_early ? "EOFError" : "ImportError", std::move(message), offset};
}

std::optional<InputError> parse_code(Workspace& workspace, std::string_view bytes, const pyc::Header& header,
                                     const CodeObject** code) {
  const VersionTable* version = find_version(header.magic);
  const pyc::MarshalResult result = pyc::read_marshal(workspace, bytes.substr(header.size));
  if (result.code == nullptr)
    return InputError{std::string(result.error.type), std::string(result.error.message),
                      header.size + result.error.offset};
  if (const auto error = verify_code(*result.code, *version))
    return InputError{"ValueError", "bad bytecode: " + error->text(), std::nullopt};
  *code = result.code;
  return std::nullopt;
}

}  // namespace ouro::cli
