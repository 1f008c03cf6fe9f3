// The symbol tables of CPython's whole library, tests included, against CPython's own.
#include "dump.h"

namespace ouro::compiler::testing {
namespace {

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(SymbolsOfLibrary, AreCPythons) {
  OURO_NEEDS_PYTHON311();
  namespace fs = std::filesystem;
  const fs::path python = *find_python();
  const fs::path library = python.parent_path().parent_path() / "lib/python3.11";
  if (!fs::exists(library)) GTEST_SKIP() << "no library beside " << python;
  size_t compared = 0;
  std::vector<std::string> different;
  for (auto entry = fs::recursive_directory_iterator(library); entry != fs::end(entry); ++entry) {
    if (entry->path().filename() == "site-packages") entry.disable_recursion_pending();
    if (entry->path().extension() != ".py") continue;
    const std::string path = entry->path().string();
    FrontEnd front_end(read(path));
    const std::string expected = Oracle::instance()->ask("symbols-of", path);
    if (!expected.starts_with("0 module")) continue;  // an error on purpose: the error tests' business
    ++compared;
    if (!front_end.build() || dump_symbols(front_end) != expected) different.push_back(path);
  }
  EXPECT_GT(compared, 100u);
  EXPECT_EQ(different, std::vector<std::string>());
}

}  // namespace
}  // namespace ouro::compiler::testing
