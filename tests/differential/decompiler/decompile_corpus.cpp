// ouro_decompile_corpus [-v] [--stop N] [--only SUBSTRING] [--show] [--keep] [--clean] [-O LEVEL] PATH...:
// decompiles every .pyc file below the paths and prints how many files and code objects are exact, equal and
// unproven, how fast that was, and the reasons, grouped: names and numbers taken out, each with a count and
// examples.
//
//   -v         a line for each file that is not exact, and one for each of its code objects
//   --stop N   stop after N files that are not exact
//   --only S   only files whose path contains S
//   --show     print the source of each file
//   --keep     with --show: bodies that compile to something else stay in the source
//   --clean    conventional formatting
//   -O LEVEL   the level the files were compiled at (default: from the name, .opt-1 and .opt-2, or 0)
//
// A crash names the file; so does one that takes longer than ten seconds, which ends the run. Exit code 1
// when a code object is unproven.
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "base/workspace.h"
#include "decompiler/prove/decompile.h"
#include "pyc/header.h"
#include "pyc/marshal_reader.h"

namespace {

using namespace ouro;
using decompiler::Verdict;

constexpr unsigned kSecondsPerFile = 10;
constexpr size_t kExamples = 2;

// For the signal handlers: the file under way.
char current_file[4096];

extern "C" void say_file(int number) {
  const char* what = number == SIGALRM ? "too slow: " : "crashed: ";
  // What a handler can't write it can't report either.
  if (write(2, what, std::strlen(what)) < 0 || write(2, current_file, std::strlen(current_file)) < 0 ||
      write(2, "\n", 1) < 0)
    _exit(3);
  if (number == SIGALRM) _exit(1);
  signal(number, SIG_DFL);
  raise(number);
}

/// On a stack of their own: the one in use may be what has run out.
void catch_signals() {
  static std::array<char, 1 << 16> stack;
  stack_t place = {};
  place.ss_sp = stack.data();
  place.ss_size = stack.size();
  sigaltstack(&place, nullptr);
  struct sigaction action = {};
  action.sa_handler = say_file;
  action.sa_flags = SA_ONSTACK;
  for (const int number : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGALRM})
    sigaction(number, &action, nullptr);
}

double processor_seconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// A reason without what is particular to one place: numbers, names, quoted text.
std::string generalise(std::string_view reason) {
  std::string out;
  bool word_before = false;  // the last word was an instruction's name: what follows is its argument
  for (size_t at = 0; at < reason.size();) {
    const char ch = reason[at];
    size_t end = at + 1;
    if (std::isdigit(static_cast<unsigned char>(ch)) != 0) {
      while (end < reason.size() && std::isdigit(static_cast<unsigned char>(reason[end])) != 0) ++end;
      out += 'N';
    } else if (ch == '\'' || ch == '"') {
      end = std::min(reason.find(ch, end), reason.size() - 1) + 1;
      out += "'...'";
    } else if (std::isalpha(static_cast<unsigned char>(ch)) != 0 || ch == '_') {
      while (end < reason.size() &&
             (std::isalnum(static_cast<unsigned char>(reason[end])) != 0 || reason[end] == '_'))
        ++end;
      const std::string_view word = reason.substr(at, end - at);
      const bool upper = std::ranges::none_of(word, [](char c) { return c >= 'a' && c <= 'z'; });
      if (word_before && !upper && word != "instead") {
        const size_t stop = std::min(reason.find(" instead of ", at), reason.size());
        end = std::max(end, stop);
        out += "ARG";
      } else {
        out += word;
      }
      word_before = upper && word.size() > 2;
    } else {
      out += ch;
    }
    at = end;
  }
  return out.substr(0, 160);
}

struct Arguments {
  bool verbose = false, show = false, keep = false, clean = false;
  size_t stop = SIZE_MAX;
  int level = -1;
  std::string only;
  std::vector<std::string> paths;
};

struct Reason {
  size_t count = 0;
  std::vector<std::string> examples;
};

class Run {
 public:
  explicit Run(const Arguments& arguments) : arguments_(arguments) {}

  void path(const std::filesystem::path& path) {
    if (!std::filesystem::is_directory(path)) {
      file(path.string());
      return;
    }
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path))
      if (entry.path().extension() == ".pyc") files.push_back(entry.path().string());
    std::sort(files.begin(), files.end());
    for (const std::string& name : files) file(name);
  }

  void print() const {
    print_counts("files", files_);
    print_counts("code objects", codes_);
    fmt::print("{:.1f} MB in {:.2f} s: {:.2f} MB/s; {} unreadable\n", megabytes_, seconds_,
               seconds_ > 0 ? megabytes_ / seconds_ : 0, unreadable_);
    std::vector<std::pair<std::string, const Reason*>> sorted;
    for (const auto& [text, reason] : reasons_) sorted.emplace_back(text, &reason);
    std::ranges::sort(sorted, [](const auto& a, const auto& b) { return a.second->count > b.second->count; });
    for (const auto& [text, reason] : sorted) {
      fmt::print("{:7} {}\n", reason->count, text);
      for (const std::string& example : reason->examples) fmt::print("          {}\n", example);
    }
  }

  bool all_proven() const { return codes_[static_cast<size_t>(Verdict::Unproven)] == 0 && unreadable_ == 0; }

 private:
  using Counts = std::array<size_t, 3>;

  static void print_counts(std::string_view what, const Counts& counts) {
    const size_t all = counts[0] + counts[1] + counts[2];
    const auto share = [all](size_t n) {
      return all == 0 ? 0.0 : 100.0 * static_cast<double>(n) / static_cast<double>(all);
    };
    fmt::print("{:6} {:12}: exact {} ({:.2f} %), equal {} ({:.2f} %), unproven {} ({:.2f} %)\n", all, what,
               counts[0], share(counts[0]), counts[1], share(counts[1]), counts[2], share(counts[2]));
  }

  int level_of(const std::string& path) const {
    if (arguments_.level >= 0) return arguments_.level;
    return path.ends_with(".opt-1.pyc") ? 1 : path.ends_with(".opt-2.pyc") ? 2 : 0;
  }

  void file(const std::string& path) {
    if (path.find(arguments_.only) == std::string::npos || not_exact_ >= arguments_.stop) return;
    std::ifstream stream(path, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(stream)), {});
    std::string_view data = bytes;
    if (const auto header = pyc::read_header(data)) data.remove_prefix(header->size);
    path.copy(current_file, sizeof current_file - 1);
    current_file[std::min(path.size(), sizeof current_file - 1)] = 0;
    alarm(kSecondsPerFile);
    const double start = processor_seconds();
    workspace_.rewind();
    const pyc::MarshalResult read = pyc::read_marshal(workspace_, data);
    if (read.code == nullptr) {
      fmt::print("{}: {}\n", path, read.error.message);
      ++unreadable_;
      return;
    }
    decompiler::DecompileOptions options;
    options.clean = arguments_.clean;
    options.keep_unproven = arguments_.keep;
    options.optimize = level_of(path);
    options.marshal = data.substr(0, read.consumed);
    const decompiler::Decompiled result = decompiler_.decompile(workspace_, *read.code, options);
    seconds_ += processor_seconds() - start;
    alarm(0);
    megabytes_ += static_cast<double>(data.size()) / 1e6;
    count(path, result);
  }

  void count(const std::string& path, const decompiler::Decompiled& result) {
    ++files_[static_cast<size_t>(result.verdict)];
    not_exact_ += result.verdict != Verdict::Exact;
    if (arguments_.verbose && result.verdict != Verdict::Exact)
      fmt::print("{}: {}\n", path, verdict_name(result.verdict));
    for (const decompiler::CodeVerdict& code : result.codes) {
      ++codes_[static_cast<size_t>(code.verdict)];
      if (code.verdict == Verdict::Exact) continue;
      if (arguments_.verbose)
        fmt::print("    {} {}, line {}: {}\n", verdict_name(code.verdict), code.qualified_name, code.line,
                   code.reason);
      Reason& reason = reasons_[fmt::format("{}: {}", verdict_name(code.verdict), generalise(code.reason))];
      if (reason.count++ < kExamples)
        reason.examples.push_back(
            fmt::format("{}: {}, line {}: {}", path, code.qualified_name, code.line, code.reason));
    }
    if (arguments_.show) fmt::print("{}", result.source);
    std::fflush(stdout);
  }

  const Arguments& arguments_;
  Workspace workspace_;
  decompiler::Decompiler decompiler_;
  Counts files_ = {}, codes_ = {};
  size_t unreadable_ = 0;
  size_t not_exact_ = 0;
  double megabytes_ = 0;
  double seconds_ = 0;
  std::map<std::string, Reason> reasons_;
};

Arguments parse(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const auto value = [&] { return std::string(i + 1 < argc ? argv[++i] : "0"); };
    if (argument == "-v")
      arguments.verbose = true;
    else if (argument == "--show")
      arguments.show = true;
    else if (argument == "--keep")
      arguments.keep = true;
    else if (argument == "--clean")
      arguments.clean = true;
    else if (argument == "--stop")
      arguments.stop = std::stoul(value());
    else if (argument == "-O")
      arguments.level = std::stoi(value());
    else if (argument == "--only")
      arguments.only = value();
    else
      arguments.paths.emplace_back(argument);
  }
  return arguments;
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments = parse(argc, argv);
  bool proven = false;
  run_with_worker_stack([&] {
    catch_signals();
    Run run(arguments);
    for (const std::string& path : arguments.paths) run.path(path);
    run.print();
    proven = run.all_proven();
  });
  return proven ? 0 : 1;
}
