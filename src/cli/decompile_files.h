// What `ouro decompile` does with files: which there are, where their source goes, one file's work.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "base/workspace.h"
#include "cli/pyc_input.h"
#include "decompiler/prove/decompile.h"

namespace ouro::cli {

struct DecompileSettings {
  std::string output;           // -o: a directory, or for one file a name that ends in .py; empty: none
  std::optional<int> optimize;  // -O; nothing: as the file's name says
  bool clean = false;
  bool raw = false;    // marshal data without a header
  bool force = false;  // overwrite even a source beside its .pyc
};

/// One .pyc file of those that were asked for.
struct DecompileItem {
  std::string path;    // "-": standard input
  std::string output;  // where its source goes; empty: to the caller
  int optimize = 0;
  std::optional<InputError> error;  // known before any work: no such directory, no place of its own
};

/// The named files, and every *.pyc below the named directories, those in __pycache__ too, with an output for
/// each: below the directory of -o as the inputs lie below the directories that were named, without
/// __pycache__ and the tags of the file's name. Files of several levels keep their level's tag but for one.
std::vector<DecompileItem> find_decompile_items(const std::vector<std::string>& paths,
                                                const DecompileSettings& settings);

/// Whether what is given as -o is a file's name, and not a directory's.
bool names_one_file(const std::string& output);
/// Whether that is no more than one file.
bool is_one_file(const std::vector<std::string>& paths);

/// What came out for one file.
struct DecompileRecord {
  decompiler::Decompiled result;    // without its source where that was written to a file
  std::optional<InputError> error;  // there is no result
  uint64_t bytes = 0;               // of the .pyc
};

/// Decompiles files on one thread; keeps its memory between them.
class FileDecompiler {
 public:
  explicit FileDecompiler(const DecompileSettings& settings) : settings_(settings) {}

  /// Reads, decompiles and, where the item has an output, publishes the source there, whole or not at all.
  DecompileRecord run(const DecompileItem& item);

 private:
  std::optional<InputError> find_code(const CodeObject** code, std::string_view* marshal);
  std::optional<InputError> publish(const DecompileItem& item, const FileInfo& input,
                                    std::string_view source) const;

  const DecompileSettings& settings_;
  Workspace workspace_;
  decompiler::Decompiler decompiler_;
  FileBuffer buffer_;
};

}  // namespace ouro::cli
