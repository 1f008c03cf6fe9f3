// Compiles the files named on standard input in memory, on one thread, and prints the best time of several
// rounds: "SECONDS SOURCE_BYTES PYC_BYTES FILES". With a second argument, stops after that stage: "parse" or
// "compile".
#include "compiler/compile.h"

#include <fmt/format.h>

#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/thread_pool.h"
#include "pyc/marshal_writer.h"
#include "syntax/parser.h"

namespace {

using ouro::Workspace;
struct Source {
  std::string name;
  std::unique_ptr<ouro::FileBuffer> buffer;
};

size_t compile_all(const std::vector<Source>& sources, Workspace& workspace, ouro::pyc::ByteBuffer& out,
                   const std::string& stage) {
  size_t written = 0;
  for (const Source& source : sources) {
    workspace.rewind();
    out.clear();
    if (stage == "parse") {
      const auto text = ouro::syntax::decode_source(workspace, source.buffer->bytes(), source.name);
      if (text.ok()) written += ouro::syntax::parse(workspace, text.value(), {}).ok();
      continue;
    }
    ouro::compiler::CompileOptions options;
    options.filename = source.name;
    const auto code = ouro::compiler::compile_source(workspace, source.buffer->bytes(), source.name, options);
    if (!code.ok() || stage == "compile") continue;
    if (ouro::pyc::write_marshal(workspace, *code.value(), out).ok()) written += out.size();
  }
  return written;
}

void run(int rounds, const std::string& stage) {
  std::vector<Source> sources;
  size_t bytes = 0;
  for (std::string line; std::getline(std::cin, line);) {
    auto buffer = std::make_unique<ouro::FileBuffer>();
    if (ouro::read_file(line, buffer.get(), nullptr) != 0) continue;
    bytes += buffer->bytes().size();
    sources.push_back({line, std::move(buffer)});
  }
  Workspace workspace;
  ouro::pyc::ByteBuffer out;
  double best = 1e9;
  size_t written = 0;
  for (int i = 0; i < rounds; ++i) {
    const auto start = std::chrono::steady_clock::now();
    written = compile_all(sources, workspace, out, stage);
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  fmt::print("{:.6f} {} {} {}\n", best, bytes, written, sources.size());
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 5;
  const std::string stage = argc > 2 ? argv[2] : "";
  ouro::run_with_worker_stack([&] { run(rounds, stage); });
}
