// Makes the archive of frozen modules: ouro_freeze LIBRARY OUT. Part of the build.
#include <cstdio>
#include <string>
#include <vector>

#include "base/files.h"
#include "cli/run/compile_hook.h"
#include "vm/import/frozen.h"

namespace {

struct Wanted {
  const char* name;      // what it is imported as
  const char* original;  // its name in the library
  bool is_package = false;
};

// What CPython freezes too: all that a start with site needs.
constexpr Wanted kWanted[] = {
    {"_frozen_importlib", "importlib._bootstrap"},
    {"_frozen_importlib_external", "importlib._bootstrap_external"},
    {"zipimport", "zipimport"},
    {"abc", "abc"},
    {"codecs", "codecs"},
    {"io", "io"},
    {"_collections_abc", "_collections_abc"},
    {"_sitebuiltins", "_sitebuiltins"},
    {"genericpath", "genericpath"},
    {"ntpath", "ntpath"},
    {"posixpath", "posixpath"},
    {"os", "os"},
    {"os.path", "posixpath"},
    {"site", "site"},
    {"stat", "stat"},
    {"importlib.util", "importlib.util"},
    {"importlib.machinery", "importlib.machinery"},
    {"runpy", "runpy"},
};

std::string path_of(const std::string& library, std::string_view module) {
  std::string path = library + "/";
  for (char c : module) path += c == '.' ? '/' : c;
  return path + ".py";
}

bool freeze(const std::string& library, const Wanted& wanted, ouro::vm::FrozenSource* out) {
  ouro::FileBuffer source;
  const std::string path = path_of(library, wanted.original);
  if (const int error = ouro::read_file(path, &source, nullptr); error != 0) {
    std::fprintf(stderr, "ouro_freeze: %s: error %d\n", path.c_str(), error);
    return false;
  }
  ouro::vm::CompileRequest request;
  request.source = source.bytes();
  request.filename = std::string("<frozen ") + wanted.original + ">";
  ouro::vm::CompileOutcome outcome = ouro::cli::compile_for_machine(request);
  if (!outcome.ok) {
    std::fprintf(stderr, "ouro_freeze: %s:%d: %s\n", path.c_str(), outcome.failure.line,
                 outcome.failure.message.c_str());
    return false;
  }
  *out = {wanted.name, wanted.original, outcome.marshalled, wanted.is_package};
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: ouro_freeze LIBRARY OUT\n");
    return 2;
  }
  std::vector<ouro::vm::FrozenSource> modules;
  for (const Wanted& wanted : kWanted) {
    modules.emplace_back();
    if (!freeze(argv[1], wanted, &modules.back())) return 1;
  }
  const int error =
      ouro::write_atomic(argv[2], ouro::vm::write_frozen_archive(std::move(modules)), 0644, 0, nullptr);
  if (error != 0) std::fprintf(stderr, "ouro_freeze: %s: error %d\n", argv[2], error);
  return error == 0 ? 0 : 1;
}
