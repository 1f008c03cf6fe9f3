// Prints the trees of the files named on stdin, one name a line, for ast_diff.py.
//
// Each answer is a line "STATUS LENGTH" and LENGTH bytes: "ok" and the dump, or "no" and a reason. With the
// argument "reference" the reference parser is asked, with "time" nothing is printed but the speed.
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "syntax/dump.h"
#include "syntax/parser.h"
#include "syntax/source.h"

namespace {

using ouro::Result;
using ouro::Workspace;
using ouro::syntax::Module;
using ouro::syntax::SourceText;

std::string read_file(const std::string& name) {
  std::ifstream in(name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void answer(const char* status, const std::string& text) {
  std::printf("%s %zu\n", status, text.size());
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

void dump_file(Workspace& workspace, const std::string& name, bool reference) {
  workspace.rewind();
  const std::string bytes = read_file(name);
  const Result<SourceText> source = ouro::syntax::decode_source(workspace, bytes, name);
  if (!source.ok()) return answer("no", std::string(source.error()->message));
  Module* module = nullptr;
  if (reference) {
    const Result<Module*> result = ouro::syntax::parse_reference(workspace, source.value(), {});
    if (!result.ok()) return answer("no", std::string(result.error()->message));
    module = result.value();
  } else {
    module = ouro::syntax::parse_fast(workspace, source.value(), {});
    if (module == nullptr) return answer("no", "not accepted");
  }
  answer("ok", ouro::syntax::dump(workspace, *module, true));
}

void measure(const std::vector<std::string>& names) {
  std::vector<std::string> texts;
  size_t bytes = 0;
  for (const std::string& name : names) bytes += texts.emplace_back(read_file(name)).size();
  Workspace workspace;
  double best = 1e9;
  for (int round = 0; round < 5; ++round) {
    const auto start = std::chrono::steady_clock::now();
    for (const std::string& text : texts) {
      workspace.rewind();
      const Result<SourceText> source = ouro::syntax::decode_source(workspace, text, "file");
      if (source.ok()) ouro::syntax::parse_fast(workspace, source.value(), {});
    }
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  std::printf("%zu files, %.1f MB, %.3f s, %.1f MB/s\n", names.size(), static_cast<double>(bytes) / 1e6, best,
              static_cast<double>(bytes) / 1e6 / best);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "fast";
  std::vector<std::string> names;
  Workspace workspace;
  for (std::string name; std::getline(std::cin, name);) {
    if (mode == "time") {
      names.push_back(name);
    } else {
      dump_file(workspace, name, mode == "reference");
    }
  }
  if (mode == "time") measure(names);
  return 0;
}
