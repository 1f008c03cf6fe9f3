// One source file to one or more .pyc files: read once, compile per level, publish each whole or not at all.
#pragma once

#include <atomic>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "base/workspace.h"
#include "batch/record.h"
#include "batch/warning_filters.h"
#include "compiler/compile.h"
#include "pyc/byte_buffer.h"
#include "pyc/header.h"

namespace ouro::batch {

/// How a .pyc says which source it belongs to. PEP 552.
enum class InvalidationMode : uint8_t { Timestamp, CheckedHash, UncheckedHash };

/// CHECKED_HASH when SOURCE_DATE_EPOCH is set and not empty, else TIMESTAMP, as py_compile chooses.
InvalidationMode default_invalidation_mode();

/// Compiles files on one thread; keeps its memory between them.
class FileCompiler {
 public:
  FileCompiler(const compiler::Target& target, const WarningFilters& filters,
               int call_depth = compiler::kPyCompileCallDepth)
      : target_(target), filters_(filters), call_depth_(call_depth) {}

  /// Says which file what follows is about. It is read when it is needed.
  void set_source(std::string path);
  /// Reads the source unless that has been done. Returns 0 or an errno value; then `record` of compile()
  /// would be meaningless.
  int load();
  std::string_view source() const { return source_.bytes(); }
  /// What fstat said of the loaded source.
  const FileInfo& info() const { return info_; }

  /// Compiles the loaded source at `optimize` (0 to 2; others are an error) to the bytes of a .pyc with
  /// `filename`, which may be any bytes, in it; fills in record.warnings and, on failure, record.error. The
  /// bytes are valid until the next call.
  bool compile(const std::string& filename, int optimize, InvalidationMode mode, FileRecord& record);
  std::string_view pyc() const { return pyc_.view(); }

  /// load(), compile() and publish to record.output: directories are made, an output that is a symbolic link
  /// or no regular file is refused, before all else, as py_compile refuses it. Sets record.status.
  void compile_to_file(const std::string& embedded_name, int optimize, InvalidationMode mode,
                       FileRecord& record);

 private:
  std::optional<ErrorRecord> publish(const std::string& output);
  std::string_view quoted_bytes(const std::string& filename);

  const compiler::Target& target_;
  const WarningFilters& filters_;
  const int call_depth_;  // see compiler::CompileOptions
  Workspace workspace_;
  std::string path_;  // of the source
  bool loaded_ = false;
  FileBuffer source_;
  FileBuffer quoted_;
  FileInfo info_;
  pyc::ByteBuffer pyc_;
};

}  // namespace ouro::batch
