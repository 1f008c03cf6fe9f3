#include "vm/import/frozen.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "vm/interp/lifted_forms.h"

namespace ouro::vm {

namespace {

constexpr std::string_view kMagic = "OUROARC4";

struct Entry {
  uint32_t name_offset, name_size;
  uint32_t original_offset, original_size;
  uint32_t code_offset, code_size;
  uint32_t late_offset, late_size;
  uint32_t source_time, source_size;
  uint32_t flags;
};

/// The mapped file. Its tables are used where they lie: a start looks up a few dozen names of thousands.
struct Archive {
  std::string_view file;
  uint32_t frozen_count = 0, library_count = 0;

  static constexpr size_t kCounts = kMagic.size() + 8;
  static constexpr size_t kTable = kCounts + 8;

  Entry entry(uint32_t index) const {
    Entry result;
    std::memcpy(&result, file.data() + kTable + index * sizeof result, sizeof result);
    return result;
  }
  /// A part of the file; nothing when it does not lie inside.
  std::string_view part(uint32_t offset, uint32_t size) const {
    if (offset > file.size() || size > file.size() - offset) return {};
    return file.substr(offset, size);
  }
  std::string_view name(uint32_t index) const {
    const Entry found = entry(index);
    return part(found.name_offset, found.name_size);
  }

  bool open(std::string_view bytes) {
    if (!bytes.starts_with(kMagic) || bytes.size() < kTable) return false;
    file = bytes;
    uint64_t stamp;
    std::memcpy(&stamp, file.data() + kMagic.size(), 8);
    if (stamp != lifted_form_stamp()) return false;  // another build's
    std::memcpy(&frozen_count, file.data() + kCounts, 4);
    std::memcpy(&library_count, file.data() + kCounts + 4, 4);
    const size_t room = (file.size() - kTable) / sizeof(Entry);
    return frozen_count <= room && library_count <= room - frozen_count;
  }

  std::optional<Entry> find(std::string_view wanted, uint32_t first, uint32_t count) const {
    for (uint32_t last = first + count; first < last;) {
      const uint32_t middle = first + (last - first) / 2;
      const int order = name(middle).compare(wanted);
      if (order == 0) return entry(middle);
      if (order < 0) {
        first = middle + 1;
      } else {
        last = middle;
      }
    }
    return std::nullopt;
  }
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
  static Archive opened;
  return opened;
}

/// About as much as an import reads.
size_t read_bytes(const Entry& entry) {
  return entry.code_size + entry.late_size / 2;
}

/// Code and its forms are hardly read more than once, so their pages need not stay in memory: every now and
/// then all go. They come back from the file when somebody asks for more.
void forget_read_pages(size_t more) {
  constexpr size_t kMostKept = size_t{384} << 10;
  static size_t read = 0;
  read += more;
  if (read < kMostKept) return;
  read = 0;
  const std::string_view file = archive().file;
  madvise(const_cast<char*>(file.data()), file.size(), MADV_DONTNEED);
}

}  // namespace

bool open_frozen_archive(const std::string& path) {
  if (archive().open(map_file(path))) return true;
  archive() = {};
  return false;
}

std::optional<FrozenModule> find_frozen(std::string_view name) {
  const Archive& in = archive();
  const auto found = in.find(name, 0, in.frozen_count);
  if (!found) return std::nullopt;
  forget_read_pages(read_bytes(*found));
  return FrozenModule{in.part(found->name_offset, found->name_size),
                      in.part(found->original_offset, found->original_size),
                      in.part(found->code_offset, found->code_size),
                      in.part(found->late_offset, found->late_size), (found->flags & 1) != 0};
}

std::vector<std::string_view> frozen_names() {
  std::vector<std::string_view> result;
  for (uint32_t i = 0; i < archive().frozen_count; ++i) result.push_back(archive().name(i));
  return result;
}

std::optional<LibraryFile> find_library_file(std::string_view path) {
  const Archive& in = archive();
  const auto found = in.find(path, in.frozen_count, in.library_count);
  if (!found) return std::nullopt;
  forget_read_pages(read_bytes(*found));
  return LibraryFile{in.part(found->name_offset, found->name_size),
                     in.part(found->code_offset, found->code_size),
                     in.part(found->late_offset, found->late_size), found->source_time, found->source_size};
}

std::string write_frozen_archive(std::vector<FrozenSource> frozen, std::vector<FrozenSource> library) {
  const auto by_name = [](const FrozenSource& a, const FrozenSource& b) { return a.name < b.name; };
  std::sort(frozen.begin(), frozen.end(), by_name);
  std::sort(library.begin(), library.end(), by_name);
  std::string head(kMagic), body;
  const uint64_t stamp = lifted_form_stamp();
  head.append(reinterpret_cast<const char*>(&stamp), sizeof stamp);
  const uint32_t counts[] = {static_cast<uint32_t>(frozen.size()), static_cast<uint32_t>(library.size())};
  head.append(reinterpret_cast<const char*>(counts), sizeof counts);
  const size_t start = head.size() + (frozen.size() + library.size()) * sizeof(Entry);
  auto add = [&](const std::string& text, uint32_t* offset, uint32_t* size) {
    *offset = static_cast<uint32_t>(start + body.size());
    *size = static_cast<uint32_t>(text.size());
    body += text;
  };
  std::vector<Entry> entries;
  // All names first: a search looks at a dozen of them, which should not lie on a dozen pages.
  for (const auto* part : {&frozen, &library}) {
    for (const FrozenSource& module : *part) {
      Entry& entry = entries.emplace_back();
      add(module.name, &entry.name_offset, &entry.name_size);
      add(module.original_name, &entry.original_offset, &entry.original_size);
    }
  }
  size_t index = 0;
  for (const auto* part : {&frozen, &library}) {
    for (const FrozenSource& module : *part) {
      Entry& entry = entries[index++];
      add(module.code, &entry.code_offset, &entry.code_size);
      add(module.late, &entry.late_offset, &entry.late_size);
      entry.source_time = module.source_time;
      entry.source_size = module.source_size;
      entry.flags = module.is_package ? 1 : 0;
      head.append(reinterpret_cast<const char*>(&entry), sizeof entry);
    }
  }
  return head + body;
}

}  // namespace ouro::vm
