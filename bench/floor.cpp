// The floor of byte-compiling a tree: reads each source named on standard input and writes a file of the size
// of its .pyc (the second column, after a tab) by temporary name and rename, on two threads, and does nothing
// else.
#include <iostream>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/thread_pool.h"

int main(int argc, char** argv) {
  const std::string out = argc > 1 ? argv[1] : ".";
  std::vector<std::pair<std::string, size_t>> files;
  for (std::string line; std::getline(std::cin, line);) {
    const size_t tab = line.find('\t');
    if (tab != std::string::npos) files.emplace_back(line.substr(0, tab), std::stoul(line.substr(tab + 1)));
  }
  const std::string zeros(size_t{64} << 20, '\0');
  std::vector<ouro::FileBuffer> buffers(2);
  ouro::parallel_for(files.size(), 2, [&](unsigned worker, size_t i) {
    if (ouro::read_file(files[i].first, &buffers[worker], nullptr) != 0) return;
    ouro::write_atomic(out + "/" + std::to_string(i), std::string_view(zeros).substr(0, files[i].second),
                       0644, i);
  });
}
