#include "cli/decompile_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <unordered_map>

#include "batch/paths.h"
#include "batch/walk.h"
#include "pyc/cache_path.h"
#include "pyc/magic.h"
#include "pyc/marshal_reader.h"

namespace ouro::cli {

namespace {

constexpr std::string_view kCache = "__pycache__";
constexpr uint32_t kSourceMode = 0666;

InputError os_error(int error, std::string_view path) {
  return {std::string(os_error_type(error)), os_error_text(error, path), std::nullopt};
}

std::string_view file_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

/// "module" of "module.pyc", "module.cpython-311.pyc" and "module.cpython-311.opt-1.pyc"; `tag` becomes
/// "opt-1".
std::string module_name(std::string_view name, std::string* tag) {
  if (!name.ends_with(".pyc")) return std::string(name);
  name.remove_suffix(4);
  if (const size_t dot = name.rfind(".opt-"); dot != std::string_view::npos) {
    *tag = name.substr(dot + 1);
    name = name.substr(0, dot);
  }
  const size_t dot = name.rfind('.');
  if (dot != std::string_view::npos && name.substr(dot + 1).starts_with("cpython-"))
    name = name.substr(0, dot);
  return std::string(name);
}

int level_of_tag(std::string_view tag) {
  return tag == "opt-1" ? 1 : tag == "opt-2" ? 2 : 0;
}

/// The *.pyc of one directory, in order of their names.
void add_files(const std::string& directory, std::vector<std::string>& files) {
  std::vector<DirectoryEntry> entries;
  if (list_directory(directory, &entries) != 0) return;
  std::ranges::sort(entries, {}, &DirectoryEntry::name);
  for (const DirectoryEntry& entry : entries)
    if (entry.name.ends_with(".pyc") && entry.type != FileType::Directory)
      files.push_back(batch::join_path(directory, entry.name));
}

bool is_directory(const std::string& path) {
  FileInfo info;
  return path != "-" && stat_file(path, &info) == 0 && info.type == FileType::Directory;
}

class Finder {
 public:
  explicit Finder(const DecompileSettings& settings) : settings_(settings) {}

  void add(const std::string& path, bool alone) {
    if (is_directory(path)) return add_tree(path);
    const bool to_file = alone && names_one_file(settings_.output);
    add_file(path, to_file ? "" : file_name(path), to_file);
  }

  /// Gives each item an output that no other one has; level 0 comes first.
  void share_out() {
    for (const Wish& wish : wishes_)
      if (wish.tag.empty()) claim(wish);
    for (const Wish& wish : wishes_)
      if (!wish.tag.empty()) claim(wish);
  }

  std::vector<DecompileItem> items;

 private:
  struct Wish {
    size_t item;
    std::string name;  // without ".py"
    std::string tag;   // "opt-1", say
  };

  void add_tree(const std::string& root) {
    const size_t before = items.size();
    std::vector<batch::WalkEvent> events;
    batch::walk_directory(root, {}, events);
    std::vector<std::string> files;
    for (batch::WalkEvent& event : events) {
      if (event.kind == batch::WalkEvent::Kind::File && event.path.ends_with(".pyc"))
        files.push_back(std::move(event.path));
      if (event.kind == batch::WalkEvent::Kind::Listing)
        add_files(batch::join_path(event.path, kCache), files);
      if (event.kind != batch::WalkEvent::Kind::CannotList) continue;
      items.push_back({event.path, "", 0, os_error(event.error, event.path)});
    }
    const size_t start = root.ends_with('/') ? root.size() : root.size() + 1;
    for (const std::string& file : files) add_file(file, std::string_view(file).substr(start), false);
    if (items.size() == before)
      items.push_back({root, "", 0, InputError{"FileNotFoundError", "no .pyc file in it", std::nullopt}});
  }

  /// `below`: the path below the directory that was named.
  void add_file(const std::string& path, std::string_view below, bool to_file) {
    DecompileItem item;
    item.path = path;
    std::string tag;
    const std::string name = path == "-" ? "stdin" : module_name(file_name(path), &tag);
    item.optimize = settings_.optimize.value_or(level_of_tag(tag));
    if (to_file)
      item.output = settings_.output;
    else if (!settings_.output.empty())
      wishes_.push_back({items.size(), batch::join_path(settings_.output, directory_of(below) + name), tag});
    items.push_back(std::move(item));
  }

  /// "package/" of "package/__pycache__/module.cpython-311.pyc".
  static std::string directory_of(std::string_view below) {
    std::string directory(below.substr(0, below.size() - file_name(below).size()));
    const std::string cache = std::string(kCache) + "/";
    if (directory == cache || directory.ends_with("/" + cache))
      directory.resize(directory.size() - cache.size());
    return directory;
  }

  void claim(const Wish& wish) {
    DecompileItem& item = items[wish.item];
    item.output = wish.name + ".py";
    if (claimed_.emplace(item.output, item.path).second) return;
    if (!wish.tag.empty()) item.output = fmt::format("{}.{}.py", wish.name, wish.tag);
    const auto [other, mine] = claimed_.emplace(item.output, item.path);
    if (mine) return;
    item.error =
        InputError{"FileExistsError", fmt::format("its output {} is that of {}", item.output, other->second),
                   std::nullopt};
  }

  const DecompileSettings& settings_;
  std::vector<Wish> wishes_;
  std::unordered_map<std::string, std::string> claimed_;  // by output: the input
};

}  // namespace

bool names_one_file(const std::string& output) {
  return output.ends_with(".py") && !is_directory(output);
}

bool is_one_file(const std::vector<std::string>& paths) {
  return paths.size() == 1 && !is_directory(paths[0]);
}

std::vector<DecompileItem> find_decompile_items(const std::vector<std::string>& paths,
                                                const DecompileSettings& settings) {
  Finder finder(settings);
  for (const std::string& path : paths) finder.add(path, paths.size() == 1);
  finder.share_out();
  return std::move(finder.items);
}

std::optional<InputError> FileDecompiler::find_code(const CodeObject** code, std::string_view* marshal) {
  std::string_view bytes = buffer_.bytes();
  size_t start = 0;
  if (!settings_.raw) {
    pyc::Header header;
    if (auto error = parse_header(bytes, &header)) return error;
    if (find_version(header.magic) == nullptr)
      return InputError{"ImportError",
                        fmt::format("bytecode of {} (magic number {}); this version decompiles that of 3.11",
                                    pyc::describe_magic(header.magic), header.magic),
                        std::nullopt};
    start = header.size;
  }
  const pyc::MarshalResult read = pyc::read_marshal(workspace_, bytes.substr(start));
  if (read.code == nullptr)
    return InputError{std::string(read.error.type), std::string(read.error.message),
                      start + read.error.offset};
  *code = read.code;
  *marshal = bytes.substr(start, read.consumed);
  return std::nullopt;
}

std::optional<InputError> FileDecompiler::publish(const DecompileItem& item, const FileInfo& input,
                                                  std::string_view source) const {
  FileInfo existing;
  if (stat_file(item.output, &existing) == 0) {
    if (item.path != "-" && existing.device == input.device && existing.inode == input.inode)
      return InputError{"FileExistsError", fmt::format("its output {} is the file itself", item.output),
                        std::nullopt};
    if (!settings_.force && pyc::guess_source_path(item.path) == item.output)
      return InputError{"FileExistsError",
                        fmt::format("its source {} is there; --force overwrites it", item.output),
                        std::nullopt};
  }
  const size_t slash = item.output.rfind('/');
  if (slash != std::string::npos && slash != 0) {
    const std::string directory = item.output.substr(0, slash);
    if (const int error = make_directories(directory); error != 0) return os_error(error, directory);
  }
  if (const int error = write_atomic(item.output, source, kSourceMode, unique_number()); error != 0)
    return os_error(error, item.output);
  return std::nullopt;
}

DecompileRecord FileDecompiler::run(const DecompileItem& item) {
  DecompileRecord record;
  record.error = item.error;
  if (record.error) return record;
  FileInfo info;
  record.error = read_input(item.path, &buffer_, &info);
  if (record.error) return record;
  record.bytes = buffer_.bytes().size();
  workspace_.rewind();
  const CodeObject* code = nullptr;
  decompiler::DecompileOptions options;
  options.clean = settings_.clean;
  options.optimize = item.optimize;
  record.error = find_code(&code, &options.marshal);
  if (record.error) return record;
  record.result = decompiler_.decompile(workspace_, *code, options);
  if (item.output.empty()) return record;
  record.error = publish(item, info, record.result.source);
  record.result.source.clear();
  record.result.source.shrink_to_fit();
  return record;
}

}  // namespace ouro::cli
