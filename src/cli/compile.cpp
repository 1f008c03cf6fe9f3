// `ouro compile`: py_compile and compileall for a person, and for build systems that want JSON.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <set>

#include "base/files.h"
#include "base/json.h"
#include "base/thread_pool.h"
#include "batch/messages.h"
#include "batch/tree.h"
#include "cli/console.h"
#include "cli/name_list.h"
#include "cli/progress.h"
#include "cli/python_options.h"
#include "cli/regex.h"
#include "cli/verb_arguments.h"
#include "cli/verbs.h"

namespace ouro::cli {

namespace {

constexpr int kMaxJobs = 1024;
constexpr std::string_view kVerb = "ouro compile";

constexpr std::string_view kExamples = R"(Examples:
  ouro compile src/                                   every .py below src/, into __pycache__
  ouro compile -O 0,1,2 --hardlink-dupes pkg/         three levels in one pass
  ouro compile --invalidation-mode unchecked-hash -s build/root -p / build/root/usr/lib
  git ls-files -z '*.py' | ouro compile -0 --files-from - --json

Exit code: 0 all went well, 1 a file failed, 2 the call is wrong.
)";

struct Arguments {
  std::vector<std::string> paths;
  std::vector<int> levels{0};
  std::string target{compiler::default_target().bytecode->name};
  std::string mode;
  std::vector<std::string> exclude;
  std::string list;
  std::string strip, prepend, pycache_prefix;
  std::vector<std::string> warnings;
  int workers = 0;
  int max_levels = 1000;
  bool force = false, legacy = false, hardlink = false, quiet = false, json = false, null_separated = false;
};

void describe(CLI::App& app, Arguments& a) {
  app.add_option("PATH", a.paths, "files, and directories to go through");
  app.add_option("--target", a.target, "the CPython to compile for")->capture_default_str();
  app.add_option("-O,--level", a.levels, "optimisation levels, 0 to 2, separated by commas")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::Range(0, 2))
      ->default_str("0");
  app.add_flag("-f,--force", a.force, "compile even what is fresh");
  app.add_option(
         "--invalidation-mode", a.mode,
         "how a .pyc is told to be stale (default: timestamp; checked-hash where SOURCE_DATE_EPOCH is set)")
      ->check(CLI::IsMember({"timestamp", "checked-hash", "unchecked-hash"}));
  app.add_flag("-b,--legacy", a.legacy, "write module.pyc beside module.py");
  app.add_option("--pycache-prefix", a.pycache_prefix,
                 "write below this directory instead of into __pycache__");
  app.add_flag("--hardlink-dupes", a.hardlink, "make equal .pyc files of several levels one file");
  app.add_option("-x,--exclude", a.exclude, "leave out paths in which this regular expression is found")
      ->allow_extra_args(false);
  app.add_option("--max-levels", a.max_levels, "how many directories to go down")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--files-from", a.list,
                 "also compile what this file names, one a line; - is standard input");
  app.add_flag("-0,--null", a.null_separated, "names in --files-from end in NUL instead of a newline");
  app.add_option("-s,--strip", a.strip,
                 "what to take away from the front of the file names in the compiled code");
  app.add_option("-p,--prepend", a.prepend, "what to put in front of them");
  app.add_option("-W,--warnings", a.warnings, "a warning filter, as python's -W")->allow_extra_args(false);
  app.add_option("-j,--jobs", a.workers, "threads; 0 is one per processor")->check(CLI::Range(0, kMaxJobs));
  app.add_flag("-q,--quiet", a.quiet, "no summary");
  app.add_flag("--json", a.json, "one JSON object per file and level, and a summary, on standard output");
  app.footer(std::string(kExamples));
}

bool read_names(const Arguments& arguments, std::vector<std::string>& names, std::string* error) {
  NameListFormat format;
  format.skip_empty = true;
  if (arguments.null_separated) format.separator = NameSeparator::Nul;
  const int code = read_name_list(arguments.list, format, &names);
  if (code != 0) *error = os_error_text(code, arguments.list);
  return code == 0;
}

std::string human_bytes(uint64_t bytes) {
  if (bytes < 1024) return fmt::format("{} bytes", bytes);
  if (bytes < (uint64_t{1} << 20)) return fmt::format("{:.1f} KiB", static_cast<double>(bytes) / 1024);
  return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1 << 20));
}

// For a person: errors and warnings on standard error as they come, a bar below them, the summary at the end.
class TextReporter : public batch::TreeReporter {
 public:
  explicit TextReporter(bool quiet) : bar_(!quiet && stderr_is_terminal()) {}

  void begin(size_t files) override { bar_.begin(files); }

  void file(const std::string& path, std::span<const batch::FileRecord> levels) override {
    bar_.advance();
    // What is wrong with a file is wrong at every level: say it once.
    std::set<std::string> said;
    for (const batch::FileRecord& record : levels) {
      for (const batch::WarningRecord& warning : record.warnings) {
        if (shown_once_.admit(warning)) say(batch::format_warning(warning, path), said);
      }
      if (record.error) say(error_text(*record.error, path), said);
    }
    bar_.draw();
  }

  void tick() override { bar_.draw(); }
  void finish() { bar_.clear(); }

 private:
  static std::string error_text(const batch::ErrorRecord& error, const std::string& path) {
    if (error.is_syntax_error() && error.line) return batch::format_exception(error);
    return fmt::format("{}: {}", path, batch::format_exception(error));
  }
  void say(const std::string& text, std::set<std::string>& said) {
    if (!said.insert(text).second) return;
    bar_.clear();
    write_err(batch::printable_text(text));
  }

  ProgressBar bar_;
  batch::ShownOnce shown_once_;
};

class JsonReporter : public batch::TreeReporter {
 public:
  explicit JsonReporter(std::string target) : target_(std::move(target)) {}

  void begin(size_t) override {}
  void tick() override {}
  void file(const std::string& path, std::span<const batch::FileRecord> levels) override {
    for (const batch::FileRecord& record : levels) {
      json_.clear();
      json_.begin_object().field("path", path).field("target", target_).field("level", record.optimize);
      json_.field("status", batch::status_name(record.status)).field("output", record.output);
      json_.field("bytes", static_cast<int64_t>(record.bytes));
      write_warnings(record);
      if (record.error) write_error(*record.error);
      json_.end_object();
      write_out(json_.text() + "\n");
    }
  }

  void summary(const batch::TreeSummary& s) {
    json_.clear();
    json_.begin_object().key("summary").begin_object();
    json_.field("files", static_cast<int64_t>(s.files)).field("compiled", static_cast<int64_t>(s.compiled));
    json_.field("fresh", static_cast<int64_t>(s.fresh)).field("failed", static_cast<int64_t>(s.failed));
    json_.field("skipped", static_cast<int64_t>(s.skipped)).field("bytes", static_cast<int64_t>(s.bytes));
    json_.key("seconds").number(s.seconds).key("interrupted").boolean(s.interrupted);
    json_.end_object().end_object();
    write_out(json_.text() + "\n");
  }

 private:
  void write_warnings(const batch::FileRecord& record) {
    json_.key("warnings").begin_array();
    for (const batch::WarningRecord& warning : record.warnings) {
      json_.begin_object().field("category", warning_category_name(warning.category));
      json_.field("msg", warning.message).field("lineno", warning.line).end_object();
    }
    json_.end_array();
  }
  void write_error(const batch::ErrorRecord& error) {
    json_.key("error").begin_object().field("type", error.type).field("msg", error.message);
    json_.field("lineno", error.line).field("offset", error.offset);
    json_.field("end_lineno", error.end_line).field("end_offset", error.end_offset).key("text");
    if (error.text) {
      json_.string(*error.text);
    } else {
      json_.null();
    }
    json_.end_object();
  }

  std::string target_;
  JsonWriter json_;
};

void print_summary(const batch::TreeSummary& s) {
  write_out(fmt::format("{} files: {} compiled, {} fresh, {} failed, {} skipped; {} in {:.2f} s\n", s.files,
                        s.compiled, s.fresh, s.failed, s.skipped, human_bytes(s.bytes), s.seconds));
}

// Everything between the parsed arguments and the work; on a bad call sets *error.
bool fill_options(const Arguments& a, batch::TreeOptions& options, batch::WarningFilters& filters,
                  std::string* error) {
  options.target = compiler::find_target(a.target);
  if (options.target == nullptr) {
    *error = fmt::format("unknown target {}: this version compiles for {}", a.target,
                         compiler::default_target().bytecode->name);
    return false;
  }
  for (const std::string& option : a.warnings) {
    *error = filters.add(option);
    if (!error->empty()) return false;
  }
  options.warnings = &filters;
  options.cache.prefix = a.pycache_prefix;
  const std::set<int> levels(a.levels.begin(), a.levels.end());
  options.levels.assign(levels.begin(), levels.end());
  options.mode = a.mode.empty()             ? batch::default_invalidation_mode()
                 : a.mode == "timestamp"    ? batch::InvalidationMode::Timestamp
                 : a.mode == "checked-hash" ? batch::InvalidationMode::CheckedHash
                                            : batch::InvalidationMode::UncheckedHash;
  options.force = a.force;
  options.legacy = a.legacy;
  options.hardlink_duplicates = a.hardlink;
  options.max_levels = a.max_levels;
  if (!a.strip.empty()) options.strip = a.strip;
  if (!a.prepend.empty()) options.prepend = a.prepend;
  options.workers = a.workers == 0 ? available_processors() : static_cast<unsigned>(a.workers);
  std::vector<std::function<bool(const std::string&)>> patterns;
  for (const std::string& pattern : a.exclude) {
    patterns.push_back(compile_regex(pattern, error));
    if (!patterns.back()) return false;
  }
  if (!patterns.empty()) {
    options.excluded = [patterns](const std::string& path) {
      return std::any_of(patterns.begin(), patterns.end(),
                         [&](const auto& matches) { return matches(path); });
    };
  }
  if (options.legacy && options.levels.size() > 1) {
    *error = "--legacy has room for one level";
    return false;
  }
  return true;
}

}  // namespace

int run_compile(std::span<const std::string_view> arguments) {
  CLI::App app("Compiles Python source to .pyc files, byte for byte those of CPython.", std::string(kVerb));
  Arguments parsed;
  describe(app, parsed);
  if (const auto done = parse_verb(app, arguments)) return *done;
  batch::TreeOptions options;
  batch::WarningFilters filters;
  std::string error;
  if (!fill_options(parsed, options, filters, &error)) return bad_call(kVerb, error);
  std::vector<std::string> paths = parsed.paths;
  if (!parsed.list.empty() && !read_names(parsed, paths, &error)) {
    write_err(fmt::format("ouro compile: {}\n", error));
    return 1;
  }
  if (paths.empty() && parsed.list.empty()) return bad_call(kVerb, "name a file or a directory");
  options.stop = catch_interrupts();
  batch::TreeSummary summary;
  if (parsed.json) {
    JsonReporter reporter(parsed.target);
    summary = batch::compile_tree(paths, options, reporter);
    reporter.summary(summary);
  } else {
    TextReporter reporter(parsed.quiet);
    summary = batch::compile_tree(paths, options, reporter);
    reporter.finish();
    if (!parsed.quiet) print_summary(summary);
  }
  if (summary.interrupted) {
    write_err("ouro compile: interrupted\n");
    return 1;
  }
  return summary.failed == 0 ? 0 : 1;
}

}  // namespace ouro::cli
