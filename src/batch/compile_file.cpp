#include "batch/compile_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "base/siphash.h"
#include "pyc/marshal_writer.h"

namespace ouro::batch {

InvalidationMode default_invalidation_mode() {
  const char* epoch = std::getenv("SOURCE_DATE_EPOCH");
  return epoch != nullptr && *epoch != '\0' ? InvalidationMode::CheckedHash : InvalidationMode::Timestamp;
}

namespace {

// Keeps the warnings that the filters let through.
class Collector : public WarningSink {
 public:
  Collector(const WarningFilters& filters, std::string_view filename, std::vector<WarningRecord>& out)
      : filters_(filters), filename_(filename), out_(out) {}

  bool warn(const Warning& warning) override {
    const WarningAction action = filters_.decide(warning, filename_);
    if (action == WarningAction::Error) return true;
    if (action != WarningAction::Ignore) {
      out_.push_back(
          {warning.category, std::string(warning.message), warning.line, action == WarningAction::Once});
    }
    return false;
  }

 private:
  const WarningFilters& filters_;
  std::string_view filename_;
  std::vector<WarningRecord>& out_;
};

// Temporary names must differ between threads and between processes that compile one tree at once.
uint64_t unique_number() {
  static std::atomic<uint64_t> counter{0};
  return (static_cast<uint64_t>(getpid()) << 32) |
         (counter.fetch_add(1, std::memory_order_relaxed) & 0xFFFFFFFF);
}

}  // namespace

int FileCompiler::load(const std::string& source) {
  return read_file(source, &source_, &info_);
}

bool FileCompiler::compile(const std::string& embedded_name, int optimize, InvalidationMode mode,
                           FileRecord& record) {
  workspace_.rewind();
  pyc_.clear();
  record.optimize = optimize;
  Collector collector(filters_, embedded_name, record.warnings);
  compiler::CompileOptions options;
  options.target = &target_;
  options.optimize = optimize;
  options.warnings = &collector;
  options.filename = embedded_name;
  const auto code = compiler::compile_source(workspace_, source_.bytes(), embedded_name, options);
  if (!code.ok()) {
    record.error = make_error_record(*code.error(), embedded_name);
    return false;
  }
  pyc::Header header;
  header.magic = target_.bytecode->magic;
  if (mode == InvalidationMode::Timestamp) {
    header.kind = pyc::HeaderKind::Timestamp;
    header.mtime = static_cast<uint32_t>(info_.mtime);
    header.source_size = static_cast<uint32_t>(source_.bytes().size());
  } else {
    header.kind =
        mode == InvalidationMode::CheckedHash ? pyc::HeaderKind::CheckedHash : pyc::HeaderKind::UncheckedHash;
    header.source_hash = source_hash(header.raw_magic(), source_.bytes());
  }
  pyc::write_header(header, pyc_);
  if (const Status written = pyc::write_marshal(workspace_, *code.value(), pyc_); !written.ok()) {
    record.error = make_error_record(*written.error(), embedded_name);
    return false;
  }
  record.bytes = pyc_.size();
  return true;
}

std::optional<ErrorRecord> refuse_output(const std::string& output) {
  FileInfo info;
  if (stat_file(output, &info, false) != 0 || info.type == FileType::Regular) return std::nullopt;
  ErrorRecord error;
  error.type = "FileExistsError";
  error.message = fmt::format(
      "{} is a {} and will be changed into a regular {} if import writes a byte-compiled file to it", output,
      info.type == FileType::Symlink ? "symlink" : "non-regular file",
      info.type == FileType::Symlink ? "file" : "one");
  return error;
}

int FileCompiler::publish(const std::string& output) {
  const uint32_t mode = pyc_mode(info_.mode);
  int error = write_atomic(output, pyc_.view(), mode, unique_number());
  if (error == ENOENT) {
    const size_t slash = output.rfind('/');
    if (slash != std::string::npos && slash > 0) {
      error = make_directories(output.substr(0, slash));
      if (error != 0 && error != EEXIST) return error;
    }
    error = write_atomic(output, pyc_.view(), mode, unique_number());
  }
  // Somebody's leftover temporary file has our name: take another.
  for (int tries = 0; error == EEXIST && tries < 8; ++tries) {
    error = write_atomic(output, pyc_.view(), mode, unique_number());
  }
  return error;
}

void FileCompiler::compile_to_file(const std::string& embedded_name, int optimize, InvalidationMode mode,
                                   FileRecord& record) {
  record.status = FileStatus::Failed;
  record.error = refuse_output(record.output);
  if (record.error || !compile(embedded_name, optimize, mode, record)) return;
  if (const int error = publish(record.output); error != 0) {
    record.error = make_os_error_record(error, record.output);
    return;
  }
  record.status = FileStatus::Compiled;
}

}  // namespace ouro::batch
