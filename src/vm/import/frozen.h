// Frozen modules: code objects in an archive that is made when ouro is built, mapped at start-up.
//
// The archive: "OUROARC1", a 32-bit count, then for each module, sorted by name: offsets and sizes (32 bits
// each) of its name, its original name (the file that __file__ is derived from) and its marshalled code, and
// 32 bits of flags (1: a package). Offsets count from the start of the file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ouro::vm {

struct FrozenModule {
  std::string_view name;
  std::string_view original_name;
  std::string_view code;  // marshalled
  bool is_package = false;
};

/// Maps the archive; false when it is missing or malformed (nothing is frozen then). Lives as long as the
/// process.
bool open_frozen_archive(const std::string& path);
/// Null when there is none of this name.
const FrozenModule* find_frozen(std::string_view name);
std::vector<std::string_view> frozen_names();

struct FrozenSource {
  std::string name;
  std::string original_name;
  std::string code;
  bool is_package = false;
};
/// The archive's bytes, for the tool that makes it.
std::string write_frozen_archive(std::vector<FrozenSource> modules);

}  // namespace ouro::vm
