// The archive of compiled library code, made when ouro is built and mapped at start-up. It holds two things:
//
//   frozen modules   found by name before anything else (importlib's FrozenImporter): the import system
//                    itself, and what every start needs;
//   library files    the code of the standard library's source files, by their path below its directory, each
//                    with the time and size of the source that it was compiled from. It takes the place of
//                    __pycache__ there: a file that has changed since is compiled from its source.
//
// Code stands in two parts (archived_code.h).
//
// The file: "OUROARC4", the stamp of the register code (64 bits), the two counts (32 bits each), then the
// entries, frozen modules first, each part sorted by name: offsets and sizes (32 bits each) of the name, of
// the original name (the file that __file__ is derived from), of the two parts of the code, the
// source's time and size, and flags (1: a package). Offsets count from the start of the file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ouro::vm {

struct FrozenModule {
  std::string_view name;
  std::string_view original_name;
  std::string_view code;  // archived_code.h
  std::string_view late;
  bool is_package = false;
};

struct LibraryFile {
  std::string_view path;  // "json/decoder.py"
  std::string_view code;  // archived_code.h
  std::string_view late;
  uint32_t source_time = 0;
  uint32_t source_size = 0;
};

/// Maps the archive; false when it is missing, malformed or another build's (nothing is frozen then). Lives
/// as long as the process.
bool open_frozen_archive(const std::string& path);
/// Nothing when there is none of this name.
std::optional<FrozenModule> find_frozen(std::string_view name);
std::vector<std::string_view> frozen_names();
/// By its path below the library's directory; whether it is up to date is the caller's question.
std::optional<LibraryFile> find_library_file(std::string_view path);

struct FrozenSource {
  std::string name;           // or path
  std::string original_name;  // of frozen modules
  std::string code, late;
  bool is_package = false;
  uint32_t source_time = 0, source_size = 0;
};
/// The archive's bytes, for the tool that makes it.
std::string write_frozen_archive(std::vector<FrozenSource> frozen, std::vector<FrozenSource> library);

}  // namespace ouro::vm
