#include "batch/tree.h"

#include <algorithm>
#include <chrono>
#include <memory>

#include "base/siphash.h"
#include "base/thread_pool.h"
#include "batch/duplicate_links.h"
#include "batch/paths.h"
#include "batch/walk.h"

namespace ouro::batch {

namespace {

struct Item {
  std::string path;
  int error = 0;  // a directory that could not be listed
};

std::vector<Item> collect(const std::vector<std::string>& paths, const TreeOptions& options) {
  std::vector<Item> items;
  for (const std::string& path : paths) {
    FileInfo info;
    if (stat_file(path, &info) != 0 || info.type != FileType::Directory) {
      items.push_back({path});
      continue;
    }
    std::vector<WalkEvent> events;
    WalkOptions walk;
    walk.max_levels = options.max_levels;
    walk_directory(path, walk, events);
    for (WalkEvent& event : events) {
      if (event.kind == WalkEvent::Kind::CannotList) items.push_back({std::move(event.path), event.error});
      if (event.kind == WalkEvent::Kind::File && event.path.ends_with(".py"))
        items.push_back({std::move(event.path)});
    }
  }
  return items;
}

// One source file: its levels, each fresh, compiled or failed.
class Task {
 public:
  Task(const Item& item, const TreeOptions& options) : item_(item), options_(options) {}

  std::vector<FileRecord> run(FileCompiler& compiler) {
    for (const int level : options_.levels) {
      FileRecord record;
      record.optimize = level;
      record.output = options_.legacy ? item_.path + "c" : pyc::cache_path(item_.path, level, options_.cache);
      records_.push_back(std::move(record));
    }
    if (item_.error != 0) {
      fail_all(item_.error);
    } else if (!(options_.excluded && options_.excluded(item_.path))) {
      compile(compiler);
    }
    return std::move(records_);
  }

 private:
  void fail_all(int error) {
    for (FileRecord& record : records_) {
      if (record.status == FileStatus::Fresh) continue;
      record.status = FileStatus::Failed;
      record.error = make_os_error_record(error, item_.path);
    }
  }

  void compile(FileCompiler& compiler) {
    FileInfo info;
    if (const int error = stat_file(item_.path, &info); error != 0) return fail_all(error);
    if (info.type != FileType::Regular) return;  // skipped
    compiler.set_source(item_.path);
    bool stale = false;
    for (FileRecord& record : records_) {
      if (!options_.force && fresh(record.output, info, compiler)) record.status = FileStatus::Fresh;
      stale = stale || record.status != FileStatus::Fresh;
    }
    if (!stale) return;
    const std::string name = embedded_name(item_.path, options_.strip, options_.prepend);
    DuplicateLinks links;
    for (FileRecord& record : records_) {
      if (record.status != FileStatus::Fresh)
        compiler.compile_to_file(name, record.optimize, options_.mode, record);
      if (options_.hardlink_duplicates) link(record, links, compiler);
    }
  }

  static void link(FileRecord& record, DuplicateLinks& links, const FileCompiler& compiler) {
    if (record.status == FileStatus::Fresh) links.kept(record.output);
    if (record.status != FileStatus::Compiled) return;
    if (const int error = links.written(record.output, compiler.pyc()); error != 0) {
      record.status = FileStatus::Failed;
      record.error = make_os_error_record(error, record.output);
    }
  }

  // 16 bytes and the one stat that was made; a hash costs a look at the source.
  bool fresh(const std::string& output, const FileInfo& info, FileCompiler& compiler) {
    char start[pyc::kHeaderSize];
    size_t got = 0;
    if (read_start(output, start, sizeof start, &got) != 0) return false;
    const auto header = pyc::read_header(std::string_view(start, got));
    if (!header || header->magic != options_.target->bytecode->magic) return false;
    switch (header->kind) {
      case pyc::HeaderKind::Timestamp:
        return options_.mode == InvalidationMode::Timestamp &&
               header->mtime == static_cast<uint32_t>(info.mtime) &&
               header->source_size == static_cast<uint32_t>(info.size);
      case pyc::HeaderKind::CheckedHash:
        if (options_.mode != InvalidationMode::CheckedHash) return false;
        break;
      case pyc::HeaderKind::UncheckedHash:
        if (options_.mode != InvalidationMode::UncheckedHash) return false;
        break;
    }
    return compiler.load() == 0 && source_hash(header->raw_magic(), compiler.source()) == header->source_hash;
  }

  const Item& item_;
  const TreeOptions& options_;
  std::vector<FileRecord> records_;
};

void count(std::span<const FileRecord> records, TreeSummary& summary) {
  ++summary.files;
  for (const FileRecord& record : records) {
    switch (record.status) {
      case FileStatus::Compiled:
        ++summary.compiled;
        summary.bytes += record.bytes;
        break;
      case FileStatus::Fresh:
        ++summary.fresh;
        break;
      case FileStatus::Failed:
        ++summary.failed;
        break;
      case FileStatus::Skipped:
        ++summary.skipped;
        break;
    }
  }
}

}  // namespace

TreeSummary compile_tree(const std::vector<std::string>& paths, const TreeOptions& options,
                         TreeReporter& reporter) {
  const auto start = std::chrono::steady_clock::now();
  TreeSummary summary;
  const std::vector<Item> items = collect(paths, options);
  reporter.begin(items.size());
  const unsigned workers = std::max(1u, options.workers);
  std::vector<std::unique_ptr<FileCompiler>> compilers(workers);
  std::vector<std::vector<FileRecord>> results(items.size());
  auto work = [&](unsigned worker, size_t item) {
    if (!compilers[worker])
      compilers[worker] = std::make_unique<FileCompiler>(*options.target, *options.warnings);
    results[item] = Task(items[item], options).run(*compilers[worker]);
  };
  auto consume = [&](size_t item) {
    const std::vector<FileRecord> records = std::move(results[item]);
    count(records, summary);
    reporter.file(items[item].path, records);
  };
  OrderedOptions ordered;
  ordered.stop = options.stop;
  ordered.tick = [&] { reporter.tick(); };
  summary.interrupted = !parallel_for_ordered(items.size(), workers, work, consume, ordered);
  summary.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return summary;
}

}  // namespace ouro::batch
