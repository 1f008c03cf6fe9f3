// lift_corpus PATH...: lifts every code object of every .pyc file below the paths, plain and for tracing,
// checks the register code with the independent checker, and that no temporary is alive where a function
// begins: the collector would follow what an earlier call left there. Prints statistics. Exit code 1 when one
// is refused or fails a check.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/workspace.h"
#include "bytecode/opcodes.h"
#include "lift/check.h"
#include "lift/lift.h"
#include "pyc/header.h"
#include "pyc/marshal_reader.h"

namespace {

using namespace ouro;

/// Of this thread: other programs on the machine don't count.
double processor_seconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct Statistics {
  uint64_t files = 0, code_objects = 0, refused = 0, unsafe = 0, alive_at_entry = 0;
  uint64_t code_bytes = 0, instructions = 0, words = 0, registers = 0;
  std::array<uint64_t, static_cast<size_t>(lift::Operation::kCount)> operations = {};
  double seconds = 0, tracing_seconds = 0;

  uint64_t operation_count() const {
    uint64_t count = 0;
    for (const uint64_t n : operations) count += n;
    return count;
  }
};

/// Instructions without caches and EXTENDED_ARG.
uint64_t count_instructions(std::span<const uint8_t> code) {
  uint64_t count = 0;
  for (size_t at = 0; at < code.size(); at += 2) {
    const Op op = kPython311.by_number[code[at]];
    count += op != Op::EXTENDED_ARG;
    at += size_t{info(kPython311, op).caches} * 2;
  }
  return count;
}

void count_operations(const lift::RegisterCode& code, Statistics& statistics) {
  for (size_t word = 0; word < code.words.size();) {
    lift::Instruction first;
    std::memcpy(&first, &code.words[word], sizeof first);
    const auto& row = lift::operation_info(static_cast<lift::Operation>(first.op));
    ++statistics.operations[first.op];
    word += 1 + row.words + (row.tail == lift::Tail::List ? (first.c + 3u) / 4 : 0u);
  }
}

class Run {
 public:
  Statistics statistics;

  void file(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(stream)), {});
    std::string_view data = bytes;
    if (const auto header = pyc::read_header(data)) data.remove_prefix(header->size);
    workspace_.rewind();
    const pyc::MarshalResult read = pyc::read_marshal(workspace_, data);
    if (read.code == nullptr) {
      fmt::print("{}: {}\n", path.string(), read.error.message);
      return;
    }
    ++statistics.files;
    path_ = path.string();
    tree(*read.code);
  }

 private:
  void tree(const CodeObject& code) {
    one(code, false);
    one(code, true);
    for (const Constant* constant : code.consts->elements())
      if (constant->is(ConstantKind::Code)) tree(*constant->code);
  }

  void one(const CodeObject& code, bool tracing) {
    const lift::CodeView view = lift::view_of(code, kPython311.version);
    const lift::LiftOptions options = {.tracing = tracing};
    const double start = processor_seconds();
    const auto lifted = lift::lift(view, options);
    const double seconds = processor_seconds() - start;
    (tracing ? statistics.tracing_seconds : statistics.seconds) += seconds;
    const std::string_view name = code.qualified_name->text();
    if (const auto* error = std::get_if<lift::LiftError>(&lifted)) {
      ++statistics.refused;
      fmt::print("{}: {}: refused{}: {}\n", path_, name, tracing ? " (tracing)" : "", error->message);
      return;
    }
    const auto& result = std::get<lift::RegisterCode>(lifted);
    if (const std::string problem = lift::check(result, view); !problem.empty()) {
      ++statistics.unsafe;
      fmt::print("{}: {}: unsafe{}: {}\n", path_, name, tracing ? " (tracing)" : "", problem);
    }
    check_entry(result, name);
    if (tracing) return;
    ++statistics.code_objects;
    statistics.code_bytes += view.code.size();
    statistics.instructions += count_instructions(view.code);
    statistics.words += result.words.size();
    statistics.registers += result.register_count;
    count_operations(result, statistics);
  }

  void check_entry(const lift::RegisterCode& code, std::string_view name) {
    const lift::Liveness liveness(code);
    const std::vector<bool>& alive = liveness.live_temps(0);
    const auto first = std::find(alive.begin(), alive.end(), true);
    if (first == alive.end()) return;
    ++statistics.alive_at_entry;
    fmt::print("{}: {}: t{} is alive at the entry\n", path_, name, first - alive.begin());
  }

  Workspace workspace_;
  std::string path_;
};

void print(const Statistics& statistics) {
  const auto operations = static_cast<double>(statistics.operation_count());
  const double megabytes = static_cast<double>(statistics.code_bytes) / 1e6;
  auto share = [&](lift::Operation operation) {
    return 100.0 * static_cast<double>(statistics.operations[static_cast<size_t>(operation)]) / operations;
  };
  fmt::print("{} files, {} code objects, {} refused, {} unsafe, {} with temporaries alive at the entry\n",
             statistics.files, statistics.code_objects, statistics.refused, statistics.unsafe,
             statistics.alive_at_entry);
  fmt::print("{} instructions -> {} operations: {:.3f} per instruction; {} words\n", statistics.instructions,
             statistics.operation_count(), operations / static_cast<double>(statistics.instructions),
             statistics.words);
  fmt::print("Move {:.2f} %, LoadConst {:.2f} %, CheckLocal {:.2f} %\n", share(lift::Operation::Move),
             share(lift::Operation::LoadConst), share(lift::Operation::CheckLocal));
  fmt::print("{:.1f} MB of code: {:.1f} MB/s; for tracing {:.1f} MB/s\n", megabytes,
             megabytes / statistics.seconds, megabytes / statistics.tracing_seconds);
}

}  // namespace

int main(int argc, char** argv) {
  Run run;
  for (int i = 1; i < argc; ++i) {
    if (!std::filesystem::is_directory(argv[i])) {
      run.file(argv[i]);
      continue;
    }
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i]))
      if (entry.path().extension() == ".pyc") paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    for (const auto& path : paths) run.file(path);
  }
  print(run.statistics);
  return run.statistics.refused + run.statistics.unsafe + run.statistics.alive_at_entry > 0 ? 1 : 0;
}
