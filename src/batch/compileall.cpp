// compileall: walk, then decide per file what py_compile is asked for.
//
// The walk of a tree comes first and gives a list of events; the files among them are compiled by worker
// threads, and what each has to say is printed in the order of the list, so that the output of -j 8 is that
// of -j 1. (CPython's worker processes print as they please.) With more than one worker the "Listing" lines
// come first, as they do in CPython, whose parent walks while the children compile.
#include "batch/compileall.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <set>

#include "base/thread_pool.h"
#include "batch/duplicate_links.h"
#include "batch/messages.h"
#include "batch/paths.h"
#include "batch/walk.h"

namespace ouro::batch {

namespace {

struct Outcome {
  bool success = true;
  std::string out;
  std::vector<std::pair<WarningRecord, std::string>> warnings;  // each with its text
};

// One file of compileall: its outputs by level, and what happens to it.
class FileTask {
 public:
  FileTask(const std::string& path, const CompileallOptions& options) : path_(path), options_(options) {}

  Outcome run(FileCompiler& compiler) {
    if (options_.excluded && options_.excluded(path_)) return {};
    if (options_.link_limit && link_leaves(path_, *options_.link_limit)) return {};
    if (!path_.ends_with(".py")) return {};
    FileInfo info;
    if (stat_file(path_, &info) != 0 || info.type != FileType::Regular) return {};
    collect_levels();
    if (!options_.force && fresh(info)) return {};
    if (options_.quiet == 0) outcome_.out += fmt::format("Compiling {}...\n", path_repr(path_));
    compile(compiler);
    return std::move(outcome_);
  }

 private:
  struct Level {
    int optimize;
    std::string output;
  };

  void collect_levels() {
    const std::set<int> distinct(options_.levels.begin(), options_.levels.end());
    for (const int requested : distinct) {
      const int named = requested < 0 ? options_.interpreter_level : requested;
      std::string output = options_.legacy ? path_ + "c" : pyc::cache_path(path_, named, options_.cache);
      // The interpreter takes -OOO, and more, for -OO; the other numbers are compile()'s to judge.
      const int optimize = requested == -1 ? std::min(named, 2) : requested;
      levels_.push_back({optimize, std::move(output)});
    }
  }

  // compileall compares magic, flags and time only: the first 12 bytes.
  bool fresh(const FileInfo& info) const {
    pyc::Header header;
    header.magic = options_.target->bytecode->magic;
    header.kind = pyc::HeaderKind::Timestamp;
    header.mtime = static_cast<uint32_t>(info.mtime);
    pyc::ByteBuffer expected;
    pyc::write_header(header, expected);
    return std::all_of(levels_.begin(), levels_.end(), [&](const Level& level) {
      char start[12];
      size_t got = 0;
      if (read_start(level.output, start, sizeof start, &got) != 0) return false;
      return std::string_view(start, got) == expected.view().substr(0, sizeof start);
    });
  }

  void compile(FileCompiler& compiler) {
    compiler.set_source(path_);
    const std::string name = embedded_name(path_, options_.strip, options_.prepend);
    DuplicateLinks links;
    for (const Level& level : levels_) {
      FileRecord record;
      record.output = level.output;
      compiler.compile_to_file(name, level.optimize, options_.mode, record);
      for (WarningRecord& warning : record.warnings) {
        std::string text = printable_text(format_warning(warning, name));
        outcome_.warnings.emplace_back(std::move(warning), std::move(text));
      }
      if (record.error) return fail(*record.error);
      if (!options_.hardlink_duplicates) continue;
      if (const int error = links.written(level.output, compiler.pyc()); error != 0)
        return fail(make_os_error_record(error, level.output));
    }
  }

  void fail(const ErrorRecord& error) {
    outcome_.success = false;
    if (options_.quiet >= 2) return;
    outcome_.out +=
        options_.quiet == 1 ? fmt::format("*** Error compiling {}...\n", path_repr(path_)) : "*** ";
    if (error.is_os_error) {
      outcome_.out += printable_text(fmt::format("{}: {}\n", error.type, error.message));
    } else {
      outcome_.out += printable_text(compile_error_text(error)) + "\n";
    }
  }

  const std::string& path_;
  const CompileallOptions& options_;
  std::vector<Level> levels_;
  Outcome outcome_;
};

void print_event(const WalkEvent& event, const CompileallOptions& options) {
  if (event.kind == WalkEvent::Kind::Listing && options.quiet == 0) {
    options.out(fmt::format("Listing {}...\n", path_repr(event.path)));
  } else if (event.kind == WalkEvent::Kind::CannotList && options.quiet < 2) {
    options.out(fmt::format("Can't list {}\n", path_repr(event.path)));
  }
}

// From how deep CPython's compileall calls compile() for a directory's files.
int directory_call_depth(const CompileallOptions& options) {
  if (options.workers != 1) return compiler::kCompileallWorkerCallDepth;
  return options.of_search_path ? compiler::kCompileallPathCallDepth
                                : compiler::kCompileallDirectoryCallDepth;
}

bool run_events(const std::vector<WalkEvent>& events, const CompileallOptions& options, int call_depth) {
  const unsigned workers = options.workers == 0 ? available_processors() : options.workers;
  const bool listing_first = options.workers != 1;
  if (listing_first) {
    for (const WalkEvent& event : events) print_event(event, options);
  }
  std::vector<std::unique_ptr<FileCompiler>> compilers(workers);
  std::vector<Outcome> outcomes(events.size());
  bool success = true;
  auto work = [&](unsigned worker, size_t item) {
    if (events[item].kind != WalkEvent::Kind::File) return;
    if (!compilers[worker])
      compilers[worker] = std::make_unique<FileCompiler>(*options.target, *options.warnings, call_depth);
    outcomes[item] = FileTask(events[item].path, options).run(*compilers[worker]);
  };
  auto consume = [&](size_t item) {
    if (!listing_first) print_event(events[item], options);
    Outcome outcome = std::move(outcomes[item]);
    if (!outcome.out.empty()) options.out(outcome.out);
    for (const auto& [warning, text] : outcome.warnings) {
      if (options.shown_once->admit(warning)) options.err(text);
    }
    success = success && outcome.success;
  };
  OrderedOptions ordered;
  ordered.stop = options.stop;
  return parallel_for_ordered(events.size(), workers, work, consume, ordered) && success;
}

}  // namespace

bool compile_directory(const std::string& directory, const CompileallOptions& options) {
  CompileallOptions adjusted = options;
  if (options.destination) {  // -d is -s DIRECTORY -p DESTINATION
    adjusted.strip = directory;
    adjusted.prepend = options.destination;
    adjusted.destination.reset();
  }
  std::vector<WalkEvent> events;
  WalkOptions walk;
  walk.max_levels = options.max_levels;
  walk_directory(directory, walk, events);
  return run_events(events, adjusted, directory_call_depth(adjusted));
}

bool compile_single(const std::string& path, const CompileallOptions& options) {
  CompileallOptions adjusted = options;
  adjusted.workers = 1;
  if (options.destination) {  // here -d replaces the whole directory part
    const size_t slash = path.rfind('/');
    adjusted.prepend = options.destination;
    adjusted.strip = slash == std::string::npos ? std::string() : path.substr(0, slash);
    adjusted.destination.reset();
  }
  return run_events({{WalkEvent::Kind::File, path}}, adjusted, compiler::kCompileallFileCallDepth);
}

}  // namespace ouro::batch
