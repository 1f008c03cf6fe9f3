// Makes the archive of library code: ouro_freeze LIBRARY OWN OUT. Part of the build. LIBRARY is the standard
// library's directory, OWN the folder of the modules that are ouro's own.
#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <string>

#include "base/files.h"
#include "base/workspace.h"
#include "cli/run/compile_hook.h"
#include "pyc/marshal_reader.h"
#include "vm/import/archived_code.h"
#include "vm/import/frozen.h"

namespace {

namespace fs = std::filesystem;

struct Wanted {
  const char* name;      // what it is imported as
  const char* original;  // its name in the library; "": none
  const char* file;      // below the library's directory
  bool is_package = false;
  bool may_be_missing = false;
};

// What CPython freezes too: all that a start with site needs, and a few that say hello.
constexpr Wanted kWanted[] = {
    {"_frozen_importlib", "importlib._bootstrap", "importlib/_bootstrap.py"},
    {"_frozen_importlib_external", "importlib._bootstrap_external", "importlib/_bootstrap_external.py"},
    {"zipimport", "zipimport", "zipimport.py"},
    {"abc", "abc", "abc.py"},
    {"codecs", "codecs", "codecs.py"},
    {"io", "io", "io.py"},
    {"_collections_abc", "_collections_abc", "_collections_abc.py"},
    {"_sitebuiltins", "_sitebuiltins", "_sitebuiltins.py"},
    {"genericpath", "genericpath", "genericpath.py"},
    {"ntpath", "ntpath", "ntpath.py"},
    {"posixpath", "posixpath", "posixpath.py"},
    {"os", "os", "os.py"},
    {"os.path", "posixpath", "posixpath.py"},
    {"site", "site", "site.py"},
    {"stat", "stat", "stat.py"},
    {"importlib.util", "importlib.util", "importlib/util.py"},
    {"importlib.machinery", "importlib.machinery", "importlib/machinery.py"},
    {"runpy", "runpy", "runpy.py"},
    {"__hello__", "__hello__", "__hello__.py", false, true},
    {"__hello_alias__", "__hello__", "__hello__.py", false, true},
    {"__hello_only__", "", "__hello__.py", false, true},
    {"__phello_alias__", "__hello__", "__hello__.py", true, true},
    {"__phello_alias__.spam", "__hello__", "__hello__.py", false, true},
    {"__phello__", "__phello__", "__phello__/__init__.py", true, true},
    {"__phello__.__init__", "<__phello__", "__phello__/__init__.py", false, true},
    {"__phello__.spam", "__phello__.spam", "__phello__/spam.py", false, true},
    {"__phello__.ham", "__phello__.ham", "__phello__/ham/__init__.py", true, true},
    {"__phello__.ham.__init__", "<__phello__.ham", "__phello__/ham/__init__.py", false, true},
    {"__phello__.ham.eggs", "__phello__.ham.eggs", "__phello__/ham/eggs.py", false, true},
};

// Folders of the library that programs do not import from.
constexpr std::array<std::string_view, 7> kLeftOut = {
    "__pycache__", "test", "tests", "dist-packages", "site-packages", "lib-dynload", "idle_test"};

/// Code and register code as the archive holds them.
bool archive_code(const std::string& marshalled, ouro::vm::FrozenSource* out) {
  ouro::Workspace workspace;
  const auto read = ouro::pyc::read_marshal(workspace, marshalled);
  return read.code != nullptr && ouro::vm::write_archived_module(*read.code, &out->code, &out->late);
}

/// Compiles one file. `shown` is its name in tracebacks.
bool compile(const std::string& path, const std::string& shown, ouro::vm::FrozenSource* out) {
  ouro::FileBuffer source;
  ouro::FileInfo info;
  if (const int error = ouro::read_file(path, &source, &info); error != 0) {
    std::fprintf(stderr, "ouro_freeze: %s: error %d\n", path.c_str(), error);
    return false;
  }
  ouro::vm::CompileRequest request;
  request.source = source.bytes();
  request.filename = shown;
  ouro::vm::CompileOutcome outcome = ouro::cli::compile_for_machine(request);
  if (!outcome.ok) {
    std::fprintf(stderr, "ouro_freeze: %s:%d: %s\n", path.c_str(), outcome.failure.line,
                 outcome.failure.message.c_str());
    return false;
  }
  if (!archive_code(outcome.marshalled, out)) {
    std::fprintf(stderr, "ouro_freeze: %s: cannot be lifted\n", path.c_str());
    return false;
  }
  out->source_time = static_cast<uint32_t>(info.mtime);
  out->source_size = static_cast<uint32_t>(info.size);
  return true;
}

bool freeze(const std::string& library, std::vector<ouro::vm::FrozenSource>* to) {
  for (const Wanted& wanted : kWanted) {
    const std::string path = library + "/" + wanted.file;
    std::error_code ignored;
    if (wanted.may_be_missing && !fs::exists(path, ignored)) continue;
    ouro::vm::FrozenSource module;
    module.name = wanted.name;
    module.original_name = wanted.original;
    module.is_package = wanted.is_package;
    const std::string shown =
        wanted.original[0] == '\0' || wanted.original[0] == '<' ? wanted.name : wanted.original;
    if (!compile(path, "<frozen " + shown + ">", &module)) return false;
    to->push_back(std::move(module));
  }
  return true;
}

/// ouro's own modules are frozen under the names of their files.
bool freeze_own(const std::string& folder, std::vector<ouro::vm::FrozenSource>* to) {
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".py") continue;
    const std::string name = entry.path().stem().string();
    ouro::vm::FrozenSource module;
    module.name = name;
    if (!compile(entry.path().string(), "<frozen " + name + ">", &module)) return false;
    to->push_back(std::move(module));
  }
  return true;
}

/// All source files of the library. One that does not compile is left to be reported when it is imported.
void compile_library(const std::string& library, std::vector<ouro::vm::FrozenSource>* to) {
  for (fs::recursive_directory_iterator at(library), end; at != end; ++at) {
    const std::string name = at->path().filename().string();
    if (at->is_directory()) {
      if (std::find(kLeftOut.begin(), kLeftOut.end(), name) != kLeftOut.end()) at.disable_recursion_pending();
      continue;
    }
    // A link leads to what the administrator of the machine may change.
    if (!name.ends_with(".py") || at->is_symlink()) continue;
    ouro::vm::FrozenSource file;
    file.name = at->path().lexically_relative(library).string();
    if (compile(at->path().string(), at->path().string(), &file)) to->push_back(std::move(file));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: ouro_freeze LIBRARY OWN OUT\n");
    return 2;
  }
  std::vector<ouro::vm::FrozenSource> frozen, library;
  if (!freeze(argv[1], &frozen) || !freeze_own(argv[2], &frozen)) return 1;
  compile_library(argv[1], &library);
  const int error = ouro::write_atomic(
      argv[3], ouro::vm::write_frozen_archive(std::move(frozen), std::move(library)), 0644, 0, nullptr);
  if (error != 0) std::fprintf(stderr, "ouro_freeze: %s: error %d\n", argv[3], error);
  return error == 0 ? 0 : 1;
}
