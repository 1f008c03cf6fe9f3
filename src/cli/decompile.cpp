// `ouro decompile`: .pyc files back to source, with what compiling that source again has proved.
#include "cli/decompile.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <chrono>
#include <memory>

#include "base/json.h"
#include "base/thread_pool.h"
#include "batch/messages.h"
#include "cli/console.h"
#include "cli/decompile_files.h"
#include "cli/progress.h"
#include "cli/verb_arguments.h"

namespace ouro::cli {

namespace {

using decompiler::Verdict;

constexpr int kMaxJobs = 1024;
constexpr std::string_view kVerb = "ouro decompile";
constexpr std::string_view kFooter =
    R"(Every function, class and module gets a verdict from compiling the source again:
  exact     the same bytes, the table of lines and columns included
  equal     the same code at other places in the source
  unproven  the body stands as annotated disassembly in comments

Examples:
  ouro decompile __pycache__/module.cpython-311.pyc
  ouro decompile -o recovered/ build/lib/ extra.pyc
  ouro decompile -o module.py --style clean module.pyc
  ouro decompile -o out/ --json tree/ | jq -r 'select(.verdict == "unproven") | .path'

With -o, files in DIR are overwritten, but the source that a .pyc lies beside only with --force.

Exit code: 0 all is proven, 1 something is unproven or a file is at fault, 2 the call is wrong.
)";

struct Arguments {
  std::vector<std::string> paths;
  DecompileSettings settings;
  int level = -1;
  std::string style = "exact";
  int workers = 0;
  bool quiet = false, json = false;
};

void describe(CLI::App& app, Arguments& a) {
  app.add_option("PATH", a.paths, ".pyc files, and directories to go through; - is standard input")
      ->required();
  app.add_option("-o,--output", a.settings.output,
                 "write below this directory, for one file also NAME.py; without it to standard output");
  app.add_option("-O,--level", a.level,
                 "the level the code was compiled at, 0 to 2 (default: from the file's name)")
      ->check(CLI::Range(0, 2));
  app.add_option("--style", a.style,
                 "where the source stands: exact as it stood, clean as formatters have it")
      ->check(CLI::IsMember({"exact", "clean"}))
      ->capture_default_str();
  app.add_flag("--raw", a.settings.raw, "the input is marshal data without the 16 bytes of a header");
  app.add_flag("-f,--force", a.settings.force, "overwrite even the source beside a .pyc");
  app.add_option("-j,--jobs", a.workers, "threads; 0 is one per processor")->check(CLI::Range(0, kMaxJobs));
  app.add_flag("-q,--quiet", a.quiet, "no summary");
  app.add_flag("--json", a.json, "one JSON object per file, and a summary, on standard output");
  app.footer(std::string(kFooter));
}

/// Files and code objects by verdict.
struct Summary {
  size_t files = 0;
  size_t failed = 0;
  std::array<size_t, 3> file_verdicts = {};
  std::array<size_t, 3> code_verdicts = {};
  uint64_t bytes = 0;
  double seconds = 0;
  bool interrupted = false;

  void add(const DecompileRecord& record) {
    ++files;
    bytes += record.bytes;
    if (record.error) {
      ++failed;
      return;
    }
    ++file_verdicts[static_cast<size_t>(record.result.verdict)];
    for (const decompiler::CodeVerdict& code : record.result.codes)
      ++code_verdicts[static_cast<size_t>(code.verdict)];
  }

  bool all_proven() const {
    return failed == 0 && file_verdicts[static_cast<size_t>(Verdict::Unproven)] == 0;
  }
};

class Reporter {
 public:
  virtual ~Reporter() = default;
  virtual void file(const DecompileItem& item, const DecompileRecord& record) = 0;
  virtual void tick() {}
  virtual void finish(const Summary& summary) = 0;
};

// For a person: source, or a summary, on standard output; what is not proven on standard error.
class TextReporter : public Reporter {
 public:
  TextReporter(const Arguments& arguments, size_t files)
      : quiet_(arguments.quiet),
        to_files_(!arguments.settings.output.empty()),
        many_(files > 1),
        bar_(!arguments.quiet && to_files_ && stderr_is_terminal()) {
    bar_.begin(files);
  }

  void file(const DecompileItem& item, const DecompileRecord& record) override {
    bar_.advance();
    if (record.error)
      say(fmt::format("ouro decompile: {}\n", format_input_error(*record.error, item.path)));
    else if (record.result.verdict == Verdict::Unproven)
      say_unproven(item.path, record.result);
    if (!record.error && !to_files_) {
      if (many_) write_out(fmt::format("# {}\n", batch::printable_text(item.path)));
      write_out(record.result.source);
    }
    bar_.draw();
  }

  void tick() override { bar_.draw(); }

  void finish(const Summary& summary) override {
    bar_.clear();
    if (quiet_ || (!to_files_ && !many_)) return;
    const auto counts = [](const std::array<size_t, 3>& by) {
      return fmt::format("{} exact, {} equal, {} unproven", by[0], by[1], by[2]);
    };
    const std::string text =
        fmt::format("{} files: {}, {} failed; {} code objects: {}; {:.2f} s\n", summary.files,
                    counts(summary.file_verdicts), summary.failed,
                    summary.code_verdicts[0] + summary.code_verdicts[1] + summary.code_verdicts[2],
                    counts(summary.code_verdicts), summary.seconds);
    to_files_ ? write_out(text) : write_err(text);
  }

 private:
  void say(const std::string& text) {
    bar_.clear();
    write_err(text);
  }

  void say_unproven(const std::string& path, const decompiler::Decompiled& result) {
    std::string text;
    for (const decompiler::CodeVerdict& code : result.codes) {
      if (code.verdict != Verdict::Unproven || code.inside_unproven) continue;
      text +=
          fmt::format("{}: unproven: {}, line {}: {}\n", path, code.qualified_name, code.line, code.reason);
    }
    say(batch::printable_text(text));
  }

  bool quiet_;
  bool to_files_;
  bool many_;
  ProgressBar bar_;
};

class JsonReporter : public Reporter {
 public:
  void file(const DecompileItem& item, const DecompileRecord& record) override {
    json_.clear();
    json_.begin_object().field("path", item.path).key("output");
    item.output.empty() || record.error ? json_.null() : json_.string(item.output);
    json_.key("verdict");
    record.error ? json_.null() : json_.string(verdict_name(record.result.verdict));
    json_.key("code").begin_array();
    for (const decompiler::CodeVerdict& code : record.result.codes) {
      json_.begin_object().field("qualname", code.qualified_name).field("line", int64_t{code.line});
      json_.field("verdict", verdict_name(code.verdict)).key("reason");
      code.reason.empty() ? json_.null() : json_.string(code.reason);
      json_.end_object();
    }
    json_.end_array();
    if (item.output.empty() && !record.error) json_.field("source", record.result.source);
    if (record.error) write_error(*record.error);
    json_.end_object();
    write_out(json_.text() + "\n");
  }

  void finish(const Summary& summary) override {
    json_.clear();
    json_.begin_object().key("summary").begin_object().field("files", static_cast<int64_t>(summary.files));
    write_counts(summary.file_verdicts);
    json_.field("failed", static_cast<int64_t>(summary.failed)).key("code").begin_object();
    write_counts(summary.code_verdicts);
    json_.end_object().field("bytes", static_cast<int64_t>(summary.bytes));
    json_.key("seconds").number(summary.seconds).key("interrupted").boolean(summary.interrupted);
    json_.end_object().end_object();
    write_out(json_.text() + "\n");
  }

 private:
  void write_counts(const std::array<size_t, 3>& counts) {
    for (size_t i = 0; i < counts.size(); ++i)
      json_.field(decompiler::verdict_name(static_cast<Verdict>(i)), static_cast<int64_t>(counts[i]));
  }

  void write_error(const InputError& error) {
    json_.key("error").begin_object().field("type", error.type).field("msg", error.message).key("offset");
    error.offset ? json_.integer(static_cast<int64_t>(*error.offset)) : json_.null();
    json_.end_object();
  }

  JsonWriter json_;
};

Summary decompile_all(const Arguments& arguments, const std::vector<DecompileItem>& items,
                      Reporter& reporter) {
  const auto start = std::chrono::steady_clock::now();
  Summary summary;
  const unsigned workers =
      arguments.workers == 0 ? available_processors() : static_cast<unsigned>(arguments.workers);
  std::vector<std::unique_ptr<FileDecompiler>> decompilers(workers);
  std::vector<DecompileRecord> records(items.size());
  auto work = [&](unsigned worker, size_t item) {
    if (!decompilers[worker]) decompilers[worker] = std::make_unique<FileDecompiler>(arguments.settings);
    records[item] = decompilers[worker]->run(items[item]);
  };
  auto consume = [&](size_t item) {
    const DecompileRecord record = std::move(records[item]);
    summary.add(record);
    reporter.file(items[item], record);
  };
  if (items.size() == 1) {
    // Starting a thread takes longer than most files.
    work(0, 0);
    consume(0);
  } else {
    OrderedOptions ordered;
    ordered.stop = catch_interrupts();
    ordered.tick = [&] { reporter.tick(); };
    summary.interrupted = !parallel_for_ordered(items.size(), workers, work, consume, ordered);
  }
  summary.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return summary;
}

}  // namespace

int run_decompile(std::span<const std::string_view> arguments) {
  CLI::App app("Turns the .pyc files of CPython 3.11 back into source, and proves it.", std::string(kVerb));
  Arguments parsed;
  describe(app, parsed);
  if (const auto done = parse_verb(app, arguments)) return *done;
  if (std::ranges::count(parsed.paths, "-") > 1) return bad_call(kVerb, "standard input can be read once");
  if (names_one_file(parsed.settings.output) && !is_one_file(parsed.paths))
    return bad_call(kVerb, "-o NAME.py is for one file");
  if (parsed.level >= 0) parsed.settings.optimize = parsed.level;
  parsed.settings.clean = parsed.style == "clean";
  const std::vector<DecompileItem> items = find_decompile_items(parsed.paths, parsed.settings);
  std::unique_ptr<Reporter> reporter;
  if (parsed.json)
    reporter = std::make_unique<JsonReporter>();
  else
    reporter = std::make_unique<TextReporter>(parsed, items.size());
  const Summary summary = decompile_all(parsed, items, *reporter);
  reporter->finish(summary);
  if (summary.interrupted) {
    write_err("ouro decompile: interrupted\n");
    return 1;
  }
  return summary.all_proven() ? 0 : 1;
}

}  // namespace ouro::cli
