#include "vm/import/frozen.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace ouro::vm {

namespace {

constexpr std::string_view kMagic = "OUROARC1";

struct Entry {
  uint32_t name_offset, name_size;
  uint32_t original_offset, original_size;
  uint32_t code_offset, code_size;
  uint32_t flags;
};

struct Archive {
  std::vector<FrozenModule> modules;  // views into the mapped file
};

/// The whole file, mapped for good; empty when that fails.
std::string_view map_file(const std::string& path) {
  int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return {};
  struct stat info;
  void* at = MAP_FAILED;
  if (fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0)
    at = mmap(nullptr, static_cast<size_t>(info.st_size), PROT_READ, MAP_PRIVATE, descriptor, 0);
  close(descriptor);
  if (at == MAP_FAILED) return {};
  return {static_cast<const char*>(at), static_cast<size_t>(info.st_size)};
}

Archive& archive() {
  static Archive* opened = new Archive;  // code objects' constants may point into it until the very end
  return *opened;
}

/// A part of the file, or nothing when it does not lie inside.
bool part(std::string_view file, uint32_t offset, uint32_t size, std::string_view* out) {
  if (offset > file.size() || size > file.size() - offset) return false;
  *out = file.substr(offset, size);
  return true;
}

bool read_modules(std::string_view file, std::vector<FrozenModule>* modules) {
  uint32_t count;
  if (!file.starts_with(kMagic) || file.size() < kMagic.size() + 4) return false;
  std::memcpy(&count, file.data() + kMagic.size(), 4);
  size_t table = kMagic.size() + 4;
  if (count > (file.size() - table) / sizeof(Entry)) return false;
  modules->resize(count);
  for (uint32_t i = 0; i < count; ++i) {
    Entry entry;
    std::memcpy(&entry, file.data() + table + i * sizeof entry, sizeof entry);
    FrozenModule& module = (*modules)[i];
    if (!part(file, entry.name_offset, entry.name_size, &module.name) ||
        !part(file, entry.original_offset, entry.original_size, &module.original_name) ||
        !part(file, entry.code_offset, entry.code_size, &module.code))
      return false;
    module.is_package = (entry.flags & 1) != 0;
  }
  return std::is_sorted(modules->begin(), modules->end(),
                        [](const FrozenModule& a, const FrozenModule& b) { return a.name < b.name; });
}

}  // namespace

bool open_frozen_archive(const std::string& path) {
  Archive& to = archive();
  if (!read_modules(map_file(path), &to.modules)) {
    to.modules.clear();
    return false;
  }
  return true;
}

const FrozenModule* find_frozen(std::string_view name) {
  const auto& modules = archive().modules;
  auto at =
      std::lower_bound(modules.begin(), modules.end(), name,
                       [](const FrozenModule& module, std::string_view key) { return module.name < key; });
  return at != modules.end() && at->name == name ? &*at : nullptr;
}

std::vector<std::string_view> frozen_names() {
  std::vector<std::string_view> result;
  for (const FrozenModule& module : archive().modules) result.push_back(module.name);
  return result;
}

std::string write_frozen_archive(std::vector<FrozenSource> modules) {
  std::sort(modules.begin(), modules.end(),
            [](const FrozenSource& a, const FrozenSource& b) { return a.name < b.name; });
  std::string head(kMagic), body;
  auto count = static_cast<uint32_t>(modules.size());
  head.append(reinterpret_cast<const char*>(&count), 4);
  auto start = static_cast<uint32_t>(head.size() + modules.size() * sizeof(Entry));
  auto add = [&](const std::string& text, uint32_t* offset, uint32_t* size) {
    *offset = start + static_cast<uint32_t>(body.size());
    *size = static_cast<uint32_t>(text.size());
    body += text;
  };
  for (const FrozenSource& module : modules) {
    Entry entry{};
    add(module.name, &entry.name_offset, &entry.name_size);
    add(module.original_name, &entry.original_offset, &entry.original_size);
    add(module.code, &entry.code_offset, &entry.code_size);
    entry.flags = module.is_package ? 1 : 0;
    head.append(reinterpret_cast<const char*>(&entry), sizeof entry);
  }
  return head + body;
}

}  // namespace ouro::vm
