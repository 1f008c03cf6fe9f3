// Compiles one source file, writes the .pyc beside it as FILEc, and prints the disassembly.
#include <ouro/ouro.h>
#include <sys/stat.h>

#include <fstream>
#include <iostream>
#include <iterator>

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: compile_one FILE.py\n";
    return 2;
  }
  const std::string name = argv[1];
  std::ifstream in(name, std::ios::binary);
  const std::string source{std::istreambuf_iterator<char>(in), {}};
  const ouro::CompileResult result = ouro::compile(source, {.filename = name});
  for (const ouro::SourceWarning& warning : result.warnings) {
    std::cerr << name << ":" << warning.line << ": " << warning.category << ": " << warning.message << "\n";
  }
  if (!result) {
    std::cerr << result.error->render();
    return 1;
  }
  struct stat info = {};
  stat(name.c_str(), &info);
  const auto header = ouro::PycHeader::for_time(info.st_mtime, source.size());
  std::ofstream(name + "c", std::ios::binary) << ouro::write_pyc(result.code, header);
  std::cout << ouro::disassemble(result.code);
  return 0;
}
